// Integer, floating-point and Advanced SIMD kernels under an interval timer of 10 kHz, whose handler leaves
// nothing as it was: all core registers but SP and LR, the flags, all VFP registers, FPSCR. Their checksums
// are those without the timer.
// stinkarm-test: build=arm,thumb,thumb-O3 cflags="-mfpu=neon-vfpv4 -ffp-contract=fast" libs="-lm"
#define _GNU_SOURCE
#include <arm_neon.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>

#include "check.h"

enum { SIGNALS = 200, MAX_RUNS = 100000, N = 256 };

volatile int signals; // counted by the handler

void handler(int sig);
__asm__(".text; .balign 4; .syntax unified; .arm; .type handler, %function\n"
        "handler: ldr r0, =signals; ldr r1, [r0]; add r1, r1, #1; str r1, [r0]\n"
        "ldr r1, =0x0bc7009f; vmsr fpscr, r1\n" // towards zero, flush to zero, default NaN, every exception
        "mvn r0, #0; vmov d0, r0, r0; vmov d1, d0; vmov q1, q0; vmov q2, q0; vmov q3, q0; vmov q4, q0; vmov "
        "q5, q0\n"
        "vmov q6, q0; vmov q7, q0; vmov q8, q0; vmov q9, q0; vmov q10, q0; vmov q11, q0; vmov q12, q0; vmov "
        "q13, q0\n"
        "vmov q14, q0; vmov q15, q0; clrex; msr APSR_nzcvqg, r0\n"
        "mov r1, r0; mov r2, r0; mov r3, r0; mov r4, r0; mov r5, r0; mov r6, r0; mov r7, r0; mov r8, r0; mov "
        "r9, r0\n"
        "mov r10, r0; mov r11, r0; mov r12, r0; bx lr; .ltorg\n"
#ifdef __thumb__
        ".thumb\n"
#endif
);

static uint32_t sum(const void *data, uint32_t bytes)
{
    const uint32_t *w = data;
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < bytes / 4; i++)
        h = (h ^ w[i]) * 16777619u;
    return h;
}

// ---- kernels ----

static uint32_t sort(void)
{
    uint32_t a[N], x = 1;
    for (int i = 0; i < N; i++)
        a[i] = x = x * 1664525u + 1013904223u;
    for (int i = 1; i < N; i++) {
        const uint32_t v = a[i];
        int j = i;
        for (; j > 0 && a[j - 1] > v; j--)
            a[j] = a[j - 1];
        a[j] = v;
    }
    return sum(a, sizeof a);
}

// Chains of carries, 64-bit products and division
static uint32_t carries(void)
{
    uint64_t a = 0x0123456789abcdefull, b = 1, acc = 0;
    for (int i = 1; i < 3000; i++) {
        acc += a * b + (acc >> 33);
        b = (b << 7) - b + (uint32_t)i;
        a ^= acc / (uint32_t)(i | 1);
    }
    return sum(&acc, 8);
}

// GE, Q, the flags, and IT blocks, live across many instructions
static uint32_t flags(void)
{
    uint32_t x = 12345, y = 0x89abcdef, h = 0, n = 4000;
    __asm__ volatile(
        ".syntax unified\n"
        "mov r12, #0; msr APSR_nzcvqg, r12\n"
        "1: adds %0, %0, %1, ror #7; uadd8 %1, %1, %0; mov r12, %1; eor r12, r12, %0, lsr #3\n"
        "adcs %2, %2, r12; sel r12, %0, %2; qadd %1, %1, r12; itete mi; addmi %2, %2, #3; subpl %2, %2, #5\n"
        "eormi %0, %0, %2; addpl %0, %0, r12; mrs r12, cpsr; and r12, r12, #0xf8000000\n"
        "eor %2, %2, r12, lsr #9; sub %3, %3, #1; cmp %3, #0; bne 1b\n"
        : "+r"(x), "+r"(y), "+r"(h), "+r"(n)
        :
        : "r12", "cc");
    return h ^ x ^ y;
}

static uint32_t doubles(void)
{
    double a[N], t = 0.5;
    for (int i = 0; i < N; i++) {
        t = t * 3.7 * (1 - t);
        a[i] = sqrt(t) + (t > 0.5 ? 1 / (t + 1) : -t);
    }
    for (int k = 0; k < 10; k++)
        for (int i = 1; i < N - 1; i++)
            a[i] = 0.25 * (a[i - 1] + 2 * a[i] + a[i + 1]) + (float)a[i] * 1e-3f;
    return sum(a, sizeof a);
}

static uint32_t floats(void)
{
    float a[N];
    int32_t whole = 0;
    for (int i = 0; i < N; i++)
        a[i] = (float)(i % 17) / 3 - 2;
    for (int k = 0; k < 10; k++)
        for (int i = 0; i < N; i++) {
            a[i] = a[i] * a[(i + 1) % N] * 0.3f + (a[i] < 0 ? 0.75f : -0.5f);
            whole += (int32_t)(a[i] * 1000);
        }
    return sum(a, sizeof a) ^ (uint32_t)whole;
}

static uint32_t neon(void)
{
    uint8_t a[N], b[N];
    int16x8_t filter = vdupq_n_s16(3);
    uint32x4_t h = vdupq_n_u32(7);
    float32x4_t f = vdupq_n_f32(1.25f);
    for (int i = 0; i < N; i++)
        a[i] = (uint8_t)(i * i), b[i] = (uint8_t)(i * 7);
    for (int k = 0; k < 20; k++)
        for (int i = 0; i < N; i += 16) {
            const uint8x16_t x = vld1q_u8(a + i), y = vld1q_u8(b + (i + 16) % N);
            const uint8x16_t z = vbslq_u8(vcgtq_u8(x, y), vhaddq_u8(x, y), vqsubq_u8(y, x));
            const int16x8_t w = vreinterpretq_s16_u16(vmull_u8(vget_low_u8(z), vget_high_u8(y)));
            filter = vmlaq_s16(filter, vqdmulhq_s16(w, filter), vextq_s16(w, filter, 3));
            h = veorq_u32(vaddq_u32(h, vreinterpretq_u32_u8(z)), vreinterpretq_u32_s16(filter));
            f = vmlaq_f32(f, vcvtq_f32_u32(vshrq_n_u32(h, 20)), vdupq_n_f32(0.001f));
            vst1q_u8(a + i, vreinterpretq_u8_u32(vzipq_u32(vreinterpretq_u32_u8(z), h).val[0]));
        }
    h = veorq_u32(h, vreinterpretq_u32_f32(f));
    return sum(a, sizeof a) ^ sum(&h, 16);
}

// ---- the test ----

static uint32_t fpscr(void)
{
    uint32_t v;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(v));
    return v & 0x07ff0000u; // the modes
}

static void timer(int microseconds)
{
    const struct itimerval t = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &t, NULL);
}

static void run(const char *name, uint32_t (*kernel)(void))
{
    const uint32_t expected = kernel();
    int wrong = 0, runs = 0;
    signals = 0;
    timer(100);
    for (; signals < SIGNALS && runs < MAX_RUNS; runs++)
        wrong += kernel() != expected || fpscr();
    timer(0);
    if (wrong || signals < SIGNALS)
        printf("%s: %d of %d runs are wrong, %d signals\n", name, wrong, runs, signals), failures++;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &sa, NULL);
    run("sort", sort);
    run("carries", carries);
    run("flags", flags);
    run("doubles", doubles);
    run("floats", floats);
    run("neon", neon);
    return failures != 0;
}
