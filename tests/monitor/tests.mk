# The monitor: scripts, on programs and a kernel; keys on a terminal; wrong options
TESTS      += test-monitor
TESTS_FULL += test-monitor

# MONITORS=tests/monitor/points.mon: a part of it
MONITORS ?= $(wildcard tests/monitor/*.mon)
MONITOR_DIR := $(TESTBUILD)/monitor
test-monitor: $(BUILD)/stinkarm $(BUILD)/kernel/tiny/zImage $(TESTBUILD)/boot/initramfs.gz
	BUILD=$(BUILD) tests/monitor/run $(BUILD)/stinkarm $(MONITOR_DIR) $(MONITORS)
	for program in terminal execs; do \
	    $(ARM_GCC) -O1 -static -Wall -Werror -o $(MONITOR_DIR)/$$program tests/monitor/$$program.c || exit 1; done
	echo line > $(MONITOR_DIR)/input
	tests/monitor/sessions $(BUILD)/stinkarm $(MONITOR_DIR)
	expect tests/monitor/keys.exp $(BUILD)/stinkarm $(MONITOR_DIR)
	expect tests/monitor/console.exp $(BUILD)/stinkarm $(MONITOR_DIR) $(BUILD)/kernel/tiny/zImage $(TESTBUILD)/boot/initramfs.gz

.PHONY: test-monitor
