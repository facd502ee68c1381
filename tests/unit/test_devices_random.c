// Random accesses: no device crashes, reads or writes outside of its state, or keeps the host busy with
// timers.
#include <stdlib.h>

#include "dev/gic.h"
#include "dev/mpcore.h"
#include "dev/sysreg.h"
#include "dev_env.h"

static struct dev_test t;
static uint64_t seed = 1;

static uint32_t any(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

// Values that matter more often than by chance.
static uint32_t value(void)
{
    static const uint32_t special[] = {0,    1,          2,          3,          7,         0xff,
                                       0x80, 0x1acce551, 0x7fffffff, 0x80000000, 0xffffffff};
    return any() & 1 ? special[any() % (sizeof special / sizeof *special)] : any() >> any() % 32;
}

static void access(const struct mmio_ops *ops, uint32_t range)
{
    const unsigned size = 1u << any() % 3;
    const uint32_t offset = any() % 4 ? any() % range & ~3u : any() % range;
    bus_master = any() % 4;
    if (any() % 3)
        ops->write(t.d, offset, size, value());
    else
        ops->read(t.d, offset, size);
}

// Time in which a device may fire a thousand timers a millisecond at most.
static void pass(uint64_t ns)
{
    unsigned fired = 0;
    const uint64_t end = clock_ns(&t.clock) + ns;
    while (clock_ns(&t.clock) < end) {
        const uint64_t next = clock_until_next(&t.clock), left = end - clock_ns(&t.clock);
        clock_advance(&t.clock, next < left ? next : left);
        clock_fire(&t.clock);
        cr_assert_lt(fired++, 1000u, "%s is never done with its timers", t.d->cls->name);
    }
}

static void torment(const struct dev_class *cls, const void *config, const struct mmio_ops *more)
{
    dev_test_start(&t, cls, config, NULL);
    for (unsigned i = 0; i < 100000; i++) {
        access(more && any() & 1 ? more : &cls->ops, more ? 0x2000 : 0x1000);
        if (cls == &gic_class) gic_input(t.d, any() % 128 | any() % 4 << 8, any() & 1);
        if (i % 16 == 0) pass(any() % 1000000);
        if (i % 10000 == 0) cls->reset(t.d);
    }
    cls->reset(t.d);
    pass(10000000);
    dev_test_end(&t);
}

Test(random, simple_devices)
{
    static const struct dev_class *const cls[] = {&l2c310_class, &pl011_class, &pl031_class, &pl041_class,
                                                  &pl341_class,  &pl354_class, &sbcon_class, &sp804_class,
                                                  &sp805_class,  &sp810_class};
    for (unsigned i = 0; i < sizeof cls / sizeof *cls; i++)
        torment(cls[i], NULL, NULL);
}

Test(random, fast_clocks)
{
    static const uint32_t hz = 66670000;
    torment(&sp804_class, &hz, NULL);
    torment(&sp805_class, &hz, NULL);
}

Test(random, sysreg)
{
    static const uint32_t osc[] = {1000}, volt[] = {1000};
    static const struct sysreg_config cfg = {.osc = osc, .noscs = 1, .volt = volt, .nvolts = 1, .namps = 1};
    torment(&sysreg_class, &cfg, NULL);
}

Test(random, mpcore)
{
    static const struct mpcore_config cfg = {.ncpus = 4, .hz = 100000000};
    torment(&mpcore_class, &cfg, NULL);
}

Test(random, gic)
{
    static const struct gic_config cfg = {.ncpus = 4, .nirqs = 96, .version = 2};
    torment(&gic_class, &cfg, &gic_cpu_ops);
}
