// The virtio transport: registers of both versions, rings, and what a driver can do wrong.
#include "virtio_env.h"

static struct dev_test t;

static const bool modern = true;

static void start(const void *config)
{
    dev_test_start(&t, &virtio_rng_class, config, NULL);
}

static void end(void)
{
    dev_test_end(&t);
}

TestSuite(virtio, .fini = end);

Test(virtio, empty_slot)
{
    dev_test_start(&t, &virtio_mmio_class, NULL, NULL);
    expect_reg(&t, V_MAGIC, 0x74726976);
    expect_reg(&t, V_VERSION, 1);
    expect_reg(&t, V_ID, 0);
    expect_reg(&t, V_MAX, 0);
    expect_reg(&t, V_CONFIG, 0);
    for (uint32_t r = 0; r < 0x200; r += 4)
        wr(&t, r, 0xffffffff);
    expect_reg(&t, V_STATUS, 0);
}

Test(virtio, legacy_registers)
{
    start(NULL);
    expect_reg(&t, V_MAGIC, 0x74726976);
    expect_reg(&t, V_VERSION, 1);
    expect_reg(&t, V_ID, 4);
    expect_reg(&t, V_MAX, 256);
    expect_reg(&t, V_FEATURES, 0x38000000);
    wr(&t, V_FEATURES_SEL, 1);
    expect_reg(&t, V_FEATURES, 0);
    wr(&t, V_SEL, 1);
    expect_reg(&t, V_MAX, 0);
    wr(&t, V_SEL, 0xffffffff);
    expect_reg(&t, V_MAX, 0);
    wr(&t, V_PFN, 1); // of no queue
    cr_expect_eq(rd_sized(&t, 1, 1), 0x69u, "a byte of the magic value");
    cr_expect_eq(rd_sized(&t, 2, 2), 0x7472u, "a halfword of it");
    wr_sized(&t, V_STATUS, 1, 1);
    expect_reg(&t, V_STATUS, 0);
    wr(&t, V_STATUS, 7);
    expect_reg(&t, V_STATUS, 7);
    wr(&t, V_READY, 1); // version 2
    expect_reg(&t, V_READY, 0);
    expect_reg(&t, V_GENERATION, 0);
}

Test(virtio, modern_registers)
{
    start(&modern);
    expect_reg(&t, V_VERSION, 2);
    expect_reg(&t, V_FEATURES, 0x30000000);
    wr(&t, V_FEATURES_SEL, 1);
    expect_reg(&t, V_FEATURES, 1);
    wr(&t, V_STATUS, 3);
    wr(&t, V_STATUS, 11); // without VERSION_1: refused
    expect_reg(&t, V_STATUS, 3);
    drive(&t, 0, 1);
    expect_reg(&t, V_READY, 1);
    wr(&t, V_DESC, 0x1000); // a live queue stays
    wr(&t, V_NUM, 2);
    wr(&t, V_PFN, 5); // version 1
    expect_reg(&t, V_PFN, 0);
    desc(&t, 0, DATA, 16, D_WRITE, 0);
    kick(&t, 0, 0);
    cr_expect_eq(used_idx(&t, 0), 1u);
    wr(&t, V_READY, 0);
    expect_reg(&t, V_READY, 0);
    kick(&t, 0, 0);
    cr_expect_eq(used_idx(&t, 0), 1u, "a queue that is not ready");
}

Test(virtio, chain_and_interrupt)
{
    start(NULL);
    drive(&t, 0, 1);
    expect_reg(&t, V_PFN, (ENV_RAM + RINGS) >> 12);
    desc(&t, 3, DATA, 10, D_NEXT | D_WRITE, 5);
    desc(&t, 5, DATA + 100, 20, D_WRITE, 0);
    kick(&t, 0, 3);
    cr_expect_eq(used_idx(&t, 0), 1u);
    cr_expect_eq(used_id(&t, 0, 0), 3u);
    cr_expect_eq(used_len(&t, 0, 0), 30u);
    cr_expect(t.line[0]);
    expect_reg(&t, V_ISR, 1);
    wr(&t, V_ACK, 2);
    cr_expect(t.line[0]);
    wr(&t, V_ACK, 1);
    cr_expect_not(t.line[0]);
    uint8_t zero[10] = {0};
    cr_expect_neq(memcmp(t.ram + DATA, zero, 10), 0, "random bytes");
    cr_expect_eq(memcmp(t.ram + DATA + 10, zero, 10), 0, "not behind the buffer");
    put16(&t, avail(0), 1); // NO_INTERRUPT
    kick(&t, 0, 3);
    cr_expect_eq(used_idx(&t, 0), 2u);
    cr_expect_not(t.line[0]);
    for (unsigned i = 0; i < 3 * QUEUE_SIZE; i++) // around the rings
        kick(&t, 0, 3);
    cr_expect_eq(used_idx(&t, 0), 2u + 3 * QUEUE_SIZE);
    wr(&t, V_STATUS, 0);
    expect_reg(&t, V_PFN, 0);
    kick(&t, 0, 3);
    cr_expect_eq(used_idx(&t, 0), 2u + 3 * QUEUE_SIZE, "after a reset");
}

Test(virtio, event_index)
{
    start(NULL);
    drive(&t, 1u << 29, 1);
    const uint32_t used_event = avail(0) + 4 + 2 * QUEUE_SIZE,
                   avail_event = ring(0) + USED + 4 + 8 * QUEUE_SIZE;
    desc(&t, 0, DATA, 4, D_WRITE, 0);
    kick(&t, 0, 0);
    cr_expect_eq(get16(&t, avail_event), 1u, "tell me of the next");
    wr(&t, V_ACK, 1);
    put16(&t, used_event, 2); // the interrupt that uses up entry 2
    kick(&t, 0, 0);
    cr_expect_not(t.line[0]);
    kick(&t, 0, 0);
    cr_expect(t.line[0]);
}

Test(virtio, indirect)
{
    start(NULL);
    drive(&t, 1u << 28, 1);
    put_desc(&t, DATA, 0, ENV_RAM + DATA + 0x100, 8, D_NEXT | D_WRITE, 1);
    put_desc(&t, DATA, 1, ENV_RAM + DATA + 0x200, 4, D_WRITE, 0);
    desc(&t, 2, DATA, 32, D_INDIRECT, 0);
    kick(&t, 0, 2);
    cr_expect_eq(used_len(&t, 0, 0), 12u);
    cr_expect_eq(used_id(&t, 0, 0), 2u);
}

// A driver's mistake: nothing is used, version 2 says NEEDS_RESET, and after a reset it works again.
static void expect_broken(const char *what)
{
    wr(&t, V_NOTIFY, 0);
    cr_expect_eq(used_idx(&t, 0), 0u, "%s", what);
    cr_expect_eq(rd(&t, V_STATUS) & 0x40, rd(&t, V_VERSION) == 2 ? 0x40u : 0u, "%s", what);
    drive(&t, 0, 1);
    desc(&t, 0, DATA, 4, D_WRITE, 0);
    kick(&t, 0, 0);
    cr_expect_eq(used_idx(&t, 0), 1u, "%s: after the reset", what);
    drive(&t, 1u << 28, 1);
}

static void mistakes(void)
{
    drive(&t, 1u << 28, 1);
    put16(&t, avail(0) + 2, QUEUE_SIZE + 1);
    expect_broken("available index");
    offer(&t, 0, QUEUE_SIZE);
    expect_broken("head");
    desc(&t, 0, DATA, 4, D_NEXT | D_WRITE, 1);
    desc(&t, 1, DATA, 4, D_NEXT | D_WRITE, 0);
    offer(&t, 0, 0);
    expect_broken("loop");
    desc(&t, 0, DATA, 4, D_NEXT | D_WRITE, 0xffff);
    offer(&t, 0, 0);
    expect_broken("next");
    put_desc(&t, ring(0), 0, 0x10000000, 4, D_WRITE, 0);
    offer(&t, 0, 0);
    expect_broken("buffer in a device");
    put_desc(&t, ring(0), 0, ENV_RAM + ENV_RAM_SIZE - 4, 8, D_WRITE, 0);
    offer(&t, 0, 0);
    expect_broken("buffer across the end of memory");
    put_desc(&t, ring(0), 0, UINT64_MAX - 2, 8, D_WRITE, 0);
    offer(&t, 0, 0);
    expect_broken("buffer that wraps");
    put_desc(&t, ring(0), 0, ENV_RAM, 0xffffffff, D_WRITE, 0);
    offer(&t, 0, 0);
    expect_broken("buffer of 4 GiB");
    desc(&t, 0, DATA, 4, D_NEXT | D_WRITE, 1);
    desc(&t, 1, DATA, 4, 0, 0);
    offer(&t, 0, 0);
    expect_broken("out behind in");
    desc(&t, 0, DATA, 24, D_INDIRECT, 0);
    offer(&t, 0, 0);
    expect_broken("half an indirect descriptor");
    desc(&t, 0, DATA, 0, D_INDIRECT, 0);
    offer(&t, 0, 0);
    expect_broken("empty indirect table");
    put_desc(&t, DATA, 0, ENV_RAM + DATA, 16, D_INDIRECT, 0);
    desc(&t, 0, DATA, 16, D_INDIRECT, 0);
    offer(&t, 0, 0);
    expect_broken("indirect in indirect");
    put_desc(&t, DATA, 0, ENV_RAM + DATA, 4, D_WRITE | D_NEXT, 1);
    desc(&t, 0, DATA, 16, D_INDIRECT, 0);
    offer(&t, 0, 0);
    expect_broken("next outside the indirect table");
}

Test(virtio, mistakes_legacy)
{
    start(NULL);
    mistakes();
}

Test(virtio, mistakes_modern)
{
    start(&modern);
    mistakes();
}

Test(virtio, rings_outside_memory)
{
    static const uint32_t pfns[] = {1, 0x10000, 0xffffffff, (ENV_RAM + ENV_RAM_SIZE) >> 12,
                                    (ENV_RAM + ENV_RAM_SIZE - 0x1000) >> 12};
    start(NULL);
    for (unsigned i = 0; i < sizeof pfns / sizeof *pfns; i++) {
        wr(&t, V_STATUS, 0);
        wr(&t, V_NUM, QUEUE_SIZE);
        wr(&t, V_PFN, pfns[i]);
        wr(&t, V_NOTIFY, 0);
        cr_expect_not(t.line[0]);
    }
    wr(&t, V_STATUS, 0);
    wr(&t, V_PFN, (ENV_RAM + RINGS) >> 12); // without a size
    wr(&t, V_NOTIFY, 0);
    wr(&t, V_STATUS, 0);
    wr(&t, V_NUM, 3);
    wr(&t, V_NUM, 512);
    wr(&t, V_PAGE, 3);
    wr(&t, V_PAGE, 0);
    wr(&t, V_ALIGN, 0);
    wr(&t, V_PFN, (ENV_RAM + RINGS) >> 12);
    wr(&t, V_NOTIFY, 0);
    wr(&t, V_NOTIFY, 0xffffffff);
}

// With a whole queue of buffers of the whole memory, work stays bounded.
Test(virtio, huge_requests)
{
    start(NULL);
    drive(&t, 0, 1);
    for (unsigned i = 0; i < QUEUE_SIZE; i++)
        desc(&t, i, DATA, 0x8000, D_WRITE | (i < QUEUE_SIZE - 1 ? D_NEXT : 0), i + 1);
    kick(&t, 0, 0);
    cr_expect_eq(used_len(&t, 0, 0), 4096u);
}
