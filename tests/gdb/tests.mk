# Debian's GDB, on programs under stinkarm
TESTS      += test-gdb
TESTS_FULL += test-gdb

# GDBS=tests/gdb/basics.gdb: a part of it
GDBS ?= $(wildcard tests/gdb/*.gdb)
test-gdb: $(BUILD)/stinkarm $(BUILD)/kernel/tiny/zImage $(TESTBUILD)/boot/initramfs.gz
	BUILD=$(BUILD) tests/gdb/run $(BUILD)/stinkarm $(TESTBUILD)/gdb $(GDBS)
	BUILD=$(abspath $(BUILD)) tests/gdb/sessions $(BUILD)/stinkarm $(TESTBUILD)/gdb

.PHONY: test-gdb
