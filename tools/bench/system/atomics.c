// Atomic operations that nobody else is at: additions, exchanges, compare and exchange, 8 to 64 bits.
#include <stdatomic.h>
#include "program.h"

static void work(long rounds)
{
    static atomic_uint counter, lock;
    static _Atomic uint64_t wide;
    static _Atomic uint8_t narrow;
    uint32_t sum = 0;
    for (long i = 0; i < rounds; i++) {
        atomic_fetch_add(&counter, (unsigned)i);
        unsigned expected = 0;
        while (!atomic_compare_exchange_weak(&lock, &expected, 1))
            expected = 0;
        sum += atomic_exchange(&counter, sum & 0xff);
        atomic_store(&lock, 0);
        atomic_fetch_add(&wide, 0x100000001ull);
        atomic_fetch_or(&narrow, (uint8_t)i);
        sum += atomic_load(&narrow);
    }
    printf("%08x\n", mix(sum, (uint32_t)(wide >> 32)));
}
