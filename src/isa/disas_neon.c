// Formatters for the syntax templates of neon.tbl (Advanced SIMD).
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "isa/disas.h"

static void put_vector(struct disas *d, unsigned r, bool quad)
{
    if (quad)
        dis_put(d, "q%u", r >> 1);
    else
        dis_put(d, "d%u", r);
}

static bool is_quad(const struct disas *d)
{
    return d->in->flags & INSN_Q;
}

static void fmt_vd(struct disas *d)
{
    put_vector(d, d->in->rd, is_quad(d));
}

static void fmt_vn(struct disas *d)
{
    put_vector(d, d->in->rn, is_quad(d));
}

static void fmt_vm(struct disas *d)
{
    put_vector(d, d->in->rm, is_quad(d));
}

static void fmt_dd(struct disas *d)
{
    put_vector(d, d->in->rd, false);
}

static void fmt_dn(struct disas *d)
{
    put_vector(d, d->in->rn, false);
}

static void fmt_dm(struct disas *d)
{
    put_vector(d, d->in->rm, false);
}

static void fmt_qd(struct disas *d)
{
    put_vector(d, d->in->rd, true);
}

static void fmt_qn(struct disas *d)
{
    put_vector(d, d->in->rn, true);
}

static void fmt_qm(struct disas *d)
{
    put_vector(d, d->in->rm, true);
}

// {bits}: of an element; {it}, {st}: with i, or with s or u; {it2}, {st2}, {ss2}: twice as wide, with i, s or
// u, s.
static void fmt_bits(struct disas *d)
{
    dis_put(d, "%d", 8 << d->in->size);
}

static void fmt_it(struct disas *d)
{
    dis_put(d, "i%d", 8 << d->in->size);
}

static void fmt_st(struct disas *d)
{
    dis_put(d, "%c%d", d->in->flags & INSN_UNS ? 'u' : 's', 8 << d->in->size);
}

static void fmt_it2(struct disas *d)
{
    dis_put(d, "i%d", 16 << d->in->size);
}

static void fmt_st2(struct disas *d)
{
    dis_put(d, "%c%d", d->in->flags & INSN_UNS ? 'u' : 's', 16 << d->in->size);
}

static void fmt_ss2(struct disas *d)
{
    dis_put(d, "s%d", 16 << d->in->size);
}

static void fmt_su(struct disas *d)
{
    dis_put(d, "%c", d->in->flags & INSN_UNS ? 'u' : 's');
}

// {turn}: of complex numbers
static void fmt_turn(struct disas *d)
{
    dis_put(d, "#%d", 90 * d->in->y);
}

static void fmt_scalar(struct disas *d)
{
    dis_put(d, "d%d[%d]", d->in->rm, d->in->x);
}

// {shift}: an amount, or fraction bits
static void fmt_shift(struct disas *d)
{
    dis_put(d, "#%u", d->in->imm);
}

// {shift_left}: one that objdump repeats in hexadecimal
static void fmt_shift_left(struct disas *d)
{
    fmt_shift(d);
    d->comment = d->in->imm;
}

static void fmt_rounding(struct disas *d)
{
    dis_put(d, "%c", "npmza"[d->in->x]);
}

// {table}: the registers of VTBL
static void fmt_table(struct disas *d)
{
    dis_put(d, "{d%d", d->in->rn);
    if (d->in->x > 1) dis_put(d, "-d%d", d->in->rn + d->in->x - 1);
    dis_put(d, "}");
}

static void put_float(struct disas *d, uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    char text[32];
    snprintf(text, sizeof text, "%.7g", (double)f);
    dis_put(d, "#%s\t@ 0x%08x", text, bits);
}

// {imm}: a modified immediate, as it is encoded: decimal, and in hexadecimal of the element's width
static void fmt_imm(struct disas *d)
{
    const uint32_t imm8 = (d->raw >> 17 & 0x80) | (d->raw >> 12 & 0x70) | (d->raw & 15);
    const uint32_t cmode = d->raw >> 8 & 15;
    if (cmode == 15) {
        put_float(d, d->in->imm);
    } else if (d->in->op == OP_VMOV_IMM64) {
        uint64_t v = 0;
        for (unsigned i = 0; i < 8; i++)
            if (imm8 >> i & 1) v |= 0xffull << 8 * i;
        dis_put(d, "#0x%016llx", (unsigned long long)v);
    } else if (cmode == 14) {
        dis_put(d, "#%u\t@ 0x%02x", imm8, imm8);
    } else if (cmode >= 12) {
        const uint32_t v = cmode & 1 ? imm8 << 16 | 0xffff : imm8 << 8 | 0xff;
        dis_put(d, "#%u\t@ 0x%08x", v, v);
    } else if (cmode >= 8) {
        const uint32_t v = imm8 << 4 * (cmode & 2);
        dis_put(d, "#%u\t@ 0x%04x", v, v);
    } else {
        const uint32_t v = imm8 << 4 * (cmode & 6);
        dis_put(d, "#%d\t@ 0x%08x", (int32_t)v, v);
    }
}

// Of a load or store: how many registers it names, and how far they lie apart.
static void register_list(const struct insn *in, unsigned *n, unsigned *step)
{
    *n = 0;
    *step = in->y;
    switch ((enum op)in->op) {
    case OP_VLD1_MULT:
    case OP_VST1_MULT:
    case OP_VLD1_ALL:
        *n = in->y;
        *step = 1;
        break;
    case OP_VLD1_LANE:
    case OP_VST1_LANE: *n = 1; break;
    case OP_VLD2_MULT:
    case OP_VST2_MULT:
        *n = 2 * in->ra;
        if (in->ra == 2) *step = 1;
        break;
    case OP_VLD2_LANE:
    case OP_VST2_LANE:
    case OP_VLD2_ALL: *n = 2; break;
    case OP_VLD3_MULT:
    case OP_VST3_MULT:
    case OP_VLD3_LANE:
    case OP_VST3_LANE:
    case OP_VLD3_ALL: *n = 3; break;
    case OP_VLD4_MULT:
    case OP_VST4_MULT:
    case OP_VLD4_LANE:
    case OP_VST4_LANE:
    case OP_VLD4_ALL: *n = 4; break;
    default: break;
    }
}

static void fmt_regs(struct disas *d)
{
    const struct insn *in = d->in;
    const bool single = d->raw >> 23 & 1, all = single && (d->raw >> 10 & 3) == 3;
    char lane[8] = "";
    if (all)
        snprintf(lane, sizeof lane, "[]");
    else if (single)
        snprintf(lane, sizeof lane, "[%d]", in->x);
    unsigned n, step;
    register_list(in, &n, &step);
    dis_put(d, "{");
    if (step == 1 && n > 1 && (!single || all)) {
        dis_put(d, "d%d%s-d%d%s", in->rd, lane, in->rd + n - 1, lane);
    } else {
        for (unsigned i = 0; i < n; i++)
            dis_put(d, "%sd%d%s", i ? "," : "", in->rd + i * step, lane);
    }
    dis_put(d, "}");
}

static void fmt_address(struct disas *d)
{
    dis_put(d, "[");
    dis_reg(d, d->in->rn);
    if (d->in->shift_n) dis_put(d, " :%d", 8 * d->in->shift_n);
    dis_put(d, "]");
    if (d->in->rm == 13) {
        dis_put(d, "!");
    } else if (d->in->rm != 15) {
        dis_put(d, ", ");
        dis_reg(d, d->in->rm);
    }
}

const struct isa_formatter isa_neon_formatters[] = {
    {"Vd", fmt_vd},
    {"Vn", fmt_vn},
    {"Vm", fmt_vm},
    {"Dd", fmt_dd},
    {"Dn", fmt_dn},
    {"Dm", fmt_dm},
    {"Qd", fmt_qd},
    {"Qn", fmt_qn},
    {"Qm", fmt_qm},
    {"bits", fmt_bits},
    {"it", fmt_it},
    {"st", fmt_st},
    {"it2", fmt_it2},
    {"st2", fmt_st2},
    {"ss2", fmt_ss2},
    {"scalar", fmt_scalar},
    {"shift", fmt_shift},
    {"shift_left", fmt_shift_left},
    {"table", fmt_table},
    {"imm", fmt_imm},
    {"regs", fmt_regs},
    {"address", fmt_address},
    {"rounding", fmt_rounding},
    {"su", fmt_su},
    {"turn", fmt_turn},
    {NULL, NULL},
};
