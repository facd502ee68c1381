// A whole machine: CPUs, bus, devices, clock, event loop; and running it.
#ifndef STINKARM_BOARD_MACHINE_H
#define STINKARM_BOARD_MACHINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/options.h"
#include "board/panic.h"
#include "cpu/debug.h"
#include "dev/device.h"
#include "host/chardev.h"
#include "host/clock.h"
#include "host/disk.h"
#include "host/display.h"
#include "host/loop.h"
#include "host/netdev.h"
#include "host/share.h"
#include "mem/bus.h"
#include "symbols/symbols.h"
#include "system/system.h"

enum {
    MACHINE_UARTS = 4,
    MACHINE_SLOTS = 4,
    MACHINE_MAX_DEVICES = 64,
    MACHINE_MAX_LOADS = 16,
    MACHINE_MAX_DRIVES = 8
};

enum drive_kind { DRIVE_VIRTIO, DRIVE_SD, DRIVE_FLASH };

struct drive_option {
    const char *path;
    enum drive_kind kind;
    bool read_only;
};

struct load_option {
    const char *path;
    uint64_t address;
};

// What the command line asked for.
struct machine_options {
    const char *board; // vexpress-a9, vexpress-a15
    uint64_t memory;   // bytes
    unsigned smp;
    bool round_robin; // all CPUs in one host thread, in turn: reproducible
    bool compiles;    // the engine takes no budgets of instructions: turns are of time
    bool icount, no_reboot, exit_on_panic, semihosting;
    const char *kernel, *initrd, *dtb, *append;
    bool atags;             // boot with tags instead of a device tree …
    const char *atags_file; // … with these ready ones
    const char *dump_dtb;   // write the tree there and end
    bool have_entry, have_load;
    uint64_t entry, load_address;
    struct load_option load[MACHINE_MAX_LOADS];
    unsigned nloads;
    const char *serial[MACHINE_UARTS];
    struct drive_option drive[MACHINE_MAX_DRIVES];
    unsigned ndrives;
    const char *net;            // NULL, or what is behind the network interfaces: none, user[,hostfwd=…]
    const char *share;          // NULL, or a folder of the host for the guest: DIR[,tag=NAME][,ro]
    bool virtio_modern;         // its registers: version 2, not 1
    const char *virtio_console; // NULL, or what is behind it, as for serial ports
    const char *display;        // NULL, or none, ppm:FILE, vnc:PORT
    debug_start_fn *debug;      // makes one
    struct debug_options debug_options;
    bool have_rtc; // the clock starts at rtc, else at the host's time
    uint64_t rtc;  // seconds since 1970, UTC
};

struct machine;

// A board: what is where. See vexpress.h.
struct board_tables;
struct board {
    const char *name;
    const struct sys_model *cpu;
    unsigned max_cpus;
    uint64_t ram_base, max_ram;
    uint64_t pen;       // SRAM where secondary CPUs wait
    uint64_t flags_reg; // SYS_FLAGS
    uint64_t gicc;
    uint32_t periphbase;
    unsigned column; // of addresses in the tables
    const struct board_tables *tables;
};
extern const struct board board_vexpress_a9, board_vexpress_a15;

enum machine_request { RUN_ON, RUN_POWER_OFF, RUN_REBOOT, RUN_QUIT, RUN_EXIT };

// The state in which a CPU starts.
struct boot_entry {
    uint32_t pc, r[3];
    uint64_t free; // memory behind the program
};

// A virtio device, and its backend.
struct machine_slot {
    const struct dev_class *cls;
    void *backend;
};

// A CPU, as firmware sees it.
enum cpu_power { CPU_RUNNING, CPU_STANDBY, CPU_OFF, CPU_STARTING };

struct machine {
    const struct board *board;
    struct machine_options opt;
    struct bus bus;
    struct clock clock;
    struct loop loop;
    struct sys_machine sys;
    struct device *device[MACHINE_MAX_DEVICES];
    unsigned ndevices;
    struct device *gic;
    struct chardev *serial[MACHINE_UARTS];
    struct display *display;
    struct disk disk[MACHINE_MAX_DRIVES];    // of opt.drive[i]
    unsigned ndisks;                         // that are open
    struct netdev *net;                      // NULL: opt.net wants none
    struct machine_slot slot[MACHINE_SLOTS]; // of the virtio transport
    unsigned nslots;
    struct panic_watch panic[MACHINE_UARTS + 1]; // of the serial ports and of virtio_console
    struct chardev *virtio_console;              // NULL unless asked for, as is …
    struct share share;                          // … this
    bool shared;
    const char *log_names[MACHINE_MAX_DEVICES + BUS_MAX_RANGES + 1]; // of devices
    uint8_t *ram;
    struct timer generic_timer[SYS_MAX_CPUS]; // next change of each CPU's generic timer lines
    pthread_cond_t wake[SYS_MAX_CPUS];        // with the bus lock: a CPU may have something to do
    atomic_uint event_waiters;                // CPUs in WFE
    struct timer turn;                        // when the present CPU's turn ends, and that it has
    atomic_bool turn_over;
    atomic_int request;          // enum machine_request
    int exit_status;             // with RUN_EXIT
    struct semihost *semihost;   // or NULL
    struct symbols_file covered; // what --coverage is about …
    struct coverage *coverage;   // … or NULL: coverage.h
    struct symbols *symbols;     // the kernel's, when somebody has asked: debug.h
    struct boot_entry boot;
    bool firmware_starts_cpus;   // PSCI, as the device tree says; otherwise they wait in the holding pen
    uint8_t power[SYS_MAX_CPUS]; // enum cpu_power: with the bus lock
    struct boot_entry start[SYS_MAX_CPUS]; // … of those that are starting
};

// Builds a machine; NULL with a message on stderr. Frees with machine_free.
struct machine *machine_new(const struct machine_options *opt, struct engine *engine);
void machine_free(struct machine *m);
// run.c: runs until power-off, quit or failure. Returns the exit status of the process.
int machine_run(struct machine *m);

// Ends the machine with an exit status. The bus lock is held.
void machine_exit(struct machine *m, int status);
// … and what devices and the host want of it: machine_power and machine_quit with the bus lock held.
void machine_power(void *machine, enum dev_power what);
void machine_quit(void *machine);
void machine_wake_cpu(struct machine *m, unsigned cpu); // its state changed; with the bus lock held
void machine_event(void *machine);                      // SEV: the CPUs' event registers are set

// For boards: adds a device; its irq[i] become lines to the GIC's interrupt IDs (0 ends the list). NULL on
// failure.
struct device *machine_add(struct machine *m, const struct dev_class *cls, const char *id, uint64_t base,
                           uint64_t size, const struct dev_env *env, const unsigned *irqs);
// The device with an id, or NULL.
struct device *machine_device(const struct machine *m, const char *id);
// Memory that is not backed by an image; NULL: out of memory.
uint8_t *machine_add_ram(struct machine *m, const char *name, uint64_t base, uint64_t size);
// Lines into CPUs.
struct irq_line machine_cpu_line(struct machine *m, unsigned cpu, enum cpu_irq which);
struct dev_env machine_env(struct machine *m, void *backend, const void *config);
// The nth drive of a kind, or NULL.
struct disk *machine_disk(struct machine *m, enum drive_kind kind, unsigned n);
// The network if it is plugged into this interface, else NULL.
struct netdev *machine_net(const struct machine *m, enum netdev_nic nic);

// slots.c: opens what the virtio devices need and decides where they go. False with a message.
bool slots_fill(struct machine *m, void (*quit)(void *ctx));

// log.c: the log learns the names of devices. False with a message: it was told of another one.
bool machine_log_begin(struct machine *m);
// … and functions, when the kernel's symbols are known.
bool machine_log_functions(struct machine *m);

// boot.c: loads kernel, initrd, device tree or tags into memory, and says where CPU 0 starts. False with a
// message.
bool machine_load(struct machine *m);

#endif
