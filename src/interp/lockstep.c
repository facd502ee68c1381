// Lockstep: whenever compiled code is entered, the interpreter goes ahead, one instruction at a time, and
// notes every state and every store; its stores are undone, compiled code runs, and must come to one of the
// noted states, with memory as it was there.
//
// Compiled code sees exit_request set and is never linked, so that it leaves at its first back edge; it
// counts what it executes (struct tier: counts), and that says which of the states is meant. A store of
// compiled code to where the interpreter never stores is not seen, until somebody loads it.
#include "interp/lockstep.h"

#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "interp/lockstep_state.h"

static struct lockstep *lockstep_of(struct cpu *c)
{
    return ((struct interp_engine *)c->engine)->lockstep;
}

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

// ---- memory while the interpreter goes ahead ----

// Before a store. That it may fault, and how, is found out first.
static void note_store(struct cpu *c, uint32_t addr, unsigned bytes)
{
    struct lockstep *l = lockstep_of(c);
    uint8_t *p = c->window + addr;
    const unsigned below = 0x1000 - (addr & 0xfff); // bytes up to the next page
    __asm__ volatile("lock orb $0, %0" : "+m"(*p));
    if (below < bytes) __asm__ volatile("lock orb $0, %0" : "+m"(p[below]));
    if (l->nstores == LOCKSTEP_MAX_STORES) {
        l->overflow = true;
        return;
    }
    struct lockstep_store *s = &l->store[l->nstores++];
    *s = (struct lockstep_store){.addr = addr, .insn = (uint16_t)l->n, .bytes = (uint8_t)bytes};
    memcpy(s->old, p, bytes);
}

static uint64_t load(struct cpu *c, uint32_t addr, unsigned bytes)
{
    uint64_t v = 0;
    memcpy(&v, c->window + addr, bytes);
    return v;
}

static void store(struct cpu *c, uint32_t addr, unsigned bytes, uint64_t value)
{
    note_store(c, addr, bytes);
    memcpy(c->window + addr, &value, bytes);
}

static void *atomic_ptr(struct cpu *c, uint32_t addr, unsigned bytes, bool write)
{
    if (write) note_store(c, addr, bytes);
    return c->window + addr;
}

static void prepare(struct lockstep *l, const struct cpu *c)
{
    if (l->plain) return;
    l->plain = c->mem;
    l->mem = *c->mem;
    l->mem.load = load;
    l->mem.store = store;
    l->mem.atomic_ptr = atomic_ptr;
}

// ---- states ----

static void save(const struct cpu *c, struct lockstep_state *s)
{
    memcpy(s->r, c->r, sizeof s->r);
    memcpy(s->d, c->d, sizeof s->d);
    s->cpsr = cpu_cpsr_get(c);
    s->fpscr = c->fpscr;
    s->tpidrurw = c->tpidrurw;
    s->excl_size = c->excl_size;
    // An open monitor has no address.
    s->excl_addr = c->excl_size == CPU_EXCL_OPEN ? 0 : c->excl_addr;
    s->excl_value = c->excl_size == CPU_EXCL_OPEN ? 0 : c->excl_value;
}

static void restore(struct cpu *c, const struct lockstep_state *s)
{
    memcpy(c->r, s->r, sizeof s->r);
    memcpy(c->d, s->d, sizeof s->d);
    cpu_cpsr_set(c, s->cpsr); // and with it the way to memory
    c->fpscr = s->fpscr;
    c->tpidrurw = s->tpidrurw;
    c->excl_size = (uint8_t)s->excl_size;
    c->excl_addr = s->excl_addr;
    c->excl_value = s->excl_value;
}

// ---- the interpreter's side ----

static APART enum cpu_exit one_instruction(struct cpu *c)
{
    c->budget = 1;
    c->mem_mode = CPU_MEM_SLOW; // SETEND and CPSR writes set it anew
    if (sigsetjmp(c->abort_jmp, 0)) return interp_aborted(c);
    return interp_single(c);
}

static void go_ahead(struct cpu *c, struct lockstep *l, unsigned length)
{
    const bool bigend = c->bigend;
    l->n = l->nstores = 0;
    l->overflow = false;
    c->mem = &l->mem;
    save(c, &l->state[0]);
    do {
        l->end = one_instruction(c);
        if (c->budget == 0) save(c, &l->state[++l->n]); // else it has not been executed
    } while (l->end == CPU_EXIT_BUDGET && l->n < length && c->bigend == bigend && !l->overflow);
    save(c, &l->stopped);
    l->fault = c->fault;
    c->mem = l->plain;
}

static void undo(struct cpu *c, struct lockstep *l)
{
    for (unsigned i = 0; i < l->nstores; i++)
        memcpy(l->store[i].last, c->window + l->store[i].addr, l->store[i].bytes);
    for (unsigned i = l->nstores; i-- > 0;)
        memcpy(c->window + l->store[i].addr, l->store[i].old, l->store[i].bytes);
    restore(c, &l->state[0]);
}

// ---- compiled code's side ----

struct outcome {
    struct tier_result r;
    bool aborted;
    unsigned n;
};

static void request_exit(struct cpu *c, sig_atomic_t from, sig_atomic_t to)
{
    // A request that comes meanwhile stays: 2 is ours.
    __atomic_compare_exchange_n(&c->exit_request, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static APART struct tier_result enter(struct cpu *c, struct tier *t, void *code, bool *aborted)
{
    *aborted = false;
    if (sigsetjmp(c->abort_jmp, 0)) {
        interp_aborted(c);
        *aborted = true;
        return (struct tier_result){TIER_STOP, 0, NULL};
    }
    return t->run(t, c, code);
}

static struct outcome run_compiled(struct cpu *c, struct tier *t, void *code)
{
    struct outcome o;
    c->budget = BUDGET_ENDLESS;
    c->itstate = 0;
    request_exit(c, 0, 2);
    o.r = enter(c, t, code, &o.aborted);
    request_exit(c, 2, 0);
    o.n = (unsigned)(BUDGET_ENDLESS - c->budget);
    return o;
}

// ---- comparison ----

// What memory must hold behind n instructions: what was there before the first later store, else what the
// interpreter has left there. False: at an abort, where the instruction itself may have stored.
static bool expected_byte(const struct lockstep *l, uint32_t addr, unsigned n, bool aborted, uint8_t last,
                          uint8_t *value)
{
    *value = last;
    for (unsigned i = 0; i < l->nstores; i++) {
        const struct lockstep_store *s = &l->store[i];
        const uint32_t k = addr - s->addr;
        if (s->insn < n || k >= s->bytes) continue;
        if (s->insn == n && aborted) return false;
        *value = s->old[k];
        return true;
    }
    return true;
}

static bool same_memory(const struct cpu *c, const struct lockstep *l, unsigned n, bool aborted, char *why,
                        size_t size)
{
    for (unsigned i = 0; i < l->nstores; i++) {
        const struct lockstep_store *s = &l->store[i];
        const bool later = l->store[l->nstores - 1].insn >= n;
        if (!later && memcmp(c->window + s->addr, s->last, s->bytes) == 0) continue;
        for (unsigned k = 0; k < s->bytes; k++) {
            const uint32_t addr = s->addr + k;
            const uint8_t found = c->window[addr];
            uint8_t value;
            if (!expected_byte(l, addr, n, aborted, s->last[k], &value) || value == found) continue;
            snprintf(why, size, "memory at 0x%08x is 0x%02x, not 0x%02x", addr, found, value);
            return false;
        }
    }
    return true;
}

static bool same_state(const struct lockstep_state *a, const struct lockstep_state *b)
{
    uint32_t differ = a->cpsr ^ b->cpsr;
    uint64_t wide = a->excl_value ^ b->excl_value;
    for (int i = 0; i < 16; i++)
        differ |= a->r[i] ^ b->r[i];
    for (int i = 0; i < 32; i++)
        wide |= a->d[i] ^ b->d[i];
    differ |= (a->fpscr ^ b->fpscr) | (a->tpidrurw ^ b->tpidrurw) | (a->excl_addr ^ b->excl_addr) |
              (a->excl_size ^ b->excl_size);
    return !differ && !wide;
}

enum { FLAGS_MAX = 64 }; // instructions after which flags that differ must have been set anew

// The interpreter goes on from here with some flags, noting its states in `to`; then all is as before.
static unsigned try_flags(struct cpu *c, struct lockstep *scratch, uint32_t flags, struct lockstep_state *to)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct lockstep *l = e->lockstep;
    struct lockstep_state now;
    save(c, &now);
    cpu_cpsr_set(c, (now.cpsr & ~LOCKSTEP_NZCV) | (flags & LOCKSTEP_NZCV));
    e->lockstep = scratch;
    prepare(scratch, c);
    go_ahead(c, scratch, FLAGS_MAX);
    undo(c, scratch);
    e->lockstep = l;
    memcpy(to, scratch->state, (scratch->n + 1) * sizeof *to);
    restore(c, &now);
    return scratch->n;
}

// Where a loop is left at its head, flags that it sets before it reads them need not be right. Whether nobody
// reads them is tried out: the interpreter must come to the same state with either, or once round the loop.
static bool only_dead_flags(struct cpu *c, struct lockstep *l, const struct outcome *o)
{
    struct lockstep_state a = l->compiled, with[2][FLAGS_MAX + 1];
    const struct lockstep_state *b = &l->state[o->n];
    if ((o->r.why != TIER_BRANCH && o->r.why != TIER_HOT) || o->n == 0) return false;
    a.cpsr = (a.cpsr & ~LOCKSTEP_NZCV) | (b->cpsr & LOCKSTEP_NZCV);
    if (!same_state(&a, b)) return false;
    if (!l->scratch && !(l->scratch = lockstep_memory())) return false;
    const unsigned n = try_flags(c, l->scratch, l->compiled.cpsr, with[0]);
    const unsigned m = try_flags(c, l->scratch, b->cpsr, with[1]);
    for (unsigned k = 1; k <= n && k <= m; k++) {
        if (same_state(&with[0][k], &with[1][k])) return true;
        with[0][k].cpsr = (with[0][k].cpsr & ~LOCKSTEP_NZCV) | (with[1][k].cpsr & LOCKSTEP_NZCV);
        if (!same_state(&with[0][k], &with[1][k])) return false;
        if (with[0][k].r[15] == a.r[15]) return true; // once round
    }
    return false;
}

static const char *difference(struct cpu *c, struct lockstep *l, const struct outcome *o, char *why,
                              size_t size)
{
    const struct interp_cpu *ic = c->engine_state;
    const bool stopped = o->r.why == TIER_STOP;
    if (o->n > l->n) return "compiled code went further";
    if (stopped && (o->n != l->n || ic->exit != l->end)) return "compiled code stopped";
    if (!same_state(&l->compiled, stopped ? &l->stopped : &l->state[o->n]) && !only_dead_flags(c, l, o))
        return "registers";
    const struct cpu_fault *f = &c->fault, *g = &l->fault;
    if (o->aborted && (f->addr != g->addr || f->kind != g->kind || f->write != g->write)) {
        snprintf(why, size, "the fault is %s at 0x%08x (kind %d), not %s at 0x%08x (kind %d)",
                 f->write ? "a write" : "a read", f->addr, f->kind, g->write ? "a write" : "a read", g->addr,
                 g->kind);
        return why;
    }
    return same_memory(c, l, o->n, o->aborted, why, size) ? NULL : why;
}

// NULL: none. why: room for the text.
static const char *check(struct cpu *c, struct lockstep *l, struct outcome *o, char *why, size_t size)
{
    if (o->r.why == TIER_DEAD) return NULL; // it has not run
    if (o->aborted) o->r.why = TIER_STOP;
    if (o->r.why == TIER_BRANCH || o->r.why == TIER_ONE || o->r.why == TIER_HOT) {
        c->r[15] = (uint32_t)o->r.key & ~1u;
        c->itstate = (uint8_t)(o->r.key >> 32);
    }
    save(c, &l->compiled);
    return difference(c, l, o, why, size);
}

// Both sides, from the state at hand. False: the code itself was written, or somebody interrupts.
static bool run_both(struct cpu *c, void *code, struct outcome *o)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct lockstep *l = e->lockstep;
    const unsigned generation = atomic_load(&e->cache.generation);
    go_ahead(c, l, e->tier->length(e->tier, code));
    undo(c, l);
    if (l->end == CPU_EXIT_INTERRUPT || l->overflow || generation != atomic_load(&e->cache.generation))
        return false;
    *o = run_compiled(c, e->tier, code);
    return true;
}

// The kernel and other processes may write to memory that is looked at here: a difference has to show again.
static struct outcome run_checked(struct cpu *c, struct block *b, void *code)
{
    struct lockstep *l = lockstep_of(c);
    struct outcome o = {.r = {.why = TIER_NONE}};
    for (int tries = 1; run_both(c, code, &o); tries++) {
        char why[100];
        const char *what = check(c, l, &o, why, sizeof why);
        if (!what) return o;
        if (tries == TRIES) {
            lockstep_report(c, l, b, o.n, what);
            _exit(EXIT_LOCKSTEP);
        }
        undo(c, l);
    }
    o.r.why = TIER_NONE;
    o.aborted = false;
    return o;
}

struct tier_result lockstep_run(struct cpu *c, struct block *b, void *code)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct lockstep *l = e->lockstep;
    sigjmp_buf outer;
    if (++l->runs % RUNS_IN_A_TURN == 0) give_way(l, c);
    if (e->tier->length(e->tier, code) > LOCKSTEP_MAX_INSNS) return (struct tier_result){.why = TIER_NONE};
    memcpy(&outer, &c->abort_jmp, sizeof outer);
    prepare(l, c);
    c->r[15] = (uint32_t)b->key & ~1u;
    c->itstate = (uint8_t)(b->key >> 32);
    struct outcome o = run_checked(c, b, code);
    memcpy(&c->abort_jmp, &outer, sizeof outer);
    c->budget = BUDGET_ENDLESS;
    if (o.aborted) siglongjmp(c->abort_jmp, 1);
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
