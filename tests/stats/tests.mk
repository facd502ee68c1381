# What --stats counts, SIGUSR1, instructions as the clock, and --coverage
TESTS      += test-stats
TESTS_FULL += test-stats

test-stats: $(BUILD)/stinkarm $(BUILD)/kernel/tiny/zImage $(TESTBUILD)/boot/initramfs.gz
	BUILD=$(BUILD) tests/stats/run $(BUILD)/stinkarm $(TESTBUILD)/stats
	BUILD=$(BUILD) tests/stats/coverage $(BUILD)/stinkarm $(TESTBUILD)/stats

.PHONY: test-stats
