// Parallel addition and subtraction on the halfwords or bytes of a register (A4.4.6), and what works with
// them.
#include "interp/media.h"

#define INLINE static inline __attribute__((always_inline))

enum kind { KIND_S, KIND_Q, KIND_SH, KIND_U, KIND_UQ, KIND_UH };
enum form { FORM_ADD16, FORM_ASX, FORM_SAX, FORM_SUB16, FORM_ADD8, FORM_SUB8 };

INLINE bool is_signed(enum kind k)
{
    return k == KIND_S || k == KIND_Q || k == KIND_SH;
}

INLINE int32_t lane(uint32_t v, int i, int bits, bool sign)
{
    if (bits == 8) return sign ? (int8_t)(v >> 8 * i) : (uint8_t)(v >> 8 * i);
    return sign ? (int16_t)(v >> 16 * i) : (uint16_t)(v >> 16 * i);
}

// What becomes of one lane's exact sum or difference.
INLINE int32_t finish(int32_t r, int bits, enum kind k)
{
    const int32_t top = 1 << bits;
    switch (k) {
    case KIND_S:
    case KIND_U: return r;
    case KIND_Q: return (int32_t)media_clamp(r, -top / 2, top / 2 - 1);
    case KIND_UQ: return (int32_t)media_clamp(r, 0, top - 1);
    case KIND_SH:
    case KIND_UH: return r >> 1;
    }
    return r;
}

INLINE void parallel(struct cpu *c, const struct step *s, enum kind k, enum form form)
{
    const int bits = form == FORM_ADD8 || form == FORM_SUB8 ? 8 : 16;
    const uint32_t n = c->r[s->rn];
    uint32_t m = c->r[s->rm], result = 0, clear = 0;
    if (form == FORM_ASX || form == FORM_SAX) m = m >> 16 | m << 16;
    for (int i = 0; i < 32 / bits; i++) {
        const bool sub = form == FORM_SUB16 || form == FORM_SUB8 || (form == FORM_ASX && i == 0) ||
                         (form == FORM_SAX && i == 1);
        const int32_t a = lane(n, i, bits, is_signed(k)), b = lane(m, i, bits, is_signed(k));
        const int32_t r = sub ? a - b : a + b;
        result |= ((uint32_t)finish(r, bits, k) & ((1u << bits) - 1)) << bits * i;
        // GE: a signed result is not negative; an unsigned sum carries, a difference does not borrow
        // (A8.8.148, A8.8.243).
        const bool set = k == KIND_U && !sub ? r >> bits : r >= 0;
        if (!set) clear |= ((1u << bits) - 1) << bits * i;
    }
    c->r[s->rd] = result;
    if (k == KIND_S || k == KIND_U) c->ge_clear = clear;
}

// clang-format off
#define HANDLER(k, form)                                                                      \
    STEP(k##form)                                                                             \
    {                                                                                         \
        parallel(c, s, KIND_##k, FORM_##form);                                                \
        NEXT;                                                                                 \
    }
#define HANDLERS(k)                                                                           \
    HANDLER(k, ADD16) HANDLER(k, ASX) HANDLER(k, SAX) HANDLER(k, SUB16) HANDLER(k, ADD8) HANDLER(k, SUB8)

// {s,q,sh,u,uq,uh}{add16,asx,sax,sub16,add8,sub8} Rd, Rn, Rm
HANDLERS(S)
HANDLERS(Q)
HANDLERS(SH)
HANDLERS(U)
HANDLERS(UQ)
HANDLERS(UH)
// clang-format on

INLINE uint32_t absolute_differences(uint32_t a, uint32_t b)
{
    uint32_t sum = 0;
    for (int i = 0; i < 32; i += 8) {
        const int32_t d = (uint8_t)(a >> i) - (uint8_t)(b >> i);
        sum += (uint32_t)(d < 0 ? -d : d);
    }
    return sum;
}

// usad8 Rd, Rn, Rm
STEP(usad8)
{
    c->r[s->rd] = absolute_differences(c->r[s->rn], c->r[s->rm]);
    NEXT;
}

// usada8 Rd, Rn, Rm, Ra
STEP(usada8)
{
    c->r[s->rd] = absolute_differences(c->r[s->rn], c->r[s->rm]) + c->r[s->ra];
    NEXT;
}

// sel Rd, Rn, Rm: the bytes of Rn where GE is set
STEP(sel)
{
    c->r[s->rd] = (c->r[s->rn] & ~c->ge_clear) | (c->r[s->rm] & c->ge_clear);
    NEXT;
}

step_fn *media_select_parallel(const struct insn *in)
{
#define ROW(k)                                                                                               \
    case OP_##k##ADD16: return k##ADD16;                                                                     \
    case OP_##k##ASX: return k##ASX;                                                                         \
    case OP_##k##SAX: return k##SAX;                                                                         \
    case OP_##k##SUB16: return k##SUB16;                                                                     \
    case OP_##k##ADD8: return k##ADD8;                                                                       \
    case OP_##k##SUB8: return k##SUB8;
    switch ((enum op)in->op) {
        ROW(S)
        ROW(Q)
        ROW(SH)
        ROW(U)
        ROW(UQ)
        ROW(UH)
    case OP_USAD8: return usad8;
    case OP_USADA8: return usada8;
    case OP_SEL: return sel;
    default: return NULL;
    }
#undef ROW
}
