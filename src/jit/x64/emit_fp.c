// VFP arithmetic on SSE scalars. Where the answer is not ARM's the host traps (fp.h says when). A quiet NaN
// passes as on ARM: the first operand's, else the second's, so their order is kept; negating is a change of
// sign, as there.
#include "jit/x64/emit_fp.h"

#include "ir/vector.h"

unsigned emit_fp_form(const struct ir_insn *i)
{
    if (i->op == IR_VEC && i->vec >= VEC_FADD) return FP_USED | FP_VECTOR;
    return i->op >= IR_VADD && i->op <= IR_VMSR ? FP_USED : 0;
}

void emit_fp_mode(struct emit *e, enum fp_mode mode)
{
    if (e->fp_mode == mode || !fp_changes_mode(e->fp_form)) return;
    const int32_t at = offsetof(struct cpu, host_fp.mxcsr);
    x64_op(&e->a, 0, 0x0fae, 3, x64_m(RBP, at + 4 * e->fp_mode)); // stmxcsr: the flags wait there
    x64_op(&e->a, 0, 0x0fae, 2, x64_m(RBP, at + 4 * (int)mode));  // ldmxcsr
    e->fp_mode = (uint8_t)mode;
}

void fp_begin(struct emit *e, const struct ir_insn *i)
{
    emit_fp_mode(e, FP_GUEST);
    // A trap goes on behind the operation: what saves flags must be in front of it.
    if (e->fp_form & FP_NAN) emit_clobber(e);
    emit_site(e, i);
    e->slow_from = e->nslow;
    e->vector_sources = false; // what is loaded from here on is not when it traps
}

void fp_end_compare(struct emit *e, const struct ir_insn *i, enum fp_compare compare)
{
    const bool at_home = e->finished.size && emit_vector_has_home(e, e->finished.size, e->finished.v);
    const unsigned x = e->nreloads < EMIT_MAX_SLOW ? emit_vector_keep_result(e) : 0;
    if (e->nreloads == EMIT_MAX_SLOW && at_home) e->a.full = true;
    if (e->a.full) return;
    if (x || at_home) {
        e->reloads[e->nreloads].site = e->nsites - 1;
        e->reloads[e->nreloads].slow_from = e->slow_from;
        e->reloads[e->nreloads].slow_to = e->nslow;
        e->reloads[e->nreloads].back = e->a.p;
        e->reloads[e->nreloads].size = e->finished.size;
        e->reloads[e->nreloads].v = e->finished.v;
        e->reloads[e->nreloads].xmm = (uint8_t)x;
        e->nreloads++;
    }
    struct emit_site *s = &e->sites[e->nsites - 1];
    s->back = (uint32_t)(e->a.p - e->start);
    s->call = i->imm;
    s->compare = compare;
    for (unsigned k = e->slow_from; k < e->nslow; k++) {
        e->slow[k].back = e->a.p;
        e->slow[k].arg = (uintptr_t)&e->calls[i->imm] | compare;
    }
}

void fp_end(struct emit *e, const struct ir_insn *i)
{
    fp_end_compare(e, i, FP_NO_COMPARE);
}

void fp_slow_if(struct emit *e, enum x64_cc cc)
{
    if (e->nslow == EMIT_MAX_SLOW) {
        e->a.full = true;
        return;
    }
    e->slow[e->nslow++].disp = x64_jcc_at(&e->a, cc);
}

// Behind a trap the result comes from memory.
static void emit_reloads(struct emit *e)
{
    for (unsigned k = 0; k < e->nreloads && !e->a.full; k++) {
        uint8_t *at = e->a.p;
        emit_vector_reload(e, e->reloads[k].size, e->reloads[k].v, e->reloads[k].xmm);
        x64_jmp_to(&e->a, e->reloads[k].back);
        e->sites[e->reloads[k].site].back = (uint32_t)(at - e->start);
        for (unsigned j = e->reloads[k].slow_from; j < e->reloads[k].slow_to; j++)
            e->slow[j].back = at;
    }
}

void emit_slow_calls(struct emit *e)
{
    emit_reloads(e);
    const uint8_t *store = e->nslow && e->vector_homes ? emit_vector_store_thunk(e) : NULL;
    for (unsigned k = 0; k < e->nslow && !e->a.full; k++) {
        if (k == 0 || e->slow[k].back != e->slow[k - 1].back) {
            uint8_t *at = e->a.p;
            if (store) x64_call_to(&e->a, store);
            x64_mov_imm64(&e->a, RAX, e->slow[k].arg);
            x64_call_to(&e->a, e->shared->trap);
            x64_jmp_to(&e->a, e->slow[k].back);
            for (unsigned j = k; j < e->nslow && e->slow[j].back == e->slow[k].back; j++)
                x64_patch(e->slow[j].disp, at);
        }
    }
}

unsigned fp_target(struct emit *e, const struct ir_insn *i)
{
    return e->fp_form & (FP_NAN | FP_FLUSH) ? 0 : dest_xmm(e, i->n, i->v, 0);
}

// Either in the code, or by a comparison that any NaN makes invalid.
static void nan_is_slow(struct emit *e, const struct ir_insn *i, unsigned xmm)
{
    enum { LESS = 1 };
    if (e->fp_form & FP_NAN) {
        emit_sse2(e, fp_packed(i->n, 0x2e), xmm, x64_r(xmm)); // ucomis
        fp_slow_if(e, CC_P);
    } else {
        emit_sse3(e, fp_scalar(i->n, 0xc2), 2, xmm, x64_r(xmm)); // cmps
        x64_byte(&e->a, LESS);
    }
}

void fp_result(struct emit *e, const struct ir_insn *i, unsigned xmm)
{
    if (e->fp_form & (FP_NAN | FP_FLUSH)) nan_is_slow(e, i, xmm);
    finish_clean_xmm(e, i->n, i->v, xmm);
}

enum {
    SSE_SQRT = 0x51,
    SSE_AND = 0x54,
    SSE_OR = 0x56,
    SSE_XOR = 0x57,
    SSE_ADD = 0x58,
    SSE_MUL,
    SSE_SUB = 0x5c,
    SSE_MIN,
    SSE_DIV,
    SSE_MAX,
};

// a op b, in t if that can be; returns where. a is not needed any more if it is a scratch register. Without
// AVX a register of the guest's would change before the trap.
static unsigned two(struct emit *e, unsigned size, unsigned op, unsigned t, unsigned a, struct x64_rm b)
{
    if (!host_has(HOST_AVX)) t = a == t || a < XMM_SCRATCH ? a : !b.mem && b.base == 3 ? 2 : 3;
    emit_sse3(e, fp_scalar(size, op), t, a, b);
    return t;
}

unsigned fp_negate(struct emit *e, unsigned size, unsigned to, unsigned xmm)
{
    emit_sse3(e, fp_packed(size, SSE_XOR), to, xmm, x64_at(&e->a, e->shared->signs + (size == 3 ? 0 : 16)));
    return to;
}

unsigned fp_absolute(struct emit *e, unsigned size, unsigned to, unsigned xmm)
{
    emit_sse3(e, fp_packed(size, SSE_AND), to, xmm, x64_at(&e->a, e->shared->signs + (size == 3 ? 32 : 48)));
    return to;
}

static void binary(struct emit *e, const struct ir_insn *i, unsigned op)
{
    const unsigned n = in_xmm(e, i->n, i->vn, 0);
    const struct x64_rm m = operand_v(e, i->n, i->vm, 3);
    const unsigned t = fp_target(e, i);
    fp_begin(e, i);
    unsigned r = two(e, i->n, op, t, n, m);
    if (i->op == IR_VNMUL) r = fp_negate(e, i->n, t, r);
    fp_result(e, i, r);
    fp_end(e, i);
}

// ±v ± vn * vm, rounded twice.
static void accumulate(struct emit *e, const struct ir_insn *i)
{
    const bool minus_v = i->op == IR_VNMLA || i->op == IR_VNMLS;
    const bool minus_product = i->op == IR_VMLS || i->op == IR_VNMLA;
    const unsigned n = in_xmm(e, i->n, i->vn, 1);
    const struct x64_rm m = operand_v(e, i->n, i->vm, 3);
    unsigned d = in_xmm(e, i->n, i->v, 0);
    fp_begin(e, i);
    unsigned p = two(e, i->n, SSE_MUL, 1, n, m);
    if (minus_product) p = fp_negate(e, i->n, 1, p);
    if (minus_v) d = fp_negate(e, i->n, 0, d);
    fp_result(e, i, two(e, i->n, SSE_ADD, fp_target(e, i), d, x64_r(p)));
    fp_end(e, i);
}

// ±v ± vn * vm, rounded once. Which NaN comes out is another matter on the host, and a quiet one may hide an
// invalid product: any is the handler's.
static void fused(struct emit *e, const struct ir_insn *i)
{
    static const uint8_t opcodes[] = {0xb9, 0xbd, 0xbf, 0xbb}; // VF(N)M(ADD|SUB)231
    const struct x64_rm v = operand_v(e, i->n, i->v, 0);
    const unsigned n = in_xmm(e, i->n, i->vn, 1);
    const struct x64_rm m = operand_v(e, i->n, i->vm, 3);
    if (v.mem || v.base) emit_sse2(e, v.mem ? fp_scalar(i->n, 0x10) : 0x0f28, 0, v); // movsd, movss; movaps
    fp_begin(e, i);
    x64_vex(&e->a, i->n == 3 ? X64_VEX_W : 0, 0x660f3800u | opcodes[i->op - IR_VFMA], 0, n, m);
    nan_is_slow(e, i, 0);
    finish_clean_xmm(e, i->n, i->v, 0);
    fp_end(e, i);
}

static void root(struct emit *e, const struct ir_insn *i)
{
    const unsigned m = in_xmm(e, i->n, i->vm, 0);
    fp_begin(e, i);
    fp_result(e, i, two(e, i->n, SSE_SQRT, fp_target(e, i), m, x64_r(m)));
    fp_end(e, i);
}

// Of two zeros the host takes the second, so both orders are tried: +0 is the greater one. NaNs are the
// handler's.
static void extreme(struct emit *e, const struct ir_insn *i)
{
    const unsigned op = fp_scalar(i->n, i->op == IR_VMAXNM ? SSE_MAX : SSE_MIN);
    const unsigned n = in_xmm(e, i->n, i->vn, 0), m = in_xmm(e, i->n, i->vm, 1);
    emit_clobber(e);
    fp_begin(e, i);
    emit_sse2(e, fp_packed(i->n, 0x2e), n, x64_r(m)); // ucomis
    fp_slow_if(e, CC_P);
    emit_sse3(e, op, 2, n, x64_r(m));
    emit_sse3(e, op, 3, m, x64_r(n));
    emit_sse3(e, fp_packed(i->n, i->op == IR_VMAXNM ? SSE_AND : SSE_OR), 2, 2, x64_r(3));
    finish_xmm(e, i->n, i->v, 2);
    fp_end(e, i);
}

// The condition that the flags of a comparison will be asked for first; COND_AL: none in sight.
static unsigned next_condition(const struct ir_insn *i)
{
    bool moved = false;
    for (i++; i->op != IR_GOTO && i->op != IR_GOTO_REG && i->op != IR_LEAVE && i->op != IR_VCMP; i++) {
        if (i->op == IR_IF && moved) return i->cond;
        if (i->op == IR_VFLAGS) moved = true;
    }
    return COND_AL;
}

// UCOMIS: unordered ZF, PF, CF; less CF; equal ZF. With the operands swapped it serves the conditions that
// the other order does not.
static bool wants_swap(unsigned cond)
{
    return cond >= COND_CS && cond <= COND_LS && cond != COND_VS && cond != COND_VC;
}

static void compare(struct emit *e, const struct ir_insn *i)
{
    const bool swapped = wants_swap(next_condition(i));
    const enum fp_compare kind = swapped ? FP_COMPARE_SWAPPED : FP_COMPARE;
    emit_clobber(e);
    unsigned a = in_xmm(e, i->n, i->v, 0);
    struct x64_rm b = x64_r(1);
    if (i->vm == IR_NONE)
        emit_sse3(e, fp_packed(i->n, SSE_XOR), 1, 1, x64_r(1));
    else if (swapped)
        b = x64_r(in_xmm(e, i->n, i->vm, 1));
    else
        b = operand_v(e, i->n, i->vm, 1);
    fp_begin(e, i);
    if (swapped) {
        const unsigned t = a;
        a = (unsigned)b.base;
        b = x64_r(t);
    }
    emit_sse2(e, fp_packed(i->n, i->x ? 0x2f : 0x2e), a, b); // comis, ucomis
    if (e->fp_form & FP_FLUSH) fp_slow_if(e, CC_P);
    fp_end_compare(e, i, kind);
    x64_mov_imm(&e->a, x64_r(RAX), kind);
    x64_byte(&e->a, 0x9f); // lahf
    x64_op(&e->a, X64_16, 0x89, RAX, CPU_FIELD(host_fp.compared));
    e->flags.kind = swapped ? HOST_VCMP_SWAPPED : HOST_VCMP;
}

// FPSCR's N, Z, C, V become the flags.
void emit_vflags(struct emit *e)
{
    if (e->flags.kind != HOST_VCMP && e->flags.kind != HOST_VCMP_SWAPPED) {
        emit_clobber(e);
        x64_call_to(&e->a, e->shared->vflags);
        e->flags = (struct emit_flags){.saved = IR_NZCV};
        return;
    }
    const bool swapped = e->flags.kind == HOST_VCMP_SWAPPED;
    e->flags = (struct emit_flags){.host = IR_NZCV, .kind = swapped ? HOST_FLOAT_SWAPPED : HOST_FLOAT};
}

void emit_fpscr(struct emit *e, const struct ir_insn *i)
{
    if (i->op == IR_VMRS) {
        emit_clobber(e);
        x64_call_to(&e->a, e->shared->read_fpscr);
        finish(e, i->d, RAX);
        return;
    }
    emit_fp_mode(e, FP_GUEST);
    x64_load(&e->a, RAX, place(e, i->a));
    emit_clobber(e);
    x64_call_to(&e->a, e->shared->write_fpscr);
    x64_op(&e->a, X64_8, 0x84, RAX, x64_r(RAX)); // test
    emit_leave_if(e, i, CC_E);
}

void emit_arithmetic(struct emit *e, const struct ir_insn *i)
{
    if (e->fp_form & FP_CALL) {
        emit_call(e, i);
        return;
    }
    switch ((enum ir_op)i->op) {
    case IR_VADD: binary(e, i, SSE_ADD); break;
    case IR_VSUB: binary(e, i, SSE_SUB); break;
    case IR_VNMUL:
    case IR_VMUL: binary(e, i, SSE_MUL); break;
    case IR_VDIV: binary(e, i, SSE_DIV); break;
    case IR_VSQRT:
        // The root of a negative denormal would set the flag of an invalid operation.
        if ((e->fp_form & (FP_FLUSH | FP_NAN)) == (FP_FLUSH | FP_NAN))
            emit_call(e, i);
        else
            root(e, i);
        break;
    case IR_VCMP: compare(e, i); break;
    case IR_VMAXNM:
    case IR_VMINNM: extreme(e, i); break;
    case IR_VFMA:
    case IR_VFMS:
    case IR_VFNMA:
    case IR_VFNMS:
        if (host_has(HOST_FMA))
            fused(e, i);
        else
            emit_call(e, i);
        break;
    default: accumulate(e, i); break;
    }
}
