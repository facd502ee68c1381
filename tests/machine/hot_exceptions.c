// run: lockstep
// Hot code and exceptions: IT blocks that are aborted and interrupted, exclusives, VFP that is off, has other
// modes, or traps; interrupts of the tightest loops and of critical sections; WFI.
#include "hot.h"

enum { PAGE = 8 };

static uint32_t seen, sum;
static volatile uint32_t ticks;

static void tick(struct frame *f)
{
    (void)f;
    timer_answer();
    ticks++;
}

static void map_page(struct frame *f)
{
    seen++;
    sum = sum * 3 + (f->psr >> 10 & 0x3f) + (f->psr >> 25 & 3) + CP15_READ(0, c6, c0, 0);
    remap(PAGE, 1, PAGE_ALL);
}

// r0: an address that faults now and then, r1: decides. Each access is in another place of an IT block.
asm(".text\n .syntax unified\n .thumb\n .align 2\n"
    "it_blocks: push {r4, r5, lr}\n mov r4, #0\n lsls r2, r1, #31\n"
    " ittte ne\n ldrne r2, [r0]\n addne r4, r2\n addne r4, r4, #1\n subeq r4, r4, #3\n"
    " lsls r2, r1, #30\n"
    " itete mi\n addmi r4, r4, #5\n strpl r4, [r0, #4]\n ldrmi r5, [r0, #4]\n subpl r5, r4, #7\n"
    " cmp r1, #100\n"
    " itttt hi\n addhi r5, r5, r1\n subshi r2, r1, #100\n ldrhi r2, [r0, #8]\n strhi r5, [r0, #8]\n"
    " cmp r1, #50\n"
    " itte lo\n ldmlo r0, {r2, r3}\n addlo r4, r2\n addhs r4, r4, #9\n"
    " itt eq\n ldreq r2, [r0, #4]\n strdeq r2, r4, [r0, #16]\n"
    " add r0, r4, r5\n pop {r4, r5, pc}\n .arm\n");
extern const char it_blocks[];

static void it_aborted(void)
{
    on_data_abort = map_page;
    for (uint32_t i = 0; i < 8; i++)
        reg(FRAME + 4096)[i] = i * 3;
    seen = sum = 0;
    for (uint32_t i = 0; i < 6000; i++) {
        if (i % 4 == 1) unmap(PAGE);
        sum = sum * 3 + call((uint32_t)it_blocks | 1, VA + PAGE * 4096, i * 37 % 151);
    }
    show("IT blocks aborted", seen, sum);
}

static void it_interrupted(void)
{
    remap(PAGE, 1, PAGE_ALL);
    on_irq = tick;
    sum = ticks = 0;
    timer_start(40);
    irqs_on();
    uint32_t left = 20000;
    for (uint32_t i = 0; left || ticks < 60; i++) {
        const uint32_t v = call((uint32_t)it_blocks | 1, VA + PAGE * 4096, i * 37 % 151);
        if (left) sum = sum * 3 + v, left--;
    }
    irqs_off();
    timer_stop();
    show("IT blocks interrupted", ticks >= 60, sum);
}

// Of these loops nothing leads out but the handler.
asm(".text\n .arm\n .align 2\n"
    "itself: b itself\n bx lr\n"
    "flag: ldr r1, [r0]\n cmp r1, #0\n beq flag\n bx lr\n"
    "registers: add r1, r1, #1\n eor r2, r1, r2\n cmp r0, #0\n bne registers\n bx lr\n"
    "pages: b 1f\n .align 12\n 1: cmp r0, #0\n bne pages\n bx lr\n"
    ".thumb\n itself_thumb: b itself_thumb\n bx lr\n .arm\n");
extern const char itself[], flag[], registers[], pages[], itself_thumb[];

static volatile uint32_t raised;

static void lead_out(struct frame *f)
{
    timer_answer();
    ticks++;
    raised = 1;
    if (f->lr == (uint32_t)itself) f->lr += 4;
    if (f->lr == (uint32_t)itself_thumb) f->lr += 2;
    if (f->lr >= (uint32_t)registers && f->lr < (uint32_t)itself_thumb && f->r[0] == 0x55) f->r[0] = 0;
}

static void tight_loops(void)
{
    on_irq = lead_out;
    ticks = 0;
    timer_start(60);
    irqs_on();
    for (uint32_t i = 0; i < 60; i++) {
        call((uint32_t)itself, 0, 0);
        raised = 0;
        call((uint32_t)flag, (uint32_t)&raised, 0);
        call((uint32_t)registers, 0x55, 0);
        call((uint32_t)pages, 0x55, 0);
        call((uint32_t)itself_thumb | 1, 0, 0);
    }
    irqs_off();
    timer_stop();
    show("tight loops", ticks >= 240, 0);
}

static volatile uint32_t inside, violations;

static void look(struct frame *f)
{
    (void)f;
    timer_answer();
    ticks++;
    violations += inside;
}

static void critical_sections(void)
{
    on_irq = look;
    ticks = violations = 0;
    timer_start(30);
    irqs_on();
    for (uint32_t i = 0; ticks < 200 || i < 100000; i++) {
        irqs_off();
        inside = 1;
        inside = i & 1;
        inside = 0;
        irqs_on();
    }
    irqs_off();
    uint32_t masked = ticks;
    inside = 0;
    for (volatile uint32_t i = 0; i < 20000; i++) {
    }
    masked = ticks - masked;
    timer_stop();
    show("critical sections: interrupts inside, while masked", violations, masked);
}

// WFI ends with a masked interrupt, too.
static void wait(void)
{
    on_irq = tick;
    ticks = 0;
    timer_start(200);
    for (uint32_t i = 0; i < 100; i++) {
        asm volatile("dsb\n wfi" ::: "memory");
        irqs_on();
        asm volatile("isb");
        irqs_off();
    }
    timer_stop();
    show("WFI", ticks >= 50, 0);
}

static void enable_vfp(void)
{
    CP15_WRITE(0xf << 20, 0, c1, c0, 2);
    asm volatile(".fpu neon-vfpv4\n vmsr fpexc, %0" ::"r"(0x40000000));
}

// Three loads of constants, four operations whose results and flags depend on the modes; r0: the FPSCR
asm(".text\n .fpu neon-vfpv4\n .arm\n .align 3\n"
    "modes_work: vmsr fpscr, r0\n"
    "operations: vldr d0, 1f\n vldr d1, 1f + 8\n vldr s4, 1f + 16\n vldr s5, 1f + 20\n vmov s6, r1\n"
    " vdiv.f64 d4, d0, d1\n vadd.f64 d5, d4, d1\n vmul.f32 s12, s4, s5\n vsqrt.f32 s13, s5\n vadd.f32 s14, "
    "s6, s5\n"
    " vcvt.s32.f64 s15, d5\n vcvtr.s32.f64 s16, d4\n vsub.f32 s17, s12, s4\n"
    " vmrs r3, fpscr\n and r0, r3, #0x9f\n mov r12, #31\n"
    " vmov r2, r3, d4\n mla r0, r0, r12, r2\n mla r0, r0, r12, r3\n vmov r2, r3, d5\n mla r0, r0, r12, r2\n"
    " vmov r2, r3, d6\n mla r0, r0, r12, r2\n mla r0, r0, r12, r3\n vmov r2, r3, d7\n mla r0, r0, r12, r2\n"
    " mla r0, r0, r12, r3\n vmov r2, r3, d8\n mla r0, r0, r12, r2\n mla r0, r0, r12, r3\n bx lr\n .align 3\n"
    "1: .double 1.0\n .double 3.0\n .word 0x00000123\n .word 0x3f000001\n"
    "vfp_work: vmov s0, r0\n vcvt.f32.u32 s0, s0\n vadd.f32 s1, s0, s0\n vcvt.u32.f32 s1, s1\n vmov r0, s1\n "
    "bx lr\n"
    "neon_work: vdup.32 q0, r0\n vadd.i32 q0, q0, q0\n vmov.32 r0, d0[1]\n bx lr\n"
    "either_work: tst r0, #4\n addne r0, r0, #1\n vmovne s0, r0\n vmoveq s0, r1\n addeq r0, r0, #5\n vmov "
    "r2, s0\n"
    " add r0, r0, r2\n bx lr\n");
extern function modes_work, operations, vfp_work, neon_work, either_work;

static void fpscr_modes(void)
{
    enable_vfp();
    sum = 0;
    for (uint32_t i = 0; i < 8000; i++) {
        const uint32_t nan = i % 5 == 0 ? 0x7f812345 : i % 5 == 1 ? 0x00000345 : i; // signalling, denormal
        sum = sum * 3 + modes_work((i & 0x1f) << 22 & 0x03c00000, nan);
        sum = sum * 3 + operations(0, nan + 1);
    }
    show("FPSCR modes", sum, 0);
    asm volatile(".fpu neon-vfpv4\n vmsr fpscr, %0" ::"r"(0));
}

static uint32_t how; // it is off

static void enable(struct frame *f)
{
    seen++;
    f->pc -= f->psr & 0x20 ? 2 : 4;
    sum = sum * 3 + f->pc - (uint32_t)vfp_work;
    enable_vfp();
}

static void disable(void)
{
    switch (how) {
    case 0: asm volatile(".fpu neon-vfpv4\n vmsr fpexc, %0" ::"r"(0)); break;
    case 1: CP15_WRITE(0, 0, c1, c0, 2); break;
    case 2: CP15_WRITE(0xfu << 20 | 1u << 31, 0, c1, c0, 2); break; // Advanced SIMD alone
    }
}

static void lazy_vfp(void)
{
    on_undefined = enable;
    for (how = 0; how < 3; how++) {
        seen = sum = 0;
        for (uint32_t i = 0; i < 3000; i++) {
            if (i % 3 == 0) disable();
            sum = sum * 3 + vfp_work(i, 0);
            if (i % 4 == 0) disable();
            sum = sum * 3 + neon_work(i, 0);
        }
        if (how < 2)
            show("VFP off", seen, sum);
        else
            manual("CPACR.ASEDIS", seen, 1500), show("", sum, 0);
    }
    seen = sum = how = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        if (i % 3 == 0) disable();
        sum = sum * 3 + either_work(i, i * 7);
    }
    show("VFP off, under a condition", seen, sum);
    // only for User mode's part of it: a process that has not used it yet
    seen = sum = 0;
    how = 0;
    static const uint32_t svc = 0xef000000;
    remap(PAGE, 2, PAGE_ALL);
    for (uint32_t i = 0; i < 5; i++)
        reg(FRAME + 2 * 4096)[i] = ((const uint32_t *)vfp_work)[i];
    write_code(FRAME + 2 * 4096 + 20, &svc, 1);
    for (uint32_t i = 0; i < 3000; i++) {
        if (i % 7 == 0) disable();
        sum = sum * 3 + run_user(VA + PAGE * 4096, i, 0, 0);
    }
    show("VFP off, User mode", seen, sum - seen);
}

static void forget_exclusive(struct frame *f)
{
    seen++;
    asm volatile("clrex");
    (void)f; // pc: behind
}

asm(".text\n .arm\n"
    "plain: ldrex r2, [r0]\n add r2, r2, r1\n strex r3, r2, [r0]\n mov r0, r3\n bx lr\n"
    "interrupted: ldrex r2, [r0]\n add r2, r2, r1\n udf #1\n strex r3, r2, [r0]\n mov r0, r3\n bx lr\n"
    "cleared: ldrexd r2, r3, [r0]\n clrex\n strexd r12, r2, r3, [r0]\n mov r0, r12\n bx lr\n"
    "twice: ldrex r2, [r0]\n strex r3, r1, [r0]\n strex r12, r1, [r0]\n add r0, r3, r12, lsl #4\n bx lr\n"
    "elsewhere: ldrex r2, [r0]\n ldrex r2, [r1]\n strex r0, r2, [r1]\n bx lr\n");
extern function plain, interrupted, cleared, twice, elsewhere;

static void exclusives(void)
{
    static volatile uint32_t words[16] __attribute__((aligned(64)));
    const uint32_t at = (uint32_t)words;
    on_undefined = forget_exclusive;
    seen = 0;
    uint32_t results[5] = {0};
    for (uint32_t i = 0; i < 5000; i++) {
        results[0] += plain(at, 1);
        results[1] += interrupted(at, 1000);
        results[2] += cleared(at, 0);
        results[3] += twice(at + 32, i);
        results[4] += elsewhere(at, at + 40);
    }
    show("exclusives: traps, the word", seen, words[0]);
    show("  plain, interrupted", results[0], results[1]);
    show("  cleared, twice", results[2], results[3]);
    show("  elsewhere", results[4], 0);
}

// An instruction that the handler emulates: r0 becomes r0 * 3 + its number.
static void emulate(struct frame *f)
{
    seen++;
    const uint32_t udf = *reg(f->pc - 4);
    f->r[0] = f->r[0] * 3 + (udf & 15);
    f->psr ^= 1u << 30; // and Z changes
}

asm(".text\n .arm\n emulated: cmp r1, #3\n udf #1\n addeq r0, r0, #1\n udf #2\n addne r0, r0, r0\n bx lr\n");
extern function emulated;

static void emulation(void)
{
    on_undefined = emulate;
    seen = sum = 0;
    for (uint32_t i = 0; i < 5000; i++)
        sum += emulated(i, i & 7);
    show("emulated instructions", seen, sum);
}

int main(void)
{
    hot_begin();
    it_aborted();
    it_interrupted();
    tight_loops();
    critical_sections();
    wait();
    fpscr_modes();
    lazy_vfp();
    exclusives();
    emulation();
    return 0;
}
