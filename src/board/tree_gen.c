// The generated device tree: Devicetree Specification 0.3, with the bindings that Linux documents for
// Versatile Express (arm,vexpress-*) and for the devices. Addresses, interrupts and clocks come from the
// board's tables, what is particular to a device from its class's hook. All of the motherboard is one flat
// bus.
#include "board/tree.h"

#include <stdio.h>
#include <string.h>

#include "board/psci.h"
#include "board/vexpress.h"
#include "dev/gic.h"

enum { IRQ_SPI, IRQ_PPI, LEVEL_HIGH = 4, LEVEL_LOW = 8 };

struct generator {
    const struct machine *m;
    struct fdt *f;
    unsigned column;
    struct tree_cells root;
};

static const struct tree_cells narrow = {1, 1};

static bool is_a15(const struct machine *m)
{
    return m->board->column == VEXPRESS_A15;
}

struct tree_cells tree_root_cells(const struct machine *m)
{
    return is_a15(m) ? (struct tree_cells){2, 2} : narrow;
}

// Which CPUs a private interrupt goes to, as the GIC's binding wants it in the flags.
static uint32_t ppi_flags(const struct machine *m, uint32_t level)
{
    return ((1u << m->sys.ncpus) - 1) << 8 | level;
}

// Address or size in one or two cells.
static size_t put(uint32_t *to, unsigned cells, uint64_t v)
{
    if (cells == 2) *to++ = (uint32_t)(v >> 32);
    *to = (uint32_t)v;
    return cells;
}

void tree_reg(struct fdt *f, struct tree_cells cells, uint64_t base, uint64_t size)
{
    uint32_t v[4];
    size_t n = put(v, cells.address, base);
    n += put(v + n, cells.size, size);
    fdt_u32s(f, "reg", v, n);
}

// reg of a device: its range and those windows that are parts of it.
static void device_reg(const struct generator *g, struct tree_cells cells, const struct device_row *row)
{
    const struct board_tables *t = g->m->board->tables;
    uint32_t v[16];
    size_t n = put(v, cells.address, row->at[g->column]);
    n += put(v + n, cells.size, row->size);
    for (unsigned i = 0; i < t->nwindows && n + 4 <= sizeof v / sizeof *v; i++) {
        const struct window_row *w = &t->window[i];
        if (w->kind != WINDOW_PART || w->at[g->column] == NOWHERE || strcmp(w->device, row->id)) continue;
        n += put(v + n, cells.address, w->at[g->column]);
        n += put(v + n, cells.size, w->size);
    }
    fdt_u32s(g->f, "reg", v, n);
}

static void interrupts(const struct generator *g, const unsigned *irq)
{
    uint32_t v[3 * DEV_MAX_IRQS];
    size_t n = 0;
    for (unsigned i = 0; i < DEV_MAX_IRQS && irq[i]; i++) {
        v[n++] = IRQ_SPI;
        v[n++] = irq[i] - GIC_SPI_BASE;
        v[n++] = LEVEL_HIGH;
    }
    if (n) fdt_u32s(g->f, "interrupts", v, n);
}

static const char *node_name(const struct device *d)
{
    return d->cls->node ? d->cls->node : d->cls->name;
}

// The device of a row, if it has a node in this tree.
static const struct device *device_of(const struct generator *g, const struct device_row *row)
{
    const struct device *d = machine_device(g->m, row->id);
    return d && d->cls->fdt && row->at[g->column] != NOWHERE ? d : NULL;
}

static void add_device(const struct generator *g, const struct device_row *row, struct tree_cells cells,
                       uint32_t interrupt_parent)
{
    const struct device *d = device_of(g, row);
    if (!d) return;
    fdt_begin_at(g->f, node_name(d), row->at[g->column]);
    device_reg(g, cells, row);
    if (interrupt_parent) fdt_u32(g->f, "interrupt-parent", interrupt_parent);
    interrupts(g, row->irq);
    if (row->nclocks) fdt_u32s(g->f, "clocks", row->clocks, row->nclocks);
    for (const struct tree_ref *r = row->refs; r && r->name; r++)
        fdt_u32s(g->f, r->name, r->cells, r->n);
    if (row->phandle) fdt_u32(g->f, "phandle", row->phandle);
    if (row->disabled) fdt_string(g->f, "status", "disabled");
    d->cls->fdt(d, g->f);
    fdt_end(g->f);
}

static void add_devices(const struct generator *g, bool tile, struct tree_cells cells)
{
    const struct board_tables *t = g->m->board->tables;
    for (unsigned i = 0; i < t->ndevices; i++)
        if (t->device[i].tile == tile) add_device(g, &t->device[i], cells, 0);
}

// Windows with nodes of their own: the parts of the A9's private memory region.
static void add_windows(const struct generator *g)
{
    const struct board_tables *t = g->m->board->tables;
    for (unsigned i = 0; i < t->nwindows; i++) {
        const struct window_row *w = &t->window[i];
        if (w->kind != WINDOW_NODE || w->at[g->column] == NOWHERE) continue;
        fdt_begin_at(g->f, w->node, w->at[g->column]);
        fdt_string(g->f, "compatible", w->compatible);
        tree_reg(g->f, g->root, w->at[g->column], w->size);
        if (w->ppi)
            fdt_u32s(g->f, "interrupts",
                     (const uint32_t[]){IRQ_PPI, w->ppi - GIC_PPI_BASE, ppi_flags(g->m, LEVEL_HIGH)}, 3);
        if (w->clock) fdt_u32(g->f, "clocks", w->clock);
        fdt_end(g->f);
    }
}

static void add_fixed_clock(struct fdt *f, const char *name, const char *output, uint32_t hz,
                            enum tree_phandle phandle)
{
    fdt_begin(f, name);
    fdt_string(f, "compatible", "fixed-clock");
    fdt_u32(f, "#clock-cells", 0);
    fdt_u32(f, "clock-frequency", hz);
    fdt_string(f, "clock-output-names", output);
    fdt_u32(f, "phandle", phandle);
    fdt_end(f);
}

static void add_supply(struct fdt *f)
{
    fdt_begin(f, "fixed-regulator-0");
    fdt_string(f, "compatible", "regulator-fixed");
    fdt_string(f, "regulator-name", "3V3");
    fdt_u32(f, "regulator-min-microvolt", 3300000);
    fdt_u32(f, "regulator-max-microvolt", 3300000);
    fdt_empty(f, "regulator-always-on");
    fdt_u32(f, "phandle", PH_3V3);
    fdt_end(f);
}

static void add_leds(struct fdt *f)
{
    static const char *const trigger[] = {"heartbeat", "disk-activity", "cpu0", "cpu1",
                                          "cpu2",      "cpu3",          "cpu4", "cpu5"};
    fdt_begin(f, "leds");
    fdt_string(f, "compatible", "gpio-leds");
    for (uint32_t i = 0; i < 8; i++) {
        char text[32];
        snprintf(text, sizeof text, "led-%u", i + 1);
        fdt_begin(f, text);
        snprintf(text, sizeof text, "v2m:green:user%u", i + 1);
        fdt_string(f, "label", text);
        fdt_u32s(f, "gpios", (const uint32_t[]){PH_LED, i, 0}, 3);
        fdt_string(f, "linux,default-trigger", trigger[i]);
        fdt_end(f);
    }
    fdt_end(f);
}

// Memory that the operating system finds as a device.
static void add_memories(const struct generator *g)
{
    const struct board_tables *t = g->m->board->tables;
    for (unsigned i = 0; i < t->nmemories; i++) {
        const struct memory_row *row = &t->memory[i];
        if (!row->compatible || row->at[g->column] == NOWHERE) continue;
        fdt_begin_at(g->f, "psram", row->at[g->column]);
        fdt_strings(g->f, "compatible", row->compatible, "mtd-ram", NULL);
        tree_reg(g->f, narrow, row->at[g->column], row->size);
        fdt_u32(g->f, "bank-width", 4);
        fdt_end(g->f);
    }
}

// Below the RAM everything is at its address on this bus, too.
static void add_motherboard(const struct generator *g)
{
    struct fdt *f = g->f;
    uint32_t ranges[4] = {0};
    const size_t n = 1 + put(ranges + 1, g->root.address, 0);
    ranges[n] = (uint32_t)g->m->board->ram_base;
    fdt_begin(f, "motherboard-bus@0");
    fdt_strings(f, "compatible", "arm,vexpress,v2m-p1", "simple-bus", NULL);
    fdt_u32(f, "arm,hbi", 0x190);
    fdt_u32(f, "arm,vexpress,site", 0);
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 1);
    fdt_u32s(f, "ranges", ranges, n + 1);
    add_devices(g, false, narrow);
    add_memories(g);
    tree_config_bus(g->m, f, false);
    fdt_end(f);
    add_supply(f);
    add_leds(f);
    add_fixed_clock(f, "clk24mhz", "v2m:clk24mhz", 24000000, PH_CLK_24MHZ);
    add_fixed_clock(f, "refclk1mhz", "v2m:refclk1mhz", 1000000, PH_CLK_1MHZ);
    add_fixed_clock(f, "refclk32khz", "v2m:refclk32khz", 32768, PH_CLK_32KHZ);
}

static void add_cpus(const struct generator *g)
{
    struct fdt *f = g->f;
    fdt_begin(f, "cpus");
    fdt_u32(f, "#address-cells", 1);
    fdt_u32(f, "#size-cells", 0);
    for (unsigned i = 0; i < g->m->sys.ncpus; i++) {
        fdt_begin_at(f, "cpu", i);
        fdt_string(f, "device_type", "cpu");
        fdt_string(f, "compatible", is_a15(g->m) ? "arm,cortex-a15" : "arm,cortex-a9");
        fdt_u32(f, "reg", i);
        if (g->m->sys.firmware_call) fdt_string(f, "enable-method", "psci");
        if (!is_a15(g->m)) fdt_u32(f, "next-level-cache", PH_L2);
        fdt_u32(f, "phandle", PH_CPU + i);
        fdt_end(f);
    }
    fdt_end(f);
}

// What belongs to the CPUs and has no registers on the bus.
static void add_cpu_peripherals(const struct generator *g)
{
    struct fdt *f = g->f;
    const bool a15 = is_a15(g->m);
    if (g->m->sys.firmware_call) {
        fdt_begin(f, "psci");
        fdt_strings(f, "compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci", NULL);
        fdt_string(f, "method", "smc");
        fdt_u32(f, "cpu_suspend", PSCI_0_1_CPU_SUSPEND);
        fdt_u32(f, "cpu_off", PSCI_0_1_CPU_OFF);
        fdt_u32(f, "cpu_on", PSCI_0_1_CPU_ON);
        fdt_end(f);
    }
    if (a15) { // secure and non-secure physical, virtual, hypervisor
        const uint32_t flags = ppi_flags(g->m, LEVEL_LOW);
        fdt_begin(f, "timer");
        fdt_string(f, "compatible", "arm,armv7-timer");
        fdt_u32s(f, "interrupts",
                 (const uint32_t[]){IRQ_PPI, 13, flags, IRQ_PPI, 14, flags, IRQ_PPI, 11, flags, IRQ_PPI, 10,
                                    flags},
                 12);
        fdt_end(f);
    } else {
        add_fixed_clock(f, "periphclk", "periphclk", A9_PERIPHCLK, PH_CLK_PERIPH);
    }
    unsigned irq[DEV_MAX_IRQS] = {0};
    uint32_t affinity[DEV_MAX_IRQS];
    for (unsigned i = 0; i < g->m->sys.ncpus; i++) {
        irq[i] = GIC_SPI_BASE + (a15 ? 68 : 60) + i;
        affinity[i] = PH_CPU + i;
    }
    fdt_begin(f, "pmu");
    fdt_string(f, "compatible", a15 ? "arm,cortex-a15-pmu" : "arm,cortex-a9-pmu");
    interrupts(g, irq);
    fdt_u32s(f, "interrupt-affinity", affinity, g->m->sys.ncpus);
    fdt_end(f);
}

// The display's memory must not be used for anything else.
static void add_reserved(const struct generator *g)
{
    const struct board_tables *t = g->m->board->tables;
    struct fdt *f = g->f;
    fdt_begin(f, "reserved-memory");
    fdt_u32(f, "#address-cells", g->root.address);
    fdt_u32(f, "#size-cells", g->root.size);
    fdt_empty(f, "ranges");
    for (unsigned i = 0; i < t->nmemories; i++) {
        const struct memory_row *row = &t->memory[i];
        if (!row->reserved || row->at[g->column] == NOWHERE) continue;
        fdt_begin_at(f, row->name, row->at[g->column]);
        fdt_string(f, "compatible", "shared-dma-pool");
        tree_reg(g->f, g->root, row->at[g->column], row->size);
        fdt_empty(f, "no-map");
        fdt_u32(f, "phandle", row->reserved);
        fdt_end(f);
    }
    fdt_end(f);
}

static void add_aliases(const struct generator *g)
{
    const struct board_tables *t = g->m->board->tables;
    fdt_begin(g->f, "aliases");
    for (unsigned i = 0; i < t->ndevices; i++) {
        const struct device_row *row = &t->device[i];
        const struct device *d = device_of(g, row);
        char path[96];
        if (!d || !row->alias) continue;
        snprintf(path, sizeof path, "/motherboard-bus@0/%s@%x", node_name(d), row->at[g->column]);
        fdt_string(g->f, row->alias, path);
    }
    fdt_end(g->f);
}

void tree_generate(const struct machine *m, struct fdt *f)
{
    const bool a15 = is_a15(m);
    const struct generator g = {.m = m, .f = f, .column = m->board->column, .root = tree_root_cells(m)};
    fdt_init(f);
    fdt_begin(f, "");
    fdt_string(f, "model", a15 ? "V2P-CA15" : "V2P-CA9");
    if (a15)
        fdt_strings(f, "compatible", "arm,vexpress,v2p-ca15,tc1", "arm,vexpress,v2p-ca15", "arm,vexpress",
                    NULL);
    else
        fdt_strings(f, "compatible", "arm,vexpress,v2p-ca9", "arm,vexpress", NULL);
    fdt_u32(f, "arm,hbi", a15 ? 0x237 : 0x191);
    fdt_u32(f, "arm,vexpress,site", 0xf);
    fdt_u32(f, "interrupt-parent", PH_GIC);
    fdt_u32(f, "#address-cells", g.root.address);
    fdt_u32(f, "#size-cells", g.root.size);
    add_aliases(&g);
    add_cpus(&g);
    add_reserved(&g);
    add_devices(&g, true, g.root);
    add_windows(&g);
    add_cpu_peripherals(&g);
    tree_config_bus(m, f, true);
    add_motherboard(&g);
}

void tree_virtio(const struct machine *m, struct fdt *f, struct tree_cells cells, uint32_t interrupt_parent)
{
    const struct board_tables *t = m->board->tables;
    const struct generator g = {.m = m, .f = f, .column = m->board->column, .root = cells};
    for (unsigned i = 0; i < t->ndevices; i++)
        if (t->device[i].backend.kind == BACKEND_VIRTIO)
            add_device(&g, &t->device[i], cells, interrupt_parent);
}
