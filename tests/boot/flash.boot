# A program in flash and no kernel: it starts at 0, once more after a restart, and what it programs stays in the image
check rm -f $BUILD/tests/boot/flash1.img; truncate -s 256K $BUILD/tests/boot/flash1.img
timeout 10
run $STINKARM --system --semihosting --append "one two" --drive $FLASH,if=flash,ro --drive $BUILD/tests/boot/flash1.img,if=flash
expect from flash at 0
expect one two
expect programs
expect from flash at 0
expect is there
exit 0
check od -An -tx4 -N 4 $BUILD/tests/boot/flash1.img | grep 600dcafe
