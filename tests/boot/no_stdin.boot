# No stdin at all: the machine runs and ends by itself
nothing
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet rdinit=/bin/poweroff -- -f" $TINY
expect reboot: Power down
exit 0
