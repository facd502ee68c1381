// Formatters for the syntax templates of a32.tbl, t16.tbl and t32.tbl; the first ones are everybody's.
#include "isa/disas.h"

#include <string.h>

#include "isa/expand.h"

static const char shift_names[4][4] = {"lsl", "lsr", "asr", "ror"};

// A decimal immediate; what is large is repeated in hexadecimal behind the instruction.
static void put_imm(struct disas *d, uint32_t imm)
{
    d->comment = (int32_t)imm;
    dis_put(d, "#%d", (int32_t)imm);
}

static void fmt_cond(struct disas *d)
{
    static const char names[16][3] = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                      "hi", "ls", "ge", "lt", "gt", "le", "",   ""};
    dis_put(d, "%s", d->it && d->in->cond == COND_AL ? "al" : names[d->in->cond & 15]);
}

static void fmt_s(struct disas *d)
{
    if (d->in->flags & INSN_S) dis_put(d, "s");
}

static void fmt_rd(struct disas *d)
{
    dis_reg(d, d->in->rd);
}

static void fmt_rd_number(struct disas *d)
{
    dis_put(d, "r%d", d->in->rd);
}

static void fmt_rn(struct disas *d)
{
    dis_reg(d, d->in->rn);
}

static void fmt_rm(struct disas *d)
{
    dis_reg(d, d->in->rm);
}

static void fmt_ra(struct disas *d)
{
    dis_reg(d, d->in->ra);
}

// {shift}: of the second operand, nothing for LSL #0.
static void fmt_shift(struct disas *d)
{
    const struct insn *in = d->in;
    if (in->shift_type == SHIFT_RRX)
        dis_put(d, ", rrx");
    else if (in->shift_n)
        dis_put(d, ", %s #%d", shift_names[in->shift_type], in->shift_n);
}

// {shift_sat}: saturation's; here ASR #32 is written as it is encoded, ASR #0.
static void fmt_shift_sat(struct disas *d)
{
    const struct insn *in = d->in;
    if (in->shift_n) dis_put(d, ", %s #%d", shift_names[in->shift_type], in->shift_n & 31);
}

static void fmt_shift_n(struct disas *d)
{
    dis_put(d, "#%d", d->in->shift_n);
}

static void fmt_rsr(struct disas *d)
{
    dis_put(d, "%s ", shift_names[d->in->shift_type & 3]);
    dis_reg(d, d->in->ra);
}

// {rot}: an extension's rotation.
static void fmt_rot(struct disas *d)
{
    if (d->in->imm) dis_put(d, ", ror #%d", (int)d->in->imm);
}

static void fmt_imm(struct disas *d)
{
    put_imm(d, d->in->imm);
}

static void fmt_imm_neg(struct disas *d)
{
    put_imm(d, 0u - d->in->imm);
}

static void fmt_imm_plain(struct disas *d)
{
    dis_put(d, "%d", (int)d->in->imm);
}

// {imm_noted}: without #
static void fmt_imm_noted(struct disas *d)
{
    d->comment = d->in->imm;
    fmt_imm_plain(d);
}

static void fmt_imm_hex4(struct disas *d)
{
    dis_put(d, "0x%04x", d->in->imm);
}

static void fmt_imm_hex8(struct disas *d)
{
    dis_put(d, "0x%08x", d->in->imm);
}

// {imm_mod}: a modified immediate. In A32 one that has a shorter rotation is written as "#value, rotation".
static void fmt_imm_mod(struct disas *d)
{
    const uint32_t imm = d->in->imm;
    if (d->thumb) {
        d->comment = imm;
        dis_put(d, "#%u", imm);
        return;
    }
    const uint32_t rotation = 2 * (d->raw >> 8 & 15);
    uint32_t shortest = 0;
    while (ror32(imm, 32 - shortest) > 255)
        shortest += 2;
    if (rotation == shortest)
        dis_put(d, "#%d", (int32_t)imm);
    else
        dis_put(d, "#%d, %d", d->raw & 0xff, rotation);
    d->comment = (int32_t)imm;
}

static void fmt_x(struct disas *d)
{
    dis_put(d, "#%d", d->in->x);
}

static void fmt_y(struct disas *d)
{
    dis_put(d, "#%d", d->in->y);
}

// {x} of dual multiplies is a suffix: {dual}; {r}: rounding.
static void fmt_dual(struct disas *d)
{
    if (d->in->flags & INSN_X) dis_put(d, "x");
}

static void fmt_round(struct disas *d)
{
    if (d->in->flags & INSN_X) dis_put(d, "r");
}

static void fmt_pkh(struct disas *d)
{
    dis_put(d, d->in->flags & INSN_X ? "pkhtb" : "pkhbt");
}

static void fmt_size_bhw(struct disas *d)
{
    dis_put(d, "%c", "bhw?"[d->in->size & 3]);
}

static void fmt_hint(struct disas *d)
{
    d->comment = d->in->imm;
    dis_put(d, "{%d}", (int)d->in->imm);
}

static void fmt_wb(struct disas *d)
{
    if (d->in->flags & INSN_WB) dis_put(d, "!");
}

// Branch targets.
static void fmt_target(struct disas *d)
{
    dis_put(d, "0x%x", d->pc + (d->thumb ? 4 : 8) + d->in->imm);
}

static void fmt_target_arm(struct disas *d)
{
    dis_put(d, "0x%x", dis_pc_aligned(d) + d->in->imm);
}

// Whether a zero offset is subtracted: decoding does not keep that.
static bool minus_zero(const struct disas *d)
{
    if (d->in->imm) return false;
    if (d->thumb && d->raw >> 25 == 0x7c) return false; // loads and stores of one item: never written
    return !(d->raw >> 23 & 1);
}

static void put_offset(struct disas *d)
{
    if (minus_zero(d)) {
        dis_put(d, "#-0");
        return;
    }
    const int32_t imm = (int32_t)d->in->imm;
    dis_put(d, "#%d", imm);
    if (!d->thumb || (d->raw >> 25 | 8) == 0x7e) // A32, coprocessors
        d->comment = imm;
    else if (d->raw >> 25 == 0x74 ||
             d->raw >> 23 & 1) // T32: of the absolute value, and not for 8-bit offsets
        d->comment = imm < 0 ? -imm : imm;
}

// {addr_imm}: [Rn, #imm], [Rn, #imm]!, [Rn], #imm
static void fmt_addr_imm(struct disas *d)
{
    const struct insn *in = d->in;
    const bool wb = in->flags & INSN_WB;
    dis_put(d, "[");
    dis_reg(d, in->rn);
    if (!(in->flags & INSN_PRE)) {
        dis_put(d, "], ");
        put_offset(d);
        return;
    }
    if (in->imm || wb || minus_zero(d)) {
        dis_put(d, ", ");
        put_offset(d);
    }
    dis_put(d, wb ? "]!" : "]");
    if (in->rn == 15 && !wb) {
        d->comment = 0;
        dis_note_address(d, (d->thumb ? dis_pc_aligned(d) : d->pc + 8) + in->imm);
    }
}

// {addr_imm16}: T16 writes a zero offset.
static void fmt_addr_imm16(struct disas *d)
{
    dis_put(d, "[");
    dis_reg(d, d->in->rn);
    dis_put(d, ", ");
    put_imm(d, d->in->imm);
    dis_put(d, "]");
}

// {addr_ex}: an exclusive's
static void fmt_addr_ex(struct disas *d)
{
    dis_put(d, "[");
    dis_reg(d, d->in->rn);
    if (d->in->imm) {
        dis_put(d, ", ");
        put_imm(d, d->in->imm);
    }
    dis_put(d, "]");
}

// {addr_lit}: [pc, #imm] and the address
static void fmt_addr_lit(struct disas *d)
{
    dis_put(d, "[pc");
    if (d->in->imm || minus_zero(d)) {
        dis_put(d, ", ");
        put_offset(d);
    }
    dis_put(d, "]");
    if (!(d->thumb && d->in->op == OP_LDRD_LIT)) d->comment = 0; // there objdump writes both
    dis_note_address(d, dis_pc_aligned(d) + d->in->imm);
}

static void fmt_addr_lit16(struct disas *d)
{
    dis_put(d, "[pc, #%d]\t@ (0x%x)", (int)d->in->imm, dis_pc_aligned(d) + d->in->imm);
}

static void fmt_adr16(struct disas *d)
{
    dis_put(d, "pc, #%d\t@ (adr ", (int)d->in->imm);
    dis_reg(d, d->in->rd);
    dis_put(d, ", 0x%x)", dis_pc_aligned(d) + d->in->imm);
}

// {addr_reg}: [Rn, Rm, shift]…
static void fmt_addr_reg(struct disas *d)
{
    const struct insn *in = d->in;
    const bool pre = in->flags & INSN_PRE;
    dis_put(d, "[");
    dis_reg(d, in->rn);
    dis_put(d, pre ? ", " : "], ");
    if (!(in->flags & INSN_ADD)) dis_put(d, "-");
    dis_reg(d, in->rm);
    fmt_shift(d);
    if (pre) dis_put(d, in->flags & INSN_WB ? "]!" : "]");
}

static void put_reglist(struct disas *d, uint32_t list)
{
    const char *sep = "";
    dis_put(d, "{");
    for (unsigned r = 0; r < 16; r++) {
        if (!(list >> r & 1)) continue;
        dis_put(d, "%s", sep);
        dis_reg(d, r);
        sep = ", ";
    }
    dis_put(d, "}");
}

static void fmt_reglist(struct disas *d)
{
    put_reglist(d, d->in->imm);
}

static void fmt_list_rd(struct disas *d)
{
    put_reglist(d, 1u << d->in->rd);
}

// The addressing mode's suffix of LDM, STM, SRS and RFE.
static const char *block_mode(const struct disas *d)
{
    if (d->in->flags & INSN_ADD) return d->in->flags & INSN_PRE ? "ib" : "ia";
    return d->in->flags & INSN_PRE ? "db" : "da";
}

// {ldm}, {stm}: the whole A32 instruction, with objdump's choice of PUSH, POP and the stack's spellings.
static void put_block(struct disas *d, const char *name, const char *stack_name, bool stack_form,
                      bool plain_ia)
{
    const struct insn *in = d->in;
    const bool one = bits_set(in->imm) == 1, user = in->flags & INSN_X;
    const bool stack = stack_form && in->rn == 13 && (in->flags & INSN_WB) && !user;
    if (stack && !one) {
        dis_put(d, "%s", stack_name);
        fmt_cond(d);
        dis_put(d, "\t");
    } else {
        const char *mode = stack ? "fd" : block_mode(d);
        if (plain_ia && !strcmp(mode, "ia")) mode = "";
        dis_put(d, "%s%s", name, mode);
        fmt_cond(d);
        dis_put(d, "\t");
        dis_reg(d, in->rn);
        dis_put(d, in->flags & INSN_WB ? "!, " : ", ");
    }
    put_reglist(d, in->imm);
    if (user) dis_put(d, "^");
}

static void fmt_ldm(struct disas *d)
{
    const bool ia = (d->in->flags & (INSN_ADD | INSN_PRE)) == INSN_ADD;
    put_block(d, "ldm", "pop", ia, ia);
}

static void fmt_stm(struct disas *d)
{
    const bool db = (d->in->flags & (INSN_ADD | INSN_PRE)) == INSN_PRE;
    put_block(d, "stm", "push", db, !(d->in->flags & (INSN_WB | INSN_X)));
}

static void fmt_srs(struct disas *d)
{
    dis_put(d, "srs%s", block_mode(d));
}

// {srs_ops}: sp!, #mode
static void fmt_srs_ops(struct disas *d)
{
    dis_put(d, d->in->flags & INSN_WB ? "sp!, #%d" : "sp, #%d", d->in->x);
}

static void fmt_rfe(struct disas *d)
{
    dis_put(d, "rfe%s", block_mode(d));
}

static void fmt_pld(struct disas *d)
{
    dis_put(d, d->in->x ? "pldw" : "pld");
}

static void fmt_endian(struct disas *d)
{
    dis_put(d, d->in->x ? "be" : "le");
}

static void put_iflags(struct disas *d)
{
    for (int i = 2; i >= 0; i--)
        if (d->in->x >> i & 1) dis_put(d, "%c", "fia"[i]);
}

// {cps}: the whole instruction. imm = imod | M << 2 | mode << 3
static void fmt_cps(struct disas *d)
{
    static const char effects[4][3] = {"", "", "ie", "id"};
    const uint32_t imod = d->in->imm & 3, mode = d->in->imm >> 3;
    const bool wide = d->thumb && d->in->len == 4, change = d->in->imm >> 2 & 1;
    dis_put(d, "cps%s", effects[imod]);
    if (wide && imod && !change) dis_put(d, ".w");
    dis_put(d, "\t");
    if (imod) put_iflags(d);
    if (imod && change) dis_put(d, wide ? ", " : ",");
    if (change) dis_put(d, "#%d", mode);
}

// {barrier}, {barrier:isb}
static void fmt_barrier(struct disas *d)
{
    static const char names[16][6] = {"", "oshld", "oshst", "osh", "", "nshld", "unst", "un",
                                      "", "ishld", "ishst", "ish", "", "ld",    "st",   "sy"};
    const unsigned o = d->in->x;
    if (names[o][0] && (o == 15 || strcmp(d->arg, "isb")))
        dis_put(d, "%s", names[o]);
    else
        dis_put(d, "#%d", o);
}

// {dsb}: two of its options have names of their own.
static void fmt_dsb(struct disas *d)
{
    if (d->in->x == 0 || d->in->x == 4) {
        dis_put(d, d->in->x ? "pssbb" : "ssbb");
        return;
    }
    dis_put(d, "dsb");
    fmt_cond(d);
    dis_put(d, "\t");
    fmt_barrier(d);
}

// {psr}: the fields that MSR writes; {psr_read}: all of it
static void fmt_psr(struct disas *d)
{
    dis_put(d, d->in->flags & INSN_X ? "SPSR_" : "CPSR_");
    for (int i = 3; i >= 0; i--)
        if (d->in->x >> i & 1) dis_put(d, "%c", "cxsf"[i]);
}

static void fmt_psr_read(struct disas *d)
{
    dis_put(d, d->in->flags & INSN_X ? "SPSR" : "CPSR");
}

static void fmt_banked(struct disas *d)
{
    static const char names[32][8] = {
        "R8_usr", "R9_usr", "R10_usr", "R11_usr", "R12_usr", "SP_usr", "LR_usr",  "",
        "R8_fiq", "R9_fiq", "R10_fiq", "R11_fiq", "R12_fiq", "SP_fiq", "LR_fiq",  "",
        "LR_irq", "SP_irq", "LR_svc",  "SP_svc",  "LR_abt",  "SP_abt", "LR_und",  "SP_und",
        "",       "",       "",        "",        "LR_mon",  "SP_mon", "ELR_hyp", "SP_hyp",
    };
    static const struct {
        uint8_t sysm;
        char name[9];
    } spsr[] = {{14, "SPSR_fiq"}, {16, "SPSR_irq"}, {18, "SPSR_svc"}, {20, "SPSR_abt"},
                {22, "SPSR_und"}, {28, "SPSR_mon"}, {30, "SPSR_hyp"}};
    const char *name = "";
    if (!(d->in->x >> 5)) name = names[d->in->x & 31];
    for (unsigned i = 0; d->in->x >> 5 && i < sizeof spsr / sizeof *spsr; i++)
        if (spsr[i].sysm == (d->in->x & 31)) name = spsr[i].name;
    if (*name)
        dis_put(d, "%s", name);
    else
        dis_put(d, "(UNDEF: %u)", d->in->x & 31u);
}

// Coprocessor operands: imm = coproc | opc1 << 4 | opc2 << 8
static void put_opc2(struct disas *d)
{
    const uint32_t opc2 = d->in->imm >> 8;
    dis_put(d, ", {%d}", opc2);
}

static void fmt_cp_reg(struct disas *d)
{
    const struct insn *in = d->in;
    dis_put(d, "%d, %d, ", in->imm & 15, in->imm >> 4 & 15);
    if (in->rd == 15 && in->op == OP_MRC)
        dis_put(d, "APSR_nzcv");
    else
        dis_reg(d, in->rd);
    dis_put(d, ", cr%d, cr%d", in->x, in->ra);
    put_opc2(d);
}

static void fmt_cp_pair(struct disas *d)
{
    const struct insn *in = d->in;
    dis_put(d, "%d, %d, ", in->imm & 15, in->imm >> 4 & 15);
    dis_reg(d, in->rd);
    dis_put(d, ", ");
    dis_reg(d, in->ra);
    dis_put(d, ", cr%d", in->x);
}

static void fmt_cp_op(struct disas *d)
{
    const struct insn *in = d->in;
    dis_put(d, "%d, %d, cr%d, cr%d, cr%d", in->imm & 15, in->imm >> 4 & 15, in->rd, in->x, in->ra);
    put_opc2(d);
}

// {stc:NAME}: the whole instruction. x = coprocessor, y = L
static void fmt_stc(struct disas *d)
{
    const struct insn *in = d->in;
    dis_put(d, "%s%s", d->arg, in->y ? "l" : "");
    fmt_cond(d);
    dis_put(d, "\t%d, cr%d, [", in->x, in->rd);
    dis_reg(d, in->rn);
    const bool pre = in->flags & INSN_PRE;
    if (!pre) dis_put(d, "]");
    if (!pre && !(d->raw >> 21 & 1)) { // unindexed: an option for the coprocessor
        d->comment = d->raw & 0xff;
        dis_put(d, ", {%d}", (int)d->comment);
    } else if (d->raw & 0xff || minus_zero(d)) {
        dis_put(d, ", ");
        put_offset(d);
    }
    if (pre) dis_put(d, d->raw >> 21 & 1 && d->raw & 0xff ? "]!" : "]");
    if (in->rn == 15 && (pre || d->raw >> 21 & 1)) {
        d->comment = 0;
        dis_note_address(d, dis_pc_aligned(d) + (pre ? in->imm : 0));
    }
}

// {it}: the whole instruction
static void fmt_it(struct disas *d)
{
    const uint32_t first = d->in->imm >> 4, mask = d->in->imm & 15;
    static const char names[16][3] = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                      "hi", "ls", "ge", "lt", "gt", "le", "al", ""};
    dis_put(d, "it");
    for (int i = 3; mask & ((1u << i) - 1); i--)
        dis_put(d, "%c", (mask >> i & 1) == (first & 1) ? 't' : 'e');
    dis_put(d, "\t%s", *names[first] ? names[first] : "<und>");
}

const struct isa_formatter isa_formatters[] = {
    {"c", fmt_cond},
    {"S", fmt_s},
    {"Rd", fmt_rd},
    {"Rd_number", fmt_rd_number},
    {"Rn", fmt_rn},
    {"Rm", fmt_rm},
    {"Ra", fmt_ra},
    {"Rt2", fmt_ra},
    {"shift", fmt_shift},
    {"shift_sat", fmt_shift_sat},
    {"shift_n", fmt_shift_n},
    {"rsr", fmt_rsr},
    {"rot", fmt_rot},
    {"imm", fmt_imm},
    {"imm_neg", fmt_imm_neg},
    {"imm_plain", fmt_imm_plain},
    {"imm_noted", fmt_imm_noted},
    {"imm_hex4", fmt_imm_hex4},
    {"imm_hex8", fmt_imm_hex8},
    {"imm_mod", fmt_imm_mod},
    {"x", fmt_x},
    {"y", fmt_y},
    {"dual", fmt_dual},
    {"r", fmt_round},
    {"pkh", fmt_pkh},
    {"size_bhw", fmt_size_bhw},
    {"hint", fmt_hint},
    {"wb", fmt_wb},
    {"target", fmt_target},
    {"target_arm", fmt_target_arm},
    {"addr_imm", fmt_addr_imm},
    {"addr_imm16", fmt_addr_imm16},
    {"addr_ex", fmt_addr_ex},
    {"addr_lit", fmt_addr_lit},
    {"addr_lit16", fmt_addr_lit16},
    {"adr16", fmt_adr16},
    {"addr_reg", fmt_addr_reg},
    {"reglist", fmt_reglist},
    {"list_rd", fmt_list_rd},
    {"ldm", fmt_ldm},
    {"stm", fmt_stm},
    {"srs", fmt_srs},
    {"srs_ops", fmt_srs_ops},
    {"rfe", fmt_rfe},
    {"pld", fmt_pld},
    {"endian", fmt_endian},
    {"cps", fmt_cps},
    {"barrier", fmt_barrier},
    {"dsb", fmt_dsb},
    {"psr", fmt_psr},
    {"psr_read", fmt_psr_read},
    {"banked", fmt_banked},
    {"cp_reg", fmt_cp_reg},
    {"cp_pair", fmt_cp_pair},
    {"cp_op", fmt_cp_op},
    {"stc", fmt_stc},
    {"it", fmt_it},
    {NULL, NULL},
};
