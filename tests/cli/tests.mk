# The command line, the repository's own rules
TESTS      += test-cli test-cli-system test-cli-variants test-guest-glibc test-arrows test-nix test-docs
TESTS_FULL += test-cli test-cli-system test-cli-variants test-guest-glibc-full test-cli-system-asan test-arrows test-nix test-docs
TESTS_WIDE += test-guest-glibc test-guest-glibc-full

CLI_ELFS := $(patsubst examples/%.S,$(TESTBUILD)/examples/%.elf,$(wildcard examples/*.S)) $(TESTBUILD)/examples/nolibc.elf
TEST_MATERIAL += $(CLI_ELFS)

$(TESTBUILD)/examples/%.elf: examples/%.S tools/srun
	tools/srun --build-only --out-dir $(@D) $<

$(TESTBUILD)/examples/%.elf: examples/%.c tools/srun
	tools/srun --build-only --out-dir $(@D) $<

test-cli: $(BUILD)/stinkarm $(CLI_ELFS)
	ELF=$(TESTBUILD)/examples tests/cli/run $(BUILD)/stinkarm

$(TESTBUILD)/machine/report.elf: $(wildcard tests/cli/machine/*)
	@mkdir -p $(@D)
	tests/cli/machine/build $(@D)

$(TESTBUILD)/pty: tests/cli/pty.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -o $@ $<

test-cli-system: $(BUILD)/stinkarm $(TESTBUILD)/machine/report.elf $(TESTBUILD)/pty
	tests/cli/system $(BUILD)/stinkarm $(TESTBUILD)/machine $(TESTBUILD)/pty

# What is quick, once more with the other C library, and under the sanitizers
test-cli-variants: both-libcs $(ASANBUILD)/stinkarm $(CLI_ELFS)
	ELF=$(TESTBUILD)/examples tests/cli/run $(BUILD)/glibc/stinkarm
	$(ASANENV) ELF=$(TESTBUILD)/examples tests/cli/run $(ASANBUILD)/stinkarm

# How a guest's program was compiled is nothing to the host's C library.
test-guest-glibc: both-libcs $(TESTBUILD)/run_guest
	$(TESTBUILD)/run_guest --once --stinkarm $(BUILD)/glibc/stinkarm --build $(TESTBUILD)/guest $(GUEST_SRCS)

test-guest-glibc-full: both-libcs $(TESTBUILD)/run_guest
	$(TESTBUILD)/run_guest --stinkarm $(BUILD)/glibc/stinkarm --build $(TESTBUILD)/guest $(GUEST_SRCS)

test-cli-system-asan: $(ASANBUILD)/stinkarm $(TESTBUILD)/machine/report.elf $(TESTBUILD)/pty
	$(ASANENV) tests/cli/system $(ASANBUILD)/stinkarm $(TESTBUILD)/machine $(TESTBUILD)/pty

test-arrows:
	tests/arrows

test-nix:
	nix-instantiate --parse flake.nix > /dev/null
	@echo "1 passed, 0 failed"

# Every option is in the help, the man page and the completion.
test-docs: $(BUILD)/stinkarm
	tests/cli/docs $(BUILD)/stinkarm

.PHONY: test-cli test-cli-system test-cli-variants test-guest-glibc test-guest-glibc-full test-cli-system-asan test-arrows test-nix test-docs
