// Versatile Express: motherboard V2M-P1 (ARM DUI 0447) with the CoreTile Express A9x4 (DUI 0448) or A15x2
// (DUI 0604). What is where: the tables that building the machine and making its device tree walk.
#include "board/vexpress.h"

#include <time.h>

#include "dev/devices.h"
#include "dev/pl180.h"

#define SPI(n) (GIC_SPI_BASE + (n))

enum { PPI_GLOBAL_TIMER = 27, PPI_PRIVATE_TIMER = 29, PPI_WATCHDOG = 30 };

// Parameters that depend on the machine

static void gic_parameters(struct machine *m, union device_config *c)
{
    const bool a15 = m->board->column == VEXPRESS_A15;
    c->gic = (struct gic_config){.ncpus = m->sys.ncpus,
                                 .nirqs = a15 ? 160 : 96,
                                 .version = a15 ? 2 : 1,
                                 .iidr = a15 ? 0x0202043b : 0x3901043b};
    for (unsigned i = 0; i < m->sys.ncpus; i++) {
        c->gic.irq[i] = machine_cpu_line(m, i, CPU_IRQ);
        c->gic.fiq[i] = machine_cpu_line(m, i, CPU_FIQ);
    }
}

static void mpcore_parameters(struct machine *m, union device_config *c)
{
    c->mpcore = (struct mpcore_config){.ncpus = m->sys.ncpus, .hz = A9_PERIPHCLK};
    for (unsigned i = 0; i < m->sys.ncpus; i++) {
        c->mpcore.global_irq[i] = (struct irq_line){gic_input, m->gic, PPI_GLOBAL_TIMER | i << 8};
        c->mpcore.timer_irq[i] = (struct irq_line){gic_input, m->gic, PPI_PRIVATE_TIMER | i << 8};
        c->mpcore.watchdog_irq[i] = (struct irq_line){gic_input, m->gic, PPI_WATCHDOG | i << 8};
    }
}

static void sysreg_parameters(struct machine *m, union device_config *c)
{
    static const uint32_t osc_a9[] = {45000000, 23750000, 66670000};
    static const uint32_t osc_a15[] = {60000000, 0, 0, 0, 40000000, 23750000, 50000000, 60000000, 40000000};
    static const uint32_t volt_a9[] = {1000000, 1000000, 1000000, 1800000, 900000, 3300000};
    static const uint32_t volt_a15[] = {900000};
    static const struct sysreg_config config[] = {
        [VEXPRESS_A9] =
            {.procid = 0x0c000191, .osc = osc_a9, .noscs = 3, .volt = volt_a9, .nvolts = 6, .namps = 2},
        [VEXPRESS_A15] =
            {.procid = 0x14000237, .osc = osc_a15, .noscs = 9, .volt = volt_a15, .nvolts = 1, .namps = 1},
    };
    c->sysreg = config[m->board->column];
    c->sysreg.led_phandle = PH_LED;
    c->sysreg.mci_phandle = PH_MCI;
    c->sysreg.mci = pl180_slot;
    c->sysreg.mci_ctx = machine_device(m, "mmci"); // its row comes before
}

static void clcd_parameters(struct machine *m, union device_config *c)
{
    c->pl111 = (struct pl111_config){.input = 0,
                                     .sysreg = machine_device(m, "sysreg"),
                                     .site = 0,
                                     .osc = 1,
                                     .bandwidth = 54000000,
                                     .endpoint = PH_CLCD_OUT,
                                     .remote = PH_DVI_IN};
}

static void tile_clcd_parameters(struct machine *m, union device_config *c)
{
    c->pl111 = (struct pl111_config){.input = 1,
                                     .sysreg = machine_device(m, "sysreg"),
                                     .site = 1,
                                     .osc = 1,
                                     .bandwidth = 95000000,
                                     .endpoint = PH_TILE_CLCD_OUT,
                                     .remote = PH_TILE_DVI_IN};
}

static void dvi_parameters(struct machine *m, union device_config *c)
{
    static const struct sbcon_config both = {{PH_TILE_CLCD_OUT, PH_CLCD_OUT}, {PH_TILE_DVI_IN, PH_DVI_IN}};
    static const struct sbcon_config one = {{PH_CLCD_OUT}, {PH_DVI_IN}};
    c->sbcon = m->board->column == VEXPRESS_A9 ? both : one;
}

static const struct pl050_config keyboard = {PL050_KEYBOARD}, mouse = {PL050_MOUSE};

static const struct pl180_config slot = {.slot_phandle = PH_MCI, .supply_phandle = PH_3V3};

// The clock of a run that counts instructions starts at the same time whenever it is made.
static void rtc_parameters(struct machine *m, union device_config *c)
{
    enum { REPRODUCIBLE = 1767225600 }; // 2026-01-01
    c->rtc = m->opt.have_rtc ? (int64_t)m->opt.rtc : m->opt.icount ? REPRODUCIBLE : (int64_t)time(NULL);
}

static const uint32_t tile_hz[] = {66670000};

static const struct tree_ref ethernet_refs[] = {
    {"vdd33a-supply", {PH_3V3}, 1}, {"vddvario-supply", {PH_3V3}, 1}, {NULL, {0}, 0}};
static const struct tree_ref vram_ref[] = {{"memory-region", {PH_VRAM}, 1}, {NULL, {0}, 0}};

// clang-format off
#define NODE(name, compatible_with, interrupt, its_clock) \
    .kind = WINDOW_NODE, .node = name, .compatible = compatible_with, .ppi = interrupt, .clock = its_clock
static void virtio_parameters(struct machine *m, union device_config *c)
{
    c->virtio_modern = m->opt.virtio_modern;
}

#define IRQ(...) .irq = {__VA_ARGS__}
#define BACKEND(...) .backend = {__VA_ARGS__}
#define CELLS(...) (const uint32_t[]){__VA_ARGS__}
#define CLOCKS(...) .clocks = CELLS(__VA_ARGS__), .nclocks = sizeof(CELLS(__VA_ARGS__)) / 4
#define UART(n) IRQ(SPI(5 + (n))), BACKEND(BACKEND_SERIAL, n), CLOCKS(PH_CLK_UART, PH_CLK_APB), .alias = "serial" #n
#define TIMERS(n) CLOCKS(PH_SYSCTL, n, PH_SYSCTL, (n) + 1, PH_CLK_APB)
#define TILE .tile = true

// The devices. The GIC comes first: the others' lines lead to it. Class, name, address on A9 and A15, size.
static const struct device_row devices[] = {
    {&gic_class, "gic", {0x1e001000, 0x2c001000}, 0x1000, TILE, .parameters = gic_parameters, .phandle = PH_GIC},
    {&mpcore_class, "mpcore", {0x1e000000, NOWHERE}, 0, TILE, .parameters = mpcore_parameters},
    {&cfi_flash_class, "flash0", {0x40000000, 0x08000000}, 0x4000000, BACKEND(BACKEND_FLASH, 0)},
    {&cfi_flash_class, "flash1", {0x44000000, 0x0c000000}, 0x4000000, BACKEND(BACKEND_FLASH, 1)},
    {&pl180_class, "mmci", {0x10005000, 0x1c050000}, 0x1000, IRQ(SPI(9), SPI(10)), BACKEND(BACKEND_SD, 0), .config = &slot, CLOCKS(PH_CLK_24MHZ, PH_CLK_APB)},
    {&sysreg_class, "sysreg", {0x10000000, 0x1c010000}, 0x1000, BACKEND(BACKEND_DISPLAY), .parameters = sysreg_parameters, .phandle = PH_SYSREG},
    {&sp810_class, "sysctl", {0x10001000, 0x1c020000}, 0x1000, CLOCKS(PH_CLK_32KHZ, PH_CLK_1MHZ, PH_CLK_APB), .phandle = PH_SYSCTL},
    {&sbcon_class, "i2c1", {0x10002000, 0x1c030000}, 0x1000, .alias = "i2c1"},
    {&pl041_class, "aaci", {0x10004000, 0x1c040000}, 0x1000, IRQ(SPI(11)), CLOCKS(PH_CLK_APB)},
    {&pl050_class, "kmi0", {0x10006000, 0x1c060000}, 0x1000, IRQ(SPI(12)), BACKEND(BACKEND_DISPLAY), .config = &keyboard, CLOCKS(PH_CLK_24MHZ, PH_CLK_APB)},
    {&pl050_class, "kmi1", {0x10007000, 0x1c070000}, 0x1000, IRQ(SPI(13)), BACKEND(BACKEND_DISPLAY), .config = &mouse, CLOCKS(PH_CLK_24MHZ, PH_CLK_APB)},
    {&pl011_class, "uart0", {0x10009000, 0x1c090000}, 0x1000, UART(0)},
    {&pl011_class, "uart1", {0x1000a000, 0x1c0a0000}, 0x1000, UART(1)},
    {&pl011_class, "uart2", {0x1000b000, 0x1c0b0000}, 0x1000, UART(2)},
    {&pl011_class, "uart3", {0x1000c000, 0x1c0c0000}, 0x1000, UART(3)},
    {&sp805_class, "watchdog", {0x1000f000, 0x1c0f0000}, 0x1000, IRQ(SPI(0)), CLOCKS(PH_CLK_32KHZ, PH_CLK_APB)},
    {&sp804_class, "timer01", {0x10011000, 0x1c110000}, 0x1000, IRQ(SPI(2)), TIMERS(0)},
    {&sp804_class, "timer23", {0x10012000, 0x1c120000}, 0x1000, IRQ(SPI(3)), TIMERS(2)},
    {&lan9118_class, "ethernet", {0x4e000000, 0x1a000000}, 0x10000, IRQ(SPI(15)), BACKEND(BACKEND_NET, 0), .refs = ethernet_refs},
    {&sbcon_class, "i2c0", {0x10016000, 0x1c160000}, 0x1000, .alias = "i2c0", .parameters = dvi_parameters},
    {&pl031_class, "rtc", {0x10017000, 0x1c170000}, 0x1000, IRQ(SPI(4)), CLOCKS(PH_CLK_APB), .parameters = rtc_parameters},
    {&pl111_class, "clcd", {0x1001f000, 0x1c1f0000}, 0x1000, IRQ(SPI(14)), BACKEND(BACKEND_DISPLAY), .parameters = clcd_parameters, CLOCKS(PH_CLK_CLCD, PH_CLK_APB), .refs = vram_ref},
    {&pl111_class, "tile-clcd", {0x10020000, NOWHERE}, 0x1000, TILE, IRQ(SPI(44)), BACKEND(BACKEND_DISPLAY), .parameters = tile_clcd_parameters, CLOCKS(PH_CLK_TILE_CLCD, PH_CLK_APB)},
    {&l2c310_class, "l2", {0x1e00a000, NOWHERE}, 0x1000, TILE, IRQ(SPI(43)), .phandle = PH_L2},
    {&pl341_class, "dmc", {0x100e0000, 0x2b0a0000}, 0x1000, TILE, CLOCKS(PH_CLK_APB)},
    {&pl354_class, "smc", {0x100e1000, NOWHERE}, 0x1000, TILE, IRQ(SPI(45), SPI(46)), CLOCKS(PH_CLK_APB)},
    {&pl354_class, "smc", {NOWHERE, 0x7ffd0000}, 0x1000, TILE, IRQ(SPI(86), SPI(87)), CLOCKS(PH_CLK_APB)},
    {&sp804_class, "tile-timer", {0x100e4000, NOWHERE}, 0x1000, TILE, .disabled = true, IRQ(SPI(48)), CLOCKS(PH_CLK_APB, PH_CLK_APB, PH_CLK_APB), .config = tile_hz},
    {&sp805_class, "tile-watchdog", {0x100e5000, NOWHERE}, 0x1000, TILE, IRQ(SPI(51)), CLOCKS(PH_CLK_APB, PH_CLK_APB), .config = tile_hz},
    {NULL, "virtio0", {0x10013000, 0x1c130000}, 0x200, IRQ(SPI(40)), BACKEND(BACKEND_VIRTIO, 0), .parameters = virtio_parameters},
    {NULL, "virtio1", {0x10013200, 0x1c130200}, 0x200, IRQ(SPI(41)), BACKEND(BACKEND_VIRTIO, 1), .parameters = virtio_parameters},
    {NULL, "virtio2", {0x10013400, 0x1c130400}, 0x200, IRQ(SPI(42)), BACKEND(BACKEND_VIRTIO, 2), .parameters = virtio_parameters},
    {NULL, "virtio3", {0x10013600, 0x1c130600}, 0x200, IRQ(SPI(43)), BACKEND(BACKEND_VIRTIO, 3), .parameters = virtio_parameters},
};

// Further ranges of them: device, name, address on A9 and A15, size, offset in the device.
static const struct window_row windows[] = {
    {"flash0", "flash0-alias", {0x00000000, 0x00000000}, 0x4000000, 0x000, .kind = WINDOW_ALIAS},
    {"gic", "gic-cpu", {0x1e000100, NOWHERE}, 0x100, 0x000, .ops = &gic_cpu_ops},
    {"gic", "gic-cpu", {NOWHERE, 0x2c002000}, 0x2000, 0x000, .ops = &gic_cpu_ops},
    {"mpcore", "scu", {0x1e000000, NOWHERE}, 0x100, 0x000, NODE("scu", "arm,cortex-a9-scu", 0, PH_NONE)},
    {"mpcore", "global-timer", {0x1e000200, NOWHERE}, 0x100, 0x200, .kind = WINDOW_PART},
    {"mpcore", "private-timer", {0x1e000600, NOWHERE}, 0x20, 0x600, NODE("timer", "arm,cortex-a9-twd-timer", PPI_PRIVATE_TIMER, PH_CLK_PERIPH)},
    {"mpcore", "private-watchdog", {0x1e000620, NOWHERE}, 0xe0, 0x620, NODE("watchdog", "arm,cortex-a9-twd-wdt", PPI_WATCHDOG, PH_CLK_PERIPH)},
};
// clang-format on

static const struct memory_row memories[] = {
    {"sram", {0x48000000, 0x14000000}, 32 << 20, PH_NONE, "arm,vexpress-psram"},
    {"vram", {0x4c000000, 0x18000000}, 8 << 20, PH_VRAM, NULL},
    {"a15sram", {NOWHERE, 0x2e000000}, 64 << 10, PH_NONE, NULL},
};

const struct board board_vexpress_a9 = {
    .name = "vexpress-a9",
    .cpu = &sys_cortex_a9,
    .max_cpus = 4,
    .ram_base = 0x60000000,
    .max_ram = 1 << 30,
    .pen = 0x48000000,
    .flags_reg = 0x10000030,
    .gicc = 0x1e000100,
    .periphbase = 0x1e000000,
    .column = VEXPRESS_A9,
    .tables = &vexpress_tables,
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
    .periphbase = 0x2c000000,
    .column = VEXPRESS_A15,
    .tables = &vexpress_tables,
};

#define ROWS(a) a, sizeof a / sizeof *a
const struct board_tables vexpress_tables = {ROWS(devices), ROWS(windows), ROWS(memories)};
