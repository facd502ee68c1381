// Bytes and halfwords of a core register at once (A4.4.6), on SSE: nothing here but SEL changes the host's
// flags.
#include "jit/x64/emit_internal.h"

enum {
    MOVD = 0x66000f6e,
    MOVD_TO = 0x66000f7e,
    PXOR = 0x66000fef,
    PCMPEQB = 0x66000f74,
    PSHUFLW = (int)0xf2000f70,
    PSADBW = 0x66000ff6,
    SHIFT_WORDS = 0x66000f71, // by a constant: /2 right, /4 right with the sign, /6 left
    SHIFT_DWORDS = 0x66000f72,
    POR = 0x66000feb,
    PADDW = 0x66000ffd,
};

// Instructions that exist for bytes and for halfwords.
enum operation { ADD, SUB, ADD_SIGNED, SUB_SIGNED, ADD_UNSIGNED, SUB_UNSIGNED, EQUAL, GREATER, AVERAGE };

static unsigned op_for(enum operation l, bool wide)
{
    static const uint8_t ops[][2] = {{0xfc, 0xfd}, {0xf8, 0xf9}, {0xec, 0xed}, {0xe8, 0xe9}, {0xdc, 0xdd},
                                     {0xd8, 0xd9}, {0x74, 0x75}, {0x64, 0x65}, {0xe0, 0xe3}};
    return 0x66000f00u | ops[l][wide];
}

static void load(struct emit *e, unsigned xmm, uint8_t loc)
{
    emit_sse2(e, MOVD, xmm, place(e, loc));
}

static void give(struct emit *e, uint8_t loc, unsigned xmm)
{
    if (loc != IR_NONE) emit_sse2(e, MOVD_TO, xmm, place(e, loc));
}

static void zero(struct emit *e, unsigned xmm)
{
    emit_sse3(e, PXOR, xmm, xmm, x64_r(xmm));
}

// xmm ^= the constant in every lane. Uses XMM3 and EAX.
static void flip(struct emit *e, unsigned xmm, uint32_t lanes)
{
    if (!lanes) return;
    x64_mov_imm(&e->a, x64_r(RAX), lanes);
    emit_sse2(e, MOVD, 3, x64_r(RAX));
    emit_sse3(e, PXOR, xmm, xmm, x64_r(3));
}

// The host's averages are unsigned and round up. With ~n = 255 - n: floor((n + m) / 2) is
// ~average(~n, ~m), and floor((n - m) / 2) is average(n, ~m) - 128. Signed lanes get their signs flipped
// first. Operands in XMM0 and XMM1; the result in XMM0.
static void halve(struct emit *e, bool wide, bool sub, bool is_signed)
{
    const uint32_t sign = wide ? 0x80008000 : 0x80808080;
    const uint32_t flipped = is_signed ? sign : 0;
    flip(e, 0, sub ? flipped : ~flipped);
    flip(e, 1, ~flipped);
    emit_sse3(e, op_for(AVERAGE, wide), 0, 0, x64_r(1));
    flip(e, 0, sub ? sign : ~flipped);
}

// The lanes where GE becomes 0, from XMM0 and XMM1 (and XMM2, their sum), in XMM3. Saturated, a signed result
// has the sign of the exact one, and an unsigned sum is another if it carries.
static void ge_clear(struct emit *e, bool wide, bool sub, bool is_signed)
{
    if (is_signed) {
        emit_sse3(e, op_for(sub ? SUB_SIGNED : ADD_SIGNED, wide), 0, 0, x64_r(1));
        zero(e, 3);
        emit_sse3(e, op_for(GREATER, wide), 3, 3, x64_r(0));
    } else if (!sub) {
        emit_sse3(e, op_for(ADD_UNSIGNED, wide), 3, 0, x64_r(1));
        emit_sse3(e, op_for(EQUAL, wide), 3, 3, x64_r(2));
    } else {
        emit_sse3(e, op_for(SUB_UNSIGNED, wide), 3, 1, x64_r(0)); // not 0 where it borrows
        zero(e, 0);
        emit_sse3(e, op_for(EQUAL, wide), 3, 3, x64_r(0));
        emit_sse3(e, PCMPEQB, 3, 3, x64_r(0));
    }
}

// d = a + b or a - b, and GE. All ones added to a lane carry unless that is 0.
static void with_ge(struct emit *e, const struct ir_insn *i)
{
    const bool wide = i->n & IR_LANES_16, sub = i->n & IR_LANES_SUB, is_signed = i->imm == IR_PAR_S;
    const bool ones = i->mode & IR_B_ONES && !sub && !is_signed;
    load(e, 0, i->a);
    if (ones)
        emit_sse3(e, PCMPEQB, 1, 1, x64_r(1));
    else
        load(e, 1, i->b);
    if (i->d != IR_NONE || (!ones && !sub && !is_signed))
        emit_sse3(e, op_for(sub ? SUB : ADD, wide), 2, 0, x64_r(1));
    if (ones) {
        zero(e, 3);
        emit_sse3(e, op_for(EQUAL, wide), 3, 3, x64_r(0));
    } else {
        ge_clear(e, wide, sub, is_signed);
    }
    emit_sse2(e, MOVD_TO, 3, CPU_FIELD(ge_clear));
    e->ge_mask = true;
    give(e, i->d, 2);
}

// All lanes' sums or differences; returns where. low: of the lanes' GE only that of the lower halfword
// changes.
static unsigned lanes(struct emit *e, const struct ir_insn *i, bool sub, bool low)
{
    const enum ir_parallel kind = i->imm;
    const bool wide = i->n & IR_LANES_16;
    const bool is_signed = kind == IR_PAR_S || kind == IR_PAR_Q || kind == IR_PAR_SH;
    load(e, 0, i->a);
    load(e, 1, i->b);
    if (i->n & IR_LANES_EXCHANGE) {
        emit_sse2(e, (unsigned)PSHUFLW, 1, x64_r(1));
        x64_byte(&e->a, 0xe1);
    }
    switch (kind) {
    case IR_PAR_S:
    case IR_PAR_U:
        emit_sse3(e, op_for(sub ? SUB : ADD, wide), 2, 0, x64_r(1));
        ge_clear(e, wide, sub, is_signed);
        emit_sse2(e, MOVD_TO, 3, low ? x64_r(RAX) : CPU_FIELD(ge_clear));
        if (low) x64_op(&e->a, X64_16, 0x89, RAX, CPU_FIELD(ge_clear));
        return 2;
    case IR_PAR_Q: emit_sse3(e, op_for(sub ? SUB_SIGNED : ADD_SIGNED, wide), 0, 0, x64_r(1)); break;
    case IR_PAR_UQ: emit_sse3(e, op_for(sub ? SUB_UNSIGNED : ADD_UNSIGNED, wide), 0, 0, x64_r(1)); break;
    case IR_PAR_SH:
    case IR_PAR_UH: halve(e, wide, sub, is_signed); break;
    }
    return 0;
}

static void parallel(struct emit *e, const struct ir_insn *i)
{
    const bool sub = i->n & IR_LANES_SUB;
    if (!(i->n & IR_LANES_EXCHANGE) && (i->imm == IR_PAR_S || i->imm == IR_PAR_U)) {
        with_ge(e, i);
        return;
    }
    const unsigned r = lanes(e, i, sub, false);
    if (!(i->n & IR_LANES_EXCHANGE)) {
        give(e, i->d, r);
        return;
    }
    emit_sse2(e, MOVD_TO, r, x64_r(RCX));
    emit_sse2(e, MOVD_TO, lanes(e, i, !sub, true), x64_r(RAX));
    x64_op(&e->a, X64_16, 0x89, RAX, x64_r(RCX));
    finish(e, i->d, RCX);
}

// The lanes where GE is 0 in EAX
static void ge_lanes(struct emit *e)
{
    if (e->ge_mask)
        emit_sse2(e, MOVD_TO, 3, x64_r(RAX));
    else
        x64_load(&e->a, RAX, CPU_FIELD(ge_clear));
}

// d = a where GE is set, else b: a ^ ((a ^ b) & lanes), which is b & lanes where a is 0, and a | lanes where
// all bits of b are set.
static void select_bytes(struct emit *e, const struct ir_insn *i)
{
    const bool zero_a = i->mode & IR_A_ZERO, ones_b = i->mode & IR_B_ONES;
    ge_lanes(e);
    if (!zero_a || !ones_b) emit_clobber(e);
    if (zero_a && !ones_b) {
        x64_op(&e->a, 0, 0x23, RAX, place(e, i->b)); // and
    } else if (ones_b && !zero_a) {
        x64_op(&e->a, 0, 0x0b, RAX, place(e, i->a)); // or
    } else if (!zero_a) {
        x64_load(&e->a, RCX, place(e, i->a));
        x64_op(&e->a, 0, 0x33, RCX, place(e, i->b)); // xor
        x64_op(&e->a, 0, 0x23, RAX, x64_r(RCX));     // and
        x64_op(&e->a, 0, 0x33, RAX, place(e, i->a)); // xor
    }
    finish(e, i->d, RAX);
}

// The bytes 0 and 2 of b, rotated right by imm first, extended to halfwords; a's are added.
static void extend_pair(struct emit *e, const struct ir_insn *i)
{
    load(e, 0, i->b);
    if (i->imm) {
        emit_sse_shift(e, SHIFT_DWORDS, 6, 1, 0, 32 - i->imm);
        emit_sse_shift(e, SHIFT_DWORDS, 2, 0, 0, i->imm);
        emit_sse3(e, POR, 0, 0, x64_r(1));
    }
    emit_sse_shift(e, SHIFT_WORDS, 6, 0, 0, 8);
    emit_sse_shift(e, SHIFT_WORDS, i->op == IR_SXT8X2 ? 4 : 2, 0, 0, 8);
    if (i->a != IR_NONE) {
        load(e, 1, i->a);
        emit_sse3(e, PADDW, 0, 0, x64_r(1));
    }
    give(e, i->d, 0);
}

void emit_parallel(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_PARALLEL: parallel(e, i); break;
    case IR_SEL: select_bytes(e, i); break;
    case IR_USAD8:
        load(e, 0, i->a);
        load(e, 1, i->b);
        emit_sse3(e, PSADBW, 0, 0, x64_r(1));
        give(e, i->d, 0);
        break;
    default: extend_pair(e, i); break;
    }
}
