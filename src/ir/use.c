#include "ir/use.h"

enum { GUEST = 0x7fff, UNARY = IR_D | IR_B | IR_PURE, BINARY = IR_D | IR_A | IR_B | IR_PURE };

unsigned ir_shape(const struct ir_insn *i)
{
    const enum ir_op op = i->op;
    if (op == IR_MOV || op == IR_NOT || (op >= IR_UXT8 && op <= IR_CLZ) || op == IR_RBIT)
        return UNARY | IR_KNOWN;
    if ((op >= IR_ADD && op <= IR_RRX) || op == IR_MUL || op == IR_UDIV || op == IR_SDIV)
        return BINARY | IR_KNOWN;
    switch (op) {
    case IR_CARRY: return IR_PURE | IR_KNOWN;
    case IR_UMULL:
    case IR_SMULL: return BINARY | IR_E | IR_KNOWN;
    case IR_UMLAL:
    case IR_SMLAL:
    case IR_UMAAL: return BINARY | IR_E | IR_READ_D | IR_READ_E | IR_KNOWN;
    case IR_UBFX:
    case IR_SBFX: return IR_D | IR_A | IR_PURE | IR_KNOWN;
    case IR_BFI: return IR_D | IR_READ_D | IR_A | IR_PURE | IR_KNOWN;
    case IR_USAD8:
    case IR_UXT8X2:
    case IR_SXT8X2:
    case IR_SEL: return BINARY | IR_KNOWN;
    case IR_PARALLEL: return IR_D | IR_A | IR_B | IR_KNOWN; // may set GE
    case IR_TPIDR: return IR_D | IR_PURE | IR_KNOWN;
    case IR_LD8:
    case IR_LD16:
    case IR_LD32:
    case IR_LDS8:
    case IR_LDS16: return IR_D | IR_A | IR_B | IR_KNOWN;
    case IR_ST8:
    case IR_ST16:
    case IR_ST32: return IR_READ_D | IR_A | IR_B | IR_KNOWN;
    case IR_PROBE: return IR_A | IR_B | IR_KNOWN;
    case IR_ALIGN:
    case IR_IFZ:
    case IR_IFNZ:
    case IR_GOTO_REG: return IR_A | IR_KNOWN;
    default: return 0;
    }
}

static uint32_t bit(uint8_t loc)
{
    return loc < IR_LOCS ? 1u << loc : 0;
}

static uint32_t named(const struct ir_insn *i)
{
    return bit(i->d) | bit(i->a) | bit(i->b) | bit(i->e) | (i->op == IR_CALL ? GUEST : 0u);
}

uint32_t ir_defs(const struct ir_insn *i)
{
    const unsigned s = ir_shape(i);
    if (!(s & IR_KNOWN)) return named(i);
    return (s & IR_D ? bit(i->d) : 0) | (s & IR_E ? bit(i->e) : 0);
}

uint32_t ir_uses(const struct ir_insn *i)
{
    const unsigned s = ir_shape(i);
    if (!(s & IR_KNOWN)) return named(i);
    return (s & IR_READ_D ? bit(i->d) : 0) | (s & IR_READ_E ? bit(i->e) : 0) | (s & IR_A ? bit(i->a) : 0) |
           (s & IR_B ? bit(i->b) : 0);
}

static bool skips(const struct ir_insn *i)
{
    return i->op == IR_IF || i->op == IR_IFZ || i->op == IR_IFNZ || i->op == IR_ELSE;
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
    for (unsigned k = b->n; k-- > 0;) // an IR_ELSE in front of its IR_IF
        if (skips(&b->insn[k])) shorten(b, k);
    unsigned to = 0;
    for (unsigned k = 0; k < b->n; k++)
        if (b->insn[k].op != IR_NOP) b->insn[to++] = b->insn[k];
    b->n = to;
}
