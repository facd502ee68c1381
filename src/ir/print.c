// Operations as text, for --log ir and for the tests.
#include <stdio.h>

#include "ir/vector.h"

static const char *const names[IR_OP_COUNT] = {
    [IR_MOV] = "mov",
    [IR_NOT] = "not",
    [IR_ADD] = "add",
    [IR_ADC] = "adc",
    [IR_SUB] = "sub",
    [IR_SBC] = "sbc",
    [IR_AND] = "and",
    [IR_OR] = "or",
    [IR_XOR] = "xor",
    [IR_BIC] = "bic",
    [IR_LSL] = "lsl",
    [IR_LSR] = "lsr",
    [IR_ASR] = "asr",
    [IR_ROR] = "ror",
    [IR_RRX] = "rrx",
    [IR_CARRY] = "carry",
    [IR_MUL] = "mul",
    [IR_UMULL] = "umull",
    [IR_SMULL] = "smull",
    [IR_UMLAL] = "umlal",
    [IR_SMLAL] = "smlal",
    [IR_UMAAL] = "umaal",
    [IR_DIVREM] = "divrem",
    [IR_UDIV] = "udiv",
    [IR_SDIV] = "sdiv",
    [IR_ROUNDS] = "rounds",
    [IR_UXT8] = "uxt8",
    [IR_UXT16] = "uxt16",
    [IR_SXT8] = "sxt8",
    [IR_SXT16] = "sxt16",
    [IR_REV] = "rev",
    [IR_REV16] = "rev16",
    [IR_REVSH] = "revsh",
    [IR_CLZ] = "clz",
    [IR_UBFX] = "ubfx",
    [IR_SBFX] = "sbfx",
    [IR_BFI] = "bfi",
    [IR_RBIT] = "rbit",
    [IR_TPIDR] = "tpidr",
    [IR_PARALLEL] = "parallel",
    [IR_SEL] = "sel",
    [IR_USAD8] = "usad8",
    [IR_UXT8X2] = "uxt8x2",
    [IR_SXT8X2] = "sxt8x2",
    [IR_MULH] = "mulh",
    [IR_MULW] = "mulw",
    [IR_MULHL] = "mulhl",
    [IR_DUAL] = "dual",
    [IR_DUALL] = "duall",
    [IR_ADDQ] = "addq",
    [IR_QADD] = "qadd",
    [IR_QSUB] = "qsub",
    [IR_SSAT] = "ssat",
    [IR_USAT] = "usat",
    [IR_LD8] = "ld8",
    [IR_LD16] = "ld16",
    [IR_LD32] = "ld32",
    [IR_LDS8] = "lds8",
    [IR_LDS16] = "lds16",
    [IR_ST8] = "st8",
    [IR_ST16] = "st16",
    [IR_ST32] = "st32",
    [IR_PROBE] = "probe",
    [IR_ALIGN] = "align",
    [IR_UNIT] = "unit",
    [IR_LDEX] = "ldex",
    [IR_STEX] = "stex",
    [IR_STL] = "stl",
    [IR_FENCE] = "fence",
    [IR_CLREX] = "clrex",
    [IR_EXPECT] = "expect",
    [IR_STATE_LD] = "state_ld",
    [IR_STATE_ST] = "state_st",
    [IR_MASK] = "mask",
    [IR_MASKS] = "masks",
    [IR_MRS] = "mrs",
    [IR_IF] = "if",
    [IR_IFZ] = "ifz",
    [IR_IFNZ] = "ifnz",
    [IR_ELSE] = "else",
    [IR_CALL] = "call",
    [IR_GOTO] = "goto",
    [IR_LDV32] = "ldv32",
    [IR_LDV64] = "ldv64",
    [IR_STV32] = "stv32",
    [IR_STV64] = "stv64",
    [IR_LDVM] = "ldvm",
    [IR_STVM] = "stvm",
    [IR_LDVS] = "ldvs",
    [IR_STVS] = "stvs",
    [IR_LDVL] = "ldvl",
    [IR_STVL] = "stvl",
    [IR_LDVA] = "ldva",
    [IR_VGET] = "vget",
    [IR_VPUT] = "vput",
    [IR_VMOV] = "vmov",
    [IR_VCONST] = "vconst",
    [IR_VNEG] = "vneg",
    [IR_VABS] = "vabs",
    [IR_VADD] = "vadd",
    [IR_VSUB] = "vsub",
    [IR_VMUL] = "vmul",
    [IR_VDIV] = "vdiv",
    [IR_VMLA] = "vmla",
    [IR_VMLS] = "vmls",
    [IR_VNMLA] = "vnmla",
    [IR_VNMLS] = "vnmls",
    [IR_VNMUL] = "vnmul",
    [IR_VFMA] = "vfma",
    [IR_VFMS] = "vfms",
    [IR_VFNMA] = "vfnma",
    [IR_VFNMS] = "vfnms",
    [IR_VRINT] = "vrint",
    [IR_VCVT_FIX] = "vcvt_fix",
    [IR_VCVT_TO_FIX] = "vcvt_to_fix",
    [IR_VPUT64] = "vput64",
    [IR_VMAXNM] = "vmaxnm",
    [IR_VMINNM] = "vminnm",
    [IR_VSQRT] = "vsqrt",
    [IR_VCMP] = "vcmp",
    [IR_VCVT_INT] = "vcvt_int",
    [IR_VCVT_TO_INT] = "vcvt_to_int",
    [IR_VCVT_HALF] = "vcvt_half",
    [IR_VCVT_TO_HALF] = "vcvt_to_half",
    [IR_VCVT_SIZE] = "vcvt_size",
    [IR_VMRS] = "vmrs",
    [IR_VMSR] = "vmsr",
    [IR_VFLAGS] = "vflags",
    [IR_VEC] = "vec",
    [IR_ENTER] = "enter",
    [IR_JUMP] = "jump",
    [IR_GOTO_REG] = "goto_reg",
    [IR_LEAVE] = "leave",
    [IR_NOP] = "nop",
};

static int loc(char *buf, int size, uint8_t l, uint32_t imm)
{
    if (l == IR_NONE) return 0;
    if (l == IR_IMM) return snprintf(buf, (size_t)size, " #%#x", imm);
    if (l >= IR_TEMP) return snprintf(buf, (size_t)size, " t%d", l - IR_TEMP);
    return snprintf(buf, (size_t)size, " r%d", l);
}

// The vector registers of an operation, and what IR_VEC does with them.
static int vectors(char *buf, int size, const struct ir_insn *i)
{
    int n = 0;
    if (i->op == IR_VEC) {
        n = snprintf(buf, (size_t)size, " %s.%c%u%s", ir_vec_name(i->vec), i->mode & IR_UNSIGNED ? 'u' : 'i',
                     8u << i->lane, i->mode & IR_ROUND ? " round" : "");
        if (i->mode & IR_SCALAR || i->x) n += snprintf(buf + n, (size_t)(size - n), " x %u", i->x);
    }
    struct ir_vuse use[IR_VUSES];
    const unsigned uses = ir_vector_use(i, use);
    for (unsigned k = 0; uses != IR_VUSE_ALL && k < uses; k++)
        n += snprintf(buf + n, (size_t)(size - n), " %c%u%s%s", "??sdq"[use[k].size], use[k].v,
                      use[k].reads ? "" : "=", use[k].reads && use[k].writes ? "*" : "");
    return n;
}

int ir_print(const struct ir_insn *i, char *buf, int size)
{
    int n = snprintf(buf, (size_t)size, "%08x  %s", i->pc, names[i->op]);
    n += vectors(buf + n, size - n, i);
    n += loc(buf + n, size - n, i->d, 0);
    n += loc(buf + n, size - n, i->e, 0);
    n += loc(buf + n, size - n, i->a, i->imm);
    n += loc(buf + n, size - n, i->b, i->imm);
    if (i->a != IR_IMM && i->b != IR_IMM) n += snprintf(buf + n, (size_t)(size - n), " #%#x", i->imm);
    if (i->op == IR_IF) n += snprintf(buf + n, (size_t)(size - n), " cond %u", i->cond);
    if (i->n) n += snprintf(buf + n, (size_t)(size - n), " n %u", i->n);
    if (i->op == IR_GOTO || i->op == IR_GOTO_REG)
        n += snprintf(buf + n, (size_t)(size - n), "%s%s", i->mode & IR_LINKS ? " links" : "",
                      i->mode & IR_RETURNS ? " returns" : "");
    if ((i->op == IR_GOTO || i->op == IR_GOTO_REG) && i->x)
        n += snprintf(buf + n, (size_t)(size - n), " to block %u", i->x - 1u);
    if (i->op == IR_LEAVE && i->mode & IR_AWAY) n += snprintf(buf + n, (size_t)(size - n), " away");
    if (i->sets)
        n += snprintf(buf + n, (size_t)(size - n), " sets %s%s%s%s", i->sets & IR_N ? "N" : "",
                      i->sets & IR_Z ? "Z" : "", i->sets & IR_C ? "C" : "", i->sets & IR_V ? "V" : "");
    return n;
}
