// `translate N` calls 1,024 different functions N times in turn: much code, little work. Prints how many
// bytes it is.
#include "program.h"

static uint32_t table[64];
extern const char __start_many[], __stop_many[];

#define FUNCTION(n)                                                                                          \
    __attribute__((noinline, section("many"))) static uint32_t f##n(uint32_t a, uint32_t b)                  \
    {                                                                                                        \
        const uint32_t x = a * (0x##n + 3) + (b >> (1 + 0x##n % 9)), y = table[(a + 0x##n) & 63];            \
        uint32_t z = x ^ y;                                                                                  \
        if (x > y + 0x##n##1)                                                                                \
            z += a - (b | 0x##n), table[0x##n & 63] = z;                                                     \
        else                                                                                                 \
            table[(0x##n >> 2) & 63] += (z & 0xff) * 0x##n;                                                  \
        if ((int32_t)z < 0) z = ~z + table[b & 63];                                                          \
        return z - (y << (0x##n & 7)) + (uint16_t)(x - 0x##n);                                               \
    }
#define SIXTEEN(m, n)                                                                                        \
    m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7) m(n##8) m(n##9) m(n##a) m(n##b) m(n##c)  \
        m(n##d) m(n##e) m(n##f)
#define ALL(m, n)                                                                                            \
    SIXTEEN(m, n##0)                                                                                         \
    SIXTEEN(m, n##1) SIXTEEN(m, n##2) SIXTEEN(m, n##3) SIXTEEN(m, n##4) SIXTEEN(m, n##5) SIXTEEN(m, n##6)    \
        SIXTEEN(m, n##7) SIXTEEN(m, n##8) SIXTEEN(m, n##9) SIXTEEN(m, n##a) SIXTEEN(m, n##b)                 \
            SIXTEEN(m, n##c) SIXTEEN(m, n##d) SIXTEEN(m, n##e) SIXTEEN(m, n##f)
#define NAME(n) f##n,

ALL(FUNCTION, 1)
ALL(FUNCTION, 2)
ALL(FUNCTION, 3)
ALL(FUNCTION, 4)

static uint32_t (*const functions[])(uint32_t,
                                     uint32_t) = {ALL(NAME, 1) ALL(NAME, 2) ALL(NAME, 3) ALL(NAME, 4)};

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long r = 0; r < rounds; r++)
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
            sum = functions[i](sum, (uint32_t)i);
    printf("%ld\n~%08x\n", (long)(__stop_many - __start_many), sum);
}
