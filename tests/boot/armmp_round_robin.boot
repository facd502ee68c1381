# Four CPUs in turns on one host thread
run $STINKARM --system --smp 4 --smp-mode round-robin --dtb $DTB_A9 --initrd $INITRD --append "console=ttyAMA0 quiet" $ARMMP
include session
type echo processors $(grep -c ^processor /proc/cpuinfo), $(awk '/^MemTotal/ { print int($2 / 1024 / 100) }' /proc/meminfo)
expect \nprocessors 4, 2
expect # 
include power_off
check tests/boot/dmesg armmp-a9-smp
