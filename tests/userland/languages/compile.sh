# root: gcc, g++, as, ld and ar in the guest
cd "$1"
gcc-12 -c twice.c && ar rcs libtwice.a twice.o && gcc-12 main.c -o static libtwice.a -lm -static && ./static static
gcc-12 -O2 -flto main.c twice.c -o lto -lm && ./lto lto
gcc-12 -fPIC -shared twice.c -o libshared.so && gcc-12 main.c -o shared -L. -lshared -lm -Wl,-rpath,"$1" && ./shared shared
g++-12 -O1 threads.cc -o threads && ./threads
as start.s -o start.o && ld start.o -o start; ./start; echo "as, ld: $?"
printf 'int main(void) { return "x"; }\n' >wrong.c; gcc-12 -Werror wrong.c 2>&1 | grep -c error:
