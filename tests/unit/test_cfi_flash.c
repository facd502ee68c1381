// NOR flash by commands, as one 32-bit bus, and as two chips.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dev_env.h"
#include "host/disk.h"

enum { FLASH = 64 << 20, BLOCK = 256 << 10, BASE = 0x40000000 };

static struct dev_test t;
static struct disk disk;
static unsigned withdrawn, changed;
static uint64_t changed_at, changed_len;

static void count_withdrawn(void *ctx, const uint8_t *host, uint64_t size)
{
    (void)ctx;
    (void)host;
    withdrawn++;
    cr_expect_eq(size, FLASH);
}

static void count_changed(void *ctx, uint64_t addr, uint64_t len)
{
    (void)ctx;
    changed++;
    changed_at = addr;
    changed_len = len;
}

static void start(long image, bool read_only)
{
    dev_test_init(&t);
    disk.fd = -1;
    if (image >= 0) {
        char path[] = "/tmp/flash.XXXXXX";
        const int fd = mkstemp(path);
        cr_assert(fd >= 0 && !ftruncate(fd, image) &&
                  (!image || pwrite(fd, "\x01\x02\x03\x04", 4, image - 4) == 4));
        close(fd);
        cr_assert(disk_open(&disk, path, read_only));
        unlink(path);
        t.env.backend = &disk;
    }
    t.bus.withdrawn = count_withdrawn;
    t.bus.written = count_changed;
    withdrawn = changed = 0;
    struct device *d = dev_test_add(&t, &cfi_flash_class);
    bus_add_rom(&t.bus, "flash", BASE, FLASH, d->cls->rom(d), &d->cls->ops, d);
}

static void end(void)
{
    t.d->cls->end(t.d);
    dev_test_end(&t);
    disk_close(&disk);
}

static uint32_t load(uint32_t at)
{
    uint32_t v;
    cr_expect(bus_read(&t.bus, BASE + at, 4, &v));
    return v;
}

static void store(uint32_t at, uint32_t v)
{
    cr_expect(bus_write(&t.bus, BASE + at, 4, v));
}

static void both(uint32_t at, uint16_t command)
{
    store(at, command | (uint32_t)command << 16);
}

static void expect_status(uint16_t status)
{
    const uint32_t want = status | (uint32_t)status << 16, got = load(0);
    cr_expect_eq(got, want, "status %#x, not %#x", got, want);
    both(0, 0x50);
    cr_expect_eq(load(0), 0x00800080);
}

static void program(uint32_t at, uint32_t v)
{
    both(at, 0x40);
    store(at, v);
    expect_status(0x80);
}

static void erase(uint32_t at)
{
    both(at, 0x20);
    both(at, 0xd0);
}

Test(cfi_flash, blank)
{
    start(-1, false);
    cr_expect_eq(load(0), 0xffffffff);
    cr_expect_eq(load(FLASH - 4), 0xffffffff);
    program(0x1234 * 4, 0x12345678);
    both(0, 0xff);
    cr_expect_eq(load(0x1234 * 4), 0x12345678);
    cr_expect_eq(load(0x1234 * 4 + (1 << 20)), 0xffffffff);
    program(0x1234 * 4, 0xff00ffff); // ones stay zeros
    both(0, 0xff);
    cr_expect_eq(load(0x1234 * 4), 0x12005678);
    cr_expect_eq(changed, 4); // two chips, twice
    cr_expect_eq(changed_at, BASE + 0x1234 * 4);
    erase(0x1000);
    expect_status(0x80);
    both(0, 0xff);
    cr_expect_eq(load(0x1234 * 4), 0xffffffff);
    end();
}

Test(cfi_flash, query)
{
    start(-1, false);
    both(0x55 * 4, 0x98);
    cr_expect_eq(load(0x10 * 4), 0x00510051);
    cr_expect_eq(load(0x11 * 4), 0x00520052);
    cr_expect_eq(load(0x12 * 4), 0x00590059);
    cr_expect_eq(load(0x13 * 4), 0x00010001);
    cr_expect_eq(1u << (load(0x27 * 4) & 0xff), FLASH / 2);
    const uint32_t blocks = (load(0x2d * 4) & 0xff) + 1, size = (load(0x30 * 4) & 0xff) << 16;
    cr_expect_eq(blocks * size, FLASH / 2);
    const uint32_t table = (load(0x15 * 4) & 0xff) * 4;
    cr_expect_eq(load(table) << 16 >> 16, 'P');
    cr_expect_eq(load(table + 4) << 16 >> 16, 'R');
    cr_expect_eq(load(table + 8) << 16 >> 16, 'I');
    cr_expect_eq(load(0x200 * 4), 0);
    uint32_t v;
    bus_read(&t.bus, BASE + 0x10 * 4 + 2, 2, &v);
    cr_expect_eq(v, 0x51);
    bus_read(&t.bus, BASE + 0x10 * 4 + 1, 1, &v);
    cr_expect_eq(v, 0);
    both(0, 0x90);
    cr_expect_eq(load(BLOCK), 0x00890089);
    cr_expect_eq(load(BLOCK + 4), 0x001d001d);
    cr_expect_eq(load(BLOCK + 8), 0);
    end();
}

Test(cfi_flash, direct_reads)
{
    start(-1, false);
    cr_expect_eq(bus_find(&t.bus, BASE)->kind, BUS_ROM);
    both(0, 0x70);
    cr_expect_eq(bus_find(&t.bus, BASE)->kind, BUS_MMIO);
    cr_expect_eq(withdrawn, 1);
    both(0, 0x90);
    cr_expect_eq(withdrawn, 1);
    bus_write(&t.bus, BASE, 2, 0xff); // one chip only
    cr_expect_eq(bus_find(&t.bus, BASE)->kind, BUS_MMIO);
    cr_expect_eq(load(4), 0x001dffff);
    bus_write(&t.bus, BASE + 2, 2, 0xff);
    cr_expect_eq(bus_find(&t.bus, BASE)->kind, BUS_ROM);
    both(0, 0x20); // half a command
    t.d->cls->reset(t.d);
    cr_expect_eq(bus_find(&t.bus, BASE)->kind, BUS_ROM);
    program(0, 0);
    end();
}

Test(cfi_flash, one_chip)
{
    start(-1, false);
    bus_write(&t.bus, BASE + 2, 2, 0x10);
    bus_write(&t.bus, BASE + 2, 2, 0xbeef);
    cr_expect_eq(load(0), 0x0080ffff);
    bus_write(&t.bus, BASE + 2, 1, 0xff);
    bus_write(&t.bus, BASE + 3, 1, 0x70); // no such lane
    cr_expect_eq(load(0), 0xbeefffff);
    bus_write(&t.bus, BASE, 2, 0x20); // erases every other half word
    bus_write(&t.bus, BASE, 2, 0xd0);
    bus_write(&t.bus, BASE, 2, 0xff);
    cr_expect_eq(load(0), 0xbeefffff);
    end();
}

Test(cfi_flash, buffer)
{
    start(-1, false);
    const uint32_t at = 5 * BLOCK + 64;
    both(at, 0xe8);
    cr_expect_eq(load(at), 0x00800080); // free
    both(at, 15);
    for (uint32_t i = 0; i < 16; i++)
        store(at + (i ^ 1) * 4 + 4, i); // the first word decides where: the second place
    both(at, 0xd0);
    expect_status(0xb0);
    both(at, 0xe8);
    both(at, 15);
    for (uint32_t i = 0; i < 16; i++)
        store(at + i * 4, i << 16 | (100 + i));
    both(at, 0xd0);
    expect_status(0x80);
    both(0, 0xff);
    for (uint32_t i = 0; i < 16; i++)
        cr_expect_eq(load(at + i * 4), i << 16 | (100 + i));
    cr_expect_eq(load(at + 64), 0xffffffff);
    both(at, 0xe8); // no confirmation
    both(at, 0);
    store(at, 0);
    both(at, 0xff);
    expect_status(0xb0);
    both(at, 0xe8); // larger than the buffer
    both(at, 512);
    expect_status(0xb0);
    both(FLASH - 4, 0xe8); // over the end
    both(FLASH - 4, 1);
    store(FLASH - 4, 0);
    store(0, 0);
    both(FLASH - 4, 0xd0);
    expect_status(0xb0);
    end();
}

Test(cfi_flash, sequence_errors_and_suspend)
{
    start(-1, false);
    both(0, 0x20);
    both(0, 0xff);
    expect_status(0xb0);
    both(0, 0x60);
    both(0, 0x77);
    expect_status(0xb0);
    both(0, 0xb0);
    expect_status(0x80);
    both(0, 0xd0);
    expect_status(0x80);
    both(0, 0x00); // unknown
    cr_expect_eq(load(0), 0xffffffff);
    end();
}

Test(cfi_flash, locks)
{
    start(-1, false);
    both(BLOCK, 0x60);
    both(BLOCK, 0x01);
    both(0, 0x90);
    cr_expect_eq(load(8), 0);
    cr_expect_eq(load(BLOCK + 8), 0x00010001);
    both(BLOCK, 0x40);
    both(BLOCK, 0);
    expect_status(0x92);
    erase(BLOCK);
    expect_status(0xa2);
    both(BLOCK, 0x60);
    both(BLOCK, 0xd0);
    program(BLOCK, 0);
    both(0, 0xff);
    cr_expect_eq(load(BLOCK), 0);
    end();
}

static uint32_t in_image(uint32_t at)
{
    uint32_t v = 0;
    cr_expect(disk_read(&disk, at, &v, 4));
    return v;
}

Test(cfi_flash, image)
{
    start(FLASH, false);
    cr_expect_eq(load(FLASH - 4), 0x04030201);
    erase(0);
    expect_status(0x80);
    program(8, 0x11223344);
    both(0, 0xff);
    cr_expect_eq(in_image(0), 0xffffffff);
    cr_expect_eq(in_image(8), 0x11223344);
    cr_expect_eq(load(8), 0x11223344);
    cr_expect_eq(load(BLOCK), 0);
    end();
}

// Two blocks and a bit: what is not whole is locked, what is not there is blank.
Test(cfi_flash, short_image)
{
    const uint32_t size = 2 * BLOCK + 5001;
    start(size, false);
    uint32_t v;
    bus_read(&t.bus, BASE + size - 4, 4, &v);
    cr_expect_eq(v, 0x04030201);
    bus_read(&t.bus, BASE + size - 5, 1, &v);
    cr_expect_eq(v, 0);
    bus_read(&t.bus, BASE + size, 1, &v);
    cr_expect_eq(v, 0xff);
    cr_expect_eq(load(FLASH - 4), 0xffffffff);
    erase(BLOCK);
    expect_status(0x80);
    erase(2 * BLOCK);
    expect_status(0xa2);
    both(FLASH - 4, 0x40);
    both(FLASH - 4, 0);
    expect_status(0x92);
    struct stat st;
    cr_expect(!fstat(disk.fd, &st) && st.st_size == size);
    end();
}

Test(cfi_flash, read_only_image)
{
    start(FLASH, true);
    both(0, 0x40);
    both(0, 0);
    expect_status(0x92);
    erase(0);
    expect_status(0xa2);
    end();
}

Test(cfi_flash, image_too_large, .init = cr_redirect_stderr)
{
    dev_test_init(&t);
    disk = (struct disk){.fd = -1, .size = FLASH + 1};
    t.env.backend = &disk;
    cr_expect_not(device_new(&cfi_flash_class, "flash0", BASE, FLASH, &t.env));
}

// Whatever a guest writes, it stays within the flash (under the sanitizers).
Test(cfi_flash, nonsense)
{
    static const uint8_t commands[] = {0xff, 0x90, 0x98, 0x70, 0x50, 0x40, 0x20,
                                       0xd0, 0xe8, 0xe8, 0x60, 0x01, 0x2f, 0xb0};
    start(FLASH, false);
    uint32_t seed = 1;
    for (unsigned i = 0; i < 100000; i++) {
        seed = seed * 1664525 + 1013904223;
        const uint32_t at = (seed >> 4 & 1 ? seed : seed | 0x3fff000) % (FLASH - 3);
        const uint32_t v = seed >> 30 ? commands[seed >> 8 & 7] : seed >> 12;
        bus_write(&t.bus, BASE + at, 1u << (seed >> 28 & 3) % 3, v);
        bus_read(&t.bus, BASE + at, 4, &(uint32_t){0});
    }
    end();
}
