// More code than there is memory for what the recompiler makes of it: the oldest goes, while others branch
// there, in one thread and in several.
// stinkarm-test: build=arm libs="-lpthread" options="--jit-memory 4 --jit-hot 2 --jit-region 40"
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { FUNCTIONS = 12000, WORDS = 16, HOPS = 9, THREADS = 3 };

typedef uint32_t function(uint32_t v, uint32_t hops);
static uint32_t (*code)[WORDS];

static unsigned next(unsigned i)
{
    return (i + 4099) % FUNCTIONS;
}

// v = (v ^ i) * 9 + (v ^ i) >> 3, by way of the stack; then the next function, unless hops are used up.
static void write_function(unsigned i)
{
    uint32_t *w = code[i];
    *w++ = 0xe52d4008;                                   // str r4, [sp, #-8]!
    *w++ = 0xe3002000 | (i & 0xf000) << 4 | (i & 0xfff); // movw r2, #i
    *w++ = 0xe0200002;                                   // eor r0, r0, r2
    *w++ = 0xe58d0004;                                   // str r0, [sp, #4]
    *w++ = 0xe0800180;                                   // add r0, r0, r0, lsl #3
    *w++ = 0xe59d4004;                                   // ldr r4, [sp, #4]
    *w++ = 0xe08001a4;                                   // add r0, r0, r4, lsr #3
    *w++ = 0xe49d4008;                                   // ldr r4, [sp], #8
    *w++ = 0xe2511001;                                   // subs r1, r1, #1
    *w++ = 0x012fff1e;                                   // bxeq lr
    *w = 0xea000000 | ((uint32_t)(code[next(i)] - (w + 2)) & 0xffffff);
}

static uint32_t expected(unsigned i, uint32_t v)
{
    for (int k = 0; k < HOPS; k++, i = next(i)) {
        v ^= i;
        v = v * 9 + (v >> 3);
    }
    return v;
}

static void check(unsigned i, uint32_t v)
{
    const uint32_t r = ((function *)(uintptr_t)code[i])(v, HOPS);
    if (r == expected(i, v)) return;
    printf("function %u of %u: %08x, not %08x\n", i, v, r, expected(i, v));
    exit(1);
}

static void *many(void *arg)
{
    uint32_t seed = (uint32_t)(uintptr_t)arg;
    for (int k = 0; k < 6000; k++) {
        seed = seed * 1664525 + 1013904223;
        check((seed >> 8) % FUNCTIONS, seed);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread[THREADS];
    code = mmap(NULL, FUNCTIONS * sizeof *code, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED) return 1;
    for (unsigned i = 0; i < FUNCTIONS; i++)
        write_function(i);
    __builtin___clear_cache((char *)code, (char *)code[FUNCTIONS]);
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < FUNCTIONS; i++)
            check(i, i * 77 + pass);
    for (uintptr_t t = 0; t < THREADS; t++)
        if (pthread_create(&thread[t], NULL, many, (void *)(t + 1))) return 1;
    for (unsigned t = 0; t < THREADS; t++)
        pthread_join(thread[t], NULL);
    puts("all right");
    return 0;
}
