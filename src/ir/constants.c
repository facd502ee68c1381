// Constants within a block: what MOVW and MOVT, ADR and the PC make of an address is known when it is
// compiled.
#include <stddef.h>

#include "ir/passes.h"
#include "ir/use.h"

struct known {
    uint32_t mask; // locations whose values are known
    uint32_t value[IR_LOCS];
};

static bool get(const struct known *s, const struct ir_insn *i, uint8_t loc, uint32_t *v)
{
    if (loc == IR_IMM) *v = i->imm;
    if (loc >= IR_LOCS || !(s->mask >> loc & 1)) return loc == IR_IMM;
    *v = s->value[loc];
    return true;
}

// Where two ways meet
static void meet(struct known *s, const struct known *other)
{
    s->mask &= other->mask;
    for (unsigned l = 0; l < IR_LOCS; l++)
        if (s->value[l] != other->value[l]) s->mask &= ~(1u << l);
}

static uint32_t rotated(uint32_t v, uint32_t n)
{
    return v >> (n & 31) | v << (-n & 31);
}

// False: not an operation of this kind.
static bool evaluate(const struct ir_insn *i, uint32_t a, uint32_t b, uint32_t *v)
{
    switch ((enum ir_op)i->op) {
    case IR_MOV: *v = b; return true;
    case IR_NOT: *v = ~b; return true;
    case IR_ADD: *v = a + (b << i->n); return true;
    case IR_SUB: *v = a - b; return true;
    case IR_AND: *v = a & b; return true;
    case IR_OR: *v = a | b; return true;
    case IR_XOR: *v = a ^ b; return true;
    case IR_BIC: *v = a & ~b; return true;
    case IR_LSL: *v = (b & 0xff) < 32 ? a << (b & 31) : 0; return true;
    case IR_LSR: *v = (b & 0xff) < 32 ? a >> (b & 31) : 0; return true;
    case IR_ASR: *v = (uint32_t)((int32_t)a >> ((b & 0xff) < 32 ? b & 31 : 31)); return true;
    case IR_ROR: *v = rotated(a, b); return true;
    case IR_MUL: *v = a * b; return true;
    case IR_UXT8: *v = rotated(b, i->imm) & 0xff; return true;
    case IR_UXT16: *v = rotated(b, i->imm) & 0xffff; return true;
    default: return false;
    }
}

static void becomes(struct ir_insn *i, uint8_t b, uint32_t imm)
{
    i->op = IR_MOV;
    i->a = IR_NONE;
    i->b = b;
    i->n = 0;
    i->imm = imm;
}

static bool commutes(enum ir_op op)
{
    return op == IR_ADD || op == IR_ADC || op == IR_AND || op == IR_OR || op == IR_XOR;
}

// One operand is a constant.
static void use_operand(const struct known *s, struct ir_insn *i)
{
    uint32_t v;
    const bool shift = i->op >= IR_LSL && i->op <= IR_ROR;
    if (i->op > IR_ROR || i->a == IR_IMM || i->b == IR_IMM) return;
    if (commutes(i->op) && !i->n && get(s, i, i->a, &v)) {
        i->a = i->b;
    } else if (!get(s, i, i->b, &v)) {
        return;
    } else if (shift && (i->sets || (v & 0xff) == 0 || (v & 0xff) > 31)) {
        return; // rare
    }
    i->b = IR_IMM;
    i->imm = shift ? v & 0xff : v << i->n;
    i->n = 0;
}

static void use_address(const struct known *s, struct ir_insn *i)
{
    uint32_t v;
    if (i->b != IR_NONE && get(s, i, i->b, &v)) {
        v <<= i->n;
        i->imm = i->mode & IR_MINUS ? 0 - v : v;
        i->mode &= (uint8_t)~IR_MINUS;
        i->b = IR_NONE;
        i->n = 0;
    }
    if (i->a == IR_NONE || i->mode & IR_MINUS || !get(s, i, i->a, &v)) return;
    i->imm = i->b == IR_NONE ? i->imm + v : v;
    i->a = IR_NONE;
}

// A way to a known address, as through a veneer.
static void use_target(const struct known *s, struct ir_insn *i, const struct ir_block *b)
{
    bool thumb = b->thumb;
    uint32_t v;
    if (!get(s, i, i->a, &v)) return;
    if (i->x && !(i->mode & IR_LINKS) && v == (uint32_t)b->blocks[i->x - 1].key) {
        i->op = IR_JUMP;
        i->imm = i->x - 1u;
        i->mode &= IR_CONDITIONAL;
        i->a = IR_NONE;
        i->x = 0;
        return;
    }
    if (i->mode & IR_INTERWORK) thumb = v & 1;
    if (!thumb && v & 3) return;
    i->op = IR_GOTO;
    i->mode = (uint8_t)((i->mode & (IR_CONDITIONAL | IR_LINKS)) | (thumb ? IR_THUMB : 0));
    i->a = IR_NONE;
    i->imm = v & ~1u;
    i->it = 0;
    if (!(i->mode & IR_LINKS)) i->x = 0;
}

// Nothing that it reads is known, nor is it an operation on constants alone.
static inline bool nothing_known(const struct known *s, const struct ir_insn *i)
{
    if ((s->mask >> (i->a & 31) | s->mask >> (i->b & 31)) & 1 || i->a == IR_IMM) return false;
    return i->b != IR_IMM || i->op == IR_MOV || (i->a != IR_NONE && i->imm);
}

static void simplify(const struct known *s, struct ir_insn *i, const struct ir_block *block)
{
    uint32_t a = 0, b = 0, v;
    const unsigned shape = ir_shape(i);
    if (i->op == IR_GOTO_REG) {
        use_target(s, i, block);
    } else if ((i->op >= IR_LD8 && i->op <= IR_ST32) || i->op == IR_PROBE) {
        use_address(s, i);
    } else if (shape & IR_PURE && !i->sets && i->d != IR_NONE && (!(shape & IR_A) || get(s, i, i->a, &a)) &&
               get(s, i, i->b, &b) && evaluate(i, a, b, &v)) {
        becomes(i, IR_IMM, v);
    } else {
        if (i->op >= IR_ADD) use_operand(s, i);
        if ((i->op == IR_ADD || i->op == IR_SUB) && i->b == IR_IMM && !i->imm && !i->sets &&
            i->d != IR_NONE && i->a != IR_IMM)
            becomes(i, i->a, 0);
    }
}

// The other side of a condition, and where both come together.
struct other {
    struct known known;
    const struct ir_insn *join;
};

// How many ways there are to each block.
static void count_ways(const struct ir_block *b, uint16_t ways[IR_MAX_BLOCKS])
{
    for (unsigned k = 0; k < b->nblocks; k++)
        ways[k] = b->blocks[k].entry;
    for (const struct ir_insn *i = b->insn; i < b->insn + b->n; i++) {
        if (i->op == IR_JUMP) ways[i->imm]++;
        if (ir_block_behind(i)) ways[ir_block_behind(i) - 1]++;
    }
}

// The only way to a block comes from the operation in front of it: as to a callee that is inlined, whose LR
// and arguments may be known.
static bool goes_on(const struct ir_block *b, const struct ir_insn *enter, const uint16_t ways[])
{
    return enter > b->insn && enter[-1].op == IR_JUMP && enter[-1].imm == enter->imm && ways[enter->imm] == 1;
}

// Operations that control goes by: true: there is nothing else to them.
static bool branches(struct known *now, struct other *other, struct ir_insn *i, const struct ir_block *b,
                     const uint16_t ways[])
{
    enum { GUEST = 0x7fff };
    if (i->op == IR_ENTER) {
        now->mask &= goes_on(b, i, ways) ? GUEST : 0; // else from anywhere
        return true;
    }
    if (i->op > IR_ELSE) return false;
    if (i->op == IR_ELSE) {
        const struct known then = *now;
        *now = other->known;
        other->known = then;
    } else {
        if (!nothing_known(now, i)) simplify(now, i, b);
        other->known = *now;
    }
    other->join = i + 1 + i->n;
    return true;
}

void ir_pass_constants(struct ir_block *b)
{
    struct known now = {0};
    struct other other = {.join = NULL};
    uint16_t ways[IR_MAX_BLOCKS];
    if (b->nblocks > 1) count_ways(b, ways);
    for (struct ir_insn *i = b->insn, *end = i + b->n; i < end; i++) {
        if (i == other.join) meet(&now, &other.known);
        if (i->op >= IR_IF && branches(&now, &other, i, b, ways)) continue;
        if (!nothing_known(&now, i)) simplify(&now, i, b);
        now.mask &= ~ir_defs(i);
        if (i->op != IR_MOV || i->b != IR_IMM) continue;
        now.mask |= 1u << i->d;
        now.value[i->d] = i->imm;
    }
}
