# make bench: the tables of tools/bench/bench.c and tools/bench/system
BENCHDIR   := $(BUILD)/bench
BENCH_C    := integer nbody vector copy syscalls spawn hello
BENCH_QEMU ?= $(if $(shell command -v qemu-arm-static 2>/dev/null),qemu-arm-static,qemu-arm)
BENCH_ARM   = $(ARM_GCC) -O2 -static -mcpu=cortex-a15 -mfpu=neon-vfpv4

$(BENCHDIR)/bench: tools/bench/bench.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wno-format-truncation -o $@ $<

$(BENCH_C:%=$(BENCHDIR)/%): $(BENCHDIR)/%: tools/bench/%.c
	@mkdir -p $(@D)
	$(HOSTCC) -O2 -ftree-vectorize -ffast-math -static -o $@ $< -lm

$(BENCH_C:%=$(BENCHDIR)/%.elf): $(BENCHDIR)/%.elf: tools/bench/%.c
	@mkdir -p $(@D)
	$(BENCH_ARM) -marm -ffast-math -o $@ $< -lm

$(BENCHDIR)/integer_thumb.elf: tools/bench/integer.c
	@mkdir -p $(@D)
	$(BENCH_ARM) -mthumb -o $@ $<

$(BENCHDIR)/hello_arm.elf: tools/bench/hello_arm.S
	@mkdir -p $(@D)
	$(ARM_GCC) -nostdlib -static -marm -Wl,--build-id=none -o $@ $<

$(BENCHDIR)/hello_x86: tools/bench/hello_x86.S
	@mkdir -p $(@D)
	$(HOSTCC) -nostdlib -static -Wl,--build-id=none -o $@ $<

BENCH_PROGRAMS := $(BENCHDIR)/bench $(BENCH_C:%=$(BENCHDIR)/%) $(BENCH_C:%=$(BENCHDIR)/%.elf) \
    $(BENCHDIR)/integer_thumb.elf $(BENCHDIR)/hello_arm.elf $(BENCHDIR)/hello_x86

# BENCH="--only integer --rounds 9" looks at a part
bench: $(BUILD)/stinkarm $(BENCH_PROGRAMS)
	$(BENCHDIR)/bench --dir $(BENCHDIR) --stinkarm $(BUILD)/stinkarm --qemu $(BENCH_QEMU) \
	    --busybox "$$(BUILD=$(BUILD) tools/fetch_deb $$(dpkg --print-architecture) busybox-static)/bin/busybox" \
	    --busybox-arm "$$(BUILD=$(BUILD) tools/fetch_deb armhf busybox-static)/bin/busybox" $(BENCH)

	BUILD=$(BUILD) $(MAKE) -s --no-print-directory bench-system

# Whole machines. KERNELS="tiny armmp" ROUNDS=3
bench-system: boot-material $(BENCHDIR)/integer.elf
	BUILD=$(BUILD) tools/bench/system

.PHONY: bench bench-system
