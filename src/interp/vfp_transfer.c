// Extension register loads and stores, transfers from and to core registers, the FPSCR (A7.6 – A7.9).
#include "cpu/system.h"
#include "interp/run.h"
#include "interp/vfp.h"

// The address of a load or store; it must be a multiple of align (A3.2.1).
static inline uint32_t address(struct cpu *c, const struct step *s, uint32_t align, bool write)
{
    interp_mark(c, s);
    const uint32_t addr = c->r[s->rn] + s->imm;
    mem_check_align(c, addr, align, write);
    return addr;
}

static inline uint32_t literal(struct cpu *c, const struct step *s, uint32_t align)
{
    interp_mark(c, s);
    mem_check_align(c, s->imm, align, false);
    return s->imm;
}

// The quick handler knows that memory is flat and needs no stack frame; the other one may have to call
// functions.
#define MEMORY_HANDLER(name, transfer)                                                                       \
    APART STEP(name##_any)                                                                                   \
    {                                                                                                        \
        transfer;                                                                                            \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(name)                                                                                               \
    {                                                                                                        \
        if (!MEM_LIKELY(c->mem_mode == CPU_MEM_FLAT)) return name##_any(c, s);                               \
        transfer;                                                                                            \
        NEXT;                                                                                                \
    }

// vldr.16 Sd, [Rn, #imm]
MEMORY_HANDLER(vldr_h, *vfp_s(c, s->rd) = mem_ld16(c, address(c, s, 2, false)))

// vldr Sd, [Rn, #imm]
MEMORY_HANDLER(vldr_s, *vfp_s(c, s->rd) = mem_ld32(c, address(c, s, 4, false)))

// vldr Dd, [Rn, #imm]
MEMORY_HANDLER(vldr_d, c->d[s->rd] = mem_ld64(c, address(c, s, 4, false)))

// vldr.16 Sd, label
MEMORY_HANDLER(vldr_lit_h, *vfp_s(c, s->rd) = mem_ld16(c, literal(c, s, 2)))

// vldr Sd, label
MEMORY_HANDLER(vldr_lit_s, *vfp_s(c, s->rd) = mem_ld32(c, literal(c, s, 4)))

// vldr Dd, label
MEMORY_HANDLER(vldr_lit_d, c->d[s->rd] = mem_ld64(c, literal(c, s, 4)))

// vstr.16 Sd, [Rn, #imm]
MEMORY_HANDLER(vstr_h, mem_st16(c, address(c, s, 2, true), vfp_h_get(c, s->rd)))

// vstr Sd, [Rn, #imm]
MEMORY_HANDLER(vstr_s, mem_st32(c, address(c, s, 4, true), *vfp_s(c, s->rd)))

// vstr Dd, [Rn, #imm]
MEMORY_HANDLER(vstr_d, mem_st64(c, address(c, s, 4, true), c->d[s->rd]))

// Where a transfer of s->imm words starts; *after becomes the base that may be written back.
static inline uint32_t multiple(struct cpu *c, const struct step *s, uint32_t *after, bool write)
{
    interp_mark(c, s);
    const uint32_t base = c->r[s->rn], bytes = 4 * s->imm;
    *after = s->flags & INSN_ADD ? base + bytes : base - bytes;
    const uint32_t start = s->flags & INSN_ADD ? base : *after;
    mem_check_align(c, start, 4, write);
    return start;
}

// One register, with the base moved: how compilers walk along an array.
// vldm{ia|db} Rn!, {Sd}
static inline void transfer_vldm_one_s(struct cpu *c, const struct step *s)
{
    uint32_t after;
    *vfp_s(c, s->rd) = mem_ld32(c, multiple(c, s, &after, false));
    c->r[s->rn] = after;
}

MEMORY_HANDLER(vldm_one_s, transfer_vldm_one_s(c, s))

// vldm{ia|db} Rn!, {Dd}
static inline void transfer_vldm_one_d(struct cpu *c, const struct step *s)
{
    uint32_t after;
    c->d[s->rd] = mem_ld64(c, multiple(c, s, &after, false));
    c->r[s->rn] = after;
}

MEMORY_HANDLER(vldm_one_d, transfer_vldm_one_d(c, s))

// vstm{ia|db} Rn!, {Sd}
static inline void transfer_vstm_one_s(struct cpu *c, const struct step *s)
{
    uint32_t after;
    mem_st32(c, multiple(c, s, &after, true), *vfp_s(c, s->rd));
    c->r[s->rn] = after;
}

MEMORY_HANDLER(vstm_one_s, transfer_vstm_one_s(c, s))

// vstm{ia|db} Rn!, {Dd}
static inline void transfer_vstm_one_d(struct cpu *c, const struct step *s)
{
    uint32_t after;
    mem_st64(c, multiple(c, s, &after, true), c->d[s->rd]);
    c->r[s->rn] = after;
}

MEMORY_HANDLER(vstm_one_d, transfer_vstm_one_d(c, s))

static bool is_one(const struct insn *in, uint32_t words)
{
    return in->imm == words && in->flags & INSN_WB;
}

// vldm{ia|db} Rn{!}, {Sd-…}; vpop
STEP(vldm_s)
{
    uint32_t after, addr = multiple(c, s, &after, false), v[32];
    // Nothing changes before all loads are done: any of them may abort.
    for (unsigned i = 0; i < s->imm; i++, addr += 4)
        v[i] = mem_ld32(c, addr);
    memcpy(vfp_s(c, s->rd), v, 4 * s->imm);
    if (s->flags & INSN_WB) c->r[s->rn] = after;
    NEXT;
}

// vldm{ia|db} Rn{!}, {Dd-…}; vpop; fldm{ia|db}x
STEP(vldm_d)
{
    uint32_t after, addr = multiple(c, s, &after, false);
    uint64_t v[16];
    const unsigned n = s->imm / 2;
    for (unsigned i = 0; i < n; i++, addr += 8)
        v[i] = mem_ld64(c, addr);
    memcpy(&c->d[s->rd], v, 8 * n);
    if (s->flags & INSN_WB) c->r[s->rn] = after;
    NEXT;
}

// vstm{ia|db} Rn{!}, {Sd-…}; vpush
STEP(vstm_s)
{
    uint32_t after, addr = multiple(c, s, &after, true);
    for (unsigned i = 0; i < s->imm; i++, addr += 4)
        mem_st32(c, addr, *vfp_s(c, s->rd + i));
    if (s->flags & INSN_WB) c->r[s->rn] = after;
    NEXT;
}

// vstm{ia|db} Rn{!}, {Dd-…}; vpush; fstm{ia|db}x
STEP(vstm_d)
{
    uint32_t after, addr = multiple(c, s, &after, true);
    for (unsigned i = 0; i < s->imm / 2; i++, addr += 8)
        mem_st64(c, addr, c->d[s->rd + i]);
    if (s->flags & INSN_WB) c->r[s->rn] = after;
    NEXT;
}

// vmov Sd, Rt
STEP(vmov_s_core)
{
    *vfp_s(c, s->rd) = c->r[s->rm];
    NEXT;
}

// vmov Rt, Sn
STEP(vmov_core_s)
{
    c->r[s->rm] = *vfp_s(c, s->rn);
    NEXT;
}

// vmov.f16 Sd, Rt
STEP(vmov_h_core)
{
    *vfp_s(c, s->rd) = (uint16_t)c->r[s->rm];
    NEXT;
}

// vmov.f16 Rt, Sn
STEP(vmov_core_h)
{
    c->r[s->rm] = vfp_h_get(c, s->rn);
    NEXT;
}

// vmov Sd, Sd+1, Rt, Rt2
STEP(vmov_ss_core)
{
    *vfp_s(c, s->rd) = c->r[s->rm];
    *vfp_s(c, s->rd + 1u) = c->r[s->ra];
    NEXT;
}

// vmov Rt, Rt2, Sn, Sn+1
STEP(vmov_core_ss)
{
    c->r[s->rm] = *vfp_s(c, s->rn);
    c->r[s->ra] = *vfp_s(c, s->rn + 1u);
    NEXT;
}

// vmov Dd, Rt, Rt2
STEP(vmov_d_core)
{
    c->d[s->rd] = (uint64_t)c->r[s->ra] << 32 | c->r[s->rm];
    NEXT;
}

// vmov Rt, Rt2, Dn
STEP(vmov_core_d)
{
    c->r[s->rm] = (uint32_t)c->d[s->rn];
    c->r[s->ra] = (uint32_t)(c->d[s->rn] >> 32);
    NEXT;
}

// vmov.<size> Dd[x], Rt
STEP(vmov_lane_core)
{
    const unsigned bits = 8u << s->size, shift = bits * s->x;
    const uint64_t mask = (1ull << bits) - 1;
    c->d[s->rd] = (c->d[s->rd] & ~(mask << shift)) | (c->r[s->rm] & mask) << shift;
    NEXT;
}

// vmov.<type> Rt, Dn[x]
STEP(vmov_core_lane)
{
    const unsigned bits = 8u << s->size;
    const uint32_t v = (uint32_t)(c->d[s->rn] >> bits * s->x) << (32 - bits);
    c->r[s->rm] = s->flags & INSN_UNS ? v >> (32 - bits) : (uint32_t)((int32_t)v >> (32 - bits));
    NEXT;
}

// vdup.<size> Vd, Rt
STEP(vdup_core)
{
    static const uint64_t ones[3] = {0x0101010101010101, 0x0001000100010001, 0x0000000100000001};
    const unsigned bits = 8u << s->size;
    const uint64_t v = (c->r[s->rm] & ((1ull << bits) - 1)) * ones[s->size];
    c->d[s->rd] = v;
    if (s->flags & INSN_Q) c->d[s->rd + 1] = v;
    NEXT;
}

// vmovx.f16 Sd, Sm
STEP(vmovx)
{
    if (vfp_has_vectors(c)) return interp_undefined(c, s);
    *vfp_s(c, s->rd) = *vfp_s(c, s->rm) >> 16;
    NEXT;
}

// vins.f16 Sd, Sm
STEP(vins)
{
    if (vfp_has_vectors(c)) return interp_undefined(c, s);
    *vfp_s(c, s->rd) = (*vfp_s(c, s->rd) & 0xffff) | *vfp_s(c, s->rm) << 16;
    NEXT;
}

// vmrs APSR_nzcv, fpscr
STEP(vmrs_apsr)
{
    const uint32_t v = c->fpscr;
    c->nf = v & PSR_N;
    c->zf = !(v & PSR_Z);
    c->cf = v >> 29 & 1;
    c->vf = v << 3 & 0x80000000u;
    NEXT;
}

// vmrs Rt, fpscr
STEP(vmrs_fpscr)
{
    c->r[s->rm] = c->fpscr;
    NEXT;
}

// vmsr fpscr, Rt: trap enables are not implemented; LEN and STRIDE can be written though there are no short
// vectors
STEP(vmsr_fpscr)
{
    uint32_t writable = 0xf0000000u | FPSCR_QC | FPSCR_AHP | FPSCR_DN | FPSCR_FZ | FPSCR_RMODE |
                        FPSCR_STRIDE | FPSCR_LEN | FPSCR_IDC | FPSCR_IXC | FPSCR_UFC | FPSCR_OFC | FPSCR_DZC |
                        FPSCR_IOC;
    if (c->features & ISA_V82) writable |= FPSCR_FZ16;
    c->fpscr = c->r[s->rm] & writable;
    NEXT;
}

static APART bool read_system_register(struct cpu *c, const struct step *s)
{
    uint32_t v;
    if (!c->sys || !c->sys->vfp_read(c, s->x, &v)) return false;
    c->r[s->rm] = v;
    return true;
}

// vmrs Rt, fpsid …: user mode has the FPSCR only (B6.1.14)
STEP(vmrs)
{
    if (!read_system_register(c, s)) return interp_undefined(c, s);
    NEXT;
}

// vmsr fpexc, Rt … (B6.1.15)
STEP(vmsr)
{
    if (!c->sys || !c->sys->vfp_write(c, s->x, c->r[s->rm])) return interp_undefined(c, s);
    c->itstate = isa_it_advance(s->it);
    return interp_resync(c, s, s->pc + s->len);
}

step_fn *vfp_select_transfer(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_VLDR_H: return vldr_h;
    case OP_VLDR_S: return vldr_s;
    case OP_VLDR_D: return vldr_d;
    case OP_VLDR_LIT_H: return vldr_lit_h;
    case OP_VLDR_LIT_S: return vldr_lit_s;
    case OP_VLDR_LIT_D: return vldr_lit_d;
    case OP_VSTR_H: return vstr_h;
    case OP_VSTR_S: return vstr_s;
    case OP_VSTR_D: return vstr_d;
    case OP_VLDM_S: return is_one(in, 1) ? vldm_one_s : vldm_s;
    case OP_VLDM_D: return is_one(in, 2) ? vldm_one_d : vldm_d;
    case OP_VSTM_S: return is_one(in, 1) ? vstm_one_s : vstm_s;
    case OP_VSTM_D: return is_one(in, 2) ? vstm_one_d : vstm_d;
    case OP_VMOV_S_CORE: return vmov_s_core;
    case OP_VMOV_CORE_S: return vmov_core_s;
    case OP_VMOV_H_CORE: return vmov_h_core;
    case OP_VMOV_CORE_H: return vmov_core_h;
    case OP_VMOV_SS_CORE: return vmov_ss_core;
    case OP_VMOV_CORE_SS: return vmov_core_ss;
    case OP_VMOV_D_CORE: return vmov_d_core;
    case OP_VMOV_CORE_D: return vmov_core_d;
    case OP_VMOV_LANE_CORE: return vmov_lane_core;
    case OP_VMOV_CORE_LANE: return vmov_core_lane;
    case OP_VDUP_CORE: return vdup_core;
    case OP_VMOVX: return vmovx;
    case OP_VINS: return vins;
    case OP_VMRS_APSR: return vmrs_apsr;
    case OP_VMRS_FPSCR: return vmrs_fpscr;
    case OP_VMSR_FPSCR: return vmsr_fpscr;
    case OP_VMRS: return vmrs;
    case OP_VMSR: return vmsr;
    default: return NULL;
    }
}
