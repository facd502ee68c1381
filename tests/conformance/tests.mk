# Conformance and guest programs once more under the sanitizers, with the objects of the units' sanitizer build
TESTS      += test-conformance-asan test-guest-asan
TESTS_FULL += test-conformance-asan test-guest-asan-full
TESTS_WIDE += test-conformance-asan test-guest-asan test-guest-asan-full

test-conformance-asan: $(TESTBUILD)/unit/asan/stinkarm conform
	$(ASANENV) BUILD=$(BUILD) STINKARM=$< tests/run_conformance 10000 5

test-guest-asan: $(TESTBUILD)/unit/asan/stinkarm $(TESTBUILD)/run_guest
	$(ASANENV) $(TESTBUILD)/run_guest --stinkarm $< --build $(TESTBUILD)/guest $(GUEST_SRCS)

test-guest-asan-full: $(TESTBUILD)/unit/asan/stinkarm $(TESTBUILD)/run_guest
	$(ASANENV) $(TESTBUILD)/run_guest --full --stinkarm $< --build $(TESTBUILD)/guest $(GUEST_SRCS)

.PHONY: test-conformance-asan test-guest-asan test-guest-asan-full
