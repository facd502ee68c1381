// Guest loads and stores, as engines and their helpers do them. In flat mode an access is one host
// instruction, and a bad one a host fault that the personality turns into cpu_abort; otherwise the address
// space's functions do it.
#ifndef STINKARM_MEM_ACCESS_H
#define STINKARM_MEM_ACCESS_H

#include <string.h>

#include "cpu/cpu.h"

// An address space behind a CPU. load and store never return when the access aborts.
struct cpu_mem {
    uint64_t (*load)(struct cpu *c, uint32_t addr, unsigned bytes); // 1, 2, 4 or 8; byte order by CPSR.E
    void (*store)(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value); // likewise
    // Host address of the 4 KiB page that holds va, checked for execution and from now on watched: stores to
    // it reach engine->invalidate. Aborts (kind of c->fault) if it cannot be fetched. *frame: names the
    // page's bytes.
    const uint8_t *(*fetch_page)(struct cpu *c, uint32_t va, uint32_t *frame);
    // System mode, where the same address can mean different code: the frame that va is fetched from, or an
    // abort. NULL in user mode.
    uint32_t (*code_frame)(struct cpu *c, uint32_t va);
    // LDRT and STRT: with the permissions of User mode. NULL in user mode.
    uint64_t (*load_user)(struct cpu *c, uint32_t addr, unsigned bytes);
    void (*store_user)(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value);
    // System mode: host address for an atomic access to [addr, addr + bytes), inside a page of RAM, or an
    // abort.
    void *(*atomic_ptr)(struct cpu *c, uint32_t addr, unsigned bytes, bool write);
    // System mode: the host address of [addr, addr + bytes) if it is inside a page of memory to which the
    // access is allowed, and then in the TLB; NULL: it crosses pages, is a device's, or aborts.
    void *(*plain_ptr)(struct cpu *c, uint32_t addr, unsigned bytes, bool write);
    // System mode: aborts if a load or store would.
    void (*probe)(struct cpu *c, uint32_t addr, unsigned bytes, bool write);
};

// A TLB of one translation regime: direct-mapped by page. An entry serves accesses that lie inside its page:
// those at no more than 0x1000 - bytes behind the tag. Pages that hold translated code have no write tag.
struct tlb_entry {
    uint32_t read, write; // page address, or tlb_none()
    uint8_t *host;        // the page
};
enum { TLB_ENTRIES = 1024 };

static inline unsigned tlb_index(uint32_t addr)
{
    return addr >> 12 & (TLB_ENTRIES - 1);
}

static inline struct tlb_entry *tlb_entry_of(struct tlb_entry *tlb, uint32_t addr)
{
    return &tlb[tlb_index(addr)];
}

// A tag that matches no address of an entry: a page that belongs to another one.
static inline uint32_t tlb_none(unsigned index)
{
    return ~index << 12;
}

#define MEM_LIKELY(x) __builtin_expect(!!(x), 1)

// The window is guarded for 64 KiB at both ends, so that an access may start below 2^32 and end above it.
#define MEM_ACCESSORS(name, type)                                                                            \
    static inline type mem_ld##name(struct cpu *c, uint32_t addr)                                            \
    {                                                                                                        \
        if (MEM_LIKELY(c->mem_mode == CPU_MEM_FLAT)) {                                                       \
            type v;                                                                                          \
            memcpy(&v, c->window + addr, sizeof v);                                                          \
            return v;                                                                                        \
        }                                                                                                    \
        if (MEM_LIKELY(c->mem_mode == CPU_MEM_TLB)) {                                                        \
            const struct tlb_entry *e = tlb_entry_of(c->tlb, addr);                                          \
            const uint32_t offset = addr - e->read;                                                          \
            if (MEM_LIKELY(offset <= 0x1000 - sizeof(type))) {                                               \
                type v;                                                                                      \
                memcpy(&v, e->host + offset, sizeof v);                                                      \
                return v;                                                                                    \
            }                                                                                                \
        }                                                                                                    \
        return (type)c->mem->load(c, addr, sizeof(type));                                                    \
    }                                                                                                        \
    static inline void mem_st##name(struct cpu *c, uint32_t addr, type v)                                    \
    {                                                                                                        \
        if (MEM_LIKELY(c->mem_mode == CPU_MEM_FLAT)) {                                                       \
            memcpy(c->window + addr, &v, sizeof v);                                                          \
            return;                                                                                          \
        }                                                                                                    \
        if (MEM_LIKELY(c->mem_mode == CPU_MEM_TLB)) {                                                        \
            const struct tlb_entry *e = tlb_entry_of(c->tlb, addr);                                          \
            const uint32_t offset = addr - e->write;                                                         \
            if (MEM_LIKELY(offset <= 0x1000 - sizeof(type))) {                                               \
                memcpy(e->host + offset, &v, sizeof v);                                                      \
                return;                                                                                      \
            }                                                                                                \
        }                                                                                                    \
        c->mem->store(c, addr, sizeof(type), v);                                                             \
    }

MEM_ACCESSORS(8, uint8_t)
MEM_ACCESSORS(16, uint16_t)
MEM_ACCESSORS(32, uint32_t)
MEM_ACCESSORS(64, uint64_t)

// Accesses that must be aligned whatever SCTLR.A says (A3.2.1).
static inline void mem_check_align(struct cpu *c, uint32_t addr, uint32_t align, bool write)
{
    if (addr & (align - 1)) cpu_abort(c, addr, CPU_FAULT_ALIGNMENT, write);
}

#endif
