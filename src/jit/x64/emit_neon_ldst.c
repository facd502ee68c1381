// Loads and stores of several D registers: Q registers in one piece where they are whole.
#include "ir/vector.h"
#include "jit/x64/emit_neon_ldst.h"

enum { MOVUPS = 0x0f10, MOVUPS_TO = 0x0f11, MOVQ = (int)0xf3000f7e, MOVQ_TO = P(0xd6) };
enum { BROADCASTSS = P38(0x18) };
enum { MOVD = P(0x6e), MOVD_TO = P(0x7e) };

static struct x64_rm plus(struct x64_rm m, uint32_t bytes)
{
    m.disp += (int32_t)bytes;
    return m;
}

static void site(struct emit *e, const struct ir_insn *i)
{
    emit_access_site(e, i);
    if (!e->tlb && !e->a.full) e->sites[e->nsites - 1].leave |= i->x;
}

// Registers in the order of memory. A Q register that is only memory's is stored as two, for it may have been
// written as such: the host would wait for both. One whose parts have homes is loaded as two.
enum { PIECES = 32 };
static unsigned pieces(struct emit *e, const struct ir_insn *i, struct ir_vuse out[PIECES])
{
    struct ir_vuse whole[IR_VUSES];
    const unsigned n = ir_vector_use(i, whole);
    unsigned count = 0;
    for (unsigned k = 0; k < n; k++) {
        const unsigned v = whole[k].v;
        out[count++] = whole[k];
        if (whole[k].size != 4 || emit_vector_home(e, 4, v) ||
            (i->op == IR_STVM ? emit_vector_copy(e, 4, v) : !emit_vector_has_home(e, 4, v)))
            continue;
        out[count - 1].size = 3, out[count - 1].v = (uint8_t)(2 * v);
        out[count] = out[count - 1];
        out[count++].v = (uint8_t)(2 * v + 1);
    }
    return count;
}

// The first piece waits until the last one has been found to be there: memory faults by pages, and there are
// at most two.
static void load_many(struct emit *e, const struct ir_insn *i)
{
    struct ir_vuse p[PIECES];
    const unsigned n = pieces(e, i, p);
    const struct x64_rm m = emit_access(e, i, 8u * i->n, false);
    for (unsigned turn = 0; turn < n; turn++) {
        const unsigned k = turn == 0 ? 0 : turn == 1 ? n - 1 : turn - 1;
        uint32_t offset = 0;
        for (unsigned j = 0; j < k; j++)
            offset += 1u << p[j].size;
        const unsigned x = k == 0 && n > 1 ? 0 : dest_xmm(e, p[k].size, p[k].v, 1);
        if (k)
            emit_access_site_above(e, i);
        else
            site(e, i);
        emit_sse2(e, p[k].size == 4 ? MOVUPS : MOVQ, x, plus(m, offset));
        if (k || n == 1) finish_xmm(e, p[k].size, p[k].v, x);
    }
    if (n > 1) finish_xmm(e, p[0].size, p[0].v, 0);
}

static void store_many(struct emit *e, const struct ir_insn *i)
{
    struct ir_vuse p[PIECES];
    const unsigned n = pieces(e, i, p);
    const struct x64_rm m = emit_access(e, i, 8u * i->n, true);
    uint32_t offset = 0;
    for (unsigned k = 0; k < n; k++) {
        const unsigned x = in_xmm(e, p[k].size, p[k].v, k & 3);
        site(e, i);
        emit_sse2(e, p[k].size == 4 ? MOVUPS_TO : MOVQ_TO, x, plus(m, offset));
        offset += 1u << p[k].size;
    }
}

static unsigned element(const struct ir_insn *i, unsigned k)
{
    return (i->v + k * i->vm) & 31;
}

// The base in RCX or its own register: EAX carries elements.
static struct x64_rm structure(struct emit *e, const struct ir_insn *i, bool write)
{
    if (e->tlb) return emit_access_rcx(e, i, (unsigned)i->vn << i->lane, write);
    return (struct x64_rm){.mem = true, .gs = true, .base = (int8_t)in_reg(e, i->a, RCX), .index = -1};
}

static void load_element(struct emit *e, const struct ir_insn *i, struct x64_rm m, unsigned k)
{
    static const uint16_t op[] = {0x0fb6, 0x0fb7, 0x8b};
    m.disp = (int32_t)(k << i->lane);
    emit_access_site(e, i);
    x64_op(&e->a, 0, op[i->lane], RAX, m);
}

// All elements are there before the first register changes: in XMM registers, the last one in EAX.
static void load_lane(struct emit *e, const struct ir_insn *i)
{
    const struct x64_rm m = structure(e, i, false);
    for (unsigned k = 0; k < i->vn; k++) {
        load_element(e, i, m, k);
        if (k + 1u < i->vn) emit_sse2(e, MOVD, k, x64_r(RAX));
    }
    for (unsigned k = i->vn; k-- > 0;) {
        if (k + 1u < i->vn) emit_sse2(e, MOVD_TO, k, x64_r(RAX));
        vec_put_element(e, i->lane, element(i, k), i->x, RAX);
    }
}

static void store_lane(struct emit *e, const struct ir_insn *i)
{
    static const uint8_t op[] = {0x88, 0x89, 0x89}, width[] = {X64_8, X64_16, 0};
    struct x64_rm m = structure(e, i, true);
    for (unsigned k = 0; k < i->vn; k++) {
        vec_get_element(e, i->lane, true, element(i, k), i->x, RAX);
        m.disp = (int32_t)(k << i->lane);
        emit_access_site(e, i);
        x64_op(&e->a, width[i->lane], op[i->lane], RAX, m);
    }
}

static void put_all(struct emit *e, const struct ir_insn *i, unsigned k, unsigned x)
{
    const unsigned d = element(i, k);
    if (i->x == 2 && !(d & 1)) {
        finish_xmm(e, 4, d / 2, x);
        return;
    }
    for (unsigned j = 0; j < i->x; j++)
        finish_xmm(e, 3, (d + j) & 31, x);
}

// One word to all elements of a Q register, in one instruction of the host's.
static bool broadcasts(const struct ir_insn *i)
{
    return host_has(HOST_AVX) && i->vn == 1 && i->lane == 2 && i->x == 2 && !(i->v & 1);
}

static void load_all(struct emit *e, const struct ir_insn *i)
{
    const struct x64_rm m = structure(e, i, false);
    if (broadcasts(i)) {
        const unsigned t = dest_xmm(e, 4, i->v / 2, 0);
        emit_access_site(e, i);
        emit_sse2(e, BROADCASTSS, t, m);
        finish_xmm(e, 4, i->v / 2, t);
        return;
    }
    for (unsigned k = 0; k < i->vn; k++) {
        if (i->lane == 2) {
            struct x64_rm at = m;
            at.disp = (int32_t)(4 * k);
            emit_access_site(e, i);
            emit_sse2(e, MOVD, k, at);
        } else {
            load_element(e, i, m, k);
            emit_sse2(e, MOVD, k, x64_r(RAX));
        }
    }
    for (unsigned k = 0; k < i->vn; k++) {
        vec_splat(e, i->lane, k, k, 0);
        put_all(e, i, k, k);
    }
}

void emit_neon_ldst(struct emit *e, const struct ir_insn *i)
{
    switch ((enum ir_op)i->op) {
    case IR_LDVM: load_many(e, i); break;
    case IR_STVM: store_many(e, i); break;
    case IR_LDVS: emit_load_structures(e, i); break;
    case IR_STVS: emit_store_structures(e, i); break;
    case IR_LDVL: load_lane(e, i); break;
    case IR_STVL: store_lane(e, i); break;
    default: load_all(e, i); break; // IR_LDVA
    }
}
