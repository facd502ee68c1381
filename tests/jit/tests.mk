# The recompiler under the tests of the interpreter: every block is compiled at its first run
TESTS      += test-jit-conformance test-jit-guest test-jit-torture
TESTS_FULL += test-jit-conformance-full test-jit-guest test-jit-torture-full
TESTS_WIDE += $(addprefix test-,jit-conformance jit-conformance-full jit-guest jit-torture jit-torture-full jit-hosts lockstep lockstep-full)

JIT_ENV = STINKARM_JIT=$(abspath $(BUILD))/stinkarm STINKARM=$(CURDIR)/tests/jit/stinkarm BUILD=$(BUILD)

test-jit-conformance: $(BUILD)/stinkarm conform
	$(JIT_ENV) CONFORM_OPTIONS=--tiny-after tests/run_conformance 20000 3
	$(JIT_ENV) CONFORM_OPTIONS='--tiny-after --fpscr 0xf800009f' tests/run_conformance 20000 4 vfp

test-jit-conformance-full: $(BUILD)/stinkarm conform
	$(JIT_ENV) CONFORM_OPTIONS=--tiny-after tests/run_conformance 500000 4

test-jit-guest: $(BUILD)/stinkarm $(TESTBUILD)/run_guest
	$(JIT_ENV) $(TESTBUILD)/run_guest --stinkarm tests/jit/stinkarm --build $(TESTBUILD)/guest $(GUEST_SRCS)

test-jit-torture: $(BUILD)/stinkarm
	$(JIT_ENV) tests/torture/run

test-jit-torture-full: $(BUILD)/stinkarm
	$(JIT_ENV) tests/torture/run --full

# Older hosts: masks of what the host has (jit/x64/host.h), from SSE2 alone upwards
TESTS      += test-jit-hosts
TESTS_FULL += test-jit-hosts
JIT_HOSTS   = 0 1 3 7 1027

test-jit-hosts: $(BUILD)/stinkarm conform
	for host in $(JIT_HOSTS); do \
	    STINKARM_HOST=$$host $(JIT_ENV) tests/run_conformance 10000 $$host neon vfp a32 || exit 1; \
	done

.PHONY: test-jit-hosts

.PHONY: test-jit-conformance test-jit-conformance-full test-jit-guest test-jit-torture test-jit-torture-full

# The host's code for common sequences: tests/jit/golden/run; `make golden-update` after a change that is meant
TESTS      += test-jit-golden
TESTS_FULL += test-jit-golden
GOLDEN = STINKARM=$(BUILD)/stinkarm tests/jit/golden/run

test-jit-golden: $(BUILD)/stinkarm
	$(GOLDEN) $(GOLDENS)

golden-update: $(BUILD)/stinkarm
	$(GOLDEN) --update $(GOLDENS)

GOLDENS = $(sort $(wildcard tests/jit/golden/*.S))
.PHONY: test-jit-golden golden-update

# What goes into regions: tests/jit/regions/run
TESTS      += test-jit-regions
TESTS_FULL += test-jit-regions

test-jit-regions: $(BUILD)/stinkarm
	STINKARM=$(BUILD)/stinkarm tests/jit/regions/run $(wildcard tests/jit/regions/*.S)

.PHONY: test-jit-regions

# Each run of compiled code against the interpreter: --engine lockstep
TESTS      += test-lockstep
TESTS_FULL += test-lockstep-full
LOCKSTEP_ENV   = STINKARM_JIT=$(abspath $(BUILD))/stinkarm STINKARM=$(CURDIR)/tests/jit/lockstep BUILD=$(BUILD)
LOCKSTEP_GUEST = $(TESTBUILD)/run_guest --stinkarm tests/jit/lockstep --build $(TESTBUILD)/guest
LOCKSTEP_SRCS  = $(wildcard examples/*.S examples/*.c) $(addprefix tests/guest/,auxv.c faults.c fault_state.c hello.c mmap.c \
    inlined_calls.c loops_vector.c neon.c selfmodify.c unwatched_code.c signals.c signals_masked.c timer_kernels.c)
LOCKSTEP_BUSYBOX = BUILD=$(BUILD) TIMEOUT=3600 STINKARM='$(BUILD)/stinkarm --engine lockstep' tests/busybox/run
RANDOM_RUN     = GEN=$(TESTBUILD)/random_gen RUNNER=$(TESTBUILD)/random_runner.elf STINKARM=$(BUILD)/stinkarm tests/jit/random/run

$(TESTBUILD)/random_gen: tests/jit/random/gen.c tests/jit/random/program.h $(CONFORM_SRCS) $(GEN)
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Isrc -I$(BUILD) -o $@ $< \
	    $(addprefix tests/conformance/,gen.c address.c state.c) $(wildcard src/isa/*.c) $(BUILD)/gen/tables.c

# Where random addresses do not lie
$(TESTBUILD)/random_runner.elf: tests/jit/random/runner.c tests/jit/random/program.h
	@mkdir -p $(@D)
	$(ARM_GCC) -marm -O2 -static -Wall -Wextra -Werror -Wl,-Ttext-segment=0x5a5a0000 -o $@ $<

random_programs: $(TESTBUILD)/random_gen $(TESTBUILD)/random_runner.elf

test-lockstep: $(BUILD)/stinkarm $(TESTBUILD)/run_guest random_programs
	$(LOCKSTEP_ENV) $(LOCKSTEP_GUEST) $(LOCKSTEP_SRCS)
	$(LOCKSTEP_BUSYBOX) tests/jit/busybox/short.sh
	$(RANDOM_RUN) 1 400

test-lockstep-full: $(BUILD)/stinkarm $(TESTBUILD)/run_guest random_programs
	$(LOCKSTEP_ENV) $(LOCKSTEP_GUEST) $(filter-out examples/libc.c,$(GUEST_SRCS))
	ARCHS=armhf $(LOCKSTEP_BUSYBOX) $(addprefix tests/busybox/,awk.sh sed_grep.sh shell.sh system.sh)
	$(LOCKSTEP_ENV) tests/torture/run
	$(RANDOM_RUN) 1000 5000

.PHONY: random_programs test-lockstep test-lockstep-full

# That lockstep finds what is compiled wrongly: a stinkarm that does so
TESTS      += test-lockstep-finds
TESTS_FULL += test-lockstep-finds
WRONG_PARTS = emit_multiply emit_made_flags emit_memory emit_plain emit_vec

$(TESTBUILD)/wrong/stinkarm: tests/jit/wrong/wrong.c $(OBJS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -no-pie $(WRONG_PARTS:%=-Wl,--wrap=%) -o $@ $^

$(TESTBUILD)/wrong/program.elf: tests/jit/wrong/program.S tools/srun
	tools/srun --build-only --out-dir $(@D) $<

$(TESTBUILD)/wrong/exceptions.elf: tests/machine/exceptions.S tests/machine/common.inc
	tests/machine/build $< a9 $(basename $@)

test-lockstep-finds: $(TESTBUILD)/wrong/stinkarm $(TESTBUILD)/wrong/program.elf $(TESTBUILD)/wrong/exceptions.elf
	tests/jit/wrong/run $^

.PHONY: test-lockstep-finds
