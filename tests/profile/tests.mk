# Profiles, and the pictures of them
TESTS      += test-profile test-flame
TESTS_FULL += test-profile test-flame
TESTS_ALONE += test-profile

$(TESTBUILD)/profile/initramfs.gz: tools/make_initramfs tools/mkcpio.c tools/initramfs/init
	@mkdir -p $(@D)
	echo '#!/bin/sh' >$(@D)/script
	BUILD=$(BUILD) tools/make_initramfs $@ $(@D)/script

test-profile: $(BUILD)/stinkarm $(BUILD)/kernel/tiny/zImage $(TESTBUILD)/profile/initramfs.gz
	BUILD=$(BUILD) tests/profile/run $(BUILD)/stinkarm $(TESTBUILD)/profile

test-flame:
	tests/profile/flame

.PHONY: test-profile test-flame
