# A signal ends the emulator; the terminal is as it was
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
expect # 
kill 15
exit 143
