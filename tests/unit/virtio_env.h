// A driver for virtio devices under test: rings in the environment's RAM, at fixed places, one queue at a
// time.
#ifndef STINKARM_TESTS_VIRTIO_ENV_H
#define STINKARM_TESTS_VIRTIO_ENV_H

#include "dev_env.h"

enum { QUEUE_SIZE = 8, RINGS = 0x1000, QUEUE_STRIDE = 0x3000, USED = 0x1000, DATA = 0x8000 };
enum { D_NEXT = 1, D_WRITE = 2, D_INDIRECT = 4 };

enum vreg {
    V_MAGIC = 0,
    V_VERSION = 4,
    V_ID = 8,
    V_FEATURES = 0x10,
    V_FEATURES_SEL = 0x14,
    V_DRIVER = 0x20,
    V_DRIVER_SEL = 0x24,
    V_PAGE = 0x28,
    V_SEL = 0x30,
    V_MAX = 0x34,
    V_NUM = 0x38,
    V_ALIGN = 0x3c,
    V_PFN = 0x40,
    V_READY = 0x44,
    V_NOTIFY = 0x50,
    V_ISR = 0x60,
    V_ACK = 0x64,
    V_STATUS = 0x70,
    V_DESC = 0x80,
    V_AVAIL = 0x90,
    V_USED = 0xa0,
    V_GENERATION = 0xfc,
    V_CONFIG = 0x100,
};

// Where queue n's parts are in the RAM.
static inline uint32_t ring(unsigned q)
{
    return RINGS + q * QUEUE_STRIDE;
}

static inline void put16(struct dev_test *t, uint32_t at, unsigned v)
{
    memcpy(t->ram + at, &(uint16_t){(uint16_t)v}, 2);
}

static inline unsigned get16(struct dev_test *t, uint32_t at)
{
    uint16_t v;
    memcpy(&v, t->ram + at, 2);
    return v;
}

static inline uint32_t get32(struct dev_test *t, uint32_t at)
{
    uint32_t v;
    memcpy(&v, t->ram + at, 4);
    return v;
}

// A descriptor, at an address of the guest.
static inline void put_desc(struct dev_test *t, uint32_t table, unsigned i, uint64_t addr, uint32_t len,
                            unsigned flags, unsigned next)
{
    const uint32_t at = table + 16 * i;
    memcpy(t->ram + at, &addr, 8);
    memcpy(t->ram + at + 8, &len, 4);
    put16(t, at + 12, flags);
    put16(t, at + 14, next);
}

// … of queue 0, at an offset in the RAM.
static inline void desc(struct dev_test *t, unsigned i, uint32_t offset, uint32_t len, unsigned flags,
                        unsigned next)
{
    put_desc(t, ring(0), i, ENV_RAM + (uint64_t)offset, len, flags, next);
}

static inline uint32_t avail(unsigned q)
{
    return ring(q) + 16 * QUEUE_SIZE;
}

static inline unsigned used_idx(struct dev_test *t, unsigned q)
{
    return get16(t, ring(q) + USED + 2);
}

static inline uint32_t used_len(struct dev_test *t, unsigned q, unsigned i)
{
    return get32(t, ring(q) + USED + 4 + 8 * (i % QUEUE_SIZE) + 4);
}

static inline uint32_t used_id(struct dev_test *t, unsigned q, unsigned i)
{
    return get32(t, ring(q) + USED + 4 + 8 * (i % QUEUE_SIZE));
}

// Makes a chain available, without telling.
static inline void offer(struct dev_test *t, unsigned q, unsigned head)
{
    const unsigned idx = get16(t, avail(q) + 2);
    put16(t, avail(q) + 4 + 2 * (idx % QUEUE_SIZE), head);
    put16(t, avail(q) + 2, idx + 1);
}

static inline void kick(struct dev_test *t, unsigned q, unsigned head)
{
    offer(t, q, head);
    wr(t, V_NOTIFY, q);
}

static inline void start_queue(struct dev_test *t, unsigned q)
{
    wr(t, V_SEL, q);
    wr(t, V_NUM, QUEUE_SIZE);
    if (rd(t, V_VERSION) == 1) {
        wr(t, V_ALIGN, 4096);
        wr(t, V_PFN, (ENV_RAM + ring(q)) >> 12);
        return;
    }
    wr(t, V_DESC, ENV_RAM + ring(q));
    wr(t, V_AVAIL, ENV_RAM + avail(q));
    wr(t, V_USED, ENV_RAM + ring(q) + USED);
    wr(t, V_READY, 1);
}

// The driver's side of initialisation (3.1.1), taking the low features that are asked for.
static inline void drive(struct dev_test *t, uint32_t features, unsigned queues)
{
    const bool modern = rd(t, V_VERSION) == 2;
    wr(t, V_STATUS, 0);
    wr(t, V_STATUS, 1);
    wr(t, V_STATUS, 3);
    wr(t, V_DRIVER_SEL, 0);
    wr(t, V_DRIVER, features);
    if (modern) {
        wr(t, V_DRIVER_SEL, 1);
        wr(t, V_DRIVER, 1);
        wr(t, V_STATUS, 11);
        cr_assert_eq(rd(t, V_STATUS), 11u, "FEATURES_OK");
    } else {
        wr(t, V_PAGE, 4096);
    }
    memset(t->ram + RINGS, 0, queues * QUEUE_STRIDE);
    for (unsigned q = 0; q < queues; q++)
        start_queue(t, q);
    wr(t, V_STATUS, modern ? 15 : 7);
}

#endif
