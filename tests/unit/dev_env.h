// The world of a device under test: a bus with 64 KiB of RAM at 0x80000000, a clock that only stands where
// the test puts it, lines that remember their level, and registers read and written by offset.
#ifndef STINKARM_TESTS_DEV_ENV_H
#define STINKARM_TESTS_DEV_ENV_H

#include <criterion/criterion.h>
#include <string.h>

#include "dev/device.h"
#include "dev/devices.h"

enum { ENV_RAM = 0x80000000u, ENV_RAM_SIZE = 64 << 10, ENV_LINES = 64 };

struct dev_test {
    struct bus bus;
    struct clock clock;
    struct dev_env env;
    struct device *d;
    bool line[ENV_LINES];      // level of irq[i], or of what test_line made
    unsigned edges[ENV_LINES]; // how often it rose
    int power;                 // last dev_power that the device asked for, -1: none
    uint8_t ram[ENV_RAM_SIZE];
};

static inline void test_set_line(void *ctx, unsigned input, bool level)
{
    struct dev_test *t = ctx;
    if (level && !t->line[input]) t->edges[input]++;
    t->line[input] = level;
}

static inline struct irq_line test_line(struct dev_test *t, unsigned input)
{
    return (struct irq_line){test_set_line, t, input};
}

static inline void test_power(void *ctx, enum dev_power what)
{
    ((struct dev_test *)ctx)->power = (int)what;
}

// Makes the environment; a test may change t->env before dev_test_add.
static inline void dev_test_init(struct dev_test *t)
{
    memset(t, 0, sizeof *t);
    bus_init(&t->bus);
    clock_init(&t->clock, true, NULL);
    bus_add_ram(&t->bus, "ram", ENV_RAM, ENV_RAM_SIZE, t->ram, NULL);
    t->env = (struct dev_env){.bus = &t->bus, .clock = &t->clock, .power = test_power, .power_ctx = t};
    t->power = -1;
    bus_master = 0;
}

// Makes the device; its irq[i] drive t->line[i]. As on a board, a reset follows once the lines are there.
static inline struct device *dev_test_add(struct dev_test *t, const struct dev_class *cls)
{
    t->d = device_new(cls, cls->name, 0x10000000, 0x1000, &t->env);
    cr_assert(t->d, "%s cannot be made", cls->name);
    for (unsigned i = 0; i < DEV_MAX_IRQS; i++)
        t->d->irq[i] = test_line(t, i);
    cls->reset(t->d);
    return t->d;
}

static inline struct device *dev_test_start(struct dev_test *t, const struct dev_class *cls,
                                            const void *config, void *backend)
{
    dev_test_init(t);
    t->env.config = config;
    t->env.backend = backend;
    return dev_test_add(t, cls);
}

static inline void dev_test_end(struct dev_test *t)
{
    device_free(t->d);
}

// Registers of the device's first range.
static inline uint32_t rd(struct dev_test *t, uint32_t offset)
{
    return t->d->cls->ops.read(t->d, offset, 4);
}

static inline void wr(struct dev_test *t, uint32_t offset, uint32_t v)
{
    t->d->cls->ops.write(t->d, offset, 4, v);
}

static inline uint32_t rd_sized(struct dev_test *t, uint32_t offset, unsigned size)
{
    return t->d->cls->ops.read(t->d, offset, size);
}

static inline void wr_sized(struct dev_test *t, uint32_t offset, unsigned size, uint32_t v)
{
    t->d->cls->ops.write(t->d, offset, size, v);
}

// Lets time pass, firing each timer at its deadline.
static inline void pass_ns(struct dev_test *t, uint64_t ns)
{
    while (ns) {
        const uint64_t next = clock_until_next(&t->clock), step = next && next < ns ? next : ns;
        clock_advance(&t->clock, next ? step : 0);
        clock_fire(&t->clock);
        ns -= next ? step : 0;
    }
}

// The PrimeCell identification registers of a device.
static inline void check_id(struct dev_test *t, uint32_t periph_id)
{
    for (unsigned i = 0; i < 4; i++)
        cr_expect_eq(rd(t, 0xfe0 + 4 * i), periph_id >> 8 * i & 0xff, "peripheral ID %u", i);
    for (unsigned i = 0; i < 4; i++)
        cr_expect_eq(rd(t, 0xff0 + 4 * i), 0xb105f00du >> 8 * i & 0xff, "cell ID %u", i);
}

#define expect_reg(t, offset, want)                                                                          \
    do {                                                                                                     \
        const uint32_t got_ = rd(t, offset), want_ = (uint32_t)(want);                                       \
        cr_expect_eq(got_, want_, "register %#x reads %#x, not %#x", (unsigned)(offset), got_, want_);       \
    } while (0)

#endif
