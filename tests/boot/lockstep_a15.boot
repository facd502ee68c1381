# The kernel's first instructions, each run of compiled code beside the interpreter; status 123: there is a difference
run $STINKARM --system -M vexpress-a15 --engine lockstep --jit-region 3 --append "console=ttyAMA0 earlycon" $(dirname $TINY)/Image
expect Kernel command line
send \x01x
exit 0
