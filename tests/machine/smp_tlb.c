// run: smp
// A CPU changes mappings under another one's hot loops. Once its maintenance is complete (TLB operation,
// inner shareable, and DSB), the other must not use what was there before (B3.10.5).
#include "hot.h"

enum { DATA = 8, CODE = 16, CALLER = 24, TURNS = 800 }; // pages of VA
enum { LOADS, CALLS, STORES, READ_ONLY, HOLES, PHASES };

static volatile uint32_t generation, phase, ready, done, rounds, bad, faults;

static void skip(struct frame *f)
{
    f->pc += 4;
    f->r[0] = 0;
    faults++;
}

asm(".text\n .arm\n nothing_here: mov r0, #0xff\n bx lr\n");
extern const char nothing_here[];

static void at_hole(struct frame *f)
{
    faults++;
    f->pc = (uint32_t)nothing_here;
}

asm(".text\n .arm\n load_word: ldr r0, [r0]\n bx lr\n store_word: str r1, [r0]\n bx lr\n");
extern function load_word, store_word;

// One step of what the second CPU does, and whether it saw what it must not see.
static int step(uint32_t what, uint32_t round)
{
    const uint32_t before = generation;
    barrier();
    switch (what) {
    case LOADS: return load_word(page_va(DATA), 0) < before;
    case CALLS: return call(page_va(CALLER), 10, 0) < 10 * before;
    case STORES: // the page of before may take no store any more
        store_word(page_va(DATA) + 64, round);
        return 0;
    case READ_ONLY: // nor one that may only be read
        store_word(page_va(DATA) + 64, round);
        return 0;
    case HOLES: return load_word(page_va(DATA), 0) == 0xdead || call(page_va(CODE), 0, 0) == 0xdead;
    }
    return 0;
}

static void second(void)
{
    hot_vectors_on();
    mmu_on();
    ready = 1;
    for (uint32_t what = 0; what < PHASES; what++) {
        while (phase != what) {
        }
        rounds = 0;
        do {
            bad += step(what, rounds);
            rounds++;
        } while (phase == what);
    }
    done = 1;
    asm volatile("dsb" ::: "memory");
    for (;;)
        asm volatile("wfi");
}

static void pause(void)
{
    const uint32_t now = rounds;
    while (rounds - now < 3) {
    }
}

static void show_phase(const char *name)
{
    barrier();
    show(name, bad, 0);
    rounds = bad = 0;
}

// Frames 1 and 2 in turns; what is in them is the generation, which is made known when the TLBs have been
// told.
static void other_frames(uint32_t page)
{
    static const char *const names[] = {"loads", "calls"};
    phase = page == DATA ? LOADS : CALLS;
    while (!rounds) {
    }
    for (uint32_t i = 1; i < TURNS; i++) {
        const uint32_t frame = 1 + (i & 1);
        if (page == DATA)
            *reg(frame_at(frame)) = i;
        else
            write_constant(frame_at(frame), i);
        map(page, frame, PAGE_ALL);
        asm volatile("dsb" ::: "memory");
        switch (i % 3) {
        case 0: CP15_WRITE(page_va(page), 0, c8, c3, 1); break; // by address
        case 1: CP15_WRITE(page_va(page), 0, c8, c3, 3); break; // of all ASIDs
        case 2: CP15_WRITE(0, 0, c8, c3, 0); break;             // all
        }
        CP15_WRITE(0, 0, c7, c1, 6);
        generation = i;
        if (i % 8 == 0) pause();
    }
    show_phase(names[page != DATA]);
    generation = 0;
}

static void no_more_stores(uint32_t what)
{
    phase = what;
    while (!rounds) {
    }
    for (uint32_t i = 1; i < TURNS; i++) {
        const uint32_t frame = 3 + (i & 1), old = 3 + (~i & 1);
        if (what == STORES)
            remap(DATA, frame, PAGE_ALL);
        else
            remap(DATA, 3, PAGE_READ_ONLY);
        const uint32_t at = frame_at(what == STORES ? old : 3) + 64;
        *reg(at) = 0x5eed0000 | i;
        for (volatile uint32_t wait = 0; wait < 30; wait++) {
        }
        bad += *reg(at) != (0x5eed0000 | i);
        if (what == READ_ONLY) remap(DATA, 3, PAGE_ALL);
        if (i % 8 == 0) pause();
    }
    show_phase(what == STORES ? "stores" : "stores, read only");
}

// A page is taken away and used for something else.
static void holes(void)
{
    phase = HOLES;
    while (!rounds) {
    }
    for (uint32_t i = 1; i < TURNS; i++) {
        *reg(frame_at(5)) = 1;
        write_constant(frame_at(6), 1);
        map(DATA, 5, PAGE_ALL), map(CODE, 6, PAGE_ALL);
        if (i % 8 == 0) pause();
        unmap(DATA), unmap(CODE);
        *reg(frame_at(5)) = 0xdead;
        write_constant(frame_at(6), 0xdead);
        if (i % 16 == 0) pause();
    }
    show_phase("holes");
}

int main(void)
{
    hot_begin();
    on_data_abort = skip;
    on_prefetch_abort = at_hole;
    phase = ~0u;
    remap(DATA, 1, PAGE_ALL), remap(CODE, 1, PAGE_ALL), remap(CALLER, 7, PAGE_ALL);
    write_constant(frame_at(1), 0);
    write_caller(frame_at(7), page_va(CALLER), page_va(CODE));
    start_secondary(second);
    while (!ready) {
    }
    other_frames(DATA);
    other_frames(CODE);
    no_more_stores(STORES);
    no_more_stores(READ_ONLY);
    holes();
    phase = PHASES;
    while (!done) {
    }
    show("faults are many", faults > 50, 0);
    return 0;
}
