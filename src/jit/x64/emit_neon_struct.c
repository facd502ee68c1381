// Structures of two, three or four elements: memory in XMM0 and XMM1 becomes registers, and back. A pair of D
// registers is one XMM register's halves.
#include "jit/x64/emit_neon_ldst.h"

enum {
    MOVUPS = 0x0f10,
    MOVUPS_TO = 0x0f11,
    MOVHPS = 0x0f16,
    MOVHPS_TO = 0x0f17,
    MOVQ = (int)0xf3000f7e,
    MOVQ_TO = P(0xd6),
    SHUFPS = 0x0fc6,
    PACKUSWB = P(0x67),
    PSHUFHW = (int)0xf3000f70,
    PSHUFB = P38(0x00),
};

// Elements of `lane` of two registers' lower or upper halves, in turns.
static void unpack(struct emit *e, bool high, unsigned lane, unsigned d, unsigned a, unsigned b)
{
    static const uint8_t op[2][4] = {{0x60, 0x61, 0x62, 0x6c}, {0x68, 0x69, 0x6a, 0x6d}};
    vec_op(e, P(op[high][lane]), d, a, b);
}

static void shuffle2(struct emit *e, unsigned d, unsigned a, unsigned b, unsigned imm)
{
    vec_op(e, SHUFPS, d, a, b);
    x64_byte(&e->a, imm);
}

// Changes x.
static void put_high(struct emit *e, unsigned d, unsigned x)
{
    if (emit_vector_has_home(e, 3, d)) {
        vec_shift(e, VEC_SHIFT_BYTES, 3, x, x, 8);
        finish_xmm(e, 3, d, x);
    } else {
        emit_sse2(e, MOVHPS_TO, x, place_v(e, 3, d));
    }
}

static void put_pair(struct emit *e, unsigned low, unsigned high, unsigned x)
{
    finish_xmm(e, 3, low, x);
    put_high(e, high, x);
}

static unsigned get_pair(struct emit *e, unsigned low, unsigned high, unsigned scratch)
{
    const unsigned l = in_xmm(e, 3, low, scratch);
    const struct x64_rm h = operand_v(e, 3, high, NO_XMM);
    emit_sse3(e, h.mem ? MOVHPS : PUNPCKLQDQ, scratch, l, h);
    return scratch;
}

static unsigned element(const struct ir_insn *i, unsigned k)
{
    return (i->v + k * i->vm) & 31;
}

// Register number k of two sets side by side: a Q register, or two D registers that are none.
static void put_wide(struct emit *e, const struct ir_insn *i, unsigned k, unsigned x)
{
    const unsigned d = element(i, k);
    if (d & 1)
        put_pair(e, d, (d + 1) & 31, x);
    else
        finish_xmm(e, 4, d / 2, x);
}

static unsigned get_wide(struct emit *e, const struct ir_insn *i, unsigned k, unsigned scratch)
{
    const unsigned d = element(i, k);
    return d & 1 ? get_pair(e, d, (d + 1) & 31, scratch) : in_xmm(e, 4, d / 2, scratch);
}

// Byte number p of what a shuffle makes comes from byte A of XMM0, or byte B of XMM1.
#define BYTES(from, s, X)                                                                                    \
    {                                                                                                        \
        X(from(s, 0)), X(from(s, 1)), X(from(s, 2)), X(from(s, 3)), X(from(s, 4)), X(from(s, 5)),            \
            X(from(s, 6)), X(from(s, 7)), X(from(s, 8)), X(from(s, 9)), X(from(s, 10)), X(from(s, 11)),      \
            X(from(s, 12)), X(from(s, 13)), X(from(s, 14)), X(from(s, 15))                                   \
    }
#define A(n)              ((n) < 16 ? (n) : 0x80)
#define B(n)              ((n) >= 16 && (n) < 24 ? (n)-16 : 0x80)
#define NOTHING           0xff
#define IN_ELEMENT(s, p)  ((p) & ((1 << (s)) - 1))
#define LOADED(s, k, p)   (((3 * ((p) >> (s)) + (k)) << (s)) + IN_ELEMENT(s, p))
#define LOAD_FIRST(s, p)  LOADED(s, (p) / 8, (p) % 8) // registers 0 and 1
#define LOAD_LAST(s, p)   ((p) < 8 ? LOADED(s, 2, p) : NOTHING)
#define STORED(s, n, p)   (8 * ((n) % 3) + (((n) / 3) << (s)) + IN_ELEMENT(s, p)) // element n in memory
#define STORE_FIRST(s, p) STORED(s, (p) >> (s), p)
#define STORE_LAST(s, p)  ((p) < 8 ? STORED(s, ((p) + 16) >> (s), p) : NOTHING)
#define SHUFFLES(from)                                                                                       \
    {                                                                                                        \
        {BYTES(from, 0, A), BYTES(from, 0, B)},                                                              \
        {                                                                                                    \
            BYTES(from, 1, A), BYTES(from, 1, B)                                                             \
        }                                                                                                    \
    }
static const _Alignas(16) uint8_t shuffles[4][2][2][16] = {SHUFFLES(LOAD_FIRST), SHUFFLES(LOAD_LAST),
                                                           SHUFFLES(STORE_FIRST), SHUFFLES(STORE_LAST)};
enum { FIRST_LOADED, LAST_LOADED, FIRST_STORED, LAST_STORED };

static unsigned table_register(const struct emit *e)
{
    return e->tlb ? RAX : RCX;
}

// d = bytes of a and b. The table's address is in a register that the access does not need.
static void collect(struct emit *e, unsigned which, const struct ir_insn *i, unsigned d, unsigned a,
                    unsigned b)
{
    const int32_t at = (int32_t)((const uint8_t *)shuffles[which][i->lane] - (const uint8_t *)shuffles);
    const unsigned table = table_register(e);
    emit_sse3(e, PSHUFB, d, a, x64_m(table, at));
    emit_sse3(e, PSHUFB, 3, b, x64_m(table, at + 16));
    vec_op(e, POR, d, d, 3);
}

static void point_at_shuffles(struct emit *e)
{
    x64_mov_imm64(&e->a, table_register(e), (uint64_t)(uintptr_t)shuffles);
}

void vec_part(struct emit *e, unsigned lane)
{
    if (lane == 0) {
        vec_ones(e, 3);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 3, 3, 8);
        vec_op(e, PAND, 2, 0, 3);
        vec_op(e, PAND, 3, 3, 1);
        vec_op(e, PACKUSWB, 2, 2, 3);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 0, 0, 8);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 1, 1, 8);
        vec_op(e, PACKUSWB, 0, 0, 1);
        return;
    }
    for (unsigned x = 0; lane == 1 && x < 2; x++) {
        vec_shuffle(e, PSHUFLW, x, x64_r(x), 0xd8);
        vec_shuffle(e, PSHUFHW, x, x64_r(x), 0xd8);
    }
    shuffle2(e, 2, 0, 1, 0x88);
    shuffle2(e, 0, 0, 1, 0xdd);
}

void vec_part_half(struct emit *e, unsigned lane)
{
    if (lane == 0) {
        vec_ones(e, 1);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 1, 1, 8);
        vec_op(e, PAND, 1, 1, 0);
        vec_shift(e, VEC_SHIFT_RIGHT, 1, 0, 0, 8);
        vec_op(e, PACKUSWB, 1, 1, 0);
        emit_sse2(e, MOVAPS, 0, x64_r(1));
        return;
    }
    if (lane == 1) {
        vec_shuffle(e, PSHUFLW, 0, x64_r(0), 0xd8);
        vec_shuffle(e, PSHUFHW, 0, x64_r(0), 0xd8);
    }
    vec_shuffle(e, PSHUFD, 0, x64_r(0), 0xd8);
}

static void load_2(struct emit *e, const struct ir_insn *i)
{
    if (i->x == 1) {
        vec_part_half(e, i->lane);
        put_pair(e, element(i, 0), element(i, 1), 0);
        return;
    }
    vec_part(e, i->lane);
    put_wide(e, i, 0, 2);
    put_wide(e, i, 1, 0);
}

static void load_3(struct emit *e, const struct ir_insn *i)
{
    if (i->lane == 2) {
        shuffle2(e, 2, 0, 1, 0x49); // b0 c0 b1 c1
        vec_shuffle(e, PSHUFD, 2, x64_r(2), 0xd8);
        vec_shuffle(e, PSHUFD, 0, x64_r(0), 0x0c);
        finish_xmm(e, 3, element(i, 0), 0);
        put_pair(e, element(i, 1), element(i, 2), 2);
        return;
    }
    point_at_shuffles(e);
    collect(e, FIRST_LOADED, i, 2, 0, 1);
    put_pair(e, element(i, 0), element(i, 1), 2);
    collect(e, LAST_LOADED, i, 2, 0, 1);
    finish_xmm(e, 3, element(i, 2), 2);
}

// Perfect shuffles until each element's are together.
static void load_4(struct emit *e, const struct ir_insn *i)
{
    unsigned a = 0, b = 1, spare = 2;
    for (unsigned round = i->lane; round < 3; round++) {
        unpack(e, false, i->lane, spare, a, b);
        unpack(e, true, i->lane, a, a, b);
        const unsigned low = spare;
        spare = b;
        b = a;
        a = low;
    }
    put_pair(e, element(i, 0), element(i, 1), a);
    put_pair(e, element(i, 2), element(i, 3), b);
}

void emit_load_structures(struct emit *e, const struct ir_insn *i)
{
    const unsigned bytes = 8u * i->vn * i->x;
    struct x64_rm m = emit_access(e, i, bytes, false);
    emit_access_site(e, i);
    emit_sse2(e, MOVUPS, 0, m);
    if (bytes > 16) {
        m.disp += 16;
        emit_access_site(e, i);
        emit_sse2(e, bytes == 24 ? MOVQ : MOVUPS, 1, m);
    }
    if (i->vn == 2)
        load_2(e, i);
    else if (i->vn == 3)
        load_3(e, i);
    else
        load_4(e, i);
}

static void store(struct emit *e, const struct ir_insn *i, unsigned op, unsigned x, struct x64_rm m, int at)
{
    m.disp += at;
    emit_access_site(e, i);
    emit_sse2(e, op, x, m);
}

static void store_2(struct emit *e, const struct ir_insn *i, struct x64_rm m)
{
    if (i->x == 1) {
        const unsigned a = in_xmm(e, 3, element(i, 0), 0), b = in_xmm(e, 3, element(i, 1), 1);
        unpack(e, false, i->lane, 0, a, b);
        store(e, i, MOVUPS_TO, 0, m, 0);
        return;
    }
    const unsigned a = get_wide(e, i, 0, 0), b = get_wide(e, i, 1, 1);
    unpack(e, false, i->lane, 2, a, b);
    store(e, i, MOVUPS_TO, 2, m, 0);
    unpack(e, true, i->lane, 0, a, b);
    store(e, i, MOVUPS_TO, 0, m, 16);
}

static void store_3(struct emit *e, const struct ir_insn *i, struct x64_rm m)
{
    if (i->lane == 2) {
        const unsigned a = in_xmm(e, 3, element(i, 0), 0), b = in_xmm(e, 3, element(i, 1), 1);
        unpack(e, false, 2, 0, a, b);
        shuffle2(e, 1, in_xmm(e, 3, element(i, 2), 1), 0, 0xe4);
        vec_shuffle(e, PSHUFD, 1, x64_r(1), 0x78); // c0 a1 b1 c1
        unpack(e, false, 3, 0, 0, 1);
        store(e, i, MOVUPS_TO, 0, m, 0);
        store(e, i, MOVHPS_TO, 1, m, 16);
        return;
    }
    const unsigned a = get_pair(e, element(i, 0), element(i, 1), 0), b = in_xmm(e, 3, element(i, 2), 1);
    point_at_shuffles(e);
    collect(e, FIRST_STORED, i, 2, a, b);
    store(e, i, MOVUPS_TO, 2, m, 0);
    collect(e, LAST_STORED, i, 2, a, b);
    store(e, i, MOVQ_TO, 2, m, 16);
}

static void store_4(struct emit *e, const struct ir_insn *i, struct x64_rm m)
{
    for (unsigned k = 0; k < 2; k++) {
        const unsigned a = in_xmm(e, 3, element(i, 2 * k), k), b = in_xmm(e, 3, element(i, 2 * k + 1), 2);
        unpack(e, false, i->lane, k, a, b);
    }
    unpack(e, false, i->lane + 1u, 2, 0, 1);
    store(e, i, MOVUPS_TO, 2, m, 0);
    unpack(e, true, i->lane + 1u, 0, 0, 1);
    store(e, i, MOVUPS_TO, 0, m, 16);
}

void emit_store_structures(struct emit *e, const struct ir_insn *i)
{
    const struct x64_rm m = emit_access_rcx(e, i, 8u * i->vn * i->x, true);
    if (i->vn == 2)
        store_2(e, i, m);
    else if (i->vn == 3)
        store_3(e, i, m);
    else
        store_4(e, i, m);
}
