// The builder: decodes guest code into a block of steps.
//
// A block ends behind an unconditional branch, behind whatever leaves the engine, at BLOCK_MAX_INSNS, and at
// the end of its page; only a 32-bit Thumb instruction that starts there reads the next one. Behind a
// conditional branch it goes on, unless there is a tier: most code runs so rarely then that what is behind
// the branch is not worth decoding before somebody comes by.
#include <unistd.h>

#include "base/log.h"
#include "base/stats.h"
#include "cpu/system.h"
#include "interp/run.h"
#include "interp/select.h"
#include "interp/tier.h"

struct builder {
    struct cpu *c;
    struct block *b;
    const uint8_t *page; // host address of the page being decoded
    uint32_t pc;
    uint8_t it;
    bool thumb;
    unsigned units; // enum isa_unit: what the block has looked for
    bool tier; // there is one, which compiles what runs often
};

bool interp_fetch(const uint8_t *page, uint32_t pc, bool thumb, uint32_t *raw, bool *wide)
{
    const uint32_t offset = pc & 0xfff;
    uint16_t hw[2];
    *wide = true;
    if (!thumb) {
        memcpy(raw, page + offset, 4);
        return true;
    }
    memcpy(hw, page + offset, 2);
    *raw = hw[0];
    *wide = isa_thumb_is_wide(hw[0]);
    if (!*wide) return true;
    if (offset == 0xffe) return false;
    memcpy(&hw[1], page + offset + 2, 2);
    *raw = (uint32_t)hw[0] << 16 | hw[1];
    return true;
}

// Reads the instruction at bl->pc. False: it begins or ends in the next page and is not the block's first.
static bool fetch(struct builder *bl, uint32_t *raw, bool *wide)
{
    uint16_t hw2;
    if (interp_fetch(bl->page, bl->pc, bl->thumb, raw, wide)) return true;
    if (bl->b->ninsns) return false;
    memcpy(&hw2, bl->c->mem->fetch_page(bl->c, bl->pc + 2, &bl->b->frame[1]), 2);
    *raw = *raw << 16 | hw2;
    return true;
}

static inline struct step *add(struct builder *bl, step_fn *fn)
{
    struct step *s = &bl->b->steps[bl->b->nsteps++];
    *s = (struct step){.fn = fn, .pc = bl->pc, .it = bl->it, .op = OP_COUNT, .count = (uint8_t)bl->b->ninsns};
    return s;
}

static void add_goto(struct builder *bl, uint32_t target)
{
    struct step *s = add(bl, bl->it ? step_goto_it : step_goto);
    s->imm = target;
    s->it = bl->it;
    s->pc = bl->b->first; // in the block's page, even if the target is the next one's first instruction
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

void interp_fill_step(struct cpu *c, struct step *s, const struct insn *insn, bool thumb)
{
    const struct insn in = *insn; // bytes that might alias the step's are copied one by one
    s->imm = in.imm, s->op = in.op;
    s->len = in.len, s->flags = in.flags;
    s->rd = in.rd, s->rn = in.rn, s->rm = in.rm, s->ra = in.ra;
    s->shift_type = in.shift_type, s->shift_n = in.shift_n, s->size = in.size;
    s->x = in.x, s->y = in.y;
    if (c->sys && interp_is_coprocessor(&in)) s->imm = interp_coprocessor_register(c, s);
    if (!interp_imm_from_pc(&in)) return;
    const uint32_t pc_value = s->pc + (thumb ? 4 : 8);
    s->imm += interp_aligns_pc(&in) ? pc_value & ~3u : pc_value;
}

enum goes_on { GOES_ON, MAY_BRANCH, ENDS };

static enum goes_on add_undefined(struct builder *bl, const struct insn *in)
{
    struct step *s = add(bl, step_undefined);
    interp_fill_step(bl->c, s, in, bl->thumb);
    if (bl->thumb) s->len = 2;
    return ENDS;
}

// The condition in front of an instruction, s, and of what was added behind it.
static enum goes_on add_condition(struct builder *bl, const struct insn *in, struct step *s,
                                  enum goes_on so_far)
{
    if (in->op == OP_B) {
        s->fn = interp_conditional_branch(in->cond);
        return MAY_BRANCH;
    }
    s->exec = s->fn;
    if (in->op == OP_BL || in->op == OP_BLX_IMM) {
        // The condition takes the place of the branch's link: two steps do the work of one.
        s->exec = step_link;
        struct step *go = add(bl, in->op == OP_BL ? step_goto : step_goto_exchange);
        go->imm = s->imm;
    }
    s->fn = interp_condition(in->cond);
    s->skip = (uint8_t)(&bl->b->steps[bl->b->nsteps] - s);
    return so_far;
}

// One instruction: its step, the helper steps around it.
static enum goes_on add_insn(struct builder *bl, const struct insn *in, enum isa_result r)
{
    if (r == ISA_UNDEFINED) return add_undefined(bl, in);
    add_unit(bl, isa_unit_of(in->op));
    const enum insn_flow flow = interp_flow(in, bl->thumb);
    if (interp_reads_pc(in)) {
        struct step *pc = add(bl, step_set_pc);
        pc->imm = bl->pc + (bl->thumb ? 4 : 8);
    }
    struct step *s = add(bl, interp_select(in));
    interp_fill_step(bl->c, s, in, bl->thumb);
    enum goes_on so_far = in->op == OP_CBZ ? MAY_BRANCH : GOES_ON;
    if (flow != FLOW_NEXT) {
        if (flow == FLOW_BX) add(bl, step_bx_pc);
        if (flow == FLOW_PLAIN) add(bl, step_goto_pc);
        if (flow == FLOW_RETURN) add(bl, step_exception_return);
        so_far = in->cond < COND_AL ? MAY_BRANCH : ENDS;
    }
    return in->cond < COND_AL ? add_condition(bl, in, s, so_far) : so_far;
}

bool interp_has_room(unsigned ninsns, uint8_t it)
{
    return ninsns < (it ? BLOCK_MAX_INSNS : BLOCK_MAX_INSNS - 4);
}

// Whether a block that can go on should.
static bool has_room(const struct builder *bl, enum goes_on so_far)
{
    if (bl->b->key & BLOCK_SINGLE || (so_far == MAY_BRANCH && bl->tier && !bl->it)) return false;
    return interp_has_room(bl->b->ninsns, bl->it);
}

static void decode(struct builder *bl)
{
    struct block *b = bl->b;
    const uint32_t page = bl->pc >> 12, features = bl->c->features;
    enum goes_on so_far = GOES_ON;
    do {
        uint32_t raw;
        bool wide;
        struct insn in;
        if (!fetch(bl, &raw, &wide)) break;
        const enum isa_result r = bl->thumb ? isa_decode_thumb(raw, wide, bl->it, features, &in)
                                            : isa_decode_a32(raw, features, &in);
        b->ninsns++;
        if (bl->tier && r != ISA_UNDEFINED && interp_crossing(bl->c, &in, bl->page, bl->pc, bl->thumb))
            add(bl, step_crossing);
        so_far = add_insn(bl, &in, r);
        bl->pc += wide ? 4 : 2;
        if (bl->thumb)
            bl->it = in.op == OP_IT && r != ISA_UNDEFINED ? (uint8_t)in.imm : isa_it_advance(bl->it);
    } while (so_far != ENDS && has_room(bl, so_far) && bl->pc >> 12 == page);
    b->last = bl->pc - 1;
    if (so_far != ENDS) add_goto(bl, bl->pc);
    if (bl->tier) interp_tier_watch(b);
}

struct block *interp_build(struct cpu *c, block_key key)
{
    struct cache *cache = &((struct interp_engine *)c->engine)->cache;
    union {
        struct block b;
        char space[sizeof(struct block) + BLOCK_MAX_STEPS * sizeof(struct step)];
    } tmp;
    struct block *done;
    const uint64_t start = stats_clock();
    do {
        const unsigned generation = atomic_load(&cache->generation);
        struct builder bl = {.c = c,
                             .b = &tmp.b,
                             .pc = (uint32_t)key & ~1u,
                             .it = (uint8_t)(key >> 32),
                             .thumb = key & 1,
                             .tier = cache->tier};
        tmp.b = (struct block){.key = key, .first = bl.pc};
        interp_mark_fetch(c, key);
        bl.page = c->mem->fetch_page(c, bl.pc, &tmp.b.frame[0]);
        tmp.b.frame[1] = tmp.b.frame[0];
        decode(&bl);
        c->itstate = 0;
        stats_add(STAT_DECODED_BLOCKS, 1);
        stats_add(STAT_DECODED_INSNS, tmp.b.ninsns);
        done = cache_insert(cache, &tmp.b, generation);
        if (!done && generation == atomic_load(&cache->generation)) {
            warn("out of memory for translated code");
            _exit(125);
        }
    } while (!done);
    stats_since(STAT_TIME_DECODE, start);
    return done;
}
