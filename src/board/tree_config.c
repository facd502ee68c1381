// What hangs on the Versatile Express configuration bus (ARM DUI 0447, 4.6; DUI 0448 and DUI 0604, appendix
// of clocks, supplies and sensors), as nodes of the generated device tree.
#include "board/tree.h"
#include "board/vexpress.h"

enum function {
    F_OSC = 1,
    F_VOLT,
    F_AMP,
    F_TEMP,
    F_RESET,
    F_MUXFPGA = 7,
    F_SHUTDOWN,
    F_REBOOT,
    F_DVIMODE = 11,
    F_POWER,
    F_ENERGY
};

struct node {
    const char *name;
    enum function function;
    unsigned device;
    const char *label;  // of an oscillator: its clock's name
    uint32_t low, high; // oscillator, Hz
    enum tree_phandle phandle;
};

// clang-format off
static const struct node motherboard[] = {
    {"oscclk0",  F_OSC, 0, "v2m:oscclk0", 25000000, 60000000, PH_NONE},
    {"oscclk1",  F_OSC, 1, "v2m:oscclk1", 23750000, 65000000, PH_CLK_CLCD},
    {"oscclk2",  F_OSC, 2, "v2m:oscclk2", 24000000, 24000000, PH_CLK_UART},
    {"volt-vio", F_VOLT, 0, "VIO", 0, 0, PH_NONE},
    {"temp-mcc", F_TEMP, 0, "MCC", 0, 0, PH_NONE},
    {"reset",    F_RESET, 0, NULL, 0, 0, PH_NONE},
    {"muxfpga",  F_MUXFPGA, 0, NULL, 0, 0, PH_NONE},
    {"shutdown", F_SHUTDOWN, 0, NULL, 0, 0, PH_NONE},
    {"reboot",   F_REBOOT, 0, NULL, 0, 0, PH_NONE},
    {"dvimode",  F_DVIMODE, 0, NULL, 0, 0, PH_NONE},
};

static const struct node tile_a9[] = {
    {"extsaxiclk", F_OSC, 0, "extsaxiclk", 30000000, 50000000, PH_NONE},
    {"clcdclk",    F_OSC, 1, "clcdclk", 10000000, 80000000, PH_CLK_TILE_CLCD},
    {"tcrefclk",   F_OSC, 2, "tcrefclk", 33000000, 100000000, PH_CLK_APB},
    {"volt-vd10",     F_VOLT, 0, "VD10", 0, 0, PH_NONE},
    {"volt-vd10-s2",  F_VOLT, 1, "VD10_S2", 0, 0, PH_NONE},
    {"volt-vd10-s3",  F_VOLT, 2, "VD10_S3", 0, 0, PH_NONE},
    {"volt-vcc1v8",   F_VOLT, 3, "VCC1V8", 0, 0, PH_NONE},
    {"volt-ddr2vtt",  F_VOLT, 4, "DDR2VTT", 0, 0, PH_NONE},
    {"volt-vcc3v3",   F_VOLT, 5, "VCC3V3", 0, 0, PH_NONE},
    {"amp-vd10-s2",   F_AMP, 0, "VD10_S2", 0, 0, PH_NONE},
    {"amp-vd10-s3",   F_AMP, 1, "VD10_S3", 0, 0, PH_NONE},
    {"power-vd10-s2", F_POWER, 0, "PVD10_S2", 0, 0, PH_NONE},
    {"power-vd10-s3", F_POWER, 1, "PVD10_S3", 0, 0, PH_NONE},
};

static const struct node tile_a15[] = {
    {"oscclk0", F_OSC, 0, "oscclk0", 50000000, 60000000, PH_NONE},
    {"oscclk4", F_OSC, 4, "oscclk4", 20000000, 40000000, PH_NONE},
    {"oscclk5", F_OSC, 5, "oscclk5", 23750000, 165000000, PH_NONE},
    {"oscclk6", F_OSC, 6, "oscclk6", 20000000, 50000000, PH_CLK_APB},
    {"oscclk7", F_OSC, 7, "oscclk7", 20000000, 60000000, PH_NONE},
    {"oscclk8", F_OSC, 8, "oscclk8", 40000000, 40000000, PH_NONE},
    {"volt-cores",  F_VOLT, 0, "Cores", 800000, 1050000, PH_NONE},
    {"amp-cores",   F_AMP, 0, "Cores", 0, 0, PH_NONE},
    {"temp-dcc",    F_TEMP, 0, "DCC", 0, 0, PH_NONE},
    {"power-cores", F_POWER, 0, "Cores", 0, 0, PH_NONE},
    {"energy",      F_ENERGY, 0, "Cores", 0, 0, PH_NONE},
};
// clang-format on

static const char *compatible(enum function function)
{
    switch (function) {
    case F_OSC: return "arm,vexpress-osc";
    case F_VOLT: return "arm,vexpress-volt";
    case F_AMP: return "arm,vexpress-amp";
    case F_TEMP: return "arm,vexpress-temp";
    case F_RESET: return "arm,vexpress-reset";
    case F_MUXFPGA: return "arm,vexpress-muxfpga";
    case F_SHUTDOWN: return "arm,vexpress-shutdown";
    case F_REBOOT: return "arm,vexpress-reboot";
    case F_DVIMODE: return "arm,vexpress-dvimode";
    case F_POWER: return "arm,vexpress-power";
    case F_ENERGY: return "arm,vexpress-energy";
    }
    return NULL;
}

static void add(struct fdt *f, const struct node *n)
{
    fdt_begin(f, n->name);
    fdt_string(f, "compatible", compatible(n->function));
    fdt_u32s(f, "arm,vexpress-sysreg,func", (const uint32_t[]){n->function, n->device}, 2);
    switch (n->function) {
    case F_OSC:
        fdt_u32s(f, "freq-range", (const uint32_t[]){n->low, n->high}, 2);
        fdt_u32(f, "#clock-cells", 0);
        fdt_string(f, "clock-output-names", n->label);
        break;
    case F_VOLT:
        fdt_string(f, "regulator-name", n->label);
        if (n->high) {
            fdt_u32(f, "regulator-min-microvolt", n->low);
            fdt_u32(f, "regulator-max-microvolt", n->high);
        }
        fdt_empty(f, "regulator-always-on");
        break;
    default: break;
    }
    if (n->function != F_OSC && n->label) fdt_string(f, "label", n->label);
    if (n->phandle) fdt_u32(f, "phandle", n->phandle);
    fdt_end(f);
}

void tree_config_bus(const struct machine *m, struct fdt *f, bool tile)
{
    const bool a15 = m->board->column == VEXPRESS_A15;
    const struct node *node = !tile ? motherboard : a15 ? tile_a15 : tile_a9;
    const size_t n = !tile ? sizeof motherboard : a15 ? sizeof tile_a15 : sizeof tile_a9;
    fdt_begin(f, tile ? "dcc" : "mcc");
    fdt_string(f, "compatible", "arm,vexpress,config-bus");
    fdt_u32(f, "arm,vexpress,config-bridge", PH_SYSREG);
    for (size_t i = 0; i < n / sizeof *node; i++)
        add(f, &node[i]);
    fdt_end(f);
}
