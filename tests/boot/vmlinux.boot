# The same kernel as an ELF file
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $(dirname $TINY)/vmlinux
expect # 
type poweroff -f
exit 0
