# --exit-on-panic: the exit status tells
run $STINKARM --system --exit-on-panic --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
expect # 
type echo c > /proc/sysrq-trigger
expect Kernel panic - not syncing: sysrq triggered crash
exit 1
