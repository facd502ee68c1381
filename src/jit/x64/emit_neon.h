// What the files of IR_VEC share: operands by the roles of ir/vector.h, and instructions on them.
#ifndef STINKARM_JIT_X64_EMIT_NEON_H
#define STINKARM_JIT_X64_EMIT_NEON_H

#include "ir/vector.h"
#include "jit/x64/emit_internal.h"
#include "jit/x64/host.h"

// Opcodes, with their mandatory prefix, of 66 0F and 66 0F 38.
#define P(op)   (0x66000f00u | (op))
#define P38(op) (0x660f3800u | (op))
#define P3A(op) (0x660f3a00u | (op))

// Emits an operation that the table in emit_neon.c says this host has.
typedef void emit_vec_fn(struct emit *e, const struct ir_insn *i);

enum { PAND = P(0xdb), PANDN = P(0xdf), POR = P(0xeb), PXOR = P(0xef), PUNPCKLQDQ = P(0x6c) };
enum { MOVAPS = 0x0f28, PSHUFD = P(0x70), PSHUFLW = (int)0xf2000f70 };

// A source in a register that must not be changed: its own, or `scratch`. IR_SCALAR: the element is in all
// places of a scratch register.
unsigned vec_n(struct emit *e, const struct ir_insn *i, unsigned scratch);
unsigned vec_m(struct emit *e, const struct ir_insn *i, unsigned scratch);
unsigned vec_d(struct emit *e, const struct ir_insn *i, unsigned scratch); // v, where it is one
// The same as an operand: memory if a whole Q register is there.
struct x64_rm vec_n_rm(struct emit *e, const struct ir_insn *i, unsigned scratch);
struct x64_rm vec_m_rm(struct emit *e, const struct ir_insn *i, unsigned scratch);
struct x64_rm vec_d_rm(struct emit *e, const struct ir_insn *i, unsigned scratch);
// Where to compute the destination: in its own register, or in `scratch`. clean: of a D register's result the
// upper half will be zeros without more ado.
unsigned vec_target(struct emit *e, const struct ir_insn *i, unsigned scratch, bool clean);
void vec_result(struct emit *e, const struct ir_insn *i, unsigned xmm);
// The last instruction: v = a op b; a is not needed any more if it is a scratch register.
void vec_last(struct emit *e, const struct ir_insn *i, unsigned op, unsigned a, struct x64_rm b, bool clean);

// d = a op b, all in registers.
static inline void vec_op(struct emit *e, unsigned op, unsigned d, unsigned a, unsigned b)
{
    emit_sse3(e, op, d, a, x64_r(b));
}

// d = op b, imm.
static inline void vec_shuffle(struct emit *e, unsigned op, unsigned d, struct x64_rm b, unsigned imm)
{
    emit_sse2(e, op, d, b);
    x64_byte(&e->a, imm);
}

static inline void vec_copy(struct emit *e, unsigned d, unsigned a)
{
    if (d != a) emit_sse2(e, MOVAPS, d, x64_r(a));
}

static inline void vec_zero(struct emit *e, unsigned x)
{
    vec_op(e, PXOR, x, x, x);
}

static inline void vec_ones(struct emit *e, unsigned x)
{
    vec_op(e, P(0x76), x, x, x); // pcmpeqd
}

// imm in each 32 bits of x, of a D register in the lower half only. Uses EAX.
void vec_constant(struct emit *e, unsigned x, uint32_t imm, unsigned size);

static inline unsigned vec_add(unsigned lane)
{
    return lane == 3 ? P(0xd4) : P(0xfcu + lane);
}

static inline unsigned vec_sub(unsigned lane)
{
    return P(0xf8u + lane);
}

// Elements of `lane` shifted by a constant; no bytes. VEC_SHIFT_RIGHT_SIGNED: no 64 bits.
// VEC_SHIFT_BYTES…: the whole register to the right or to the left, as lane 3.
enum vec_shift {
    VEC_SHIFT_RIGHT = 2,
    VEC_SHIFT_BYTES = 3,
    VEC_SHIFT_RIGHT_SIGNED = 4,
    VEC_SHIFT_LEFT = 6,
    VEC_SHIFT_BYTES_LEFT = 7,
};
void vec_shift(struct emit *e, enum vec_shift kind, unsigned lane, unsigned d, unsigned a, unsigned by);
// The same with bytes and signed 64 bits, and to the right with rounding, which changes XMM3, too. d and t
// are scratch registers, neither a.
void vec_shift_any(struct emit *e, enum vec_shift kind, unsigned lane, unsigned d, unsigned a, unsigned by,
                   unsigned t);
void vec_shift_round(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned by, unsigned t);
// The elements in the lower half of a, twice as wide. t is a scratch register, not a.
void vec_widen(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned t);
// XMM3 = the long products of a VEC_MULL or VEC_QDMULL, or of what adds them up.
void vec_product(struct emit *e, const struct ir_insn *i);
// Sets FPSCR.QC unless x is zeros. Changes the scratch register t, and RAX.
void vec_saturated(struct emit *e, unsigned x, unsigned t);
// The even elements of XMM0 and XMM1 into XMM2, the odd ones into XMM0; of XMM0 into its lower and upper
// half.
void vec_part(struct emit *e, unsigned lane);
void vec_part_half(struct emit *e, unsigned lane);
// 16 bytes of the emulator's, as an operand. May change RCX.
struct x64_rm vec_table(struct emit *e, const uint8_t table[16]);
// Element number x of d, in all elements of a Q register.
void vec_splat(struct emit *e, unsigned lane, unsigned d, unsigned a, unsigned x);

// emit_neon_lane.c: element x of D register v from or to a core register of the host's. EAX and ECX may
// change; getting changes XMM0 and, besides `to`, EAX.
// In XMM3, should it need one: its caller may keep something in the others.
void vec_put_element(struct emit *e, unsigned lane, unsigned v, unsigned x, unsigned from);
void vec_get_element(struct emit *e, unsigned lane, bool is_unsigned, unsigned v, unsigned x, unsigned to);

// emit_neon_int.c: of two sources that stay, with two scratch registers, d being the result. No 64 bits.
void vec_multiply(struct emit *e, unsigned lane, unsigned d, unsigned a, unsigned b, unsigned t);
void vec_greater(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned b, unsigned t);
void vec_difference(struct emit *e, bool u, unsigned lane, unsigned d, unsigned a, unsigned b, unsigned t);
void vec_absolute(struct emit *e, unsigned lane, unsigned d, unsigned a, unsigned t);
unsigned vec_extreme(bool max, bool u, unsigned lane); // PMAX… or PMIN…; 0: not on this host

emit_vec_fn emit_vec_binary;                                             // emit_neon.c
emit_vec_fn emit_vec_move, emit_vec_bic, emit_vec_orn, emit_vec_select;  // emit_neon_logic.c
emit_vec_fn emit_vec_const, emit_vec_const64, emit_vec_immediate;        //
emit_vec_fn emit_vec_dup, emit_vec_dup_lane, emit_vec_put, emit_vec_get; // emit_neon_lane.c

emit_vec_fn emit_vec_mul, emit_vec_compare, emit_vec_extreme, emit_vec_difference, emit_vec_abs,
    emit_vec_mean; // emit_neon_int.c
emit_vec_fn emit_vec_shift, emit_vec_shift_insert;
emit_vec_fn emit_vec_mull, emit_vec_addl, emit_vec_abdl, emit_vec_shll, emit_vec_paddl;
emit_vec_fn emit_vec_shrn, emit_vec_addhn, emit_vec_qshrn, emit_vec_pairs;
emit_vec_fn emit_vec_reverse, emit_vec_extract, emit_vec_swap, emit_vec_transpose, emit_vec_zip,
    emit_vec_unzip, emit_vec_table;
emit_vec_fn emit_vec_qsum, emit_vec_qabs, emit_vec_qdmulh, emit_vec_qdmull,
    emit_vec_qshl;                                                          // emit_neon_saturate.c
emit_vec_fn emit_vec_count, emit_vec_leading_zeros, emit_vec_leading_signs; // emit_neon_bits.c
emit_vec_fn emit_vec_shift_by;                                              // emit_neon_shift_by.c
emit_vec_fn emit_vec_aes_round, emit_vec_aes_mix, emit_vec_pmull;           // emit_neon_crypto.c
emit_vec_fn emit_vec_sha1_rounds, emit_vec_sha1_rotate, emit_vec_sha1_schedule0, emit_vec_sha1_schedule1,
    emit_vec_sha256_rounds, emit_vec_sha256_schedule0, emit_vec_sha256_schedule1; // emit_neon_sha.c

emit_vec_fn emit_vec_float, emit_vec_fsign; // emit_neon_float.c
emit_vec_fn emit_vec_half;                  // emit_half.c
emit_vec_fn emit_vec_estimate;              // emit_neon_estimate.c
emit_vec_fn emit_vec_fcvt;                  // emit_neon_convert.c

#endif
