// A program that needs a library, and stops at a fault in the end.
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    puts("hello");
    fflush(stdout);
    printf("%d\n", rand() == rand());
    fflush(stdout);
    *(volatile int *)16 = 1;
    return 0;
}
