// Counting, compiling and entering blocks on behalf of a second tier.
#include "interp/tier.h"

#include <stddef.h>

#include "interp/lockstep.h"
#include "interp/log.h"
#include "interp/stats.h"

static struct block *block_of_first(const struct step *s)
{
    return (struct block *)((const char *)s - offsetof(struct block, steps));
}

static struct tier *tier_of(struct cpu *c)
{
    return ((struct interp_engine *)c->engine)->tier;
}

static step_fn step_warm, step_warm_exactly, step_compiled;

// How a block's runs are counted.
static step_at counting(const struct tier *t)
{
    return step_at_handler(t->hot < TIER_LOOK ? step_warm_exactly : step_warm);
}

// Whether all blocks that the unit has something of are still what they were. The cache is locked.
static bool all_there(const struct interp_cpu *ic)
{
    for (unsigned k = 0; k < ic->ncompiling; k++)
        if (cache_is_forgotten(ic->compiling[k])) return false;
    return true;
}

static void give_code(struct cache *k, uint64_t key, void *code)
{
    struct block *b = cache_find(k, key);
    if (!b || cache_is_forgotten(b) || cache_is_parked(b)) return;
    if (b->code) {
        k->tier->replace(k->tier, b->code, code);
        stats_add(STAT_REPLACED, 1);
    }
    b->code = code;
    __atomic_store_n(&b->steps[0].fn, step_at_handler(step_compiled), __ATOMIC_RELEASE);
}

void interp_tier_compile(struct cpu *c, struct block *b, bool region)
{
    struct interp_cpu *ic = c->engine_state;
    struct cache *k = &((struct interp_engine *)c->engine)->cache;
    struct tier *t = tier_of(c);
    struct tier_unit unit;
    ic->ncompiling = 0;
    const enum stats_part former = stats_enter(region ? PART_REGIONS : PART_BLOCKS);
    const bool done = t->compile(t, c, b->key, region, &unit);
    stats_enter(former);
    if (stats_on) interp_stats_compiled(&unit, region);
    if (interp_log_on(b->key)) interp_log_compiled(b, &unit, region);
    cache_lock(k);
    if (done && all_there(ic)) {
        for (unsigned i = 0; i < unit.n; i++)
            give_code(k, unit.entry[i].key, unit.entry[i].code);
    } else if (done) {
        t->forget(t, unit.entry[0].key);
    } else if (!b->code && !cache_is_forgotten(b)) {
        __atomic_store_n(&b->steps[0].fn, b->first_fn, __ATOMIC_RELEASE);
    }
    cache_unlock(k);
}

// The block's code has been forgotten, with another block that it had something of.
static void count_anew(struct cpu *c, struct block *b, const void *code)
{
    struct cache *k = &((struct interp_engine *)c->engine)->cache;
    cache_lock(k);
    if (b->code == code && !cache_is_forgotten(b)) {
        b->code = NULL;
        b->heat = 0;
        __atomic_store_n(&b->steps[0].fn, counting(k->tier), __ATOMIC_RELEASE);
    }
    cache_unlock(k);
}

STEP(step_compiled)
{
    struct block *b = block_of_first(s);
    struct tier *t = tier_of(c);
    void *code = __atomic_load_n(&b->code, __ATOMIC_ACQUIRE);
    // An exact number of instructions is the interpreter's business, as are big-endian data,
    // strict alignment and short vectors.
    const bool checked = ((struct interp_engine *)c->engine)->lockstep; // … and counts
    if (!code || (c->budget < BUDGET_ENDLESS / 2 && !checked) || c->mem_mode == CPU_MEM_SLOW ||
        c->fpscr & (FPSCR_LEN | FPSCR_STRIDE))
        return step_handler(b->first_fn)(c, s);
    if (stats_on) interp_stats_enter(c);
    const struct tier_result r = checked ? lockstep_run(c, b, code) : t->run(t, c, code);
    if (stats_on) interp_stats_left(c);
    stats_add(STAT_EXIT_BRANCH + r.why, 1);
    if (r.why == TIER_STOP) return NULL;
    if (r.why == TIER_NONE) return step_handler(b->first_fn)(c, s);
    if (r.why == TIER_DEAD) {
        count_anew(c, b, code);
        return interp_enter(c, b);
    }
    c->code_unnamed = false;
    struct block *next = interp_lookup(c, r.why == TIER_ONE ? r.key | BLOCK_SINGLE : r.key);
    c->itstate = 0;
    if (stats_on && r.why == TIER_ONE) interp_stats_one(c, r.key);
    if (r.why == TIER_HOT) interp_tier_compile(c, next, true);
    void *there = __atomic_load_n(&next->code, __ATOMIC_ACQUIRE);
    if (r.why == TIER_BRANCH && there && !checked) {
        if (r.link) {
            t->link(t, r.link, there);
            if (interp_log_on(next->key))
                interp_log_block(next->key, "linked, from what was entered at 0x%08x", block_first(b));
            stats_add(STAT_LINKS, 1);
        } else if (!(r.key >> 32) && !c->code_unnamed) {
            t->remember(t, c, r.key, there);
            stats_add(STAT_REMEMBERED, 1);
        }
    }
    return interp_enter(c, next);
}

// Apart, so that counting needs no stack frame.
static APART const struct step *compile_if_hot(struct cpu *c, const struct step *s)
{
    struct block *b = block_of_first(s);
    if (b->heat < tier_of(c)->hot) return step_handler(b->first_fn)(c, s);
    interp_tier_compile(c, b, false);
    return step_handler(s->fn)(c, s);
}

STEP(step_warm)
{
    struct block *b = block_of_first(s);
    if (__builtin_expect(++b->heat % TIER_LOOK, 1)) return step_handler(b->first_fn)(c, s);
    return compile_if_hot(c, s);
}

STEP(step_warm_exactly)
{
    block_of_first(s)->heat++;
    return compile_if_hot(c, s);
}

// Blocks that are not counted any more keep this instead of their heat in an image.
enum { AS_IT_IS = -1 };

void interp_tier_park(struct block *b)
{
    const step_at fn = b->steps[0].fn;
    if (cache_is_parked(b)) return;
    if (b->key & BLOCK_SINGLE)
        b->first_fn = fn;
    else if (!b->code && fn == b->first_fn)
        b->heat = (uint32_t)AS_IT_IS;
    b->steps[0].fn = step_at_handler(step_parked);
}

void interp_tier_unpark(const struct tier *t, struct block *b)
{
    step_at fn = b->code ? step_at_handler(step_compiled) : counting(t);
    if (b->key & BLOCK_SINGLE || (!b->code && b->heat == (uint32_t)AS_IT_IS)) fn = b->first_fn;
    if (b->key & BLOCK_SINGLE) b->first_fn = 0;
    __atomic_store_n(&b->steps[0].fn, fn, __ATOMIC_RELEASE);
}

void interp_tier_make_room(struct cache *k)
{
    struct tier *t = k->tier;
    stats_add(STAT_EVICTIONS, 1);
    if (log_on(LOG_BLOCKS)) log_event("the oldest compiled code is forgotten, to make room");
    t->evict(t);
    cache_lock(k);
    for (unsigned i = 0; i < k->nbuckets; i++)
        for (struct block *b = atomic_load(&k->buckets[i]); b; b = b->next) {
            if (!b->first_fn || (b->code ? !t->evicted(t, b->code) : b->steps[0].fn != b->first_fn)) continue;
            b->code = NULL;
            b->heat = 0;
            if (!cache_is_parked(b)) b->steps[0].fn = counting(t);
        }
    cache_unlock(k);
}

void interp_tier_watch(const struct tier *t, struct block *b)
{
    if (b->key & BLOCK_SINGLE) return;
    b->first_fn = b->steps[0].fn;
    b->steps[0].fn = counting(t);
}
