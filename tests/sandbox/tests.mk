# The sandbox from inside: tests/sandbox/run. From inside the emulator: tests/unit/test_sandbox.c
TESTS      += test-sandbox
TESTS_FULL += test-sandbox

test-sandbox: $(BUILD)/stinkarm
	tests/sandbox/run $(BUILD)/stinkarm $(TESTBUILD)/sandbox

.PHONY: test-sandbox
