// Bits that are known to be zero, or one, over the whole unit: addresses that are aligned need no look at
// that, shifts that are known to be short none at their length, and UADD8 and SEL, of which glibc's string
// functions are made, come down to what these do there.
#include <string.h>

#include "ir/passes.h"
#include "ir/use.h"

enum { EQ, NE };     // of enum cond
enum { ROUNDS = 4 }; // what still changes at a block's beginning then is unknown: sums grow bit by bit

struct known {
    uint32_t zeros[IR_LOCS];
    uint32_t ones; // a bit a location: all of its bits are one
    uint32_t mask; // where Z is set, a location has none of these bits: `tested`
    uint8_t tested;
};

static uint32_t low(uint32_t n)
{
    return n < 32 ? (1u << n) - 1 : ~0u;
}

// Of known zeros those below all bits that may be set
static uint32_t below(uint32_t zeros)
{
    return zeros & (zeros ^ (zeros + 1));
}

// What no number up to this one has set
static uint32_t above(uint64_t most)
{
    uint32_t m = ~0u;
    while (most & m)
        m <<= 1;
    return most > ~0u ? 0 : m;
}

static uint32_t rotated(uint32_t v, uint32_t n)
{
    return v >> (n & 31) | v << (-n & 31);
}

static uint32_t operand(const struct known *z, const struct ir_insn *i, uint8_t loc)
{
    return loc == IR_IMM ? ~i->imm : loc < IR_LOCS ? z->zeros[loc] : 0;
}

static uint32_t shifted(const struct ir_insn *i, uint32_t a)
{
    const uint32_t n = i->imm;
    if (i->b != IR_IMM) return i->op == IR_LSL ? below(a) : 0;
    switch ((enum ir_op)i->op) {
    case IR_LSL: return a << n | low(n);
    case IR_LSR: return n < 32 ? a >> n | ~low(32 - n) : ~0u;
    case IR_ASR: return (uint32_t)((int32_t)a >> (n < 32 ? n : 31));
    default: return rotated(a, n);
    }
}

// The known zeros of what an operation writes to d.
static uint32_t result(const struct ir_insn *i, uint32_t a, uint32_t b)
{
    switch ((enum ir_op)i->op) {
    case IR_MOV: return b;
    case IR_NOT: return i->b == IR_IMM ? i->imm : 0;
    case IR_ADD:
        b = b << i->n | low(i->n);
        return (below(a) & below(b)) | (i->n ? 0 : above((uint64_t)~a + (uint32_t)~b));
    case IR_SUB: return below(a) & below(b);
    case IR_AND: return a | b;
    case IR_OR:
    case IR_XOR:
    case IR_SEL: return a & b;
    case IR_BIC: return i->b == IR_IMM ? a | i->imm : a;
    case IR_LSL:
    case IR_LSR:
    case IR_ASR:
    case IR_ROR: return shifted(i, a);
    case IR_UXT8: return rotated(b, i->imm) | ~0xffu;
    case IR_UXT16: return rotated(b, i->imm) | ~0xffffu;
    case IR_UBFX: return a >> (i->imm & 31) | ~low(i->imm >> 8);
    case IR_LD8: return ~0xffu;
    case IR_LD16: return ~0xffffu;
    case IR_CLZ: return ~0x3fu;
    default: return 0;
    }
}

static bool makes_ones(const struct known *z, const struct ir_insn *i)
{
    if (i->op == IR_NOT) return i->b == IR_IMM && !i->imm;
    if (i->op != IR_MOV) return false;
    return i->b == IR_IMM ? i->imm == ~0u : i->b < IR_LOCS && z->ones >> i->b & 1;
}

// What Z tells behind an operation: `tst r, #3`, and `lsls r2, r, #30`.
static void follow_zero(struct known *z, const struct ir_insn *i, uint32_t defs, bool may)
{
    if (z->mask && (i->sets & IR_Z || i->op == IR_CALL || defs >> z->tested & 1)) z->mask = 0;
    if (!(i->sets & IR_Z) || may || i->b != IR_IMM || i->a >= IR_LOCS || i->a == i->d) return;
    z->tested = i->a;
    if (i->op == IR_AND) z->mask = i->imm;
    if (i->op == IR_LSL && i->imm < 32) z->mask = ~0u >> i->imm;
}

// may: the operation may be skipped.
static void follow(struct known *z, const struct ir_insn *i, bool may)
{
    if (i->op == IR_ALIGN && !may) z->zeros[i->a] |= i->imm - 1;
    const uint32_t defs = ir_defs(i);
    follow_zero(z, i, defs, may);
    if (!defs) return;
    const uint32_t r = result(i, operand(z, i, i->a), operand(z, i, i->b));
    for (uint32_t rest = defs; rest; rest &= rest - 1) {
        const unsigned l = (unsigned)__builtin_ctz(rest);
        const uint32_t v = l == i->d ? r : 0;
        z->zeros[l] = may ? z->zeros[l] & v : v;
    }
    z->ones = (z->ones & ~defs) | (makes_ones(z, i) && !may ? defs : 0);
}

static bool meet(struct known *z, const struct known *other, bool widen)
{
    uint32_t changed = 0;
    for (unsigned l = 0; l < IR_LOCS; l++) {
        const uint32_t lost = z->zeros[l] & ~other->zeros[l];
        changed |= lost;
        z->zeros[l] = lost && widen ? 0 : z->zeros[l] & ~lost;
    }
    changed |= z->ones & ~other->ones;
    z->ones &= other->ones;
    if (z->mask != other->mask || z->tested != other->tested) z->mask = 0;
    return changed;
}

static void use(struct ir_block *b, const struct known *z, struct ir_insn *i)
{
    if (i->op == IR_ALIGN && !(~z->zeros[i->a] & (i->imm - 1))) {
        i->op = IR_NOP;
        b->holes = true;
    }
    if (i->op >= IR_LSL && i->op <= IR_ROR && i->b < IR_LOCS && !(~z->zeros[i->b] & 0xe0))
        i->mode |= IR_SHORT;
    else if (i->op >= IR_LSL && i->op <= IR_LSR && i->b < IR_LOCS && !(~z->zeros[i->b] & 0xc0))
        i->mode |= IR_BELOW_64;
    if (i->op == IR_SEL && !~z->zeros[i->a]) i->mode |= IR_A_ZERO;
    if ((i->op == IR_SEL || i->op == IR_PARALLEL) && z->ones >> i->b & 1) i->mode |= IR_B_ONES;
}

// The block that control may go to from here, inside the unit; or -1.
static int leads_to(const struct ir_insn *i)
{
    if (i->op == IR_JUMP) return (int)i->imm;
    return i->mode & IR_LINKS ? -1 : (int)ir_block_behind(i) - 1;
}

// Operations under one condition, up to `end`. Where the next are under the same one, they are reached only
// through these: who has skipped these skips those, too.
struct chain {
    unsigned end; // 0: none
    uint8_t cond;
    bool again; // these have set flags: who has done them may skip the next
    struct known skipped;
};

// Nobody comes from the operations whose last one this is.
static bool leaves(const struct ir_insn *i)
{
    return (i->op == IR_GOTO || i->op == IR_JUMP || i->op == IR_GOTO_REG || i->op == IR_LEAVE) &&
           i[-1].op != IR_IFZ && i[-1].op != IR_IFNZ;
}

static void zero_bits(struct known *z)
{
    if (z->mask) z->zeros[z->tested] |= z->mask;
}

static void chain_link(struct chain *c, const struct ir_block *b, unsigned k, struct known *z)
{
    const struct ir_insn *i = &b->insn[k];
    const bool starts = i->op == IR_IF && i[i->n].op != IR_ELSE;
    if (c->end && k == c->end) {
        const bool same = starts && i->cond == c->cond, left = leaves(i - 1);
        if (!left && (c->again || !same)) meet(&c->skipped, z, false);
        c->end = same ? k + 1u + i->n : 0;
        if (same) return;
        *z = c->skipped;
    }
    c->again |= i->sets || i->op == IR_CALL;
    if (!starts) return;
    c->skipped = *z;
    if (i->cond == EQ) zero_bits(z);
    if (i->cond == NE) zero_bits(&c->skipped);
    c->cond = i->cond;
    c->again = false;
    c->end = k + 1u + i->n;
}

// Through all blocks in order; whether something is less known than when their code was looked at.
static bool walk(struct ir_block *b, struct known at[IR_MAX_BLOCKS], bool widen, bool last)
{
    struct known z = {0};
    struct chain c = {0};
    bool again = false;
    unsigned now = 0;
    for (unsigned k = 0; k < b->n; k++) {
        struct ir_insn *i = &b->insn[k];
        chain_link(&c, b, k, &z);
        if (i->op == IR_ENTER) {
            z = at[now = i->imm];
            z.mask = 0;
        }
        if (last) use(b, &z, i);
        const int to = leads_to(i);
        if (to >= 0 && meet(&at[to], &z, widen) && (unsigned)to <= now) again = true;
        if (i->op != IR_NOP) follow(&z, i, i->mode & IR_CONDITIONAL && !c.end);
    }
    return again;
}

void ir_pass_bits(struct ir_block *b)
{
    struct known at[IR_MAX_BLOCKS];
    memset(at, 0xff, b->nblocks * sizeof *at);
    for (unsigned k = 0; k < b->nblocks; k++)
        if (!k || b->blocks[k].entry) memset(&at[k], 0, sizeof *at);
    for (unsigned k = 0; k < b->n; k++) // behind calls of what is not in the unit
        if (ir_block_behind(&b->insn[k]) && b->insn[k].mode & IR_LINKS)
            memset(&at[ir_block_behind(&b->insn[k]) - 1], 0, sizeof *at);
    bool loops = false; // else all ways to a block come from above
    for (unsigned k = 0; k < b->nblocks; k++)
        loops |= b->blocks[k].loop;
    for (unsigned round = 1; loops && walk(b, at, round > ROUNDS, false); round++)
        ;
    walk(b, at, false, true);
}
