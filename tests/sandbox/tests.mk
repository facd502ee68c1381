# The sandbox from inside: tests/sandbox/run. From inside the emulator: tests/unit/test_sandbox.c
TESTS      += test-sandbox
TESTS_FULL += test-sandbox

# The C libraries make different system calls, which the filter has to know.
test-sandbox: both-libcs
	tests/sandbox/run $(BUILD)/stinkarm $(TESTBUILD)/sandbox
	tests/sandbox/run $(BUILD)/glibc/stinkarm $(TESTBUILD)/sandbox

.PHONY: test-sandbox
