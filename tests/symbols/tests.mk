# Who has called: the report on a fault, core files, names
TESTS      += test-symbols
TESTS_FULL += test-symbols

test-symbols: $(BUILD)/stinkarm
	BUILD=$(BUILD) tests/symbols/run $(BUILD)/stinkarm $(TESTBUILD)/symbols

.PHONY: test-symbols
