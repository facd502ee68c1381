# The ELF reader: libFuzzer from a committed corpus; damaged programs through the whole of stinkarm.
TESTS      += test-fuzz test-mutate
TESTS_FULL += test-fuzz-full test-mutate-full

FUZZ_CORPUS  := tests/fuzz/corpus
FUZZ_DIR     := $(TESTBUILD)/fuzz
MUTATE_FILES := exit hello thumb nolibc
MUTATE_ELFS  := $(MUTATE_FILES:%=$(TESTBUILD)/examples/%.elf)

$(FUZZ_DIR)/fuzz_elf: tests/fuzz/elf.c $(wildcard src/elf/*)
	@mkdir -p $(@D)
	clang -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -Isrc -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined -o $@ $(filter %.c,$^)

# New inputs go to the build directory, not into the corpus.
define run_fuzz
	@mkdir -p $(FUZZ_DIR)/found
	@if $(FUZZ_DIR)/fuzz_elf $(1) -max_len=4096 -print_final_stats=1 -artifact_prefix=$(FUZZ_DIR)/ $(FUZZ_DIR)/found \
	    $(FUZZ_CORPUS) > $(FUZZ_DIR)/log 2>&1; then \
	    grep number_of_executed_units $(FUZZ_DIR)/log; echo "1 passed, 0 failed"; \
	else tail -50 $(FUZZ_DIR)/log; echo "0 passed, 1 failed"; exit 1; fi
endef

test-fuzz: $(FUZZ_DIR)/fuzz_elf
	$(call run_fuzz,-max_total_time=12)

test-fuzz-full: $(FUZZ_DIR)/fuzz_elf
	$(call run_fuzz,-max_total_time=120)

$(FUZZ_DIR)/mutate: tests/fuzz/mutate.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -o $@ $<

test-mutate: $(BUILD)/stinkarm $(FUZZ_DIR)/mutate $(MUTATE_ELFS)
	$(FUZZ_DIR)/mutate --count 4000 --dir $(FUZZ_DIR) $(BUILD)/stinkarm $(MUTATE_ELFS)

test-mutate-full: test-mutate $(ASANBUILD)/stinkarm
	$(FUZZ_DIR)/mutate --count 100000 --seed 5000 --dir $(FUZZ_DIR) $(BUILD)/stinkarm $(MUTATE_ELFS)
	$(ASANENV) $(FUZZ_DIR)/mutate --count 4000 --seed 200000 --dir $(FUZZ_DIR) $(ASANBUILD)/stinkarm $(MUTATE_ELFS)

.PHONY: test-fuzz test-fuzz-full test-mutate test-mutate-full
