// run: disk lockstep
// Code that a device writes: a virtio disk reads functions over those that are hot, beside hot ones, and over
// the end of their page.
#include "hot.h"

enum { SLOTS = 8, QUEUE = 8, CODE = 16, CALLER = 24 };
enum {
    MAGIC = 0,
    DEVICE = 8 / 4,
    FEATURES = 0x20 / 4,
    PAGE_SIZE = 0x28 / 4,
    NUM = 0x38 / 4,
    ALIGN = 0x3c / 4
};
enum { PFN = 0x40 / 4, NOTIFY = 0x50 / 4, STATUS = 0x70 / 4 };

static struct {
    struct {
        uint64_t at;
        uint32_t length;
        uint16_t flags, next;
    } desc[QUEUE];
    uint16_t avail_flags, avail_index, avail[QUEUE];
    uint16_t used_flags __attribute__((aligned(4096))), used_index;
    uint32_t used[2 * QUEUE];
} ring __attribute__((aligned(4096)));
static struct {
    uint32_t type, reserved;
    uint64_t sector;
    uint32_t status;
} request;
static volatile uint32_t *disk;

static int find_disk(void)
{
    for (uint32_t i = 0; i < SLOTS && !disk; i++) {
        volatile uint32_t *slot = reg(VIRTIO + i * 0x200);
        if (slot[MAGIC] == 0x74726976 && slot[DEVICE] == 2) disk = slot;
    }
    if (!disk) return 0;
    disk[STATUS] = 0;
    disk[STATUS] = 1;
    disk[STATUS] = 3;
    disk[FEATURES] = 0;
    disk[PAGE_SIZE] = 4096;
    disk[NUM] = QUEUE;
    disk[ALIGN] = 4096;
    disk[PFN] = (uint32_t)&ring >> 12;
    disk[STATUS] = 7;
    return 1;
}

static void start_read(uint32_t sector, uint32_t to, uint32_t sectors)
{
    enum { NEXT = 1, WRITE = 2 };
    request.sector = sector;
    ring.desc[0].at = (uint32_t)&request, ring.desc[0].length = 16;
    ring.desc[0].flags = NEXT, ring.desc[0].next = 1;
    ring.desc[1].at = to, ring.desc[1].length = 512 * sectors;
    ring.desc[1].flags = NEXT | WRITE, ring.desc[1].next = 2;
    ring.desc[2].at = (uint32_t)&request.status, ring.desc[2].length = 1;
    ring.desc[2].flags = WRITE;
    ring.avail[ring.avail_index % QUEUE] = 0;
    barrier();
    ring.avail_index++;
    barrier();
    disk[NOTIFY] = 0;
}

static int is_read(void)
{
    const uint16_t done = *(volatile uint16_t *)&ring.used_index;
    barrier();
    return done == ring.avail_index;
}

static void forget_code(void)
{
    CP15_WRITE(0, 0, c7, c1, 0);
}

int main(void)
{
    const uint32_t code = VA + CODE * 4096, frame = FRAME + 4096;
    uint32_t sum = 0, beside = 0;
    hot_begin();
    if (!find_disk()) {
        print("no disk\n");
        return 1;
    }
    remap(CODE, 1, PAGE_ALL), remap(CODE + 1, 2, PAGE_ALL), remap(CALLER, 3, PAGE_ALL);
    write_caller(FRAME + 3 * 4096, VA + CALLER * 4096, code);
    for (uint32_t i = 0; i < 1200; i++) {
        start_read(i * 7 % 250, frame, 1);
        while (!is_read()) {
        }
        forget_code();
        sum = sum * 3 + call(VA + CALLER * 4096, 20, 0);
    }
    show("over hot code", sum, request.status & 0xff);
    write_constant(frame, 0x123);
    sum = 0;
    for (uint32_t i = 0; i < 600; i++) {
        start_read(i * 7 % 250, frame + 1024, 1);
        while (!is_read())
            beside += call(VA + CALLER * 4096, 1, 0) != 0x123;
        forget_code();
        beside += call(VA + CALLER * 4096, 20, 0) != 20 * 0x123;
        sum = sum * 3 + call(code + 1024, 0, 0);
    }
    show("beside hot code", sum, beside);
    sum = 0;
    for (uint32_t i = 0; i < 600; i++) {
        start_read(i * 7 % 240, frame + 4096 - 512, 3);
        while (!is_read()) {
        }
        forget_code();
        for (uint32_t k = 0; k < 3; k++)
            sum = sum * 3 + call(code + 4096 - 512 + k * 512, 0, 0);
    }
    show("over two pages", sum, request.status & 0xff);
    return 0;
}
