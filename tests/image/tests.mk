# Translations that are kept between runs
TESTS      += test-image
TESTS_FULL += test-image test-image-guest

$(TESTBUILD)/image/%.elf: tests/image/%.c
	@mkdir -p $(@D)
	$(ARM_GCC) -O2 -Wall -Wextra -Werror -static -pthread -o $@ $<

$(TESTBUILD)/image/hello.elf: examples/hello.S
	@mkdir -p $(@D)
	$(ARM_GCC) -nostdlib -static -o $@ $<

test-image: $(BUILD)/stinkarm $(addprefix $(TESTBUILD)/image/,page.elf threads.elf hello.elf)
	tests/image/run $(BUILD)/stinkarm $(TESTBUILD)/image

# All programs, twice: the second time with what the first has left
test-image-guest: $(BUILD)/stinkarm $(TESTBUILD)/run_guest
	rm -rf $(TESTBUILD)/image/guest
	for time in first second; do \
	    STINKARM_CACHE=$(abspath $(TESTBUILD))/image/guest $(TESTBUILD)/run_guest --stinkarm $(BUILD)/stinkarm --build $(TESTBUILD)/guest $(GUEST_SRCS) || exit 1; \
	done

.PHONY: test-image test-image-guest
