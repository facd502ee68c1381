// VFP conversions on SSE.
#include "jit/x64/emit_fp.h"

enum { CVT_FROM_INT = 0x2a, CVT_TRUNCATE = 0x2c, CVT_ROUND, CVT_SIZE = 0x5a };

static void zero(struct emit *e, unsigned xmm)
{
    emit_sse3(e, fp_packed(2, 0x57), xmm, xmm, x64_r(xmm)); // xorps
}

// An integer in RAX, of 32 bits or (wide) 64, to `to`, so that nothing of an earlier value stays above the
// result. Without AVX that is XMM0.
static void int_to_float(struct emit *e, unsigned size, bool wide, unsigned to)
{
    zero(e, 0);
    fp_wide(e, wide ? 3 : 2, fp_scalar(size, CVT_FROM_INT), to, 0, x64_r(RAX));
}

static void from_int(struct emit *e, const struct ir_insn *i)
{
    fp_to_core(e, 2, i->vm, RAX);
    const unsigned t = host_has(HOST_AVX) ? dest_xmm(e, i->n, i->v, 0) : 0;
    fp_begin(e, i);
    int_to_float(e, i->n, i->mode & IR_UNSIGNED, t);
    finish_clean_xmm(e, i->n, i->v, t);
    fp_end(e, i);
}

static void shift_right(struct emit *e, unsigned width, unsigned reg, unsigned n)
{
    x64_op(&e->a, width, 0xc1, 5, x64_r(reg));
    x64_byte(&e->a, n);
}

// With flush-to-zero a denormal is no number to convert. RAX: its bits.
static void denormal_is_slow(struct emit *e, unsigned size)
{
    const unsigned w = size == 3 ? X64_64 : 0;
    const struct x64_rm twice = {.mem = true, .base = RAX, .index = RAX, .disp = -1};
    x64_op(&e->a, w, 0x8d, RCX, twice); // all ones for zero
    shift_right(e, w, RCX, size == 3 ? 53 : 24);
    fp_slow_if(e, CC_E);
}

// RAX: the bits of a number that must be below 2^limit, and neither negative, or below in magnitude.
static void outside_is_slow(struct emit *e, unsigned size, int limit, bool is_unsigned)
{
    const unsigned w = size == 3 ? X64_64 : 0;
    const uint64_t top = size == 3 ? (uint64_t)(1023 + limit) << 52 : (uint64_t)(127 + limit) << 23;
    const struct x64_rm once = {.mem = true, .base = RAX, .index = -1};
    const struct x64_rm twice = {.mem = true, .base = RAX, .index = RAX};
    x64_op(&e->a, w, 0x8d, RCX, is_unsigned ? once : twice); // without the sign
    if (size == 3)
        x64_mov_imm64(&e->a, RDX, is_unsigned ? top : top << 1);
    else
        x64_mov_imm(&e->a, x64_r(RDX), (uint32_t)(is_unsigned ? top : top << 1));
    x64_op(&e->a, w, 0x3b, RCX, x64_r(RDX));
    fp_slow_if(e, CC_AE);
}

static void round_to(struct emit *e, unsigned size, unsigned m, unsigned mode)
{
    emit_sse3(e, size == 3 ? 0x660f3a0b : 0x660f3a0a, 0, m, x64_r(m)); // roundsd, roundss
    x64_byte(&e->a, mode);
}

// Rounded in a mode of its own. What does not fit, or hardly, is found before the rounding can be inexact.
static void to_int_named(struct emit *e, const struct ir_insn *i)
{
    const bool is_unsigned = i->mode & IR_UNSIGNED;
    const unsigned m = in_xmm(e, i->n, i->vm, 0);
    emit_clobber(e);
    fp_begin(e, i);
    fp_to_core(e, i->n, i->vm, RAX);
    if (e->fp_form & FP_FLUSH) denormal_is_slow(e, i->n);
    outside_is_slow(e, i->n, is_unsigned ? 31 : 30, is_unsigned);
    round_to(e, i->n, m, i->x & 3);
    emit_sse2(e, fp_scalar(i->n, CVT_TRUNCATE), RAX, x64_r(0));
    fp_from_core(e, 2, i->v, RAX);
    fp_end(e, i);
}

// What does not fit in a signed number is invalid for the host, too.
static void to_int(struct emit *e, const struct ir_insn *i)
{
    const bool is_unsigned = i->mode & IR_UNSIGNED, flush = e->fp_form & FP_FLUSH;
    const unsigned m = in_xmm(e, i->n, i->vm, 0);
    if (is_unsigned || e->fp_form & (FP_FLUSH | FP_NAN)) emit_clobber(e);
    fp_begin(e, i);
    const unsigned op = fp_scalar(i->n, i->x ? CVT_ROUND : CVT_TRUNCATE);
    if (is_unsigned || flush) fp_to_core(e, i->n, i->vm, RAX);
    if (flush) denormal_is_slow(e, i->n);
    if (is_unsigned) {
        outside_is_slow(e, i->n, 32, true);
        fp_wide(e, 3, op, RAX, 0, x64_r(m));
    } else {
        emit_sse2(e, op, RAX, x64_r(m));
    }
    if (!is_unsigned && e->fp_form & FP_NAN) {
        x64_group1(&e->a, 0, 7, x64_r(RAX), 0x80000000);
        fp_slow_if(e, CC_E);
    }
    fp_from_core(e, 2, i->v, RAX);
    fp_end(e, i);
}

static void resize(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = in_xmm(e, 5u - i->n, i->vm, 1);
    zero(e, 0);
    fp_begin(e, i);
    emit_sse3(e, fp_scalar(5u - i->n, CVT_SIZE), 0, 0, x64_r(m));
    fp_result(e, i, 0);
    fp_end(e, i);
}

// XMM0 *= 2^exponent, exactly.
static void scale(struct emit *e, unsigned size, int exponent)
{
    if (size == 3)
        x64_mov_imm64(&e->a, RCX, (uint64_t)(1023 + exponent) << 52);
    else
        x64_mov_imm(&e->a, x64_r(RCX), (uint32_t)(127 + exponent) << 23);
    fp_wide(e, size, 0x66000f6e, 1, 0, x64_r(RCX));
    emit_sse3(e, fp_scalar(size, 0x59), 0, 0, x64_r(1)); // mul
}

// A number of 16 or 32 bits in the lower part of RAX, into the whole of it.
static void extend(struct emit *e, const struct ir_insn *i)
{
    const bool is_unsigned = i->mode & IR_UNSIGNED;
    if (i->lane == 1)
        x64_op(&e->a, X64_64, is_unsigned ? 0x0fb7 : 0x0fbf, RAX, x64_r(RAX));
    else
        x64_op(&e->a, is_unsigned ? 0 : X64_64, is_unsigned ? 0x8b : 0x63, RAX, x64_r(RAX));
}

// To nearest, whatever the FPSCR says.
static void from_fixed(struct emit *e, const struct ir_insn *i)
{
    fp_to_core(e, i->n, i->v, RAX);
    extend(e, i);
    fp_begin(e, i);
    int_to_float(e, i->n, true, 0);
    scale(e, i->n, -(int)i->x);
    finish_xmm(e, i->n, i->v, 0);
    fp_end(e, i);
}

// Towards zero. Numbers that do not fit are found before anything is computed with them.
static void to_fixed(struct emit *e, const struct ir_insn *i)
{
    const bool is_unsigned = i->mode & IR_UNSIGNED;
    emit_clobber(e);
    fp_begin(e, i);
    fp_to_core(e, i->n, i->v, RAX);
    if (e->fp_form & FP_FLUSH) denormal_is_slow(e, i->n);
    outside_is_slow(e, i->n, (8 << i->lane) - !is_unsigned - i->x, is_unsigned);
    fp_wide(e, i->n, 0x66000f6e, 0, 0, x64_r(RAX));
    scale(e, i->n, i->x);
    fp_wide(e, 3, fp_scalar(i->n, CVT_TRUNCATE), RAX, 0, x64_r(0));
    fp_from_core(e, i->n, i->v, RAX);
    fp_end(e, i);
}

static void round_float(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = in_xmm(e, i->n, i->vm, 1);
    if (e->fp_form & FP_FLUSH) emit_clobber(e);
    fp_begin(e, i);
    if (e->fp_form & FP_FLUSH) {
        fp_to_core(e, i->n, i->vm, RAX);
        denormal_is_slow(e, i->n);
    }
    round_to(e, i->n, m, i->x);
    fp_result(e, i, 0);
    fp_end(e, i);
}

// Whether all of an operation is the handler's.
static bool is_call(const struct emit *e, const struct ir_insn *i)
{
    if (e->fp_form & FP_CALL) return true;
    if (i->op == IR_VCVT_HALF || i->op == IR_VCVT_TO_HALF) return !host_has(HOST_F16C);
    if (i->op == IR_VRINT || (i->op == IR_VCVT_TO_INT && i->x & IR_ROUND_NAMED)) return !host_has(HOST_SSE41);
    return i->op == IR_VCVT_FIX && i->n == 2 && i->lane == 2 && e->fp_form & FP_ROUND;
}

void emit_convert(struct emit *e, const struct ir_insn *i)
{
    if (is_call(e, i)) {
        emit_call(e, i);
        return;
    }
    switch ((enum ir_op)i->op) {
    case IR_VCVT_INT: from_int(e, i); break;
    case IR_VCVT_TO_INT: (i->x & IR_ROUND_NAMED ? to_int_named : to_int)(e, i); break;
    case IR_VCVT_FIX: from_fixed(e, i); break;
    case IR_VCVT_TO_FIX: to_fixed(e, i); break;
    case IR_VCVT_HALF:
    case IR_VCVT_TO_HALF: emit_half(e, i); break;
    case IR_VRINT: round_float(e, i); break;
    default: resize(e, i); break;
    }
}
