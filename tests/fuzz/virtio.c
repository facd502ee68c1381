// libFuzzer target: virtio devices with any driver. The input is a device, then a program of register writes,
// descriptors and bytes in memory. Nothing may crash, work without end, or come out of the shared folder.
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "dev/devices.h"
#include "host/chardev.h"
#include "host/disk.h"
#include "host/loop.h"
#include "host/share.h"

enum {
    RAM = 0x80000000,
    RAM_SIZE = 64 << 10,
    RINGS = 0x1000,
    AVAIL = RINGS + 16 * 8,
    USED = 0x2000,
    QUEUES = 2,
    STRIDE = 0x2000
};

static struct bus bus;
static struct clock guest_clock;
static struct loop loop;
static struct disk disk;
static struct share share;
static struct chardev *console;
static char top[] = "/tmp/stinkarm-fuzz-XXXXXX";
static uint8_t ram[RAM_SIZE];

static void promise(bool kept)
{
    if (!kept) abort();
}

static int delete_inside(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind;
    return ftw->level > 1 ? remove(path) : 0;
}

// Empties the shared folder; beside it nothing may have come to be.
static void clean(void)
{
    unsigned entries = 0;
    promise(!nftw(top, delete_inside, 8, FTW_DEPTH | FTW_PHYS));
    DIR *d = opendir(top);
    promise(d);
    while (readdir(d))
        entries++;
    closedir(d);
    promise(entries == 3); // itself, its parent, the shared folder
}

static void remove_all(void)
{
    char path[64];
    clean();
    snprintf(path, sizeof path, "%s/shared", top);
    rmdir(path);
    rmdir(top);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[64];
    (void)argc, (void)argv;
    log_enable("none", (char[LOG_WHY]){0});
    bus_init(&bus);
    bus_add_ram(&bus, "ram", RAM, RAM_SIZE, ram, NULL);
    clock_init(&guest_clock, true, NULL); // requests are served at once
    disk = (struct disk){.fd = memfd_create("disk", 0), .size = 64 << 10};
    promise(!ftruncate(disk.fd, 64 << 10));
    promise(mkdtemp(top));
    snprintf(path, sizeof path, "%s/shared", top);
    atexit(remove_all);
    promise(!mkdir(path, 0755) && share_open(&share, path));
    promise(loop_init(&loop, &guest_clock, &bus.lock));
    console = chardev_open("null", &loop, NULL, NULL);
    promise(console);
    return 0;
}

struct input {
    const uint8_t *p;
    size_t left;
};

static uint32_t take(struct input *in, unsigned bytes)
{
    uint32_t v = 0;
    if (in->left < bytes) bytes = (unsigned)in->left;
    memcpy(&v, in->p, bytes);
    in->p += bytes;
    in->left -= bytes;
    return v;
}

static void reg(struct device *d, uint32_t offset, uint32_t v)
{
    d->cls->ops.write(d, offset, 4, v);
}

// A driver that does as it should, up to the point where queues are in use.
static void drive(struct device *d, bool modern, uint32_t features)
{
    reg(d, 0x70, 0);
    reg(d, 0x20, features);
    reg(d, 0x24, 1);
    reg(d, 0x20, 1);
    reg(d, 0x70, modern ? 11 : 3);
    for (unsigned q = 0; q < QUEUES; q++) {
        const uint32_t at = RAM + q * STRIDE;
        reg(d, 0x30, q);
        reg(d, 0x38, 8);
        reg(d, 0x40, (at + RINGS) >> 12);
        reg(d, 0x80, at + RINGS);
        reg(d, 0x90, at + AVAIL);
        reg(d, 0xa0, at + USED);
        reg(d, 0x44, 1);
    }
    reg(d, 0x70, modern ? 15 : 7);
}

static void put_desc(struct input *in)
{
    const uint32_t at = RINGS + take(in, 1) % 2 * STRIDE + take(in, 1) % 8 * 16;
    const uint64_t addr = RAM + (uint64_t)take(in, 2);
    const uint32_t len = take(in, 2);
    const uint16_t flags = (uint16_t)take(in, 1), next = (uint16_t)take(in, 1);
    memcpy(ram + at, &addr, 8);
    memcpy(ram + at + 8, &len, 4);
    memcpy(ram + at + 12, &flags, 2);
    memcpy(ram + at + 14, &next, 2);
}

static void offer(struct device *d, struct input *in)
{
    const uint32_t q = take(in, 1) % 2;
    uint8_t *avail = ram + AVAIL + q * STRIDE;
    const uint16_t head = (uint16_t)(take(in, 1) % 9);
    uint16_t idx;
    memcpy(&idx, avail + 2, 2);
    memcpy(avail + 4 + 2 * (idx % 8), &head, 2);
    idx++;
    memcpy(avail + 2, &idx, 2);
    reg(d, 0x50, q);
}

static void put_bytes(struct input *in)
{
    const uint32_t at = take(in, 2);
    uint32_t n = take(in, 1);
    if (n > in->left) n = (uint32_t)in->left;
    if (n > RAM_SIZE - at) n = RAM_SIZE - at;
    memcpy(ram + at, in->p, n);
    in->p += n;
    in->left -= n;
}

static void step(struct device *d, struct input *in, bool modern)
{
    switch (take(in, 1) % 6) {
    case 0: drive(d, modern, take(in, 4)); break;
    case 1: put_desc(in); break;
    case 2: offer(d, in); break;
    case 3: put_bytes(in); break;
    case 4: {
        const uint32_t offset = take(in, 2) % 0x200;
        d->cls->ops.write(d, offset, 1u << take(in, 1) % 3, take(in, 4));
        break;
    }
    case 5: {
        const uint32_t offset = take(in, 2) % 0x200;
        d->cls->ops.read(d, offset, 1u << take(in, 1) % 3);
        break;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct {
        const struct dev_class *cls;
        void *backend;
    } kinds[] = {{&virtio_9p_class, &share},
                 {&virtio_blk_class, &disk},
                 {&virtio_console_class, console},
                 {&virtio_rng_class, NULL}};
    struct input in = {data, size};
    const uint32_t first = take(&in, 1), kind = first / 2 % 4;
    const bool modern = first & 1;
    const struct dev_env env = {
        .bus = &bus, .clock = &guest_clock, .backend = kinds[kind].backend, .config = &modern};
    memset(ram, 0, sizeof ram);
    struct device *d = device_new(kinds[kind].cls, "fuzzed", 0x10013000, 0x200, &env);
    promise(d);
    drive(d, modern, 0xffffffff);
    while (in.left)
        step(d, &in, modern);
    device_free(d);
    if (kind == 0) clean();
    return 0;
}
