# gcc's own execution tests
TESTS      += test-torture
TESTS_FULL += test-torture-full
TESTS_WIDE += test-torture test-torture-full
test-torture: $(BUILD)/stinkarm
	BUILD=$(BUILD) tests/torture/run

test-torture-full: $(BUILD)/stinkarm
	BUILD=$(BUILD) tests/torture/run --full

.PHONY: test-torture test-torture-full
