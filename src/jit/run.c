// Into compiled code and out of it: registers and flags between it and C, at its end, at faults and traps.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/stats.h"
#include "cpu/engine.h"
#include "jit/internal.h"

// What a fault has found in the host's flags goes where compiled code keeps the rest.
static void take_flags(struct cpu *c, const struct emit_flags *f, uint64_t eflags)
{
    if (f->kind == HOST_FLOAT || f->kind == HOST_FLOAT_SWAPPED) {
        const unsigned compare = f->kind == HOST_FLOAT ? FP_COMPARE : FP_COMPARE_SWAPPED;
        const uint32_t nzcv = fp_nzcv(compare | (unsigned)(eflags & 0xff) << 8);
        if (f->host & IR_N) c->host_flags.n = nzcv >> 3 & 1;
        if (f->host & IR_Z) c->host_flags.z = nzcv >> 2 & 1;
        if (f->host & IR_C) c->host_flags.borrow = !(nzcv & 2);
        if (f->host & IR_V) c->host_flags.overflow = nzcv & 1;
        return;
    }
    if (f->host & IR_N) c->host_flags.n = eflags >> 7 & 1;
    if (f->host & IR_Z) c->host_flags.z = eflags >> 6 & 1;
    if (f->host & IR_C) c->host_flags.borrow = (eflags & 1) == (f->kind == HOST_SUB);
    if (f->host & IR_V) c->host_flags.overflow = eflags >> 11 & 1;
}

// What a comparison that compiled code does later (ir_pass_sink) makes of them.
static void make_flags(struct cpu *c, const struct emit_due *due)
{
    if (!due->sets) return;
    const uint32_t a = c->r[due->a], b = due->b == IR_IMM ? due->imm : c->r[due->b];
    const bool adds = due->op == IR_ADD, subtracts = due->op == IR_SUB;
    const uint32_t r = adds ? a + b : subtracts ? a - b : due->op == IR_AND ? a & b : a ^ b;
    if (due->sets & IR_N) c->host_flags.n = (uint8_t)(r >> 31);
    if (due->sets & IR_Z) c->host_flags.z = r == 0;
    if (!adds && !subtracts) return;
    if (due->sets & IR_C) c->host_flags.borrow = adds ? r >= a : a < b;
    if (due->sets & IR_V) c->host_flags.overflow = (uint8_t)(((adds ? ~(a ^ b) : a ^ b) & (a ^ r)) >> 31);
}

// Handlers that touch the flags find them where the interpreter keeps them.

static void flags_out(struct cpu *c)
{
    c->nf = (uint32_t)c->host_flags.n << 31;
    c->zf = !c->host_flags.z;
    c->cf = !c->host_flags.borrow;
    c->vf = (uint32_t)c->host_flags.overflow << 31;
}

static void flags_in(struct cpu *c)
{
    c->host_flags.n = (uint8_t)(c->nf >> 31);
    c->host_flags.z = c->zf == 0;
    c->host_flags.borrow = !c->cf;
    c->host_flags.overflow = (uint8_t)(c->vf >> 31);
}

const void *jit_call_with_state(struct cpu *c, const void *inner)
{
    const struct tier_call *call = inner;
    if (call->flags) flags_out(c);
    const void *r = call->fp && c->host_fp.form ? fp_call(c, call) : call->fn(c, call->step);
    if (call->flags) flags_in(c);
    return r;
}

bool jit_begin_fp(struct jit *j, const struct cpu *c, unsigned form)
{
    if (j->fp_form || c->memory_shared) return false;
    j->fp_form = form | fp_needs(c->fpscr);
    return true;
}

// Code must be able to do more from now on: all of it is made anew.
void jit_want_fp(struct jit *j, struct cpu *c, unsigned form)
{
    stats_add(STAT_FP_FORMS, 1);
    __atomic_fetch_or(&j->fp_wanted, form, __ATOMIC_RELAXED);
    j->anew = true;
    c->exit_request = 1;
}

// All code has assumed that they do not.
void jit_flags_cross(struct tier *t, struct cpu *c)
{
    struct jit *j = jit_of(t);
    pthread_mutex_lock(&j->lock);
    if (!t->crosses && j->code) {
        jit_forget_all(j);
        c->exit_request = 1;
    }
    t->crosses = true;
    if (j->work) j->work->translation.flags_cross = true;
    pthread_mutex_unlock(&j->lock);
}

static struct emit_jump *new_jumps(struct jit *j, const struct cpu *c)
{
    if (!c->sys && !__atomic_exchange_n(&j->jumps_given, true, __ATOMIC_ACQUIRE)) return j->work->jumps;
    return pages_new(emit_jumps_size(c->sys));
}

static void return_jumps(struct jit *j)
{
    memset(j->work->jumps, 0, sizeof j->work->jumps);
    __atomic_store_n(&j->jumps_given, false, __ATOMIC_RELEASE);
}

static bool prepare(struct jit *j, struct cpu *c)
{
    struct emit_jump *jumps = new_jumps(j, c);
    if (!jumps) return false;
    jumps[emit_jump_hash(0, c->sys)].target =
        JUMP_EMPTY; // the others are zeros, which are elsewhere no target
    c->host_jump = jumps;
    for (unsigned i = 0; i < CPU_HOST_HEAT; i++)
        c->host_heat[i] = (int32_t)j->hot_region;
    return true;
}

// The guest's state is where C expects it, and MXCSR what it expects.
static void out_of_code(const struct jit *j, struct cpu *c)
{
    c->in_tier = 0;
    flags_out(c);
    if (j->fp_form & FP_USED) fp_leave(c);
}

enum { ARCH_SET_GS_ = 0x1001 };

// Why code has been left, and where control goes on. Compiled code keeps no record of the instruction set.
static struct tier_result result(const struct jit *j, struct cpu *c, enum emit_exit why, uint64_t key)
{
    struct tier_result r = {TIER_BRANCH, key, NULL};
    switch (why) {
    case EXIT_LINK: {
        struct emit_link *l = (struct emit_link *)(uintptr_t)key;
        r.key = l->key;
        r.link = l->disp ? l : NULL;
        break;
    }
    case EXIT_INDIRECT: r.key = key & (key & 1 ? ~0u : ~3u); break;
    case EXIT_LEAVE: r.why = TIER_ONE; break;
    case EXIT_HOT:
        r.key = ((const struct emit_entry *)(uintptr_t)key)->key;
        c->host_heat[emit_heat_slot(r.key)] = (int32_t)j->hot_region;
        r.why = TIER_HOT;
        break;
    case EXIT_STALE:
        r.key = ((const struct emit_entry *)(uintptr_t)key)->key;
        r.link = (void *)(uintptr_t)(key | JIT_STALE);
        break;
    case EXIT_STOP: return (struct tier_result){TIER_STOP, 0, NULL};
    }
    r.key &= TIER_VIRTUAL;
    c->thumb = r.key & 1;
    return r;
}

// Where an address of a frame has its code. Another process has its table empty, but the same code: without
// this, to find it by way of the engine took a fifth of what forks cost.
static struct emit_known *known_at(const struct cpu *c, uint32_t target, uint32_t frame)
{
    struct emit_known *known = (void *)((struct emit_jump *)c->host_jump + EMIT_SYSTEM_JUMPS);
    return &known[(emit_jump_hash(target, true) ^ frame * 0x9e5u) & (EMIT_KNOWN - 1)];
}

static void enter_jump(struct cpu *c, uint32_t target, const void *code)
{
    struct emit_jump *jump = &((struct emit_jump *)c->host_jump)[emit_jump_hash(target, c->sys)];
    jump->target = target;
    jump->context = c->code_context;
    jump->code = code;
}

void jit_remember(struct jit *j, struct cpu *c, uint32_t target, const struct emit_entry *entry)
{
    const void *code = entry->code + j->to_exec;
    enter_jump(c, target, code);
    if (!c->sys || (target & 0xffe) == 0xffe) return; // which may reach into another frame
    const uint32_t frame = (uint32_t)(entry->key >> TIER_FRAME_SHIFT);
    *known_at(c, target, frame) = (struct emit_known){target, frame, code};
}

// An indirect branch has left code since the table does not have its target. NULL: the engine has to find it.
static const void *find_known(const struct jit *j, struct cpu *c, uint64_t key)
{
    if (!c->sys || c->exit_request || j->anew || c->mem_mode == CPU_MEM_SLOW) return NULL;
    const uint32_t target = (uint32_t)key & (key & 1 ? ~0u : ~3u);
    c->thumb = target & 1;
    const uint32_t frame = j->tier.source->frame(c, target);
    const struct emit_known *known = known_at(c, target, frame);
    if (c->code_unnamed || !known->code || known->target != target || known->frame != frame) return NULL;
    enter_jump(c, target, known->code);
    stats_add(STAT_REMEMBERED, 1);
    return known->code;
}

struct tier_result jit_run(struct tier *t, struct cpu *c, void *code)
{
    struct jit *j = jit_of(t);
    const struct emit_entry *entry = code;
    const uint64_t key = entry->key & TIER_VIRTUAL;
    if (j->anew || jit_is_dead(entry)) return (struct tier_result){TIER_DEAD, key, NULL};
    if (!c->host_jump) { // the first compiled code of this thread
        if (!prepare(j, c)) return (struct tier_result){TIER_ONE, key, NULL};
        if (!c->sys) syscall(SYS_arch_prctl, ARCH_SET_GS_, c->window);
    }
    const unsigned missing = (fp_needs(c->fpscr) | c->host_fp.wants) & ~j->fp_form;
    if (j->fp_form & FP_USED && missing) {
        jit_want_fp(j, c, missing);
        return (struct tier_result){TIER_ONE, key, NULL};
    }
    flags_in(c);
    if (j->fp_form & FP_USED) fp_enter(c, j->fp_form);
    uint64_t (*enter)(struct cpu *, const void *) =
        (uint64_t(*)(struct cpu *, const void *))(uintptr_t)(j->shared.enter + j->to_exec);
    c->in_tier = 1;
    uint64_t r;
    const void *at = entry->code + j->to_exec;
    do
        r = enter(c, at);
    while (r >> EXIT_SHIFT == EXIT_INDIRECT && (at = find_known(j, c, r)));
    out_of_code(j, c);
    return result(j, c, (enum emit_exit)(r >> EXIT_SHIFT), r & ~(7ull << EXIT_SHIFT));
}

void jit_detach(struct tier *t, struct cpu *c)
{
    const struct jit_work *w = jit_of(t)->work;
    if (c->host_jump && w && c->host_jump == w->jumps)
        return_jumps(jit_of(t));
    else if (c->host_jump)
        munmap(c->host_jump, emit_jumps_size(c->sys));
    c->host_jump = NULL;
}

static void take_vectors(struct cpu *c, const struct emit_vector_home home[16],
                         const struct host_registers *h)
{
    for (unsigned x = 0; x < 16; x++)
        if (home[x].written)
            memcpy((uint8_t *)c->d + (home[x].v << home[x].size), h->xmm[x], 1u << home[x].size);
}

static void take_registers(struct cpu *c, const struct jit_unit *u, const struct emit_site *site,
                           const struct host_registers *h)
{
    for (unsigned r = 0; r < 15; r++)
        if (u->home[r] >= 0) c->r[r] = (uint32_t)h->r[u->home[r]];
    take_vectors(c, u->vector_home, h);
    take_flags(c, &site->flags, h->flags);
    make_flags(c, &site->due);
}

uint64_t jit_leave_at(const struct jit *j, struct cpu *c, const struct jit_unit *u,
                      const struct emit_site *site, const struct host_registers *h)
{
    take_registers(c, u, site, h);
    if (j->tier.counts) c->budget -= site->count - 1;
    return site->pc | u->thumb | (uint64_t)site->it << 32 | (uint64_t)EXIT_LEAVE << EXIT_SHIFT;
}

bool jit_trap(struct tier *t, struct cpu *c, const struct host_registers *h, uintptr_t *pc, uintptr_t *stack,
              uintptr_t *arg)
{
    struct jit *j = jit_of(t);
    const struct jit_unit *u;
    const struct emit_site *site = jit_site_at(j, *pc, &u);
    if (site && site->leave) {
        *arg = jit_leave_at(j, c, u, site, h);
        *pc = (uintptr_t)(j->shared.leave_saved + j->to_exec);
        return true;
    }
    if (!site || !site->back) return false;
    const uintptr_t back = (uintptr_t)(u->start + site->back + j->to_exec);
    *stack -= sizeof back;
    memcpy((void *)*stack, &back, sizeof back);
    take_vectors(c, u->vector_home, h);
    *arg = (uintptr_t)&u->calls[site->call] | site->compare;
    *pc = (uintptr_t)(j->shared.trap + j->to_exec);
    return true;
}

bool jit_fault(struct tier *t, struct cpu *c, uintptr_t host_pc, const struct host_registers *h,
               struct tier_insn *where, unsigned *count, uint32_t *addr)
{
    struct jit *j = jit_of(t);
    const struct jit_unit *u;
    const struct emit_site *site = jit_site_at(j, host_pc, &u);
    if (!site) return false;
    take_registers(c, u, site, h);
    out_of_code(j, c);
    c->thumb = u->thumb;
    where->pc = site->pc;
    where->it = site->it;
    *count = site->count;
    if (site->probe) *addr &= ~0xfffu; // the access that it stands for comes from below
    return true;
}

void jit_aborted(struct tier *t, struct cpu *c)
{
    if (c->in_tier) out_of_code(jit_of(t), c);
}
