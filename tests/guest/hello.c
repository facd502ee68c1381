// A C program with all of libc's start-up and stdio behind it.
// stinkarm-test: build=arm,thumb,armel,musl args="one two" exit=7
// stinkarm-test: stdout="hello, world\n3 arguments, last two\n"
#include <stdio.h>

int main(int argc, char **argv)
{
    puts("hello, world");
    printf("%d arguments, last %s\n", argc, argv[argc - 1]);
    return 7;
}
