// Calls: Fibonacci numbers by definition.
#include "program.h"

__attribute__((noinline)) static uint32_t fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long i = 0; i < rounds; i++)
        sum = mix(sum, fib(18 + (uint32_t)(i & 1)));
    printf("%08x\n", sum);
}
