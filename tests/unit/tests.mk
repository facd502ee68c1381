# Units: Criterion programs linked with the project's objects, plain and under the sanitizers, against the C library that
# Criterion is built for.
TESTS      := test-unit test-unit-asan $(TESTS)
TESTS_FULL := test-unit test-unit-asan $(TESTS_FULL)

UNITS      := $(basename $(notdir $(wildcard tests/unit/test_*.c)))
UNITBUILD  := $(TESTBUILD)/unit
UNITMAKE    = $(MAKE) -s --no-print-directory LIBC=glibc CC=cc
UNITOBJS    = $(LIBOBJS:$(BUILD)/%=$(UNITBUILD)/$(1)/%)
UNITCC      = cc $(filter-out -Wconversion,$(ALL_CFLAGS)) -I$(UNITBUILD)/$(1)

unit-objects-plain: FORCE
	+@$(UNITMAKE) BUILD=$(UNITBUILD)/plain objects

unit-objects-asan: FORCE
	+@$(UNITMAKE) BUILD=$(UNITBUILD)/asan $(ASANFLAGS) objects

$(UNITBUILD)/test_%: tests/unit/test_%.c unit-objects-plain
	$(call UNITCC,plain) -no-pie -o $@ $< $(call UNITOBJS,plain) -lcriterion -lm

$(UNITBUILD)/asan_%: tests/unit/test_%.c unit-objects-asan
	$(call UNITCC,asan) $(SANITIZE) -no-pie -o $@ $< $(call UNITOBJS,asan) -lcriterion -lm

test-unit: $(UNITS:%=$(UNITBUILD)/%)
	tests/unit/run $^

test-unit-asan: $(UNITS:test_%=$(UNITBUILD)/asan_%)
	$(ASANENV) tests/unit/run $^

FORCE:
.PHONY: test-unit test-unit-asan unit-objects-plain unit-objects-asan FORCE
