# Programs on the bare machine, against qemu-system-arm
TESTS      += test-machine
TESTS_FULL += test-machine
TESTS_WIDE += test-machine

test-machine: $(BUILD)/stinkarm
	tests/machine/run $(BUILD)/stinkarm $(TESTBUILD)/machine $(sort $(wildcard tests/machine/*.S tests/machine/*.c))

.PHONY: test-machine
