// The interpreter as an engine: exact stops, budgets, invalidation, IT blocks, linking. What instructions
// compute is checked against another implementation elsewhere (tests/conformance).
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "interp/engine.h"
#include "isa/insn.h"
#include "mem/access.h"

enum { CODE = 0x10000, DATA = 0x20000, HOLE = 0x40000 };

static struct cpu cpu;
static struct engine *engine;

static uint64_t no_load(struct cpu *c, uint32_t addr, unsigned bytes)
{
    (void)bytes;
    cpu_abort(c, addr, CPU_FAULT_TRANSLATION, false);
}

static void no_store(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t v)
{
    (void)bytes, (void)v;
    cpu_abort(c, addr, CPU_FAULT_TRANSLATION, true);
}

static const uint8_t *fetch_page(struct cpu *c, uint32_t va, uint32_t *frame)
{
    if (va >= HOLE) cpu_abort(c, va, CPU_FAULT_TRANSLATION, false);
    *frame = va >> 12;
    return c->window + (va & ~0xfffu);
}

static const struct cpu_mem mem = {.load = no_load, .store = no_store, .fetch_page = fetch_page};

static void attach(struct cpu *c, uint8_t *window)
{
    memset(c, 0, sizeof *c);
    c->window = window;
    c->mem = &mem;
    c->features = ISA_FEATURES_MAX;
    cpu_reset(c);
    cr_assert(engine->attach(engine, c));
}

static void setup(void)
{
    uint8_t *w = mmap(NULL, HOLE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(w, MAP_FAILED);
    engine = interp_engine_new(NULL, 1 << 20);
    attach(&cpu, w);
    cpu.r[15] = CODE;
}

static void teardown(void)
{
    engine->detach(engine, &cpu);
    engine->destroy(engine);
    munmap(cpu.window, HOLE);
}

static void arm(uint32_t at, const uint32_t *code, size_t bytes)
{
    memcpy(cpu.window + at, code, bytes);
}
#define ARM(at, ...) arm(at, (const uint32_t[]){__VA_ARGS__}, sizeof(uint32_t[]){__VA_ARGS__})

static void thumb(uint32_t at, const uint16_t *code, size_t bytes)
{
    memcpy(cpu.window + at, code, bytes);
    cpu.thumb = true;
}
#define THUMB(at, ...) thumb(at, (const uint16_t[]){__VA_ARGS__}, sizeof(uint16_t[]){__VA_ARGS__})

TestSuite(interp, .init = setup, .fini = teardown);

Test(interp, svc_stops_behind_itself)
{
    ARM(CODE, 0xe3a00005 /* mov r0, #5 */, 0xef000042 /* svc 0x42 */);
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_eq(cpu.r[15], CODE + 8);
    cr_assert_eq(cpu.svc_imm, 0x42);
    cr_assert_eq(cpu.r[0], 5);
}

Test(interp, undefined_stops_at_itself)
{
    ARM(CODE, 0xe3a00005, 0xe7f000f0 /* udf */);
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_UNDEF);
    cr_assert_eq(cpu.r[15], CODE + 4);
}

Test(interp, fetch_abort_names_the_target)
{
    ARM(CODE, 0xe3a00705 /* mov r0, #HOLE + 0x100000 */, 0xe12fff10 /* bx r0 */);
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_PREFETCH_ABORT);
    cr_assert_eq(cpu.r[15], 0x140000);
    cr_assert_eq(cpu.fault.addr, 0x140000);
}

Test(interp, budget_of_one_is_one_instruction)
{
    ARM(CODE, 0xe2800001, 0xe2800001, 0xe2800001, 0xeafffffb /* add r0, #1 three times; b CODE */);
    for (uint32_t i = 1; i <= 20; i++) {
        cr_assert_eq(engine->run(&cpu, 1), CPU_EXIT_BUDGET);
        cr_assert_eq(cpu.r[15], CODE + i % 4 * 4);
        cr_assert_eq(cpu.r[0], i - i / 4);
    }
}

Test(interp, budget_is_exact_over_conditional_branches)
{
    // 1: subs r1, r1, #1; bne 1b; then b .
    for (uint64_t budget = 1; budget < 50; budget++) {
        ARM(CODE, 0xe2511001, 0x1afffffd, 0xeafffffe);
        cpu.r[1] = 10;
        cpu.r[15] = CODE;
        cr_assert_eq(engine->run(&cpu, budget), CPU_EXIT_BUDGET);
        const uint32_t subs = budget >= 20 ? 10 : (uint32_t)(budget + 1) / 2;
        cr_assert_eq(cpu.r[1], 10 - subs, "budget %d: r1 = %u", (int)budget, cpu.r[1]);
    }
}

Test(interp, stores_into_forgotten_code_are_seen)
{
    ARM(CODE, 0xe3a00001 /* mov r0, #1 */, 0xef000000);
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_eq(cpu.r[0], 1);
    ARM(CODE, 0xe3a00002);
    engine->invalidate(engine, CODE, 4);
    cpu.r[15] = CODE;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_eq(cpu.r[0], 2);
}

// The table grows with the blocks, and once more for a second CPU: all are found afterwards, as they were
// when their code, which nobody has said to be other code, was read.
Test(interp, many_blocks_are_all_found)
{
    enum { BLOCKS = 5000, AGAIN = CODE + 4 * BLOCKS };
    static struct cpu second;
    for (uint32_t at = CODE; at < AGAIN; at += 4)
        ARM(at, 0xeaffffff /* b at + 4 */);
    ARM(AGAIN, 0xef000000);
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    for (uint32_t at = CODE; at <= AGAIN; at += 4)
        ARM(at, 0xe7f000f0 /* udf */);
    for (uint32_t at = CODE; at <= AGAIN; at += 4) {
        cpu.r[15] = at;
        cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC, "block at %#x", at);
    }
    attach(&second, cpu.window);
    for (uint32_t at = CODE; at <= AGAIN; at += 4) {
        second.r[15] = at;
        cr_assert_eq(engine->run(&second, 0), CPU_EXIT_SVC, "block at %#x, of the second CPU", at);
    }
    engine->invalidate(engine, CODE, AGAIN + 4 - CODE);
    for (uint32_t at = CODE; at <= AGAIN; at += 64) {
        second.r[15] = at;
        cr_assert_eq(engine->run(&second, 0), CPU_EXIT_UNDEF, "block at %#x, forgotten", at);
    }
    engine->detach(engine, &second);
}

Test(interp, links_into_forgotten_blocks_find_the_new_code)
{
    ARM(CODE, 0xea0003fe /* b CODE + 0x1000 */);
    ARM(CODE + 0x1000, 0xe3a00001, 0xef000000);
    for (uint32_t i = 1; i < 5; i++) {
        ARM(CODE + 0x1000, 0xe3a00000 | i);
        engine->invalidate(engine, CODE + 0x1000, 1);
        cpu.r[15] = CODE;
        cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
        cr_assert_eq(cpu.r[0], i);
    }
}

Test(interp, invalidation_spares_other_bytes_of_the_page)
{
    ARM(CODE, 0xe3a00001, 0xef000000);
    engine->run(&cpu, 0);
    ARM(CODE, 0xe3a00002);
    engine->invalidate(engine, CODE + 0x100, 0x100);
    cpu.r[15] = CODE;
    engine->run(&cpu, 0);
    cr_assert_eq(cpu.r[0], 1, "the block was forgotten without need");
    engine->invalidate(engine, 0, ~0u);
    cpu.r[15] = CODE;
    engine->run(&cpu, 0);
    cr_assert_eq(cpu.r[0], 2);
}

Test(interp, self_modification_forever_stays_within_bounds)
{
    ARM(CODE, 0xe3a00001, 0xef000000);
    for (uint32_t i = 0; i < 300000; i++) {
        ARM(CODE, 0xe3a00000 | (i & 0xff));
        engine->invalidate(engine, CODE, 4);
        cpu.r[15] = CODE;
        enum cpu_exit why;
        while ((why = engine->run(&cpu, 0)) == CPU_EXIT_INTERRUPT)
            cpu.exit_request = 0; // the cache was full
        cr_assert_eq(why, CPU_EXIT_SVC);
        cr_assert_eq(cpu.r[0], i & 0xff);
        cpu.exit_request = 0;
    }
}

Test(interp, wide_thumb_instruction_across_pages)
{
    THUMB(CODE + 0xffe, 0xf240, 0x1234 /* movw r2, #0x34 … */, 0xdf00 /* svc 0 */);
    cpu.r[15] = CODE + 0xffe;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_eq(cpu.r[15], CODE + 0x1004);
    const uint32_t before = cpu.r[2];
    THUMB(CODE + 0x1000, 0x1256);
    engine->invalidate(engine, CODE + 0x1000, 2); // in its second page
    cpu.r[15] = CODE + 0xffe;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_neq(cpu.r[2], before);
}

Test(interp, wide_thumb_instruction_into_a_hole)
{
    THUMB(HOLE - 2, 0xf240);
    cpu.r[15] = HOLE - 2;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_PREFETCH_ABORT);
    cr_assert_eq(cpu.r[15], HOLE - 2);
    cr_assert_eq(cpu.fault.addr, HOLE);
}

Test(interp, it_block_can_be_left_and_entered_anywhere)
{
    // ittet eq; addeq r0, #1; addeq r0, #2; addne r0, #4; addeq r0, #8; svc 0
    THUMB(CODE, 0xbf05, 0x3001, 0x3002, 0x3004, 0x3008, 0xdf00);
    for (int z = 0; z < 2; z++) {
        cpu.r[0] = 0;
        cpu.r[15] = CODE;
        cpu.zf = !z;
        for (uint32_t i = 1; i <= 5; i++) {
            cr_assert_eq(engine->run(&cpu, 1), CPU_EXIT_BUDGET);
            cr_assert_eq(cpu.r[15], CODE + 2 * i);
            cr_assert_eq(cpu.itstate != 0, i < 5, "after %u instructions ITSTATE is %#x", i, cpu.itstate);
        }
        cr_assert_eq(engine->run(&cpu, 1), CPU_EXIT_SVC);
        cr_assert_eq(cpu.r[0], z ? 11 : 4);
    }
}

Test(interp, undefined_in_an_it_block_has_its_state)
{
    THUMB(CODE, 0xbf04 /* itt eq */, 0x3001, 0xde00 /* udf */);
    cpu.zf = 0;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_UNDEF);
    cr_assert_eq(cpu.r[15], CODE + 4);
    cr_assert_eq(cpu.itstate, 0x08);
}

Test(interp, conditional_call_links_only_when_taken)
{
    ARM(CODE, 0x0b000002 /* bleq CODE + 0x10 */, 0xef000000, 0, 0, 0xe3a00007,
        0xe12fff1e /* mov r0, #7; bx lr */);
    cpu.zf = 1;
    cpu.r[14] = 99;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_eq(cpu.r[14], 99);
    cpu.r[15] = CODE;
    cpu.zf = 0;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_eq(cpu.r[14], CODE + 4);
    cr_assert_eq(cpu.r[0], 7);
}

Test(interp, abort_leaves_the_instruction_undone)
{
    ARM(CODE, 0xe8b10030 /* ldm r1!, {r4, r5} */);
    cpu.bigend = true; // every access goes through mem.load, which aborts here
    cpu.mem_mode = CPU_MEM_SLOW;
    cpu.r[1] = DATA;
    cpu.r[4] = 44;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_DATA_ABORT);
    cr_assert_eq(cpu.r[15], CODE);
    cr_assert_eq(cpu.r[1], DATA);
    cr_assert_eq(cpu.r[4], 44);
    cr_assert_eq(cpu.fault.addr, DATA);
}

Test(interp, exclusive_store_needs_its_load)
{
    ARM(CODE, 0xe1912f9f /* ldrex r2, [r1] */, 0xe1810f93 /* strex r0, r3, [r1] */,
        0xe1814f93 /* strex r4, r3, [r1] */, 0xef000000);
    cpu.r[1] = DATA;
    cpu.r[3] = 77;
    cr_assert_eq(engine->run(&cpu, 0), CPU_EXIT_SVC);
    cr_assert_eq(cpu.r[0], 0);
    cr_assert_eq(cpu.r[4], 1);
    cr_assert_eq(cpu.window[DATA], 77);
}

// Two CPUs in one address space count with load and store exclusive.
static void *count(void *arg)
{
    struct cpu *c = arg;
    enum cpu_exit why;
    while ((why = engine->run(c, 0)) != CPU_EXIT_SVC)
        cr_assert_eq(why, CPU_EXIT_INTERRUPT);
    return NULL;
}

Test(interp, two_cpus_share_code_and_count_right)
{
    ARM(CODE, 0xe1912f9f /* 1: ldrex r2, [r1] */, 0xe2822001 /* add r2, #1 */,
        0xe1810f92 /* strex r0, r2, [r1] */, 0xe3500000 /* cmp r0, #0 */, 0x1afffffa /* bne 1b */,
        0xe2533001 /* subs r3, #1 */, 0x1afffff8 /* bne 1b */, 0xef000000);
    static struct cpu other;
    attach(&other, cpu.window);
    cpu.r[1] = other.r[1] = DATA;
    cpu.r[3] = other.r[3] = 200000;
    other.r[15] = CODE;
    pthread_t t;
    pthread_create(&t, NULL, count, &other);
    count(&cpu);
    pthread_join(t, NULL);
    uint32_t n;
    memcpy(&n, cpu.window + DATA, 4);
    cr_assert_eq(n, 400000);
    engine->detach(engine, &other);
}
