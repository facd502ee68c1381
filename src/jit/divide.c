// What has no instruction for it divides by the run-time's functions, which do a round for each bit that the
// quotient may have: they jump into a row of 32.
//
//     Thumb: clz T, R; clz Q, D; sub T, Q, T; rsb T, T, #31; adr Q, rounds
//            add T, Q, T, lsl #4; mov Q, #0; mov pc, T
//     ARM:   clz T, R; clz Q, D; sub T, Q, T; rsbs T, T, #31
//            addne T, T, T, lsl #1; mov Q, #0; addne pc, pc, T, lsl #2; nop
//     rounds: cmp R, D, lsl #31; adc Q, Q, Q; subcs R, R, D, lsl #31; …; cmp R, D; adc Q, Q, Q; subcs R, R, D
//
// The first round is that where R and D << n have their highest bits at the same place, so that behind the
// last one Q is R / D and R the remainder; the flags are those of its comparison.
#include "jit/divide.h"

#include <string.h>

enum { ROUNDS = 32, ROUND_THUMB = 16, ROUND_ARM = 12 };
enum name { T, R, Q, D, NAMES, PC = 15 };
enum { HAS_D = 1, HAS_N = 2, HAS_M = 4, HAS_IMM = 8 }; // operands

struct shape {
    uint16_t op;
    uint8_t has;
    uint8_t rd, rn, rm; // enum name
    uint8_t n;          // the constant, or how far Rm is shifted to the left
    uint8_t cond, flags;
};

#define REG(op, rd, rn, rm, n)       op, HAS_D | HAS_N | HAS_M, rd, rn, rm, n
#define MOVE(op, rd, rm)             op, HAS_D | HAS_M, rd, 0, rm, 0
#define CONSTANT(op, has, rd, rn, n) op, HAS_D | HAS_IMM | (has), rd, rn, 0, n

static const struct shape thumb_jump[] = {
    {MOVE(OP_CLZ, T, R), COND_AL, 0},
    {MOVE(OP_CLZ, Q, D), COND_AL, 0},
    {REG(OP_SUB_REG, T, Q, T, 0), COND_AL, 0},
    {CONSTANT(OP_RSB_IMM, HAS_N, T, T, 31), COND_AL, 0},
    {OP_ADR, HAS_D, Q, 0, 0, 0, COND_AL, 0},
    {REG(OP_ADD_REG, T, Q, T, 4), COND_AL, 0},
    {CONSTANT(OP_MOV_IMM, 0, Q, 0, 0), COND_AL, 0},
    {MOVE(OP_MOV_REG, PC, T), COND_AL, 0},
};

static const struct shape arm_jump[] = {
    {MOVE(OP_CLZ, T, R), COND_AL, 0},
    {MOVE(OP_CLZ, Q, D), COND_AL, 0},
    {REG(OP_SUB_REG, T, Q, T, 0), COND_AL, 0},
    {CONSTANT(OP_RSB_IMM, HAS_N, T, T, 31), COND_AL, INSN_S},
    {REG(OP_ADD_REG, T, T, T, 1), COND_NE, 0},
    {CONSTANT(OP_MOV_IMM, 0, Q, 0, 0), COND_AL, 0},
    {REG(OP_ADD_REG, PC, PC, T, 2), COND_NE, 0},
};

enum { THUMB_JUMP = sizeof thumb_jump / sizeof *thumb_jump, ARM_JUMP = sizeof arm_jump / sizeof *arm_jump };
enum { ADDRESS = 3 }; // so many instructions in front of the jump

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
    if (in->op != s->op || in->cond != s->cond || (in->flags & INSN_S) != s->flags) return false;
    if (s->has & HAS_D && !is(reg, in->rd, s->rd)) return false;
    if (s->has & HAS_N && !is(reg, in->rn, s->rn)) return false;
    if (s->has & HAS_IMM) return in->imm == s->n;
    if (!(s->has & HAS_M)) return true;
    return is(reg, in->rm, s->rm) && in->shift_n == s->n && (!s->n || in->shift_type == SHIFT_LSL);
}

// Whether the instruction at `at`, whose Rd is the PC, is such a jump.
static bool jumps(uint8_t reg[NAMES], const struct tier_block *tb, unsigned at, bool thumb)
{
    const unsigned n = thumb ? THUMB_JUMP : ARM_JUMP;
    const struct shape *s = thumb ? thumb_jump : arm_jump;
    if (at + 1 < n) return false;
    memset(reg, PC, NAMES);
    for (unsigned k = 0; k < n; k++)
        if (!matches(reg, &tb->insns[at + 1 - n + k].in, &s[k])) return false;
    return true;
}

// An instruction of a round: the k-th of the three, for a shift by n.
static bool is_step(uint8_t reg[NAMES], const struct insn *in, unsigned k, uint8_t n)
{
    const struct shape step[] = {{OP_CMP_REG, HAS_N | HAS_M, 0, R, D, n, COND_AL, INSN_S},
                                 {REG(OP_ADC_REG, Q, Q, Q, 0), COND_AL, 0},
                                 {REG(OP_SUB_REG, R, R, D, n), COND_CS, 0}};
    return matches(reg, in, &step[k]);
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

// Rounds from `at` on, each in its place, and what is behind them.
static bool are_rounds(struct translation *t, struct cpu *c, const struct tier_source *src,
                       uint8_t reg[NAMES], uint32_t at, bool thumb, struct tier_block *rest)
{
    const uint32_t first = at, size = thumb ? ROUND_THUMB : ROUND_ARM;
    uint8_t it = 0;
    unsigned left = ROUNDS, step = 0;
    while (left) {
        struct tier_block tb = {.insns = rest->insns};
        if (!look(t, c, src, at | thumb | (uint64_t)it << 32, &tb)) return false;
        for (unsigned k = 0; k < tb.ninsns && left; k++) {
            const struct insn *in = &tb.insns[k].in;
            if (in->op == OP_NOP || in->op == OP_IT) continue;
            if (!is_step(reg, in, step, (uint8_t)(left - 1))) return false;
            if (!step && tb.insns[k].pc != first + (ROUNDS - left) * size) return false;
            if (++step == 3) step = 0, left--;
        }
        if (left && !tb.runs_on) return false;
        at = tb.next_pc;
        it = tb.next_it;
    }
    return look(t, c, src, (first + ROUNDS * size) | thumb, rest);
}

bool divide_find(struct translation *t, struct cpu *c, const struct tier_source *src, bool thumb,
                 const struct tier_block *tb, struct divide *d)
{
    const unsigned looked = t->nlooked;
    uint8_t reg[NAMES];
    unsigned at = 0;
    while (at < tb->ninsns && (tb->insns[at].in.rd != PC || !jumps(reg, tb, at, thumb)))
        at++;
    if (at == tb->ninsns) return false;
    const struct tier_insn *jump = &tb->insns[at], *adr = jump - ADDRESS;
    d->at = at;
    d->rounds = thumb ? ((adr->pc + 4) & ~3u) + adr->in.imm : jump->pc + 8;
    d->rest = (struct tier_block){.insns = tb->insns + tb->ninsns};
    if (!are_rounds(t, c, src, reg, d->rounds, thumb, &d->rest)) {
        t->nlooked = looked;
        return false;
    }
    d->t = reg[T], d->r = reg[R], d->q = reg[Q], d->d = reg[D];
    return true;
}

// Jumps where that leads in front of the rounds or behind them, or D is zero. T is a round's address, or
// three times its number. A second temporary would be in memory, and Q is known to be 0.
static void jump_elsewhere(struct xlate *x, const struct divide *d, uint8_t t)
{
    if (x->thumb) {
        emit(x, IR_SUB, t, d->t, IR_IMM, d->rounds);
        emit(x, IR_LSR, t, t, IR_IMM, 9);
    } else {
        emit(x, IR_ADD, t, d->t, IR_IMM, 128 - 3 * ROUNDS);
        emit(x, IR_LSR, t, t, IR_IMM, 7);
    }
    emit(x, IR_CLZ, d->q, IR_NONE, d->d, 0);
    emit(x, IR_LSR, d->q, d->q, IR_IMM, 5);
    emit(x, IR_OR, t, t, d->q, 0);
    emit(x, IR_IFNZ, IR_NONE, t, IR_NONE, 0)->n = x->thumb ? 2 : 4;
    xlate_conditional(x, true);
    emit(x, IR_MOV, d->q, IR_NONE, IR_IMM, 0);
    if (!x->thumb) {
        emit(x, IR_LSL, t, d->t, IR_IMM, 2);
        emit(x, IR_ADD, t, t, IR_IMM, d->rounds);
    }
    emit_branch_reg(x, x->thumb ? d->t : t, x->thumb ? IR_THUMB : IR_INTERWORK);
    xlate_conditional(x, false);
}

void divide_emit(struct xlate *x, const struct divide *d)
{
    xlate_begin(x, false);
    const uint8_t t = temp(x);
    jump_elsewhere(x, d, t);
    emit(x, IR_DIVREM, d->q, d->r, d->d, 0)->e = t;
    emit(x, IR_SBFX, d->r, d->q, IR_NONE, 0)->imm = 1 << 8; // D or 0, for the last round's flags
    emit(x, IR_AND, d->r, d->r, d->d, 0);
    emit(x, IR_ADD, d->r, d->r, t, 0);
    emit(x, IR_SUB, IR_NONE, d->r, d->d, 0)->sets = IR_NZCV;
    emit(x, IR_MOV, d->r, IR_NONE, t, 0);
}
