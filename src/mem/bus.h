// The physical address space as devices and CPUs see it: RAM, ROM and registers at addresses, interrupt
// lines, DMA.
#ifndef STINKARM_MEM_BUS_H
#define STINKARM_MEM_BUS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/stats.h"

// A device's registers. offset is inside its range, size 1, 2 or 4 bytes, not necessarily aligned.
struct mmio_ops {
    uint32_t (*read)(void *dev, uint32_t offset, unsigned size);
    void (*write)(void *dev, uint32_t offset, unsigned size, uint32_t value);
};

enum bus_kind {
    BUS_RAM,
    BUS_ROM, // reads are memory, writes go to the ops (flash in read mode)
    BUS_MMIO,
};

struct bus_range {
    uint64_t base, size;
    enum bus_kind kind;
    const char *name;
    const char *device;         // whose part it is; NULL: it has a name of its own
    uint8_t *host;              // RAM, ROM: the bytes
    const struct mmio_ops *ops; // MMIO, and writes to ROM
    void *dev;
    uint32_t dev_offset; // of the range's first register in the device
    int file;            // RAM: the memory file that host is a mapping of, from its beginning; -1: none
    uint8_t *code;       // RAM: one byte a page for whoever makes code from it (0: nobody has)
};

// As the log calls what is at addresses where nobody is.
#define BUS_ABSENT "absent"

enum { BUS_MAX_RANGES = 96, BUS_MAX_ABSENT = 1024 };

struct bus {
    struct bus_range range[BUS_MAX_RANGES]; // sorted by base, disjoint
    unsigned nranges;
    uint64_t absent[BUS_MAX_ABSENT]; // addresses without a device that have been logged
    unsigned nabsent;
    // Held whenever a device's code runs: register accesses, timers, host events.
    pthread_mutex_t lock;
    // Memory was written by a device, code made from it is void: [addr, addr + len).
    void (*written)(void *ctx, uint64_t addr, uint64_t len);
    void *written_ctx;
    // Memory is no longer to be read directly: forget where it was. Context: written_ctx.
    void (*withdrawn)(void *ctx, const uint8_t *host, uint64_t size);
    struct stats_row accesses[BUS_MAX_RANGES]; // with --stats: to devices
    struct stats_list stats;
};

// Which CPU the present access comes from, for registers that are banked by CPU. Set by whoever runs CPUs.
extern _Thread_local unsigned bus_master;

void bus_init(struct bus *b); // it stays where it is
// Adds a range; the caller has checked that it overlaps none. code: see struct bus_range; NULL: code in it is
// not watched.
void bus_add_ram(struct bus *b, const char *name, uint64_t base, uint64_t size, uint8_t *host, uint8_t *code);
// Of RAM at a host address: struct bus_range.file.
void bus_set_file(struct bus *b, const uint8_t *host, int file);
void bus_add_rom(struct bus *b, const char *name, uint64_t base, uint64_t size, uint8_t *host,
                 const struct mmio_ops *ops, void *dev);
void bus_add_mmio(struct bus *b, const char *name, uint64_t base, uint64_t size, const struct mmio_ops *ops,
                  void *dev);
// One of several ranges of a device, whose first register is at dev_offset.
void bus_add_mmio_at(struct bus *b, const char *name, uint64_t base, uint64_t size,
                     const struct mmio_ops *ops, void *dev, uint32_t dev_offset);
// Ranges of a device are known by its name, too.
void bus_set_device(struct bus *b, const void *dev, const char *name);
// A ROM device changes between memory and registers for reads (flash command mode). The lock is held.
void bus_rom_readable(struct bus *b, void *dev, bool readable);
// The bytes [offset, offset + len) of a ROM device have changed. The lock is held.
void bus_rom_changed(struct bus *b, const void *dev, uint32_t offset, uint32_t len);

// The range that holds an address, or NULL.
const struct bus_range *bus_find(const struct bus *b, uint64_t addr);

// One register or memory access by a CPU outside the fast path. Nobody there: logged once per address, reads
// 0, false. Takes the lock for registers.
bool bus_read(struct bus *b, uint64_t addr, unsigned size, uint32_t *value);
bool bus_write(struct bus *b, uint64_t addr, unsigned size, uint32_t value);

// DMA by a device: copies between RAM (or ROM) and the host; false if any byte is not memory. The lock is
// held.
bool bus_dma_read(struct bus *b, uint64_t addr, void *to, size_t len);
bool bus_dma_write(struct bus *b, uint64_t addr, const void *from, size_t len);
// Host address of [addr, addr + len) for reading by a device, or NULL if it is not all in one RAM range.
const uint8_t *bus_dma_ptr(struct bus *b, uint64_t addr, size_t len);

// An interrupt line: a level that a device drives into an interrupt controller's input. The lock is held.
struct irq_line {
    void (*set)(void *ctx, unsigned input, bool level);
    void *ctx;
    unsigned input;
};

static inline void irq_set(const struct irq_line *line, bool level)
{
    if (line->set) line->set(line->ctx, line->input, level);
}

#endif
