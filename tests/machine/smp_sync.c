// run: smp
// Two CPUs in hot loops: exclusives, locks, barriers, events, interrupts from one to the other.
#include "hot.h"

enum { TURNS = 20000 };

static volatile uint32_t turn, ready, go, finished, ticks[2];
static volatile uint32_t word __attribute__((aligned(64)));
static volatile uint64_t doubleword __attribute__((aligned(64)));
static volatile uint8_t bytes[4] __attribute__((aligned(64)));
static volatile uint32_t lock __attribute__((aligned(64))), guarded;
static volatile uint32_t data __attribute__((aligned(64))), flag __attribute__((aligned(64)));
static volatile uint32_t bad, x __attribute__((aligned(64))), y __attribute__((aligned(64))), saw[2];

asm(".text\n .arm\n .syntax unified\n"
    "add_word: ldrex r2, [r0]\n add r2, r2, r1\n strex r3, r2, [r0]\n cmp r3, #0\n bne add_word\n bx lr\n"
    "add_double: push {r4-r7}\n 1: ldrexd r4, r5, [r0]\n adds r4, r4, r1\n adc r5, r5, r1\n strexd r3, r4, "
    "r5, [r0]\n"
    " cmp r3, #0\n bne 1b\n pop {r4-r7}\n bx lr\n"
    "add_byte: ldrexb r2, [r0]\n add r2, r2, r1\n strexb r3, r2, [r0]\n cmp r3, #0\n bne add_byte\n bx lr\n"
    "take: mov r1, #1\n 1: ldrex r2, [r0]\n cmp r2, #0\n wfene\n strexeq r2, r1, [r0]\n cmpeq r2, #0\n bne "
    "1b\n dmb\n bx lr\n"
    "give: mov r1, #0\n dmb\n str r1, [r0]\n dsb\n sev\n bx lr\n");
extern function add_word, add_double, add_byte, take, give;

// Both at once; each its turn of the tests.
static void both(uint32_t me, uint32_t what)
{
    switch (what) {
    case 0:
        for (uint32_t i = 0; i < TURNS; i++) {
            add_word((uint32_t)&word, 1);
            add_double((uint32_t)&doubleword, 0x10001);
            add_byte((uint32_t)&bytes[me], 1);
            add_byte((uint32_t)&bytes[2], 1);
        }
        break;
    case 1:
        for (uint32_t i = 0; i < TURNS / 4; i++) {
            take((uint32_t)&lock, 0);
            const uint32_t was = guarded;
            guarded = was + 1;
            give((uint32_t)&lock, 0);
        }
        break;
    case 2: // message passing: data, barrier, flag
        for (uint32_t i = 1; i <= 600; i++) {
            if (me) {
                data = i * 3;
                barrier();
                flag = i;
                while (saw[0] != i) {
                }
            } else {
                while (flag != i) {
                }
                barrier();
                bad += data != i * 3;
                saw[0] = i;
            }
        }
        break;
    case 3: // store buffering: with barriers not both may see 0
        for (uint32_t i = 1; i <= 300; i++) {
            volatile uint32_t *mine = me ? &x : &y, *other = me ? &y : &x;
            *mine = 0;
            add_word((uint32_t)&word, 1);
            while (word < 2 * TURNS + 4 * i - 2) {
            }
            *mine = 1;
            barrier();
            saw[me] = *other;
            barrier();
            add_word((uint32_t)&word, 1);
            while (word < 2 * TURNS + 4 * i) {
            }
            if (me) bad += !saw[0] && !saw[1];
            barrier();
            add_word((uint32_t)&doubleword, 1);
            while ((uint32_t)doubleword < 2 * i) {
            }
        }
        break;
    case 4: // interrupts there and back
        for (uint32_t i = 1; i <= 400; i++) {
            if (me) *reg(DIST + 0xf00) = 1 << 16 | 3; // to CPU 0
            const uint32_t until = i;
            while (ticks[me] < until) {
                if (i & 1) asm volatile("wfi");
                irqs_on();
                asm volatile("isb");
                irqs_off();
            }
            if (!me) *reg(DIST + 0xf00) = 1 << 17 | 4;
        }
        break;
    }
}

static void answer(struct frame *f)
{
    (void)f;
    const uint32_t irq = *reg(GIC_CPU + 12);
    if ((irq & 0x3ff) < 16) ticks[CP15_READ(0, c0, c0, 5) & 1]++;
    if ((irq & 0x3ff) < 1020) *reg(GIC_CPU + 16) = irq;
}

static void enable_gic(void)
{
    *reg(GIC_CPU + 4) = 0xff;
    *reg(GIC_CPU) = 1;
}

enum { TESTS = 5 };

static void second(void)
{
    hot_vectors_on();
    mmu_on();
    enable_gic();
    // what has woken us is no tick
    irqs_on();
    for (volatile uint32_t i = 0; i < 100; i++) {
    }
    irqs_off();
    ticks[1] = 0;
    ready = 1;
    for (uint32_t what = 0; what < TESTS; what++) {
        while (go != what + 1) {
        }
        both(1, what);
        finished = what + 1;
    }
    asm volatile("dsb" ::: "memory");
    for (;;)
        asm volatile("wfi");
}

int main(void)
{
    static const char *const names[] = {"exclusives", "lock", "message", "store buffering", "interrupts"};
    hot_begin();
    on_irq = answer;
    enable_gic();
    start_secondary(second);
    while (!ready) {
    }
    for (uint32_t what = 0; what < TESTS; what++) {
        if (what == 3) doubleword = 0;
        barrier();
        go = what + 1;
        both(0, what);
        while (finished != what + 1) {
        }
        show(names[what], word, guarded);
        show("  bytes", bytes[0] << 16 | bytes[1] << 8 | bytes[2], bad);
        show("  doubleword", (uint32_t)doubleword, doubleword >> 32);
        show("  ticks", ticks[0], ticks[1]);
    }
    return 0;
}
