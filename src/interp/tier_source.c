// What the interpreter tells a tier that compiles: the instructions of blocks, from the steps that it has run
// or decoded, and what the guest's memory holds.
#include "interp/tier.h"

#include <stddef.h>
#include <string.h>

#include "cpu/debug.h"
#include "interp/select.h"
#include "interp/trace.h"

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
        if (pc != block_first(b) || c->mem->code_frame) return false;
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

// An instruction, but for its encoding, from the step that does it by a handler.
static inline void copy_step(struct tier_insn *to, const struct step *s, step_fn *fn, bool thumb)
{
    enum { BYTES = offsetof(struct insn, y) + 1 - offsetof(struct insn, len) };
    _Static_assert(offsetof(struct step, y) + 1 - offsetof(struct step, len) == BYTES,
                   "they are the same fields");
    struct insn *in = &to->in;
    memcpy(&in->len, &s->len, BYTES);
    if (interp_kinds[s->op] & IMM_FROM_PC && step_has_link(s))
        memset(&in->rd, 0, offsetof(struct insn, raw) - offsetof(struct insn, rd));
    in->imm = s->imm - interp_imm_base(s->op, s->pc, thumb);
    in->cond = s->skip || s->op == OP_B ? interp_condition_of(fn, s->op == OP_B) : COND_AL;
    in->raw = in->row = 0;
    in->op = s->op;
    to->pc = s->pc;
    to->it = s->it;
}

// The instruction at pc from its step. False: there is none, or it may be undefined.
static bool take_step(struct steps *steps, uint32_t pc, uint8_t it, bool thumb, struct tier_insn *to)
{
    const struct step *s = steps->next;
    if (s >= steps->end || s->pc != pc || s->it != it) return false;
    step_fn *fn = step_handler(s == steps->b->steps ? steps->b->first_fn : s->fn);
    if (!fn || fn == step_undefined) return false;
    copy_step(to, s, fn, thumb);
    do
        s++;
    while (s < steps->end && s->op == OP_COUNT);
    steps->next = s;
    return true;
}

// Further ones up to the block's last, which they only ever lead to; at most as many as said. None that puts
// something into LR: that may be a call.
static unsigned take_inside(struct steps *steps, bool thumb, struct tier_insn *to, unsigned most)
{
    const struct step *s = steps->next, *last = steps->end - 1;
    unsigned n = 0;
    while (last > s && last->op == OP_COUNT)
        last--;
    for (; s < last && n < most; s++) {
        if (s->op == OP_COUNT) continue;
        if (s->rd == 14) break;
        copy_step(&to[n++], s, step_handler(s->fn), thumb);
    }
    while (s < steps->end && s->op == OP_COUNT)
        s++;
    steps->next = s;
    return n;
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
    return (next && next->code) || (b->heat >= TIER_LOOK && (!next || next->heat * 8 < b->heat));
}

// A block that somebody has come to.
static struct block *find(struct cache *k, block_key key)
{
    struct block *b = cache_find(k, key);
    return b && !cache_is_parked(b) ? b : NULL;
}

// The instructions from the block's first on, as many as the longest block would have. False: there are none,
// or more than `room`. cold: no code is made of them.
static bool decode_all(struct cpu *c, const struct block *b, struct tier_block *tb, unsigned room, bool cold)
{
    const bool runs_first = !cold && !((struct interp_engine *)c->engine)->tier->crosses;
    const bool thumb = b->key & 1;
    uint32_t pc = block_first(b);
    uint8_t it = (uint8_t)(b->key >> 32);
    interp_mark_fetch(c, b->key);
    const uint8_t *page = c->mem->fetch_page(c, pc, &(uint32_t){0});
    struct cache *k = &((struct interp_engine *)c->engine)->cache;
    const bool known = ((struct interp_engine *)c->engine)->ran; // nothing that has not run
    const bool machine = c->mem->code_frame; // whose blocks differ in more than their steps say
    const uint64_t frame = b->key & ~TIER_VIRTUAL;
    struct steps steps;
    begin_steps(&steps, machine ? NULL : b);
    const unsigned most = room < BLOCK_MAX_INSNS - 4 ? room : BLOCK_MAX_INSNS - 4;
    unsigned n = 0;
    bool on = true, branched = false;
    do {
        struct tier_insn *ti = &tb->insns[n];
        if (n == room) return false;
        if (known && branched && !find(k, frame | pc | thumb | (uint64_t)it << 32)) break;
        if (steps.next == steps.end && (!machine || (branched && tb->ran))) {
            const struct block *next = find(k, frame | pc | thumb | (uint64_t)it << 32);
            if (branched && tb->ran && leads_elsewhere(b, next)) break;
            begin_steps(&steps, machine ? NULL : next);
        }
        const bool taken = take_step(&steps, pc, it, thumb, ti);
        if (!taken && !decode_at(c, b, page, pc, it, &ti->in)) break; // the next block is the interpreter's
        if (runs_first && interp_crossing(c, &ti->in, page, pc, thumb)) break; // … and runs first
        ti->pc = pc;
        ti->it = it;
        const bool inside = taken && steps.next < steps.end;
        n++;
        if (inside && n < most) {
            n += take_inside(&steps, thumb, &tb->insns[n], most - n);
            ti = &tb->insns[n - 1];
        }
        pc = ti->pc + ti->in.len;
        const bool goes = !inside && interp_flow(&ti->in, thumb) != FLOW_NEXT;
        on = !goes || ti->in.cond < COND_AL;
        if (thumb) it = ti->in.op == OP_IT ? (uint8_t)ti->in.imm : isa_it_advance(ti->it);
        branched = (goes || ti->in.op == OP_CBZ) && !it;
    } while (on && interp_has_room(n, it) && (pc ^ block_first(b)) >> 12 == 0);
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
        b = find(&e->cache, key);
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

enum { ALL = 15 }; // condition flags

// Whether an instruction that ends a block is a return, which flags hardly ever go with.
static bool returns(const struct insn *in)
{
    return (in->op == OP_BX && in->rm == 14) || (in->op == OP_LDM && in->rn == 13 && in->imm >> 15 & 1);
}

// Flags that a block reads before it sets them, or that may be read behind it. *last: the last byte looked at.
static uint8_t read_by(const struct block *b, bool crosses, uint32_t *last)
{
    const bool thumb = b->key & 1;
    uint8_t left = ALL, read = 0;
    uint32_t pc = block_first(b);
    struct steps steps;
    struct tier_insn next;
    const struct insn *const in = &next.in;
    for (begin_steps(&steps, b); left && take_step(&steps, pc, 0, thumb, &next); pc += in->len) {
        *last = pc + in->len - 1;
        if (in->op == OP_IT) return ALL;
        read |= interp_flags_read(in) & left;
        left &= (uint8_t)~interp_flags_set(in);
        if (interp_flow(in, thumb) == FLOW_NEXT && in->op != OP_CBZ) continue;
        return !crosses && in->cond >= COND_AL && returns(in) ? read : read | left;
    }
    return read | left;
}

static uint8_t source_reads_flags(struct cpu *c, uint64_t key)
{
    struct interp_cpu *ic = c->engine_state;
    struct interp_engine *e = (struct interp_engine *)c->engine;
    unsigned generation;
    struct block *b;
    uint32_t last;
    uint8_t read;
    if (c->mem->code_frame || c->debugger || key >> 32) return ALL;
    do {
        generation = atomic_load(&e->cache.generation);
        b = find(&e->cache, key);
        if (!b || ic->ncompiling == TIER_ENTRIES) return ALL;
        last = block_first(b);
        read = read_by(b, e->tier->crosses, &last);
    } while (!cache_extend(&e->cache, b, last, generation));
    if (read != ALL) note_compiling(ic, b);
    return read;
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

static uint32_t source_frame(struct cpu *c, uint64_t key)
{
    interp_mark_fetch(c, key);
    c->code_unnamed = false;
    return c->mem->code_frame(c, (uint32_t)key & ~1u);
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

static const struct tier_source source = {
    source_block, source_look,         source_reads_flags, source_begins_with_reader, source_frame,
    source_word,  interp_tier_handler,
};

void interp_tier_attach(struct tier *t)
{
    t->source = &source;
}
