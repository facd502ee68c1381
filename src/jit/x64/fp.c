#include "jit/x64/fp.h"

#include <xmmintrin.h>

#include "base/monotonic.h"

enum {
    HOST = 0x1f80, // what C code expects: all masked, to nearest
    // Flags; seven bits higher, their masks.
    IE = 1,
    DE = 2,
    ZE = 4,
    UE = 0x10,
    PE = 0x20,
    FLAGS = 0x3f,
    MASK_SHIFT = 7,
    ROUNDING_SHIFT = 13,
};

// So many traps in so short a time are too many.
enum { TRAPS = 1000, TRAPS_NS = 100000000 };

unsigned fp_needs(uint32_t fpscr)
{
    return (fpscr & FPSCR_FZ ? FP_FLUSH : 0u) | (fpscr & FPSCR_DN ? FP_NAN : 0u) |
           (fpscr & FPSCR_RMODE ? FP_ROUND : 0u);
}

// Denormals trap, and what comes before them: a denormal divided by zero is zero by zero. Where an operation
// underflows, the host may set its inexact flag as well, which ARM does not: as long as FPSCR.IXC is clear
// that flag must not be set but by the handler.
static uint32_t flushing(const struct cpu *c)
{
    return (DE | ZE | UE | (c->fpscr & FPSCR_IXC ? 0u : PE)) << MASK_SHIFT;
}

static uint32_t guest_modes(const struct cpu *c, unsigned form)
{
    static const uint8_t rounding[4] = {0, 2, 1, 3}; // up and down are the other way round
    uint32_t m = HOST | (uint32_t)rounding[c->fpscr >> 22 & 3] << ROUNDING_SHIFT;
    if (!(form & FP_NAN)) m &= ~((uint32_t)IE << MASK_SHIFT);
    if (c->fpscr & FPSCR_FZ && !(form & FP_CALL)) m &= ~flushing(c);
    return m;
}

void fp_enter(struct cpu *c, unsigned form)
{
    c->host_fp.form = (uint8_t)form;
    c->host_fp.mxcsr[FP_GUEST] = guest_modes(c, form);
    c->host_fp.mxcsr[FP_STANDARD] = HOST & ~flushing(c) & ~(form & FP_NAN ? 0u : (uint32_t)IE << MASK_SHIFT);
    if (form & FP_VECTOR && !(form & FP_CALL_VECTOR) && !fp_changes_mode(form))
        c->host_fp.mxcsr[FP_GUEST] = c->host_fp.mxcsr[FP_STANDARD];
    _mm_setcsr(c->host_fp.mxcsr[FP_GUEST]);
}

enum { CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, OF = 0x800 };
enum { UNORDERED = 3, EQUAL = 6, LESS = 8, GREATER = 2 }; // NZCV

uint32_t fp_nzcv(unsigned compared)
{
    const unsigned f = compared >> 8;
    const bool swapped = (compared & 3) == FP_COMPARE_SWAPPED;
    if (f & PF) return UNORDERED;
    if (f & ZF) return EQUAL;
    return !(f & CF) == swapped ? LESS : GREATER;
}

// What UCOMIS would have given.
static uint64_t compared_flags(uint32_t nzcv, bool swapped)
{
    if (nzcv == UNORDERED) return CF | PF | ZF;
    if (nzcv == EQUAL) return ZF;
    return (nzcv == LESS) != swapped ? CF : 0;
}

// IE, ZE, OE, UE, PE → IOC, DZC, OFC, UFC, IXC. A denormal operand means nothing where it does not trap.
static void collect(struct cpu *c, uint32_t mxcsr)
{
    mxcsr |= c->host_fp.mxcsr[FP_GUEST] | c->host_fp.mxcsr[FP_STANDARD];
    c->fpscr |= (mxcsr & IE) | (mxcsr >> 1 & 0x1e);
    c->host_fp.mxcsr[FP_GUEST] &= ~(uint32_t)FLAGS;
    c->host_fp.mxcsr[FP_STANDARD] &= ~(uint32_t)FLAGS;
    if (!c->host_fp.compared) return;
    c->fpscr = (c->fpscr & 0x0fffffff) | fp_nzcv(c->host_fp.compared) << 28;
    c->host_fp.compared = 0;
}

void fp_leave(struct cpu *c)
{
    collect(c, _mm_getcsr());
    _mm_setcsr(HOST);
}

// In mode m again, which may be less careful once FPSCR.IXC is set.
static void resume(struct cpu *c, uint32_t m)
{
    if (c->fpscr & FPSCR_IXC) {
        const uint32_t mask = (uint32_t)PE << MASK_SHIFT;
        m |= mask;
        c->host_fp.mxcsr[FP_GUEST] |= mask;
        c->host_fp.mxcsr[FP_STANDARD] |= mask;
    }
    _mm_setcsr(m & ~(uint32_t)FLAGS);
}

const void *fp_call(struct cpu *c, const struct tier_call *call)
{
    const uint32_t m = _mm_getcsr();
    collect(c, m);
    _mm_setcsr(HOST);
    const void *r = call->fn(c, call->step);
    resume(c, m);
    return r;
}

bool fp_write(struct cpu *c, uint32_t value)
{
    const uint32_t known = 0xf0000000 | FPSCR_QC | FPSCR_AHP | FPSCR_DN | FPSCR_FZ | FPSCR_RMODE | FPSCR_IDC |
                           FPSCR_IXC | FPSCR_UFC | FPSCR_OFC | FPSCR_DZC | FPSCR_IOC;
    if (value & ~known || fp_needs(value) & ~(unsigned)c->host_fp.form) return false;
    c->fpscr = value;
    c->host_fp.compared = 0;
    fp_enter(c, c->host_fp.form);
    return true;
}

static void count(struct cpu *c, unsigned remedy)
{
    if (++c->host_fp.traps % TRAPS) return;
    const uint64_t now = monotonic_ns();
    if (now - c->host_fp.since < TRAPS_NS) {
        c->host_fp.wants |= (uint8_t)remedy;
        c->exit_request = 1;
    }
    c->host_fp.since = now;
}

// What spares an operation its traps.
static unsigned remedy(const struct cpu *c, uint32_t trapped, bool vector)
{
    if (trapped & IE) return FP_NAN;
    if (vector) return FP_CALL_VECTOR;
    return c->fpscr & FPSCR_FZ ? FP_CALL : FP_MODES;
}

const void *fp_trap(struct cpu *c, uintptr_t arg, uint64_t *eflags)
{
    const struct tier_call *call = (const struct tier_call *)(arg & ~(uintptr_t)3);
    const uint32_t m = _mm_getcsr(), trapped = m & ~(m >> MASK_SHIFT) & FLAGS;
    const enum fp_compare compare = arg & 3;
    if (trapped) count(c, remedy(c, trapped, compare == FP_VECTOR_OP));
    _mm_setcsr(m & ~trapped); // the handler knows which flags the instruction really sets
    const void *r = call->fn(c, call->step);
    if (compare == FP_COMPARE || compare == FP_COMPARE_SWAPPED)
        *eflags = (*eflags & ~(uint64_t)(CF | PF | AF | ZF | SF | OF)) |
                  compared_flags(c->fpscr >> 28, compare == FP_COMPARE_SWAPPED);
    return r;
}
