# The smallest kernel with four CPUs
run $STINKARM --system --smp 4 --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
include session
type echo processors $(grep -c ^processor /proc/cpuinfo), $(awk '/^MemTotal/ { print int($2 / 1024 / 100) }' /proc/meminfo)
expect \nprocessors 4, 2
expect # 
include power_off
check tests/boot/dmesg tiny-a9
