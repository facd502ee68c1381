// PL031: every register, time, match and interrupt. ARM DDI 0224.
#include "dev_env.h"

enum { DR, MR = 4, LR = 8, CR = 12, IMSC = 16, RIS = 20, MIS = 24, ICR = 28 };
#define SECONDS(n) ((n)*UINT64_C(1000000000))

static struct dev_test t;
static const int64_t power_on = 1700000000;

static void start(void)
{
    dev_test_start(&t, &pl031_class, &power_on, NULL);
}

TestSuite(pl031, .init = start);

Test(pl031, reset_values_and_id)
{
    expect_reg(&t, DR, 1700000000);
    expect_reg(&t, MR, 0);
    expect_reg(&t, LR, 0);
    expect_reg(&t, CR, 1);
    expect_reg(&t, IMSC, 0);
    expect_reg(&t, RIS, 0);
    expect_reg(&t, MIS, 0);
    check_id(&t, 0x00041031);
}

Test(pl031, counts_seconds)
{
    pass_ns(&t, SECONDS(5) / 2);
    expect_reg(&t, DR, 1700000002);
    wr(&t, DR, 5); // read only
    wr(&t, CR, 0); // cannot be stopped
    pass_ns(&t, SECONDS(1));
    expect_reg(&t, DR, 1700000003);
}

Test(pl031, load)
{
    wr(&t, LR, 1000);
    expect_reg(&t, DR, 1000);
    expect_reg(&t, LR, 1000);
    pass_ns(&t, SECONDS(7));
    expect_reg(&t, DR, 1007);
    expect_reg(&t, LR, 1000);
}

Test(pl031, match_interrupts)
{
    wr(&t, IMSC, 0xffffffff);
    expect_reg(&t, IMSC, 1);
    wr(&t, MR, 1700000010);
    pass_ns(&t, SECONDS(9));
    cr_expect(!t.line[0]);
    pass_ns(&t, SECONDS(1));
    cr_expect(t.line[0]);
    expect_reg(&t, RIS, 1);
    expect_reg(&t, MIS, 1);
    pass_ns(&t, SECONDS(3));
    cr_expect(t.line[0]);
    wr(&t, ICR, 1);
    cr_expect(!t.line[0]);
    expect_reg(&t, RIS, 0);
}

Test(pl031, masked_match_is_raw_only)
{
    wr(&t, MR, 1700000001);
    pass_ns(&t, SECONDS(1));
    expect_reg(&t, RIS, 1);
    expect_reg(&t, MIS, 0);
    cr_expect(!t.line[0]);
    wr(&t, IMSC, 1);
    cr_expect(t.line[0]);
}

Test(pl031, a_match_in_the_past_waits)
{
    wr(&t, IMSC, 1);
    wr(&t, MR, 1699999999);
    pass_ns(&t, SECONDS(100));
    cr_expect(!t.line[0]);
    wr(&t, LR, 1699999990); // the counter goes back
    pass_ns(&t, SECONDS(9));
    cr_expect(t.line[0]);
}

Test(pl031, a_reset_keeps_the_time)
{
    wr(&t, LR, 5000);
    wr(&t, IMSC, 1);
    wr(&t, MR, 5001);
    pl031_class.reset(t.d);
    pass_ns(&t, SECONDS(2));
    expect_reg(&t, DR, 5002);
    cr_expect(!t.line[0]);
}
