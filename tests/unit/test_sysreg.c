// Versatile Express system registers and configuration bus. ARM DUI 0447.
#include "dev/sysreg.h"

#include "dev_env.h"

enum { ID, SW = 4, LED = 8, HZ100 = 0x24, FLAGS = 0x30, FLAGSCLR = 0x34, NVFLAGS = 0x38, NVFLAGSCLR = 0x3c };
enum {
    MCI = 0x48,
    FLASH = 0x4c,
    CFGSW = 0x58,
    MHZ24 = 0x5c,
    MISC = 0x60,
    DMA = 0x64,
    PROCID0 = 0x84,
    PROCID1 = 0x88
};
enum { DATA = 0xa0, CTRL = 0xa4, STAT = 0xa8 };
enum { OSC = 1, VOLT, AMP, TEMP, RESET, MUXFPGA = 7, SHUTDOWN, REBOOT, DVIMODE = 11, POWER, ENERGY };
enum { COMPLETE = 1, ERROR = 3 };

static struct dev_test t;
static uint32_t card;

static uint32_t slot(void *ctx)
{
    (void)ctx;
    return card;
}

static void start(void)
{
    static const uint32_t osc[] = {45000000, 0, 66670000}, volt[] = {1000000, 1800000};
    static const struct sysreg_config cfg = {
        .procid = 0x0c000191, .osc = osc, .noscs = 3, .volt = volt, .nvolts = 2, .namps = 1, .mci = slot};
    dev_test_start(&t, &sysreg_class, &cfg, NULL);
}

// One transfer; leaves the result in SYS_CFGSTAT and SYS_CFGDATA.
static uint32_t transfer(bool write, unsigned function, unsigned site, unsigned device)
{
    wr(&t, STAT, 0);
    wr(&t, CTRL, 0x80000000u | (unsigned)write << 30 | function << 20 | site << 16 | device);
    cr_expect_eq(rd(&t, CTRL) >> 31, 0, "still busy");
    return rd(&t, STAT);
}

TestSuite(sysreg, .init = start);

Test(sysreg, reset_values)
{
    expect_reg(&t, ID, 0x1190f500);
    expect_reg(&t, PROCID0, 0x0c000191);
    expect_reg(&t, PROCID1, 0xff000000);
    static const uint32_t zero[] = {SW,    LED,   HZ100, FLAGS, NVFLAGS, MCI,  FLASH,
                                    CFGSW, MHZ24, MISC,  DMA,   DATA,    CTRL, STAT};
    for (unsigned i = 0; i < sizeof zero / sizeof *zero; i++)
        expect_reg(&t, zero[i], 0);
}

Test(sysreg, flags_are_set_and_cleared)
{
    wr(&t, FLAGS, 0x60010000);
    wr(&t, FLAGS, 0x0000000f);
    expect_reg(&t, FLAGS, 0x6001000f);
    wr(&t, FLAGSCLR, 0x60000000);
    expect_reg(&t, FLAGS, 0x0001000f);
    wr(&t, NVFLAGS, 0xff);
    wr(&t, NVFLAGSCLR, 0x0f);
    expect_reg(&t, NVFLAGS, 0xf0);
    sysreg_class.reset(t.d);
    expect_reg(&t, FLAGS, 0);
    expect_reg(&t, NVFLAGS, 0xf0); // these survive
}

Test(sysreg, counters)
{
    pass_ns(&t, 1000000000);
    expect_reg(&t, HZ100, 100);
    expect_reg(&t, MHZ24, 24000000);
}

Test(sysreg, plain_registers)
{
    static const uint32_t row[][2] = {
        {LED, 0xff}, {FLASH, 1}, {CFGSW, 0xff}, {MISC, 0xffffffff}, {DMA, 0xffffffff}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        wr(&t, row[i][0], 0xffffffff);
        expect_reg(&t, row[i][0], row[i][1]);
    }
    wr(&t, ID, 0);
    expect_reg(&t, ID, 0x1190f500);
    cr_expect_eq(rd_sized(&t, ID + 1, 1) & 0xff, 0xf5);
    cr_expect_eq(rd_sized(&t, ID + 2, 2) & 0xffff, 0x1190);
}

Test(sysreg, card)
{
    card = 3;
    expect_reg(&t, MCI, 3);
    card = 0;
    expect_reg(&t, MCI, 0);
}

Test(sysreg, oscillators)
{
    cr_expect_eq(transfer(false, OSC, 0, 0), COMPLETE);
    expect_reg(&t, DATA, 50000000);
    cr_expect_eq(transfer(false, OSC, 1, 2), COMPLETE);
    expect_reg(&t, DATA, 66670000);
    wr(&t, DATA, 40000000);
    cr_expect_eq(transfer(true, OSC, 1, 2), COMPLETE);
    wr(&t, DATA, 0);
    cr_expect_eq(transfer(false, OSC, 1, 2), COMPLETE);
    expect_reg(&t, DATA, 40000000);
    cr_expect_eq(transfer(false, OSC, 1, 1), ERROR); // no such oscillator
    cr_expect_eq(transfer(false, OSC, 1, 4000), ERROR);
    cr_expect_eq(transfer(false, OSC, 2, 0), ERROR);
    sysreg_class.reset(t.d);
    cr_expect_eq(transfer(false, OSC, 1, 2), COMPLETE);
    expect_reg(&t, DATA, 66670000);
}

Test(sysreg, supplies_and_sensors)
{
    static const struct {
        unsigned function, site, device;
        uint32_t status, data;
    } row[] = {
        {VOLT, 0, 0, COMPLETE, 3300000},  {VOLT, 1, 1, COMPLETE, 1800000}, {VOLT, 1, 2, ERROR, 0},
        {AMP, 1, 0, COMPLETE, 0},         {AMP, 1, 1, ERROR, 0},           {POWER, 1, 0, COMPLETE, 0},
        {ENERGY, 1, 1, COMPLETE, 0},      {ENERGY, 1, 2, ERROR, 0},        {TEMP, 0, 0, COMPLETE, 40000000},
        {TEMP, 1, 0, COMPLETE, 40000000}, {TEMP, 1, 7, ERROR, 0}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        cr_expect_eq(transfer(false, row[i].function, row[i].site, row[i].device), row[i].status, "row %u",
                     i);
        if (row[i].status == COMPLETE) expect_reg(&t, DATA, row[i].data);
    }
    cr_expect_eq(transfer(true, TEMP, 1, 0), ERROR);
    cr_expect_eq(transfer(false, 60, 0, 0), ERROR);
    wr(&t, CTRL, 0x80000000u | 1 << 26 | OSC << 20); // another controller
    expect_reg(&t, STAT, ERROR);
    wr(&t, CTRL, 0x80000000u | 1 << 12 | OSC << 20); // another board of the stack
    expect_reg(&t, STAT, ERROR);
}

Test(sysreg, multiplexers)
{
    wr(&t, DATA, 2);
    cr_expect_eq(transfer(true, MUXFPGA, 0, 0), COMPLETE);
    wr(&t, DATA, 5);
    cr_expect_eq(transfer(true, DVIMODE, 0, 0), COMPLETE);
    cr_expect_eq(transfer(false, MUXFPGA, 0, 0), COMPLETE);
    expect_reg(&t, DATA, 2);
    cr_expect_eq(transfer(false, DVIMODE, 0, 0), COMPLETE);
    expect_reg(&t, DATA, 5);
}

Test(sysreg, power)
{
    wr(&t, CTRL, SHUTDOWN << 20 | 1 << 30); // without the start bit
    cr_expect_eq(t.power, -1);
    expect_reg(&t, STAT, 0);
    cr_expect_eq(transfer(true, SHUTDOWN, 0, 0), COMPLETE);
    cr_expect_eq(t.power, DEV_POWER_OFF);
    transfer(true, REBOOT, 0, 0);
    cr_expect_eq(t.power, DEV_REBOOT);
    t.power = -1;
    transfer(true, RESET, 0, 0);
    cr_expect_eq(t.power, DEV_REBOOT);
    cr_expect_eq(transfer(false, SHUTDOWN, 0, 0), ERROR);
}
