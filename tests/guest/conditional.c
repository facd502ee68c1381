// Conditional instructions alone, in a row, with their opposites; what lies between a comparison and its use:
// every condition behind every kind of operation that sets the flags. A line for each of these: a hash of
// what came out.
// stinkarm-test: build=arm,thumb cflags="-Wa,-mimplicit-it=always" oracle=qemu
#include <stdint.h>
#include <stdio.h>

#ifdef __thumb__
#define STATE     "1"
#define DIRECTIVE ".thumb\n"
#else
#define STATE     "0"
#define DIRECTIVE ".arm\n"
#endif

// A function of the table: `set` sets the flags, the body works on r0 … r3, r5 and r8 … r10. r4: memory.
#define CASE(set, body)                                                                                      \
    ".pushsection .data\n .word 9f + " STATE "\n .popsection\n"                                              \
    "9: push {r0, r4-r11, lr}\n mov r12, r0\n ldr r6, [r12, #36]\n msr apsr_nzcvq, r6\n"                     \
    "ldm r12, {r0-r5, r8-r10}\n" set "\n" body "\n mrs r12, apsr\n pop {r6}\n"                               \
    "stm r6, {r0-r5, r8-r10, r12}\n pop {r4-r11, pc}\n"

#define BODIES(set, c, o)                                                                                    \
    CASE(set, "add" #c " r0, r0, #1")                                                                        \
    CASE(set, "mov" #c " r0, #1\n mov" #o " r0, #0")                                                         \
    CASE(set, "mov" #o " r8, #1\n mov" #c " r8, #0")                                                         \
    CASE(set, "mov" #c " r2, r0\n mov" #o " r2, r1")                                                         \
    CASE(set, "add" #c " r2, r2, #1\n add" #o " r2, r2, #4")                                                 \
    CASE(set, "sub" #c " r8, r9, r10\n rsb" #o " r9, r9, #9")                                                \
    CASE(set, "rsb" #c " r0, r0, #0\n mvn" #c " r1, r0\n uxtb" #o " r3, r3")                                 \
    CASE(set, "add" #c " r0, r1, r2, lsl #2\n sub" #o " r0, r0, r9, lsr #3")                                 \
    CASE(set, "lsl" #c " r5, r5, #5\n ror" #c " r3, r3, #9\n asr" #o " r10, r3, #4")                         \
    CASE(set, "ldr" #c " r2, [r4]\n add" #c " r2, r2, r1\n str" #c " r2, [r4, #4]")                          \
    CASE(set,                                                                                                \
         "ldr" #c " r2, [r4, #8]\n ldr" #o " r2, [r4, #4]\n eor" #o " r2, r2, r0\n orr" #o " r8, r2, #1")    \
    CASE(set, "cmp" #c " r1, #7\n mov" #c " r2, #9\n add" #o " r3, r3, #9\n it eq\n moveq r5, r1")           \
    CASE(set, "eor" #c " r0, r0, r1\n subs" #c " r2, r2, r0\n add" #c " r2, r2, #1\n add" #o " r3, r2, #2")  \
    CASE(set, "add r0, r0, r1\n sub r2, r2, r8\n rsb r3, r3, #1\n mov" #c " r5, r0")                         \
    CASE(set, "and r0, r0, #0xff\n ubfx r1, r1, #3, #11\n sbfx r2, r0, #5, #8\n lsr r3, r3, #3\n"            \
              "uxth r8, r3, ror #8\n rev r9, r9\n mov" #o " r5, r8")                                         \
    CASE(set, "movs r3, #0x80000000\n mov" #c " r5, #9\n movs r2, #1\n mov" #c " r8, #9")                    \
    CASE(set, "movs r3, #0x1fc\n mov" #c " r5, #9\n movs r2, #1\n mov" #o " r8, #9")                         \
    CASE(set, "vmov s0, r0\n vmov s1, r1\n vcmp.f32 s1, #0\n cmp r2, r3\n vcmp" #c ".f32 s0, s1\n"           \
              "add" #o " r5, r5, #3\n ldr r2, [r4]\n vmrs APSR_nzcv, fpscr\n mov" #c " r8, #9\n mov" #o      \
              " r9, #7")                                                                                     \
    CASE(set, "mul r2, r0, r1\n orr r3, r3, r0\n b" #c " 1f\n mvn r5, r3\n 1: add" #c " r5, r5, r2")

#define CONDITIONS(set)                                                                                      \
    BODIES(set, eq, ne)                                                                                      \
    BODIES(set, cs, cc)                                                                                      \
    BODIES(set, mi, pl)                                                                                      \
    BODIES(set, vs, vc) BODIES(set, hi, ls) BODIES(set, ge, lt) BODIES(set, gt, le) BODIES(set, ne, eq)

#define SETTERS(X)                                                                                           \
    X("cmp r0, r1")                                                                                          \
    X("subs r9, r0, r1")                                                                                     \
    X("rsbs r0, r0, r1")                                                                                     \
    X("cmn r0, r1")                                                                                          \
    X("adds r8, r8, r1")                                                                                     \
    X("adcs r0, r0, r1") X("nop") X("tst r0, r1") X("movs r2, r0, lsr #1") X("ands r0, r0, r1, lsl #3")      \
        X("eors r0, r0, #0x80000000")
#define TEXT(set) set,

// clang-format off
__asm__(".syntax unified\n" DIRECTIVE
        ".pushsection .data\n .balign 4\n .globl cases\n cases:\n .popsection\n"
        ".pushsection .text\n .balign 4\n" SETTERS(CONDITIONS) ".popsection\n"
        ".pushsection .data\n .globl cases_end\n cases_end:\n .popsection\n");
// clang-format on

struct state {
    uint32_t r[9], flags;
};
extern void (*const cases[])(struct state *), (*const cases_end[])(struct state *);

static const uint32_t values[][2] = {
    {0, 0},
    {1, 0},
    {0, 1},
    {5, 7},
    {0x80000000, 1},
    {1, 0x80000000},
    {0x7fffffff, 1},
    {~0u, ~0u},
    {~0u, 1},
    {~0u, 0x7fffffff},
    {0x80000000, 0x80000000},
    {0x12345678, 4},
    {4, 0xfffffffc},
};

static uint32_t hash(uint32_t h, const uint32_t *v, unsigned n)
{
    for (unsigned k = 0; k < n; k++) {
        h = (h ^ v[k]) * 0x01000193;
        h ^= h >> 15;
    }
    return h;
}

static uint32_t run(void (*f)(struct state *), uint32_t h)
{
    for (unsigned k = 0; k < sizeof values / sizeof *values; k++) {
        const uint32_t a = values[k][0], b = values[k][1];
        uint32_t memory[4] = {1, 2, 0x8003fe04, 5};
        struct state s = {{a, b, 7, ~0xff0u, (uint32_t)memory, 0x81, 3, b, 5 - a}, (k * 7 & 15) << 28};
        f(&s);
        s.r[4] -= (uint32_t)memory;
        s.flags &= 0xf8000000; // GE is what the C library left
        h = hash(hash(h, s.r, 10), memory, 4);
    }
    return h;
}

int main(void)
{
    static const char *const names[] = {SETTERS(TEXT)};
    const unsigned setters = sizeof names / sizeof *names, n = (unsigned)(cases_end - cases) / setters;
    for (unsigned k = 0; k < setters; k++) {
        uint32_t h = 1;
        for (unsigned i = 0; i < n; i++)
            h = run(cases[k * n + i], h);
        printf("%s: %u: %08x\n", names[k], n, h);
    }
    return 0;
}
