# A Debian system on a virtio disk: login, apt-get, a file that is still there after a reboot
check cp --sparse=always $ROOTFS $BUILD/tests/boot/debian.img
timeout 300
run $STINKARM --system -m 512 --initrd $DISKS_INITRD --drive $BUILD/tests/boot/debian.img --append "console=ttyAMA0 quiet root=/dev/vda" $ARMMP
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
check e2fsck -fn $BUILD/tests/boot/debian.img
