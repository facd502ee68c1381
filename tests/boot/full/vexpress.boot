# Linux 6.1 as its authors configure it for this board, with its own device tree
run $STINKARM --system --dtb $(dirname $VEXPRESS)/vexpress-v2p-ca9.dtb --initrd $INITRD --append "console=ttyAMA0 quiet" $VEXPRESS
include ../session
include ../power_off
