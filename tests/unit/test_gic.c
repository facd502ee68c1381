// GIC: every register, banked state, priorities and preemption, edges and levels, SGIs. ARM IHI 0048B.
#include "dev/gic.h"

#include "dev_env.h"

enum { CTLR, TYPER = 4, IIDR = 8, IGROUPR = 0x80, ISENABLER = 0x100, ICENABLER = 0x180, ISPENDR = 0x200 };
enum {
    ICPENDR = 0x280,
    ISACTIVER = 0x300,
    ICACTIVER = 0x380,
    IPRIORITYR = 0x400,
    ITARGETSR = 0x800,
    ICFGR = 0xc00
};
enum { SGIR = 0xf00, CPENDSGIR = 0xf10, SPENDSGIR = 0xf20 };
enum {
    C_CTLR,
    PMR = 4,
    BPR = 8,
    IAR = 0xc,
    EOIR = 0x10,
    RPR = 0x14,
    HPPIR = 0x18,
    C_IIDR = 0xfc,
    DIR = 0x1000
};
enum { SPURIOUS = 1023 };

static struct dev_test t;

// Lines: cpu n's IRQ is t.line[n], its FIQ t.line[8 + n].
static void make(unsigned ncpus, unsigned version)
{
    struct gic_config cfg = {
        .ncpus = ncpus, .nirqs = 96, .version = version, .iidr = version == 2 ? 0x0202043b : 0x3901043b};
    for (unsigned i = 0; i < ncpus; i++) {
        cfg.irq[i] = test_line(&t, i);
        cfg.fiq[i] = test_line(&t, 8 + i);
    }
    dev_test_start(&t, &gic_class, &cfg, NULL);
}

static uint32_t crd(unsigned cpu, uint32_t offset)
{
    bus_master = cpu;
    return gic_cpu_ops.read(t.d, offset, 4);
}

static void cwr(unsigned cpu, uint32_t offset, uint32_t v)
{
    bus_master = cpu;
    gic_cpu_ops.write(t.d, offset, 4, v);
    bus_master = 0;
}

static void enable(unsigned id, unsigned priority)
{
    wr(&t, ISENABLER + id / 32 * 4, 1u << id % 32);
    wr_sized(&t, IPRIORITYR + id, 1, priority);
    wr_sized(&t, ITARGETSR + id, 1, 1);
}

// As a kernel sets it up.
static void start(void)
{
    make(2, 2);
    wr(&t, CTLR, 1);
    for (unsigned i = 0; i < 2; i++) {
        cwr(i, PMR, 0xf0);
        cwr(i, C_CTLR, 1);
    }
}

static void line(unsigned input, bool level)
{
    gic_input(t.d, input, level);
}

Test(gic, reset_values)
{
    make(4, 1);
    expect_reg(&t, CTLR, 0);
    expect_reg(&t, TYPER, 0x62); // 96 interrupts, 4 CPUs
    expect_reg(&t, IIDR, 0x0102043b);
    for (uint32_t i = 0; i < 12; i += 4) {
        expect_reg(&t, IGROUPR + i, 0);
        expect_reg(&t, ISENABLER + i, i ? 0 : 0xffff); // SGIs are always enabled
        expect_reg(&t, ICENABLER + i, i ? 0 : 0xffff);
        expect_reg(&t, ISPENDR + i, 0);
        expect_reg(&t, ISACTIVER + i, 0);
    }
    for (uint32_t i = 0; i < 96; i += 4)
        expect_reg(&t, IPRIORITYR + i, 0);
    expect_reg(&t, ICFGR, 0xaaaaaaaa);
    expect_reg(&t, ICFGR + 8, 0);
    cr_expect_eq(crd(0, C_CTLR), 0);
    cr_expect_eq(crd(0, PMR), 0);
    cr_expect_eq(crd(0, BPR), 2);
    cr_expect_eq(crd(0, IAR), SPURIOUS);
    cr_expect_eq(crd(0, RPR), 0xff);
    cr_expect_eq(crd(0, HPPIR), SPURIOUS);
    cr_expect_eq(crd(0, C_IIDR), 0x3901043b);
}

Test(gic, identification)
{
    make(1, 1);
    check_id(&t, 0x001bb390);
    make(1, 2);
    check_id(&t, 0x002bb490);
}

Test(gic, private_targets_name_the_reader)
{
    make(1, 1);
    expect_reg(&t, ITARGETSR, 0x01010101);
    expect_reg(&t, ITARGETSR + 0x1c, 0x01010101);
    expect_reg(&t, ITARGETSR + 0x20, 0x01010101); // the only CPU is the target of everything
    make(4, 1);
    bus_master = 2;
    expect_reg(&t, ITARGETSR, 0x04040404);
    wr(&t, ITARGETSR, 0);
    expect_reg(&t, ITARGETSR, 0x04040404);
    expect_reg(&t, ITARGETSR + 0x20, 0);
    wr(&t, ITARGETSR + 0x20, 0xffffffff);
    expect_reg(&t, ITARGETSR + 0x20, 0x0f0f0f0f);
}

Test(gic, level, .init = start)
{
    enable(40, 0xa0);
    line(40, true);
    cr_expect(t.line[0]);
    cr_expect(!t.line[1]);
    expect_reg(&t, ISPENDR + 4, 1 << 8);
    cr_expect_eq(crd(0, HPPIR), 40);
    cr_expect_eq(crd(0, IAR), 40);
    cr_expect(!t.line[0]); // active masks it
    cr_expect_eq(crd(0, RPR), 0xa0);
    expect_reg(&t, ISACTIVER + 4, 1 << 8);
    expect_reg(&t, ISPENDR + 4, 1 << 8); // and it is still pending: the input is high
    cwr(0, EOIR, 40);
    cr_expect(t.line[0]);
    wr(&t, ICPENDR + 4, 1 << 8); // cannot clear an input
    cr_expect(t.line[0]);
    line(40, false);
    cr_expect(!t.line[0]);
    cr_expect_eq(crd(0, IAR), SPURIOUS);
}

Test(gic, edge, .init = start)
{
    wr(&t, ICFGR + 8, 2 << 16); // 40
    expect_reg(&t, ICFGR + 8, 2 << 16);
    enable(40, 0xa0);
    line(40, true);
    line(40, false);
    cr_expect(t.line[0]); // latched
    cr_expect_eq(crd(0, IAR), 40);
    expect_reg(&t, ISPENDR + 4, 0);
    line(40, true); // again, while it is active
    expect_reg(&t, ISPENDR + 4, 1 << 8);
    cr_expect(!t.line[0]);
    cwr(0, EOIR, 40);
    cr_expect(t.line[0]);
    wr(&t, ICPENDR + 4, 1 << 8);
    cr_expect(!t.line[0]);
}

Test(gic, priorities_and_preemption, .init = start)
{
    enable(40, 0xa0);
    enable(41, 0x80);
    enable(42, 0x40);
    line(40, true);
    line(41, true);
    cr_expect_eq(crd(0, IAR), 41); // the lower value first
    cr_expect(!t.line[0]);
    line(42, true);
    cr_expect(t.line[0]); // preempts
    cr_expect_eq(crd(0, IAR), 42);
    cr_expect_eq(crd(0, RPR), 0x40);
    cwr(0, EOIR, 42);
    cr_expect_eq(crd(0, RPR), 0x80);
    line(42, false);
    cwr(0, EOIR, 41);
    line(41, false);
    cr_expect_eq(crd(0, IAR), 40);
    cwr(0, EOIR, 40);
    cr_expect_eq(crd(0, RPR), 0xff);
}

Test(gic, equal_priority_lowest_id_first, .init = start)
{
    enable(50, 0xa0);
    enable(40, 0xa0);
    line(50, true);
    line(40, true);
    cr_expect_eq(crd(0, IAR), 40);
    cr_expect_eq(crd(0, IAR), SPURIOUS); // no preemption by the same priority
    cwr(0, EOIR, 40);
}

Test(gic, binary_point, .init = start)
{
    enable(40, 0xa8);
    enable(41, 0xa0);
    cwr(0, BPR, 3); // 0xa0 and 0xa8 are one group
    cr_expect_eq(crd(0, BPR), 3);
    line(40, true);
    cr_expect_eq(crd(0, IAR), 40);
    line(41, true);
    cr_expect(!t.line[0]);
    cwr(0, BPR, 0); // the least that five bits of priority allow
    cr_expect_eq(crd(0, BPR), 2);
    cr_expect(t.line[0]);
}

Test(gic, priority_mask, .init = start)
{
    enable(40, 0x80);
    line(40, true);
    cwr(0, PMR, 0x80); // only higher ones pass
    cr_expect(!t.line[0]);
    cr_expect_eq(crd(0, IAR), SPURIOUS);
    cr_expect_eq(crd(0, HPPIR), 40);
    cwr(0, PMR, 0xff);
    cr_expect_eq(crd(0, PMR), 0xf8);
    cr_expect(t.line[0]);
}

Test(gic, enables, .init = start)
{
    line(40, true);
    cr_expect(!t.line[0]);
    enable(40, 0x80);
    cr_expect(t.line[0]);
    wr(&t, ICENABLER + 4, 1 << 8);
    cr_expect(!t.line[0]);
    expect_reg(&t, ISENABLER + 4, 0);
    wr_sized(&t, ISENABLER + 5, 1, 1); // bytes, too
    cr_expect(t.line[0]);
    wr(&t, CTLR, 0);
    cr_expect(!t.line[0]);
    cr_expect_eq(crd(0, HPPIR), SPURIOUS);
    wr(&t, CTLR, 1);
    cwr(0, C_CTLR, 0);
    cr_expect(!t.line[0]);
    wr(&t, ICENABLER, 0xffff);
    expect_reg(&t, ISENABLER, 0xffff);
}

Test(gic, targets, .init = start)
{
    enable(40, 0x80);
    wr_sized(&t, ITARGETSR + 40, 1, 2);
    line(40, true);
    cr_expect(!t.line[0]);
    cr_expect(t.line[1]);
    wr_sized(&t, ITARGETSR + 40, 1, 3); // whoever comes first
    cr_expect(t.line[0] && t.line[1]);
    cr_expect_eq(crd(0, IAR), 40);
    cr_expect(!t.line[1]);
    cr_expect_eq(crd(1, IAR), SPURIOUS);
}

Test(gic, private_interrupts_are_banked, .init = start)
{
    bus_master = 1;
    wr(&t, ISENABLER, 1 << 29);
    wr_sized(&t, IPRIORITYR + 29, 1, 0x80);
    expect_reg(&t, ISENABLER, 0x2000ffff);
    bus_master = 0;
    expect_reg(&t, ISENABLER, 0x0000ffff);
    cr_expect_eq(rd_sized(&t, IPRIORITYR + 29, 1), 0);
    line(29 | 0 << 8, true);
    cr_expect(!t.line[0] && !t.line[1]);
    line(29 | 1 << 8, true);
    cr_expect(!t.line[0]);
    cr_expect(t.line[1]);
    cr_expect_eq(crd(1, IAR), 29);
    bus_master = 0;
    expect_reg(&t, ISACTIVER, 0);
    line(29 | 1 << 8, false);
    cwr(1, EOIR, 29);
}

Test(gic, sgi, .init = start)
{
    wr(&t, SGIR, 2 << 16 | 5); // from 0 to 1
    cr_expect(!t.line[0]);
    cr_expect(t.line[1]);
    bus_master = 1;
    expect_reg(&t, ISPENDR, 1 << 5);
    wr(&t, SGIR, 2 << 24 | 5); // from 1 to itself
    cr_expect_eq(rd_sized(&t, SPENDSGIR + 5, 1), 3);
    cr_expect_eq(crd(1, HPPIR), 5);
    cr_expect_eq(crd(1, IAR), 5); // from CPU 0
    cr_expect(!t.line[1]);
    cwr(1, EOIR, 5);
    cr_expect(t.line[1]);
    cr_expect_eq(crd(1, IAR), 5 | 1 << 10); // from CPU 1
    cwr(1, EOIR, 5 | 1 << 10);
    cr_expect(!t.line[1]);
    wr(&t, SGIR, 1 << 24 | 7); // all others
    cr_expect(!t.line[0]);
    cr_expect(t.line[1]);
    bus_master = 1;
    wr_sized(&t, CPENDSGIR + 7, 1, 1);
    cr_expect(!t.line[1]);
    wr_sized(&t, SPENDSGIR + 3, 1, 2);
    cr_expect_eq(crd(1, IAR), 3 | 1 << 10);
}

Test(gic, software_pending_and_active, .init = start)
{
    enable(40, 0x80);
    wr(&t, ISPENDR + 4, 1 << 8);
    cr_expect(t.line[0]);
    cr_expect_eq(crd(0, IAR), 40);
    wr(&t, ISPENDR + 4, 1 << 8);
    wr(&t, ICACTIVER + 4, 1 << 8); // no longer active, but its priority still runs
    expect_reg(&t, ISACTIVER + 4, 0);
    cr_expect(!t.line[0]);
    cwr(0, EOIR, 40);
    cr_expect(t.line[0]);
    wr(&t, ISACTIVER + 4, 1 << 8);
    cr_expect(!t.line[0]);
}

Test(gic, split_end_of_interrupt, .init = start)
{
    enable(40, 0x80);
    cwr(0, C_CTLR, 1 | 1 << 9);
    line(40, true);
    cr_expect_eq(crd(0, IAR), 40);
    cwr(0, EOIR, 40);
    cr_expect_eq(crd(0, RPR), 0xff);
    cr_expect(!t.line[0]); // still active
    cwr(0, DIR, 40);
    cr_expect(t.line[0]);
}

Test(gic, groups_and_fiq, .init = start)
{
    enable(40, 0x80);
    enable(41, 0x80);
    wr(&t, IGROUPR + 4, 1 << 8); // 40 is group 1
    wr(&t, CTLR, 3);
    cwr(0, C_CTLR, 3 | 8);
    line(40, true);
    cr_expect(t.line[0] && !t.line[8]);
    line(40, false);
    line(41, true);
    cr_expect(!t.line[0] && t.line[8]);
    cr_expect_eq(crd(0, IAR), 41);
    cr_expect(!t.line[8]);
    cwr(0, EOIR, 41);
    cwr(0, C_CTLR, 2); // group 1 alone
    cr_expect(!t.line[0] && !t.line[8]);
}

Test(gic, out_of_range_is_harmless, .init = start)
{
    wr(&t, ISENABLER + 12, 0xffffffff);
    expect_reg(&t, ISENABLER + 12, 0);
    wr(&t, IPRIORITYR + 0x3fc, 0xffffffff);
    expect_reg(&t, IPRIORITYR + 0x3fc, 0);
    line(200, true);
    cwr(0, EOIR, 1023);
    cwr(0, EOIR, 500);
    cwr(0, DIR, 500);
    cr_expect(!t.line[0]);
}

Test(gic, reset_silences, .init = start)
{
    enable(40, 0x80);
    line(40, true);
    cr_expect(t.line[0]);
    gic_class.reset(t.d);
    cr_expect(!t.line[0]);
    expect_reg(&t, ISENABLER + 4, 0);
}
