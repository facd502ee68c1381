// PL181 by registers: commands and their flags, both directions of the data path, interrupts, the slot.
#include <stdlib.h>
#include <unistd.h>

#include "dev/pl180.h"
#include "dev_env.h"
#include "host/disk.h"

enum reg {
    POWER = 0x00,
    CLOCK = 0x04,
    ARGUMENT = 0x08,
    COMMAND = 0x0c,
    RESPCMD = 0x10,
    RESPONSE0 = 0x14,
    RESPONSE3 = 0x20,
    DATA_TIMER = 0x24,
    DATA_LENGTH = 0x28,
    DATA_CTRL = 0x2c,
    DATA_CNT = 0x30,
    STATUS = 0x34,
    CLEAR = 0x38,
    MASK0 = 0x3c,
    MASK1 = 0x40,
    FIFO_CNT = 0x48,
    FIFO = 0x80,
};
enum { RESPONSE = 1 << 6, LONG = 1 << 7, INTERRUPT = 1 << 8, PENDING = 1 << 9, ENABLE = 1 << 10 };
enum {
    CMD_CRC_FAIL = 1 << 0,
    DATA_CRC_FAIL = 1 << 1,
    CMD_TIMEOUT = 1 << 2,
    DATA_TIMEOUT = 1 << 3,
    CMD_RESP_END = 1 << 6,
    CMD_SENT = 1 << 7,
    DATA_END = 1 << 8,
    BLOCK_END = 1 << 10,
    CMD_ACTIVE = 1 << 11,
    TX_ACTIVE = 1 << 12,
    RX_ACTIVE = 1 << 13,
    TX_HALF_EMPTY = 1 << 14,
    RX_HALF_FULL = 1 << 15,
    RX_FULL = 1 << 17,
    TX_EMPTY = 1 << 18,
    RX_EMPTY = 1 << 19,
    RX_AVAILABLE = 1 << 21,
};
enum { READ_512 = 0x93, WRITE_512 = 0x91 }; // MCIDataCtrl

static struct dev_test t;
static struct disk disk;
static uint32_t rca;

static void start(bool with_card, bool read_only)
{
    if (with_card) {
        char path[] = "/tmp/pl180.XXXXXX";
        const int fd = mkstemp(path);
        cr_assert(fd >= 0 && !ftruncate(fd, 1 << 20));
        close(fd);
        cr_assert(disk_open(&disk, path, read_only));
        unlink(path);
    }
    dev_test_start(&t, &pl180_class, NULL, with_card ? &disk : NULL);
}

static void end(void)
{
    dev_test_end(&t);
    if (disk.fd > 0) disk_close(&disk);
}

// One command; the flags that it left, which are cleared.
static uint32_t command(unsigned index, unsigned flags, uint32_t arg)
{
    wr(&t, ARGUMENT, arg);
    wr(&t, COMMAND, index | flags | ENABLE);
    const uint32_t s = rd(&t, STATUS) & 0xff;
    wr(&t, CLEAR, 0xff);
    return s;
}

static void power_up(void)
{
    wr(&t, POWER, 0x86);
    wr(&t, POWER, 0x87);
    wr(&t, CLOCK, 0x100);
}

static void identify(void)
{
    power_up();
    cr_expect_eq(command(0, 0, 0), CMD_SENT);
    cr_expect_eq(command(8, RESPONSE, 0x1aa), CMD_RESP_END);
    expect_reg(&t, RESPONSE0, 0x1aa);
    expect_reg(&t, RESPCMD, 8);
    cr_expect_eq(command(5, RESPONSE, 0), CMD_TIMEOUT);
    cr_expect_eq(command(55, RESPONSE, 0), CMD_RESP_END);
    cr_expect_eq(command(41, RESPONSE, 0x00ff8000), CMD_CRC_FAIL); // an R3 has no CRC
    expect_reg(&t, RESPONSE0, 0x80ff8000);
    expect_reg(&t, RESPCMD, 63);
    cr_expect_eq(command(2, RESPONSE | LONG, 0), CMD_RESP_END);
    expect_reg(&t, RESPCMD, 63);
    expect_reg(&t, RESPONSE0, 0x00535453);
    cr_expect_not(rd(&t, RESPONSE3) & 1);
    cr_expect_eq(command(3, RESPONSE, 0), CMD_RESP_END);
    rca = rd(&t, RESPONSE0) & 0xffff0000;
    cr_expect_eq(command(7, RESPONSE, rca), CMD_RESP_END);
    wr(&t, DATA_TIMER, 1000);
}

Test(pl180, registers)
{
    start(false, false);
    check_id(&t, 0x00041181);
    for (uint32_t r = 0; r < 0x80; r += 4)
        expect_reg(&t, r, 0);
    static const struct {
        uint32_t reg, kept;
    } writable[] = {
        {POWER, 0xff},         {CLOCK, 0xfff},    {ARGUMENT, 0xffffffff}, {DATA_TIMER, 0xffffffff},
        {DATA_LENGTH, 0xffff}, {MASK0, 0x3fffff}, {MASK1, 0x3fffff},      {0x44, 0xf}};
    for (unsigned i = 0; i < sizeof writable / sizeof *writable; i++) {
        wr(&t, writable[i].reg, 0xffffffff);
        expect_reg(&t, writable[i].reg, writable[i].kept);
        cr_expect_eq(rd_sized(&t, writable[i].reg, 1) & 0xff, writable[i].kept & 0xff);
    }
    wr(&t, STATUS, 0xffffffff);
    wr(&t, DATA_CNT, 5);
    wr(&t, RESPCMD, 5);
    expect_reg(&t, STATUS, 0);
    expect_reg(&t, DATA_CNT, 0);
    expect_reg(&t, RESPCMD, 0);
    t.d->cls->reset(t.d);
    expect_reg(&t, MASK0, 0);
    end();
}

Test(pl180, empty_slot)
{
    start(false, false);
    power_up();
    cr_expect_eq(pl180_slot(t.d), 0);
    cr_expect_eq(command(0, 0, 0), CMD_SENT);
    cr_expect_eq(command(8, RESPONSE, 0x1aa), CMD_TIMEOUT);
    // Waiting without a limit, until another command comes.
    wr(&t, COMMAND, 8 | RESPONSE | INTERRUPT | ENABLE);
    expect_reg(&t, STATUS, CMD_ACTIVE);
    wr(&t, COMMAND, 0);
    expect_reg(&t, STATUS, 0);
    end();
}

Test(pl180, power_and_clock)
{
    start(true, false);
    cr_expect_eq(pl180_slot(t.d), 1);
    cr_expect_eq(command(8, RESPONSE, 0x1aa), CMD_TIMEOUT);
    identify();
    cr_expect_eq(command(13, RESPONSE, rca), CMD_RESP_END);
    wr(&t, CLOCK, 0);
    cr_expect_eq(command(13, RESPONSE, rca), CMD_TIMEOUT);
    wr(&t, CLOCK, 0x100);
    cr_expect_eq(command(13, RESPONSE | LONG, rca), CMD_CRC_FAIL); // not that long
    wr(&t, POWER, 0);                                              // the card forgets everything
    identify();
    t.d->cls->reset(t.d);
    identify();
    end();
}

Test(pl180, write_protect)
{
    start(true, true);
    cr_expect_eq(pl180_slot(t.d), 3);
    end();
}

static void write_block(uint32_t at, uint32_t seed)
{
    command(24, RESPONSE, at);
    wr(&t, DATA_LENGTH, 512);
    wr(&t, DATA_CTRL, WRITE_512);
    expect_reg(&t, STATUS, TX_ACTIVE | TX_HALF_EMPTY | TX_EMPTY);
    expect_reg(&t, DATA_CNT, 512);
    for (unsigned i = 0; i < 127; i++)
        wr(&t, FIFO + i % 16 * 4, seed + i);
    expect_reg(&t, DATA_CNT, 4);
    expect_reg(&t, FIFO_CNT, 1);
    wr(&t, FIFO, seed + 127);
    expect_reg(&t, STATUS, DATA_END | BLOCK_END);
    wr(&t, CLEAR, 0x7ff);
}

Test(pl180, blocks)
{
    start(true, false);
    identify();
    write_block(0, 0x1000);
    write_block(512, 0x2000);
    // Reading: the data path waits, the command comes second.
    wr(&t, DATA_LENGTH, 1024);
    wr(&t, DATA_CTRL, READ_512);
    expect_reg(&t, STATUS, RX_ACTIVE | RX_EMPTY);
    command(18, RESPONSE, 0);
    expect_reg(&t, STATUS, RX_ACTIVE | RX_HALF_FULL | RX_FULL | RX_AVAILABLE);
    expect_reg(&t, DATA_CNT, 1024 - 64);
    expect_reg(&t, FIFO_CNT, 256 - 16);
    for (unsigned i = 0; i < 256; i++) {
        const uint32_t got = rd(&t, FIFO + i % 16 * 4), want = i < 128 ? 0x1000 + i : 0x2000 + i - 128;
        cr_assert_eq(got, want, "word %u is %#x, not %#x", i, got, want);
        if (i == 127 - 16)
            expect_reg(&t, STATUS, BLOCK_END | RX_ACTIVE | RX_HALF_FULL | RX_FULL | RX_AVAILABLE);
        if (i == 250) expect_reg(&t, STATUS, DATA_END | BLOCK_END | RX_ACTIVE | RX_AVAILABLE);
    }
    expect_reg(&t, STATUS, DATA_END | BLOCK_END);
    expect_reg(&t, FIFO, 0);
    cr_expect_eq(command(12, RESPONSE, 0), CMD_RESP_END);
    end();
}

Test(pl180, odd_lengths)
{
    start(true, false);
    identify();
    write_block(0, 0x04030201);
    command(16, RESPONSE, 6);
    wr(&t, DATA_LENGTH, 6);
    wr(&t, DATA_CTRL, READ_512 | 4); // stream: no blocks
    command(17, RESPONSE, 0);
    expect_reg(&t, FIFO_CNT, 0);
    expect_reg(&t, FIFO, 0x04030201);
    expect_reg(&t, FIFO, 0x0202);
    expect_reg(&t, STATUS, DATA_END);
    end();
}

Test(pl180, timeout)
{
    start(true, false);
    identify();
    wr(&t, MASK0, DATA_TIMEOUT);
    wr(&t, DATA_LENGTH, 512);
    wr(&t, DATA_CTRL, READ_512);
    pass_ns(&t, 1000 * 2 * 41 - 100);
    cr_expect_not(t.line[0]);
    pass_ns(&t, 200);
    cr_expect(t.line[0]);
    expect_reg(&t, STATUS, DATA_TIMEOUT);
    wr(&t, CLEAR, DATA_TIMEOUT);
    cr_expect_not(t.line[0]);
    wr(&t, DATA_CTRL, READ_512);
    wr(&t, DATA_CTRL, 0);
    expect_reg(&t, STATUS, 0);
    pass_ns(&t, 1000000);
    expect_reg(&t, STATUS, 0);
    end();
}

Test(pl180, nobody_takes_the_data)
{
    start(true, false);
    identify();
    wr(&t, DATA_LENGTH, 512);
    wr(&t, DATA_CTRL, WRITE_512);
    wr(&t, FIFO, 1);
    expect_reg(&t, STATUS, DATA_CRC_FAIL);
    end();
}

Test(pl180, interrupts)
{
    start(true, false);
    identify();
    wr(&t, MASK0, CMD_RESP_END);
    wr(&t, MASK1, RX_HALF_FULL);
    wr(&t, ARGUMENT, rca + 0x10000);
    wr(&t, COMMAND, 13 | RESPONSE | ENABLE);
    wr(&t, ARGUMENT, rca);
    cr_expect_not(t.line[0]); // that was for another card
    wr(&t, COMMAND, 13 | RESPONSE | ENABLE);
    cr_expect(t.line[0]);
    cr_expect_not(t.line[1]);
    wr(&t, CLEAR, CMD_RESP_END);
    cr_expect_not(t.line[0]);
    wr(&t, DATA_LENGTH, 512);
    wr(&t, DATA_CTRL, READ_512);
    wr(&t, ARGUMENT, 0);
    wr(&t, COMMAND, 17 | RESPONSE | ENABLE);
    cr_expect(t.line[0]);
    cr_expect(t.line[1]);
    for (unsigned i = 0; i < 128; i++) {
        cr_expect_eq(t.line[1], i <= 128 - 8, "word %u", i);
        rd(&t, FIFO);
    }
    cr_expect_not(t.line[1]);
    wr(&t, MASK1, DATA_END);
    cr_expect(t.line[1]);
    end();
}

Test(pl180, pending_command)
{
    start(true, false);
    identify();
    wr(&t, DATA_LENGTH, 512);
    wr(&t, DATA_CTRL, READ_512);
    command(18, RESPONSE, 0);
    wr(&t, COMMAND, 12 | RESPONSE | PENDING | ENABLE);
    cr_expect(rd(&t, STATUS) & CMD_ACTIVE);
    for (unsigned i = 0; i < 128; i++)
        rd(&t, FIFO);
    expect_reg(&t, STATUS, DATA_END | BLOCK_END | CMD_RESP_END);
    expect_reg(&t, RESPCMD, 12);
    end();
}
