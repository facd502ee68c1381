# A shell that waits costs nothing
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
expect # 
idle 1 100
idle 3 10
type poweroff -f
exit 0
