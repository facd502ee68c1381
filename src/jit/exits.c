// Which condition flags are wanted where a unit's ways out lead (a branch's `reads`). Hardly any function
// reads flags at its entry, and hardly any call's continuation does: then nobody need save them.
//
// A known target is looked at: its unit is forgotten with it, as with a block that it contains. Of a return
// or an indirect branch it is assumed that no flags go with it, until a call or the target of an indirect
// branch is seen that says otherwise (struct tier: flags_cross).
#include "jit/exits.h"

#include "ir/passes.h"
#include "xlate/xlate.h"

enum {
    DEEPEST = 3, // branches followed, one behind another
    ROOM = 256,  // for the operations of an instruction
};

// Flags that are read before they are set anew: certainly, and possibly.
struct wanted {
    uint8_t certain, possible;
    bool unseen; // nothing has been looked at
};

static const struct wanted nothing = {0}, anything = {.possible = IR_NZCV},
                           everything = {.certain = IR_NZCV, .possible = IR_NZCV},
                           unseen = {.possible = IR_NZCV, .unseen = true};

struct exits {
    struct translation *t;
    struct cpu *c;
    const struct tier_source *src;
};

static struct wanted at(struct exits *x, uint64_t key, unsigned depth);

static void add(struct wanted *w, struct wanted more, uint8_t left)
{
    w->certain |= more.certain & left;
    w->possible |= more.possible & left;
}

// At the target of an IR_GOTO_REG, which is known where a constant is in front of it (BX PC).
static struct wanted by_register(struct exits *x, const struct ir_insn *i, unsigned depth)
{
    const struct ir_insn *mov = i - 1;
    if (i > x->t->ir.insn && mov->op == IR_MOV && mov->d == i->a && mov->b == IR_IMM &&
        i->mode & IR_INTERWORK)
        return at(x, translate_key(x->t, mov->imm), depth + 1);
    return x->t->flags_cross ? anything : nothing;
}

// At the target of an IR_GOTO. Of a call into another page of a machine the same is assumed as of an indirect
// one, which it becomes; and of one of a function in a page where nothing has run, as of those that report
// errors, if it does not begin by reading flags. (What leaves an inlined callee for the rest of it is no call
// of the program's.)
static struct wanted known(struct exits *x, const struct ir_insn *i, unsigned depth)
{
    const uint64_t key = translate_key(x->t, ir_target(i));
    const struct wanted w = at(x, key, depth);
    if (!w.unseen || !(i->mode & IR_LINKS) || !i->n || x->t->flags_cross) return w;
    return key == TRANSLATE_UNKNOWN || !x->src->begins_with_reader(x->c, key) ? nothing : anything;
}

static bool handler_reads(const struct exits *x, const struct ir_insn *i)
{
    struct tier_call call;
    return x->src->handler(x->c, &x->t->insns[i->imm], 0, 0, x->t->ir.thumb, &call) && call.flags;
}

// What an operation adds; what is left of the flags behind it.
static uint8_t behind(struct exits *x, const struct ir_insn *i, struct wanted *w, uint8_t left,
                      unsigned depth)
{
    const uint8_t here = i->mode & IR_CONDITIONAL ? left : 0;
    switch ((enum ir_op)i->op) {
    case IR_GOTO: add(w, known(x, i, depth + 1), left); return here;
    case IR_GOTO_REG: add(w, by_register(x, i, depth), left); return here;
    case IR_LEAVE:
    case IR_VMSR:
    case IR_CALL: add(w, handler_reads(x, i) ? everything : anything, left); return 0;
    default:
        add(w, (struct wanted){i->reads, i->reads, false}, left);
        return i->mode & IR_CONDITIONAL ? left : left & (uint8_t)~i->sets;
    }
}

// One instruction after the other, translated behind the unit's operations, until nothing is left to be
// found.
static struct wanted look(struct exits *x, uint64_t key, const struct tier_block *tb, unsigned depth)
{
    struct ir_block *b = &x->t->ir;
    struct xlate xl = {.b = b, .thumb = key & 1, .place = -1, .system = x->t->system};
    const unsigned start = b->n, ninsns = b->ninsns;
    struct wanted w = {0};
    uint8_t left = IR_NZCV;
    for (unsigned k = 0; k < tb->ninsns && left; k++) {
        xl.pc = tb->insns[k].pc;
        xl.it = tb->insns[k].it;
        if (xlate_insn(&xl, &tb->insns[k].in, (unsigned)(tb->insns - x->t->insns) + k) == XLATE_LEAVE) {
            add(&w, anything, left);
            left = 0;
        }
        const unsigned end = b->n;
        b->n = end + ROOM; // what a target is translated to goes behind it
        for (unsigned j = start; j < end && left; j++)
            left = behind(x, &b->insn[j], &w, left, depth);
        b->n = start;
    }
    const uint64_t next = tb->next_pc | (key & 1) | (uint64_t)tb->next_it << 32;
    if (left && tb->runs_on) add(&w, at(x, translate_key(x->t, next), depth + 1), left);
    b->ninsns = ninsns;
    return w;
}

static struct wanted at(struct exits *x, uint64_t key, unsigned depth)
{
    struct translation *t = x->t;
    struct tier_block tb = {.insns = &t->insns[t->ninsns]};
    for (unsigned k = 0; k < t->nlooked; k++)
        if (t->looked[k].key == key)
            return (struct wanted){t->looked[k].certain, t->looked[k].possible, false};
    if (key == TRANSLATE_UNKNOWN || depth > DEEPEST || t->nlooked == TRANSLATE_LOOKED ||
        t->ir.n > IR_MAX - 2 * ROOM || !x->src->look(x->c, key, &tb, TRANSLATE_MAX_INSNS - t->ninsns))
        return unseen;
    const unsigned me = t->nlooked++;
    t->looked[me].key = key;
    t->looked[me].certain = anything.certain; // for who comes by here again
    t->looked[me].possible = anything.possible;
    t->ninsns += tb.ninsns;
    const struct wanted w = look(x, key, &tb, depth);
    t->ninsns -= tb.ninsns;
    t->looked[me].certain = w.certain;
    t->looked[me].possible = w.possible;
    return w;
}

// Whether the unit reads flags that were set in front of its first block, before anything branches.
static bool root_reads(const struct exits *x)
{
    const struct ir_block *b = &x->t->ir;
    uint8_t left = IR_NZCV;
    for (unsigned k = 1; k < b->n && left; k++) {
        const struct ir_insn *i = &b->insn[k];
        if (!(i->sets | i->reads) && i->op < IR_CALL) continue; // most
        if (i->op == IR_CALL) return handler_reads(x, i);
        if (i->op == IR_GOTO || i->op == IR_JUMP || i->op == IR_GOTO_REG || i->op == IR_LEAVE) return false;
        if (i->reads & left) return true;
        if (!(i->mode & IR_CONDITIONAL)) left &= (uint8_t)~i->sets;
    }
    return false;
}

// In a block: of calls and returns the same is assumed; of known targets what their steps tell at little cost.
static void look_quickly(const struct exits *x)
{
    struct translation *t = x->t;
    for (unsigned k = 0; k < t->ir.n; k++) {
        struct ir_insn *i = &t->ir.insn[k];
        if (i->op == IR_GOTO_REG && i->mode & (IR_LINKS | IR_RETURNS) && !t->flags_cross) i->reads = 0;
        if (i->op != IR_GOTO || t->nlooked == TRANSLATE_LOOKED) continue;
        i->reads = x->src->reads_flags(x->c, ir_target(i));
        if (i->reads != IR_NZCV) t->looked[t->nlooked++].key = ir_target(i);
    }
}

void translate_exits(struct translation *t, struct cpu *c, const struct tier_source *src)
{
    struct ir_block *b = &t->ir;
    struct exits x = {t, c, src};
    t->root_reads = root_reads(&x);
    if (b->stale_flags) look_quickly(&x);
    if (!b->region) return;
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        if (i->op != IR_GOTO && i->op != IR_GOTO_REG) continue;
        if (i->op == IR_GOTO)
            i->reads = known(&x, i, 0).possible;
        else
            i->reads = by_register(&x, i, 0).possible;
    }
}
