# docs/syscalls.md: which system calls there are, and which tests make them
TESTS      += test-syscalls-docs
TESTS_FULL += test-syscalls-docs
CALLBUILD  := $(TESTBUILD)/syscalls

$(CALLBUILD)/rows: tests/syscalls/rows.c $(UNITBUILD)/plain.a
	@mkdir -p $(@D)
	$(call UNITCC,$(BUILD)/glibc) -no-pie -o $@ $< $(UNITBUILD)/plain.a

# Runs the tests of user mode, which takes minutes.
syscalls-docs: $(BUILD)/stinkarm $(CALLBUILD)/rows $(TESTBUILD)/run_guest
	rm -rf $(CALLBUILD)/logs && mkdir -p $(CALLBUILD)/logs
	-export STINKARM=$(abspath $(BUILD)/stinkarm) LOGS=$(abspath $(CALLBUILD)/logs); \
	    $(TESTBUILD)/run_guest --stinkarm tests/syscalls/logged --build $(TESTBUILD)/guest --jobs 2 $(GUEST_SRCS); \
	    sysroot=$$(BUILD=$(BUILD) tools/sysroot userland $(SYSROOT_userland)); for s in $(wildcard tests/userland/*.sh); do \
	    TEST=$$(basename $$s .sh) BUILD=$(BUILD) tests/userland/run tests/syscalls/logged "$$sysroot" $$s; done
	$(CALLBUILD)/rows >$(CALLBUILD)/rows.txt
	tests/syscalls/table $(CALLBUILD)/rows.txt $(CALLBUILD)/logs >docs/syscalls.md

# All but the last column
test-syscalls-docs: $(CALLBUILD)/rows
	@$(CALLBUILD)/rows >$(CALLBUILD)/rows.txt && tests/syscalls/table $(CALLBUILD)/rows.txt | sed 's/ |[^|]*|$$//' >$(CALLBUILD)/now && \
	    sed 's/ |[^|]*|$$//' docs/syscalls.md | diff -u - $(CALLBUILD)/now && echo "docs/syscalls.md: 1 passed, 0 failed"

.PHONY: syscalls-docs test-syscalls-docs
