# U-Boot in memory: its commands, programming flash, and Linux from the SD card
check rm -rf $BUILD/tests/boot/uboot && mkdir -p $BUILD/tests/boot/uboot/root
check cp $TINY $DTB_A9 $INITRD $BUILD/tests/boot/uboot/root
check truncate -s 64M $BUILD/tests/boot/uboot/sd.img && mke2fs -q -t ext4 -d $BUILD/tests/boot/uboot/root $BUILD/tests/boot/uboot/sd.img
check truncate -s 64M $BUILD/tests/boot/uboot/flash0.img $BUILD/tests/boot/uboot/flash1.img
run $STINKARM --system -m 1024 --load-address 0x60800000 --entry-point-address 0x60800000 --drive $BUILD/tests/boot/uboot/sd.img,if=sd --drive $BUILD/tests/boot/uboot/flash0.img,if=flash --drive $BUILD/tests/boot/uboot/flash1.img,if=flash $UBOOT
expect Flash: 128 MiB
expect Hit any key
send \r
expect => 
type version
expect U-Boot 2023.01
expect => 
type md.l 60800000 1
expect 60800000: ea0000b8
expect => 
type flinfo 1
expect CFI conformant flash (32 x 16)  Size: 64 MB in 256 Sectors
expect Intel Extended command set, Manufacturer ID: 0x89, Device ID: 0x001D
expect => 
type protect off all
expect => 
type erase 0x44040000 +0x40000
expect Erased 1 sectors
expect => 
type cp.b 0x60800000 0x44040000 0x4000
expect done
expect => 
type cmp.b 0x60800000 0x44040000 0x4000
expect Total of 16384 byte(s) were the same
expect => 
type cmp.b 0x60800000 0x44040000 0x4001
expect Total of 16384 byte(s) were the same
expect => 
type protect on 0x44040000 +0x40000
expect Protected 1 sectors
expect => 
type erase 0x44040000 +0x40000
expect protected sectors will not be erased
expect => 
type setenv kept yes; saveenv
expect OK
expect => 
type reset
expect Hit any key
send \r
expect => 
type printenv kept
expect \nkept=yes
expect => 
type mmc info
expect Name: STINK
expect Capacity: 64 MiB
expect => 
type load mmc 0 0x61000000 zImage
expect bytes read
expect => 
type load mmc 0 0x62f00000 vexpress-v2p-ca9.dtb
expect bytes read
expect => 
type load mmc 0 0x64000000 initramfs.gz
expect bytes read
expect => 
type setenv bootargs console=ttyAMA0 quiet booted=by-u-boot
expect => 
type bootz 0x61000000 0x64000000:${filesize} 0x62f00000
expect Starting kernel
expect # 
type cat /proc/cmdline
expect \nconsole=ttyAMA0 quiet booted=by-u-boot
expect # 
type poweroff -f
exit 0
check od -An -tx4 -j 0x40000 -N 4 $BUILD/tests/boot/uboot/flash1.img | grep ea0000b8
