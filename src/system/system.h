// A privileged CPU: what the Arm ARM's part B adds to struct cpu. CP15, translation, exceptions. It knows a
// bus, not a board.
#ifndef STINKARM_SYSTEM_SYSTEM_H
#define STINKARM_SYSTEM_SYSTEM_H

#include <pthread.h>
#include <stdatomic.h>

#include "cpu/engine.h"
#include "cpu/system.h"
#include "mem/access.h"
#include "mem/bus.h"

// What the generic timer counts at. CNTFRQ only tells software so; writing it changes nothing (B8.1.1).
#define GENERIC_TIMER_HZ 62500000u

enum sys_model_id { MODEL_CORTEX_A9 = 1, MODEL_CORTEX_A15 = 2 };

// Identification and capabilities of a processor.
struct sys_model {
    enum sys_model_id id;
    const char *name;
    uint32_t features; // enum isa_feature
    uint32_t midr, ctr, fpsid, mvfr0, mvfr1, sctlr_reset;
    uint32_t pfr0, pfr1, dfr0, mmfr[4], isar[6];
    uint32_t clidr, ccsidr[3]; // L1 data, L1 instruction, L2 unified
    uint32_t dbgdidr;
    bool lpae, generic_timer;
};
extern const struct sys_model sys_cortex_a9, sys_cortex_a15;

// The registers behind CP15 and CP14; names are the manual's.
struct cp15 {
    uint32_t sctlr, actlr, cpacr, nsacr, scr;
    uint64_t ttbr0, ttbr1, par;
    uint32_t ttbcr, dacr, dfsr, ifsr, adfsr, aifsr, dfar, ifar;
    uint32_t prrr, nmrr; // MAIR0 and MAIR1 with TTBCR.EAE
    uint32_t vbar, mvbar, contextidr, fcseidr, csselr;
    uint32_t pmcr, pmcnten, pmovsr, pmselr, pminten, pmuserenr, pmxevtyper[6], pmxevcntr[6];
    uint64_t ccnt_base; // cycle counter: what it showed …
    uint64_t ccnt_at;   // … at this time
    uint32_t cntfrq, cntkctl, cntp_ctl, cntv_ctl;
    uint64_t cntp_cval, cntv_cval, cntvoff;
    uint32_t fpexc;
    uint32_t power_control, cbar, l2ctlr, l2ectlr; // implementation defined, c15 and c9
    uint32_t dbg_dscr, dbg_regs[80], teecr, teehbr;
};

enum { SYS_MAX_CPUS = 4, SYS_MAX_REQUESTS = 32 };
enum { SYS_SLOTS = 8, SYS_L2_SETS = 512, SYS_L2_WAYS = 2 };

// One page of a translation regime, after a walk. Permissions are those of the tables, before the domain's.
struct sys_page {
    uint32_t va_page; // | PAGE_VALID
    uint16_t asid;
    uint8_t perms; // enum page_perms
    uint8_t domain;
    uint64_t pa_page;
    uint8_t size; // of what the tables map there, as a power of two
    bool global : 1, device : 1, no_domain : 1;
    uint16_t attributes; // as the PAR has them: its bits 10:1, or in the long format ATTR in 15:8, NS and SH
                         // in 2:0
};
// A page of RAM, as struct bus_range.code has it.
enum page_flags {
    PAGE_CODE = 1,    // translated code was made from it, so that no fast TLB may have it for writing
    PAGE_WRITER = 16, // << CPU: that one's fast TLBs may have it for writing
};
enum page_perms { PAGE_PR = 1, PAGE_PW = 2, PAGE_PX = 4, PAGE_UR = 8, PAGE_UW = 16, PAGE_UX = 32 };
#define PAGE_VALID 1u

// A fast TLB, and the name of its regime's code mapping.
struct sys_slot {
    uint32_t context;
    struct tlb_entry tlb[TLB_ENTRIES];
};

// What a slot is valid for, as one word: DACR in bits 31:0, the ASID in 47:32, and
#define REGIME_ASID(r)       ((uint16_t)((r) >> 32))
#define REGIME_USER          (1ull << 50)
#define REGIME_MMU           (1ull << 51)
#define REGIME_WITHOUT_FP(r) ((r) & ~(3ull << 48))
#define REGIME_VALID         (1ull << 52) // clear: the slot is for nothing, and holds anything

// context.c: names of regimes, as far as it is about code.
enum { SYS_CONTEXTS = 64 };
struct sys_contexts {
    uint64_t regime[SYS_CONTEXTS]; // 0: none
    uint32_t name[SYS_CONTEXTS], next;
    uint32_t dacr;                // its bits that count for privileged code
    uint32_t fetched[2][1 << 15]; // a bit a page: private and global ones that instructions were fetched from
};

// A process's memory, as the host's MMU has it (window.c).
// Pages in all windows of a machine: each may cost two of the 65,530 mappings that a process of the host's
// may have.
enum { SYS_WINDOWS = 8, SYS_WINDOW_PAGES = 28000 };
struct sys_window {
    uint8_t *base;  // 4 GiB, guarded at both ends; NULL: not made yet
    uint64_t owner; // the regime
    uint16_t *at;   // page of the guest's → 1 + its number in `page`; 0: it is not there
    unsigned n;
    unsigned faults; // since the last interrupt
    struct sys_window_page {
        uint32_t va;
        bool write;
        bool around; // it came with its MiB, for writing
        const uint8_t *host;
    } page[SYS_WINDOW_PAGES];
};

struct sys_cpu;

// What another CPU wants of this one's TLB.
enum tlb_request_kind {
    TLB_REQUEST_ALL,
    TLB_REQUEST_ASID,
    TLB_REQUEST_PAGE,
    TLB_REQUEST_CODE, // the page at host becomes code
};

struct tlb_request {
    enum tlb_request_kind what;
    uint32_t va;
    int asid; // -1: any
    const uint8_t *host;
    uint8_t *flags; // enum page_flags of the page at host
};

// All CPUs of a machine, and what they need from it.
struct sys_machine {
    struct bus *bus;
    struct engine *engine;
    struct sys_cpu *cpu[SYS_MAX_CPUS];
    unsigned ncpus;
    uint64_t (*now_ns)(void *ctx); // guest time
    void *ctx;
    void (*timer_changed)(void *ctx, struct sys_cpu *s); // generic timer registers were written
    // HVC and SMC as firmware calls (PSCI). True: done, results are in r0–r3.
    bool (*firmware_call)(void *ctx, struct sys_cpu *s);
    // A semihosting call, its number in r0 and its argument in r1; NULL: such instructions are nothing
    // special.
    void (*semihosting)(void *ctx, struct sys_cpu *s);
    void (*event)(void *ctx); // SEV: wake CPUs that wait
    uint32_t periphbase;
    pthread_mutex_t sync_lock; // smp.c: CPUs that wait for others' TLBs
    pthread_cond_t sync_done;
    atomic_int sync_waiters;
};

struct sys_cpu {
    struct cpu cpu; // first
    struct sys_machine *machine;
    const struct sys_model *model;
    unsigned index; // MPIDR.Aff0
    struct cp15 cp15;
    struct sys_slot *slot;      // the present one
    uint64_t regime[SYS_SLOTS]; // of each slot
    unsigned next_slot;
    struct sys_contexts contexts;
    uint64_t executed;  // instructions, up to …
    int64_t run_budget; // … the present run of the engine, which began with this; 0: none
    // Requests by other CPUs. posted and served count them.
    pthread_mutex_t request_lock;
    struct tlb_request request[SYS_MAX_REQUESTS];
    unsigned nrequests;
    bool requests_lost;
    atomic_uint posted, served;
    atomic_bool inside;             // the engine runs
    unsigned awaited[SYS_MAX_CPUS]; // of whom c->sync_pending names: what it has to have served
    // What this TLB may hold since it was last empty: ASIDs, and global pages by 128 MiB. Written by this
    // CPU, and before it walks; so others need not ask it to forget what it has never seen.
    _Atomic uint64_t asids[4];
    atomic_uint globals;
    uint32_t
        large[128]; // a bit a MiB: pages of a larger entry are known, which one operation is to forget whole
    unsigned nwindows, next_window, window_pages;
    uint64_t interrupted; // … in User mode, when by this thread's clock, in µs
    uint64_t flat;        // the privileged regime in which memory is where it is; 0: none
    uint64_t flat_since;  // its window: when by that clock it was given, or had …
    unsigned flat_faults; // … so many
    int32_t spent[256];   // time that ASIDs have spent there, less what windows have cost them
    struct sys_slot slots[SYS_SLOTS];
    struct sys_page l2[SYS_L2_SETS][SYS_L2_WAYS];
    struct sys_window windows[SYS_WINDOWS];
};

static inline struct sys_cpu *sys_of(struct cpu *c)
{
    return (struct sys_cpu *)c;
}

void sys_machine_init(struct sys_machine *m);
struct sys_cpu *sys_cpu_new(struct sys_machine *m, const struct sys_model *model, unsigned index);
void sys_cpu_free(struct sys_cpu *s);
void sys_cpu_reset(struct sys_cpu *s); // SVC mode, A, I and F masked, MMU off, at address 0

// Fault status values in the short-descriptor encoding (B3.13.3); the long-descriptor ones are derived from
// them.
enum fault_status {
    FS_ALIGNMENT = 0x01,
    FS_DEBUG = 0x02,
    FS_ACCESS_SECTION = 0x03,
    FS_TRANSLATION_SECTION = 0x05,
    FS_ACCESS_PAGE = 0x06,
    FS_TRANSLATION_PAGE = 0x07,
    FS_EXTERNAL = 0x08,
    FS_DOMAIN_SECTION = 0x09,
    FS_DOMAIN_PAGE = 0x0b,
    FS_WALK_L1 = 0x0c,
    FS_PERMISSION_SECTION = 0x0d,
    FS_WALK_L2 = 0x0e,
    FS_PERMISSION_PAGE = 0x0f,
};

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

// mmu.c: copies between the host and memory as a privileged access of this CPU sees it. False: it would
// fault, or is no memory; part of it may be done.
bool mmu_copy_in(struct sys_cpu *s, void *to, uint32_t va, size_t n);
bool mmu_copy_out(struct sys_cpu *s, uint32_t va, const void *from, size_t n);
// Translates for a privilege. 0 and *page, or a fault status with the domain in bits 7:4, in the
// encoding that TTBCR.EAE asks for.
uint32_t mmu_translate(struct sys_cpu *s, uint32_t va, enum access access, bool user, struct sys_page *page);
bool mmu_long_descriptors(const struct sys_cpu *s);
uint16_t mmu_asid(const struct sys_cpu *s);
// walk.c: reads the tables. Status as above, without domain; *level: of the descriptor that decided.
uint32_t mmu_walk(struct sys_cpu *s, uint32_t va, struct sys_page *page, unsigned *level);

// tlb.c
extern const struct cpu_mem sys_cpu_mem;
void tlb_regime_changed(struct cpu *c);
void tlb_flush_all(struct sys_cpu *s);
void tlb_flush_asid(struct sys_cpu *s, uint16_t asid);
void tlb_flush_page(struct sys_cpu *s, uint32_t va, int asid);                 // asid -1: any
void tlb_stop_writing(struct sys_cpu *s, const uint8_t *host, uint8_t *flags); // TLB_REQUEST_CODE
// A global page is about to be walked into this TLB. True: for the first time, so that the walk has to be
// done again.
bool tlb_mark_global(struct sys_cpu *s, const struct sys_page *page);
// Whether this TLB may hold entries of an ASID (-1: any) for an address.
bool tlb_may_hold(const struct sys_cpu *s, uint32_t va, int asid);
void tlb_memory_written(void *machine, uint64_t pa, uint64_t len);            // bus.written
void tlb_memory_withdrawn(void *machine, const uint8_t *host, uint64_t size); // bus.withdrawn
// A page of memory that the present regime may access, which is then in the fast TLB; false: it may not, or
// that is none.
struct tlb_plain {
    const struct bus_range *range;
    uint8_t *host;
    uint32_t va;
    uint8_t size;  // of what the tables map there, as a power of two
    bool writable; // this CPU has claimed it
};
bool tlb_plain(struct sys_cpu *s, uint32_t va_page, bool write, struct tlb_plain *p);
// A page of RAM is this CPU's to write, unless it holds code.
bool tlb_claim_data(struct sys_cpu *s, const struct bus_range *r, const uint8_t *host);
struct sys_page *tlb_l2_find(struct sys_cpu *s, uint32_t va, uint16_t asid);
void tlb_l2_insert(struct sys_cpu *s, const struct sys_page *page);

// context.c: the name of a regime; names are dropped; and privileged code or a program is fetched from a
// page.
uint32_t context_of(struct sys_cpu *s, uint64_t regime);
void context_drop_all(struct sys_cpu *s);
void context_drop_asid(struct sys_cpu *s, int asid);              // -1: any
void context_drop_page(struct sys_cpu *s, uint32_t va, int asid); // likewise
void context_fetched(struct sys_cpu *s, uint32_t va, const struct sys_page *page);

// window.c
void window_use(const struct cpu *c); // this host thread is going to run the CPU
void window_regime_changed(struct sys_cpu *s, uint64_t regime);
// The MMU has been switched on or off in this regime; 0: flat memory is to have no window any more.
void window_flat(struct sys_cpu *s, uint64_t regime);
void window_interrupted(struct sys_cpu *s, uint64_t regime); // in that regime
// From a handler of a host fault: whether it was in the present window. False: the interpreter is to do the
// access.
bool window_has(const struct cpu *c, const void *address);
bool window_fault(struct cpu *c, const void *address, bool write);
void window_flush_all(struct sys_cpu *s);
void window_flush_asid(struct sys_cpu *s, uint16_t asid);
void window_flush_page(struct sys_cpu *s, uint32_t va);
void window_stop_writing(struct sys_cpu *s, const uint8_t *host);
void window_free(struct sys_cpu *s);

// smp.c
void smp_init(struct sys_cpu *s);
void smp_free(struct sys_cpu *s);
// Asks another CPU. False: that one is running; who asked goes on, and waits at its next DSB.
bool smp_post(struct sys_cpu *s, struct sys_cpu *to, struct tlb_request request);
void tlb_request_serve(struct sys_cpu *s, const struct tlb_request *r);
// Runs the CPU, as engine->run does.
// Instructions it has executed, exact outside and at the edges of blocks.
uint64_t sys_executed(const struct sys_cpu *s);
enum cpu_exit sys_run(struct sys_cpu *s, uint64_t budget);

// vfp.c
unsigned vfp_units(const struct cpu *c); // those that may be used, enum isa_unit
bool vfp_system_read(struct cpu *c, unsigned reg, uint32_t *value);
bool vfp_system_write(struct cpu *c, unsigned reg, uint32_t value);

// cp15.c
uint32_t cp15_find(const struct cpu *c, struct cp_access a);
int cp15_place(const struct cpu *c, struct cp_access a, bool write);
bool cp15_may_repeat(const struct cpu *c, uint32_t reg, bool write);
void cp15_get(const struct cpu *c, struct cpu_words *w);
void cp15_set(struct cpu *c, const struct cpu_words *w);
bool cp15_read(struct cpu *c, uint32_t reg, uint64_t *value);
bool cp15_write(struct cpu *c, uint32_t reg, uint64_t value);
void cp15_reset(struct sys_cpu *s);
// The generic timer's lines: bit 0 virtual (PPI 27), bit 1 physical non-secure (PPI 30); and when the next
// may change.
unsigned cp15_timer_lines(struct sys_cpu *s);
uint64_t cp15_timer_next_ns(struct sys_cpu *s);

// exception.c: enters the exception that an exit of the engine stands for, or an interrupt.
void exception_enter_exit(struct sys_cpu *s, enum cpu_exit why);
bool exception_interrupt(struct sys_cpu *s);           // takes a deliverable interrupt, if there is one
bool exception_take(struct cpu *c, enum cpu_exit why); // cpu_system.take_exception

#endif
