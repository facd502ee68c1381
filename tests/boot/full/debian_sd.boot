# The Debian system on an SD card
check cp --sparse=always $ROOTFS $BUILD/tests/boot/debian_sd.img
timeout 300
run $STINKARM --system -m 512 --initrd $DISKS_INITRD --drive $BUILD/tests/boot/debian_sd.img,if=sd --append "console=ttyAMA0 quiet root=/dev/mmcblk0" $ARMMP
expect stinkarm login:
type root
expect # 
type apt-get --version
expect apt 2.
expect # 
type echo "kept by $(uname -m)" > /root/kept; reboot
expect stinkarm login:
type root
expect # 
type cat /root/kept
expect kept by armv7l
expect # 
type poweroff
expect reboot: Power down
exit 0
check e2fsck -fn $BUILD/tests/boot/debian_sd.img
