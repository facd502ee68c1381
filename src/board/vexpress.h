// The tables of a board: devices, their further address ranges, memories. Adding a device is adding a row.
#ifndef STINKARM_BOARD_VEXPRESS_H
#define STINKARM_BOARD_VEXPRESS_H

#include "board/machine.h"
#include "dev/gic.h"
#include "dev/mpcore.h"
#include "dev/pl050.h"
#include "dev/pl111.h"
#include "dev/sbcon.h"
#include "dev/sysreg.h"

enum { A9_PERIPHCLK = 100000000 }; // Hz

enum vexpress_column { VEXPRESS_A9, VEXPRESS_A15, VEXPRESS_COLUMNS };

#define NOWHERE 0xffffffffu // as an address: not on this board

// What stands behind a device on the host.
enum backend_kind {
    BACKEND_NONE,
    BACKEND_SERIAL, // machine's serial port n
    BACKEND_SD,     // nth drive of that kind, NULL if there are fewer
    BACKEND_FLASH,
    BACKEND_NET,    // the network, if it is plugged in there
    BACKEND_DISPLAY,
    BACKEND_VIRTIO, // of virtio slot n, and so is the class
};

// Parameters of a device that are made when the machine is: its class copies them.
union device_config {
    struct gic_config gic;
    struct mpcore_config mpcore;
    struct sysreg_config sysreg;
    struct pl111_config pl111;
    struct sbcon_config sbcon;
    bool virtio_modern;
    int64_t rtc;
};

// Nodes of the device tree that others refer to.
enum tree_phandle {
    PH_NONE,
    PH_GIC,
    PH_SYSREG,
    PH_SYSCTL, // clock cells: 1
    PH_MCI,    // sysreg's card detection lines
    PH_LED,
    PH_3V3, // regulator
    PH_VRAM,
    PH_L2,
    PH_CLK_24MHZ,
    PH_CLK_1MHZ,
    PH_CLK_32KHZ,
    PH_CLK_UART,
    PH_CLK_CLCD,
    PH_CLK_TILE_CLCD,
    PH_CLK_APB,
    PH_CLK_PERIPH, // of the A9's private timers
    PH_DVI_IN,     // endpoints
    PH_CLCD_OUT,
    PH_TILE_DVI_IN,
    PH_TILE_CLCD_OUT,
    PH_CPU, // + n
};

// A property of a device's node that refers to others.
struct tree_ref {
    const char *name;
    uint32_t cells[3];
    unsigned n;
};

struct device_row {
    const struct dev_class *cls; // NULL: of a virtio slot
    const char *id;
    uint32_t at[VEXPRESS_COLUMNS]; // address, or NOWHERE
    uint32_t size;                 // 0: it has window rows alone
    unsigned irq[DEV_MAX_IRQS];    // GIC interrupt IDs, 0: no more
    struct {
        enum backend_kind kind;
        unsigned n;
    } backend;
    const void *config;                                            // as the device's file says, or …
    void (*parameters)(struct machine *m, union device_config *c); // … makes them
    // For the device tree
    bool tile;              // on the CPU's tile, not on the motherboard
    bool disabled;          // for drivers that need its clock before that clock's driver is there
    const uint32_t *clocks; // cells
    unsigned nclocks;
    const struct tree_ref *refs; // NULL, or a list that ends with a NULL name
    enum tree_phandle phandle;
    const char *alias; // motherboard: name in /aliases
};

// Another range of a device.
enum window_kind {
    WINDOW_PART,  // goes into reg of the device's node
    WINDOW_ALIAS, // the same bytes once more
    WINDOW_NODE,  // has a node of its own
};

struct window_row {
    const char *device, *name;
    uint32_t at[VEXPRESS_COLUMNS], size;
    uint32_t offset;            // in the device, of the range's first byte
    const struct mmio_ops *ops; // NULL: those of the class
    enum window_kind kind;
    const char *node, *compatible; // of WINDOW_NODE
    unsigned ppi;                  // its interrupt and clock, if any
    enum tree_phandle clock;
};

struct memory_row {
    const char *name;
    uint32_t at[VEXPRESS_COLUMNS], size;
    enum tree_phandle reserved; // not general memory: this node says so
    const char *compatible;     // of its node on the motherboard, or NULL
};

struct board_tables {
    const struct device_row *device;
    unsigned ndevices;
    const struct window_row *window;
    unsigned nwindows;
    const struct memory_row *memory;
    unsigned nmemories;
};
extern const struct board_tables vexpress_tables;

// build.c: adds memories, devices and windows to the machine. False with a message.
bool board_build(struct machine *m);

#endif
