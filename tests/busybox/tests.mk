# Debian's busybox as armhf and armel program, compared with the native one
TESTS      += test-busybox
TESTS_FULL += test-busybox
test-busybox: $(BUILD)/stinkarm
	BUILD=$(BUILD) tests/busybox/run

.PHONY: test-busybox
