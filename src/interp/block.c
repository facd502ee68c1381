// The builder: decodes guest code into a block of steps.
//
// A block ends behind an unconditional branch, behind whatever leaves the engine, at BLOCK_MAX_INSNS, and at
// the end of its page; only a 32-bit Thumb instruction that starts there reads the next one. Behind a
// conditional branch it goes on, unless there is a tier: most code runs so rarely then that what is behind
// the branch is not worth decoding before somebody comes by.
#include <unistd.h>

#include "base/stats.h"
#include "cpu/debug.h"
#include "cpu/system.h"
#include "interp/image.h"
#include "interp/log.h"
#include "interp/run.h"
#include "interp/select.h"
#include "interp/tier.h"
#include "interp/trace.h"

struct builder {
    struct cpu *c;
    struct block *b;
    struct step *next;   // the block's next step
    const uint8_t *page; // host address of the page being decoded
    uint32_t pc;
    uint8_t it;
    bool thumb;
    unsigned units;          // enum isa_unit: what the block has looked for
    const struct tier *tier; // compiles what runs often; NULL: there is none
    bool to_branch;          // the block ends behind a conditional branch
    bool single;             // it is to have one instruction only
    uint32_t most;           // bytes up to the page's end, or to the next breakpoint
};

// Reads the instruction at bl->pc. False: it begins or ends in the next page and is not the block's first.
static inline bool fetch(struct builder *bl, bool thumb, uint32_t *raw, bool *wide)
{
    uint16_t hw2;
    if (interp_fetch(bl->page, bl->pc, thumb, raw, wide)) return true;
    if (bl->b->ninsns) return false;
    memcpy(&hw2, bl->c->mem->fetch_page(bl->c, bl->pc + 2, &bl->b->frame[1]), 2);
    *raw = *raw << 16 | hw2;
    return true;
}

static inline struct step *add(struct builder *bl, step_fn *fn)
{
    struct step *s = bl->next++;
    *s = (struct step){.fn = step_at_handler(fn),
                       .pc = bl->pc,
                       .it = bl->it,
                       .op = OP_COUNT,
                       .count = (uint8_t)bl->b->ninsns};
    return s;
}

// The step of an instruction itself.
static inline struct step *add_operation(struct builder *bl, step_fn *fn, const struct insn *in, bool thumb)
{
    struct step *s = bl->next++;
    s->fn = step_at_handler(fn);
    s->exec = 0;
    s->pc = bl->pc;
    s->it = bl->it;
    s->count = (uint8_t)bl->b->ninsns;
    s->skip = 0;
    interp_fill_step(bl->c, s, in, thumb);
    return s;
}

static void add_goto(struct builder *bl, uint32_t target)
{
    struct step *s = add(bl, bl->it ? step_goto_it : step_goto);
    s->imm = target;
    s->it = bl->it;
    s->pc = block_first(bl->b); // in the block's page, even if the target is the next one's first instruction
}

// In front of the block's first instruction of a unit that a kernel may have switched off.
STEP(step_needs_unit)
{
    if (c->vfp_units & s->imm) NEXT;
    return interp_undefined(c, s);
}

static void add_unit(struct builder *bl, unsigned unit)
{
    if (!bl->c->sys || !(unit & ~bl->units)) return;
    bl->units |= unit;
    add(bl, step_needs_unit)->imm = unit;
}

enum goes_on { GOES_ON, MAY_BRANCH, ENDS };

static enum goes_on add_undefined(struct builder *bl, const struct insn *in)
{
    struct step *s = add_operation(bl, step_undefined, in, bl->thumb);
    if (bl->thumb) s->len = 2;
    return ENDS;
}

// The condition in front of an instruction, s, and of what was added behind it.
static enum goes_on add_condition(struct builder *bl, const struct insn *in, struct step *s,
                                  enum goes_on so_far)
{
    if (in->op == OP_B) {
        s->fn = step_at_handler(interp_conditional_branch(in->cond));
        return MAY_BRANCH;
    }
    s->exec = s->fn;
    if (in->op == OP_BL || in->op == OP_BLX_IMM) {
        // The condition takes the place of the branch's link: two steps do the work of one.
        s->exec = step_at_handler(step_link);
        struct step *go = add(bl, in->op == OP_BL ? step_goto : step_goto_exchange);
        go->imm = s->imm;
    }
    s->fn = step_at_handler(interp_condition(in->cond));
    s->skip = (uint8_t)(bl->next - s);
    return so_far;
}

// One instruction: its step, the helper steps around it.
static APART enum goes_on add_insn(struct builder *bl, const struct insn *in, enum isa_result r)
{
    if (r == ISA_UNDEFINED) return add_undefined(bl, in);
    add_unit(bl, isa_unit_of(in->op));
    const enum insn_flow flow = interp_flow(in, bl->thumb);
    if (interp_reads_pc(in)) {
        struct step *pc = add(bl, step_set_pc);
        pc->imm = bl->pc + (bl->thumb ? 4 : 8);
    }
    struct step *s = add_operation(bl, interp_select(in), in, bl->thumb);
    enum goes_on so_far = in->op == OP_CBZ ? MAY_BRANCH : GOES_ON;
    if (flow != FLOW_NEXT) {
        if (flow == FLOW_BX) add(bl, step_bx_pc);
        if (flow == FLOW_PLAIN) add(bl, step_goto_pc);
        if (flow == FLOW_RETURN) add(bl, step_exception_return);
        so_far = in->cond < COND_AL ? MAY_BRANCH : ENDS;
    }
    return in->cond < COND_AL ? add_condition(bl, in, s, so_far) : so_far;
}

// Whether the block goes on behind an instruction, if there is room.
static inline bool goes_on(const struct builder *bl, enum goes_on so_far)
{
    if (bl->single) return false;
    return so_far == GOES_ON || (so_far == MAY_BRANCH && (!bl->to_branch || bl->it));
}

// Once for each instruction set.
static inline __attribute__((always_inline)) void decode(struct builder *bl, const bool thumb)
{
    struct block *b = bl->b;
    const uint32_t features = bl->c->features;
    enum goes_on so_far = GOES_ON;
    bool more;
    do {
        uint32_t raw;
        bool wide;
        struct insn in;
        if (!fetch(bl, thumb, &raw, &wide)) break;
        const enum isa_result r =
            thumb ? isa_decode_thumb(raw, wide, bl->it, features, &in) : isa_decode_a32(raw, features, &in);
        const uint32_t pc = bl->pc;
        b->ninsns++;
        // Calls are no ordinary instructions.
        if (__builtin_expect(r != ISA_UNDEFINED && interp_is_ordinary(&in), 1)) {
            add_operation(bl, interp_select(&in), &in, thumb);
            so_far = GOES_ON;
        } else {
            if (bl->tier && r != ISA_UNDEFINED && interp_crossing(bl->c, &in, bl->page, pc, thumb))
                add(bl, step_crossing);
            so_far = add_insn(bl, &in, r);
        }
        bl->pc = pc + (wide ? 4 : 2);
        if (thumb && (bl->it || in.op == OP_IT))
            bl->it = in.op == OP_IT && r != ISA_UNDEFINED ? (uint8_t)in.imm : isa_it_advance(bl->it);
        more = goes_on(bl, so_far) && interp_has_room(b->ninsns, bl->it);
    } while (more && bl->pc - block_first(b) < bl->most);
    if (so_far != ENDS) add_goto(bl, bl->pc);
}

// In front of an instruction with a breakpoint.
STEP(step_breakpoint)
{
    return interp_stop_at(c, s, CPU_EXIT_DEBUG);
}

// The block ends in front of a debugger's next breakpoint, or is one.
static bool is_stop(struct builder *bl)
{
    const struct cpu_stops *stops = &bl->c->debugger->stops;
    const uint64_t end = (uint64_t)bl->pc + bl->most;
    if (cpu_stop_from(stops, bl->pc, end) != bl->pc) {
        bl->most = (uint32_t)(cpu_stop_from(stops, bl->pc + 1, end) - bl->pc);
        return false;
    }
    bl->b->ninsns = 1;
    add(bl, step_breakpoint);
    bl->pc += 2; // the least that it is made from
    return true;
}

// The block is one instruction, with a step in front that logs it, or ends in front of the next one that is
// logged.
static APART void add_trace(struct builder *bl)
{
    uint32_t raw, next;
    bool wide;
    if (!log_wants_code(bl->pc, bl->pc, &next)) {
        if (next - bl->pc < bl->most) bl->most = next - bl->pc;
        return;
    }
    fetch(bl, bl->thumb, &raw, &wide);
    struct step *s = add(bl, step_trace);
    s->imm = raw;
    s->size = wide;
    bl->most = 1;
}

static void build(struct builder *bl)
{
    bl->most = 0x1000 - (bl->pc & 0xfff);
    if (__builtin_expect(bl->c->debugger && !bl->single, 0) && is_stop(bl)) return;
    if (log_any(LOG_INSTRUCTIONS)) add_trace(bl);
    if (bl->thumb)
        decode(bl, true);
    else
        decode(bl, false);
}

static void finish(struct builder *bl)
{
    struct block *b = bl->b;
    b->last = bl->pc - 1;
    b->nsteps = (uint16_t)(bl->next - b->steps);
    if (bl->tier) interp_tier_watch(bl->tier, b);
}

struct block *interp_build(struct cpu *c, block_key key)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct cache *cache = &e->cache;
    union {
        struct block b;
        char space[BLOCK_BYTES(BLOCK_MAX_STEPS)];
    } tmp;
    struct block *done = cache->image ? image_find(c, cache, key) : NULL;
    if (done) return done;
    const enum stats_part former = stats_enter(PART_DECODE);
    do {
        const unsigned generation = atomic_load(&cache->generation);
        struct block *room = cache_room(cache), *b = room ? room : &tmp.b;
        struct builder bl = {.c = c,
                             .b = b,
                             .next = b->steps,
                             .pc = (uint32_t)key & ~1u,
                             .it = (uint8_t)(key >> 32),
                             .thumb = key & 1,
                             .single = key & BLOCK_SINGLE,
                             .to_branch = cache->to_branch,
                             .tier = cache->tier};
        *b = (struct block){.key = key};
        interp_mark_fetch(c, key);
        bl.page = c->mem->fetch_page(c, bl.pc, &b->frame[0]);
        b->frame[1] = b->frame[0];
        build(&bl);
        finish(&bl);
        if (cache->image && b->frame[1] != b->frame[0]) image_depends(c, cache, b->frame[1]);
        c->itstate = 0;
        stats_add(STAT_DECODED_BLOCKS, 1);
        stats_add(STAT_DECODED_INSNS, b->ninsns);
        done = cache_insert(cache, b, generation);
        if (!done && generation == atomic_load(&cache->generation)) {
            warn("out of memory for translated code");
            _exit(125);
        }
    } while (!done);
    if (__builtin_expect(e->ran != NULL, 0)) e->ran(e->ran_ctx, c, block_first(done), done->last);
    stats_enter(former);
    if (log_any(LOG_BLOCKS) && interp_log_on(key)) interp_log_found(done);
    return done;
}
