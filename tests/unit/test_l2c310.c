// L2C-310: every register, operations complete at once. ARM DDI 0246.
#include "dev_env.h"

static struct dev_test t;

static void start(void)
{
    dev_test_start(&t, &l2c310_class, NULL, NULL);
}

TestSuite(l2c310, .init = start);

Test(l2c310, reset_values)
{
    expect_reg(&t, 0x000, 0x410000c8);
    expect_reg(&t, 0x004, 0x1c300300); // 8 ways of 64 KiB
    expect_reg(&t, 0x100, 0);
    expect_reg(&t, 0x104, 0x02060000);
    expect_reg(&t, 0x108, 0x777);
    expect_reg(&t, 0x10c, 0x777);
    for (uint32_t r = 0x200; r <= 0x21c; r += 4)
        expect_reg(&t, r, 0);
    for (uint32_t r = 0x900; r < 0x940; r += 4)
        expect_reg(&t, r, 0);
    expect_reg(&t, 0xc00, 0);
    expect_reg(&t, 0xc04, 0);
    expect_reg(&t, 0xf40, 0);
    expect_reg(&t, 0xf60, 0);
    expect_reg(&t, 0xf80, 0);
}

Test(l2c310, operations_are_complete_at_once)
{
    static const uint32_t op[] = {0x730, 0x770, 0x77c, 0x7b0, 0x7b8, 0x7bc, 0x7f0, 0x7f8, 0x7fc, 0x954};
    for (unsigned i = 0; i < sizeof op / sizeof *op; i++) {
        wr(&t, op[i], 0xff);
        expect_reg(&t, op[i], 0);
    }
}

Test(l2c310, memory_settings_change_only_while_off)
{
    wr(&t, 0x104, 0x02050000);
    wr(&t, 0x108, 0xffffffff);
    wr(&t, 0x10c, 0x121);
    wr(&t, 0x100, 0xffffffff);
    expect_reg(&t, 0x100, 1);
    wr(&t, 0x104, 0);
    wr(&t, 0x108, 0);
    wr(&t, 0x10c, 0);
    expect_reg(&t, 0x104, 0x02050000);
    expect_reg(&t, 0x108, 0x777);
    expect_reg(&t, 0x10c, 0x121);
    expect_reg(&t, 0x004, 0x1c240240); // sixteen ways of 32 KiB
    wr(&t, 0x100, 0);
    wr(&t, 0x104, 0);
    expect_reg(&t, 0x104, 0);
}

Test(l2c310, prefetch_enables_are_seen_in_both_registers)
{
    wr(&t, 0x104, 0x32060000);
    expect_reg(&t, 0xf60, 0x30000000);
    wr(&t, 0xf60, 0x10000007);
    expect_reg(&t, 0x104, 0x12060000);
    expect_reg(&t, 0xf60, 0x10000007);
}

Test(l2c310, plain_registers)
{
    static const uint32_t row[][2] = {{0x204, 0x3f},       {0x208, 0x3f},       {0x20c, 0xffffffff},
                                      {0x210, 0xffffffff}, {0x214, 0x1ff},      {0x900, 0xffff},
                                      {0x93c, 0xffff},     {0x950, 1},          {0xf40, 3},
                                      {0xc00, 0xfff00001}, {0xc04, 0xfff00000}, {0xf80, 3}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        wr(&t, row[i][0], 0xffffffff);
        expect_reg(&t, row[i][0], row[i][1]);
    }
    wr(&t, 0x200, 7); // clears both counters
    expect_reg(&t, 0x200, 1);
    expect_reg(&t, 0x20c, 0);
    expect_reg(&t, 0x210, 0);
}

Test(l2c310, read_only)
{
    wr(&t, 0x000, 0);
    wr(&t, 0x004, 0);
    wr(&t, 0x21c, 0xffffffff);
    expect_reg(&t, 0x000, 0x410000c8);
    expect_reg(&t, 0x21c, 0);
    expect_reg(&t, 0x218, 0);
}
