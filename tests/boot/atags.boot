# Tags for kernels before device trees: armmp reads them into the tree that follows its zImage (CONFIG_ARM_ATAG_DTB_COMPAT)
check cat $ARMMP $DTB_A9 > $BUILD/tests/boot/armmp_with_dtb
run $STINKARM --system --atags --initrd $INITRD --append "console=ttyAMA0 quiet tag=$((6*7))" $BUILD/tests/boot/armmp_with_dtb
expect # 
type cat /proc/cmdline; grep MemTotal /proc/meminfo
expect quiet tag=42
expect MemTotal:         2
expect # 
type poweroff -f
expect reboot: Power down
exit 0
