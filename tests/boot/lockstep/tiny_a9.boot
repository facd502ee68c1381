# A boot to the shell, a program, the end: each run of compiled code beside the interpreter
timeout 3600
run $STINKARM --system --engine lockstep --initrd $INITRD --append "console=ttyAMA0 quiet" $(dirname $TINY)/Image
expect # 
type echo forks $(/bin/true; echo 1)
expect \nforks 1
expect # 
type poweroff -f
exit 0
