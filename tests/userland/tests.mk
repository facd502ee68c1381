# Debian's programs, linked dynamically, in a sysroot of its armhf packages
TESTS      += test-userland
TESTS_FULL += test-userland test-debootstrap

USERLAND := bash coreutils findutils grep sed gawk tar gzip bzip2 xz-utils zstd diffutils make python3 perl lua5.4 sqlite3 openssl git

# SCRIPTS=tests/userland/git.sh: a part of it
SCRIPTS ?= $(wildcard tests/userland/*.sh)
test-userland: $(BUILD)/stinkarm
	sysroot=$$(BUILD=$(BUILD) tools/sysroot userland $(USERLAND)) && \
	    BUILD=$(BUILD) tests/userland/run $(BUILD)/stinkarm "$$sysroot" $(SCRIPTS) && tests/userland/chroot $(BUILD)/stinkarm "$$sysroot"

test-debootstrap: $(BUILD)/stinkarm
	tools/install_deps rootfs
	tests/userland/debootstrap $(BUILD)/stinkarm $(TESTBUILD)/debootstrap

.PHONY: test-userland test-debootstrap
