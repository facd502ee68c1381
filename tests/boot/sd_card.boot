# Debian's kernel with an ext4 file system on the SD card: what was written is on the image, and the image is clean
check rm -f $BUILD/tests/boot/sd.img; truncate -s 64M $BUILD/tests/boot/sd.img && mke2fs -q -t ext4 $BUILD/tests/boot/sd.img
run $STINKARM --system --initrd $DISKS_INITRD --drive $BUILD/tests/boot/sd.img,if=sd --append "console=ttyAMA0 quiet" $ARMMP
expect # 
type until [ -b /dev/mmcblk0 ]; do usleep 100000; done; cat /sys/block/mmcblk0/size /sys/block/mmcblk0/ro
expect 131072
expect \n0
expect # 
type cat /sys/block/mmcblk0/device/name /sys/block/mmcblk0/device/type /sys/block/mmcblk0/device/scr
expect STINK
expect SD
expect 0205800200000000
expect # 
type mount /dev/mmcblk0 /root && cd /root && seq 200000 > numbers && sync && echo 3 > /proc/sys/vm/drop_caches && md5sum numbers
expect 0e10426a1d5bddffcef02f1345787128  numbers
expect # 
type mkdir d && cp numbers d && rm numbers && cd / && umount /root && echo unmounted
expect \nunmounted
expect # 
type poweroff -f
expect reboot: Power down
exit 0
check e2fsck -fn $BUILD/tests/boot/sd.img
check debugfs -R 'cat d/numbers' $BUILD/tests/boot/sd.img | md5sum | grep 0e10426a1d5bddffcef02f1345787128
