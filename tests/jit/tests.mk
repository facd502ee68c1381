# The recompiler under the tests of the interpreter: every block is compiled at its first run
TESTS      += test-jit-conformance test-jit-guest test-jit-torture
TESTS_FULL += test-jit-conformance-full test-jit-guest test-jit-torture-full

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
JIT_HOSTS   = 0 1 3 7

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
