// Montgomery's multiplication modulo 64-bit numbers: powers, in products of 128 bits.
#include "program.h"

static uint64_t high_product(uint64_t a, uint64_t b)
{
    const uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    const uint64_t mid = ah * bl + (al * bl >> 32), other = al * bh + (uint32_t)mid;
    return ah * bh + (mid >> 32) + (other >> 32);
}

// a b / 2^64 modulo m, where m inverse = −1 modulo 2^64
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t m, uint64_t inverse)
{
    const uint64_t low = a * b, high = high_product(a, b);
    const uint64_t sum = high + high_product(low * inverse, m) + (low != 0);
    return sum < high || sum >= m ? sum - m : sum;
}

static void work(long rounds)
{
    uint64_t sum = 1;
    for (long r = 0; r < rounds; r++) {
        const uint64_t m = 0xfae849273928f89full ^ (uint64_t)(r & 0xff) << 20;
        uint64_t inverse = m;
        for (int i = 0; i < 5; i++)
            inverse *= 2 - m * inverse;
        uint64_t power = (sum >> 1) % m, base = (sum | 3) % m;
        for (uint32_t e = 0xa5a5f00du; e; e >>= 1) {
            if (e & 1) power = multiply(power, base, m, 0 - inverse);
            base = multiply(base, base, m, 0 - inverse);
        }
        sum = sum * 31 + power;
    }
    printf("%016llx\n", (unsigned long long)sum);
}
