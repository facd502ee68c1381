# What vexpress_defconfig has drivers for: flash and its partitions, SD card, clock, network
check rm -rf $BUILD/tests/boot/devices && mkdir -p $BUILD/tests/boot/devices
check seq 20000000 2>/dev/null | head -c 64M > $BUILD/tests/boot/devices/flash0.img; truncate -s 64M $BUILD/tests/boot/devices/flash1.img
check seq 50000 > $BUILD/tests/boot/devices/numbers
check truncate -s 64M $BUILD/tests/boot/devices/sd.img && mke2fs -q -t ext4 $BUILD/tests/boot/devices/sd.img
run $STINKARM --system --rtc 2026-01-02T03:04:05 --net user --drive $BUILD/tests/boot/devices/flash0.img,if=flash --drive $BUILD/tests/boot/devices/flash1.img,if=flash --drive $BUILD/tests/boot/devices/sd.img,if=sd --initrd $INITRD --append "console=ttyAMA0 quiet mtdparts=44000000.flash:1m(first),-(rest)" $VEXPRESS
expect # 
type cat /proc/mtd
expect mtd0: 04000000 00040000 "40000000.flash"
expect mtd1: 00100000 00040000 "first"
expect mtd2: 03f00000 00040000 "rest"
expect # 
type dd if=/dev/mtd0ro bs=64k count=16 2>/dev/null | md5sum
expect a8177876b2886cb74338f9a050089431
expect # 
type seq 50000 > /tmp/numbers; dd if=/tmp/numbers of=/dev/mtdblock2 bs=4k conv=sync && sync && echo 3 > /proc/sys/vm/drop_caches && head -c 288894 /dev/mtd2ro | cmp - /tmp/numbers && echo programmed
expect \nprogrammed
expect # 
type mount -t ext4 /dev/mmcblk0 /root && cp /tmp/numbers /root && umount /root && echo unmounted
expect \nunmounted
expect # 
type hwclock -u
expect Fri Jan  2 03:0
expect # 
type ifconfig eth0 10.0.2.15 && until ping -c 1 10.0.2.2; do sleep 1; done
expect 1 packets received
expect # 
include ../power_off
check cmp -n 288894 -i 1048576:0 $BUILD/tests/boot/devices/flash1.img $BUILD/tests/boot/devices/numbers
check e2fsck -fn $BUILD/tests/boot/devices/sd.img
check debugfs -R 'cat numbers' $BUILD/tests/boot/devices/sd.img | cmp - $BUILD/tests/boot/devices/numbers
