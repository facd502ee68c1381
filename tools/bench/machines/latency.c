// From the tick of a timer to its handler: medians and 99th percentiles in ns, while a loop runs and while
// the CPU sleeps. Cortex-A15: its own timer counts every 16 ns.
#include "hot.h"

enum { TICKS = 1000, NS = 16, PERIOD = 250000 / NS };

static volatile uint32_t count;
static uint32_t late[TICKS];
static uint64_t next;

static uint64_t now(void)
{
    uint32_t low, high;
    asm volatile("isb\n mrrc p15, 0, %0, %1, c14" : "=r"(low), "=r"(high)::"memory");
    return (uint64_t)high << 32 | low;
}

static void arm(void)
{
    next = now() + PERIOD;
    asm volatile("mcrr p15, 2, %0, %1, c14" ::"r"((uint32_t)next), "r"((uint32_t)(next >> 32)));
    CP15_WRITE(1, 0, c14, c2, 1);
}

static void tick(struct frame *f)
{
    (void)f;
    const uint32_t at = (uint32_t)(now() - next);
    CP15_WRITE(0, 0, c14, c2, 1);
    *reg(GIC_CPU + 16) = *reg(GIC_CPU + 12);
    late[count++] = at;
    if (count < TICKS) arm();
}

static void print_decimal(uint32_t v)
{
    static const uint32_t units[] = {100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
    for (uint32_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint32_t digit = 0; // there is no library to divide with
        for (; v >= units[i]; digit++)
            v -= units[i];
        putc('0' + (int)digit);
    }
}

static void report(const char *name)
{
    for (uint32_t i = 1; i < TICKS; i++)
        for (uint32_t k = i; k && late[k - 1] > late[k]; k--) {
            const uint32_t v = late[k];
            late[k] = late[k - 1], late[k - 1] = v;
        }
    print(name), putc(' '), print_decimal(late[TICKS / 2] * NS);
    putc(' '), print_decimal(late[TICKS - TICKS / 128] * NS), putc('\n');
    count = 0;
}

int main(void)
{
    hot_begin();
    on_irq = tick;
    reg(DIST + 0x100)[0] = 1 << 29 | 1 << 30;
    *reg(DIST) = 1;
    *reg(GIC_CPU + 4) = 0xff;
    *reg(GIC_CPU) = 1;
    arm();
    irqs_on();
    while (count < TICKS) {
    }
    irqs_off();
    report("busy");
    arm();
    while (count < TICKS) {
        asm volatile("wfi");
        irqs_on();
        asm volatile("isb");
        irqs_off();
    }
    report("asleep");
    return 0;
}
