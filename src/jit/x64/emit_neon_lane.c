// Operations on vectors: single elements, from and to core registers and into all places.
#include "jit/x64/emit_neon.h"

enum { MOVD = P(0x6e), MOVD_TO = P(0x7e), PINSRW = P(0xc4), PEXTRW = P(0xc5), PUNPCKLBW = P(0x60) };
enum { PINSRB = P3A(0x20), PINSRD = P3A(0x22) };
enum { BROADCASTB = P38(0x78), BROADCASTW = P38(0x79) };

void vec_splat(struct emit *e, unsigned lane, unsigned d, unsigned a, unsigned x)
{
    if (lane == 2) {
        vec_shuffle(e, PSHUFD, d, x64_r(a), x * 0x55);
        return;
    }
    if (x && lane == 0) vec_shift(e, VEC_SHIFT_RIGHT, 3, d, a, 8 * x);
    if (x && lane == 0) a = d;
    if (host_has(HOST_AVX2) && (x == 0 || lane == 0)) {
        emit_sse2(e, lane ? BROADCASTW : BROADCASTB, d, x64_r(a));
        return;
    }
    if (lane == 0) vec_op(e, PUNPCKLBW, d, a, a);
    vec_shuffle(e, PSHUFLW, d, x64_r(lane ? a : d), lane ? x * 0x55 : 0);
    vec_op(e, PUNPCKLQDQ, d, d, d);
}

void emit_vec_dup(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = vec_target(e, i, 0, false);
    emit_sse2(e, MOVD, t, place(e, i->a));
    vec_splat(e, i->lane, t, t, 0);
    vec_result(e, i, t);
}

void emit_vec_dup_lane(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = vec_target(e, i, 0, false);
    vec_splat(e, i->lane, t, vec_m(e, i, 0), i->x);
    vec_result(e, i, t);
}

// An element in struct cpu.
static struct x64_rm element(struct x64_rm v, unsigned lane, unsigned x)
{
    v.disp += (int32_t)(x << lane);
    return v;
}

// EAX becomes an element of a register, without SSE4.1: words, or one half of a word.
static void insert(struct emit *e, unsigned lane, unsigned x, unsigned t)
{
    if (lane == 0) {
        emit_clobber(e);
        emit_sse2(e, PEXTRW, RCX, x64_r(t));
        x64_byte(&e->a, x / 2);
        x64_op(&e->a, 0, 0x0fb6, RAX, x64_r(RAX)); // movzx eax, al
        x64_group1(&e->a, 0, 4, x64_r(RCX), x & 1 ? 0x00ff : 0xff00);
        if (x & 1) {
            x64_op(&e->a, 0, 0xc1, 4, x64_r(RAX)); // shl eax, 8
            x64_byte(&e->a, 8);
        }
        x64_op(&e->a, 0, 0x0b, RAX, x64_r(RCX)); // or
    }
    emit_sse3(e, PINSRW, t, t, x64_r(RAX));
    x64_byte(&e->a, lane == 0 ? x / 2 : lane == 1 ? x : 2 * x);
    if (lane < 2) return;
    emit_clobber(e);
    x64_op(&e->a, 0, 0xc1, 5, x64_r(RAX)); // shr eax, 16
    x64_byte(&e->a, 16);
    emit_sse3(e, PINSRW, t, t, x64_r(RAX));
    x64_byte(&e->a, 2 * x + 1);
}

void vec_put_element(struct emit *e, unsigned lane, unsigned v, unsigned x, unsigned from)
{
    const unsigned d = in_xmm(e, 3, v, 3), t = dest_xmm(e, 3, v, 3);
    vec_copy(e, t, d);
    if (lane == 1 || host_has(HOST_SSE41)) {
        static const uint32_t op[] = {PINSRB, PINSRW, PINSRD};
        emit_sse3(e, op[lane], t, t, x64_r(from));
        x64_byte(&e->a, x);
    } else {
        x64_mov(&e->a, RAX, from);
        insert(e, lane, x, t);
    }
    finish_xmm(e, 3, v, t);
}

void emit_vec_put(struct emit *e, const struct ir_insn *i)
{
    vec_put_element(e, i->lane, i->v, i->x, in_reg(e, i->a, RAX));
}

void vec_get_element(struct emit *e, unsigned lane, bool u, unsigned v, unsigned x, unsigned to)
{
    struct x64_rm from = operand_v(e, 3, v, 0);
    if (from.mem) {
        from = element(from, lane, x);
    } else if (lane == 2) {
        if (x) vec_shuffle(e, PSHUFD, 0, from, 0x55);
        emit_sse2(e, MOVD_TO, x ? 0 : (unsigned)from.base, x64_r(to));
        return;
    } else {
        emit_sse2(e, PEXTRW, RAX, from);
        x64_byte(&e->a, lane ? x : x / 2);
        if (lane == 0 && x & 1) {
            emit_clobber(e);
            x64_op(&e->a, 0, 0xc1, 5, x64_r(RAX)); // shr eax, 8
            x64_byte(&e->a, 8);
        }
        from = x64_r(RAX);
    }
    static const uint16_t load[3][2] = {{0x0fbe, 0x0fb6}, {0x0fbf, 0x0fb7}, {0x8b, 0x8b}};
    x64_op(&e->a, lane ? 0 : X64_8, load[lane][u], to, from);
}

void emit_vec_get(struct emit *e, const struct ir_insn *i)
{
    const unsigned t = dest(e, i->d, RAX);
    vec_get_element(e, i->lane, i->mode & IR_UNSIGNED, i->vn, i->x, t);
    finish(e, i->d, t);
}
