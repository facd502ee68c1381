# An SD card in a write-protected slot
check rm -f $BUILD/tests/boot/sd_ro.img; truncate -s 8M $BUILD/tests/boot/sd_ro.img && mke2fs -q -t ext4 $BUILD/tests/boot/sd_ro.img
check md5sum $BUILD/tests/boot/sd_ro.img > $BUILD/tests/boot/sd_ro.md5
run $STINKARM --system --initrd $DISKS_INITRD --drive $BUILD/tests/boot/sd_ro.img,if=sd,ro --append "console=ttyAMA0 quiet" $ARMMP
expect # 
type until [ -b /dev/mmcblk0 ]; do usleep 100000; done; cat /sys/block/mmcblk0/ro; mount -o ro /dev/mmcblk0 /root && ls /root
expect \n1
expect lost+found
expect # 
type mount -o remount,rw /root || echo refused
expect \nrefused
expect # 
type poweroff -f
exit 0
check md5sum -c $BUILD/tests/boot/sd_ro.md5
