// Code that changes: a function of two instructions is written, announced and called, again and again.
#include <sys/mman.h>
#include "program.h"

static void write_function(uint32_t *code, uint32_t value)
{
#if defined __arm__
    code[0] = 0xe3000000 | (value & 0xf000) << 4 | (value & 0xfff); // movw r0, #value
    code[1] = 0xe12fff1e;                                           // bx lr
#else
    code[0] = 0xb8 | value << 8; // mov $value, %eax
    code[1] = 0xc300;            // ret
#endif
    __builtin___clear_cache((char *)code, (char *)(code + 2));
}

static void work(long rounds)
{
    enum { FUNCTIONS = 8, STEP = 16 };
    uint32_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED) abort();
    uint32_t sum = 0;
    for (long r = 0; r < rounds; r++) {
        uint32_t *f = code + (r % FUNCTIONS) * STEP;
        write_function(f, (uint32_t)r & 0xffff);
        sum = mix(sum, ((uint32_t(*)(void))(uintptr_t)f)());
    }
    printf("%08x\n", sum);
}
