// Running, entering and leaving; the rendezvous for flushing the cache; CPUs coming and going.
#include "interp/engine.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/pages.h"
#include "cpu/system.h"
#include "interp/image.h"
#include "interp/lockstep.h"
#include "interp/run.h"
#include "interp/stats.h"
#include "interp/tier.h"

enum { FEW = 3 };

static struct interp_engine *engine_of(struct cpu *c)
{
    return (struct interp_engine *)c->engine;
}

// An instruction that reaches into the next page is a block of its own: the page may be another one now.
static bool is_whole(struct cpu *c, const struct block *b)
{
    uint32_t frame;
    if (b->frame[1] == b->frame[0]) return true;
    c->mem->fetch_page(c, b->last & ~0xfffu, &frame);
    return frame == b->frame[1];
}

// The block behind a key, of the present mapping.
static struct block *find_mapped(struct cpu *c, block_key *key)
{
    struct cache *k = &engine_of(c)->cache;
    interp_mark_fetch(c, *key);
    c->code_unnamed = false;
    *key |= (block_key)c->mem->code_frame(c, (uint32_t)*key & ~1u) << BLOCK_FRAME_SHIFT;
    struct block *b = cache_find(k, *key);
    if (b && !is_whole(c, b)) {
        cache_invalidate(k, (uint64_t)b->frame[1] << 12, 1);
        b = NULL;
    }
    c->itstate = 0;
    return b;
}

static size_t size_of(unsigned njumps)
{
    return sizeof(struct interp_cpu) + njumps * sizeof(((struct interp_cpu *)NULL)->jump[0]);
}

// The block at a key without frame: from the shared cache, or the builder.
static struct block *find_or_build(struct cpu *c, block_key key)
{
    struct interp_cpu *ic = c->engine_state;
    block_key full = key;
    // One that looks for more than a few blocks is going to use the jump cache, which is not written to
    // before.
    if (++ic->looked == FEW) pages_expect(ic, size_of(ic->njumps));
    struct cache *k = &engine_of(c)->cache;
    struct block *b = c->mem->code_frame ? find_mapped(c, &full) : cache_find(k, key);
    if (b && cache_is_parked(b)) b = image_arrive(c, k, b);
    return b ? b : interp_build(c, full);
}

static APART struct block *look_further(struct cpu *c, block_key key, unsigned i)
{
    struct interp_cpu *ic = c->engine_state;
    struct block *b = find_or_build(c, key);
    if (c->code_unnamed || ic->looked < FEW) return b;
    ic->jump[i].key = key;
    ic->jump[i].context = c->code_context;
    ic->jump[i].block = b;
    return b;
}

struct block *interp_lookup(struct cpu *c, block_key key)
{
    const struct interp_cpu *ic = c->engine_state;
    const unsigned i = cache_hash(key, ic->njumps);
    if (__builtin_expect(
            ic->jump[i].key == key && ic->jump[i].block && ic->jump[i].context == c->code_context, 1))
        return ic->jump[i].block;
    return look_further(c, key, i);
}

const struct step *interp_resolve(struct cpu *c, const struct step *s)
{
    const block_key key = s->imm | c->thumb;
    const bool machine = c->mem->code_frame, near = (s->imm ^ s->pc) >> 12 == 0;
    // In system mode another page's mapping may change under the link: there every branch out of the page
    // comes here, and every one to an instruction that reaches out of it.
    struct block *b = machine && !near ? interp_lookup(c, key) : find_or_build(c, key);
    if (!machine || (near && b->frame[0] == b->frame[1]))
        __atomic_store_n(&((struct step *)s)->link, b, __ATOMIC_RELEASE);
    return interp_enter(c, b);
}

static struct block *block_of_first(const struct step *s)
{
    return (struct block *)((const char *)s - offsetof(struct block, steps));
}

// First step of a block that was forgotten: finds what is there now.
const struct step *step_forgotten(struct cpu *c, const struct step *s)
{
    struct interp_cpu *ic = c->engine_state;
    const struct block *old = block_of_first(s);
    const block_key key = old->key & BLOCK_VIRTUAL;
    ic->jump[cache_hash(key, ic->njumps)].block = NULL;
    const struct block *b = interp_lookup(c, key);
    return interp_enter(c, b);
}

// First step of a block from an image, which a link of another one leads to.
const struct step *step_parked(struct cpu *c, const struct step *s)
{
    image_arrive(c, &engine_of(c)->cache, block_of_first(s));
    NEXT_STEP(c, s);
}

static const struct step *stop(struct cpu *c, uint32_t pc, uint8_t itstate, enum cpu_exit why)
{
    c->r[15] = pc;
    c->itstate = itstate;
    ((struct interp_cpu *)c->engine_state)->exit = (uint8_t)why;
    return NULL;
}

const struct step *interp_leave(struct cpu *c, const struct block *b)
{
    return stop(c, (uint32_t)b->key & ~1u, (uint8_t)(b->key >> 32),
                c->exit_request ? CPU_EXIT_INTERRUPT : CPU_EXIT_BUDGET);
}

const struct step *interp_stop_after(struct cpu *c, const struct step *s, enum cpu_exit why)
{
    interp_count(c, s);
    return stop(c, s->pc + s->len, isa_it_advance(s->it), why);
}

const struct step *interp_stop_at(struct cpu *c, const struct step *s, enum cpu_exit why)
{
    c->budget -= s->count - 1;
    return stop(c, s->pc, s->it, why);
}

const struct step *interp_undefined(struct cpu *c, const struct step *s)
{
    return interp_stop_at(c, s, CPU_EXIT_UNDEF);
}

static const struct step *stop_to_look(struct cpu *c, const struct step *s, uint32_t pc)
{
    interp_count(c, s);
    return stop(c, pc, c->itstate, CPU_EXIT_INTERRUPT); // perhaps only as far as run_inside
}

const struct step *interp_resync(struct cpu *c, const struct step *s, uint32_t pc)
{
    if (c->sys && cpu_irq_deliverable(c)) return stop_to_look(c, s, pc);
    if (c->in_tier) {
        if (c->itstate || c->mem_mode == CPU_MEM_SLOW) return stop_to_look(c, s, pc);
        c->r[15] = pc | c->thumb;
        return s + 1;
    }
    interp_count(c, s);
    const struct block *b = interp_lookup(c, pc | c->thumb | (block_key)c->itstate << 32);
    c->itstate = 0;
    return interp_enter(c, b);
}

// Takes what the engine would stop with. False: it has to.
static bool take(struct cpu *c, enum cpu_exit why)
{
    const bool asked = c->exit_request && c->exit_request != EXIT_CHECKED;
    return c->sys && !asked && c->sys->take_exception(c, why);
}

const struct step *interp_exception_after(struct cpu *c, const struct step *s, enum cpu_exit why)
{
    c->r[15] = s->pc + s->len;
    c->itstate = isa_it_advance(s->it);
    if (!take(c, why)) return interp_stop_after(c, s, why);
    return interp_resync(c, s, c->r[15]);
}

// Nobody runs.
static void make_room(struct interp_engine *e)
{
    const bool all = cache_flush_wanted(&e->cache);
    if (all)
        cache_flush(&e->cache);
    else if (cache_room_wanted(&e->cache))
        interp_tier_make_room(&e->cache);
    for (struct interp_cpu *ic = e->cpus; ic; ic = ic->next) {
        for (unsigned i = 0; i < ic->njumps && all; i++)
            ic->jump[i].block = NULL;
        if (e->tier) e->tier->detach(e->tier, ic->cpu);
    }
}

// Lets the CPU in, after making room in the cache if that is due and nobody else runs.
static void enter_world(struct interp_engine *e)
{
    atomic_fetch_add(&e->running, 1);
    if (__builtin_expect(!atomic_load(&e->flush_pending), 1)) return;
    pthread_mutex_lock(&e->lock);
    atomic_fetch_sub(&e->running, 1);
    if (atomic_load(&e->running) == 0) pthread_cond_broadcast(&e->idle);
    while (atomic_load(&e->flush_pending)) {
        if (atomic_load(&e->running) == 0) {
            make_room(e);
            atomic_store(&e->flush_pending, false);
            pthread_cond_broadcast(&e->idle);
        } else {
            pthread_cond_wait(&e->idle, &e->lock);
        }
    }
    atomic_fetch_add(&e->running, 1);
    pthread_mutex_unlock(&e->lock);
}

static void leave_world(struct interp_engine *e)
{
    if (atomic_fetch_sub(&e->running, 1) == 1 && atomic_load(&e->flush_pending)) {
        pthread_mutex_lock(&e->lock);
        pthread_cond_broadcast(&e->idle);
        pthread_mutex_unlock(&e->lock);
    }
    if (atomic_load(&e->flush_pending)) return;
    if (!cache_flush_wanted(&e->cache) && !cache_room_wanted(&e->cache)) return;
    pthread_mutex_lock(&e->lock);
    atomic_store(&e->flush_pending, true);
    for (struct interp_cpu *ic = e->cpus; ic; ic = ic->next)
        ic->cpu->exit_request = 1;
    pthread_mutex_unlock(&e->lock);
}

static void dispatch(struct cpu *c, const struct step *s)
{
    while (s)
        s = step_handler(s->fn)(c, s);
}

static block_key key_at_pc(const struct cpu *c)
{
    return c->r[15] | c->thumb | (block_key)c->itstate << 32;
}

enum cpu_exit interp_aborted(struct cpu *c)
{
    struct tier *t = engine_of(c)->tier;
    if (t) t->aborted(t, c);
    if (stats_on) interp_stats_left(c);
    const struct step *s = *(const void *volatile *)&c->engine_pos;
    if (!s) return CPU_EXIT_PREFETCH_ABORT; // the builder, which left the address in r[15]
    const enum cpu_exit why = c->fault.kind == CPU_FAULT_WATCH ? CPU_EXIT_DEBUG : CPU_EXIT_DATA_ABORT;
    interp_stop_at(c, s, why);
    return why;
}

enum cpu_exit interp_single(struct cpu *c)
{
    const struct block *b = interp_lookup(c, key_at_pc(c) | BLOCK_SINGLE);
    c->itstate = 0;
    dispatch(c, interp_enter(c, b));
    return (enum cpu_exit)((struct interp_cpu *)c->engine_state)->exit;
}

static void run_blocks(struct cpu *c, uint64_t budget)
{
    struct interp_cpu *ic = c->engine_state;
    c->engine_pos = NULL;
    if (budget == 1 && c->debugger) { // over a breakpoint
        interp_single(c);
        return;
    }
    const struct block *b = interp_lookup(c, key_at_pc(c));
    c->itstate = 0; // from here on it is in the steps
    dispatch(c, interp_enter(c, b));
    // What is left of a small budget is smaller than the next block: go on one instruction at a time.
    while (ic->exit == CPU_EXIT_BUDGET && c->budget > 0 && budget <= BLOCK_MAX_INSNS)
        interp_single(c);
}

static enum cpu_exit run_inside(struct cpu *c, uint64_t budget)
{
    struct interp_cpu *ic = c->engine_state;
    if (sigsetjmp(c->abort_jmp, 0)) {
        ic->exit = (uint8_t)interp_aborted(c);
        if (!take(c, (enum cpu_exit)ic->exit)) return (enum cpu_exit)ic->exit;
    }
    do
        run_blocks(c, budget);
    while (take(c, (enum cpu_exit)ic->exit));
    return (enum cpu_exit)ic->exit;
}

static enum cpu_exit run(struct cpu *c, uint64_t budget)
{
    struct interp_engine *e = engine_of(c);
    enter_world(e);
    c->in_engine = 1;
    if (e->lockstep) lockstep_begin(e->lockstep, c);
    const enum stats_part former = stats_enter(PART_INTERPRETER);
    c->budget = budget && budget < BUDGET_ENDLESS ? (int64_t)budget : BUDGET_ENDLESS;
    const int64_t all = c->budget;
    const enum cpu_exit why = run_inside(c, budget);
    stats_add(STAT_INSNS, (uint64_t)(all - c->budget));
    stats_enter(former);
    if (e->lockstep) lockstep_end(e->lockstep, c);
    c->in_engine = 0;
    leave_world(e);
    return why;
}

static void invalidate(struct engine *base, uint64_t addr, uint64_t len)
{
    struct interp_engine *e = (struct interp_engine *)base;
    cache_invalidate(&e->cache, addr, len);
    if (!__atomic_exchange_n(&e->cache.loops_forgotten, false, __ATOMIC_RELAXED)) return;
    pthread_mutex_lock(&e->lock);
    for (struct interp_cpu *ic = e->cpus; ic; ic = ic->next)
        ic->cpu->exit_request = 1;
    pthread_mutex_unlock(&e->lock);
}

static void share(struct engine *base)
{
    struct tier *t = ((struct interp_engine *)base)->tier; // blocks rely on nothing
    if (t) t->share(t);
}

static bool attach(struct engine *base, struct cpu *c)
{
    struct interp_engine *e = (struct interp_engine *)base;
    // Mapped, not allocated: most entries of the jump cache are never touched.
    const unsigned njumps = c->mem->code_frame ? JUMP_CACHE_MACHINE : JUMP_CACHE;
    struct interp_cpu *ic = pages_sparse(size_of(njumps));
    if (!ic) return false;
    if (c->mem->code_frame) cache_share_machine(&e->cache);
    ic->njumps = njumps;
    ic->cpu = c;
    c->engine = base;
    c->engine_state = ic;
    c->host_jump = NULL;
    if (e->lockstep) c->quick_svc = NULL; // what it does cannot be done twice
    pthread_mutex_lock(&e->lock);
    if (e->cpus) cache_share(&e->cache); // the thread that makes another is not inside
    ic->next = e->cpus;
    e->cpus = ic;
    pthread_mutex_unlock(&e->lock);
    return true;
}

static void detach(struct engine *base, struct cpu *c)
{
    struct interp_engine *e = (struct interp_engine *)base;
    struct interp_cpu *ic = c->engine_state;
    pthread_mutex_lock(&e->lock);
    for (struct interp_cpu **pp = &e->cpus; *pp; pp = &(*pp)->next)
        if (*pp == ic) {
            *pp = ic->next;
            break;
        }
    pthread_mutex_unlock(&e->lock);
    if (c->in_engine) leave_world(e);              // a process that shared this memory was killed inside
    if (e->lockstep) lockstep_end(e->lockstep, c); // likewise
    if (e->tier) e->tier->detach(e->tier, c);
    munmap(ic, size_of(ic->njumps));
    c->engine_state = NULL;
}

static void fork_before(struct engine *base)
{
    struct interp_engine *e = (struct interp_engine *)base;
    pthread_mutex_lock(&e->lock);
    // In the order in which a block is compiled: the tier's lock, then the cache's.
    if (e->tier) e->tier->fork_before(e->tier);
    pthread_mutex_lock(&e->cache.lock);
    if (e->tier) e->tier->fork_copy(e->tier);
}

static void fork_after(struct engine *base, bool child, struct cpu *self)
{
    struct interp_engine *e = (struct interp_engine *)base;
    if (child) {
        if (e->lockstep) lockstep_forked(e->lockstep);
        for (struct interp_cpu *ic = e->cpus, *next; ic; ic = next) {
            next = ic->next;
            if (ic->cpu != self) munmap(ic, size_of(ic->njumps));
        }
        e->cpus = self->engine_state;
        e->cpus->next = NULL;
        atomic_store(&e->running, 0);
        pthread_cond_init(&e->idle, NULL); // those who waited are not here
    }
    e->cache.forked = true;
    if (child && e->cache.image) image_forked(&e->cache);
    if (e->tier) e->tier->fork_after(e->tier, child, self);
    pthread_mutex_unlock(&e->cache.lock);
    pthread_mutex_unlock(&e->lock);
}

static bool host_fault(struct cpu *c, uintptr_t host_pc, const struct host_registers *h, uint32_t *addr)
{
    struct tier *t = engine_of(c)->tier;
    struct interp_cpu *ic = c->engine_state;
    struct tier_insn where;
    unsigned count;
    if (!t || !t->fault(t, c, host_pc, h, &where, &count, addr)) return false;
    stats_add(STAT_FAULTS, 1);
    ic->fault = (struct step){.pc = where.pc, .it = where.it, .count = (uint8_t)count};
    c->engine_pos = &ic->fault;
    return true;
}

static bool host_trap(struct cpu *c, const struct host_registers *h, uintptr_t *pc, uintptr_t *stack,
                      uintptr_t *arg)
{
    struct tier *t = engine_of(c)->tier;
    if (!t || !t->trap(t, c, h, pc, stack, arg)) return false;
    stats_add(STAT_FP_TRAPS, 1);
    return true;
}

static uint32_t pc_of(const struct cpu *c)
{
    const struct step *s = c->in_engine ? c->engine_pos : NULL;
    return s ? s->pc : c->r[15];
}

static enum engine_where where(struct cpu *c, uintptr_t host_pc, const struct host_registers *h,
                               uint32_t r[16], bool *thumb)
{
    struct tier *t = engine_of(c)->tier;
    return t && t->places ? t->where(t, c, host_pc, h, r, thumb) : ENGINE_UNKNOWN;
}

static bool prepare(struct engine *base)
{
    struct tier *t = ((struct interp_engine *)base)->tier;
    return !t || t->prepare(t);
}

static void report(struct engine *base, void (*ran)(void *ctx, struct cpu *c, uint32_t first, uint32_t last),
                   void *ctx)
{
    struct interp_engine *e = (struct interp_engine *)base;
    e->cache.to_branch = true;
    e->ran = ran;
    e->ran_ctx = ctx;
}

static void destroy(struct engine *base)
{
    struct interp_engine *e = (struct interp_engine *)base;
    cache_destroy(&e->cache);
    if (e->tier) e->tier->destroy(e->tier);
    pthread_cond_destroy(&e->idle);
    pthread_mutex_destroy(&e->lock);
    munmap(e, sizeof *e);
}

struct engine *interp_engine_new(struct tier *tier, size_t memory)
{
    struct interp_engine *e = pages_sparse(sizeof *e);
    if (!e) return NULL;
    e->base =
        (struct engine){"interp",   run,       invalidate, share, attach,  detach, fork_before, fork_after,
                        host_fault, host_trap, where,      pc_of, prepare, report, image_load,  image_save,
                        destroy};
    e->tier = e->cache.tier = tier;
    e->cache.to_branch = tier;
    if (tier) interp_tier_attach(tier);
    if (tier && stats_on) interp_stats_init();
    e->cache.limit = memory;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->idle, NULL);
    cache_init(&e->cache);
    return &e->base;
}

bool interp_engine_check(struct engine *base)
{
    struct interp_engine *e = (struct interp_engine *)base;
    cache_share(&e->cache); // every instruction is a block of its own, too
    return (e->lockstep = lockstep_new(e->tier));
}
