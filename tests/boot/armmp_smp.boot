# Four CPUs, each on a host thread of its own
run $STINKARM --system --smp 4 -m 1G --initrd $INITRD --append "console=ttyAMA0 quiet" $ARMMP
include session
type echo processors $(grep -c ^processor /proc/cpuinfo), $(awk '/^MemTotal/ { print int($2 / 1024 / 100) }' /proc/meminfo)
expect \nprocessors 4, 9
expect # 
include power_off
check tests/boot/dmesg armmp-a9-smp
