# Units: Criterion programs linked with the project's objects, plain and under the sanitizers, against the C library that
# Criterion is built for.
TESTS      := test-unit test-unit-asan $(TESTS)
TESTS_FULL := test-unit test-unit-asan $(TESTS_FULL)

UNITS      := $(basename $(notdir $(wildcard tests/unit/test_*.c)))
TEST_MATERIAL += $(UNITS:%=$(UNITBUILD)/%) $(UNITS:test_%=$(UNITBUILD)/asan_%) $(ASANBUILD)/stinkarm
UNITMAKE    = $(MAKE) -s --no-print-directory LIBC=glibc CC=cc
UNITCC      = cc $(filter-out -Wconversion,$(ALL_CFLAGS)) -I$(1)
# Each program links what it is about, and not all: from a thin archive, $(1) with the objects of the build in $(2), made
# anew when there are others or newer ones.
define unit_archive
	@mkdir -p $(UNITBUILD)
	@echo $(LIBOBJS:$(BUILD)/%=$(2)/%) >$(1).now
	@cmp -s $(1).now $(1).objects && [ -e $(1) ] && [ -z "$$(find $$(cat $(1).now) -newer $(1))" ] || \
	    { rm -f $(1) && ar rcT $(1) $$(cat $(1).now) && mv $(1).now $(1).objects; }
	@rm -f $(1).now
endef

$(UNITBUILD)/plain.a: FORCE
	+@$(UNITMAKE) BUILD=$(BUILD)/glibc objects
	$(call unit_archive,$@,$(BUILD)/glibc)

$(UNITBUILD)/asan.a: FORCE
	+@$(UNITMAKE) BUILD=$(ASANBUILD) $(ASANFLAGS) objects
	$(call unit_archive,$@,$(ASANBUILD))

# What a test does itself need not be fast: compiled without optimization, in half the time.
$(UNITBUILD)/test_%: tests/unit/test_%.c $(UNITBUILD)/plain.a
	$(call UNITCC,$(BUILD)/glibc) -O0 -no-pie -o $@ $< $(UNITBUILD)/plain.a -lcriterion -lm

$(UNITBUILD)/asan_%: tests/unit/test_%.c $(UNITBUILD)/asan.a
	$(call UNITCC,$(ASANBUILD)) $(SANITIZE) -O0 -no-pie -o $@ $< $(UNITBUILD)/asan.a -lcriterion -lm

test-unit: $(UNITS:%=$(UNITBUILD)/%)
	tests/unit/run $^

test-unit-asan: $(UNITS:test_%=$(UNITBUILD)/asan_%)
	$(ASANENV) tests/unit/run $^

FORCE:
.PHONY: test-unit test-unit-asan FORCE
