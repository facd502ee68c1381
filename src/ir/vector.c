// What is known about operations on vector registers: names, and which registers they read and write.
#include "ir/vector.h"

enum {
    R = IR_V_OWN | IR_V_R,
    W = IR_V_OWN | IR_V_W,
    RW = R | W,
    SR = IR_V_S | IR_V_R,
    SW = IR_V_S | IR_V_W,
    DR = IR_V_D | IR_V_R,
    DW = IR_V_D | IR_V_W,
    DRW = DR | DW,
    QR = IR_V_Q | IR_V_R,
    QW = IR_V_Q | IR_V_W,
    QRW = QR | QW,
};

static const struct {
    const char *name;
    struct ir_vroles roles;
} vecs[VEC_COUNT] = {
    [VEC_MOV] = {"mov", {W, 0, R}},
    [VEC_AND] = {"and", {W, R, R}},
    [VEC_BIC] = {"bic", {W, R, R}},
    [VEC_ORR] = {"orr", {W, R, R}},
    [VEC_ORN] = {"orn", {W, R, R}},
    [VEC_EOR] = {"eor", {W, R, R}},
    [VEC_BSL] = {"bsl", {RW, R, R}},
    [VEC_BIT] = {"bit", {RW, R, R}},
    [VEC_BIF] = {"bif", {RW, R, R}},
    [VEC_ADD] = {"add", {W, R, R}},
    [VEC_SUB] = {"sub", {W, R, R}},
    [VEC_MUL] = {"mul", {W, R, R}},
    [VEC_MLA] = {"mla", {RW, R, R}},
    [VEC_MLS] = {"mls", {RW, R, R}},
    [VEC_CEQ] = {"ceq", {W, R, R}},
    [VEC_CGT] = {"cgt", {W, R, R}},
    [VEC_CGE] = {"cge", {W, R, R}},
    [VEC_TST] = {"tst", {W, R, R}},
    [VEC_MAX] = {"max", {W, R, R}},
    [VEC_MIN] = {"min", {W, R, R}},
    [VEC_ABD] = {"abd", {W, R, R}},
    [VEC_ABA] = {"aba", {RW, R, R}},
    [VEC_ABS] = {"abs", {W, 0, R}},
    [VEC_HADD] = {"hadd", {W, R, R}},
    [VEC_HSUB] = {"hsub", {W, R, R}},
    [VEC_QADD] = {"qadd", {W, R, R}},
    [VEC_QSUB] = {"qsub", {W, R, R}},
    [VEC_QABS] = {"qabs", {W, 0, R}},
    [VEC_SHIFT] = {"shift", {W, R, R}},
    [VEC_QSHIFT] = {"qshift", {W, R, R}},
    [VEC_SHL] = {"shl", {W, 0, R}},
    [VEC_SLI] = {"sli", {RW, 0, R}},
    [VEC_SRI] = {"sri", {RW, 0, R}},
    [VEC_SHR] = {"shr", {W, 0, R}},
    [VEC_SRA] = {"sra", {RW, 0, R}},
    [VEC_QSHL] = {"qshl", {W, 0, R}},
    [VEC_QSHLU] = {"qshlu", {W, 0, R}},
    [VEC_QDMULH] = {"qdmulh", {W, R, R}},
    [VEC_PADD] = {"padd", {W, R, R}},
    [VEC_PMAX] = {"pmax", {W, R, R}},
    [VEC_PMIN] = {"pmin", {W, R, R}},
    [VEC_PADDL] = {"paddl", {W, 0, R}},
    [VEC_PADAL] = {"padal", {RW, 0, R}},
    [VEC_ADDL] = {"addl", {QW, DR, DR}},
    [VEC_SUBL] = {"subl", {QW, DR, DR}},
    [VEC_ABDL] = {"abdl", {QW, DR, DR}},
    [VEC_ABAL] = {"abal", {QRW, DR, DR}},
    [VEC_MULL] = {"mull", {QW, DR, DR}},
    [VEC_MLAL] = {"mlal", {QRW, DR, DR}},
    [VEC_MLSL] = {"mlsl", {QRW, DR, DR}},
    [VEC_QDMLAL] = {"qdmlal", {QRW, DR, DR}},
    [VEC_QDMLSL] = {"qdmlsl", {QRW, DR, DR}},
    [VEC_QDMULL] = {"qdmull", {QW, DR, DR}},
    [VEC_ADDW] = {"addw", {QW, QR, DR}},
    [VEC_SUBW] = {"subw", {QW, QR, DR}},
    [VEC_SHLL] = {"shll", {QW, 0, DR}},
    [VEC_ADDHN] = {"addhn", {DW, QR, QR}},
    [VEC_SUBHN] = {"subhn", {DW, QR, QR}},
    [VEC_SHRN] = {"shrn", {DW, 0, QR}},
    [VEC_QSHRN] = {"qshrn", {DW, 0, QR}},
    [VEC_QSHRUN] = {"qshrun", {DW, 0, QR}},
    [VEC_CONST] = {"const", {W, 0, 0}},
    [VEC_CONST64] = {"const64", {W, 0, 0}},
    [VEC_ORI] = {"ori", {RW, 0, 0}},
    [VEC_BICI] = {"bici", {RW, 0, 0}},
    [VEC_DUP] = {"dup", {W, 0, 0}},
    [VEC_DUPL] = {"dupl", {W, 0, DR}},
    [VEC_PUT] = {"put", {DRW, 0, 0}},
    [VEC_GET] = {"get", {0, DR, 0}},
    [VEC_REV] = {"rev", {W, 0, R}},
    [VEC_EXT] = {"ext", {W, R, R}},
    [VEC_TBL] = {"tbl", {DW, DR, DR}},
    [VEC_TBX] = {"tbx", {DRW, DR, DR}},
    [VEC_SWP] = {"swp", {RW, 0, RW}},
    [VEC_TRN] = {"trn", {RW, 0, RW}},
    [VEC_ZIP] = {"zip", {RW, 0, RW}},
    [VEC_UZP] = {"uzp", {RW, 0, RW}},
    [VEC_CNT] = {"cnt", {W, 0, R}},
    [VEC_CLZ] = {"clz", {W, 0, R}},
    [VEC_CLS] = {"cls", {W, 0, R}},
    [VEC_AESE] = {"aese", {RW, 0, R}},
    [VEC_AESD] = {"aesd", {RW, 0, R}},
    [VEC_AESMC] = {"aesmc", {W, 0, R}},
    [VEC_AESIMC] = {"aesimc", {W, 0, R}},
    [VEC_SHA1C] = {"sha1c", {RW, R, R}},
    [VEC_SHA1P] = {"sha1p", {RW, R, R}},
    [VEC_SHA1M] = {"sha1m", {RW, R, R}},
    [VEC_SHA1H] = {"sha1h", {W, 0, R}},
    [VEC_SHA1SU0] = {"sha1su0", {RW, R, R}},
    [VEC_SHA1SU1] = {"sha1su1", {RW, 0, R}},
    [VEC_SHA256H] = {"sha256h", {RW, R, R}},
    [VEC_SHA256H2] = {"sha256h2", {RW, R, R}},
    [VEC_SHA256SU0] = {"sha256su0", {RW, 0, R}},
    [VEC_SHA256SU1] = {"sha256su1", {RW, R, R}},
    [VEC_PMULL] = {"pmull", {QW, DR, DR}},
    [VEC_FADD] = {"fadd", {W, R, R}},
    [VEC_FSUB] = {"fsub", {W, R, R}},
    [VEC_FMUL] = {"fmul", {W, R, R}},
    [VEC_FMLA] = {"fmla", {RW, R, R}},
    [VEC_FMLS] = {"fmls", {RW, R, R}},
    [VEC_FFMA] = {"ffma", {RW, R, R}},
    [VEC_FFMS] = {"ffms", {RW, R, R}},
    [VEC_FABD] = {"fabd", {W, R, R}},
    [VEC_FMAX] = {"fmax", {W, R, R}},
    [VEC_FMIN] = {"fmin", {W, R, R}},
    [VEC_FCEQ] = {"fceq", {W, R, R}},
    [VEC_FCGE] = {"fcge", {W, R, R}},
    [VEC_FCGT] = {"fcgt", {W, R, R}},
    [VEC_FACGE] = {"facge", {W, R, R}},
    [VEC_FACGT] = {"facgt", {W, R, R}},
    [VEC_FABS] = {"fabs", {W, 0, R}},
    [VEC_FNEG] = {"fneg", {W, 0, R}},
    [VEC_FPADD] = {"fpadd", {W, R, R}},
    [VEC_FPMAX] = {"fpmax", {W, R, R}},
    [VEC_FPMIN] = {"fpmin", {W, R, R}},
    [VEC_FRECPE] = {"frecpe", {W, 0, R}},
    [VEC_FRSQRTE] = {"frsqrte", {W, 0, R}},
    [VEC_FRECPS] = {"frecps", {W, R, R}},
    [VEC_FRSQRTS] = {"frsqrts", {W, R, R}},
    [VEC_FCVT] = {"fcvt", {W, 0, R}},
    [VEC_FRINT] = {"frint", {W, 0, R}},
    [VEC_FCVT_HALF] = {"fcvt_half", {QW, 0, DR}},
    [VEC_FCVT_TO_HALF] = {"fcvt_to_half", {DW, 0, QR}},
    [VEC_FCVT_TO] = {"fcvt_to", {W, 0, R}},
};

static const struct ir_vroles vfp[] = {
    [IR_LDV32] = {SW, 0, 0},    [IR_LDV64] = {DW, 0, 0},       [IR_STV32] = {SR, 0, 0},
    [IR_STV64] = {DR, 0, 0},    [IR_VGET] = {SR, 0, 0},        [IR_VPUT] = {SW, 0, 0},
    [IR_VMOV] = {W, 0, R},      [IR_VCONST] = {W, 0, 0},       [IR_VNEG] = {W, 0, R},
    [IR_VABS] = {W, 0, R},      [IR_VADD] = {W, R, R},         [IR_VSUB] = {W, R, R},
    [IR_VMUL] = {W, R, R},      [IR_VDIV] = {W, R, R},         [IR_VMLA] = {RW, R, R},
    [IR_VMLS] = {RW, R, R},     [IR_VNMLA] = {RW, R, R},       [IR_VNMLS] = {RW, R, R},
    [IR_VNMUL] = {W, R, R},     [IR_VFMA] = {RW, R, R},        [IR_VFMS] = {RW, R, R},
    [IR_VFNMA] = {RW, R, R},    [IR_VFNMS] = {RW, R, R},       [IR_VRINT] = {W, 0, R},
    [IR_VCVT_FIX] = {RW, 0, 0}, [IR_VCVT_TO_FIX] = {RW, 0, 0}, [IR_VMAXNM] = {W, R, R},
    [IR_VMINNM] = {W, R, R},    [IR_VCVT_HALF] = {SW, 0, SR},  [IR_VCVT_TO_HALF] = {SR | SW, 0, SR},
    [IR_VPUT64] = {DW, 0, 0},   [IR_VSQRT] = {W, 0, R},        [IR_VCMP] = {R, 0, R},
    [IR_VCVT_INT] = {W, 0, SR}, [IR_VCVT_TO_INT] = {SW, 0, R}, [IR_VCVT_SIZE] = {W, 0, IR_V_OTHER | IR_V_R},
};

struct ir_vroles ir_vector_roles(const struct ir_insn *i)
{
    struct ir_vroles r = {0};
    if (i->op == IR_VEC) {
        r = vecs[i->vec].roles;
        if (i->mode & IR_SCALAR) r.vm = DR;
    } else if (i->op < sizeof vfp / sizeof *vfp) {
        r = vfp[i->op];
    }
    return r;
}

static unsigned use(struct ir_vuse *out, unsigned n, uint8_t role, uint8_t v, uint8_t own)
{
    if (!role || v == IR_NONE) return n;
    const uint8_t code = role & IR_V_SIZE;
    const uint8_t size = code == IR_V_OWN ? own : code == IR_V_OTHER ? (uint8_t)(5 - own) : code;
    out[n] = (struct ir_vuse){.v = v, .size = size, .reads = role & IR_V_R, .writes = role & IR_V_W};
    return n + 1;
}

// n D registers from v, as Q registers where they are whole.
static unsigned run(struct ir_vuse *out, unsigned v, unsigned n, bool writes)
{
    unsigned count = 0;
    while (n) {
        const bool quad = !(v & 1) && n > 1;
        out[count++] =
            (struct ir_vuse){(uint8_t)(quad ? v / 2 : v), quad ? 4 : 3, .reads = !writes, .writes = writes};
        v += 1u + quad;
        n -= 1u + quad;
    }
    return count;
}

// The registers of structures, a number of them for each of vn elements.
static unsigned structures(struct ir_vuse *out, const struct ir_insn *i, unsigned each, bool reads,
                           bool writes)
{
    const bool quad = each == 2 && !(i->v & 1);
    unsigned count = 0;
    for (unsigned k = 0; k < i->vn; k++)
        for (unsigned j = 0; j < each; j += 1u + quad) {
            const unsigned d = (i->v + k * i->vm + j) & 31;
            out[count++] =
                (struct ir_vuse){(uint8_t)(quad ? d / 2 : d), quad ? 4 : 3, .reads = reads, .writes = writes};
        }
    return count;
}

unsigned ir_vector_use(const struct ir_insn *i, struct ir_vuse out[IR_VUSES])
{
    if (i->op == IR_CALL) return IR_VUSE_ALL;
    if (i->op == IR_LDVM || i->op == IR_STVM) return run(out, i->v, i->n, i->op == IR_LDVM);
    if (i->op == IR_LDVS || i->op == IR_LDVA) return structures(out, i, i->x, false, true);
    if (i->op == IR_STVS) return structures(out, i, i->x, true, false);
    if (i->op == IR_LDVL || i->op == IR_STVL) return structures(out, i, 1, true, i->op == IR_LDVL);
    const struct ir_vroles r = ir_vector_roles(i);
    unsigned n = use(out, 0, r.v, i->v, i->n);
    const bool list = i->op == IR_VEC && (i->vec == VEC_TBL || i->vec == VEC_TBX);
    for (unsigned k = 0; k < (list ? i->x : 1u); k++)
        n = use(out, n, r.vn, (uint8_t)(i->vn + k), i->n);
    return use(out, n, r.vm, i->vm, i->n);
}

const char *ir_vec_name(unsigned vec)
{
    return vecs[vec].name;
}

bool ir_vec_constant(unsigned vec)
{
    return vec >= VEC_CONST && vec <= VEC_BICI;
}
