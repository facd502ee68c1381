// VFP conversions on SSE.
#include "jit/x64/emit_fp.h"

enum { CVT_FROM_INT = 0x2a, CVT_TRUNCATE = 0x2c, CVT_SIZE = 0x5a };

static void zero(struct emit *e, unsigned xmm)
{
    emit_sse3(e, fp_packed(2, 0x57), xmm, xmm, x64_r(xmm)); // xorps
}

// In XMM0, so that nothing of an earlier value stays above the result.
static void from_int(struct emit *e, const struct ir_insn *i)
{
    if (i->mode & IR_UNSIGNED)
        x64_load(&e->a, RAX, place_v(e, 2, i->vm));
    else
        x64_op(&e->a, X64_64, 0x63, RAX, place_v(e, 2, i->vm)); // movsxd
    zero(e, 0);
    fp_begin(e, i);
    fp_wide(e, 3, fp_scalar(i->n, CVT_FROM_INT), 0, 0, x64_r(RAX));
    finish_xmm(e, i->n, i->v, 0);
    fp_end(e, i);
}

// The bits of xmm to RAX.
static void bits(struct emit *e, unsigned size, unsigned xmm)
{
    fp_wide(e, size, 0x66000f7e, xmm, 0, x64_r(RAX)); // movd, movq
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

// RAX: the bits of a number that must be neither negative nor 2^32 or more, nor a NaN.
static void outside_is_slow(struct emit *e, unsigned size)
{
    if (size == 2) {
        x64_group1(&e->a, 0, 7, x64_r(RAX), (127u + 32) << 23);
    } else {
        x64_mov_imm64(&e->a, RCX, (1023ull + 32) << 52);
        x64_op(&e->a, X64_64, 0x3b, RAX, x64_r(RCX));
    }
    fp_slow_if(e, CC_AE);
}

// Towards zero. What does not fit in a signed number is invalid for the host, too.
static void to_int(struct emit *e, const struct ir_insn *i)
{
    const bool is_unsigned = i->mode & IR_UNSIGNED, flush = e->fp_form & FP_FLUSH;
    const unsigned m = in_xmm(e, i->n, i->vm, 0);
    if (is_unsigned || e->fp_form & (FP_FLUSH | FP_NAN)) emit_clobber(e);
    fp_begin(e, i);
    if (is_unsigned || flush) bits(e, i->n, m);
    if (flush) denormal_is_slow(e, i->n);
    if (is_unsigned) {
        outside_is_slow(e, i->n);
        fp_wide(e, 3, fp_scalar(i->n, CVT_TRUNCATE), RAX, 0, x64_r(m));
    } else {
        emit_sse2(e, fp_scalar(i->n, CVT_TRUNCATE), RAX, x64_r(m));
    }
    if (!is_unsigned && e->fp_form & FP_NAN) {
        x64_group1(&e->a, 0, 7, x64_r(RAX), 0x80000000);
        fp_slow_if(e, CC_E);
    }
    x64_store(&e->a, place_v(e, 2, i->v), RAX);
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

void emit_convert(struct emit *e, const struct ir_insn *i)
{
    if (e->fp_form & FP_CALL) {
        emit_call(e, i);
        return;
    }
    switch ((enum ir_op)i->op) {
    case IR_VCVT_INT: from_int(e, i); break;
    case IR_VCVT_TO_INT: to_int(e, i); break;
    default: resize(e, i); break;
    }
}
