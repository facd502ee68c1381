# Tests beyond the units: included by the Makefile. Each has a target of its own; TESTS and TESTS_FULL list what
# `make test` and `make test-full` run. TESTS_WIDE: those that use all processors by themselves; TESTS_ALONE: those that
# measure time. The others run side by side, so what several of them need is in TEST_MATERIAL.
TESTBUILD := $(BUILD)/tests
TEST_MATERIAL := test-downloads $(BUILD)/stinkarm conform $(TESTBUILD)/run_guest $(TESTBUILD)/disas_compare
SYSROOTS      :=
TESTS_WIDE    := $(addprefix test-,conformance conformance-full guest guest-full)
TESTS_ALONE   :=
RUN_ALL = FIRST='both-libcs test-material' WIDE='$(TESTS_WIDE)' ALONE='$(TESTS_ALONE)' tests/run_all both-libcs test-material

# The sanitizers' build: the units' objects, and a stinkarm of them
SANITIZE   := -fsanitize=address,undefined -fno-sanitize-recover=undefined -O1
# gcc warns about conversions in code that its sanitizers added. Their reports need lines, and no variables: a sixth of the time.
ASANFLAGS  := OPT='$(SANITIZE)' CFLAGS='$(CFLAGS) -Wno-conversion -g1' LDFLAGS=
# What a process leaves at its end is no leak; SIGSEGV and SIGBUS are the guest's.
ASANENV    := ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_sigbus=0:allow_user_segv_handler=1
UNITBUILD  := $(TESTBUILD)/unit
ASANBUILD  := $(UNITBUILD)/asan

$(ASANBUILD)/stinkarm: $(UNITBUILD)/asan.a
	+@$(MAKE) -s --no-print-directory BUILD=$(ASANBUILD) LIBC=glibc CC=cc $(ASANFLAGS) all

# Parts with a fragment of their own
include $(wildcard tests/*/tests.mk) tools/bench/bench.mk

TESTS      += test-conformance
TESTS_FULL += test-conformance-full

# Random instructions against QEMU: tests/conformance
CONFORM_SRCS := $(wildcard tests/conformance/*.c src/isa/*.c src/base/*.c)
CONFORM_SRCS := $(filter-out tests/conformance/runner.c,$(CONFORM_SRCS))
ARM_GCC      ?= arm-linux-gnueabihf-gcc

$(TESTBUILD)/conform: $(CONFORM_SRCS) $(GEN) $(wildcard tests/conformance/*.h src/isa/*.h)
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -Isrc -I$(BUILD) -Itests/conformance -o $@ \
	    $(CONFORM_SRCS) $(BUILD)/gen/tables.c

$(TESTBUILD)/conform_arm.elf: tests/conformance/runner.c tests/conformance/stub.S tests/conformance/proto.h
	@mkdir -p $(@D)
	$(ARM_GCC) -marm -march=armv7-a -mfloat-abi=soft -O2 -ffreestanding -fno-builtin \
	    -fno-tree-loop-distribute-patterns -fno-stack-protector -nostdlib -static -Wl,-Ttext-segment=0x10000000 \
	    -Wl,--build-id=none -Wall -Wextra -Werror -Wa,-mno-warn-deprecated -o $@ $(filter %.c %.S,$^)

conform: $(TESTBUILD)/conform $(TESTBUILD)/conform_arm.elf

test-conformance: $(BUILD)/stinkarm conform
	BUILD=$(BUILD) tests/run_conformance 50000

test-conformance-full: $(BUILD)/stinkarm conform
	BUILD=$(BUILD) tests/run_conformance 1000000 7

.PHONY: conform test-conformance test-conformance-full

# Programs with expectations in their comments: tests/README.md
TESTS      += test-guest
TESTS_FULL += test-guest-full
GUEST_SRCS  = $(sort $(wildcard examples/*.S examples/*.c tests/guest/*.S tests/guest/*.c tests/guest/*.cc))

$(TESTBUILD)/run_guest: tests/run_guest.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -Wno-format-truncation -o $@ $<

test-guest: $(BUILD)/stinkarm $(TESTBUILD)/run_guest
	$(TESTBUILD)/run_guest --stinkarm $(BUILD)/stinkarm --build $(TESTBUILD)/guest $(GUEST_SRCS)

test-guest-full: $(BUILD)/stinkarm $(TESTBUILD)/run_guest
	$(TESTBUILD)/run_guest --full --stinkarm $(BUILD)/stinkarm --build $(TESTBUILD)/guest $(GUEST_SRCS)

.PHONY: test-guest test-guest-full

# Disassembly against objdump -d: whole programs and libraries, and random encodings of every row: tests/disas
TESTS      += test-disas test-disas-random
TESTS_FULL += test-disas-full test-disas-random
DISAS_SRCS = $(wildcard src/isa/*.c) $(BUILD)/gen/tables.c

$(TESTBUILD)/disas_random $(TESTBUILD)/disas_compare: $(TESTBUILD)/disas_%: tests/disas/%.c $(DISAS_SRCS) $(GEN)
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -Isrc -I$(BUILD) -o $@ $< $(DISAS_SRCS)

test-disas: $(TESTBUILD)/disas_compare
	BUILD=$(BUILD) tests/disas/run

test-disas-full: $(TESTBUILD)/disas_compare
	BUILD=$(BUILD) tests/disas/run full

test-disas-random: $(TESTBUILD)/disas_random $(TESTBUILD)/disas_compare
	BUILD=$(BUILD) tests/disas/run_random 100 a32:arm vfp:arm vfp:thumb neon:arm neon:thumb t32:thumb t16:thumb

.PHONY: test-disas test-disas-full test-disas-random

test-material: $(TEST_MATERIAL)

# The sysroots that tests ask for, one after the other: they come from the network. A test tries again what fails here.
test-downloads:
	@$(foreach s,$(SYSROOTS),BUILD=$(BUILD) tools/sysroot $s $(SYSROOT_$s) >/dev/null;) :

.PHONY: test-material test-downloads
