// Prints what stinkarm knows of the system calls, one a line: number, name, and whether it is done.
#include <stdio.h>

#include "user/syscall.h"

static void print(uint32_t nr)
{
    const struct syscall_row *r = syscall_row(nr);
    if (!r) return;
    const char *number = nr < 0xf0000 ? "%u" : "0x%x";
    printf(number, nr);
    printf(" %s %s\n", r->name, r->fn || r->host ? "yes" : "no");
}

int main(void)
{
    for (uint32_t nr = 0; nr < 512; nr++)
        print(nr);
    for (uint32_t nr = 0xf0001; nr < 0xf0010; nr++)
        print(nr);
    return 0;
}
