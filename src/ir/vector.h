// Operations on vectors: what IR_VEC's `vec` names. Each works on all elements of a register (n: 3 D, 4 Q);
// lane is log2 of an element's bytes, of long, wide and narrow operations the narrow one's.
//
// A register's number counts registers of its own size. IR_NONE as a source stands for zeros. Modes:
// IR_UNSIGNED elements; IR_ROUND where an operation has a rounding form; IR_SCALAR: vm is element x of the D
// register vm, for all elements. imm names the handler, except where it is said to be a constant.
#ifndef STINKARM_IR_VECTOR_H
#define STINKARM_IR_VECTOR_H

#include "ir/ir.h"

enum ir_vec {
    VEC_MOV, // v = vm
    VEC_AND, // v = vn op vm
    VEC_BIC,
    VEC_ORR,
    VEC_ORN, // also NOT
    VEC_EOR,
    VEC_BSL, // v = v ? vn : vm, bit by bit
    VEC_BIT, // v = vm ? vn : v
    VEC_BIF, // v = vm ? v : vn
    VEC_ADD,
    VEC_SUB, // also NEG
    VEC_MUL,
    VEC_MLA, // v += vn * vm
    VEC_MLS,
    VEC_CEQ,
    VEC_CGT,
    VEC_CGE,
    VEC_TST,
    VEC_MAX,
    VEC_MIN,
    VEC_ABD,
    VEC_ABA,
    VEC_ABS,  // v = |vm|
    VEC_HADD, // (vn + vm) / 2, IR_ROUND
    VEC_HSUB,
    VEC_QADD, // saturating, as all Q… are: they set FPSCR.QC
    VEC_QSUB,
    VEC_QABS,
    VEC_SHIFT,  // v = vm << the signed low byte of vn, IR_ROUND
    VEC_QSHIFT, // …
    VEC_SHL,    // v = vm << x
    VEC_SLI,    // … inserted into v
    VEC_SRI,
    VEC_SHR, // v = vm >> x, IR_ROUND
    VEC_SRA, // v += …
    VEC_QSHL,
    VEC_QSHLU,
    VEC_QDMULH, // high half of 2 * vn * vm, IR_ROUND
    VEC_PADD,   // sums of pairs
    VEC_PMAX,
    VEC_PMIN,
    VEC_PADDL,
    VEC_PADAL,
    VEC_ADDL, // Q = D op D
    VEC_SUBL,
    VEC_ABDL,
    VEC_ABAL,
    VEC_MULL,
    VEC_MLAL,
    VEC_MLSL,
    VEC_QDMULL,
    VEC_QDMLAL, // product and sum saturate
    VEC_QDMLSL,
    VEC_ADDW, // Q = Q op D
    VEC_SUBW,
    VEC_SHLL,  // Q = D << x
    VEC_ADDHN, // D = high halves of Q op Q, IR_ROUND
    VEC_SUBHN,
    VEC_SHRN, // D = Q >> x, IR_ROUND
    VEC_QSHRN,
    VEC_QSHRUN,  // signed becomes unsigned
    VEC_CONST,   // v = imm in each 32 bits
    VEC_CONST64, // v = bit k of imm in each bit of byte k of 64 bits
    VEC_ORI,     // v |= imm in each 32 bits
    VEC_BICI,    // v &= ~imm
    VEC_DUP,     // v = location a in each element
    VEC_DUPL,    // v = element x of D register vm
    VEC_PUT,     // element x of D register v = location a
    VEC_GET,     // location d = element x of D register vn
    VEC_REV,     // elements of 1 << x bytes each reversed
    VEC_EXT,     // v = vm:vn from byte x of vn on
    VEC_TBL,     // bytes of x D registers from vn on, by D register vm
    VEC_TBX,
    VEC_SWP, // v and vm change places
    VEC_TRN,
    VEC_ZIP,
    VEC_UZP,
    VEC_CNT, // bits set
    VEC_CLZ,
    VEC_CLS,
    VEC_AESE, // v = a round of AES of v ^ vm without MixColumns
    VEC_AESD,
    VEC_AESMC, // v = MixColumns of vm
    VEC_AESIMC,
    VEC_SHA1C, // four rounds: v is the state's first words, vn's first word the fifth, vm the schedule
    VEC_SHA1P,
    VEC_SHA1M,
    VEC_SHA1H, // v = vm's first word rotated, and zeros
    VEC_SHA1SU0,
    VEC_SHA1SU1,
    VEC_SHA256H,  // four rounds: v is A … D, vn E … H
    VEC_SHA256H2, // … the other way round
    VEC_SHA256SU0,
    VEC_SHA256SU1,
    VEC_PMULL, // Q = D * D, polynomials
    VEC_FABS,  // single precision (lane 2) from here on
    VEC_FNEG,
    VEC_FADD, // arithmetic
    VEC_FSUB,
    VEC_FMUL,
    VEC_FMLA, // v += vn * vm, rounded twice
    VEC_FMLS,
    VEC_FFMA, // … once
    VEC_FFMS,
    VEC_FABD,
    VEC_FMAX,
    VEC_FMIN,
    VEC_FCEQ,
    VEC_FCGE,
    VEC_FCGT,
    VEC_FACGE, // of absolute values
    VEC_FACGT,
    VEC_FPADD, // of pairs
    VEC_FPMAX,
    VEC_FPMIN,
    VEC_FRECPE, // estimates
    VEC_FRSQRTE,
    VEC_FRECPS,
    VEC_FRSQRTS,
    VEC_FCVT,      // from integers with x fraction bits
    VEC_FRINT,     // to integral numbers; x: as ROUNDPS has it
    VEC_FCVT_TO,   // to such integers, towards zero; IR_ROUND: to integers, x as ROUNDPS has it
    VEC_FCVT_HALF, // Q = D of half precision
    VEC_FCVT_TO_HALF,
    VEC_COUNT,
};

// A vector register that an operation touches. size: 2 S, 3 D, 4 Q.
struct ir_vuse {
    uint8_t v, size;
    bool reads, writes;
};

enum { IR_VUSES = 12, IR_VUSE_ALL = 0xff };

// Lists the vector registers that any operation touches and returns how many; IR_VUSE_ALL: any may be.
// A register may be listed twice; those of IR_LDVM … IR_LDVA come in the order of memory. Calls of a handler
// from within an operation touch no others.
unsigned ir_vector_use(const struct ir_insn *i, struct ir_vuse out[IR_VUSES]);

const char *ir_vec_name(unsigned vec);
// Whether imm is a constant and does not name a handler.
bool ir_vec_constant(unsigned vec);

// The parts a register plays, by size: as the operation's n says, or always the same.
enum ir_vrole {
    IR_V_OWN = 1,
    IR_V_S = 2,
    IR_V_D = 3,
    IR_V_Q = 4,
    IR_V_OTHER = 5, // S for D and D for S
    IR_V_SIZE = 7,
    IR_V_R = 8,
    IR_V_W = 16,
};
struct ir_vroles {
    uint8_t v, vn, vm; // 0: none
};
struct ir_vroles ir_vector_roles(const struct ir_insn *i);

#endif
