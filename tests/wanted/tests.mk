# Programs that look at processes and at the network: what people miss in qemu-user
TESTS      += test-wanted
TESTS_FULL += test-wanted

SYSROOTS += wanted
SYSROOT_wanted := procps iproute2 psmisc util-linux ncurses-base grep

test-wanted: $(BUILD)/stinkarm
	sysroot=$$(BUILD=$(BUILD) tools/sysroot wanted $(SYSROOT_wanted)) && \
	    BUILD=$(BUILD) tests/userland/run $(BUILD)/stinkarm "$$sysroot" $(wildcard tests/wanted/*.sh)

.PHONY: test-wanted
