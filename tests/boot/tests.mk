# Real kernels on the machine, driven through its console
TESTS      += test-boot
TESTS_FULL += test-boot-full
TESTS_WIDE += $(addprefix test-,boot boot-full boot-lockstep boot-many display)
TEST_MATERIAL += boot-material
BOOTBUILD  := $(TESTBUILD)/boot

$(BOOTBUILD)/console: tests/boot/console.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -Wno-format-truncation -o $@ $<

$(BOOTBUILD)/initramfs.gz: tools/make_initramfs tools/mkcpio.c tools/initramfs/init
	@mkdir -p $(@D)
	BUILD=$(BUILD) tools/make_initramfs $@

# Once: 5, 7, 16 minutes of a processor
KERNELS := tiny small display vexpress
$(KERNELS:%=$(BUILD)/kernel/%/zImage): $(BUILD)/kernel/%/zImage:
	BUILD=$(BUILD) tools/build_kernel $*

# With what Debian's kernel has as modules for disks
$(BOOTBUILD)/disks.gz: tools/make_initramfs tools/mkcpio.c tools/initramfs/init
	@mkdir -p $(@D)
	BUILD=$(BUILD) tools/make_initramfs $@ --interactive virtio_mmio virtio_blk armmmci crc32c_generic ext4

# With the tests of Debian's kernel of what rewrites it
$(BOOTBUILD)/patching.gz: tools/make_initramfs tools/mkcpio.c tools/initramfs/init
	@mkdir -p $(@D)
	BUILD=$(BUILD) tools/make_initramfs $$(for m in bpf static_keys static_key_base user_copy; do \
	    echo --add $$(BUILD=$(BUILD) tools/fetch_kernel armmp | sed -n '1s|/boot/[^/]*$$||p')/lib/modules/*/kernel/lib/test_$$m.ko; done) $@

$(BOOTBUILD)/flash.bin: tests/boot/flash.S
	@mkdir -p $(@D)
	arm-none-eabi-as -o $(@:.bin=.o) $<
	arm-none-eabi-objcopy -O binary $(@:.bin=.o) $@

boot-material: $(BUILD)/stinkarm $(BOOTBUILD)/console $(BOOTBUILD)/initramfs.gz $(BOOTBUILD)/disks.gz \
    $(BOOTBUILD)/patching.gz $(BOOTBUILD)/flash.bin $(BUILD)/kernel/tiny/zImage

# BOOTS=tests/boot/armmp_dtb.boot: a part of it
BOOTS ?= $(wildcard tests/boot/*.boot)
test-boot: boot-material
	BUILD=$(BUILD) tests/boot/run $(BOOTS)

# In test-full, besides: a Debian system on a disk and U-Boot, which take minutes to make
test-boot-full: boot-material $(BUILD)/kernel/small/zImage $(BUILD)/kernel/vexpress/zImage
	tools/install_deps rootfs kernel
	BUILD=$(BUILD) tools/debian_rootfs
	BUILD=$(BUILD) tools/build_uboot
	BUILD=$(BUILD) tests/boot/run $(BOOTS) $(wildcard tests/boot/full/*.boot)

# Boots beside the interpreter, run by run of compiled code
TESTS_FULL += test-boot-lockstep

test-boot-lockstep: boot-material
	BUILD=$(BUILD) tests/boot/run $(wildcard tests/boot/lockstep/*.boot)

# One boot after the other: N=100
TESTS_FULL += test-boot-many
N ?= 100
test-boot-many: boot-material
	BUILD=$(BUILD) tests/boot/many $(N)

# With a kernel that has the display: eight minutes of a processor once
TESTS_FULL += test-display

test-display: boot-material $(BUILD)/kernel/display/zImage
	BUILD=$(BUILD) tests/boot/run $(wildcard tests/boot/display/*.boot)

.PHONY: boot-material test-boot test-boot-full test-boot-lockstep test-boot-many test-display
