// Versatile Express: motherboard V2M-P1 (ARM DUI 0447) with the CoreTile Express A9x4 (DUI 0448) or A15x2
// (DUI 0604).
#include "board/machine.h"
#include "dev/devices.h"
#include "dev/gic.h"
#include "dev/mpcore.h"
#include "dev/sysreg.h"

#define SPI(n) (GIC_SPI_BASE + (n))

enum { PPI_GLOBAL_TIMER = 27, PPI_PRIVATE_TIMER = 29, PPI_WATCHDOG = 30 };

// A motherboard peripheral: offset in the I/O region, which the two tiles place differently.
struct peripheral {
    const struct dev_class *cls;
    const char *id;
    uint32_t a9, a15, size;
    unsigned nirqs, irq[2];
};

static const struct peripheral motherboard[] = {
    {&sp804_class, "timer01", 0x10011000, 0x1c110000, 0x1000, 1, {SPI(2)}},
    {&sp804_class, "timer23", 0x10012000, 0x1c120000, 0x1000, 1, {SPI(3)}},
};

static const uint32_t uart_a9[] = {0x10009000, 0x1000a000, 0x1000b000, 0x1000c000};
static const uint32_t uart_a15[] = {0x1c090000, 0x1c0a0000, 0x1c0b0000, 0x1c0c0000};

static bool add_motherboard(struct machine *m, bool a15, const struct sysreg_config *sysreg)
{
    struct dev_env env = machine_env(m, NULL, sysreg);
    if (!machine_add(m, &sysreg_class, "sysreg", a15 ? 0x1c010000 : 0x10000000, 0x1000, &env, 0, NULL))
        return false;
    env.config = NULL;
    for (unsigned i = 0; i < sizeof motherboard / sizeof *motherboard; i++) {
        const struct peripheral *p = &motherboard[i];
        if (!machine_add(m, p->cls, p->id, a15 ? p->a15 : p->a9, p->size, &env, p->nirqs, p->irq))
            return false;
    }
    static const char *const uarts[] = {"uart0", "uart1", "uart2", "uart3"};
    for (unsigned i = 0; i < MACHINE_UARTS; i++) {
        const unsigned irq = SPI(5 + i);
        env = machine_env(m, m->serial[i], NULL);
        if (!machine_add(m, &pl011_class, uarts[i], a15 ? uart_a15[i] : uart_a9[i], 0x1000, &env, 1, &irq))
            return false;
    }
    return true;
}

static bool add_gic(struct machine *m, uint64_t dist, uint64_t cpu, uint64_t cpu_size, unsigned version,
                    unsigned nirqs, uint32_t iidr)
{
    struct gic_config cfg = {.ncpus = m->sys.ncpus, .nirqs = nirqs, .version = version, .iidr = iidr};
    for (unsigned i = 0; i < m->sys.ncpus; i++) {
        cfg.irq[i] = machine_cpu_line(m, i, CPU_IRQ);
        cfg.fiq[i] = machine_cpu_line(m, i, CPU_FIQ);
    }
    const struct dev_env env = machine_env(m, NULL, &cfg);
    m->gic = machine_add(m, &gic_class, "gic", dist, 0x1000, &env, 0, NULL);
    if (m->gic) bus_add_mmio(&m->bus, "gic-cpu", cpu, cpu_size, &gic_cpu_ops, m->gic);
    return m->gic;
}

static bool build_a9(struct machine *m)
{
    static const uint32_t oscillators[] = {45000000, 23750000, 66670000};
    const struct sysreg_config sysreg = {.procid = 0x0c000191, .osc = oscillators, .noscs = 3, .nvolts = 7};
    m->sys.periphbase = 0x1e000000;
    m->ram = machine_add_ram(m, "ram", m->board->ram_base, m->opt.memory);
    if (!m->ram || !machine_add_ram(m, "sram", 0x48000000, 32 << 20) ||
        !machine_add_ram(m, "vram", 0x4c000000, 8 << 20))
        return false;
    if (!add_gic(m, 0x1e001000, 0x1e000100, 0x100, 1, 96, 0x3901043b)) return false;

    // The private memory region, around the GIC's CPU interface.
    struct mpcore_config mpcore = {.ncpus = m->sys.ncpus, .hz = 100000000};
    for (unsigned i = 0; i < m->sys.ncpus; i++) {
        mpcore.global_irq[i] = (struct irq_line){gic_input, m->gic, PPI_GLOBAL_TIMER | i << 8};
        mpcore.timer_irq[i] = (struct irq_line){gic_input, m->gic, PPI_PRIVATE_TIMER | i << 8};
        mpcore.watchdog_irq[i] = (struct irq_line){gic_input, m->gic, PPI_WATCHDOG | i << 8};
    }
    const struct dev_env env = machine_env(m, NULL, &mpcore);
    struct device *d = machine_add(m, &mpcore_class, "mpcore", 0x1e000000, 0, &env, 0, NULL);
    if (!d) return false;
    bus_add_mmio_at(&m->bus, "scu", 0x1e000000, 0x100, &mpcore_class.ops, d, 0x000);
    bus_add_mmio_at(&m->bus, "global-timer", 0x1e000200, 0x100, &mpcore_class.ops, d, 0x200);
    bus_add_mmio_at(&m->bus, "private-timer", 0x1e000600, 0x100, &mpcore_class.ops, d, 0x600);
    return add_motherboard(m, false, &sysreg);
}

static bool build_a15(struct machine *m)
{
    static const uint32_t oscillators[] = {60000000, 0,        0,        0,       40000000,
                                           23750000, 50000000, 60000000, 40000000};
    const struct sysreg_config sysreg = {.procid = 0x14000237, .osc = oscillators, .noscs = 9, .nvolts = 1};
    m->sys.periphbase = 0x2c000000;
    m->ram = machine_add_ram(m, "ram", m->board->ram_base, m->opt.memory);
    if (!m->ram || !machine_add_ram(m, "sram", 0x14000000, 32 << 20) ||
        !machine_add_ram(m, "vram", 0x18000000, 8 << 20) ||
        !machine_add_ram(m, "a15sram", 0x2e000000, 64 << 10))
        return false;
    if (!add_gic(m, 0x2c001000, 0x2c002000, 0x2000, 2, 160, 0x0202043b)) return false;
    return add_motherboard(m, true, &sysreg);
}

const struct board board_vexpress_a9 = {
    .name = "vexpress-a9",
    .cpu = &sys_cortex_a9,
    .max_cpus = 4,
    .ram_base = 0x60000000,
    .max_ram = 1 << 30,
    .pen = 0x48000000,
    .flags_reg = 0x10000030,
    .gicc = 0x1e000100,
    .build = build_a9,
};

const struct board board_vexpress_a15 = {
    .name = "vexpress-a15",
    .cpu = &sys_cortex_a15,
    .max_cpus = 2,
    .ram_base = 0x80000000,
    .max_ram = 6ull << 30,
    .pen = 0x14000000,
    .flags_reg = 0x1c010030,
    .gicc = 0x2c002000,
    .build = build_a15,
};
