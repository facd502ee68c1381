// Exclusives, swap, acquire and release, barriers, hints (A3.4, A8.8).
//
// The monitor is an address and the value that was loaded there; the store is a host compare-and-exchange
// against that value. It can succeed where another CPU changed the word and changed it back in between, which
// no lock-free algorithm written for load-exclusive/store-exclusive relies on failing.
#include <stdatomic.h>

#include "cpu/system.h"
#include "interp/run.h"

// Values in the monitor are as memory has them; registers see them through CPSR.E, word by word for
// doublewords.
static uint64_t byte_order(const struct cpu *c, uint64_t v, unsigned size)
{
    if (!c->bigend) return v;
    switch (size) {
    case 1: return __builtin_bswap16((uint16_t)v);
    case 2: return __builtin_bswap32((uint32_t)v);
    case 3: return (uint64_t)__builtin_bswap32((uint32_t)(v >> 32)) << 32 | __builtin_bswap32((uint32_t)v);
    default: return v;
    }
}

static uint64_t load_atomic(struct cpu *c, uint32_t addr, unsigned size)
{
    void *p = interp_host_ptr(c, addr, 1u << size, false);
    switch (size) {
    case 0: return __atomic_load_n((uint8_t *)p, __ATOMIC_SEQ_CST);
    case 1: return __atomic_load_n((uint16_t *)p, __ATOMIC_SEQ_CST);
    case 2: return __atomic_load_n((uint32_t *)p, __ATOMIC_SEQ_CST);
    default: return __atomic_load_n((uint64_t *)p, __ATOMIC_SEQ_CST);
    }
}

static void store_atomic(struct cpu *c, uint32_t addr, unsigned size, uint64_t v)
{
    void *p = interp_host_ptr(c, addr, 1u << size, true);
    switch (size) {
    case 0: __atomic_store_n((uint8_t *)p, (uint8_t)v, __ATOMIC_SEQ_CST); break;
    case 1: __atomic_store_n((uint16_t *)p, (uint16_t)v, __ATOMIC_SEQ_CST); break;
    default: __atomic_store_n((uint32_t *)p, (uint32_t)v, __ATOMIC_SEQ_CST); break;
    }
}

#define COMPARE_EXCHANGE(type)                                                                               \
    {                                                                                                        \
        type expected = (type)old;                                                                           \
        return __atomic_compare_exchange_n((type *)p, &expected, (type) new, false, __ATOMIC_SEQ_CST,        \
                                           __ATOMIC_SEQ_CST);                                                \
    }
static bool compare_exchange(struct cpu *c, uint32_t addr, unsigned size, uint64_t old, uint64_t new)
{
    void *p = interp_host_ptr(c, addr, 1u << size, true);
    switch (size) {
    case 0: COMPARE_EXCHANGE(uint8_t)
    case 1: COMPARE_EXCHANGE(uint16_t)
    case 2: COMPARE_EXCHANGE(uint32_t)
    default: COMPARE_EXCHANGE(uint64_t)
    }
}

// ldrex{b|h|d} Rt{, Rt2}, [Rn{, #imm}]; ldaex…
STEP(ldrex)
{
    interp_mark(c, s);
    const uint32_t addr = c->r[s->rn] + s->imm;
    mem_check_align(c, addr, 1u << s->size, false);
    const uint64_t raw = load_atomic(c, addr, s->size), v = byte_order(c, raw, s->size);
    c->excl_addr = addr;
    c->excl_size = s->size;
    c->excl_value = raw;
    c->r[s->rd] = (uint32_t)v;
    if (s->size == 3) c->r[s->ra] = (uint32_t)(v >> 32);
    NEXT;
}

// strex{b|h|d} Rd, Rt{, Rt2}, [Rn{, #imm}]; stlex…
STEP(strex)
{
    interp_mark(c, s);
    const uint32_t addr = c->r[s->rn] + s->imm;
    mem_check_align(c, addr, 1u << s->size, true);
    uint32_t failed = 1;
    if (c->excl_size == s->size && c->excl_addr == addr) {
        const uint64_t v = s->size == 3 ? (uint64_t)c->r[s->ra] << 32 | c->r[s->rm] : c->r[s->rm];
        failed = !compare_exchange(c, addr, s->size, c->excl_value, byte_order(c, v, s->size));
    }
    c->excl_size = CPU_EXCL_OPEN;
    c->r[s->rd] = failed;
    NEXT;
}

// clrex
STEP(clrex)
{
    c->excl_size = CPU_EXCL_OPEN;
    NEXT;
}

// swp{b} Rd, Rm, [Rn]
STEP(swp)
{
    if (c->no_swp) return interp_undefined(c, s);
    interp_mark(c, s);
    const uint32_t addr = c->r[s->rn], value = (uint32_t)byte_order(c, c->r[s->rm], s->size);
    mem_check_align(c, addr, 1u << s->size, true);
    interp_host_ptr(c, addr, 1u << s->size, false); // what a read would fault at is a read's fault
    void *p = interp_host_ptr(c, addr, 1u << s->size, true);
    const uint32_t old = s->size ? __atomic_exchange_n((uint32_t *)p, value, __ATOMIC_SEQ_CST)
                                 : __atomic_exchange_n((uint8_t *)p, (uint8_t)value, __ATOMIC_SEQ_CST);
    c->r[s->rd] = (uint32_t)byte_order(c, old, s->size);
    NEXT;
}

// lda{b|h} Rt, [Rn]
STEP(lda)
{
    interp_mark(c, s);
    const uint32_t addr = c->r[s->rn];
    mem_check_align(c, addr, 1u << s->size, false);
    c->r[s->rd] = (uint32_t)byte_order(c, load_atomic(c, addr, s->size), s->size);
    NEXT;
}

// stl{b|h} Rt, [Rn]
STEP(stl)
{
    interp_mark(c, s);
    const uint32_t addr = c->r[s->rn];
    mem_check_align(c, addr, 1u << s->size, true);
    store_atomic(c, addr, s->size, byte_order(c, c->r[s->rd], s->size));
    NEXT;
}

// dmb
STEP(dmb)
{
    atomic_thread_fence(memory_order_seq_cst);
    NEXT;
}

// dsb
STEP(dsb)
{
    atomic_thread_fence(memory_order_seq_cst);
    if (c->sync_pending) return interp_stop_after(c, s, CPU_EXIT_SYNC);
    NEXT;
}

// sev
STEP(sev)
{
    if (c->sys) c->sys->send_event(c);
    NEXT;
}

// sevl
STEP(sevl)
{
    c->event = 1;
    NEXT;
}

// nop, dbg, isb …: nothing that could be seen from here
STEP(nop)
{
    NEXT;
}

// yield
STEP(yield)
{
    return interp_stop_after(c, s, CPU_EXIT_YIELD);
}

// wfe
STEP(wfe)
{
    return interp_stop_after(c, s, CPU_EXIT_WFE);
}

// wfi
STEP(wfi)
{
    return interp_stop_after(c, s, CPU_EXIT_WFI);
}

step_fn *interp_select_sync(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_LDREX: return ldrex;
    case OP_STREX: return strex;
    case OP_CLREX: return clrex;
    case OP_SWP: return swp;
    case OP_LDA: return lda;
    case OP_STL: return stl;
    case OP_DMB: return dmb;
    case OP_DSB: return dsb;
    case OP_SEV: return sev;
    case OP_SEVL: return sevl;
    case OP_ISB:
    case OP_NOP:
    case OP_CSDB:
    case OP_DBG: return nop;
    case OP_YIELD: return yield;
    case OP_WFE: return wfe;
    case OP_WFI: return wfi;
    default: return NULL;
    }
}
