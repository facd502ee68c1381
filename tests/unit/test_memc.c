// PL341 and PL354, the memory controllers, as far as they can be recognised.
#include "dev_env.h"

static struct dev_test t;

Test(memc, pl341)
{
    static const struct {
        uint32_t command, state;
    } row[] = {{4, 0}, {0, 1}, {3, 2}, {1, 3}, {2, 2}, {7, 2}, {0, 1}};
    dev_test_start(&t, &pl341_class, NULL, NULL);
    check_id(&t, 0x00041341);
    expect_reg(&t, 0, 1); // ready
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        wr(&t, 4, row[i].command);
        expect_reg(&t, 0, row[i].state);
    }
}

Test(memc, pl354)
{
    dev_test_start(&t, &pl354_class, NULL, NULL);
    check_id(&t, 0x00041354);
    wr(&t, 0x10, 0xffffffff);
    expect_reg(&t, 0, 0);
}
