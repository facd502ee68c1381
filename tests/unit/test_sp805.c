// SP805: every register, interrupt, reset of the machine, lock, test registers. ARM DDI 0270.
#include "dev_env.h"

enum {
    LOAD,
    VALUE = 4,
    CONTROL = 8,
    INTCLR = 12,
    RIS = 16,
    MIS = 20,
    LOCK = 0xc00,
    ITCR = 0xf00,
    ITOP = 0xf04
};
enum { INTEN = 1, RESEN = 2, MS = 1000000 };

static struct dev_test t;
static const uint32_t hz = 1000; // a tick a millisecond

static void start(void)
{
    dev_test_start(&t, &sp805_class, &hz, NULL);
}

TestSuite(sp805, .init = start);

Test(sp805, reset_values_and_id)
{
    expect_reg(&t, LOAD, 0xffffffff);
    expect_reg(&t, VALUE, 0xffffffff);
    expect_reg(&t, CONTROL, 0);
    expect_reg(&t, RIS, 0);
    expect_reg(&t, MIS, 0);
    expect_reg(&t, LOCK, 0);
    expect_reg(&t, ITCR, 0);
    check_id(&t, 0x00141805);
}

Test(sp805, stands_until_enabled)
{
    wr(&t, LOAD, 100);
    pass_ns(&t, 1000ull * MS);
    expect_reg(&t, VALUE, 100);
    expect_reg(&t, RIS, 0);
    wr(&t, CONTROL, INTEN);
    pass_ns(&t, 30 * MS);
    expect_reg(&t, VALUE, 70);
}

Test(sp805, interrupts_and_reloads)
{
    wr(&t, LOAD, 100);
    wr(&t, CONTROL, INTEN);
    pass_ns(&t, 99 * MS);
    cr_expect(!t.line[0]);
    pass_ns(&t, 1 * MS);
    cr_expect(t.line[0]);
    expect_reg(&t, RIS, 1);
    expect_reg(&t, MIS, 1);
    expect_reg(&t, VALUE, 100);
    pass_ns(&t, 1000ull * MS); // without RESEN nothing more
    cr_expect_eq(t.power, -1);
    pass_ns(&t, 50 * MS);
    wr(&t, INTCLR, 0);
    cr_expect(!t.line[0]);
    expect_reg(&t, VALUE, 100); // loaded anew
}

Test(sp805, second_time_resets)
{
    wr(&t, LOAD, 100);
    wr(&t, CONTROL, INTEN | RESEN);
    pass_ns(&t, 199 * MS);
    cr_expect_eq(t.power, -1);
    pass_ns(&t, 1 * MS);
    cr_expect_eq(t.power, DEV_REBOOT);
}

Test(sp805, an_answer_prevents_the_reset)
{
    wr(&t, LOAD, 100);
    wr(&t, CONTROL, INTEN | RESEN);
    for (unsigned i = 0; i < 20; i++) {
        pass_ns(&t, 150 * MS);
        cr_expect(t.line[0]);
        wr(&t, INTCLR, 1);
    }
    cr_expect_eq(t.power, -1);
}

Test(sp805, enabling_again_reloads)
{
    wr(&t, LOAD, 100);
    wr(&t, CONTROL, INTEN);
    pass_ns(&t, 60 * MS);
    wr(&t, CONTROL, 0);
    expect_reg(&t, VALUE, 40);
    wr(&t, CONTROL, INTEN);
    expect_reg(&t, VALUE, 100);
}

Test(sp805, lock)
{
    wr(&t, LOCK, 0);
    expect_reg(&t, LOCK, 1);
    wr(&t, LOAD, 5);
    wr(&t, CONTROL, INTEN);
    expect_reg(&t, LOAD, 0xffffffff);
    expect_reg(&t, CONTROL, 0);
    wr(&t, LOCK, 0x1acce551);
    expect_reg(&t, LOCK, 0);
    wr(&t, LOAD, 5);
    expect_reg(&t, LOAD, 5);
}

Test(sp805, integration_test)
{
    wr(&t, ITOP, 2);
    cr_expect(!t.line[0]);
    wr(&t, ITCR, 1);
    cr_expect(t.line[0]);
    wr(&t, ITOP, 0);
    cr_expect(!t.line[0]);
    wr(&t, ITOP, 1);
    cr_expect_eq(t.power, DEV_REBOOT);
}
