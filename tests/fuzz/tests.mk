# Readers of what a guest gives: libFuzzer, from committed corpora where there are any; damaged programs through the whole of stinkarm.
FUZZERS    := elf gdb monitor net symbols virtio
TESTS      += $(FUZZERS:%=test-fuzz-%) test-mutate
TESTS_FULL += $(FUZZERS:%=test-fuzz-%-full) test-mutate-full

FUZZ_DIR     := $(TESTBUILD)/fuzz
MUTATE_FILES := exit hello thumb nolibc
MUTATE_ELFS  := $(MUTATE_FILES:%=$(TESTBUILD)/examples/%.elf)

# What each is made of, and its corpus
FUZZ_BASE := $(filter-out src/base/fdt.c,$(wildcard src/base/*.c))
FUZZ_SRCS_elf := $(wildcard src/elf/*)
FUZZ_SRCS_gdb := $(wildcard src/debug/gdb*.[ch]) $(addprefix src/debug/,control.c log.c process.c watch.c registers.c signals.c) \
    src/cpu/cpu.c $(FUZZ_BASE)
FUZZ_SRCS_monitor := $(wildcard src/debug/monitor*.[ch] src/debug/line_edit.[ch]) \
    $(addprefix src/debug/,control.c log.c process.c watch.c registers.c) src/cpu/cpu.c $(FUZZ_BASE)
FUZZ_SRCS_net := $(filter-out %/usernet_sock.c,$(wildcard src/host/usernet* src/host/netdev.* src/host/clock.* src/host/loop.*)) \
    $(FUZZ_BASE)
FUZZ_SRCS_symbols := $(filter-out %/coverage.c,$(wildcard src/symbols/*.[ch] src/elf/*.[ch])) $(FUZZ_BASE)
FUZZ_SRCS_virtio := $(filter-out %/virtio_net.c,$(wildcard src/dev/virtio_*.[ch] src/dev/p9*.[ch])) \
    $(addprefix src/,dev/device.c mem/bus.c base/fdt.c) $(FUZZ_BASE) \
    $(addprefix src/host/,chardev.c terminal.c signals.c loop.c clock.c disk.c share.c)
FUZZ_CORPUS_elf := tests/fuzz/corpus
FUZZ_CORPUS_gdb := tests/fuzz/corpus_gdb
FUZZ_CORPUS_monitor := tests/fuzz/corpus_monitor
FUZZ_CORPUS_symbols := tests/fuzz/corpus
FUZZ_CORPUS_net := tests/fuzz/corpus_net

.SECONDEXPANSION:
$(FUZZERS:%=$(FUZZ_DIR)/fuzz_%): $(FUZZ_DIR)/fuzz_%: tests/fuzz/%.c tests/fuzz/target.h $$(FUZZ_SRCS_%) $(GEN)
	@mkdir -p $(@D)
	clang -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -Isrc -I$(BUILD) -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined -pthread -o $@ $(filter-out $(GEN),$(filter %.c,$^))

# New inputs go to the build directory, not into the corpus.
define run_fuzz
	@mkdir -p $(FUZZ_DIR)/found_$(1)
	@if $(FUZZ_DIR)/fuzz_$(1) $(2) -max_len=4096 -print_final_stats=1 -artifact_prefix=$(FUZZ_DIR)/$(1)_ \
	    $(FUZZ_DIR)/found_$(1) $(FUZZ_CORPUS_$(1)) > $(FUZZ_DIR)/log_$(1) 2>&1; then \
	    grep number_of_executed_units $(FUZZ_DIR)/log_$(1); echo "1 passed, 0 failed"; \
	else tail -50 $(FUZZ_DIR)/log_$(1); echo "0 passed, 1 failed"; exit 1; fi
endef

$(FUZZERS:%=test-fuzz-%): test-fuzz-%: $(FUZZ_DIR)/fuzz_%
	$(call run_fuzz,$*,-max_total_time=5)

$(FUZZERS:%=test-fuzz-%-full): test-fuzz-%-full: $(FUZZ_DIR)/fuzz_%
	$(call run_fuzz,$*,-max_total_time=120)

$(FUZZ_DIR)/mutate: tests/fuzz/mutate.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -o $@ $<

test-mutate: $(BUILD)/stinkarm $(FUZZ_DIR)/mutate $(MUTATE_ELFS)
	$(FUZZ_DIR)/mutate --count 4000 --dir $(FUZZ_DIR) $(BUILD)/stinkarm $(MUTATE_ELFS)

test-mutate-full: test-mutate $(ASANBUILD)/stinkarm
	$(FUZZ_DIR)/mutate --count 100000 --seed 5000 --dir $(FUZZ_DIR) $(BUILD)/stinkarm $(MUTATE_ELFS)
	$(ASANENV) $(FUZZ_DIR)/mutate --count 4000 --seed 200000 --dir $(FUZZ_DIR) $(ASANBUILD)/stinkarm $(MUTATE_ELFS)

# System calls with pointers and lengths from the edges
TESTS      += test-fuzz-calls
TESTS_FULL += test-fuzz-calls-full

$(FUZZ_DIR)/calls.elf: tests/fuzz/calls.c
	@mkdir -p $(@D)
	$(ARM_GCC) -static -O1 -Wall -Wextra -Werror -o $@ $<

test-fuzz-calls: $(BUILD)/stinkarm $(FUZZ_DIR)/calls.elf
	tests/fuzz/run_calls $^ 1 4 4000

test-fuzz-calls-full: $(BUILD)/stinkarm $(FUZZ_DIR)/calls.elf
	tests/fuzz/run_calls $^ 100 130 4000

.PHONY: test-fuzz-calls test-fuzz-calls-full
.PHONY: $(FUZZERS:%=test-fuzz-%) $(FUZZERS:%=test-fuzz-%-full) test-mutate test-mutate-full
