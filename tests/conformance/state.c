// Random machine state, with the values that matter much more often than chance would have them.
#include "gen.h"

uint32_t gen_fpscr = ~0u;

static const uint32_t special32[] = {
    0,          1,          2,          3,          4,          7,          8,          15,
    16,         31,         32,         33,         0x7f,       0x80,       0x81,       0xff,
    0x100,      0x7fff,     0x8000,     0x8001,     0xffff,     0x10000,    0x7fffffff, 0x80000000,
    0x80000001, 0xffffffff, 0xfffffffe, 0xffffff80, 0xffff8000, 0xffff7fff, 0x55555555, 0xaaaaaaaa,
    0x80808080, 0x7f7f7f7f, 0x80008000, 0x7fff7fff, 0x7fff8000, 0x80007fff, 0x00ff00ff, 0x01010101,
};

// Zeros, infinities, NaNs, denormals, limits, powers of two around the integer ranges, halfway cases.
static const uint32_t special_f32[] = {
    0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001,
    0x7fbfffff, 0xffbfffff, 0x7fc12345, 0xffffffff, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff,
    0x00400000, 0x00800000, 0x80800000, 0x00800001, 0x01000000, 0x7f7fffff, 0xff7fffff, 0x7f000000,
    0x7effffff, 0x3f800000, 0xbf800000, 0x3f7fffff, 0x3f800001, 0x40000000, 0xc0000000, 0x3f000000,
    0xbf000000, 0x3effffff, 0x3f000001, 0x3fc00000, 0x40200000, 0xbfc00000, 0xc0200000, 0x40400000,
    0x4efffffe, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000, 0x4f800001,
    0x5effffff, 0x5f000000, 0x5f800000, 0x46fffe00, 0x46ffff00, 0x47000000, 0xc7000000, 0xc7000100,
    0x477fff00, 0x47800000, 0x4b000000, 0x4b000001, 0x4affffff, 0x4b7fffff, 0x33800000, 0x33800001,
    0x33000000, 0x33000001, 0x337fffff, 0x38800000, 0x387fffff, 0x387fe000, 0x387ff000, 0x38000000,
    0x477fe000, 0x477fefff, 0x477ff000, 0x477fffff, 0x47ffe000, 0x47fff000, 0x47ffefff, 0x3f801000,
    0x3f803000, 0x3f801001, 0x20000000, 0x1fffffff, 0x5e800000, 0x7e800000, 0x7e800001, 0x00200000,
    0x001fffff,
};

static const uint64_t special_f64[] = {
    0x0000000000000000, 0x8000000000000000, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
    0xfff8000000000000, 0x7ff0000000000001, 0xfff0000000000001, 0x7ff7ffffffffffff, 0xffffffffffffffff,
    0x7ff8123456789abc, 0x7ff0000020000000, 0x0000000000000001, 0x8000000000000001, 0x000fffffffffffff,
    0x800fffffffffffff, 0x0008000000000000, 0x0010000000000000, 0x8010000000000000, 0x0010000000000001,
    0x7fefffffffffffff, 0xffefffffffffffff, 0x7fe0000000000000, 0x3ff0000000000000, 0xbff0000000000000,
    0x3fefffffffffffff, 0x3ff0000000000001, 0x4000000000000000, 0x3fe0000000000000, 0xbfe0000000000000,
    0x3fdfffffffffffff, 0x3fe0000000000001, 0x3ff8000000000000, 0x4004000000000000, 0xbff8000000000000,
    0x41dfffffffc00000, 0x41dfffffffe00000, 0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000200000,
    0xc1e0000000100000, 0x41efffffffe00000, 0x41effffffff00000, 0x41f0000000000000, 0x43e0000000000000,
    0x43f0000000000000, 0x4330000000000000, 0x4330000000000001, 0x433fffffffffffff, 0x40dfffe000000000,
    0x40e0000000000000, 0xc0e0000000000000, 0xc0e0002000000000, 0x40effff000000000, 0x40f0000000000000,
    0x47efffffe0000000, 0x47efffffefffffff, 0x47effffff0000000, 0x47f0000000000000, 0x3810000000000000,
    0x380fffffe0000000, 0x380fffffffffffff, 0x36a0000000000000, 0x3690000000000000, 0x3690000000000001,
    0x3ff0000010000000, 0x3ff0000030000000, 0x3ff0000010000001, 0x40effc0000000000, 0x40effe0000000000,
    0x3f10000000000000, 0x3f0ffc0000000000, 0x3e60000000000000, 0x3e70000000000001, 0x5fe0000000000000,
    0x1ff0000000000000, 0x0360000000000000, 0x7fd0000000000000, 0x7fcfffffffffffff, 0x0004000000000000,
};

static const uint16_t special_f16[] = {
    0x0000, 0x8000, 0x7c00, 0xfc00, 0x7e00, 0xfe00, 0x7c01, 0xfdff, 0x7fff, 0xffff, 0x0001, 0x8001, 0x03ff,
    0x83ff, 0x0200, 0x0400, 0x8400, 0x0401, 0x7bff, 0xfbff, 0x3c00, 0xbc00, 0x3bff, 0x3c01, 0x4000, 0x3800,
    0x37ff, 0x3801, 0x3e00, 0x4100, 0x6400, 0x6401, 0x6800, 0x77ff, 0x7800, 0xf800, 0x5bff, 0x5c00,
};

#define PICK(g, table) ((table)[rng_below((g), sizeof(table) / sizeof *(table))])

static uint32_t random32(struct rng *g)
{
    switch (rng_below(g, 8)) {
    case 0:
    case 1: return PICK(g, special32);
    case 2: return rng_below(g, 256);
    case 3: return PICK(g, special32) + PICK(g, special32);
    case 4: return 0xffffffffu << rng_below(g, 32) ^ (uint32_t)rng_next(g) % 3;
    default: return (uint32_t)rng_next(g);
    }
}

// Numbers of near magnitude, so that sums cancel and round.
static uint32_t near_f32(struct rng *g, uint32_t exponent)
{
    const uint32_t e = exponent + rng_below(g, 4);
    return (rng_percent(g, 50) ? 0x80000000u : 0) | (e > 254 ? 254 : e) << 23 | (random32(g) & 0x7fffff);
}

static uint64_t near_f64(struct rng *g, uint32_t exponent)
{
    const uint64_t e = exponent + rng_below(g, 4);
    const uint64_t fraction = rng_percent(g, 50) ? rng_next(g) : (uint64_t)random32(g) << 21 ^ random32(g);
    return (rng_percent(g, 50) ? 1ull << 63 : 0) | (e > 2046 ? 2046 : e) << 52 | (fraction & 0xfffffffffffff);
}

static uint64_t random_d(struct rng *g, uint32_t kind, uint32_t exponent)
{
    switch (kind) {
    case 0: return (uint64_t)PICK(g, special_f32) << 32 | PICK(g, special_f32);
    case 1: return PICK(g, special_f64);
    case 2: return (uint64_t)near_f32(g, exponent & 255) << 32 | near_f32(g, exponent & 255);
    case 3: return near_f64(g, exponent & 2047);
    case 4: {
        uint64_t v = 0;
        for (int i = 0; i < 4; i++)
            v = v << 16 | PICK(g, special_f16);
        return v;
    }
    case 5: { // bytes at their limits
        uint64_t v = 0;
        static const uint8_t bytes[] = {0,    1,    2,    0x7e, 0x7f, 0x80, 0x81, 0xfe,
                                        0xff, 0x40, 0xc0, 7,    8,    9,    0xf8, 0xf7};
        for (int i = 0; i < 8; i++)
            v = v << 8 | PICK(g, bytes);
        return v;
    }
    case 6: return (uint64_t)random32(g) << 32 | random32(g);
    default: return rng_next(g);
    }
}

void gen_state(struct rng *g, enum gen_space space, struct record *rec)
{
    for (int i = 0; i < 15; i++)
        rec->r[i] = random32(g);
    rec->cpsr = (uint32_t)rng_next(g) & 0xf80f0000;

    // One kind of number for half of the records, mixed ones for the other half.
    const bool mixed = rng_percent(g, 50);
    const uint32_t kind = rng_below(g, 8);
    uint32_t exponent = (uint32_t)rng_next(g);
    if (rng_percent(g, 30))
        exponent = rng_below(g, 4); // underflow
    else if (rng_percent(g, 30))
        exponent = 0x7fb + rng_below(g, 3); // overflow
    else if (rng_percent(g, 50))
        exponent = 0x3f8 + rng_below(g, 16);
    for (int i = 0; i < 32; i++)
        rec->d[i] = random_d(g, mixed || rng_percent(g, 15) ? rng_below(g, 8) : kind, exponent);

    uint32_t fpscr = (uint32_t)rng_next(g) & 0xf0000000; // NZCV
    if (space == GEN_VFP || space == GEN_NEON) {
        fpscr |= rng_below(g, 4) << 22;                                      // RMode
        if (rng_percent(g, 40)) fpscr |= 1u << 24;                           // FZ
        if (rng_percent(g, 40)) fpscr |= 1u << 25;                           // DN
        if (rng_percent(g, 30)) fpscr |= 1u << 26;                           // AHP
        if (rng_percent(g, 20)) fpscr |= (uint32_t)rng_next(g) & 0x0800009f; // QC, cumulative flags
        if (rng_percent(g, 3)) fpscr |= (uint32_t)rng_next(g) & 0x00370000;  // STRIDE, LEN
    }
    rec->fpscr = fpscr & gen_fpscr;
}
