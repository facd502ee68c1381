# The penguin on the A15's display, 800 pixels wide, in the picture at the end
run $STINKARM --system -M vexpress-a15 --display ppm:$BUILD/tests/boot/display_a15.ppm --initrd $INITRD --append "console=tty0 console=ttyAMA0" $DISPLAY_KERNEL
expect # 
type grep -c "AT.*keyboard\|PS/2.*Mouse" /proc/bus/input/devices
expect \n2
expect # 
include ../power_off
check tests/boot/display/logo 800 $BUILD/tests/boot/display_a15.ppm
