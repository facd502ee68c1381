// The SD card by commands: identification, registers, transfers, erase, and what it refuses.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <unistd.h>

#include "dev/sdcard.h"

#define OUT_OF_RANGE    (1u << 31)
#define ADDRESS_ERROR   (1u << 30)
#define BLOCK_LEN_ERROR (1u << 29)
#define ERASE_SEQ_ERROR (1u << 28)
#define ERASE_PARAM     (1u << 27)
#define WP_VIOLATION    (1u << 26)
#define ILLEGAL_COMMAND (1u << 22)
#define APP_CMD         (1u << 5)
enum { STBY = 3, TRAN = 4, DATA = 5, RCV = 6 };

static struct disk disk;
static struct sdcard card;
static uint32_t rca;

static void insert(uint64_t size, bool read_only)
{
    char path[] = "/tmp/sdcard.XXXXXX";
    const int fd = mkstemp(path);
    cr_assert(fd >= 0 && !ftruncate(fd, (off_t)size));
    close(fd);
    cr_assert(disk_open(&disk, path, read_only));
    unlink(path);
    cr_assert(sdcard_init(&card, &disk));
}

static void eject(void)
{
    disk_close(&disk);
}

static uint32_t ok(unsigned index, uint32_t arg)
{
    const struct sd_response r = sdcard_command(&card, index, arg);
    cr_assert_eq(r.answer, SD_SHORT, "CMD%u is not answered", index);
    return r.word[0];
}

static uint32_t app(unsigned index, uint32_t arg)
{
    cr_expect(ok(55, rca) & APP_CMD);
    return ok(index, arg);
}

static void expect_silent(unsigned index, uint32_t arg)
{
    cr_expect_eq(sdcard_command(&card, index, arg).answer, SD_SILENT, "CMD%u is answered", index);
}

static unsigned state(void)
{
    return ok(13, rca) >> 9 & 15;
}

// To the transfer state.
static void identify(void)
{
    rca = 0;
    expect_silent(0, 0);
    cr_expect_eq(ok(8, 0x1aa), 0x1aa);
    ok(55, 0);
    const struct sd_response r = sdcard_command(&card, 41, 0x40ff8000);
    cr_expect_eq(r.answer, SD_OCR);
    cr_expect_eq(r.word[0], 0x80ff8000 | (card.high_capacity ? 1u << 30 : 0));
    cr_expect_eq(sdcard_command(&card, 2, 0).answer, SD_LONG);
    rca = ok(3, 0) & 0xffff0000;
    cr_expect(rca);
    cr_expect_eq(state(), STBY);
    ok(7, rca);
    cr_expect_eq(state(), TRAN);
}

static uint32_t bits(const struct sd_response *r, unsigned hi, unsigned lo)
{
    uint32_t v = 0;
    for (unsigned i = hi + 1; i-- > lo;)
        v = v << 1 | (r->word[3 - i / 32] >> i % 32 & 1);
    return v;
}

static struct sd_response read_csd(void)
{
    expect_silent(7, 0);
    const struct sd_response r = sdcard_command(&card, 9, rca);
    cr_assert_eq(r.answer, SD_LONG);
    ok(7, rca);
    uint8_t bytes[16];
    for (unsigned i = 0; i < 16; i++)
        bytes[i] = (uint8_t)(r.word[i / 4] >> (24 - i % 4 * 8));
    cr_expect_eq(bytes[15], sd_crc7(bytes, 15) << 1 | 1);
    return r;
}

// The size that the CSD says, as 5.3.2 and 5.3.3 compute it.
static uint64_t csd_size(void)
{
    const struct sd_response r = read_csd();
    if (bits(&r, 127, 126)) return ((uint64_t)bits(&r, 69, 48) + 1) * 512 * 1024;
    return (uint64_t)(bits(&r, 73, 62) + 1) << (bits(&r, 49, 47) + 2 + bits(&r, 83, 80));
}

static void fill(uint8_t *block, unsigned seed)
{
    for (unsigned i = 0; i < SD_BLOCK; i++)
        block[i] = (uint8_t)(i * 7 + seed);
}

static void write_block(uint32_t arg, unsigned seed)
{
    uint8_t block[SD_BLOCK];
    fill(block, seed);
    ok(24, arg);
    cr_expect_eq(state(), RCV);
    cr_expect_eq(sdcard_write(&card, block, 100), 100);
    cr_expect_eq(sdcard_write(&card, block + 100, SD_BLOCK - 100), SD_BLOCK - 100);
    cr_expect_eq(state(), TRAN);
}

static void expect_block(uint32_t arg, int seed)
{
    uint8_t block[SD_BLOCK] = {0}, got[SD_BLOCK + 1];
    if (seed >= 0) fill(block, (unsigned)seed);
    cr_expect_eq(ok(17, arg) & ~0x1fffu, 0);
    cr_expect_eq(sdcard_read(&card, got, sizeof got), SD_BLOCK);
    cr_expect_arr_eq(got, block, SD_BLOCK);
}

Test(sdcard, crc7)
{
    // The examples of section 4.5: CMD0, CMD17 and the answer to it.
    cr_expect_eq(sd_crc7((const uint8_t[]){0x40, 0, 0, 0, 0}, 5), 0x4a);
    cr_expect_eq(sd_crc7((const uint8_t[]){0x51, 0, 0, 0, 0}, 5), 0x2a);
    cr_expect_eq(sd_crc7((const uint8_t[]){0x11, 0, 0, 0x09, 0}, 5), 0x33);
}

Test(sdcard, sizes)
{
    static const uint64_t good[] = {512ull << 10,
                                    8ull << 20,
                                    (8ull << 20) + (512 << 10),
                                    64ull << 20,
                                    1ull << 30,
                                    (1ull << 30) + (512 << 10),
                                    2ull << 30,
                                    (2ull << 30) + (512 << 10),
                                    64ull << 30};
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        insert(good[i], false);
        identify();
        cr_expect_eq(card.high_capacity, good[i] > 2ull << 30);
        cr_expect_eq(csd_size(), good[i], "%llu is not %llu", (unsigned long long)csd_size(),
                     (unsigned long long)good[i]);
        eject();
    }
}

Test(sdcard, bad_sizes, .init = cr_redirect_stderr)
{
    static const uint64_t bad[] = {0, 512, (512 << 10) - 1, (1 << 20) + 512, (2ull << 40) + (512 << 10)};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct disk d = {.fd = -1, .size = bad[i]};
        cr_expect_not(sdcard_init(&card, &d), "%llu", (unsigned long long)bad[i]);
    }
}

Test(sdcard, identification)
{
    insert(64 << 20, false);
    rca = 0;
    expect_silent(2, 0); // not ready
    expect_silent(5, 0); // SDIO
    expect_silent(1, 0x40ff8000);
    expect_silent(8, 0x2aa); // a voltage that it does not take
    cr_expect_eq(ok(55, 0) & (ILLEGAL_COMMAND | APP_CMD), ILLEGAL_COMMAND | APP_CMD);
    struct sd_response r = sdcard_command(&card, 41, 0); // an inquiry
    cr_expect_eq(r.word[0], 0x00ff8000);
    identify();
    expect_silent(41, 0x40ff8000);
    expect_silent(13, rca + 0x10000); // another card
    expect_silent(7, 0);
    cr_expect_eq(state(), STBY);
    r = sdcard_command(&card, 10, rca);
    cr_expect_eq(bits(&r, 95, 64), 0x54494e4b); // …TINK
    expect_silent(17, 0);
    cr_expect(ok(13, rca) & ILLEGAL_COMMAND);
    cr_expect_not(ok(13, rca) & ILLEGAL_COMMAND);
    expect_silent(15, rca);
    expect_silent(0, 0);
    expect_silent(55, 0); // inactive until power goes
    sdcard_power_on(&card);
    identify();
    eject();
}

Test(sdcard, no_common_voltage)
{
    insert(1 << 20, false);
    ok(55, 0);
    expect_silent(41, 0x80);
    expect_silent(55, 0);
    eject();
}

Test(sdcard, high_capacity_hosts)
{
    insert(4ull << 30, false);
    ok(55, 0); // no CMD8 before
    cr_expect_eq(sdcard_command(&card, 41, 0x40ff8000).word[0], 0x00ff8000);
    ok(8, 0x1aa);
    ok(55, 0); // a host that does not know
    cr_expect_eq(sdcard_command(&card, 41, 0x00ff8000).word[0], 0x00ff8000);
    identify();
    // Addresses are blocks, lengths are 512.
    ok(16, 64);
    const uint32_t last = (uint32_t)((4ull << 30) / 512) - 1;
    write_block(last, 1);
    expect_block(last, 1);
    cr_expect(ok(17, last + 1) & OUT_OF_RANGE);
    cr_expect(ok(24, 0xffffffff) & OUT_OF_RANGE);
    cr_expect_eq(state(), TRAN);
    eject();
}

Test(sdcard, single_blocks)
{
    insert(1 << 20, false);
    identify();
    expect_block(512, -1);
    write_block(512, 3);
    expect_block(512, 3);
    expect_block(1024, -1);
    uint8_t got[SD_BLOCK], want[SD_BLOCK];
    cr_expect_eq(sdcard_read(&card, got, 4), 0);
    cr_expect_eq(sdcard_write(&card, got, 4), 0);
    fill(want, 3);
    ok(16, 16); // partial reads
    cr_expect_not(ok(17, 512 + 32) & ADDRESS_ERROR);
    cr_expect_eq(sdcard_read(&card, got, 64), 16);
    cr_expect_arr_eq(got, want + 32, 16);
    cr_expect(ok(24, 512) & BLOCK_LEN_ERROR);
    cr_expect(ok(17, 512 - 8) & ADDRESS_ERROR);
    cr_expect(ok(16, 513) & BLOCK_LEN_ERROR);
    cr_expect(ok(16, 0) & BLOCK_LEN_ERROR);
    ok(16, 512);
    cr_expect(ok(24, 256) & ADDRESS_ERROR);
    cr_expect(ok(17, 1 << 20) & OUT_OF_RANGE);
    eject();
}

Test(sdcard, many_blocks)
{
    insert(1 << 20, false);
    identify();
    uint8_t block[3 * SD_BLOCK], got[3 * SD_BLOCK + 8];
    for (unsigned i = 0; i < 3; i++)
        fill(block + i * SD_BLOCK, 10 + i);
    ok(25, 4096); // open-ended
    cr_expect_eq(sdcard_write(&card, block, sizeof block), sizeof block);
    cr_expect_eq(sdcard_write(&card, block, 100), 100); // this one is not complete
    cr_expect_eq(state(), RCV);
    ok(12, 0);
    app(22, 0);
    cr_expect_eq(sdcard_read(&card, got, 8), 4);
    cr_expect_eq(got[3], 3);
    expect_block(4096 + 3 * 512, -1);
    ok(18, 4096);
    cr_expect_eq(sdcard_read(&card, got, sizeof got), sizeof got);
    cr_expect_arr_eq(got, block, sizeof block);
    cr_expect_eq(state(), DATA);
    ok(12, 0);
    cr_expect_eq(state(), TRAN);
    expect_silent(12, 0);
    ok(23, 2); // counted
    cr_expect_eq(ok(18, 4096) & ~0x1fffu, 0);
    cr_expect_eq(sdcard_read(&card, got, sizeof got), 2 * SD_BLOCK);
    cr_expect_eq(state(), TRAN);
    ok(23, 2);
    ok(13, rca); // the count is for the next command alone
    ok(18, 4096);
    cr_expect_eq(sdcard_read(&card, got, sizeof got), sizeof got);
    ok(12, 0);
    eject();
}

Test(sdcard, over_the_end)
{
    insert(1 << 20, false);
    identify();
    uint8_t got[4 * SD_BLOCK] = {0};
    ok(18, (1 << 20) - 1024);
    cr_expect_eq(sdcard_read(&card, got, sizeof got), 1024);
    cr_expect(ok(12, 0) & OUT_OF_RANGE);
    ok(25, (1 << 20) - 1024);
    cr_expect_lt(sdcard_write(&card, got, sizeof got), sizeof got);
    cr_expect(ok(12, 0) & OUT_OF_RANGE);
    cr_expect_eq(state(), TRAN);
    eject();
}

Test(sdcard, erase)
{
    insert(1 << 20, false);
    identify();
    for (unsigned i = 0; i < 4; i++)
        write_block(i * 512, i);
    ok(32, 512);
    ok(33, 1024);
    ok(13, rca); // does not end the sequence
    ok(38, 0);
    expect_block(0, 0);
    expect_block(512, -1);
    expect_block(1024, -1);
    expect_block(1536, 3);
    cr_expect(ok(33, 0) & ERASE_SEQ_ERROR);
    cr_expect(ok(38, 0) & ERASE_SEQ_ERROR);
    ok(32, 1024);
    ok(33, 512);
    cr_expect(ok(38, 0) & ERASE_PARAM);
    cr_expect(ok(32, 1 << 20) & OUT_OF_RANGE);
    ok(32, 0);
    cr_expect(ok(16, 512) & 1 << 13); // ERASE_RESET
    cr_expect(ok(38, 0) & ERASE_SEQ_ERROR);
    eject();
}

Test(sdcard, write_protected)
{
    insert(1 << 20, true);
    identify();
    const struct sd_response r = read_csd();
    cr_expect_eq(bits(&r, 12, 12), 1);
    cr_expect(ok(24, 0) & WP_VIOLATION);
    cr_expect(ok(25, 0) & WP_VIOLATION);
    cr_expect_eq(state(), TRAN);
    ok(32, 0);
    ok(33, 0);
    cr_expect(ok(38, 0) & WP_VIOLATION);
    expect_block(0, -1);
    eject();
}

Test(sdcard, registers)
{
    insert(1 << 20, false);
    identify();
    uint8_t got[65];
    app(51, 0);
    cr_expect_eq(sdcard_read(&card, got, sizeof got), 8);
    cr_expect_arr_eq(got, ((const uint8_t[]){0x02, 0x05, 0x80, 0x02, 0, 0, 0, 0}), 8);
    app(6, 2);
    app(13, 0);
    cr_expect_eq(sdcard_read(&card, got, sizeof got), 64);
    cr_expect_eq(got[0], 0x80);
    app(42, 0);
    app(23, 100);
    ok(55, rca);
    expect_silent(6, 1); // no such width
    cr_expect(ok(55, rca) & ILLEGAL_COMMAND);
    ok(17, 0); // not an application command: the ordinary one
    cr_expect_eq(sdcard_read(&card, got, 64), 64);
    eject();
}

Test(sdcard, switch_function)
{
    insert(1 << 20, false);
    identify();
    uint8_t got[65];
    ok(6, 0x00fffff1); // would high speed be possible?
    cr_expect_eq(sdcard_read(&card, got, sizeof got), 64);
    cr_expect_eq(got[12], 0x80);
    cr_expect_eq(got[13], 0x03);
    cr_expect_eq(got[16], 0x01);
    cr_expect_not(card.high_speed);
    ok(6, 0x80fffff1);
    sdcard_read(&card, got, 64);
    cr_expect_eq(got[16], 0x01);
    const struct sd_response r = read_csd();
    cr_expect_eq(bits(&r, 103, 96), 0x5a);
    ok(6, 0x80ffff20); // function 2 of group 2 is impossible: nothing changes
    sdcard_read(&card, got, 64);
    cr_expect_eq(got[16], 0xf0);
    cr_expect_eq(got[0] << 8 | got[1], 0);
    cr_expect(card.high_speed);
    eject();
}

// Whatever a host sends, the card stays within its bounds (under the sanitizers).
Test(sdcard, nonsense)
{
    insert(1 << 20, false);
    uint32_t seed = 1;
    uint8_t data[600] = {0};
    for (unsigned i = 0; i < 200000; i++) {
        seed = seed * 1664525 + 1013904223;
        const unsigned index = seed >> 8 & 63, kind = seed >> 16 & 7;
        const uint32_t arg = seed >> 20 & 1 ? (uint32_t)card.rca << 16 : seed >> 12;
        if (index == 15) continue;
        sdcard_command(&card, kind ? index : 55, arg);
        const unsigned n = seed >> 22;
        if (kind == 1) cr_assert_leq(sdcard_read(&card, data, n % sizeof data), n);
        if (kind == 2) cr_assert_leq(sdcard_write(&card, data, n % sizeof data), n);
        if (card.state == 9) sdcard_power_on(&card);
        if (i % 1000 == 0) identify();
    }
    eject();
}
