// Generic Interrupt Controller, architecture versions 1 and 2 (the A9's and the A15's). ARM IHI 0048B, DDI
// 0375 (PL390).
//
// Distributor registers (this device's range) and CPU interface registers (gic_cpu_ops, a range of its own).
// Private interrupts and the CPU interface are banked by the CPU that accesses them: bus_master. config:
// struct gic_config. Every access sees all registers, as secure ones do; IGROUPR makes groups, and FIQEn
// routes group 0 to FIQ.
#include "dev/gic.h"

#include <stdio.h>
#include <string.h>

#include "base/fdt.h"
#include "base/log.h"
#include "dev/devices.h"

enum { D_CTLR = 0x000, D_TYPER = 0x004, D_IIDR = 0x008 };
enum {
    C_CTLR = 0x00,
    C_PMR = 0x04,
    C_BPR = 0x08,
    C_IAR = 0x0c,
    C_EOIR = 0x10,
    C_RPR = 0x14,
    C_HPPIR = 0x18,
    C_ABPR = 0x1c,
    C_AIAR = 0x20,
    C_AEOIR = 0x24,
    C_AHPPIR = 0x28,
    C_APR0 = 0xd0,
    C_NSAPR0 = 0xe0,
    C_IIDR = 0xfc,
    C_DIR = 0x1000
};
enum { SPURIOUS = 1023, IDLE_PRIORITY = 0x100, PRIORITY_MASK = 0xf8 }; // 32 priority levels
enum { CTLR_ENABLE = 1, CTLR_FIQEN = 8, CTLR_EOIMODE = 1 << 9 };

// State of an interrupt, each a bit per CPU: SPIs use bit 0 alone.
struct irq {
    uint8_t enabled, pending, active, level, group1, priority[GIC_MAX_CPUS], targets;
    bool edge;
};

struct cpu_if {
    uint32_t ctlr, pmr, bpr, abpr;
    uint16_t running;             // priority, IDLE_PRIORITY if none
    uint16_t stack[GIC_MAX_IRQS]; // running priorities that were preempted
    unsigned depth;
    uint8_t sgi_source[16]; // CPUs that sent a pending SGI, one bit each
    bool irq_out, fiq_out;
};

struct gic {
    struct device d;
    struct gic_config cfg;
    uint32_t ctlr;
    struct irq irq[GIC_MAX_IRQS];
    struct cpu_if cpu[GIC_MAX_CPUS];
    struct stats_row taken[GIC_MAX_IRQS]; // with --stats
    struct stats_list stats;
};

static bool is_private(unsigned id)
{
    return id < GIC_SPI_BASE;
}

static uint8_t bit_of(unsigned id, unsigned cpu)
{
    return (uint8_t)(is_private(id) ? 1u << cpu : 1u);
}

static uint8_t priority_of(const struct gic *g, unsigned id, unsigned cpu)
{
    return g->irq[id].priority[is_private(id) ? cpu : 0];
}

// Pending: latched, or a level-sensitive input that is high.
static bool is_pending(const struct gic *g, unsigned id, unsigned cpu)
{
    const struct irq *q = &g->irq[id];
    const uint8_t bit = bit_of(id, cpu);
    return q->pending & bit || (!q->edge && q->level & bit);
}

// The only CPU is the target of everything (IHI 0048B, 4.3.12).
static uint8_t targets_of(const struct gic *g, unsigned id, unsigned cpu)
{
    if (is_private(id)) return (uint8_t)(1u << cpu);
    return g->cfg.ncpus == 1 ? 1 : g->irq[id].targets;
}

static bool is_targeted(const struct gic *g, unsigned id, unsigned cpu)
{
    return targets_of(g, id, cpu) >> cpu & 1;
}

static bool is_group1(const struct gic *g, unsigned id, unsigned cpu)
{
    return g->irq[id].group1 & bit_of(id, cpu);
}

// The bits of the control registers that enable a group. Software in the non-secure state, which sees group 1
// alone, enables it with bit 0.
static uint32_t enables(bool group1)
{
    return group1 ? 3 : 1;
}

// The highest priority pending interrupt for a CPU, of a group that the distributor forwards, or SPURIOUS.
static unsigned best(const struct gic *g, unsigned cpu)
{
    unsigned id = SPURIOUS, priority = IDLE_PRIORITY;
    for (unsigned i = 0; i < g->cfg.nirqs; i++) {
        const uint8_t bit = bit_of(i, cpu);
        const struct irq *q = &g->irq[i];
        if (!(g->ctlr & enables(q->group1 & bit))) continue;
        if (!(q->enabled & bit) || q->active & bit || !is_pending(g, i, cpu) || !is_targeted(g, i, cpu))
            continue;
        if (priority_of(g, i, cpu) < priority) id = i, priority = priority_of(g, i, cpu);
    }
    return id;
}

// The part of a priority that decides on preemption (GICC_BPR).
static unsigned group_priority(const struct cpu_if *c, unsigned priority)
{
    return priority & ~((2u << (c->bpr & 7)) - 1);
}

static bool preempts(const struct gic *g, unsigned cpu, unsigned id)
{
    const struct cpu_if *c = &g->cpu[cpu];
    if (id == SPURIOUS || !(c->ctlr & enables(is_group1(g, id, cpu)))) return false;
    const unsigned p = priority_of(g, id, cpu);
    return p < c->pmr &&
           (c->running == IDLE_PRIORITY || group_priority(c, p) < group_priority(c, c->running));
}

// What a CPU is told changes.
static void log_output(const struct gic *g, unsigned cpu, unsigned id, bool irq, bool fiq)
{
    const struct cpu_if *c = &g->cpu[cpu];
    if ((irq == c->irq_out && fiq == c->fiq_out) || !log_on_for(LOG_IRQ, LOG_HERE, cpu)) return;
    if (irq || fiq)
        log_line("irq: CPU %u: %s raised for interrupt %u, priority 0x%x", cpu, fiq ? "FIQ" : "IRQ", id,
                 priority_of(g, id, cpu));
    else
        log_line("irq: CPU %u: IRQ and FIQ lowered", cpu);
}

static void log_by_cpu(unsigned cpu, const char *what, unsigned id, const char *about, unsigned n)
{
    if (log_on_for(LOG_IRQ, LOG_HERE, cpu))
        log_line("irq: CPU %u: %s interrupt %u%s%#x", cpu, what, id, about, n);
}

// Of a private interrupt's line, whose.
static void log_input(unsigned id, unsigned cpu, bool level)
{
    const char *what = level ? "raised" : "lowered";
    if (!is_private(id) && log_on(LOG_IRQ)) log_line("irq: line %u %s", id, what);
    if (is_private(id) && log_on_for(LOG_IRQ, LOG_HERE, cpu))
        log_line("irq: line %u of CPU %u %s", id, cpu, what);
}

static void update_cpu(struct gic *g, unsigned cpu)
{
    struct cpu_if *c = &g->cpu[cpu];
    const unsigned id = best(g, cpu);
    const bool out = preempts(g, cpu, id);
    const bool fiq = out && c->ctlr & CTLR_FIQEN && !is_group1(g, id, cpu);
    if (log_any(LOG_IRQ)) log_output(g, cpu, id, out && !fiq, fiq);
    if ((out && !fiq) != c->irq_out) irq_set(&g->cfg.irq[cpu], c->irq_out = out && !fiq);
    if (fiq != c->fiq_out) irq_set(&g->cfg.fiq[cpu], c->fiq_out = fiq);
}

static void update(struct gic *g)
{
    for (unsigned i = 0; i < g->cfg.ncpus; i++)
        update_cpu(g, i);
}

// The state of one interrupt has changed, for a CPU if it is private.
static void update_for(struct gic *g, unsigned id, unsigned cpu)
{
    for (unsigned i = 0; i < g->cfg.ncpus; i++)
        if (is_private(id) ? i == cpu : is_targeted(g, id, i)) update_cpu(g, i);
}

void gic_input(void *dev, unsigned input, bool level)
{
    struct gic *g = dev;
    const unsigned id = input & 0xff, cpu = input >> 8;
    if (id >= g->cfg.nirqs) return;
    struct irq *q = &g->irq[id];
    const uint8_t bit = bit_of(id, cpu);
    if (level == !!(q->level & bit)) return;
    if (log_any(LOG_IRQ)) log_input(id, cpu, level);
    if (level) {
        q->level |= bit;
        if (q->edge) q->pending |= bit;
    } else {
        q->level &= (uint8_t)~bit;
    }
    if (q->enabled & bit) update_for(g, id, cpu);
}

// CPU interface

// The lowest numbered CPU that sent a pending SGI.
static uint32_t sender(const struct cpu_if *c, unsigned id)
{
    return id < 16 && c->sgi_source[id] ? (uint32_t)__builtin_ctz(c->sgi_source[id]) : 0;
}

static uint32_t acknowledge(struct gic *g, unsigned cpu)
{
    struct cpu_if *c = &g->cpu[cpu];
    const unsigned id = best(g, cpu);
    if (!preempts(g, cpu, id)) return SPURIOUS;
    stats_row(&g->taken[id]);
    const uint8_t bit = bit_of(id, cpu);
    uint32_t source = 0;
    g->irq[id].active |= bit;
    g->irq[id].pending &= (uint8_t)~bit;
    if (id < 16) { // one sender at a time; others keep it pending
        source = sender(c, id);
        c->sgi_source[id] &= (uint8_t) ~(1u << source);
        if (c->sgi_source[id]) g->irq[id].pending |= bit;
    }
    if (c->depth < GIC_MAX_IRQS) c->stack[c->depth++] = c->running;
    c->running = priority_of(g, id, cpu);
    if (log_any(LOG_IRQ)) log_by_cpu(cpu, "acknowledges", id, ", priority ", c->running);
    update_cpu(g, cpu);
    if (!is_private(id)) update_for(g, id, cpu);
    return id | source << 10;
}

static uint32_t highest_pending(const struct gic *g, unsigned cpu)
{
    const unsigned id = best(g, cpu);
    return id | sender(&g->cpu[cpu], id) << 10;
}

static void deactivate(struct gic *g, unsigned cpu, unsigned id)
{
    if (id < g->cfg.nirqs) g->irq[id].active &= (uint8_t)~bit_of(id, cpu);
}

static void end_of_interrupt(struct gic *g, unsigned cpu, uint32_t v)
{
    struct cpu_if *c = &g->cpu[cpu];
    const unsigned id = v & 0x3ff;
    if (id >= g->cfg.nirqs) return;
    if (c->depth) c->running = c->stack[--c->depth];
    if (log_any(LOG_IRQ)) log_by_cpu(cpu, "ends", id, ", running priority now ", c->running);
    if (!(c->ctlr & CTLR_EOIMODE)) deactivate(g, cpu, id);
    update_cpu(g, cpu);
    if (!is_private(id)) update_for(g, id, cpu);
}

static uint32_t cpu_read(void *dev, uint32_t offset, unsigned size)
{
    struct gic *g = dev;
    const unsigned cpu = bus_master;
    struct cpu_if *c = &g->cpu[cpu];
    (void)size;
    switch (offset) {
    case C_CTLR: return c->ctlr;
    case C_PMR: return c->pmr;
    case C_BPR: return c->bpr;
    case C_ABPR: return c->abpr;
    case C_IAR:
    case C_AIAR: return acknowledge(g, cpu);
    case C_RPR: return c->running == IDLE_PRIORITY ? 0xff : c->running;
    case C_HPPIR:
    case C_AHPPIR: return highest_pending(g, cpu);
    case C_IIDR: return g->cfg.iidr;
    default: return 0; // active priorities: not kept between power states
    }
}

static void cpu_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct gic *g = dev;
    const unsigned cpu = bus_master;
    struct cpu_if *c = &g->cpu[cpu];
    (void)size;
    switch (offset) {
    case C_CTLR: c->ctlr = v & (g->cfg.version == 2 ? 0x7ffu : 0x1fu); break;
    case C_PMR: c->pmr = v & PRIORITY_MASK; break;
    case C_BPR: c->bpr = (v & 7) < 2 ? 2 : v & 7; break; // five bits of priority
    case C_ABPR: c->abpr = v & 7; break;
    case C_EOIR:
    case C_AEOIR: end_of_interrupt(g, cpu, v); return;
    case C_DIR: deactivate(g, cpu, v & 0x3ff); break;
    default: return;
    }
    update_cpu(g, cpu);
}

const struct mmio_ops gic_cpu_ops = {cpu_read, cpu_write};

// Distributor: most registers are arrays of bits, bytes or bit pairs, one an interrupt

static bool has_state(const struct gic *g, uint32_t base, unsigned id, unsigned cpu)
{
    const struct irq *q = &g->irq[id];
    const uint8_t bit = bit_of(id, cpu);
    switch (base) {
    case 0x080: return q->group1 & bit;
    case 0x100:
    case 0x180: return q->enabled & bit;
    case 0x200:
    case 0x280: return is_pending(g, id, cpu);
    case 0x300:
    case 0x380: return q->active & bit;
    default: return false;
    }
}

static uint32_t read_bits(const struct gic *g, uint32_t offset, unsigned cpu)
{
    uint32_t v = 0;
    const unsigned first = (offset & 0x7c) * 8;
    for (unsigned i = 0; i < 32 && first + i < g->cfg.nirqs; i++)
        if (has_state(g, offset & 0xf80, first + i, cpu)) v |= 1u << i;
    return v;
}

static void put(uint8_t *state, uint8_t bit, bool on)
{
    *state = on ? *state | bit : (uint8_t)(*state & ~bit);
}

static void write_bits(struct gic *g, uint32_t offset, unsigned size, uint32_t v, unsigned cpu)
{
    const unsigned first = (offset & 0x7f) * 8;
    for (unsigned i = 0; i < 8 * size && first + i < g->cfg.nirqs; i++) {
        struct irq *q = &g->irq[first + i];
        const uint8_t bit = bit_of(first + i, cpu);
        const bool on = v >> i & 1, sgi = first + i < 16;
        switch (offset & 0xf80) {
        case 0x080: put(&q->group1, bit, on); break;
        case 0x100:
            if (on) q->enabled |= bit;
            break;
        case 0x180:
            if (on && !sgi) q->enabled &= (uint8_t)~bit;
            break; // SGIs stay enabled
        case 0x200:
            if (on && !sgi) q->pending |= bit;
            break;
        case 0x280:
            if (on && !sgi) q->pending &= (uint8_t)~bit;
            break;
        case 0x300:
            if (on) q->active |= bit;
            break;
        case 0x380:
            if (on) q->active &= (uint8_t)~bit;
            break;
        default: break;
        }
    }
}

static uint8_t read_byte(const struct gic *g, uint32_t offset, unsigned cpu)
{
    const unsigned id = offset & 0x3ff;
    if (id >= g->cfg.nirqs) return 0;
    if (offset < 0x800) return priority_of(g, id, cpu);
    return targets_of(g, id, cpu); // ITARGETSR0–7 name the reader
}

static void write_byte(struct gic *g, uint32_t offset, uint8_t v, unsigned cpu)
{
    const unsigned id = offset & 0x3ff;
    if (id >= g->cfg.nirqs) return;
    if (offset < 0x800)
        g->irq[id].priority[is_private(id) ? cpu : 0] = v & PRIORITY_MASK;
    else if (!is_private(id))
        g->irq[id].targets = v & (uint8_t)((1u << g->cfg.ncpus) - 1);
}

static uint32_t read_config(const struct gic *g, uint32_t offset)
{
    uint32_t v = 0;
    const unsigned first = (offset & 0xff) * 4;
    for (unsigned i = 0; i < 16 && first + i < g->cfg.nirqs; i++)
        if (g->irq[first + i].edge) v |= 2u << 2 * i;
    return v;
}

static void write_config(struct gic *g, uint32_t offset, unsigned size, uint32_t v)
{
    const unsigned first = (offset & 0xff) * 4;
    if (first < GIC_SPI_BASE) return; // SGIs are edges, PPIs as wired
    for (unsigned i = 0; i < 4 * size && first + i < g->cfg.nirqs; i++)
        g->irq[first + i].edge = v >> (2 * i + 1) & 1;
}

static void send_sgi(struct gic *g, uint32_t v, unsigned cpu)
{
    const unsigned id = v & 15, all = (1u << g->cfg.ncpus) - 1;
    unsigned targets = v >> 16 & all;
    if ((v >> 24 & 3) == 1) targets = all & ~(1u << cpu);
    if ((v >> 24 & 3) == 2) targets = 1u << cpu;
    if (log_any(LOG_IRQ)) log_by_cpu(cpu, "sends", id, " to CPUs ", targets);
    for (unsigned i = 0; i < g->cfg.ncpus; i++) {
        if (!(targets >> i & 1)) continue;
        g->irq[id].pending |= (uint8_t)(1u << i);
        g->cpu[i].sgi_source[id] |= (uint8_t)(1u << cpu);
    }
}

// GICD_SPENDSGIR and GICD_CPENDSGIR (version 2): a byte an SGI, a bit a source.
static void write_sgi_pending(struct gic *g, uint32_t offset, uint8_t v, unsigned cpu)
{
    const unsigned id = offset & 15;
    uint8_t *source = &g->cpu[cpu].sgi_source[id];
    *source = offset >= 0xf20 ? *source | v : *source & (uint8_t)~v;
    put(&g->irq[id].pending, (uint8_t)(1u << cpu), *source);
}

static uint32_t distributor_id(const struct gic *g, uint32_t offset)
{
    uint32_t v = 0;
    primecell_id(offset, g->cfg.version == 2 ? 0x002bb490 : 0x001bb390, &v);
    return v;
}

static uint32_t gic_read(void *dev, uint32_t offset, unsigned size)
{
    struct gic *g = dev;
    const unsigned cpu = bus_master;
    if (offset == D_CTLR) return g->ctlr;
    if (offset == D_TYPER) return (g->cfg.nirqs / 32 - 1) | (g->cfg.ncpus - 1) << 5;
    if (offset == D_IIDR) return g->cfg.version == 2 ? 0x0000043b : 0x0102043b;
    if (offset >= 0x080 && offset < 0x400) {
        const uint32_t v = read_bits(g, offset & ~3u, cpu);
        return v >> 8 * (offset & 3);
    }
    if (offset >= 0x400 && offset < 0xc00) {
        uint32_t v = 0;
        for (unsigned i = 0; i < size; i++)
            v |= (uint32_t)read_byte(g, offset + i, cpu) << 8 * i;
        return v;
    }
    if (offset >= 0xc00 && offset < 0xd00) return read_config(g, offset & ~3u) >> 8 * (offset & 3);
    if (offset >= 0xf10 && offset < 0xf30) {
        uint32_t v = 0;
        for (unsigned i = 0; i < size; i++)
            v |= (uint32_t)g->cpu[cpu].sgi_source[(offset + i) & 15] << 8 * i;
        return v;
    }
    if (offset >= 0xfd0) return distributor_id(g, offset);
    return 0;
}

static void gic_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct gic *g = dev;
    const unsigned cpu = bus_master;
    if (offset == D_CTLR)
        g->ctlr = v & 3;
    else if (offset >= 0x080 && offset < 0x400)
        write_bits(g, offset, size, v, cpu);
    else if (offset >= 0x400 && offset < 0xc00)
        for (unsigned i = 0; i < size; i++)
            write_byte(g, offset + i, (uint8_t)(v >> 8 * i), cpu);
    else if (offset >= 0xc00 && offset < 0xd00)
        write_config(g, offset, size, v);
    else if (offset == 0xf00)
        send_sgi(g, v, cpu);
    else if (offset >= 0xf10 && offset < 0xf30 && g->cfg.version == 2)
        for (unsigned i = 0; i < size; i++)
            write_sgi_pending(g, offset + i, (uint8_t)(v >> 8 * i), cpu);
    update(g);
}

static void gic_reset(struct device *d)
{
    struct gic *g = (struct gic *)d;
    g->ctlr = 0;
    memset(g->irq, 0, sizeof g->irq);
    memset(g->cpu, 0, sizeof g->cpu);
    for (unsigned i = 0; i < 16; i++) {
        g->irq[i].edge = true;
        g->irq[i].enabled = 0xff;
    }
    for (unsigned i = 0; i < g->cfg.ncpus; i++) {
        g->cpu[i].running = IDLE_PRIORITY;
        g->cpu[i].bpr = 2;
        irq_set(&g->cfg.irq[i], false);
        irq_set(&g->cfg.fiq[i], false);
    }
}

static const char *interrupt_name(const struct stats_list *l, unsigned id)
{
    static char name[16];
    (void)l;
    const char *kind = id < GIC_PPI_BASE ? "SGI" : is_private(id) ? "PPI" : "SPI";
    const unsigned first = id < GIC_PPI_BASE ? 0 : is_private(id) ? GIC_PPI_BASE : GIC_SPI_BASE;
    snprintf(name, sizeof name, "%s %u", kind, id - first);
    return name;
}

static bool gic_init(struct device *d)
{
    struct gic *g = (struct gic *)d;
    g->cfg = *(const struct gic_config *)d->env.config;
    g->stats = (struct stats_list){.key = "interrupts",
                                   .title = "interrupts that CPUs have acknowledged:",
                                   .n = GIC_MAX_IRQS,
                                   .row = g->taken,
                                   .name = interrupt_name};
    if (stats_on) stats_add_list(&g->stats);
    return true;
}

static void gic_fdt(const struct device *d, struct fdt *f)
{
    const struct gic *g = (const struct gic *)d;
    if (g->cfg.version == 2)
        fdt_strings(f, "compatible", "arm,cortex-a15-gic", "arm,cortex-a9-gic", NULL);
    else
        fdt_string(f, "compatible", "arm,cortex-a9-gic");
    fdt_u32(f, "#interrupt-cells", 3);
    fdt_u32(f, "#address-cells", 0);
    fdt_empty(f, "interrupt-controller");
}

const struct dev_class gic_class = {
    .name = "gic",
    .state_size = sizeof(struct gic),
    .init = gic_init,
    .reset = gic_reset,
    .ops = {gic_read, gic_write},
    .node = "interrupt-controller",
    .fdt = gic_fdt,
};
