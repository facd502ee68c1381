// run: lockstep
// Hot code that masks interrupts, changes modes, and reads and writes the status register and CP15; and the
// same code in User mode, where it may not.
#include "hot.h"

enum { ROUNDS = 6000, SGI_TO_SELF = 2 << 24 | 1 };

static volatile uint32_t ticks, seen;

static void tick(struct frame *f)
{
    (void)f;
    timer_answer();
    ticks++;
}

static void undefined(struct frame *f) // goes on behind the instruction
{
    (void)f;
    seen++;
}

// r0: where interrupts are counted, r1, r2: a register, and what written there raises one. It has to wait,
// and is then taken in front of the next instruction. Returns how many there were: while masked << 8 | in
// all.
#define PENDING(name, mask, unmask)                                                                          \
#name ": push {r4, r5, lr}\n ldr r3, [r0]\n mrs r12, cpsr\n" mask "\n str r2, [r1]\n dsb\n"              \
          " ldr r4, [r0]\n" unmask "\n ldr r5, [r0]\n sub r4, r4, r3\n sub r5, r5, r3\n"                     \
          " orr r0, r5, r4, lsl #8\n pop {r4, r5, pc}\n"
asm(".text\n .syntax unified\n .arm\n" PENDING(by_cps, " cpsid i", " cpsie i") PENDING(by_msr, " cpsid i",
                                                                                       " msr cpsr_c, r12")
        PENDING(by_mode, " cps #0x1f\n cpsid i", " msr cpsr_c, r12") PENDING(
            by_return, " cpsid i",
            " msr spsr_cxsf, r12\n adr lr, 1f\n movs pc, lr\n1:") ".thumb\n .align 2\n" PENDING(thumb_by_cps,
                                                                                                " cpsid i",
                                                                                                " cpsie i")
            PENDING(thumb_in_it, " cpsid i\n cmp r0, r0",
                    " itt eq\n msreq cpsr_c, r12\n moveq r5, r5") ".arm\n");
extern const char by_cps[], by_msr[], by_mode[], by_return[], thumb_by_cps[], thumb_in_it[];

static void taken_at_once(const char *name, uint32_t at)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < ROUNDS; i++)
        sum = sum * 3 +
              ((uint32_t(*)(volatile uint32_t *, uint32_t, uint32_t))at)(&ticks, DIST + 0xf00, SGI_TO_SELF);
    show(name, sum, ticks);
}

// r0: a mode. What it and SVC mode look like from inside; FIQ mode has an r12 of its own.
asm("modes: push {r4-r6, lr}\n mrs r4, cpsr\n bic r1, r4, #0x1f\n orr r1, r1, r0\n adds r2, r0, r0\n"
    " msr cpsr_c, r1\n mov r14, r0\n mrs r5, cpsr\n mrs r6, spsr\n msr spsr_cxsf, r5\n mrs r6, spsr\n"
    " msr cpsr_c, r4\n mrs r0, cpsr\n eor r0, r0, r5, ror #3\n eor r0, r0, r6, ror #7\n pop {r4-r6, pc}\n");
extern const char modes[];

static void other_modes(void)
{
    static const uint8_t all[] = {0x11, 0x12, 0x13, 0x17, 0x1b};
    uint32_t sum = 0;
    for (uint32_t i = 0; i < ROUNDS; i++)
        sum = sum * 3 + call((uint32_t)modes, all[i % 5], 0);
    show("modes", sum, 0);
}

static void words(void)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        asm volatile(
            "mcr p15, 0, %0, c5, c0, 0\n mcr p15, 0, %1, c6, c0, 0\n mcr p15, 0, %2, c13, c0, 2\n"
            "mcr p15, 0, %3, c13, c0, 3\n mcr p15, 0, %4, c13, c0, 4\n mcr p15, 0, %4, c7, c10, 1" ::"r"(i &
                                                                                                         15),
            "r"(i * 3), "r"(i * 5), "r"(i * 7), "r"(i * 9));
        sum = sum * 3 + CP15_READ(0, c5, c0, 0) + CP15_READ(0, c6, c0, 0) + CP15_READ(0, c13, c0, 2);
        sum = sum * 5 + CP15_READ(0, c13, c0, 3) + CP15_READ(0, c13, c0, 4) + CP15_READ(0, c3, c0, 0);
    }
    show("words of CP15", sum, 0);
}

// In User mode: an undefined instruction, what is ignored, flags.
asm("privileged: mov r0, #0\n mrc p15, 0, r0, c13, c0, 4\n mov r12, #0xd3\n msr cpsr_c, r12\n mov r1, "
    "#0x80000000\n"
    " adds r1, r1, r1\n mrs r1, cpsr\n mov r2, #0xf0000000\n orr r2, r2, #0x1f\n and r1, r1, r2\n eor r0, "
    "r0, r1\n bx lr\n"
    "in_user: mov r4, #0\n1: bl privileged\n add r4, r0, r4, ror #5\n subs r5, r5, #1\n bne 1b\n mov r0, "
    "r4\n svc #0\n"
    "as_user: mov r5, r0\n b in_user\n");
extern const char privileged[], as_user[];

static void without_privilege(void)
{
    uint32_t sum = 0;
    on_undefined = undefined;
    CP15_WRITE(0x1234, 0, c13, c0, 4);
    irqs_off();
    for (uint32_t i = 0; i < ROUNDS; i++)
        sum = sum * 3 + call((uint32_t)privileged, 0, 0);
    show("privileged", sum, seen);
    show("user", run_user((uint32_t)as_user, ROUNDS, 0, 0), seen);
}

int main(void)
{
    hot_begin();
    on_irq = tick;
    *reg(DIST) = 1;
    *reg(GIC_CPU + 4) = 0xff;
    *reg(GIC_CPU) = 1;
    irqs_on();
    taken_at_once("CPS", (uint32_t)by_cps);
    taken_at_once("MSR", (uint32_t)by_msr);
    taken_at_once("another mode", (uint32_t)by_mode);
    taken_at_once("exception return", (uint32_t)by_return);
    taken_at_once("CPS, Thumb", (uint32_t)thumb_by_cps | 1);
    taken_at_once("MSR in an IT block", (uint32_t)thumb_in_it | 1);
    other_modes();
    words();
    without_privilege();
    return 0;
}
