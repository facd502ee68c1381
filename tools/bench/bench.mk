# make bench: the tables of tools/bench/bench and tools/bench/machine; bench-quick: a look; bench-docs: into the docs
BENCHDIR   := $(BUILD)/bench
BENCH_QEMU ?= $(shell command -v qemu-arm-static || command -v qemu-arm)

BENCH_CC = $(HOSTCC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wno-format-truncation -o $@ $(filter %.c,$^) -lm

$(BENCHDIR)/bench: $(filter-out tools/bench/machine_table.c,$(wildcard tools/bench/*.c)) $(wildcard tools/bench/*.h)
	@mkdir -p $(@D)
	$(BENCH_CC)

$(BENCHDIR)/machine_table: tools/bench/machine_table.c tools/bench/plot.c tools/bench/docs.c $(wildcard tools/bench/*.h)
	@mkdir -p $(@D)
	$(BENCH_CC)

# BENCH="--class fp --rounds 9" looks at a part
BENCH_RUN = $(BENCHDIR)/bench --dir $(BENCHDIR) --stinkarm $(BUILD)/stinkarm --qemu $(BENCH_QEMU) \
    --busybox "$$(BUILD=$(BUILD) tools/fetch_deb $$(dpkg --print-architecture) busybox-static)/bin/busybox" \
    --busybox-arm "$$(BUILD=$(BUILD) tools/fetch_deb armhf busybox-static)/bin/busybox" \
    --sysroot "$$(BUILD=$(BUILD) tools/bench/sysroot $(BUILD)/stinkarm $(USERLAND))" $(BENCH)

bench-programs: $(BENCHDIR)/bench
	BUILD=$(BUILD) HOSTCC="$(HOSTCC)" ARM_GCC="$(ARM_GCC)" tools/bench/build $$($(BENCHDIR)/bench --list $(BENCH))

bench-user: $(BUILD)/stinkarm bench-programs
	$(BENCH_RUN)

bench-quick: $(BUILD)/stinkarm bench-programs
	$(BENCH_RUN) --quick

bench-docs: $(BUILD)/stinkarm bench-programs
	$(BENCH_RUN) --docs docs/performance.md --svg docs/performance.svg

bench: bench-user
	BUILD=$(BUILD) $(MAKE) -s --no-print-directory bench-system

# Whole machines: ROUNDS=3, ONLY="boots guest". The Debian system is measured if `make test-boot-full` has made it.
bench-system: boot-material $(BENCHDIR)/machine_table
	BUILD=$(BUILD) tools/bench/machine

# Three minutes
bench-system-quick: boot-material $(BENCHDIR)/machine_table
	BUILD=$(BUILD) tools/bench/machine --quick

bench-system-docs: boot-material $(BENCHDIR)/machine_table
	BUILD=$(BUILD) tools/bench/machine --docs docs/performance.md --svg docs/performance_system.svg

.PHONY: bench bench-programs bench-user bench-quick bench-docs bench-system bench-system-quick bench-system-docs
