# The penguin on the A9's display, 1024 pixels wide, in the picture at the end
run $STINKARM --system -M vexpress-a9 --display ppm:$BUILD/tests/boot/display_a9.ppm --initrd $INITRD --append "console=tty0 console=ttyAMA0" $DISPLAY_KERNEL
expect # 
type grep -c "AT.*keyboard\|PS/2.*Mouse" /proc/bus/input/devices
expect \n2
expect # 
include ../power_off
check tests/boot/display/logo 1024 $BUILD/tests/boot/display_a9.ppm
