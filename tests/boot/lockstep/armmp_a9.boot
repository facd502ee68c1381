# Debian's kernel, which unpacks itself first and is in Thumb
timeout 3600
run $STINKARM --system --engine lockstep --initrd $INITRD --append "console=ttyAMA0 earlycon" $ARMMP
expect Memory:
send \x01x
exit 0
