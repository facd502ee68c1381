// Floating-point operations on numbers of every kind in every mode: results and exception flags are what
// qemu-arm gives. Programs that do what the host leaves to software a million times end soon all the same.
// stinkarm-test: build=arm,thumb cflags="-mfpu=neon-vfpv4" oracle=qemu timeout=60
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FZ = 1 << 24, DN = 1 << 25, ROUND = 1 << 22, FLAGS = 0x9f };

static const uint64_t doubles[] = {
    0,
    0x8000000000000000, // -0
    0x3ff0000000000000, // 1
    0xc000000000000001, // -2 and a bit
    0x4340000000000001, // 2^53 + 2
    0x41dfffffffc00000, // 2^31 - 1
    0xc1e0000000200000, // -2^31 - 1
    0x41f0000000000000, // 2^32
    0xbfe0000000000000, // -0.5
    0x7fefffffffffffff, // the largest
    0x0010000000000001, // nearly the smallest normal number
    0x001fffffffffffff,
    0x800fffffffffffff,
    0x0000000000000001, // denormal
    0x1ff8000000000001, // its square underflows
    0x7ff0000000000000,
    0xfff0000000000000, // infinities
    0x7ff8000000000123,
    0xfff8000000000456, // quiet NaNs
    0x7ff0000000000789,
    0xfff4000000000abc, // signalling ones
};
enum { NUMBERS = sizeof doubles / sizeof *doubles };

static const uint32_t singles[NUMBERS] = {
    0,          0x80000000, 0x3f800000, 0xc0000001, 0x4b800001, 0x4effffff, 0xcf000001,
    0x4f800000, 0xbf000000, 0x7f7fffff, 0x00800001, 0x00ffffff, 0x807fffff, 0x00000001,
    0x20000001, 0x7f800000, 0xff800000, 0x7fc00123, 0xffc00456, 0x7f800789, 0xffa00abc,
};

static uint32_t swap_fpscr(uint32_t v)
{
    uint32_t old;
    __asm__ volatile("vmrs %0, fpscr\n\tvmsr fpscr, %1" : "=&r"(old) : "r"(v));
    return old;
}

static uint64_t hash;

static void add(uint64_t v)
{
    hash = (hash ^ v) * 0x100000001b3;
}

// d: as if it were an accumulator, too.
#define DOUBLE(name, text)                                                                                   \
    static void d_##name(uint64_t d, uint64_t n, uint64_t m)                                                 \
    {                                                                                                        \
        __asm__ volatile("vmov d16, %Q0, %R0\n\tvmov d17, %Q1, %R1\n\tvmov d18, %Q2, %R2\n\t" text           \
                         "\n\tvmov %Q0, %R0, d16"                                                            \
                         : "+r"(d)                                                                           \
                         : "r"(n), "r"(m)                                                                    \
                         : "d0", "d16", "d17", "d18", "cc");                                                 \
        add(d);                                                                                              \
    }
#define SINGLE(name, text)                                                                                   \
    static void s_##name(uint32_t d, uint32_t n, uint32_t m)                                                 \
    {                                                                                                        \
        __asm__ volatile("vmov s0, %0\n\tvmov s1, %1\n\tvmov s2, %2\n\t" text "\n\tvmov %0, s0"              \
                         : "+r"(d)                                                                           \
                         : "r"(n), "r"(m)                                                                    \
                         : "s0", "s1", "s2", "d1", "cc");                                                    \
        add(d);                                                                                              \
    }
#define BOTH(name, op)                                                                                       \
    DOUBLE(name, op ".f64 d16, d17, d18")                                                                    \
    SINGLE(name, op ".f32 s0, s1, s2")
#define ONE(name, op, from_d, from_s)                                                                        \
    DOUBLE(name, op " " from_d)                                                                              \
    SINGLE(name, op " " from_s)

// The order of the operands must not matter where it does not, nor what is between the comparison and the
// look at its flags.
#define COMPARE(name, op, between)                                                                           \
    DOUBLE(name, op                                                                                          \
           ".f64 d17, d18" between "\n\tvmrs APSR_nzcv, fpscr\n\tmov %Q0, #0\n\tite eq\n\torreq %Q0, #1\n\t" \
           "orrne %Q0, #2\n\tite mi\n\torrmi %Q0, #4\n\torrpl %Q0, #8\n\tite gt\n\torrgt %Q0, #16"           \
           "\n\torrle %Q0, #32\n\tite ge\n\torrge %Q0, #64\n\torrlt %Q0, #128\n\tvmov d16, %Q0, %R0")        \
    SINGLE(name,                                                                                             \
           op ".f32 s1, s2" between "\n\tvmrs APSR_nzcv, fpscr\n\tmov %0, #0\n\tite ls\n\torrls %0, #1\n\t"  \
              "orrhi %0, #2\n\tite cs\n\torrcs %0, #4\n\torrcc %0, #8\n\tite vs\n\torrvs %0, #16\n\t"        \
              "orrvc %0, #32\n\tite eq\n\torreq %0, #64\n\torrne %0, #128\n\tvmov s0, %0")

BOTH(add, "vadd")
BOTH(sub, "vsub")
BOTH(mul, "vmul")
BOTH(nmul, "vnmul")
BOTH(div, "vdiv")
BOTH(mla, "vmla")
BOTH(mls, "vmls")
BOTH(nmla, "vnmla")
BOTH(nmls, "vnmls")
BOTH(fma, "vfma")
BOTH(fms, "vfms")
BOTH(fnma, "vfnma")
BOTH(fnms, "vfnms")
COMPARE(cmp, "vcmp", "")
COMPARE(cmpe, "vcmpe", "")
COMPARE(cmp_late, "vcmp", "\n\tcmn r0, r0")
DOUBLE(sqrt, "vsqrt.f64 d16, d17")
SINGLE(sqrt, "vsqrt.f32 s0, s1")
DOUBLE(to_s, "vcvt.f32.f64 s0, d17\n\tvmov d16, d0")
SINGLE(to_d, "vcvt.f64.f32 d0, s1\n\tveor.32 d0, d0\n\tvcvt.f64.f32 d1, s1\n\tveor d0, d0, d1")
DOUBLE(to_int, "vcvt.s32.f64 s0, d17\n\tvcvt.u32.f64 s1, d17\n\tvmov d16, d0")
SINGLE(to_int, "vcvt.s32.f32 s0, s1\n\tvcvt.u32.f32 s1, s1\n\tveor d0, d0, d1")
DOUBLE(round, "vcvtr.s32.f64 s0, d17\n\tvcvtr.u32.f64 s1, d17\n\tvmov d16, d0")
SINGLE(from_int, "vcvt.f32.s32 s0, s1\n\tvcvt.f32.u32 s1, s1\n\tveor d0, d0, d1")
DOUBLE(to_fix,
       "vmov d16, d17\n\tvcvt.s32.f64 d16, d16, #7\n\tvcvt.u16.f64 d17, d17, #3\n\tveor d16, d16, d17")
SINGLE(to_fix, "vcvt.u32.f32 s1, s1, #9\n\tvmov s0, s1\n\tvcvt.s16.f32 s2, s2, #2\n\tveor d0, d0, d1")
DOUBLE(from_fix,
       "vmov d16, d17\n\tvcvt.f64.s32 d16, d16, #31\n\tvcvt.f64.u16 d17, d17, #3\n\tveor d16, d16, d17")
SINGLE(from_fix, "vmov s0, s1\n\tvcvt.f32.s32 s0, s0, #30\n\tvcvt.f32.s16 s2, s2, #2\n\tveor d0, d0, d1")

// Comparisons first: their traps are to be seen before there are so many that they are done away with.
static void (*const double_ops[])(uint64_t, uint64_t, uint64_t) = {
    d_cmp,  d_cmpe, d_cmp_late, d_add,  d_sub,  d_mul,  d_nmul, d_div,    d_mla,   d_mls,    d_nmla,
    d_nmls, d_fma,  d_fms,      d_fnma, d_fnms, d_sqrt, d_to_s, d_to_int, d_round, d_to_fix, d_from_fix,
};
static void (*const single_ops[])(uint32_t, uint32_t, uint32_t) = {
    s_cmp,  s_cmpe, s_cmp_late, s_add,  s_sub,  s_mul,  s_nmul, s_div,    s_mla,      s_mls,    s_nmla,
    s_nmls, s_fma,  s_fms,      s_fnma, s_fnms, s_sqrt, s_to_d, s_to_int, s_from_int, s_to_fix, s_from_fix,
};

enum { OPS = sizeof double_ops / sizeof *double_ops };
_Static_assert(OPS == sizeof single_ops / sizeof *single_ops, "as many of both");

// The flags are looked at after each operation, or only at the end.
static void everything(uint32_t mode, int each)
{
    for (unsigned op = 0; op < OPS; op++) {
        hash = 0xcbf29ce484222325;
        swap_fpscr(mode);
        for (unsigned n = 0; n < NUMBERS; n++)
            for (unsigned m = 0; m < NUMBERS; m++) {
                const unsigned d = (5 * n + 3 * m) % NUMBERS;
                double_ops[op](doubles[d], doubles[n], doubles[m]);
                if (each) add(swap_fpscr(mode));
                single_ops[op](singles[d], singles[n], singles[m]);
                if (each) add(swap_fpscr(mode));
            }
        add(swap_fpscr(0));
        printf("mode %08" PRIx32 " operation %2u: %016" PRIx64 "\n", mode, op, hash);
    }
}

static void storm(const char *what, uint32_t mode, double a, double b)
{
    double sum = 0;
    swap_fpscr(mode);
    for (int i = 0; i < 1000000; i++) {
        double r;
        __asm__ volatile("vsub.f64 %P0, %P1, %P2\n\tvmul.f64 %P0, %P0, %P1" : "=&w"(r) : "w"(a), "w"(b));
        __asm__ volatile("vadd.f64 %P0, %P0, %P1" : "+w"(sum) : "w"(r));
    }
    uint64_t bits;
    const uint32_t flags = swap_fpscr(0);
    memcpy(&bits, &sum, sizeof bits);
    printf("%s: %016" PRIx64 " %08" PRIx32 "\n", what, bits, flags & FLAGS);
}

static volatile sig_atomic_t caught;

static void on_fpe(int sig)
{
    caught = sig;
}

int main(void)
{
    // Only ordinary modes first: what other modes need, code must be able to do from then on.
    everything(0, 1);
    everything(0, 0);
    for (unsigned r = 1; r < 4; r++)
        everything(r * ROUND, 1);
    everything(FZ, 1);
    everything(FZ, 0);
    everything(DN, 1);
    everything(FZ | DN | 2 * ROUND, 0);
    everything(0, 1);
    const double infinity = __builtin_inf(), tiny = 0x1p-1060;
    storm("invalid", 0, infinity, infinity);
    storm("denormal", 0, tiny, tiny / 2);
    storm("flushed", FZ, tiny, tiny / 2);
    storm("nan", DN, __builtin_nan("5"), 1);
    everything(0, 1);
    everything(FZ, 1);
    // A signal like any other for the guest.
    signal(SIGFPE, on_fpe);
    raise(SIGFPE);
    printf("caught %d\n", (int)caught);
    return 0;
}
