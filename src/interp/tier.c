// Counting, compiling and entering blocks on behalf of a second tier.
#include "interp/tier.h"

#include <stddef.h>
#include <string.h>

#include "cpu/debug.h"
#include "interp/lockstep.h"
#include "interp/log.h"
#include "interp/select.h"
#include "interp/stats.h"
#include "interp/trace.h"

enum { LOOK = 16 }; // of so many runs one looks whether that is enough

static struct block *block_of_first(const struct step *s)
{
    return (struct block *)((const char *)s - offsetof(struct block, steps));
}

static struct tier *tier_of(struct cpu *c)
{
    return ((struct interp_engine *)c->engine)->tier;
}

// Behind a handler that a tier has called: the tier goes on.
STEP(step_to_tier)
{
    (void)c;
    return s;
}

static const void *run_handlers(struct cpu *c, const void *step)
{
    const struct step *s = step;
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
    while (s && s->fn != step_to_tier)
        s = s->fn(c, s);
    return s;
#else
    return s->fn(c, s);
#endif
}

// An SVC. Compiled code does the host's system call itself, since behind one the host predicts no return.
static const void *run_svc(struct cpu *c, const void *step)
{
    const struct step *s = step;
    const unsigned nr = c->quick_svc ? c->quick_svc(c) : 0;
    if (!nr) return s->fn(c, s);
    c->excl_size = CPU_EXCL_OPEN; // as behind every system call
    if (nr == CPU_SVC_DONE) return step;
    return (const void *)(uintptr_t)nr;
}

static bool touches_flags(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_MRS:
    case OP_MSR_IMM:
    case OP_MSR_REG:
    case OP_VMRS_APSR:
    case OP_VJCVT:
    case OP_VSEL_S:
    case OP_VSEL_D:
    case OP_VSEL_H: return true;
    case OP_MRC: return in->rd == 15;
    default: return in->op < OP_VFP_FIRST && (in->flags & INSN_S || in->shift_type == SHIFT_RRX);
    }
}

static enum tier_call_kind kind_of(const struct insn *in)
{
    const enum op op = in->op;
    if (op == OP_SVC) return TIER_CALL_SVC;
    if (op < OP_VFP_FIRST) return TIER_CALL_ANY;
    if (op >= OP_VLDR_LIT_S && op <= OP_VSTR_H) return TIER_CALL_LOADS;
    if ((op >= OP_VLDM_S && op <= OP_VMSR) || (op >= OP_VST1_MULT && op <= OP_VLD4_ALL)) return TIER_CALL_ANY;
    return TIER_CALL_VECTOR;
}

// Whether compiled code can call the handler of an instruction that may change privilege, masks or mappings,
// and go on where that says.
static bool goes_away(const struct cpu *c, const struct insn *in, enum insn_flow flow)
{
    if (!c->sys) return false;
    switch ((enum op)in->op) {
    case OP_SVC:
    case OP_MCR:
    case OP_MCRR:
    case OP_VMSR:
    case OP_RFE:
    case OP_LDM_EXC:
    case OP_ERET: return flow != FLOW_NEXT;
    default: return flow == FLOW_RETURN;
    }
}

static bool handler(struct cpu *c, const struct tier_insn *ti, unsigned n, unsigned count, bool thumb,
                    struct tier_call *call)
{
    const struct insn *in = &ti->in;
    // What changes the modes that compiled code takes for granted ends it. An SVC of a program stops the
    // engine, or not.
    const bool svc = in->op == OP_SVC && !c->sys;
    const enum insn_flow flow = interp_flow(in, thumb);
    const bool away = goes_away(c, in, flow);
    if ((flow != FLOW_NEXT && !svc && !away) || in->op == OP_SETEND || in->op == OP_VMSR_FPSCR) return false;
    *call = (struct tier_call){.fn = svc ? run_svc : run_handlers,
                               .kind = away ? TIER_CALL_ANY : kind_of(in),
                               .flags = away || touches_flags(in),
                               .away = away,
                               .fp = kind_of(in) == TIER_CALL_VECTOR || in->op == OP_VMRS_FPSCR ||
                                     in->op == OP_VMRS_APSR,
                               .sets_pc = interp_reads_pc(in),
                               .thumb = thumb,
                               .pc_value = ti->pc + (thumb ? 4 : 8)};
    if (!n) return true; // only asked whether, and how
    struct step *s =
        cache_alloc(&((struct interp_engine *)c->engine)->cache, (n * (stats_on ? 2 : 1) + 2) * sizeof *s);
    if (!s) return false;
    call->step = s;
    for (unsigned k = 0; k < n; k++) {
        in = &ti[k].in;
        if (stats_on && !svc) *s++ = (struct step){.fn = step_counted, .op = in->op};
        *s = (struct step){
            .fn = interp_select(in), .pc = ti[k].pc, .it = ti[k].it, .count = (uint8_t)(count + k)};
        interp_fill_step(c, s, in, thumb);
        if (kind_of(in) < call->kind) call->kind = kind_of(in);
        s++;
        if (flow != FLOW_RETURN) continue;
        *s = s[-1];
        s++->fn = step_exception_return;
    }
    *s = (struct step){.fn = step_to_tier};
    return true;
}

// The instruction at pc, whose page is at a host address; false: it is undefined, or it reaches into the next
// page and is not its block's only one. In system mode that page may become another, so that the interpreter
// has to look each time.
static bool decode_at(struct cpu *c, const struct block *b, const uint8_t *page, uint32_t pc, uint8_t it,
                      struct insn *in)
{
    const bool thumb = b->key & 1;
    uint32_t raw;
    bool wide;
    if (!interp_fetch(page, pc, thumb, &raw, &wide)) {
        uint16_t hw2;
        if (pc != b->first || c->mem->code_frame) return false;
        memcpy(&hw2, c->mem->fetch_page(c, pc + 2, &(uint32_t){0}), 2);
        raw = raw << 16 | hw2;
    }
    return (thumb ? isa_decode_thumb(raw, wide, it, c->features, in)
                  : isa_decode_a32(raw, c->features, in)) != ISA_UNDEFINED;
}

// The steps of blocks that the interpreter has run, which say how their instructions were decoded.
struct steps {
    const struct block *b;
    const struct step *next, *end;
};

// The steps of a block, or none.
static void begin_steps(struct steps *s, const struct block *b)
{
    *s = (struct steps){b, b ? b->steps : NULL, b ? b->steps + b->nsteps : NULL};
    while (s->next < s->end && s->next->op == OP_COUNT)
        s->next++;
}

// The instruction at pc, but for its encoding, from the step that does it. False: there is none, or it may be
// undefined.
static bool take_step(struct steps *steps, uint32_t pc, uint8_t it, bool thumb, struct insn *in)
{
    enum { BYTES = offsetof(struct insn, y) + 1 - offsetof(struct insn, len) };
    _Static_assert(offsetof(struct step, y) + 1 - offsetof(struct step, len) == BYTES,
                   "they are the same fields");
    const struct step *s = steps->next;
    if (s >= steps->end || s->pc != pc || s->it != it) return false;
    step_fn *fn = s == steps->b->steps ? steps->b->first_fn : s->fn;
    if (!fn || fn == step_undefined) return false;
    in->raw = in->row = 0;
    in->op = s->op;
    in->cond = s->skip || s->op == OP_B ? interp_condition_of(fn) : COND_AL;
    memcpy(&in->len, &s->len, BYTES);
    in->imm = s->imm - interp_imm_base(s->op, pc, thumb);
    do
        s++;
    while (s < steps->end && s->op == OP_COUNT);
    steps->next = s;
    return true;
}

// A block may be there for several calls.
static void note_compiling(struct interp_cpu *ic, struct block *b)
{
    for (unsigned k = 0; k < ic->ncompiling; k++)
        if (ic->compiling[k] == b) return;
    ic->compiling[ic->ncompiling++] = b;
}

// Behind a conditional branch of a block: whether what is there has code of its own, or has run so seldom
// that it is not worth any, if the block has run so often that that says something. Otherwise two fifths of
// what is compiled when a program starts would be for nothing.
static bool leads_elsewhere(const struct block *b, const struct block *next)
{
    return (next && next->code) || (b->heat >= LOOK && (!next || next->heat * 8 < b->heat));
}

// The instructions from the block's first on, as many as the longest block would have. False: there are none,
// or more than `room`. cold: no code is made of them.
static bool decode_all(struct cpu *c, const struct block *b, struct tier_block *tb, unsigned room, bool cold)
{
    const bool runs_first = !cold && !tier_of(c)->crosses;
    const bool thumb = b->key & 1;
    uint32_t pc = b->first;
    uint8_t it = (uint8_t)(b->key >> 32);
    interp_mark_fetch(c, b->key);
    const uint8_t *page = c->mem->fetch_page(c, pc, &(uint32_t){0});
    struct cache *k = &((struct interp_engine *)c->engine)->cache;
    const bool known = ((struct interp_engine *)c->engine)->ran; // nothing that has not run
    const bool machine = c->mem->code_frame; // whose blocks differ in more than their steps say
    const uint64_t frame = b->key & ~TIER_VIRTUAL;
    struct steps steps;
    begin_steps(&steps, machine ? NULL : b);
    unsigned n = 0;
    bool on = true, branched = false;
    do {
        struct tier_insn *ti = &tb->insns[n];
        if (n == room) return false;
        if (known && branched && !cache_find(k, frame | pc | thumb | (uint64_t)it << 32)) break;
        if (steps.next == steps.end && (!machine || (branched && tb->ran))) {
            const struct block *next = cache_find(k, frame | pc | thumb | (uint64_t)it << 32);
            if (branched && tb->ran && leads_elsewhere(b, next)) break;
            begin_steps(&steps, machine ? NULL : next);
        }
        const bool taken = take_step(&steps, pc, it, thumb, &ti->in);
        if (!taken && !decode_at(c, b, page, pc, it, &ti->in)) break; // the next block is the interpreter's
        if (runs_first && interp_crossing(c, &ti->in, page, pc, thumb)) break; // … and runs first
        ti->pc = pc;
        ti->it = it;
        pc += ti->in.len;
        const bool inside = taken && steps.next < steps.end;
        const bool goes = !inside && interp_flow(&ti->in, thumb) != FLOW_NEXT;
        on = !goes || ti->in.cond < COND_AL;
        if (thumb) it = ti->in.op == OP_IT ? (uint8_t)ti->in.imm : isa_it_advance(it);
        branched = (goes || ti->in.op == OP_CBZ) && !it;
        n++;
    } while (on && interp_has_room(n, it) && (pc ^ b->first) >> 12 == 0);
    tb->ninsns = n;
    tb->runs_on = on;
    tb->next_pc = pc;
    tb->next_it = it;
    return n;
}

static bool find_block(struct cpu *c, uint64_t key, struct tier_block *tb, unsigned room, bool cold)
{
    struct interp_cpu *ic = c->engine_state;
    struct interp_engine *e = (struct interp_engine *)c->engine;
    unsigned generation;
    struct block *b;
    do {
        generation = atomic_load(&e->cache.generation);
        b = cache_find(&e->cache, key);
        if (!b && cold && !e->ran && (c->mem->code_frame || cache_has_blocks(&e->cache, (uint32_t)key >> 12)))
            b = interp_build(c, key);
        if (!b || ic->ncompiling == TIER_ENTRIES) return false;
        if (!cold && ic->ncompiling && !b->code && b->heat * 8 < e->tier->hot) return false;
        if (!decode_all(c, b, tb, room, cold)) return false;
    } while (!cache_extend(&e->cache, b, tb->next_pc - 1, generation));
    tb->heat = b->heat;
    tb->code = b->code;
    note_compiling(ic, b);
    return true;
}

// Pages with breakpoints are the interpreter's, as are those with instructions that are logged.
static bool has_stop(const struct debugger *d, uint32_t pc)
{
    const uint64_t end = ((uint64_t)pc | 0xfff) + 1;
    return cpu_stop_from(&d->stops, pc & ~0xfffu, end) != end;
}

// A block for the tier: one that the interpreter has run, or the one that is being compiled, and what is
// behind its conditional branches.
// cold: even if it has hardly run; or never, if something else of its page has, as has in system mode, where
// it is asked for blocks of one page.
//
// Its page may just be unmapped by another thread: that ends here, since the tier holds its lock.
static bool block_at(struct cpu *c, uint64_t key, struct tier_block *tb, unsigned room, bool cold)
{
    sigjmp_buf outer;
    const uint32_t page = (uint32_t)key & ~0xfffu;
    if (c->debugger && has_stop(c->debugger, (uint32_t)key)) return false;
    if (interp_traced(page, page | 0xfff, &(uint32_t){0})) return false;
    memcpy(&outer, &c->abort_jmp, sizeof outer);
    const bool found = !sigsetjmp(c->abort_jmp, 0) && find_block(c, key, tb, room, cold);
    memcpy(&c->abort_jmp, &outer, sizeof outer);
    c->itstate = 0;
    return found;
}

static bool source_block(struct cpu *c, uint64_t key, struct tier_block *tb, unsigned room)
{
    return block_at(c, key, tb, room, false);
}

static bool source_look(struct cpu *c, uint64_t key, struct tier_block *tb, unsigned room)
{
    return block_at(c, key, tb, room, true);
}

static bool reader_at(struct cpu *c, uint64_t key)
{
    const uint32_t pc = (uint32_t)key & ~1u;
    return interp_begins_with_reader(c, c->mem->fetch_page(c, pc, &(uint32_t){0}), pc, key & 1);
}

static bool source_begins_with_reader(struct cpu *c, uint64_t key)
{
    sigjmp_buf outer;
    memcpy(&outer, &c->abort_jmp, sizeof outer);
    const bool reads = sigsetjmp(c->abort_jmp, 0) || reader_at(c, key);
    memcpy(&c->abort_jmp, &outer, sizeof outer);
    return reads;
}

static bool source_word(struct cpu *c, uint32_t addr, uint32_t *v)
{
    if (c->mem_mode != CPU_MEM_FLAT) return false;
    sigjmp_buf outer;
    memcpy(&outer, &c->abort_jmp, sizeof outer);
    const bool there = !sigsetjmp(c->abort_jmp, 0);
    if (there) *v = (uint32_t)c->mem->load(c, addr, 4);
    memcpy(&c->abort_jmp, &outer, sizeof outer);
    return there;
}

static step_fn step_warm, step_warm_exactly, step_compiled;

// How a block's runs are counted.
static step_fn *counting(const struct tier *t)
{
    return t->hot < LOOK ? step_warm_exactly : step_warm;
}

static const struct tier_source source = {source_block, source_look, source_begins_with_reader, source_word,
                                          handler};

void interp_tier_attach(struct tier *t)
{
    t->source = &source;
}

// Whether all blocks that the unit has something of are still what they were. The cache is locked.
static bool all_there(const struct interp_cpu *ic)
{
    for (unsigned k = 0; k < ic->ncompiling; k++)
        if (ic->compiling[k]->steps[0].fn == step_forgotten) return false;
    return true;
}

static void give_code(struct cache *k, uint64_t key, void *code)
{
    struct block *b = cache_find(k, key);
    if (!b || b->steps[0].fn == step_forgotten) return;
    if (b->code) {
        k->tier->replace(k->tier, b->code, code);
        stats_add(STAT_REPLACED, 1);
    }
    b->code = code;
    __atomic_store_n(&b->steps[0].fn, step_compiled, __ATOMIC_RELEASE);
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
    } else if (!b->code && b->steps[0].fn != step_forgotten) {
        __atomic_store_n(&b->steps[0].fn, b->first_fn, __ATOMIC_RELEASE);
    }
    cache_unlock(k);
}

// The block's code has been forgotten, with another block that it had something of.
static void count_anew(struct cpu *c, struct block *b, const void *code)
{
    struct cache *k = &((struct interp_engine *)c->engine)->cache;
    cache_lock(k);
    if (b->code == code && b->steps[0].fn != step_forgotten) {
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
        return b->first_fn(c, s);
    if (stats_on) interp_stats_enter(c);
    const struct tier_result r = checked ? lockstep_run(c, b, code) : t->run(t, c, code);
    if (stats_on) interp_stats_left(c);
    stats_add(STAT_EXIT_BRANCH + r.why, 1);
    if (r.why == TIER_STOP) return NULL;
    if (r.why == TIER_NONE) return b->first_fn(c, s);
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
                interp_log_block(next->key, "linked, from what was entered at 0x%08x", b->first);
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
    if (b->heat < tier_of(c)->hot) return b->first_fn(c, s);
    interp_tier_compile(c, b, false);
    return s->fn(c, s);
}

STEP(step_warm)
{
    struct block *b = block_of_first(s);
    if (__builtin_expect(++b->heat % LOOK, 1)) return b->first_fn(c, s);
    return compile_if_hot(c, s);
}

STEP(step_warm_exactly)
{
    block_of_first(s)->heat++;
    return compile_if_hot(c, s);
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
            b->steps[0].fn = counting(t);
        }
    cache_unlock(k);
}

void interp_tier_watch(const struct tier *t, struct block *b)
{
    if (b->key & BLOCK_SINGLE) return;
    b->first_fn = b->steps[0].fn;
    b->steps[0].fn = counting(t);
}
