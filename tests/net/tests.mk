# The network as a guest's kernel sees it
TESTS      += test-net
TESTS_FULL += test-net
NETBUILD   := $(TESTBUILD)/net

$(NETBUILD)/server: tests/net/server.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -o $@ $<

$(NETBUILD)/initramfs.gz: tests/net/guest tools/make_initramfs tools/mkcpio.c tools/initramfs/init
	@mkdir -p $(@D)
	BUILD=$(BUILD) tools/make_initramfs $@ tests/net/guest smsc911x virtio_mmio virtio_net

test-net: $(BUILD)/stinkarm $(NETBUILD)/server $(NETBUILD)/initramfs.gz
	BUILD=$(BUILD) tests/net/run

.PHONY: test-net
