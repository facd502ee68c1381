# Real kernels on the machine, driven through its console
TESTS      += test-boot
TESTS_FULL += test-boot
BOOTBUILD  := $(TESTBUILD)/boot

$(BOOTBUILD)/console: tests/boot/console.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -Wno-format-truncation -o $@ $<

$(BOOTBUILD)/initramfs.gz: tools/make_initramfs tools/mkcpio.c tools/initramfs/init
	@mkdir -p $(@D)
	BUILD=$(BUILD) tools/make_initramfs $@

# Once: five minutes of a processor
$(BUILD)/kernel/tiny/zImage:
	BUILD=$(BUILD) tools/build_kernel tiny

boot-material: $(BUILD)/stinkarm $(BOOTBUILD)/console $(BOOTBUILD)/initramfs.gz $(BUILD)/kernel/tiny/zImage

# BOOTS=tests/boot/armmp_dtb.boot: a part of it
BOOTS ?= $(wildcard tests/boot/*.boot)
test-boot: boot-material
	BUILD=$(BUILD) tests/boot/run $(BOOTS)

.PHONY: boot-material test-boot
