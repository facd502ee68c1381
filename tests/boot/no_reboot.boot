# --no-reboot: a reboot is the end
run $STINKARM --system --no-reboot --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
expect # 
type reboot -f
exit 0
