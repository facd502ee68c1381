# Who has called: the report on a fault, core files, names; in a kernel, too
TESTS      += test-symbols
TESTS_FULL += test-symbols

test-symbols: $(BUILD)/stinkarm $(BUILD)/kernel/tiny/zImage $(TESTBUILD)/boot/initramfs.gz
	BUILD=$(BUILD) tests/symbols/run $(BUILD)/stinkarm $(TESTBUILD)/symbols
	tests/symbols/kernel $(BUILD)/stinkarm $(BUILD)/kernel/tiny $(TESTBUILD)/boot/initramfs.gz $(TESTBUILD)/symbols

.PHONY: test-symbols
