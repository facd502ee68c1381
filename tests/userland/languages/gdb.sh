# root: gdb in the guest: a program's debug information, its code, expressions, Python
cd "$1"
gcc-12 -g -O1 -fno-inline -marm -nostdlib -static -Wl,-e,main -Wl,--build-id=none debugged.c -o debugged
gdb -nx -q -batch -x commands debugged 2>&1 || echo "gdb: $?"
