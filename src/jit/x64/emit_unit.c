// A unit from its operations: conditions, the ways in, and what lies behind the operations.
#include "jit/x64/emit_internal.h"

// Conditions

static bool is_if(const struct ir_insn *i)
{
    return i->op == IR_IF || i->op == IR_IFZ || i->op == IR_IFNZ;
}

static enum x64_cc test_if(struct emit *e, const struct ir_insn *i)
{
    if (i->op == IR_IF) return emit_condition(e, i->cond);
    const struct x64_rm a = place(e, i->a);
    emit_clobber(e);
    if (a.mem)
        x64_group1(&e->a, 0, 7, a, 0);
    else
        x64_op(&e->a, 0, 0x85, (unsigned)a.base, a);
    return i->op == IR_IFZ ? CC_E : CC_NE;
}

static void emit_flow(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_CALL: emit_call(e, i); break;
    case IR_ENTER: emit_enter(e, i); break;
    case IR_JUMP: emit_jump(e, i, -1); break;
    case IR_GOTO: emit_goto(e, i, -1); break;
    case IR_GOTO_REG: emit_goto_reg(e, i); break;
    default: emit_leave(e, i); break;
    }
}

// Operations that have a form which leaves the host's flags alone.
static bool may_be_quiet(enum ir_op op)
{
    static const uint64_t quiet = 1ull << IR_ADD | 1ull << IR_SUB | 1ull << IR_AND | 1ull << IR_LSL |
                                  1ull << IR_LSR | 1ull << IR_ASR | 1ull << IR_ROR | 1ull << IR_MUL |
                                  1ull << IR_UXT8 | 1ull << IR_UXT16 | 1ull << IR_SXT8 | 1ull << IR_SXT16 |
                                  1ull << IR_UBFX | 1ull << IR_SBFX;
    return quiet >> op & 1;
}

// What computes with core registers: up to IR_USAT.
static void emit_core(struct emit *e, const struct ir_insn *i)
{
    const enum ir_op op = i->op;
    if (op > IR_RBIT && op != IR_SEL) e->ge_mask = false; // has use for XMM3
    if (!i->sets && op <= IR_SBFX && may_be_quiet(op) && emit_quiet(e, i)) return;
    if (op <= IR_BIC)
        emit_alu(e, i);
    else if (op <= IR_RRX)
        emit_shift(e, i);
    else if (op >= IR_MUL && op <= IR_ROUNDS)
        emit_multiply(e, i);
    else if (op >= IR_PARALLEL && op <= IR_SXT8X2)
        emit_parallel(e, i);
    else if (op >= IR_MULH)
        emit_dsp(e, i);
    else
        emit_misc(e, i);
}

static void emit_vector_op(struct emit *e, const struct ir_insn *i)
{
    const enum ir_op op = i->op;
    emit_vector_begin(e, i);
    if (op == IR_VEC)
        emit_vec(e, i);
    else if (op >= IR_LDVM && op <= IR_LDVA)
        emit_neon_ldst(e, i);
    else
        emit_vfp(e, i);
    emit_vector_end(e, i);
}

// What is emitted from here on is the guest instruction's at pc.
static void note_place(struct emit *e, uint32_t pc)
{
    if (!e->placed) return;
    const uint32_t offset = (uint32_t)(e->a.p - e->start);
    struct tier_place *last = e->nplaces ? &e->places[e->nplaces - 1] : NULL;
    if (last && last->pc == pc) return;
    if (last && last->offset == offset)
        last->pc = pc;
    else if (e->nplaces < EMIT_MAX_PLACES)
        e->places[e->nplaces++] = (struct tier_place){offset, pc};
}

// What emit_plain() does not do.
static __attribute__((noinline)) void emit_other(struct emit *e, const struct ir_insn *i)
{
    const enum ir_op op = i->op;
    if (op < IR_LD8) {
        emit_core(e, i);
    } else if (op <= IR_PROBE) {
        emit_memory(e, i);
    } else if (op == IR_ALIGN) {
        emit_align(e, i);
    } else if (op == IR_UNIT) {
        emit_needs_unit(e, i);
    } else {
        e->ge_mask = false;
        if (op >= IR_CALL)
            emit_flow(e, i);
        else if (op >= IR_LDV32 && op <= IR_VEC)
            emit_vector_op(e, i);
        else if (op >= IR_EXPECT)
            emit_system(e, i);
        else
            emit_sync(e, i);
    }
}

static inline void emit_one(struct emit *e, const struct ir_insn *i)
{
    const enum ir_op op = i->op;
    note_place(e, i->pc);
    // On the way that leads here an operation under a condition does end the life of what was there before.
    e->live = i->mode & IR_CONDITIONAL ? i->keeps & ~i->sets : i->keeps;
    const bool may_be_plain = op <= IR_XOR || (op >= IR_LD8 && op <= IR_ST32);
    if (!may_be_plain || !emit_plain(e, i)) emit_other(e, i);
}

enum { NOWHERE = 1 };

struct emit_mark {
    uint8_t *p;
    bool copies; // there may be any
    unsigned nsites, nlinks, nways, nslow, nreloads, nplaces;
    struct emit_flags flags;
};

static struct emit_mark emit_mark(const struct emit *e)
{
    return (struct emit_mark){e->a.p,   e->vector_copies, e->nsites,  e->nlinks, e->nways,
                              e->nslow, e->nreloads,      e->nplaces, e->flags};
}

static void keep_copies(const struct emit *e, struct emit_vector copies[16])
{
    if (e->vector_copies) memcpy(copies, e->vector, sizeof e->vector);
}

static void restore_copies(struct emit *e, const struct emit_vector copies[16], bool any)
{
    if (!any)
        emit_vector_forget(e);
    else
        memcpy(e->vector, copies, sizeof e->vector);
    e->vector_copies = any;
}

static void emit_rewind(struct emit *e, struct emit_mark m)
{
    e->a.p = m.p;
    e->nsites = m.nsites, e->nlinks = m.nlinks, e->nways = m.nways, e->nslow = m.nslow,
    e->nreloads = m.nreloads, e->nplaces = m.nplaces;
    e->flags = m.flags;
    e->ge_mask = false;
}

// The flags that are in the same place on two ways, seen from where these join.
static struct emit_flags common_flags(const struct emit_flags *a, const struct emit_flags *b)
{
    struct emit_flags f = {.host = a->host & b->host, .saved = a->saved & b->saved, .kind = a->kind};
    if (a->kind != b->kind) { // a comparison's for the FPSCR may be there on one of them only
        f.host = 0;
        f.kind = HOST_LOGIC;
    }
    return f;
}

static bool ends(const struct ir_insn *i)
{
    return i->op == IR_GOTO || i->op == IR_JUMP || i->op == IR_GOTO_REG || i->op == IR_LEAVE;
}

static void side(struct emit *e, const struct ir_insn *i, unsigned n, unsigned save)
{
    for (unsigned k = 0; k < n; k++)
        emit_one(e, &i[k]);
    emit_fp_mode(e, FP_GUEST);
    emit_save_flags(e, save);
}

// Both sides of a condition. Where only one leaves the guest's flags in the host's they are emitted once
// more, and both save them.
static void either(struct emit *e, const struct ir_insn *then, unsigned nthen, enum x64_cc cc)
{
    const struct ir_insn *orelse = &then[nthen];
    const bool ended = ends(&orelse[-1]), other_ended = ends(&orelse[orelse->n]);
    const unsigned after = ended || other_ended ? 0 : orelse[orelse->n].after;
    const struct emit_mark before = emit_mark(e);
    const uint32_t since = e->vector_op;
    struct emit_vector copies[16];
    keep_copies(e, copies);
    unsigned missing = 0;
    for (unsigned attempt = 0;; attempt++) {
        uint8_t *no = x64_jcc_at(&e->a, cc ^ 1);
        side(e, then, nthen, missing);
        emit_vector_join(e, since);
        const struct emit_flags yes = e->flags;
        uint8_t *over = x64_jmp_at(&e->a);
        e->flags = before.flags;
        if (!e->a.full) x64_patch(no, e->a.p);
        side(e, orelse + 1, orelse->n, missing);
        emit_vector_join(e, since);
        if (other_ended)
            e->flags = yes;
        else if (!ended)
            e->flags = common_flags(&yes, &e->flags);
        missing = after & ~(e->flags.host | e->flags.saved);
        if (!missing || attempt || e->a.full) {
            if (!e->a.full) x64_patch(over, e->a.p);
            return;
        }
        emit_rewind(e, before);
        restore_copies(e, copies, before.copies);
    }
}

// The operations behind a condition that may not hold: a short jump over them. Where they change the host's
// flags, both ways must have saved the guest's; then they are emitted once more behind that.
static void skip_unless(struct emit *e, const struct ir_insn *body, unsigned n, enum x64_cc cc)
{
    const struct emit_mark before = emit_mark(e);
    struct emit_vector copies[16];
    keep_copies(e, copies);
    const uint32_t since = e->vector_op;
    for (unsigned attempt = 0;; attempt++) {
        const struct emit_flags skipped = e->flags;
        uint8_t *skip = x64_jcc_at(&e->a, cc ^ 1);
        for (unsigned k = 0; k < n; k++)
            emit_one(e, &body[k]);
        emit_fp_mode(e, FP_GUEST);
        const unsigned after = body[n - 1].after;
        if (ends(&body[n - 1])) { // nobody comes from there
            e->flags = skipped;
            restore_copies(e, copies, before.copies);
        }
        unsigned missing;
        struct emit_flags f = common_flags(&skipped, &e->flags);
        missing = after & ~(f.host | f.saved);
        emit_save_flags(e, missing);
        f = common_flags(&skipped, &e->flags);
        missing = after & ~(f.host | f.saved);
        if (!missing || attempt || e->a.full) {
            if (!e->a.full) x64_patch(skip, e->a.p);
            e->flags = f;
            emit_vector_join(e, since);
            return;
        }
        emit_rewind(e, before);
        restore_copies(e, copies, before.copies);
        emit_save_flags(e, missing);
    }
}

// A condition and what it holds for; returns how many operations that is.
static unsigned emit_if(struct emit *e, const struct ir_insn *i)
{
    const unsigned selected = i->op == IR_IF ? emit_select(e, i) : 0;
    if (selected) return 1 + selected;
    const enum x64_cc cc = test_if(e, i);
    const struct ir_insn *next = i + 1, *last = i + i->n;
    if (i->n == 1 && next->op == IR_GOTO) {
        emit_goto(e, next, (int)cc);
    } else if (i->n == 1 && next->op == IR_JUMP) {
        emit_jump(e, next, (int)cc);
    } else if (last->op == IR_ELSE) {
        either(e, next, i->n - 1u, cc);
        return 1u + i->n + last->n;
    } else {
        skip_unless(e, next, i->n, cc);
    }
    return 1u + i->n;
}

static void emit_ops(struct emit *e, const struct ir_block *b)
{
    for (const struct ir_insn *i = b->insn, *end = i + b->n; i < end && !e->a.full;) {
        if (i->op <= IR_VEC && (i[1].op != IR_IF || (i->op != IR_SUB && i->op != IR_AND))) {
            emit_one(e, i++);
            continue;
        }
        e->live = i->keeps;
        note_place(e, i->pc);
        if (i->op <= IR_VEC) {
            const unsigned selected = emit_early(e, i);
            if (!selected) emit_one(e, i);
            i += 1 + selected;
            continue;
        }
        if (i->op != IR_CALL) emit_fp_mode(e, FP_GUEST);
        if (is_if(i)) {
            i += emit_if(e, i);
        } else {
            emit_one(e, i);
            i++;
        }
    }
}

// Out to C, with a record.
static void leave_with(struct emit *e, const void *record, const uint8_t *how)
{
    x64_mov_imm(&e->a, x64_r(RAX), (uint32_t)((const uint8_t *)record - e->shared->records));
    x64_jmp_to(&e->a, how);
}

static uint32_t place_of(const struct emit_way *w)
{
    const struct ir_insn *i = w->miss ? w->miss : w->go ? w->go : w->leave;
    return i ? i->pc : NOWHERE;
}

// What is jumped to from the unit's midst, behind it. Grows while it is made.
static void emit_ways(struct emit *e)
{
    uint8_t *thunk[TIER_CALL_KINDS] = {NULL};
    for (unsigned k = 0; k < e->nways && !e->a.full; k++) {
        const struct emit_way w = e->ways[k];
        e->changed = e->way_changed[k];
        note_place(e, place_of(&w));
        if (w.miss) {
            emit_miss(e, &w);
        } else if (w.label) {
            x64_patch(w.disp, e->blocks[w.label - 1].label);
        } else if (w.thunk) {
            uint8_t **at = &thunk[w.thunk - 1];
            if (!*at) *at = emit_unit_call_thunk(e, (enum tier_call_kind)(w.thunk - 1));
            if (!e->a.full) x64_patch(w.disp, *at);
        } else if (w.go) {
            x64_patch(w.disp, e->a.p);
            e->flags = w.flags;
            w.go->op == IR_GOTO ? emit_goto(e, w.go, -1) : emit_go_reg(e, w.go);
        } else if (w.leave) {
            x64_patch(w.disp, e->a.p);
            e->flags = w.flags;
            emit_leave(e, w.leave);
        } else if (w.back) {
            x64_patch(w.disp, e->a.p);
            x64_mov_imm(&e->a, w.clears ? x64_r(w.clears - 1) : CPU_FIELD(qf), !w.clears);
            x64_jmp_to(&e->a, w.back);
        } else if (w.landing) {
            x64_patch(w.disp, e->a.p);
            x64_call_to(&e->a, e->shared->indirect);
            x64_jmp_to(&e->a, w.landing);
        } else if (w.target) {
            x64_patch(w.disp, e->a.p);
            x64_mov_imm(&e->a, x64_r(RAX), w.target);
            x64_jmp_to(&e->a, e->shared->indirect);
        } else {
            x64_patch(w.disp, e->a.p);
            if (w.inside) emit_to_common(e);
            leave_with(e, &e->link_at[w.link], e->shared->leave_link);
        }
    }
}

static void note_links(struct emit *e)
{
    for (unsigned k = 0; k < e->nlinks; k++)
        if (e->links[k].disp) memcpy(&e->links[k].unlinked, e->links[k].disp, sizeof e->links[k].unlinked);
}

// A way into the unit, which one store can turn into a jump elsewhere (emit_stale): nobody can be in the midst
// of its first instruction, which is as long as that.
static void way_in(struct emit *e, uint64_t key)
{
    struct emit_entry *entry = &e->entry_at[e->nentries];
    static const uint8_t nop[EMIT_JUMP] = {0x0f, 0x1f, 0x44, 0, 0};
    x64_align(&e->a, 16, 0);
    *entry = (struct emit_entry){.key = key, .code = e->a.p};
    if (!e->counted && !e->windowed) x64_bytes(&e->a, nop, sizeof nop);
    if (e->counted) { // runs until it is hot
        const unsigned slot = emit_heat_slot(key);
        x64_group1(&e->a, 0, 5, x64_m(RBP, (int32_t)(offsetof(struct cpu, host_heat) + 4 * slot)), 1);
        e->hot = x64_jcc_at(&e->a, CC_S);
    }
    if (e->windowed) {
        x64_group1(&e->a, X64_64, 7, CPU_FIELD(window), 0);
        e->to_window[e->nentries] = x64_jcc_at(&e->a, CC_NE);
    }
    e->nentries++;
    emit_from_common(e);
}

static void find_places(struct emit *e)
{
    if (e->home == emit_home && e->places_common) return;
    e->places_common = e->home == emit_home;
    for (unsigned r = 0; r < 15; r++)
        e->place[r] = e->home[r] >= 0 ? x64_r((unsigned)e->home[r])
                                      : x64_m(RBP, (int32_t)(offsetof(struct cpu, r) + 4 * r));
    e->place[IR_TEMP] = x64_r(RDX);
    for (unsigned t = 1; t < IR_LOCS - IR_TEMP; t++)
        e->place[IR_TEMP + t] = x64_m(RBP, (int32_t)(offsetof(struct cpu, host_temp) + 4 * t));
    memset(e->reg, NO_REGISTER, sizeof e->reg);
    for (unsigned r = 0; r < IR_LOCS; r++)
        if (!e->place[r].mem && r != 15) e->reg[r] = (uint8_t)e->place[r].base;
}

// The same way into the form for a window; the n-th.
static void way_into_window(struct emit *e, unsigned n)
{
    x64_align(&e->a, 16, 0);
    if (!e->a.full) x64_patch(e->to_window[n], e->a.p);
    emit_from_common(e);
}

// The unit's code, in one form: the operations, and what lies behind them.
static void form(struct emit *e, const struct ir_block *b, bool window)
{
    unsigned n = 0; // ways in
    e->nways = e->nslow = e->nreloads = 0;
    e->fp_mode = FP_GUEST;
    e->next_block = 0;
    e->joint = e->joint_end = NULL;
    for (unsigned k = 0; k < b->nblocks; k++)
        e->blocks[k] = (struct emit_block){
            .key = b->blocks[k].key, .loop = b->blocks[k].circle, .live = b->blocks[k].live};
    note_place(e, b->pc);
    window ? way_into_window(e, n++) : way_in(e, e->blocks[0].key);
    emit_vector_forget(e);
    emit_ops(e, b);
    e->cold = e->a.p;
    note_place(e, NOWHERE);
    emit_slow_calls(e);
    emit_ways(e);
    for (unsigned k = 0; k < b->nblocks && !e->a.full; k++) {
        if (!k || !b->blocks[k].entry) continue;
        note_place(e, NOWHERE);
        window ? way_into_window(e, n++) : way_in(e, e->blocks[k].key);
        x64_jmp_to(&e->a, e->blocks[k].label);
    }
}

bool emit_unit(struct emit *e, const struct ir_block *b)
{
    find_places(e);
    e->nsites = e->nlinks = e->nentries = e->nplaces = 0;
    e->thumb = b->thumb;
    e->nblocks = b->nblocks;
    e->last_entry = (uint32_t)b->blocks[0].key;
    for (unsigned k = 1; k < b->nblocks; k++)
        if (b->blocks[k].entry && (uint32_t)b->blocks[k].key > e->last_entry)
            e->last_entry = (uint32_t)b->blocks[k].key;
    x64_align(&e->a, 16, 0);
    e->start = e->a.p;
    form(e, b, false);
    if (e->windowed && !e->a.full) {
        e->tlb = false;
        form(e, b, true);
    }
    if (e->counted && !e->a.full) { // a unit of one block
        x64_patch(e->hot, e->a.p);
        leave_with(e, &e->entry_at[0], e->shared->leave_hot);
    }
    for (unsigned k = 0; k < e->nentries; k++) {
        e->entry_at[k].stale = e->a.p;
        leave_with(e, &e->entry_at[k], e->shared->leave_stale);
    }
    if (!e->a.full) note_links(e);
    return !e->a.full;
}
