// What has no instruction for it divides by the run-time's functions, which do a round for each bit that the
// quotient may have: they jump into a row of 32.
//
//     clz T, R; clz Q, D; sub T, Q, T; rsb T, T, #31; adr Q, rounds;
//     add T, Q, T, lsl #4; mov Q, #0; mov pc, T
//     rounds: cmp R, D, lsl #31; adc Q, Q, Q; subcs R, R, D, lsl #31; …; cmp R, D; adc Q, Q, Q; subcs R, R, D
//
// The first round is that where R and D << n have their highest bits at the same place, so that behind the
// last one Q is R / D and R the remainder; the flags are those of its comparison. This is the run-time's form
// in Thumb code for ARMv7, with 16 bytes a round.
#include "jit/divide.h"

#include <string.h>

enum { ROUND_BITS = 4, ROUNDS = 32 };
enum name { T, R, Q, D, NAMES, PC = 15 };

struct shape {
    uint16_t op;
    uint8_t rd, rn, rm; // enum name; what the operation does not have is 0 in both
    uint8_t shift_n, imm;
};

static const struct shape jump[] = {
    {OP_CLZ, T, 0, R, 0, 0},      {OP_CLZ, Q, 0, D, 0, 0},      {OP_SUB_REG, T, Q, T, 0, 0},
    {OP_RSB_IMM, T, T, 0, 0, 31}, {OP_ADR, Q, 0, 0, 0, 0},      {OP_ADD_REG, T, Q, T, ROUND_BITS, 0},
    {OP_MOV_IMM, Q, 0, 0, 0, 0},  {OP_MOV_REG, PC, 0, T, 0, 0},
};
enum { JUMP = sizeof jump / sizeof *jump, ADDRESS = 4 };

// Which operands an operation has.
enum { HAS_D = 1, HAS_N = 2, HAS_M = 4, HAS_IMM = 8 };

static unsigned operands(enum op op)
{
    switch (op) {
    case OP_CLZ:
    case OP_MOV_REG: return HAS_D | HAS_M;
    case OP_SUB_REG:
    case OP_ADD_REG:
    case OP_ADC_REG: return HAS_D | HAS_N | HAS_M;
    case OP_CMP_REG: return HAS_N | HAS_M;
    case OP_RSB_IMM: return HAS_D | HAS_N | HAS_IMM;
    case OP_MOV_IMM: return HAS_D | HAS_IMM;
    default: return HAS_D;
    }
}

// Whether a register is what the shape names, from the first time on.
static bool is(uint8_t reg[NAMES], uint8_t r, uint8_t name)
{
    if (name == PC || r == PC) return r == name;
    if (reg[name] != PC) return reg[name] == r;
    for (unsigned k = 0; k < NAMES; k++)
        if (reg[k] == r) return false;
    reg[name] = r;
    return true;
}

static bool matches(uint8_t reg[NAMES], const struct insn *in, const struct shape *s)
{
    const unsigned has = operands(s->op);
    return in->op == s->op && (!(has & HAS_D) || is(reg, in->rd, s->rd)) &&
           (!(has & HAS_N) || is(reg, in->rn, s->rn)) && (!(has & HAS_IMM) || in->imm == s->imm) &&
           (!(has & HAS_M) ||
            (is(reg, in->rm, s->rm) && in->shift_n == s->shift_n && (!s->shift_n || !in->shift_type)));
}

// A jump into rounds, and where these are.
static bool jumps(uint8_t reg[NAMES], const struct tier_block *tb, uint32_t *rounds)
{
    if (tb->ninsns < JUMP || tb->runs_on) return false;
    const struct tier_insn *ti = &tb->insns[tb->ninsns - JUMP];
    memset(reg, PC, NAMES);
    for (unsigned k = 0; k < JUMP; k++)
        if (!matches(reg, &ti[k].in, &jump[k]) || ti[k].in.flags & INSN_S || ti[k].in.cond != COND_AL)
            return false;
    *rounds = ((ti[ADDRESS].pc + 4) & ~3u) + ti[ADDRESS].in.imm;
    return true;
}

// An instruction of a round: the k-th of the three, for a shift by n.
static bool is_step(uint8_t reg[NAMES], const struct insn *in, unsigned k, uint8_t n)
{
    const struct shape step[] = {
        {OP_CMP_REG, 0, R, D, n, 0}, {OP_ADC_REG, Q, Q, Q, 0, 0}, {OP_SUB_REG, R, R, D, n, 0}};
    return matches(reg, in, &step[k]) && in->cond == (k == 2 ? COND_CS : COND_AL) &&
           !(in->flags & INSN_S) == !!k;
}

// The code at an address, found out about: it must stay as it is.
static bool look(struct translation *t, struct cpu *c, const struct tier_source *src, uint64_t at,
                 struct tier_block *tb)
{
    const uint64_t key = translate_key(t, at);
    if (key == TRANSLATE_UNKNOWN || t->nlooked == TRANSLATE_LOOKED) return false;
    if (!src->look(c, key, tb, TRANSLATE_MAX_INSNS - (unsigned)(tb->insns - t->insns))) return false;
    t->looked[t->nlooked].key = key;
    t->looked[t->nlooked].certain = t->looked[t->nlooked].possible = IR_NZCV;
    t->nlooked++;
    return true;
}

// Rounds from `at` on, each in its place.
static bool are_rounds(struct translation *t, struct cpu *c, const struct tier_source *src,
                       uint8_t reg[NAMES], uint32_t at, struct tier_insn *room)
{
    const uint32_t first = at;
    uint8_t it = 0;
    unsigned left = ROUNDS, step = 0;
    while (left) {
        struct tier_block tb = {.insns = room};
        if (!look(t, c, src, at | 1u | (uint64_t)it << 32, &tb)) return false;
        for (unsigned k = 0; k < tb.ninsns && left; k++) {
            const struct insn *in = &tb.insns[k].in;
            if (in->op == OP_NOP || in->op == OP_IT) continue;
            if (!is_step(reg, in, step, (uint8_t)(left - 1))) return false;
            if (!step && tb.insns[k].pc != first + ((ROUNDS - left) << ROUND_BITS)) return false;
            if (++step == 3) step = 0, left--;
        }
        if (left && !tb.runs_on) return false;
        at = tb.next_pc;
        it = tb.next_it;
    }
    return true;
}

// A division in place of the jump, which is left for where it leads elsewhere, or D is zero.
static void divide(struct xlate *x, const uint8_t reg[NAMES], uint32_t rounds)
{
    struct ir_block *b = x->b;
    const struct ir_insn away[2] = {b->insn[b->n - 2], b->insn[b->n - 1]};
    b->n -= 2;
    xlate_begin(x, false);
    const uint8_t t = temp(x); // and Q, which is 0 there: a second temporary would be in memory
    emit(x, IR_SUB, t, reg[T], IR_IMM, rounds);
    emit(x, IR_LSR, t, t, IR_IMM, 5 + ROUND_BITS);
    emit(x, IR_CLZ, reg[Q], IR_NONE, reg[D], 0);
    emit(x, IR_LSR, reg[Q], reg[Q], IR_IMM, 5);
    emit(x, IR_OR, t, t, reg[Q], 0);
    emit(x, IR_IFNZ, IR_NONE, t, IR_NONE, 0)->n = 3;
    emit(x, IR_MOV, reg[Q], IR_NONE, IR_IMM, 0)->mode |= IR_CONDITIONAL;
    for (unsigned k = 0; k < 2; k++) {
        b->insn[b->n] = away[k];
        b->insn[b->n++].mode |= IR_CONDITIONAL;
    }
    emit(x, IR_DIVREM, reg[Q], reg[R], reg[D], 0)->e = t;
    emit(x, IR_SBFX, reg[R], reg[Q], IR_NONE, 0)->imm = 1 << 8; // D or 0, for the last round's flags
    emit(x, IR_AND, reg[R], reg[R], reg[D], 0);
    emit(x, IR_ADD, reg[R], reg[R], t, 0);
    emit(x, IR_SUB, IR_NONE, reg[R], reg[D], 0)->sets = IR_NZCV;
    emit(x, IR_MOV, reg[R], IR_NONE, t, 0);
}

bool divide_rounds(struct translation *t, struct cpu *c, const struct tier_source *src, struct xlate *x,
                   const struct tier_block *tb, struct tier_block *rest)
{
    const struct ir_insn *end = &x->b->insn[x->b->n];
    const unsigned looked = t->nlooked;
    uint8_t reg[NAMES];
    uint32_t rounds;
    if (!x->thumb || !jumps(reg, tb, &rounds)) return false;
    if (end[-1].op != IR_GOTO_REG || end[-2].op != IR_MOV || end[-2].d != end[-1].a) return false;
    *rest = (struct tier_block){.insns = tb->insns + tb->ninsns};
    if (!are_rounds(t, c, src, reg, rounds, rest->insns) ||
        !look(t, c, src, (rounds + (ROUNDS << ROUND_BITS)) | 1u, rest)) {
        t->nlooked = looked;
        return false;
    }
    divide(x, reg, rounds);
    return true;
}
