# What --log tells, by category, of a program and of a machine
TESTS      += test-log
TESTS_FULL += test-log

test-log: $(BUILD)/stinkarm
	tests/log/user $(BUILD)/stinkarm $(TESTBUILD)/log
	tests/log/system $(BUILD)/stinkarm $(TESTBUILD)/log

.PHONY: test-log
