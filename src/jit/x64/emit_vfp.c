// VFP on SSE scalars. The host's result is taken when it is certain to be ARM's: rounding to nearest, no
// flushing, the inexact flag already set, and a result that is neither tiny, infinite nor not a number
// (softfp/fast.h says why). Everything else goes to the interpreter's handler, out of line.
#include "jit/x64/emit_internal.h"

static unsigned prefix(unsigned size)
{
    return size == 3 ? 0xf2000000u : 0xf3000000u;
}

static void sse(struct emit *e, unsigned size, unsigned op, unsigned reg, struct x64_rm rm)
{
    x64_op(&e->a, 0, prefix(size) | 0x0f00 | op, reg, rm);
}

// A jump to the handler's call, which comes behind the block.
static void slow_if(struct emit *e, enum x64_cc cc)
{
    if (e->nslow == EMIT_MAX_SLOW) {
        e->a.full = true;
        return;
    }
    e->slow[e->nslow++].disp = x64_jcc_at(&e->a, cc);
}

static void slow_end(struct emit *e, unsigned from, const struct ir_insn *i)
{
    for (unsigned k = from; k < e->nslow; k++) {
        e->slow[k].back = e->a.p;
        e->slow[k].call = i->imm;
    }
    e->host = HOST_NONE;
}

void emit_slow_calls(struct emit *e)
{
    for (unsigned k = 0; k < e->nslow && !e->a.full; k++) {
        if (k == 0 || e->slow[k].back != e->slow[k - 1].back) {
            uint8_t *at = e->a.p;
            x64_mov_imm64(&e->a, RAX, (uint64_t)(uintptr_t)&e->calls[e->slow[k].call]);
            x64_call_to(&e->a, e->shared->call[TIER_CALL_VECTOR]);
            x64_jmp_to(&e->a, e->slow[k].back);
            for (unsigned j = k; j < e->nslow && e->slow[j].back == e->slow[k].back; j++)
                x64_patch(e->slow[j].disp, at);
        }
    }
}

// XMM0's exponent field to ECX; its bits stay in RAX.
static void exponent(struct emit *e, unsigned size)
{
    x64_op(&e->a, size == 3 ? X64_64 : 0, 0x66000000u | 0x0f7e, 0, x64_r(RAX)); // movd/movq rax, xmm0
    x64_op(&e->a, size == 3 ? X64_64 : 0, 0x8b, RCX, x64_r(RAX));
    x64_op(&e->a, size == 3 ? X64_64 : 0, 0xc1, 5, x64_r(RCX)); // shr
    x64_byte(&e->a, size == 3 ? 52 : 23);
    x64_group1(&e->a, 0, 4, x64_r(RCX), size == 3 ? 0x7ff : 0xff);
}

// Away unless the result is certain. sum: denormal sums are exact, only the large are in doubt.
static void check(struct emit *e, unsigned size, bool sum)
{
    const uint32_t top = size == 3 ? 0x7fe : 0xfe;
    exponent(e, size);
    if (sum) {
        x64_group1(&e->a, 0, 7, x64_r(RCX), top);
        slow_if(e, CC_AE);
    } else {
        x64_group1(&e->a, 0, 5, x64_r(RCX), 2);
        x64_group1(&e->a, 0, 7, x64_r(RCX), top - 2);
        slow_if(e, CC_AE);
    }
}

static void result(struct emit *e, unsigned size, unsigned v)
{
    x64_op(&e->a, size == 3 ? X64_64 : 0, 0x89, RAX, place_v(e, size, v));
}

static void certain(struct emit *e)
{
    x64_group1(&e->a, X64_8, 7, CPU_FIELD(host_fp), 0);
    slow_if(e, CC_E);
}

enum { SSE_SQRT = 0x51, SSE_ADD = 0x58, SSE_MUL = 0x59, SSE_SUB = 0x5c, SSE_DIV = 0x5e, SSE_LOAD = 0x10 };

static void binary(struct emit *e, const struct ir_insn *i, unsigned op, bool sum)
{
    const unsigned from = e->nslow;
    certain(e);
    sse(e, i->n, SSE_LOAD, 0, place_v(e, i->n, i->vn));
    sse(e, i->n, op, 0, place_v(e, i->n, i->vm));
    check(e, i->n, sum);
    result(e, i->n, i->v);
    slow_end(e, from, i);
}

// Rounded twice: the product must be certain, then the sum.
static void accumulate(struct emit *e, const struct ir_insn *i)
{
    const unsigned from = e->nslow;
    certain(e);
    sse(e, i->n, SSE_LOAD, 0, place_v(e, i->n, i->vn));
    sse(e, i->n, SSE_MUL, 0, place_v(e, i->n, i->vm));
    check(e, i->n, false);
    if (i->op == IR_VMLA) {
        sse(e, i->n, SSE_ADD, 0, place_v(e, i->n, i->v));
    } else {
        x64_op(&e->a, 0, 0x0f28, 1, x64_r(0)); // movaps xmm1, xmm0
        sse(e, i->n, SSE_LOAD, 0, place_v(e, i->n, i->v));
        sse(e, i->n, SSE_SUB, 0, x64_r(1));
    }
    check(e, i->n, true);
    result(e, i->n, i->v);
    slow_end(e, from, i);
}

static void root(struct emit *e, const struct ir_insn *i)
{
    const unsigned from = e->nslow;
    certain(e);
    sse(e, i->n, SSE_SQRT, 0, place_v(e, i->n, i->vm));
    check(e, i->n, false);
    result(e, i->n, i->v);
    slow_end(e, from, i);
}

// N, Z, C and V of FPSCR: less 1000, equal 0110, greater 0010; unordered is the handler's.
static void compare(struct emit *e, const struct ir_insn *i)
{
    const unsigned from = e->nslow;
    certain(e);
    if (i->vm == IR_NONE) x64_op(&e->a, 0, 0x0f57, 1, x64_r(1)); // xorps xmm1, xmm1
    sse(e, i->n, SSE_LOAD, 0, place_v(e, i->n, i->v));
    const struct x64_rm m = i->vm == IR_NONE ? x64_r(1) : place_v(e, i->n, i->vm);
    x64_op(&e->a, i->n == 3 ? X64_16 : 0, 0x0f2e, 0, m); // ucomis
    slow_if(e, CC_P);
    x64_mov_imm(&e->a, x64_r(RAX), 0x20000000);
    x64_mov_imm(&e->a, x64_r(RCX), 0x60000000);
    x64_op(&e->a, 0, 0x0f40 | CC_E, RAX, x64_r(RCX));
    x64_mov_imm(&e->a, x64_r(RCX), 0x80000000);
    x64_op(&e->a, 0, 0x0f40 | CC_B, RAX, x64_r(RCX));
    x64_load(&e->a, RCX, CPU_FIELD(fpscr));
    x64_group1(&e->a, 0, 4, x64_r(RCX), 0x0fffffff);
    x64_op(&e->a, 0, 0x0b, RAX, x64_r(RCX));
    x64_store(&e->a, CPU_FIELD(fpscr), RAX);
    slow_end(e, from, i);
}

// FPSCR's N, Z, C, V as the flags.
static void flags(struct emit *e)
{
    x64_load(&e->a, RAX, CPU_FIELD(fpscr));
    x64_mov(&e->a, RCX, RAX);
    x64_op(&e->a, 0, 0xc1, 5, x64_r(RCX)); // shr ecx, 24: N and Z are bits 7 and 6
    x64_byte(&e->a, 24);
    x64_op(&e->a, X64_8, 0x88, RCX, CPU_FIELD(host_flags.nz));
    x64_op(&e->a, 0, 0x0fba, 4, x64_r(RAX)); // bt eax, 29
    x64_byte(&e->a, 29);
    x64_op(&e->a, X64_8, 0x0f90 | CC_AE, 0, CPU_FIELD(host_flags.borrow));
    x64_op(&e->a, 0, 0x0fba, 4, x64_r(RAX));
    x64_byte(&e->a, 28);
    x64_op(&e->a, X64_8, 0x0f90 | CC_B, 0, CPU_FIELD(host_flags.overflow));
    e->host = HOST_NONE;
}

static void from_int(struct emit *e, const struct ir_insn *i)
{
    const unsigned from = e->nslow;
    if (i->n == 2) certain(e); // may be inexact
    if (i->mode & IR_UNSIGNED)
        x64_load(&e->a, RAX, place_v(e, 2, i->vm));
    else
        x64_op(&e->a, X64_64, 0x63, RAX, place_v(e, 2, i->vm)); // movsxd
    x64_op(&e->a, 0, 0x0f57, 0, x64_r(0));
    x64_op(&e->a, X64_64, prefix(i->n) | 0x0f2a, 0, x64_r(RAX));
    sse(e, i->n, 0x11, 0, place_v(e, i->n, i->v));
    slow_end(e, from, i);
}

static void to_int(struct emit *e, const struct ir_insn *i)
{
    const unsigned from = e->nslow;
    certain(e);
    x64_op(&e->a, X64_64, prefix(i->n) | 0x0f2c, RAX, place_v(e, i->n, i->vm)); // cvtt
    if (i->mode & IR_UNSIGNED)
        x64_load(&e->a, RCX, x64_r(RAX));
    else
        x64_op(&e->a, X64_64, 0x63, RCX, x64_r(RAX));
    x64_op(&e->a, X64_64, 0x3b, RCX, x64_r(RAX)); // fits?
    slow_if(e, CC_NE);
    x64_store(&e->a, place_v(e, 2, i->v), RAX);
    slow_end(e, from, i);
}

static void resize(struct emit *e, const struct ir_insn *i)
{
    const unsigned from = e->nslow, other = 5u - i->n;
    certain(e);
    sse(e, other, SSE_LOAD, 0, place_v(e, other, i->vm));
    sse(e, other, 0x5a, 0, x64_r(0));
    check(e, i->n, false);
    result(e, i->n, i->v);
    slow_end(e, from, i);
}

static void copy(struct emit *e, const struct ir_insn *i)
{
    const unsigned w = i->n == 3 ? X64_64 : 0;
    x64_op(&e->a, w, 0x8b, RAX, place_v(e, i->n, i->vm));
    if (i->op != IR_VMOV) { // btc or btr of the sign
        x64_op(&e->a, w, 0x0fba, i->op == IR_VNEG ? 7 : 6, x64_r(RAX));
        x64_byte(&e->a, i->n == 3 ? 63 : 31);
        e->host = HOST_NONE;
    }
    result(e, i->n, i->v);
}

static void transfer(struct emit *e, const struct ir_insn *i)
{
    struct x64_rm m = {.mem = true, .gs = true, .base = -1, .index = -1, .disp = (int32_t)i->imm};
    const unsigned size = i->op == IR_LDV64 || i->op == IR_STV64 ? 3 : 2, w = size == 3 ? X64_64 : 0;
    if (i->a != IR_NONE) m.base = (int)in_reg(e, i->a, RCX);
    if (i->op == IR_LDV32 || i->op == IR_LDV64) {
        emit_site(e, i);
        x64_op(&e->a, w, 0x8b, RAX, m);
        result(e, size, i->v);
    } else {
        x64_op(&e->a, w, 0x8b, RAX, place_v(e, size, i->v));
        emit_site(e, i);
        x64_op(&e->a, w, 0x89, RAX, m);
    }
}

static void constant(struct emit *e, const struct ir_insn *i)
{
    if (i->n == 2) {
        x64_mov_imm(&e->a, place_v(e, 2, i->v), i->imm);
        return;
    }
    x64_mov_imm(&e->a, place_v(e, 2, 2u * i->v), 0);
    x64_mov_imm(&e->a, place_v(e, 2, 2u * i->v + 1), i->imm);
}

void emit_vfp(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_VADD: binary(e, i, SSE_ADD, true); break;
    case IR_VSUB: binary(e, i, SSE_SUB, true); break;
    case IR_VMUL: binary(e, i, SSE_MUL, false); break;
    case IR_VDIV: binary(e, i, SSE_DIV, false); break;
    case IR_VMLA:
    case IR_VMLS: accumulate(e, i); break;
    case IR_VSQRT: root(e, i); break;
    case IR_VCMP: compare(e, i); break;
    case IR_VCVT_INT: from_int(e, i); break;
    case IR_VCVT_TO_INT: to_int(e, i); break;
    case IR_VCVT_SIZE: resize(e, i); break;
    case IR_VFLAGS: flags(e); break;
    case IR_VGET: {
        const unsigned t = dest(e, i->d, RAX);
        x64_load(&e->a, t, place_v(e, 2, i->v));
        finish(e, i->d, t);
        break;
    }
    case IR_VPUT: x64_store(&e->a, place_v(e, 2, i->v), in_reg(e, i->a, RAX)); break;
    case IR_VCONST: constant(e, i); break;
    case IR_VMOV:
    case IR_VNEG:
    case IR_VABS: copy(e, i); break;
    default: transfer(e, i); break;
    }
}
