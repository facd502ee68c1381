# Linux 6.1 with what a Debian system on a disk needs
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $SMALL
include ../session
include ../power_off
check tests/boot/dmesg small-a9
