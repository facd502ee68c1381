# The smallest kernel: all of a session
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
include session
include power_off
check tests/boot/dmesg tiny-a9
