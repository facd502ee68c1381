// The state of one ARM processor element as the Arm ARM defines it: no Linux, no board.
#ifndef STINKARM_CPU_CPU_H
#define STINKARM_CPU_CPU_H

#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct cpu;

// Why an engine stopped. The state is exact: r[15] is the address of the instruction named here.
enum cpu_exit {
    CPU_EXIT_SVC,            // r[15] is behind the SVC; c->svc_imm is its immediate
    CPU_EXIT_UNDEF,          // at the undefined instruction
    CPU_EXIT_BKPT,           // at the BKPT; immediate in c->svc_imm
    CPU_EXIT_PREFETCH_ABORT, // r[15] cannot be fetched: c->fault
    CPU_EXIT_DATA_ABORT,     // the instruction at r[15] had no effect: c->fault
    CPU_EXIT_WFI,            // r[15] is behind the instruction
    CPU_EXIT_WFE,            // likewise; the event register has not been looked at
    CPU_EXIT_YIELD,          // likewise; nothing to do is right too
    CPU_EXIT_INTERRUPT,      // c->exit_request was seen
    CPU_EXIT_BUDGET,         // the instruction budget is spent
    CPU_EXIT_HVC,            // r[15] is behind it; immediate in c->svc_imm
    CPU_EXIT_SMC,            // likewise
    CPU_EXIT_SYNC,           // r[15] is behind a DSB that has to wait for other CPUs (c->sync_pending)
    CPU_EXIT_DEBUG,          // at an instruction with a breakpoint, or that would do a watched access
};

// What an abort was about. The personality turns it into si_code or a fault status register.
enum cpu_fault_kind {
    CPU_FAULT_TRANSLATION, // nothing is mapped there
    CPU_FAULT_PERMISSION,
    CPU_FAULT_ALIGNMENT,
    CPU_FAULT_BUS,   // mapped, but nothing behind it (a file shorter than its mapping, a bus error)
    CPU_FAULT_RETRY, // system mode, fetches only: no abort; comes again when other CPUs have let go of the
                     // page
    CPU_FAULT_WATCH, // no abort: a debugger watches what the instruction is about to access
};

struct cpu_fault {
    uint32_t addr;
    uint8_t kind; // enum cpu_fault_kind
    bool write;
    uint8_t bytes;   // CPU_FAULT_WATCH: of the access
    uint32_t status; // system mode: fault status register without its WnR bit
};

// How loads and stores reach memory: see mem/access.h.
enum cpu_mem_mode {
    CPU_MEM_FLAT, // little-endian, guest address = offset in the window
    CPU_MEM_TLB,  // little-endian, through c->tlb
    CPU_MEM_SLOW, // through the functions of c->mem: big-endian data, strict alignment
};

struct cpu_mem;    // mem/access.h
struct tlb_entry;  // mem/access.h
struct cpu_system; // cpu/system.h
struct engine;     // cpu/engine.h
struct debugger;   // cpu/debug.h

// The modes' own registers (B1.3.2). System mode shares User's.
enum cpu_bank {
    BANK_USR,
    BANK_FIQ,
    BANK_IRQ,
    BANK_SVC,
    BANK_ABT,
    BANK_UND,
    BANK_MON,
    BANK_HYP,
    BANK_COUNT,
};

enum { CPU_HOST_HEAT = 1024, CPU_SVC_DONE = ~0u >> 1 };

struct cpu {
    uint32_t r[16]; // r[15]: exact at every exit of the engine; inside it, only where an instruction reads it

    // Condition flags apart, each in the form that is cheapest to make: cpu_flags_get packs them.
    uint32_t nf;       // N is bit 31
    uint32_t zf;       // Z is set when this is 0
    uint32_t cf;       // 0 or 1
    uint32_t vf;       // V is bit 31
    uint32_t qf;       // 0 or 1: saturation, sticky
    uint32_t ge_clear; // a byte of ones where GE[3:0] is 0: what comparisons of bytes leave

    uint8_t *window;  // flat mode: host address of guest address 0; 4 GiB, guarded at both ends
    uint8_t mem_mode; // enum cpu_mem_mode
    bool thumb;
    bool bigend;     // CPSR.E
    bool no_swp;     // SCTLR.SW is clear: SWP and SWPB are undefined
    bool watched;    // a debugger wants to see accesses: CPU_MEM_SLOW in any case
    bool stepping;   // … or goes instruction by instruction: interrupts wait
    uint8_t itstate; // exact at exits
    uint8_t mode;    // CPSR.M, enum cpu_mode; user mode programs run in 0x10
    uint16_t masks;  // CPSR.A, I and F, in their places

    volatile sig_atomic_t exit_request; // set from anywhere: leave the engine at the next block edge
    struct {
        uint8_t n, z, borrow, overflow; // 0 or 1; borrow is !C
    } host_flags;                       // while compiled code runs, as the host gives them

    // VFP and Advanced SIMD: D registers; S registers are their halves, Q registers their pairs.
    _Alignas(16) uint64_t d[32];
    uint32_t fpscr; // control bits and exception flags; the NZCV flags live here, too

    // Exclusive monitor: the address, and what LDREX saw there. ~0 in excl_size: open.
    uint32_t excl_addr;
    uint8_t excl_size;    // log2 of the bytes, or CPU_EXCL_OPEN
    bool code_unnamed;    // system mode: what was fetched last is none of what code_context names
    uint8_t vfp_units;    // system mode: enum isa_unit, what a kernel has switched on
    uint8_t sync_pending; // system mode: CPUs, a bit each, whose TLBs do not yet do what this one asked for
    uint64_t excl_value;
    // Others may access the memory while this CPU runs: threads, processes, devices. Before it is set all
    // code is invalidated, which may rely on being alone.
    bool memory_shared;

    uint32_t tpidrurw, tpidruro; // CP15 thread ID registers of user mode …
    uint32_t tpidrprw;           // … and of privileged ones

    // Registers of the modes that are not the current one: cpu_set_mode moves them in and out of r[].
    uint32_t bank_r13[BANK_COUNT], bank_r14[BANK_COUNT], bank_spsr[BANK_COUNT];
    uint32_t bank_r8_usr[5], bank_r8_fiq[5]; // r8–r12
    uint32_t elr_hyp;

    const struct cpu_system *sys; // what a privileged CPU adds; NULL: user-mode emulation
    struct tlb_entry *tlb;        // TLB mode: the entries of the present translation regime
    uint32_t code_zero;           // 0, so that compiled code can have this and the next with one access
    // Names the present mapping of addresses to code: changes whenever that may, but for code_unnamed.
    uint32_t code_context;
    volatile sig_atomic_t irq_lines; // interrupt inputs that are asserted: enum cpu_irq
    volatile sig_atomic_t event;     // the event register of WFE

    uint32_t features; // enum isa_feature
    uint32_t svc_imm;
    // The host's number of the system call in the registers if that does as it is, without arguments, and
    // nobody wants to know: the engine may then do it and go on behind the SVC. CPU_SVC_DONE: it has been
    // done. 0: neither. NULL: the engine always stops there.
    unsigned (*quick_svc)(struct cpu *c);
    struct cpu_fault fault;

    const struct cpu_mem *mem; // the address space's functions
    void *mem_ctx;             // … and what they work on
    struct engine *engine;
    uint32_t host_temp[8];            // temporaries of compiled code,
    void *host_sp;                    // … its stack as it was at its entry
    void *host_floor;                 // calls stop being remembered there
    int32_t host_heat[CPU_HOST_HEAT]; // runs of blocks until they are hot
    void *host_jump;
    struct {
        uint32_t
            mxcsr[2]; // by the modes of compiled code, with the exception flags of those that are not current
        uint16_t compared; // not 0: the FPSCR's flags are these, enum fp_compare | what LAHF gave << 8
        uint8_t form;      // what the code that runs is able to do (jit/x64/fp.h)
        uint8_t wants;     // … what other code had to be, to run well here
        uint32_t traps;    // so far, and when the last count of them began
        uint64_t since;
    } host_fp;
    bool in_tier;              // compiled code runs: the flags are in host_flags
    void *engine_state;        // the engine's own per-CPU state
    const void *engine_pos;    // … and where it is, while it may abort
    int64_t budget;            // instructions left to run
    void *owner;               // the thread (user mode) or machine CPU this belongs to
    struct debugger *debugger; // NULL: nobody debugs

    // Where the engine resumes when a host fault turns out to be a guest abort; valid while in_engine.
    sigjmp_buf abort_jmp;
    volatile sig_atomic_t in_engine;
};

#define CPU_EXCL_OPEN 0xff

enum cpu_mode {
    MODE_USR = 0x10,
    MODE_FIQ = 0x11,
    MODE_IRQ = 0x12,
    MODE_SVC = 0x13,
    MODE_MON = 0x16,
    MODE_ABT = 0x17,
    MODE_HYP = 0x1a,
    MODE_UND = 0x1b,
    MODE_SYS = 0x1f,
};

enum cpu_irq { CPU_IRQ = 1, CPU_FIQ = 2 };

// APSR/CPSR bits
#define PSR_N  0x80000000u
#define PSR_Z  0x40000000u
#define PSR_C  0x20000000u
#define PSR_V  0x10000000u
#define PSR_Q  0x08000000u
#define PSR_GE 0x000f0000u
#define PSR_E  0x00000200u
#define PSR_A  0x00000100u
#define PSR_I  0x00000080u
#define PSR_F  0x00000040u
#define PSR_T  0x00000020u
#define PSR_M  0x0000001fu
#define PSR_IT 0x0600fc00u

// FPSCR bits
#define FPSCR_QC     0x08000000u
#define FPSCR_AHP    0x04000000u
#define FPSCR_DN     0x02000000u
#define FPSCR_FZ     0x01000000u
#define FPSCR_RMODE  0x00c00000u
#define FPSCR_STRIDE 0x00300000u
#define FPSCR_FZ16   0x00080000u
#define FPSCR_LEN    0x00070000u
#define FPSCR_IDC    0x80u
#define FPSCR_IXC    0x10u
#define FPSCR_UFC    0x08u
#define FPSCR_OFC    0x04u
#define FPSCR_DZC    0x02u
#define FPSCR_IOC    0x01u

// The whole CPSR, and its writing back (all fields: the caller masks what must not change).
uint32_t cpu_cpsr_get(const struct cpu *c);
void cpu_cpsr_set(struct cpu *c, uint32_t psr);

// CPSR.E, and with it the way to memory.
void cpu_set_endian(struct cpu *c, bool big);

// Whether a value of CPSR.M is a mode at all, and which registers are its own.
bool cpu_mode_exists(uint32_t mode);
extern const char *const cpu_register_name[16];
// "usr", "svc" …; "?": there is none.
const char *cpu_mode_name(uint32_t mode);
enum cpu_bank cpu_bank_of(uint32_t mode);
// Changes the mode and with it the visible registers; tells the system part, for which privilege may have
// changed.
void cpu_set_mode(struct cpu *c, uint32_t mode);
// A register as User mode sees it, from any mode (LDM and STM of user registers; banked MRS and MSR).
uint32_t *cpu_user_reg(struct cpu *c, unsigned n);
// The SPSR of the current mode. User and System have none: that is UNPREDICTABLE, and here one that nobody
// reads.
uint32_t *cpu_spsr(struct cpu *c);

static inline bool cpu_privileged(const struct cpu *c)
{
    return c->mode != MODE_USR;
}

// Resets to the state in which a Linux process starts, all registers 0.
void cpu_reset(struct cpu *c);

// Ends the current instruction with an abort; called by memory slow paths and, from a signal handler, for a
// host fault in the window. Only while c->in_engine.
_Noreturn void cpu_abort(struct cpu *c, uint32_t addr, enum cpu_fault_kind kind, bool write);
_Noreturn void cpu_abort_fault(struct cpu *c, struct cpu_fault fault);

static inline uint32_t cpu_s_get(const struct cpu *c, unsigned s)
{
    return (uint32_t)(c->d[s >> 1] >> (s & 1) * 32);
}

static inline void cpu_s_set(struct cpu *c, unsigned s, uint32_t v)
{
    const unsigned sh = (s & 1) * 32;
    c->d[s >> 1] = (c->d[s >> 1] & ~(0xffffffffull << sh)) | (uint64_t)v << sh;
}

#endif
