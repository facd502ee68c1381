// A page of code that is written again and again is not watched any more: then new instructions count when
// the guest says so (cacheflush), as on ARM, and not before.
// stinkarm-test: build=arm,thumb
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

enum { OFTEN = 40, OTHER = 64 };

static void write_function(uint32_t *at, unsigned n)
{
    at[0] = 0xe3a00000 | n; // mov r0, #n
    at[1] = 0xe12fff1e;     // bx lr
}

static void flush(uint32_t *at)
{
    __builtin___clear_cache((char *)at, (char *)(at + 2));
}

int main(void)
{
    uint32_t *x = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (x == MAP_FAILED) return 1;
    int (*f)(void) = (int (*)(void))x, (*g)(void) = (int (*)(void))(x + OTHER);
    for (unsigned i = 0; i < OFTEN; i++) {
        write_function(x + OTHER, i);
        flush(x + OTHER);
        CHECK(g() == (int)i);
    }
    write_function(x, 1);
    flush(x);
    for (unsigned i = 0; i < 2000; i++) // in the code that it ends up with
        CHECK(f() == 1);
    write_function(x, 2);
    CHECK(f() == 1);
    write_function(x + OTHER, 3); // another function's flush is none of its own
    flush(x + OTHER);
    CHECK(g() == 3);
    CHECK(f() == 1);
    flush(x);
    CHECK(f() == 2);
    return failures != 0;
}
