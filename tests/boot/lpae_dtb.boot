# The same with the device tree of its package
run $STINKARM --system -M vexpress-a15 -m 2G --smp 2 --dtb $DTB_A15 --initrd $INITRD --append "console=ttyAMA0 quiet" $ARMMP_LPAE
include session
type echo processors $(grep -c ^processor /proc/cpuinfo), $(awk '/^MemTotal/ { print int($2 / 1024 / 100) }' /proc/meminfo)
expect \nprocessors 2, 19
expect # 
include power_off
check tests/boot/dmesg armmp-lpae-a15-smp
