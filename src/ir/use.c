#include "ir/use.h"

enum {
    UNARY = IR_D | IR_B | IR_PURE | IR_KNOWN,
    BINARY = UNARY | IR_A,
    ACCUMULATES = BINARY | IR_E | IR_READ_D | IR_READ_E
};

const uint16_t ir_shapes[IR_OP_COUNT] = {
    [IR_MOV] = UNARY,
    [IR_NOT] = UNARY,
    [IR_ADD] = BINARY,
    [IR_ADC] = BINARY,
    [IR_SUB] = BINARY,
    [IR_SBC] = BINARY,
    [IR_AND] = BINARY,
    [IR_OR] = BINARY,
    [IR_XOR] = BINARY,
    [IR_BIC] = BINARY,
    [IR_LSL] = BINARY,
    [IR_LSR] = BINARY,
    [IR_ASR] = BINARY,
    [IR_ROR] = BINARY,
    [IR_RRX] = BINARY,
    [IR_CARRY] = IR_PURE | IR_KNOWN,
    [IR_MUL] = BINARY,
    [IR_UMULL] = BINARY | IR_E,
    [IR_SMULL] = BINARY | IR_E,
    [IR_UMLAL] = ACCUMULATES,
    [IR_SMLAL] = ACCUMULATES,
    [IR_UMAAL] = ACCUMULATES,
    [IR_DIVREM] = BINARY | IR_E,
    [IR_UDIV] = BINARY,
    [IR_SDIV] = BINARY,
    [IR_ROUNDS] = IR_D | IR_E | IR_READ_D | IR_READ_E | IR_A | IR_B | IR_N_TOO | IR_KNOWN,
    [IR_UXT8] = UNARY,
    [IR_UXT16] = UNARY,
    [IR_SXT8] = UNARY,
    [IR_SXT16] = UNARY,
    [IR_REV] = UNARY,
    [IR_REV16] = UNARY,
    [IR_REVSH] = UNARY,
    [IR_CLZ] = UNARY,
    [IR_UBFX] = IR_D | IR_A | IR_PURE | IR_KNOWN,
    [IR_SBFX] = IR_D | IR_A | IR_PURE | IR_KNOWN,
    [IR_BFI] = IR_D | IR_READ_D | IR_A | IR_PURE | IR_KNOWN,
    [IR_RBIT] = UNARY,
    [IR_TPIDR] = IR_D | IR_PURE | IR_KNOWN,
    [IR_PARALLEL] = IR_D | IR_A | IR_B | IR_KNOWN, // may set GE
    [IR_MULH] = BINARY,
    [IR_MULW] = BINARY,
    [IR_ADDQ] = IR_D | IR_A | IR_B | IR_KNOWN, // may set Q
    [IR_QADD] = IR_D | IR_A | IR_B | IR_KNOWN,
    [IR_QSUB] = IR_D | IR_A | IR_B | IR_KNOWN,
    [IR_SSAT] = IR_D | IR_B | IR_KNOWN,
    [IR_USAT] = IR_D | IR_B | IR_KNOWN,
    [IR_SEL] = BINARY,
    [IR_USAD8] = BINARY,
    [IR_UXT8X2] = BINARY,
    [IR_SXT8X2] = BINARY,
    [IR_LD8] = IR_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_LD16] = IR_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_LD32] = IR_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_LDS8] = IR_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_LDS16] = IR_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_ST8] = IR_READ_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_ST16] = IR_READ_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_ST32] = IR_READ_D | IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_PROBE] = IR_A | IR_B | IR_KNOWN | IR_FAULTS,
    [IR_ALIGN] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_UNIT] = IR_KNOWN | IR_FAULTS,
    [IR_EXPECT] = IR_KNOWN | IR_FAULTS,
    [IR_STATE_LD] = IR_D | IR_KNOWN,
    [IR_STATE_ST] = IR_A | IR_KNOWN,
    [IR_MASK] = IR_KNOWN,
    [IR_MASKS] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_MRS] = IR_D | IR_KNOWN,
    [IR_LDEX] = IR_FAULTS,
    [IR_STEX] = IR_FAULTS,
    [IR_STL] = IR_FAULTS,
    [IR_LDV32] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_LDV64] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_STV32] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_STV64] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_LDVM] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_STVM] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_LDVS] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_STVS] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_LDVL] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_STVL] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_LDVA] = IR_A | IR_KNOWN | IR_FAULTS,
    [IR_VGET] = IR_D | IR_KNOWN,
    [IR_VPUT] = IR_A | IR_KNOWN,
    [IR_VPUT64] = IR_A | IR_B | IR_KNOWN,
    [IR_VMSR] = IR_OBSERVES,
    [IR_IF] = IR_KNOWN,
    [IR_IFZ] = IR_A | IR_KNOWN,
    [IR_IFNZ] = IR_A | IR_KNOWN,
    [IR_ELSE] = IR_KNOWN,
    [IR_CALL] = IR_OBSERVES,
    [IR_ENTER] = IR_KNOWN,
    [IR_JUMP] = IR_KNOWN,
    [IR_GOTO] = IR_KNOWN | IR_OBSERVES,
    [IR_GOTO_REG] = IR_A | IR_KNOWN | IR_OBSERVES,
    [IR_LEAVE] = IR_KNOWN | IR_OBSERVES,
    [IR_NOP] = IR_KNOWN,
};

static bool skips(const struct ir_insn *i)
{
    return i->op >= IR_IF && i->op <= IR_ELSE;
}

// Lengths count what stays; a side that is empty goes, or the condition is turned round.
static void shorten(struct ir_block *b, unsigned k)
{
    struct ir_insn *i = &b->insn[k];
    unsigned n = 0;
    for (unsigned j = k + 1; j <= k + i->n; j++)
        n += b->insn[j].op != IR_NOP;
    struct ir_insn *last = i + i->n;
    if (i->op == IR_IF && n == 1 && last->op == IR_ELSE) {
        i->cond ^= 1;
        n = last->n;
        last->op = IR_NOP;
    }
    i->n = (uint8_t)n;
    if (!n) i->op = IR_NOP;
}

void ir_compact(struct ir_block *b)
{
    if (!b->holes) return;
    b->holes = false;
    unsigned to = 0;
    bool conditions = false;
    for (unsigned k = 0; k < b->n; k++)
        conditions |= skips(&b->insn[k]);
    for (unsigned k = b->n; conditions && k-- > 0;) // an IR_ELSE in front of its IR_IF
        if (skips(&b->insn[k])) shorten(b, k);
    while (to < b->n && b->insn[to].op != IR_NOP)
        to++;
    for (unsigned k = to + 1; k < b->n; k++)
        if (b->insn[k].op != IR_NOP) b->insn[to++] = b->insn[k];
    b->n = to;
}
