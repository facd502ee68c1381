// SP804: every register, the three modes, prescaler, 16 bits, background load, the combined line. ARM DDI
// 0271.
#include "dev_env.h"

enum { LOAD, VALUE = 4, CONTROL = 8, INTCLR = 12, RIS = 16, MIS = 20, BGLOAD = 24 };
enum { ONESHOT = 1, SIZE32 = 2, INTEN = 0x20, PERIODIC = 0x40, ENABLE = 0x80 };
enum { US = 1000 };

static struct dev_test t;

static void start(void)
{
    dev_test_start(&t, &sp804_class, NULL, NULL); // 1 MHz
}

TestSuite(sp804, .init = start);

Test(sp804, reset_values_and_id)
{
    for (unsigned i = 0; i < 0x40; i += 0x20) {
        expect_reg(&t, i + LOAD, 0);
        expect_reg(&t, i + VALUE, 0xffffffff);
        expect_reg(&t, i + CONTROL, 0x20);
        expect_reg(&t, i + RIS, 0);
        expect_reg(&t, i + MIS, 0);
        expect_reg(&t, i + BGLOAD, 0);
    }
    check_id(&t, 0x00141804);
}

Test(sp804, periodic)
{
    wr(&t, LOAD, 1000);
    wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32 | INTEN);
    expect_reg(&t, VALUE, 1000);
    pass_ns(&t, 400 * US);
    expect_reg(&t, VALUE, 600);
    cr_expect(!t.line[0]);
    pass_ns(&t, 605 * US);
    cr_expect(t.line[0]);
    expect_reg(&t, RIS, 1);
    expect_reg(&t, MIS, 1);
    wr(&t, INTCLR, 1);
    cr_expect(!t.line[0]);
    expect_reg(&t, RIS, 0);
    // The interval is the load value, and does not depend on when the interrupt was cleared.
    pass_ns(&t, (10 * 1000 - 1005) * US);
    cr_expect(t.line[0]);
    expect_reg(&t, VALUE, 1000);
}

Test(sp804, period_does_not_drift)
{
    wr(&t, LOAD, 9);
    wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32 | INTEN);
    for (unsigned i = 0; i < 1000; i++) {
        pass_ns(&t, 9 * US);
        wr(&t, INTCLR, 1);
    }
    cr_expect_eq(t.edges[0], 1000);
}

Test(sp804, one_shot)
{
    wr(&t, LOAD, 50);
    wr(&t, CONTROL, ENABLE | ONESHOT | SIZE32 | INTEN);
    pass_ns(&t, 60 * US);
    cr_expect(t.line[0]);
    expect_reg(&t, VALUE, 0);
    wr(&t, INTCLR, 1);
    pass_ns(&t, 10000 * US);
    cr_expect(!t.line[0]);
    // Halted at zero until it is loaded again: still enabled.
    expect_reg(&t, CONTROL, ENABLE | ONESHOT | SIZE32 | INTEN);
    wr(&t, LOAD, 20);
    pass_ns(&t, 25 * US);
    cr_expect(t.line[0]);
}

Test(sp804, free_running_wraps_to_all_ones)
{
    wr(&t, LOAD, 5);
    wr(&t, CONTROL, ENABLE | SIZE32);
    pass_ns(&t, 10 * US);
    expect_reg(&t, VALUE, 0xffffffffu - 4); // 0 is followed by all ones
    cr_expect(!t.line[0]);
    expect_reg(&t, RIS, 1); // raw, even with the interrupt disabled
    expect_reg(&t, MIS, 0);
}

Test(sp804, sixteen_bits)
{
    wr(&t, LOAD, 0x10003);
    wr(&t, CONTROL, ENABLE | INTEN);
    expect_reg(&t, VALUE, 3);
    pass_ns(&t, 5 * US);
    expect_reg(&t, VALUE, 0xfffe);
    cr_expect(t.line[0]);
}

Test(sp804, prescale)
{
    static const struct {
        uint32_t bits;
        unsigned divide;
    } row[] = {{0, 1}, {4, 16}, {8, 256}};
    for (unsigned i = 0; i < 3; i++) {
        wr(&t, CONTROL, 0);
        wr(&t, LOAD, 100);
        wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32 | row[i].bits);
        pass_ns(&t, (uint64_t)40 * row[i].divide * US + 1);
        expect_reg(&t, VALUE, 60);
    }
}

Test(sp804, background_load_takes_effect_at_zero)
{
    wr(&t, LOAD, 100);
    wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32 | INTEN);
    pass_ns(&t, 10 * US);
    wr(&t, BGLOAD, 7);
    expect_reg(&t, VALUE, 90);
    expect_reg(&t, LOAD, 7); // reads give the last value written to either
    expect_reg(&t, BGLOAD, 7);
    pass_ns(&t, 90 * US);
    expect_reg(&t, VALUE, 7);
    pass_ns(&t, 7 * US);
    expect_reg(&t, VALUE, 7);
}

Test(sp804, stopping_keeps_the_value_and_going_on_resumes)
{
    wr(&t, LOAD, 100);
    wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32);
    pass_ns(&t, 30 * US);
    wr(&t, CONTROL, PERIODIC | SIZE32);
    pass_ns(&t, 500 * US);
    expect_reg(&t, VALUE, 70);
    wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32);
    pass_ns(&t, 20 * US);
    expect_reg(&t, VALUE, 50);
}

Test(sp804, two_counters_share_the_line)
{
    wr(&t, LOAD, 10);
    wr(&t, 0x20 + LOAD, 20);
    wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32 | INTEN);
    wr(&t, 0x20 + CONTROL, ENABLE | ONESHOT | SIZE32 | INTEN);
    pass_ns(&t, 25 * US);
    expect_reg(&t, RIS, 1);
    expect_reg(&t, 0x20 + RIS, 1);
    wr(&t, CONTROL, 0);
    wr(&t, INTCLR, 1);
    cr_expect(t.line[0]);
    wr(&t, 0x20 + INTCLR, 0); // any value
    cr_expect(!t.line[0]);
}

Test(sp804, load_of_zero_interrupts_at_once)
{
    wr(&t, CONTROL, ENABLE | ONESHOT | SIZE32 | INTEN);
    wr(&t, LOAD, 0);
    pass_ns(&t, 2 * US);
    cr_expect(t.line[0]);
}

Test(sp804, reset_silences)
{
    wr(&t, LOAD, 10);
    wr(&t, CONTROL, ENABLE | PERIODIC | SIZE32 | INTEN);
    pass_ns(&t, 20 * US);
    cr_expect(t.line[0]);
    sp804_class.reset(t.d);
    cr_expect(!t.line[0]);
    pass_ns(&t, 1000 * US);
    cr_expect(!t.line[0]);
    expect_reg(&t, VALUE, 0xffffffff);
}
