// Lockstep: whenever compiled code is entered, the interpreter goes ahead, one instruction at a time, and
// notes every state and every store; its stores are undone, compiled code runs, and must come to one of the
// noted states, with memory as it was there.
//
// Compiled code sees exit_request set and is never linked, so that it leaves at its first back edge; it
// counts what it executes (struct tier: counts), and that says which of the states is meant. A store of
// compiled code to where the interpreter never stores is not seen, until somebody loads it.
//
// In a machine, where instructions are time then, so that nothing but the instructions themselves makes any
// difference, system registers are part of the states; what cannot be done twice ends both sides
// (lockstep_memory.c).
#include "interp/lockstep.h"

#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "interp/lockstep_state.h"

enum {
    TRIES = 3,           // as often must a difference show
    RUNS_IN_A_TURN = 64, // of compiled code, before another thread gets the turn
};

static struct lockstep *lockstep_memory(void)
{
    struct lockstep *l =
        mmap(NULL, sizeof *l, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return l == MAP_FAILED ? NULL : l;
}

// ---- whose turn it is ----

void lockstep_begin(struct lockstep *l, struct cpu *c)
{
    for (;;) {
        struct cpu *nobody = NULL;
        if (atomic_compare_exchange_strong(&l->turn, &nobody, c)) return;
        sched_yield();
    }
}

void lockstep_end(struct lockstep *l, struct cpu *c)
{
    struct cpu *me = c;
    atomic_compare_exchange_strong(&l->turn, &me, NULL);
}

void lockstep_forked(struct lockstep *l)
{
    atomic_store(&l->turn, NULL);
}

static void give_way(struct lockstep *l, struct cpu *c)
{
    lockstep_end(l, c);
    sched_yield();
    lockstep_begin(l, c);
}

// ---- the interpreter's side ----

static APART enum cpu_exit one_instruction(struct cpu *c)
{
    c->budget = 1;
    c->mem_mode = CPU_MEM_SLOW; // SETEND and CPSR writes set it anew
    if (sigsetjmp(c->abort_jmp, 0)) return interp_aborted(c);
    return interp_single(c);
}

// The instruction that has ended by an abort can be done once only: neither side has come to it.
static void stop_in_front(struct cpu *c, struct lockstep *l)
{
    lockstep_restore(c, &l->state[l->n]);
    l->end = CPU_EXIT_BUDGET;
}

static void go_ahead(struct cpu *c, struct lockstep *l, unsigned length)
{
    const bool bigend = c->bigend;
    l->n = l->nstores = 0;
    l->overflow = l->apart = false;
    c->mem = &l->ahead;
    if (c->sys) c->sys = &l->sys_twice;
    l->words_old = true;
    lockstep_save(c, l, &l->state[0]);
    do {
        l->end = one_instruction(c);
        if (c->budget == 0) lockstep_save(c, l, &l->state[++l->n]); // else it has not been executed
    } while (l->end == CPU_EXIT_BUDGET && l->n < length && c->bigend == bigend && !l->overflow);
    l->fault = c->fault;
    if (l->apart) stop_in_front(c, l);
    lockstep_save(c, l, &l->stopped);
    if (c->sys) c->sys = l->sys;
    c->mem = l->plain;
}

static void undo(struct cpu *c, struct lockstep *l)
{
    lockstep_undo_stores(l);
    lockstep_restore(c, &l->state[0]);
}

// ---- compiled code's side ----

struct outcome {
    struct tier_result r;
    bool aborted;
    unsigned n;
};

static void request_exit(struct cpu *c, sig_atomic_t from, sig_atomic_t to)
{
    // A request that comes meanwhile stays.
    __atomic_compare_exchange_n(&c->exit_request, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static APART struct tier_result enter(struct cpu *c, struct tier *t, void *code, bool *aborted)
{
    *aborted = false;
    if (sigsetjmp(c->abort_jmp, 0)) {
        ((struct interp_cpu *)c->engine_state)->exit = (uint8_t)interp_aborted(c);
        *aborted = true;
        return (struct tier_result){TIER_STOP, 0, NULL};
    }
    return t->run(t, c, code);
}

static struct outcome run_compiled(struct cpu *c, struct lockstep *l, struct tier *t, void *code,
                                   int64_t budget)
{
    struct outcome o;
    c->budget = budget;
    c->itstate = 0;
    l->apart = false;
    c->mem = &l->twice;
    if (c->sys) c->sys = &l->sys_twice;
    request_exit(c, 0, EXIT_CHECKED);
    o.r = enter(c, t, code, &o.aborted);
    request_exit(c, EXIT_CHECKED, 0);
    if (c->sys) c->sys = l->sys;
    c->mem = l->plain;
    o.n = (unsigned)(budget - c->budget);
    if (l->apart)
        o.r = (struct tier_result){TIER_ONE, c->r[15] | c->thumb | (uint64_t)c->itstate << 32, NULL};
    return o;
}

// ---- comparison ----

// The interpreter goes on from here with some flags, noting its states in `to`; then all is as before.
static unsigned try_flags(struct cpu *c, struct lockstep *scratch, uint32_t flags, struct lockstep_state *to)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct lockstep *l = e->lockstep;
    struct lockstep_state now = l->compiled;
    now.cpsr = (now.cpsr & ~LOCKSTEP_NZCV) | (flags & LOCKSTEP_NZCV);
    lockstep_restore(c, &now);
    e->lockstep = scratch;
    lockstep_prepare(scratch, c);
    go_ahead(c, scratch, LOCKSTEP_FLAGS_MAX);
    undo(c, scratch);
    e->lockstep = l;
    memcpy(to, scratch->state, (scratch->n + 1) * sizeof *to);
    lockstep_restore(c, &l->compiled);
    return scratch->n;
}

// Where a loop is left at its head, flags that it sets before it reads them need not be right. Whether nobody
// reads them is tried out: the interpreter must come to the same state with either, or once round the loop.
static bool only_dead_flags(struct cpu *c, struct lockstep *l, const struct outcome *o)
{
    const struct lockstep_state *b = &l->state[o->n];
    struct lockstep_state a = l->compiled;
    if ((o->r.why != TIER_BRANCH && o->r.why != TIER_HOT) || o->n == 0) return false;
    a.cpsr = (a.cpsr & ~LOCKSTEP_NZCV) | (b->cpsr & LOCKSTEP_NZCV);
    if (!lockstep_same(c, &a, b)) return false;
    if (!l->scratch && !(l->scratch = lockstep_memory())) return false;
    l->scratch->nwords = 0;
    struct lockstep_state *x = l->tried[0], *y = l->tried[1];
    const unsigned n = try_flags(c, l->scratch, l->compiled.cpsr, x);
    const unsigned m = try_flags(c, l->scratch, b->cpsr, y);
    for (unsigned k = 1; k <= n && k <= m; k++) {
        if (lockstep_same(c, &x[k], &y[k])) return true;
        x[k].cpsr = (x[k].cpsr & ~LOCKSTEP_NZCV) | (y[k].cpsr & LOCKSTEP_NZCV);
        if (!lockstep_same(c, &x[k], &y[k])) return false;
        if (x[k].r[15] == a.r[15]) return true; // once round
    }
    return false;
}

static const char *difference(struct cpu *c, struct lockstep *l, const struct outcome *o, char *why,
                              size_t size)
{
    const struct interp_cpu *ic = c->engine_state;
    const bool stopped = o->r.why == TIER_STOP;
    if (o->n > l->n) return "compiled code went further";
    // Compiled code stops where an interrupt is due, and where the interpreter need not.
    const bool looks = stopped && ic->exit == CPU_EXIT_INTERRUPT;
    if (stopped && !looks && (o->n != l->n || ic->exit != l->end)) return "compiled code stopped";
    const struct lockstep_state *expected = stopped && !looks ? &l->stopped : &l->state[o->n];
    if (!lockstep_same(c, &l->compiled, expected) && !only_dead_flags(c, l, o)) return "registers";
    const struct cpu_fault *f = &c->fault, *g = &l->fault;
    if (stopped && o->aborted && (f->addr != g->addr || f->kind != g->kind || f->write != g->write)) {
        snprintf(why, size, "the fault is %s at 0x%08x (kind %d), not %s at 0x%08x (kind %d)",
                 f->write ? "a write" : "a read", f->addr, f->kind, g->write ? "a write" : "a read", g->addr,
                 g->kind);
        return why;
    }
    // What the interpreter is to do anew, perhaps an abort, may have stored part of the same already.
    const bool midst = o->aborted || (c->sys && o->r.why == TIER_ONE);
    return lockstep_same_memory(l, o->n, midst, why, size) ? NULL : why;
}

// NULL: none. why: room for the text.
static const char *check(struct cpu *c, struct lockstep *l, struct outcome *o, char *why, size_t size)
{
    if (o->r.why == TIER_DEAD) return NULL; // it has not run
    if (o->r.why == TIER_BRANCH || o->r.why == TIER_ONE || o->r.why == TIER_HOT) {
        c->r[15] = (uint32_t)o->r.key & ~1u;
        c->itstate = (uint8_t)(o->r.key >> 32);
    }
    l->words_old = true; // compiled code writes them itself
    lockstep_save(c, l, &l->compiled);
    return difference(c, l, o, why, size);
}

// Both sides, from the state at hand. False: the code itself was written, or somebody interrupts.
static bool run_both(struct cpu *c, void *code, struct outcome *o)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct lockstep *l = e->lockstep;
    const unsigned generation = atomic_load(&e->cache.generation);
    const int64_t budget = c->budget;
    l->nwords = 0;
    go_ahead(c, l, e->tier->length(e->tier, code));
    undo(c, l);
    c->budget = budget;
    if (c->exit_request || l->overflow || generation != atomic_load(&e->cache.generation)) return false;
    *o = run_compiled(c, l, e->tier, code, budget);
    return true;
}

// The kernel and other processes may write to memory that is looked at here: a difference has to show again.
static struct outcome run_checked(struct cpu *c, struct block *b, void *code)
{
    struct lockstep *l = lockstep_of(c);
    struct outcome o = {.r = {.why = TIER_NONE}};
    const int64_t budget = c->budget;
    for (int tries = 1; run_both(c, code, &o); tries++) {
        char why[100];
        const char *what = check(c, l, &o, why, sizeof why);
        c->budget = budget - o.n; // flags may have been tried out
        if (!what) return o;
        if (tries == TRIES) {
            lockstep_report(c, l, b, o.n, what);
            _exit(EXIT_LOCKSTEP);
        }
        undo(c, l);
        c->budget = budget;
    }
    o.r.why = TIER_NONE;
    return o;
}

struct tier_result lockstep_run(struct cpu *c, struct block *b, void *code)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct lockstep *l = e->lockstep;
    sigjmp_buf outer;
    if (++l->runs % RUNS_IN_A_TURN == 0 && !c->sys) give_way(l, c);
    const unsigned length = e->tier->length(e->tier, code);
    if (length > LOCKSTEP_MAX_INSNS || length > c->budget) return (struct tier_result){.why = TIER_NONE};
    memcpy(&outer, &c->abort_jmp, sizeof outer);
    lockstep_prepare(l, c);
    c->r[15] = (uint32_t)b->key & ~1u;
    c->itstate = (uint8_t)(b->key >> 32);
    struct outcome o = run_checked(c, b, code);
    memcpy(&c->abort_jmp, &outer, sizeof outer);
    if (!o.n && o.r.why == TIER_BRANCH) o.r.why = TIER_NONE; // it was forgotten
    if (o.r.why != TIER_STOP) c->itstate = 0;
    return o.r;
}

struct lockstep *lockstep_new(struct tier *t)
{
    struct lockstep *l = lockstep_memory();
    if (l) t->counts = true;
    return l;
}
