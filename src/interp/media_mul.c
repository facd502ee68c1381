// Multiplies and divides (A4.4.3, A4.4.8): 32 and 64-bit results, halfword and dual forms, high words.
#include "interp/media.h"

#define INLINE static inline __attribute__((always_inline))

static int64_t product(const struct cpu *c, const struct step *s)
{
    return (int64_t)(int32_t)c->r[s->rn] * (int32_t)c->r[s->rm];
}

static uint64_t product_unsigned(const struct cpu *c, const struct step *s)
{
    return (uint64_t)c->r[s->rn] * c->r[s->rm];
}

// RdHi:RdLo
static uint64_t pair(const struct cpu *c, const struct step *s)
{
    return (uint64_t)c->r[s->ra] << 32 | c->r[s->rd];
}

INLINE void set_pair(struct cpu *c, const struct step *s, uint64_t v, bool flags)
{
    c->r[s->rd] = (uint32_t)v;
    c->r[s->ra] = (uint32_t)(v >> 32);
    if (flags) {
        c->nf = (uint32_t)(v >> 32);
        c->zf = (uint32_t)(v >> 32) | (uint32_t)v;
    }
}

static int32_t half(uint32_t v, bool top)
{
    return top ? (int32_t)v >> 16 : (int16_t)v;
}

// mul Rd, Rn, Rm
STEP(mul)
{
    c->r[s->rd] = c->r[s->rn] * c->r[s->rm];
    NEXT;
}

// muls Rd, Rn, Rm
STEP(muls)
{
    c->nf = c->zf = c->r[s->rd] = c->r[s->rn] * c->r[s->rm];
    NEXT;
}

// mla Rd, Rn, Rm, Ra
STEP(mla)
{
    c->r[s->rd] = c->r[s->rn] * c->r[s->rm] + c->r[s->ra];
    NEXT;
}

// mlas Rd, Rn, Rm, Ra
STEP(mlas)
{
    c->nf = c->zf = c->r[s->rd] = c->r[s->rn] * c->r[s->rm] + c->r[s->ra];
    NEXT;
}

// mls Rd, Rn, Rm, Ra
STEP(mls)
{
    c->r[s->rd] = c->r[s->ra] - c->r[s->rn] * c->r[s->rm];
    NEXT;
}

// umaal RdLo, RdHi, Rn, Rm
STEP(umaal)
{
    set_pair(c, s, product_unsigned(c, s) + c->r[s->rd] + c->r[s->ra], false);
    NEXT;
}

// umull RdLo, RdHi, Rn, Rm
STEP(umull)
{
    set_pair(c, s, product_unsigned(c, s), false);
    NEXT;
}

// umulls RdLo, RdHi, Rn, Rm
STEP(umulls)
{
    set_pair(c, s, product_unsigned(c, s), true);
    NEXT;
}

// umlal RdLo, RdHi, Rn, Rm
STEP(umlal)
{
    set_pair(c, s, pair(c, s) + product_unsigned(c, s), false);
    NEXT;
}

// umlals RdLo, RdHi, Rn, Rm
STEP(umlals)
{
    set_pair(c, s, pair(c, s) + product_unsigned(c, s), true);
    NEXT;
}

// smull RdLo, RdHi, Rn, Rm
STEP(smull)
{
    set_pair(c, s, (uint64_t)product(c, s), false);
    NEXT;
}

// smulls RdLo, RdHi, Rn, Rm
STEP(smulls)
{
    set_pair(c, s, (uint64_t)product(c, s), true);
    NEXT;
}

// smlal RdLo, RdHi, Rn, Rm
STEP(smlal)
{
    set_pair(c, s, pair(c, s) + (uint64_t)product(c, s), false);
    NEXT;
}

// smlals RdLo, RdHi, Rn, Rm
STEP(smlals)
{
    set_pair(c, s, pair(c, s) + (uint64_t)product(c, s), true);
    NEXT;
}

// The product of the halves of Rn and Rm that x names.
static int32_t product_xy(const struct cpu *c, const struct step *s)
{
    return half(c->r[s->rn], s->x & 1) * half(c->r[s->rm], s->x & 2);
}

// The upper 32 bits of the 48-bit product of Rn and a half of Rm.
static int32_t product_wy(const struct cpu *c, const struct step *s)
{
    return (int32_t)((int64_t)(int32_t)c->r[s->rn] * half(c->r[s->rm], s->x & 2) >> 16);
}

// smul<x><y> Rd, Rn, Rm
STEP(smulxy)
{
    c->r[s->rd] = (uint32_t)product_xy(c, s);
    NEXT;
}

// smla<x><y> Rd, Rn, Rm, Ra
STEP(smlaxy)
{
    c->r[s->rd] = media_wrap32(c, (int64_t)product_xy(c, s) + (int32_t)c->r[s->ra]);
    NEXT;
}

// smlal<x><y> RdLo, RdHi, Rn, Rm
STEP(smlalxy)
{
    set_pair(c, s, pair(c, s) + (uint64_t)(int64_t)product_xy(c, s), false);
    NEXT;
}

// smulw<y> Rd, Rn, Rm
STEP(smulwy)
{
    c->r[s->rd] = (uint32_t)product_wy(c, s);
    NEXT;
}

// smlaw<y> Rd, Rn, Rm, Ra
STEP(smlawy)
{
    c->r[s->rd] = media_wrap32(c, (int64_t)product_wy(c, s) + (int32_t)c->r[s->ra]);
    NEXT;
}

// The sum or difference of the two products of halves; INSN_X exchanges Rm's halves first.
INLINE int64_t dual(const struct cpu *c, const struct step *s, bool subtract)
{
    const uint32_t n = c->r[s->rn], m = c->r[s->rm];
    const bool x = s->flags & INSN_X;
    const int64_t lo = (int64_t)half(n, false) * half(m, x), hi = (int64_t)half(n, true) * half(m, !x);
    return subtract ? lo - hi : lo + hi;
}

// smuad{x} Rd, Rn, Rm
STEP(smuad)
{
    c->r[s->rd] = media_wrap32(c, dual(c, s, false));
    NEXT;
}

// smlad{x} Rd, Rn, Rm, Ra
STEP(smlad)
{
    c->r[s->rd] = media_wrap32(c, dual(c, s, false) + (int32_t)c->r[s->ra]);
    NEXT;
}

// smusd{x} Rd, Rn, Rm
STEP(smusd)
{
    c->r[s->rd] = (uint32_t)dual(c, s, true);
    NEXT;
}

// smlsd{x} Rd, Rn, Rm, Ra
STEP(smlsd)
{
    c->r[s->rd] = media_wrap32(c, dual(c, s, true) + (int32_t)c->r[s->ra]);
    NEXT;
}

// smlald{x} RdLo, RdHi, Rn, Rm
STEP(smlald)
{
    set_pair(c, s, pair(c, s) + (uint64_t)dual(c, s, false), false);
    NEXT;
}

// smlsld{x} RdLo, RdHi, Rn, Rm
STEP(smlsld)
{
    set_pair(c, s, pair(c, s) + (uint64_t)dual(c, s, true), false);
    NEXT;
}

// The high word, rounded with INSN_X.
static uint32_t high(const struct step *s, uint64_t v)
{
    return (uint32_t)((v + (s->flags & INSN_X ? 0x80000000u : 0)) >> 32);
}

// smmul{r} Rd, Rn, Rm
STEP(smmul)
{
    c->r[s->rd] = high(s, (uint64_t)product(c, s));
    NEXT;
}

// smmla{r} Rd, Rn, Rm, Ra
STEP(smmla)
{
    c->r[s->rd] = high(s, ((uint64_t)c->r[s->ra] << 32) + (uint64_t)product(c, s));
    NEXT;
}

// smmls{r} Rd, Rn, Rm, Ra
STEP(smmls)
{
    c->r[s->rd] = high(s, ((uint64_t)c->r[s->ra] << 32) - (uint64_t)product(c, s));
    NEXT;
}

// sdiv Rd, Rn, Rm; division by zero gives 0, and INT_MIN / -1 INT_MIN (A8.8.165)
STEP(sdiv)
{
    const int64_t n = (int32_t)c->r[s->rn], m = (int32_t)c->r[s->rm];
    c->r[s->rd] = m ? (uint32_t)(n / m) : 0;
    NEXT;
}

// udiv Rd, Rn, Rm
STEP(udiv)
{
    const uint32_t m = c->r[s->rm];
    c->r[s->rd] = m ? c->r[s->rn] / m : 0;
    NEXT;
}

step_fn *media_select_multiply(const struct insn *in)
{
    const bool flags = in->flags & INSN_S;
    switch ((enum op)in->op) {
    case OP_MUL: return flags ? muls : mul;
    case OP_MLA: return flags ? mlas : mla;
    case OP_MLS: return mls;
    case OP_UMAAL: return umaal;
    case OP_UMULL: return flags ? umulls : umull;
    case OP_UMLAL: return flags ? umlals : umlal;
    case OP_SMULL: return flags ? smulls : smull;
    case OP_SMLAL: return flags ? smlals : smlal;
    case OP_SMULXY: return smulxy;
    case OP_SMLAXY: return smlaxy;
    case OP_SMLALXY: return smlalxy;
    case OP_SMULWY: return smulwy;
    case OP_SMLAWY: return smlawy;
    case OP_SMUAD: return smuad;
    case OP_SMLAD: return smlad;
    case OP_SMUSD: return smusd;
    case OP_SMLSD: return smlsd;
    case OP_SMLALD: return smlald;
    case OP_SMLSLD: return smlsld;
    case OP_SMMUL: return smmul;
    case OP_SMMLA: return smmla;
    case OP_SMMLS: return smmls;
    case OP_SDIV: return sdiv;
    case OP_UDIV: return udiv;
    default: return NULL;
    }
}
