// VFP's moves, loads and stores; which file has the rest.
#include "jit/x64/emit_fp.h"

static void copy(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = in_xmm(e, i->n, i->vm, 0);
    if (i->op == IR_VMOV)
        finish_xmm(e, i->n, i->v, m);
    else
        finish_xmm(e, i->n, i->v,
                   (i->op == IR_VNEG ? fp_negate : fp_absolute)(e, i->n, dest_xmm(e, i->n, i->v, 0), m));
}

static void transfer(struct emit *e, const struct ir_insn *i)
{
    const unsigned size = i->op == IR_LDV64 || i->op == IR_STV64 ? 3 : 2;
    const bool load = i->op == IR_LDV32 || i->op == IR_LDV64;
    const struct x64_rm m = emit_access(e, i, 1u << size, !load);
    if (load) {
        const unsigned t = dest_xmm(e, size, i->v, 0);
        emit_access_site(e, i);
        emit_sse2(e, size == 3 ? 0xf3000f7e : 0x66000f6e, t, m); // movq, movd
        finish_xmm(e, size, i->v, t);
    } else {
        const unsigned t = in_xmm(e, size, i->v, 0);
        emit_access_site(e, i);
        emit_sse2(e, size == 3 ? 0x66000fd6 : 0x66000f7e, t, m);
    }
}

static void constant(struct emit *e, const struct ir_insn *i)
{
    if (i->n == 3)
        x64_mov_imm64(&e->a, RAX, (uint64_t)i->imm << 32);
    else
        x64_mov_imm(&e->a, x64_r(RAX), i->imm);
    fp_from_core(e, i->n, i->v, RAX);
}

void fp_to_core(struct emit *e, unsigned size, uint8_t v, unsigned reg)
{
    const struct x64_rm from = operand_v(e, size, v, 3);
    if (from.mem)
        x64_op(&e->a, size == 3 ? X64_64 : 0, 0x8b, reg, from);
    else
        fp_wide(e, size, 0x66000f7e, (unsigned)from.base, 0, x64_r(reg)); // movd, movq
}

// Keeps the host's flags.
static void pair_from_core(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = dest_xmm(e, 3, i->v, 0);
    emit_sse2(e, 0x66000f6e, t, place(e, i->a)); // movd
    emit_sse2(e, 0x66000f6e, 1, place(e, i->b));
    emit_sse3(e, 0x66000f62, t, t, x64_r(1)); // punpckldq
    finish_xmm(e, 3, i->v, t);
}

void fp_from_core(struct emit *e, unsigned size, uint8_t v, unsigned reg)
{
    const unsigned t = dest_xmm(e, size, v, 0);
    fp_wide(e, size, 0x66000f6e, t, 0, x64_r(reg));
    finish_xmm(e, size, v, t);
}

void emit_vfp(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_VCVT_INT:
    case IR_VCVT_FIX:
    case IR_VCVT_TO_FIX:
    case IR_VRINT:
    case IR_VCVT_HALF:
    case IR_VCVT_TO_HALF:
    case IR_VCVT_TO_INT:
    case IR_VCVT_SIZE: emit_convert(e, i); break;
    case IR_VMRS:
    case IR_VMSR: emit_fpscr(e, i); break;
    case IR_VFLAGS: emit_vflags(e); break;
    case IR_VGET: {
        const unsigned t = dest(e, i->d, RAX);
        fp_to_core(e, 2, i->v, t);
        finish(e, i->d, t);
        break;
    }
    case IR_VPUT64: pair_from_core(e, i); break;
    case IR_VPUT: fp_from_core(e, 2, i->v, in_reg(e, i->a, RAX)); break;
    case IR_VCONST: constant(e, i); break;
    case IR_VMOV:
    case IR_VNEG:
    case IR_VABS: copy(e, i); break;
    case IR_LDV32:
    case IR_LDV64:
    case IR_STV32:
    case IR_STV64: transfer(e, i); break;
    default: emit_arithmetic(e, i); break;
    }
}
