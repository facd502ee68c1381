// The virtio block device: its configuration, every request, and bad ones.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/disk.h"
#include "virtio_env.h"

enum { SECTORS = 100, IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8, DISCARD = 11, WRITE_ZEROES = 13 };
enum { OK = 0, IOERR = 1, UNSUPP = 2, UNTOUCHED = 0xaa };
enum { HEADER = DATA, STATUS = DATA + 0x100, BUFFER = DATA + 0x1000 };

static struct dev_test t;
static struct disk disk;

static void start(bool read_only, const bool *modern)
{
    char path[] = "/tmp/stinkarm-blk-XXXXXX";
    const int fd = mkstemp(path);
    cr_assert(fd >= 0);
    for (unsigned i = 0; i < SECTORS; i++) {
        uint8_t sector[512];
        memset(sector, (int)i, sizeof sector);
        cr_assert_eq(write(fd, sector, sizeof sector), 512);
    }
    cr_assert_eq(write(fd, "half", 4), 4); // no sector
    close(fd);
    cr_assert(disk_open(&disk, path, read_only));
    unlink(path);
    dev_test_start(&t, &virtio_blk_class, modern, &disk);
    drive(&t, 1 << 9, 1);
}

static void end(void)
{
    dev_test_end(&t);
    disk_close(&disk);
}

TestSuite(virtio_blk, .fini = end);

static void header(uint32_t type, uint64_t sector)
{
    memcpy(t.ram + HEADER, &(uint64_t){type}, 8);
    memcpy(t.ram + HEADER + 8, &sector, 8);
    t.ram[STATUS] = UNTOUCHED;
}

// A request in three buffers, as drivers send it. Returns its status.
static unsigned request(uint32_t type, uint64_t sector, uint32_t len, bool in)
{
    header(type, sector);
    desc(&t, 0, HEADER, 16, D_NEXT, len ? 1 : 2);
    desc(&t, 1, BUFFER, len, D_NEXT | (in ? D_WRITE : 0), 2);
    desc(&t, 2, STATUS, 1, D_WRITE, 0);
    kick(&t, 0, 0);
    return t.ram[STATUS];
}

Test(virtio_blk, configuration)
{
    start(false, NULL);
    expect_reg(&t, V_ID, 2);
    expect_reg(&t, V_CONFIG, SECTORS);
    expect_reg(&t, V_CONFIG + 4, 0);
    expect_reg(&t, V_CONFIG + 12, 254);
    expect_reg(&t, V_CONFIG + 20, 512);
    expect_reg(&t, V_CONFIG + 60, 0); // behind it
    cr_expect_eq(rd_sized(&t, V_CONFIG, 1), (unsigned)SECTORS);
    cr_expect_eq(rd(&t, V_FEATURES) & 0xffffff, 1u << 2 | 1u << 6 | 1u << 9 | 1u << 13 | 1u << 14);
}

Test(virtio_blk, read_and_write)
{
    start(false, NULL);
    cr_expect_eq(request(IN, 7, 1024, true), OK);
    cr_expect_eq(used_len(&t, 0, 0), 1025u);
    cr_expect_eq(t.ram[BUFFER], 7);
    cr_expect_eq(t.ram[BUFFER + 1023], 8);
    memset(t.ram + BUFFER, 0x5a, 512);
    cr_expect_eq(request(OUT, 99, 512, false), OK);
    uint8_t back;
    cr_expect(disk_read(&disk, 99 * 512 + 511, &back, 1));
    cr_expect_eq(back, 0x5a);
    cr_expect_eq(request(FLUSH, 0, 0, false), OK);
    cr_expect_eq(request(GET_ID, 0, 20, true), OK);
    cr_expect_str_eq((char *)t.ram + BUFFER, "virtio-blk");
}

// Any layout (2.6.4): header and data in pieces, data and status in one.
Test(virtio_blk, pieces)
{
    start(false, NULL);
    header(IN, 3);
    desc(&t, 0, HEADER, 5, D_NEXT, 1);
    desc(&t, 1, HEADER + 5, 11, D_NEXT, 2);
    desc(&t, 2, BUFFER, 100, D_WRITE | D_NEXT, 3);
    desc(&t, 3, BUFFER + 0x800, 413, D_WRITE, 0);
    t.ram[BUFFER + 0x800 + 412] = UNTOUCHED;
    kick(&t, 0, 0);
    cr_expect_eq(t.ram[BUFFER + 0x800 + 412], OK);
    cr_expect_eq(t.ram[BUFFER + 99], 3);
    cr_expect_eq(t.ram[BUFFER + 0x800 + 411], 3);
    memset(t.ram + HEADER + 16, 0x77, 512);
    header(OUT, 4);
    desc(&t, 0, HEADER, 16 + 200, D_NEXT, 1);
    desc(&t, 1, HEADER + 216, 312, D_NEXT, 2);
    desc(&t, 2, BUFFER, 1, D_WRITE, 0);
    kick(&t, 0, 0);
    cr_expect_eq(t.ram[BUFFER], OK);
    uint8_t back[512];
    cr_expect(disk_read(&disk, 4 * 512, back, 512));
    cr_expect_eq(back[511], 0x77);
}

Test(virtio_blk, outside)
{
    start(false, NULL);
    cr_expect_eq(request(IN, SECTORS, 512, true), IOERR);
    cr_expect_eq(request(IN, SECTORS - 1, 1024, true), IOERR);
    cr_expect_eq(request(OUT, SECTORS - 1, 1024, false), IOERR);
    cr_expect_eq(request(IN, UINT64_MAX, 512, true), IOERR);
    cr_expect_eq(request(IN, UINT64_MAX / 512 + 1, 512, true), IOERR);
    cr_expect_eq(request(IN, 0, 511, true), IOERR);
    cr_expect_eq(request(99, 0, 512, true), UNSUPP);
    cr_expect_eq(request(IN, SECTORS - 1, 512, true), OK);
}

Test(virtio_blk, malformed)
{
    start(false, NULL);
    header(IN, 0);
    desc(&t, 0, HEADER, 15, D_NEXT, 1); // short
    desc(&t, 1, STATUS, 1, D_WRITE, 0);
    kick(&t, 0, 0);
    cr_expect_eq(t.ram[STATUS], IOERR);
    desc(&t, 0, HEADER, 16, 0, 0); // no place for the status
    kick(&t, 0, 0);
    cr_expect_eq(used_idx(&t, 0), 2u);
    cr_expect_eq(used_len(&t, 0, 1), 0u);
    cr_expect_eq(request(GET_ID, 0, 5, true), OK);
    cr_expect_eq(request(GET_ID, 0, 0, true), OK);
    cr_expect_eq(request(IN, 0, 0, true), OK);
}

static unsigned clear(uint32_t type, uint64_t sector, uint32_t n, uint32_t flags)
{
    memcpy(t.ram + BUFFER, &sector, 8);
    memcpy(t.ram + BUFFER + 8, &n, 4);
    memcpy(t.ram + BUFFER + 12, &flags, 4);
    return request(type, 0, 16, false);
}

Test(virtio_blk, discard_and_zeroes)
{
    uint8_t back[1024];
    start(false, NULL);
    cr_expect_eq(clear(WRITE_ZEROES, 10, 1, 0), OK);
    cr_expect(disk_read(&disk, 10 * 512, back, 1024));
    cr_expect_eq(back[511], 0);
    cr_expect_eq(back[512], 11);
    cr_expect_eq(clear(WRITE_ZEROES, 20, 2, 1), OK);
    cr_expect(disk_read(&disk, 20 * 512, back, 1024));
    cr_expect_eq(back[1023], 0);
    cr_expect_eq(clear(DISCARD, 30, 8, 0), OK);
    cr_expect_eq(clear(DISCARD, 30, 8, 1), UNSUPP);
    cr_expect_eq(clear(WRITE_ZEROES, 30, 8, 2), UNSUPP);
    cr_expect_eq(clear(WRITE_ZEROES, SECTORS - 1, 2, 0), IOERR);
    cr_expect_eq(clear(DISCARD, UINT64_MAX, 2, 0), IOERR);
    cr_expect_eq(clear(DISCARD, 0, UINT32_MAX, 0), IOERR);
    cr_expect_eq(request(DISCARD, 0, 15, false), IOERR);
    cr_expect_eq(request(DISCARD, 0, 16 * 33, false), IOERR);
    uint8_t last;
    cr_expect(disk_read(&disk, SECTORS * 512 - 1, &last, 1));
    cr_expect_eq(last, SECTORS - 1);
}

Test(virtio_blk, read_only)
{
    const bool modern = true;
    start(true, &modern);
    wr(&t, V_FEATURES_SEL, 0);
    cr_expect_eq(rd(&t, V_FEATURES) & 0xffffff, 1u << 2 | 1u << 5 | 1u << 6 | 1u << 9);
    cr_expect_eq(request(OUT, 1, 512, false), IOERR);
    cr_expect_eq(clear(DISCARD, 1, 1, 0), IOERR);
    cr_expect_eq(request(FLUSH, 0, 0, false), OK);
    cr_expect_eq(request(IN, 1, 512, true), OK);
    cr_expect_eq(t.ram[BUFFER], 1);
}

// The thread that serves it when time is the host's: requests, a reset in the middle, the end.
Test(virtio_blk, thread)
{
    start(false, NULL);
    t.clock.icount = false;
    for (unsigned round = 0; round < 50; round++) {
        pthread_mutex_lock(&t.bus.lock);
        drive(&t, 1 << 9, 1);
        request(IN, 5, 2048, true);
        if (round % 3 == 0) { // no more of this
            wr(&t, V_STATUS, 0);
            pthread_mutex_unlock(&t.bus.lock);
            continue;
        }
        pthread_mutex_unlock(&t.bus.lock);
        for (bool done = false; !done; usleep(100)) {
            pthread_mutex_lock(&t.bus.lock);
            done = used_idx(&t, 0) == 1;
            pthread_mutex_unlock(&t.bus.lock);
        }
        cr_expect_eq(t.ram[STATUS], OK);
        cr_expect_eq(t.ram[BUFFER + 2047], 8);
    }
}
