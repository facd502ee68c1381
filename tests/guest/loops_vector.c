// Loops that carry values in vector registers of all sizes, long enough to become regions: what they compute,
// what a fault in their midst shows of it, and what operations leave there that the host does not do.
// stinkarm-test: build=arm,thumb cflags="-mfpu=neon-vfpv4 -mcpu=cortex-a15"
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { VFP_MAGIC = 0x56465001, WORDS = 0x1000 / 4, LONG = 20000 };

static sigjmp_buf env;
static uint64_t seen[32];

static void handler(int s, siginfo_t *si, void *context)
{
    const uint32_t *vfp = (const uint32_t *)((const ucontext_t *)context)->uc_regspace;
    (void)s, (void)si;
    memcpy(seen, vfp[0] == VFP_MAGIC ? vfp + 2 : vfp, sizeof seen);
    siglongjmp(env, 1);
}

// Sums of words, n or until one is not there: in s0 as a float, in d1 as a double, in q2 as four integers, in
// s12, d7 and q8 of what is in the same register by other names.
static void sums(const uint32_t *p, unsigned n)
{
    __asm__ volatile(
        "vmov.i32 q0, #0\n\tvmov.i32 q1, #0\n\tvmov.i32 q2, #0\n\tvmov.i32 q3, #0\n\tvmov.i32 q8, #0\n"
        "1: ldr r2, [%0], #4\n\t"
        "vmov s12, r2\n\t"          // the lower quarter of q3, read as d6 below
        "vcvt.f32.s32 s13, s12\n\t" // and the next
        "vcvt.f64.s32 d4, s12\n\t"
        "vadd.f32 s0, s0, s13\n\t"
        "vadd.f64 d1, d1, d4\n\t"
        "vadd.i32 d7, d7, d6\n\t"
        "vdup.32 q9, r2\n\t"
        "vadd.i32 q8, q8, q9\n\t"
        "vmov d19, d1\n\t" // a half of what has just been whole
        "vadd.i32 d5, d16, d17\n\t"
        "subs %1, %1, #1\n\tbne 1b\n"
        : "+r"(p), "+r"(n)
        :
        : "r2", "q0", "q1", "q2", "q3", "q8", "q9", "cc", "memory");
}

static int check_sums(uint32_t words)
{
    float f = 0;
    double d = 0;
    uint32_t i = 0, bits = 0;
    for (uint32_t k = 0; k < words; k++) {
        const float one = (float)k;
        uint32_t pattern;
        memcpy(&pattern, &one, 4);
        f += one, d += k, i += k, bits += pattern;
    }
    const float last = (float)(words - 1);
    uint32_t want[12] = {0};
    memcpy(&want[0], &f, 4);
    memcpy(&want[2], &d, 8);
    want[4] = words - 1; // d6
    memcpy(&want[5], &last, 4);
    want[6] = i, want[7] = bits;                 // d7
    want[8] = want[9] = want[10] = want[11] = i; // q8
    const uint64_t got[] = {seen[0] & 0xffffffff, seen[1], seen[6], seen[7], seen[16], seen[17]};
    uint64_t sum5 = (uint64_t)(2 * i) << 32 | 2 * i;
    if (!memcmp(got, want, sizeof got) && seen[5] == sum5 && seen[19] == seen[1]) return 0;
    for (unsigned k = 0; k < 12; k++)
        printf("word %u: %08x instead of %08x\n", k, ((const uint32_t *)got)[k], want[k]);
    return 1;
}

// Adds step to each of two sums in d0 and q2, beside which infinities meet and denormals are halved: results
// that are no host instruction's.
static double beside_traps(double step, double infinite, unsigned n)
{
    double sum = 0;
    uint32_t low;
    __asm__ volatile("vmov d0, %P3\n\tvmov.i32 q2, #0\n\tvmov.i32 d8, #0\n\tvmov.i32 q3, #1\n"
                     "1: vadd.f64 d8, d8, %P3\n\t"
                     "vsub.f64 d9, %P4, %P4\n\t" // the default NaN
                     "vadd.i32 q2, q2, q3\n\t"
                     "vadd.f32 q5, q3, q3\n\t" // denormals, flushed
                     "vmul.f64 d0, d9, d8\n\t"
                     "subs %2, %2, #1\n\tbne 1b\n\t"
                     "vmov %P0, d8\n\tvmov.32 %1, d5[1]\n"
                     : "=&w"(sum), "=&r"(low), "+r"(n)
                     : "w"(step), "w"(infinite)
                     : "q0", "q2", "q3", "q4", "q5", "cc");
    return sum + low;
}

int main(void)
{
    const struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSEGV, &sa, NULL);
    uint32_t *p = mmap(NULL, 0x2000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(p + WORDS, 0x1000);
    for (uint32_t k = 0; k < WORDS; k++)
        p[k] = k;
    volatile int failures = 0;
    for (volatile int i = 0; i < 8; i++)
        sums(p, WORDS);
    for (volatile uint32_t words = 1; words <= WORDS; words = 2 * words + (words < 512)) {
        for (volatile uint32_t k = 0; k < words; k++)
            p[WORDS - words + k] = k;
        if (sigsetjmp(env, 0)) {
            failures += check_sums(words);
            continue;
        }
        sums(p + WORDS - words, words + 1);
        failures++;
    }
    const double sum = beside_traps(0.5, 1e300 * 1e300, LONG);
    if (sum != LONG * 1.5) failures++, printf("%f instead of %f\n", sum, LONG * 1.5);
    return failures != 0;
}
