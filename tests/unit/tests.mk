# Units: Criterion programs linked with the project's objects, plain and under the sanitizers, against the C library that
# Criterion is built for.
TESTS      := test-unit test-unit-asan $(TESTS)
TESTS_FULL := test-unit test-unit-asan $(TESTS_FULL)

UNITS      := $(basename $(notdir $(wildcard tests/unit/test_*.c)))
UNITMAKE    = $(MAKE) -s --no-print-directory LIBC=glibc CC=cc
UNITCC      = cc $(filter-out -Wconversion,$(ALL_CFLAGS)) -I$(1)
# Each program links what it is about, and not all: from a thin archive, $(1) with the objects of the build in $(2).
define unit_archive
	@mkdir -p $(UNITBUILD)
	@rm -f $(1)
	@ar rcT $(1) $(LIBOBJS:$(BUILD)/%=$(2)/%)
endef

$(UNITBUILD)/plain.a: FORCE
	+@$(UNITMAKE) BUILD=$(BUILD)/glibc objects
	$(call unit_archive,$@,$(BUILD)/glibc)

$(UNITBUILD)/asan.a: FORCE
	+@$(UNITMAKE) BUILD=$(ASANBUILD) $(ASANFLAGS) objects
	$(call unit_archive,$@,$(ASANBUILD))

$(UNITBUILD)/test_%: tests/unit/test_%.c $(UNITBUILD)/plain.a
	$(call UNITCC,$(BUILD)/glibc) -no-pie -o $@ $< $(UNITBUILD)/plain.a -lcriterion -lm

$(UNITBUILD)/asan_%: tests/unit/test_%.c $(UNITBUILD)/asan.a
	$(call UNITCC,$(ASANBUILD)) $(SANITIZE) -no-pie -o $@ $< $(UNITBUILD)/asan.a -lcriterion -lm

test-unit: $(UNITS:%=$(UNITBUILD)/%)
	tests/unit/run $^

test-unit-asan: $(UNITS:test_%=$(UNITBUILD)/asan_%)
	$(ASANENV) tests/unit/run $^

FORCE:
.PHONY: test-unit test-unit-asan FORCE
