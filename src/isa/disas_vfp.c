// Formatters for the syntax templates of vfp.tbl (VFP).
#include "isa/disas.h"

#include <stddef.h>

static void fmt_sd(struct disas *d)
{
    dis_put(d, "s%d", d->in->rd);
}

static void fmt_sn(struct disas *d)
{
    dis_put(d, "s%d", d->in->rn);
}

static void fmt_sm(struct disas *d)
{
    dis_put(d, "s%d", d->in->rm);
}

// The second one of a pair of S registers.
static void fmt_sd1(struct disas *d)
{
    dis_put(d, "s%d", d->in->rd + 1);
}

static void fmt_sn1(struct disas *d)
{
    dis_put(d, "s%d", d->in->rn + 1);
}

static void fmt_dd(struct disas *d)
{
    dis_put(d, "d%d", d->in->rd);
}

static void fmt_dn(struct disas *d)
{
    dis_put(d, "d%d", d->in->rn);
}

static void fmt_dm(struct disas *d)
{
    dis_put(d, "d%d", d->in->rm);
}

static void fmt_vd(struct disas *d)
{
    if (d->in->flags & INSN_Q)
        dis_put(d, "q%d", d->in->rd >> 1);
    else
        fmt_dd(d);
}

// An 8-bit floating-point constant: the encoded number, and the value with 1, 3 or 7 decimals.
static void fmt_fpimm(struct disas *d)
{
    const uint32_t imm8 = (d->raw >> 12 & 0xf0) | (d->raw & 15);
    const uint32_t single =
        (imm8 & 0x80) << 24 | (imm8 & 0x40 ? 0x3e000000 : 0x40000000) | (imm8 & 0x3f) << 19;
    const int exponent = (int)((imm8 >> 4 & 7) ^ 4) - 3;                                       // of 1.ffff
    const uint32_t millionths10 = (16 + (imm8 & 15)) * (10000000u / 16 / 8) << (exponent + 3); // * 10^7
    const uint32_t integer = millionths10 / 10000000, fraction = millionths10 % 10000000;
    dis_put(d, "#%u\t@ 0x%08x %c%u.", imm8, single, imm8 & 0x80 ? '-' : ' ', integer);
    if (fraction % 1000000 == 0)
        dis_put(d, "%u", fraction / 1000000);
    else if (fraction % 10000 == 0)
        dis_put(d, "%03u", fraction / 10000);
    else
        dis_put(d, "%07u", fraction);
}

static void fmt_e(struct disas *d)
{
    if (d->in->flags & INSN_X) dis_put(d, "e");
}

static void fmt_bt(struct disas *d)
{
    dis_put(d, d->in->flags & INSN_X ? "t" : "b");
}

static void fmt_su(struct disas *d)
{
    dis_put(d, d->in->flags & INSN_UNS ? "u" : "s");
}

static void fmt_bits(struct disas *d)
{
    dis_put(d, "%d", 8 << d->in->size);
}

static void fmt_fbits(struct disas *d)
{
    dis_put(d, "#%d", (int32_t)d->in->imm);
}

static void fmt_sel(struct disas *d)
{
    static const char names[4][3] = {"eq", "vs", "ge", "gt"};
    dis_put(d, "%s", names[d->in->x & 3]);
}

static void fmt_rounding(struct disas *d)
{
    dis_put(d, "%c", "npmza"[d->in->x]);
}

static void fmt_lane(struct disas *d)
{
    dis_put(d, "%d", d->in->x);
}

static void put_address(struct disas *d, unsigned base)
{
    const int32_t imm = (int32_t)d->in->imm;
    dis_put(d, "[");
    dis_reg(d, base);
    if (imm < 0 || !(d->in->flags & INSN_ADD))
        dis_put(d, ", #-%d]", -imm);
    else if (imm)
        dis_put(d, ", #%d]", imm);
    else
        dis_put(d, "]");
    if (base == 15)
        dis_note_address(d, dis_pc_aligned(d) + d->in->imm);
    else
        d->comment = imm;
}

static void fmt_addr(struct disas *d)
{
    put_address(d, d->in->rn);
}

static void fmt_literal(struct disas *d)
{
    put_address(d, 15);
}

static bool is_multiple_load(const struct disas *d)
{
    return d->in->op == OP_VLDM_S || d->in->op == OP_VLDM_D;
}

static bool is_multiple_double(const struct disas *d)
{
    return d->in->op == OP_VLDM_D || d->in->op == OP_VSTM_D;
}

// FLDMX and FSTMX
static bool is_multiple_x(const struct disas *d)
{
    return is_multiple_double(d) && (d->in->imm & 1);
}

static bool is_push_or_pop(const struct disas *d)
{
    const bool add = d->in->flags & INSN_ADD;
    return d->in->rn == 13 && d->in->flags & INSN_WB && add == is_multiple_load(d) && !is_multiple_x(d);
}

static void fmt_multiple(struct disas *d)
{
    const bool load = is_multiple_load(d), x = is_multiple_x(d);
    if (is_push_or_pop(d))
        dis_put(d, load ? "vpop" : "vpush");
    else
        dis_put(d, "%c%sm%s%s", x ? 'f' : 'v', load ? "ld" : "st", d->in->flags & INSN_ADD ? "ia" : "db",
                x ? "x" : "");
}

static void fmt_list(struct disas *d)
{
    const char kind = is_multiple_double(d) ? 'd' : 's';
    const unsigned n = kind == 'd' ? d->in->imm / 2 : d->in->imm;
    if (!is_push_or_pop(d)) {
        dis_reg(d, d->in->rn);
        dis_put(d, d->in->flags & INSN_WB ? "!, " : ", ");
    }
    dis_put(d, "{%c%d", kind, d->in->rd);
    if (n > 1) dis_put(d, "-%c%d", kind, d->in->rd + n - 1);
    dis_put(d, is_multiple_x(d) ? "}\t@ Deprecated" : "}");
}

static void fmt_sysreg(struct disas *d)
{
    static const char *const names[16] = {
        [0] = "fpsid",    [1] = "fpscr",     [2] = "fpscr_nzcvqc", [5] = "mvfr2",
        [6] = "mvfr1",    [7] = "mvfr0",     [8] = "fpexc",        [9] = "fpinst",
        [10] = "fpinst2", [14] = "fpcxt_ns", [15] = "fpcxt_s",
    };
    const unsigned r = d->in->x & 15;
    if (names[r])
        dis_put(d, "%s", names[r]);
    else
        dis_put(d, "<impl def 0x%x>", r);
}

// Comment behind the registers that only some implementations have.
static void fmt_impl(struct disas *d)
{
    if (d->in->x == 9 || d->in->x == 10) dis_put(d, "\t@ Impl def");
}

const struct isa_formatter isa_vfp_formatters[] = {
    {"Sd", fmt_sd},       {"Sn", fmt_sn},         {"Sm", fmt_sm},     {"Sd1", fmt_sd1},
    {"Sn1", fmt_sn1},     {"Dd", fmt_dd},         {"Dn", fmt_dn},     {"Dm", fmt_dm},
    {"Vd", fmt_vd},       {"fpimm", fmt_fpimm},   {"e", fmt_e},       {"bt", fmt_bt},
    {"su", fmt_su},       {"bits", fmt_bits},     {"sel", fmt_sel},   {"rounding", fmt_rounding},
    {"fbits", fmt_fbits}, {"lane", fmt_lane},     {"addr", fmt_addr}, {"literal", fmt_literal},
    {"list", fmt_list},   {"sysreg", fmt_sysreg}, {"impl", fmt_impl}, {"multiple", fmt_multiple},
    {NULL, NULL},
};
