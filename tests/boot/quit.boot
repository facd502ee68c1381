# Ctrl-A x, from a shell that waits
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
expect # 
send \x01h
expect x
send \x01x
exit 0
