# Debian's armmp kernel with the device tree of its package
run $STINKARM --system --smp 1 --dtb $DTB_A9 --initrd $INITRD --append "console=ttyAMA0 quiet" $ARMMP
include session
include power_off
check tests/boot/dmesg armmp-a9
