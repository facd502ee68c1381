# Debian's armmp kernel with the device tree that stinkarm makes
run $STINKARM --system --smp 1 --initrd $INITRD --append "console=ttyAMA0 quiet" $ARMMP
include session
include power_off
check tests/boot/dmesg armmp-a9
