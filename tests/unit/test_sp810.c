// SP810: every register. ARM DDI 0254.
#include "dev_env.h"

static struct dev_test t;

static void start(void)
{
    dev_test_start(&t, &sp810_class, NULL, NULL);
}

TestSuite(sp810, .init = start);

Test(sp810, reset_values_and_id)
{
    expect_reg(&t, 0x00, 0x9); // doze, asked for and reached
    for (uint32_t r = 0x04; r <= 0x28; r += 4)
        expect_reg(&t, r, 0);
    expect_reg(&t, 0x2c, 0xffffffff);
    expect_reg(&t, 0x30, 0xffffffff);
    check_id(&t, 0x00041810);
}

Test(sp810, mode_follows_control)
{
    static const uint32_t row[][2] = {{0, 0x00}, {1, 0x09}, {2, 0x12}, {3, 0x13}, {4, 0x24}, {7, 0x27}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        wr(&t, 0, row[i][0]);
        expect_reg(&t, 0, row[i][1]);
    }
}

Test(sp810, timer_clock_selection_is_kept)
{
    wr(&t, 0, 1 << 15 | 1 << 17 | 1 << 19 | 1 << 21 | 4);
    expect_reg(&t, 0, 0x2a8024);
}

Test(sp810, general_registers)
{
    static const uint32_t row[][2] = {{0x08, 0x8f},      {0x0c, 1},          {0x10, 0x7ffff},
                                      {0x14, 0xfffffff}, {0x18, 0xffffffff}, {0x1c, 0xffffffff},
                                      {0x20, 0xffffffff}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        wr(&t, row[i][0], 0xffffffff);
        expect_reg(&t, row[i][0], row[i][1]);
    }
}

Test(sp810, peripheral_clocks)
{
    wr(&t, 0x28, 0x0f);
    expect_reg(&t, 0x2c, 0xfffffff0);
    wr(&t, 0x24, 0x03);
    expect_reg(&t, 0x30, 0xfffffff3);
}
