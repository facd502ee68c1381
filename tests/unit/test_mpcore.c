// The A9's private peripherals: snoop control unit, global timer, private timers, watchdogs. ARM DDI 0407.
#include "dev/mpcore.h"

#include "dev_env.h"

enum { SCU = 0, GT = 0x200, PT = 0x600, WD = 0x620 };
enum { GT_LOW = 0, GT_HIGH = 4, GT_CONTROL = 8, GT_STATUS = 0xc, GT_COMPARE = 0x10, GT_INCREMENT = 0x18 };
enum { LOAD = 0, COUNTER = 4, CONTROL = 8, STATUS = 0xc, RESET_STATUS = 0x10, DISABLE = 0x14 };
enum { ENABLE = 1, AUTO = 2, IRQ = 4, WATCHDOG = 8, US = 1000 };
enum { GT_ON = 1, GT_COMP = 2, GT_IRQ = 4, GT_AUTO = 8 };
// Lines of CPU n.
enum { GLOBAL_LINE = 0, TIMER_LINE = 8, WATCHDOG_LINE = 16 };

static struct dev_test t;

static void start(void)
{
    struct mpcore_config cfg = {.ncpus = 4, .hz = 1000000}; // a tick a microsecond
    dev_test_init(&t);
    for (unsigned i = 0; i < 4; i++) {
        cfg.global_irq[i] = test_line(&t, GLOBAL_LINE + i);
        cfg.timer_irq[i] = test_line(&t, TIMER_LINE + i);
        cfg.watchdog_irq[i] = test_line(&t, WATCHDOG_LINE + i);
    }
    t.env.config = &cfg;
    dev_test_add(&t, &mpcore_class);
}

TestSuite(mpcore, .init = start);

Test(mpcore, reset_values)
{
    expect_reg(&t, SCU + 0x00, 0);
    expect_reg(&t, SCU + 0x04, 0xf3); // four CPUs, all coherent
    expect_reg(&t, SCU + 0x08, 0);
    expect_reg(&t, SCU + 0x40, 0);
    expect_reg(&t, SCU + 0x44, 0);
    expect_reg(&t, SCU + 0x50, 0xf);
    expect_reg(&t, SCU + 0x54, 0);
    for (uint32_t r = 0; r < 0x1c; r += 4)
        expect_reg(&t, GT + r, 0);
    for (uint32_t r = 0; r < 0x10; r += 4)
        expect_reg(&t, PT + r, 0);
    for (uint32_t r = 0; r < 0x18; r += 4)
        expect_reg(&t, WD + r, 0);
}

Test(mpcore, scu)
{
    wr(&t, 0x00, 0xffffffff);
    expect_reg(&t, 0x00, 0x7f);
    wr_sized(&t, 0x09, 1, 3); // power state of CPU 1
    expect_reg(&t, 0x08, 0x300);
    cr_expect_eq(rd_sized(&t, 0x09, 1) & 0xff, 3);
    wr(&t, 0x40, 0x12345678);
    expect_reg(&t, 0x40, 0x12300000);
    wr(&t, 0x54, 0xffffffff);
    expect_reg(&t, 0x54, 0xfff);
    wr(&t, 0x0c, 0xffff); // invalidate: nothing to see
    expect_reg(&t, 0x0c, 0);
}

Test(mpcore, timer_counts_down_and_stops)
{
    wr(&t, PT + LOAD, 100);
    expect_reg(&t, PT + COUNTER, 100);
    wr(&t, PT + CONTROL, ENABLE | IRQ);
    pass_ns(&t, 40 * US);
    expect_reg(&t, PT + COUNTER, 60);
    pass_ns(&t, 59 * US);
    cr_expect(!t.line[TIMER_LINE]);
    pass_ns(&t, 1 * US);
    cr_expect(t.line[TIMER_LINE]);
    expect_reg(&t, PT + STATUS, 1);
    pass_ns(&t, 1000 * US);
    expect_reg(&t, PT + COUNTER, 0);
    wr(&t, PT + STATUS, 0);
    cr_expect(t.line[TIMER_LINE]);
    wr(&t, PT + STATUS, 1);
    cr_expect(!t.line[TIMER_LINE]);
    wr(&t, PT + COUNTER, 10); // goes on
    pass_ns(&t, 10 * US);
    cr_expect(t.line[TIMER_LINE]);
    expect_reg(&t, PT + LOAD, 100);
}

Test(mpcore, timer_reloads)
{
    wr(&t, PT + LOAD, 9); // the period is load + 1
    wr(&t, PT + CONTROL, ENABLE | AUTO | IRQ);
    pass_ns(&t, 9 * US);
    expect_reg(&t, PT + COUNTER, 0);
    cr_expect(t.line[TIMER_LINE]);
    pass_ns(&t, 1 * US);
    expect_reg(&t, PT + COUNTER, 9);
    wr(&t, PT + STATUS, 1);
    for (unsigned i = 0; i < 100; i++) {
        pass_ns(&t, 10 * US);
        wr(&t, PT + STATUS, 1);
    }
    cr_expect_eq(t.edges[TIMER_LINE], 101);
    expect_reg(&t, PT + COUNTER, 9);
}

Test(mpcore, timer_prescales)
{
    wr(&t, PT + LOAD, 100);
    wr(&t, PT + CONTROL, ENABLE | 9 << 8);
    expect_reg(&t, PT + CONTROL, ENABLE | 9 << 8);
    pass_ns(&t, 500 * US);
    expect_reg(&t, PT + COUNTER, 50);
}

Test(mpcore, timer_without_interrupt)
{
    wr(&t, PT + LOAD, 10);
    wr(&t, PT + CONTROL, ENABLE);
    pass_ns(&t, 20 * US);
    expect_reg(&t, PT + STATUS, 1);
    cr_expect(!t.line[TIMER_LINE]);
    wr(&t, PT + CONTROL, ENABLE | IRQ);
    cr_expect(t.line[TIMER_LINE]);
}

Test(mpcore, timers_are_banked)
{
    wr(&t, PT + LOAD, 10);
    wr(&t, PT + CONTROL, ENABLE | IRQ);
    bus_master = 3;
    expect_reg(&t, PT + LOAD, 0);
    wr(&t, PT + LOAD, 5);
    wr(&t, PT + CONTROL, ENABLE | IRQ);
    pass_ns(&t, 7 * US);
    cr_expect(t.line[TIMER_LINE + 3]);
    cr_expect(!t.line[TIMER_LINE]);
    bus_master = 0;
    expect_reg(&t, PT + COUNTER, 3);
    expect_reg(&t, PT + STATUS, 0);
}

Test(mpcore, a_pending_event_costs_no_timers)
{
    wr(&t, PT + LOAD, 1);
    wr(&t, PT + CONTROL, ENABLE | AUTO | IRQ);
    pass_ns(&t, 10 * US);
    cr_expect_eq(clock_until_next(&t.clock), UINT64_MAX);
    wr(&t, PT + STATUS, 1);
    pass_ns(&t, 2 * US);
    cr_expect(t.line[TIMER_LINE]);
}

Test(mpcore, watchdog_resets)
{
    wr(&t, WD + LOAD, 100);
    wr(&t, WD + CONTROL, ENABLE | WATCHDOG);
    pass_ns(&t, 90 * US);
    wr(&t, WD + COUNTER, 5000); // not in watchdog mode
    expect_reg(&t, WD + COUNTER, 10);
    wr(&t, WD + LOAD, 100);
    pass_ns(&t, 90 * US);
    wr(&t, WD + CONTROL, ENABLE); // does not leave the mode
    cr_expect_eq(t.power, -1);
    pass_ns(&t, 11 * US);
    cr_expect_eq(t.power, DEV_REBOOT);
    expect_reg(&t, WD + RESET_STATUS, 1);
    mpcore_class.reset(t.d);
    expect_reg(&t, WD + RESET_STATUS, 1); // that is how software learns of it
    wr(&t, WD + RESET_STATUS, 1);
    expect_reg(&t, WD + RESET_STATUS, 0);
}

Test(mpcore, watchdog_as_a_timer)
{
    wr(&t, WD + LOAD, 100);
    wr(&t, WD + CONTROL, ENABLE | WATCHDOG);
    wr(&t, WD + DISABLE, 0x87654321);
    expect_reg(&t, WD + CONTROL, ENABLE | WATCHDOG);
    wr(&t, WD + DISABLE, 0x12345678);
    wr(&t, WD + DISABLE, 0x87654321);
    wr(&t, WD + CONTROL, ENABLE | IRQ);
    pass_ns(&t, 200 * US);
    cr_expect_eq(t.power, -1);
    cr_expect(t.line[WATCHDOG_LINE]);
    wr(&t, WD + STATUS, 1);
    cr_expect(!t.line[WATCHDOG_LINE]);
}

Test(mpcore, global_timer_counts)
{
    wr(&t, GT + GT_LOW, 0xfffffff0);
    wr(&t, GT + GT_HIGH, 1);
    pass_ns(&t, 100 * US);
    expect_reg(&t, GT + GT_LOW, 0xfffffff0); // off
    wr(&t, GT + GT_CONTROL, GT_ON);
    pass_ns(&t, 0x20 * US);
    expect_reg(&t, GT + GT_LOW, 0x10);
    expect_reg(&t, GT + GT_HIGH, 2);
    wr(&t, GT + GT_CONTROL, GT_ON | 3 << 8);
    pass_ns(&t, 40 * US);
    expect_reg(&t, GT + GT_LOW, 0x1a);
    bus_master = 1; // one counter for all, with one enable and prescaler
    expect_reg(&t, GT + GT_LOW, 0x1a);
    expect_reg(&t, GT + GT_CONTROL, GT_ON | 3 << 8);
}

Test(mpcore, global_comparator)
{
    wr(&t, GT + GT_COMPARE, 100);
    wr(&t, GT + GT_CONTROL, GT_ON | GT_COMP | GT_IRQ);
    pass_ns(&t, 99 * US);
    cr_expect(!t.line[GLOBAL_LINE]);
    pass_ns(&t, 1 * US);
    cr_expect(t.line[GLOBAL_LINE]);
    cr_expect(!t.line[GLOBAL_LINE + 1]);
    expect_reg(&t, GT + GT_STATUS, 1);
    wr(&t, GT + GT_STATUS, 1);
    cr_expect(!t.line[GLOBAL_LINE]);
    pass_ns(&t, 1000 * US);
    cr_expect(!t.line[GLOBAL_LINE]); // once
    wr(&t, GT + GT_COMPARE, 500);    // already behind
    pass_ns(&t, 1);
    cr_expect(t.line[GLOBAL_LINE]);
}

Test(mpcore, global_comparator_increments_itself)
{
    wr(&t, GT + GT_COMPARE, 100);
    wr(&t, GT + GT_INCREMENT, 50);
    wr(&t, GT + GT_CONTROL, GT_ON | GT_COMP | GT_IRQ | GT_AUTO);
    pass_ns(&t, 100 * US);
    cr_expect(t.line[GLOBAL_LINE]);
    expect_reg(&t, GT + GT_COMPARE, 150);
    wr(&t, GT + GT_STATUS, 1);
    pass_ns(&t, 49 * US);
    cr_expect(!t.line[GLOBAL_LINE]);
    pass_ns(&t, 1 * US);
    cr_expect(t.line[GLOBAL_LINE]);
    pass_ns(&t, 1000 * US); // nobody answers
    expect_reg(&t, GT + GT_COMPARE, 1200);
    wr(&t, GT + GT_STATUS, 1);
    cr_expect(!t.line[GLOBAL_LINE]);
    pass_ns(&t, 50 * US);
    cr_expect(t.line[GLOBAL_LINE]);
}

Test(mpcore, global_comparators_are_banked)
{
    wr(&t, GT + GT_CONTROL, GT_ON);
    bus_master = 2;
    wr(&t, GT + GT_COMPARE, 10);
    wr(&t, GT + GT_CONTROL, GT_ON | GT_COMP | GT_IRQ);
    pass_ns(&t, 10 * US);
    cr_expect(t.line[GLOBAL_LINE + 2]);
    cr_expect(!t.line[GLOBAL_LINE]);
    bus_master = 0;
    expect_reg(&t, GT + GT_CONTROL, GT_ON);
    expect_reg(&t, GT + GT_STATUS, 0);
}

Test(mpcore, reset_silences)
{
    wr(&t, PT + LOAD, 10);
    wr(&t, PT + CONTROL, ENABLE | AUTO | IRQ);
    wr(&t, GT + GT_COMPARE, 10);
    wr(&t, GT + GT_CONTROL, GT_ON | GT_COMP | GT_IRQ);
    pass_ns(&t, 20 * US);
    cr_expect(t.line[TIMER_LINE] && t.line[GLOBAL_LINE]);
    mpcore_class.reset(t.d);
    cr_expect(!t.line[TIMER_LINE] && !t.line[GLOBAL_LINE]);
    cr_expect_eq(clock_until_next(&t.clock), UINT64_MAX);
}
