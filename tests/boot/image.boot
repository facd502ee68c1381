# The same kernel as a raw Image
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $(dirname $TINY)/Image
expect # 
type poweroff -f
exit 0
