// run: smp
// A CPU rewrites what another one runs. When the caches have been told (A3.5.4) and the other has had an ISB,
// it must run the new code; and never anything but old or new.
#include "hot.h"

enum { CODE = 16, CALLER = 24, PATCHED = 32, TURNS = 800 };
enum { FUNCTION, CALL, LOOP, PHASES };

static volatile uint32_t generation, phase, begun, ready, done, rounds, bad;

// `loop` adds what its patched instruction moves to r0, until r1 is 0 or the word at r2 changes; it has no
// ISB, but comes through an exception now and then.
static const uint32_t loop[] = {
    0xe3a00000, // mov r0, #0, patched: with the generation
    0xe2511001, // subs r1, r1, #1
    0x1afffffc, // bne
    0xe12fff1e, // bx lr
};

static int step(uint32_t what)
{
    const uint32_t before = generation;
    asm volatile("dmb\n isb" ::: "memory");
    uint32_t is = 0;
    switch (what) {
    case FUNCTION: is = call(page_va(CODE), 0, 0); break;
    case CALL: is = call(page_va(CALLER), 1, 0); break;
    case LOOP: is = call(page_va(PATCHED), 0, 20); break;
    }
    barrier();
    return is < before || is > generation + 1;
}

static void second(void)
{
    hot_vectors_on();
    mmu_on();
    ready = 1;
    for (uint32_t what = 0; what < PHASES; what++) {
        while (phase != what) {
        }
        begun = what;
        do {
            bad += step(what);
            rounds++;
        } while (phase == what);
    }
    done = 1;
    asm volatile("dsb" ::: "memory");
    for (;;)
        asm volatile("wfi");
}

static void write_one(uint32_t what, uint32_t i)
{
    uint32_t code = 0xe3000000 | (i & 0xf000) << 4 | (i & 0xfff);
    switch (what) {
    case FUNCTION: write_code(page_va(CODE), &code, 1); break;
    case CALL: // to one of two functions, which is made anew first
        write_constant(page_va(CODE) + 64 + 64 * (i & 1), i);
        code = branch(0xeb000000, page_va(CALLER) + 12, page_va(CODE) + 64 + 64 * (i & 1));
        write_code(page_va(CALLER) + 12, &code, 1);
        break;
    case LOOP: write_code(page_va(PATCHED), &code, 1); break;
    }
}

// The peer runs old code at times.
static void rewrite(const char *name, uint32_t what)
{
    for (uint32_t i = generation + 1, end = i + TURNS; i < end; i++) {
        write_one(what, i);
        if (phase != what) {
            phase = what;
            while (begun != what) {
            }
        }
        generation = i;
        if (i % 8 == 0) {
            const uint32_t now = rounds;
            while (rounds - now < 3) {
            }
        }
    }
    manual(name, bad, 0);
    print(name), putc('\n');
}

int main(void)
{
    hot_begin();
    phase = begun = ~0u;
    remap(CODE, 1, PAGE_ALL), remap(CALLER, 2, PAGE_ALL), remap(PATCHED, 3, PAGE_ALL);
    write_constant(page_va(CODE), 0);
    write_constant(page_va(CODE) + 64, 0);
    write_caller(page_va(CALLER), page_va(CALLER), page_va(CODE) + 64);
    write_code(page_va(PATCHED), loop, 4);
    start_secondary(second);
    while (!ready) {
    }
    rewrite("a function", FUNCTION);
    rewrite("a call", CALL);
    rewrite("a loop", LOOP);
    phase = PHASES;
    while (!done) {
    }
    return 0;
}
