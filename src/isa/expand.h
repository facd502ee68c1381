// Immediate expansion and field arithmetic that the rows of the encoding tables use.
#ifndef STINKARM_ISA_EXPAND_H
#define STINKARM_ISA_EXPAND_H

#include <stdint.h>

#include "isa/insn.h"

static inline uint32_t ror32(uint32_t v, unsigned n)
{
    n &= 31;
    return n ? v >> n | v << (32 - n) : v;
}

static inline uint32_t sext(uint32_t v, unsigned bits)
{
    const uint32_t sign = 1u << (bits - 1);
    return (v ^ sign) - sign;
}

// ARMExpandImm (A5.2.4): an 8-bit value rotated right by twice the upper four bits.
static inline uint32_t a32_imm(uint32_t imm12)
{
    return ror32(imm12 & 0xff, 2 * (imm12 >> 8));
}

// The shifter's carry out is bit 31 of the result when a rotation took place.
static inline uint32_t a32_imm_carry(uint32_t imm12)
{
    return imm12 >> 8 ? INSN_CARRY : 0;
}

// ThumbExpandImm (A6.3.2).
static inline uint32_t t32_imm(uint32_t imm12)
{
    const uint32_t b = imm12 & 0xff;
    if (imm12 >> 10) return ror32(0x80 | (imm12 & 0x7f), imm12 >> 7);
    switch (imm12 >> 8) {
    case 0: return b;
    case 1: return b << 16 | b;
    case 2: return b << 24 | b << 8;
    default: return b * 0x01010101u;
    }
}

static inline uint32_t t32_imm_carry(uint32_t imm12)
{
    return imm12 >> 10 ? INSN_CARRY : 0;
}

// DecodeImmShift (A8.4.3): LSR and ASR #0 mean #32, ROR #0 means RRX.
static inline uint32_t shift_type(uint32_t type, uint32_t imm5)
{
    return type == SHIFT_ROR && imm5 == 0 ? SHIFT_RRX : type;
}

static inline uint32_t shift_n(uint32_t type, uint32_t imm5)
{
    if (imm5) return imm5;
    switch (type) {
    case SHIFT_LSR:
    case SHIFT_ASR: return 32;
    case SHIFT_ROR: return 1; // RRX
    default: return 0;
    }
}

// A flag where a field is set.
static inline uint32_t flag(uint32_t field, uint32_t f)
{
    return field ? f : 0;
}

// Registers that most T32 instructions cannot name: SP and PC (A6.1.2; BadReg).
static inline bool bad_reg(uint32_t r)
{
    return r == 13 || r == 15;
}

// Not __builtin_popcount: without a host that is known to have POPCNT that is a call into another page.
static inline uint32_t bits_set(uint32_t v)
{
    v -= v >> 1 & 0x55555555;
    v = (v & 0x33333333) + (v >> 2 & 0x33333333);
    return ((v + (v >> 4)) & 0x0f0f0f0f) * 0x01010101u >> 24;
}

// The offset of B (T4), BL and BLX in halfwords: S:I1:I2:imm21 with I = NOT(J EOR S).
static inline uint32_t t32_branch(uint32_t s, uint32_t j1, uint32_t j2, uint32_t imm21)
{
    return sext(s << 23 | (j1 == s) << 22 | (j2 == s) << 21 | imm21, 24);
}

// An offset with its U bit applied.
static inline uint32_t offset(uint32_t u, uint32_t imm)
{
    return u ? imm : 0u - imm;
}

// P and W of a load or store as flags: post-indexed forms write the base back whatever W says.
static inline uint32_t index_flags(uint32_t p, uint32_t w)
{
    return (p ? INSN_PRE : 0u) | (!p || w ? INSN_WB : 0u);
}

// VFPExpandImm (A7.5.1): sign, three bits of exponent, four bits of fraction. The double's lower word is 0.
static inline uint32_t vfp_imm16(uint32_t imm8)
{
    return (imm8 & 0x80) << 8 | (imm8 & 0x40 ? 0x3000 : 0x4000) | (imm8 & 0x3f) << 6;
}

static inline uint32_t vfp_imm32(uint32_t imm8)
{
    return (imm8 & 0x80) << 24 | (imm8 & 0x40 ? 0x3e000000 : 0x40000000) | (imm8 & 0x3f) << 19;
}

static inline uint32_t vfp_imm64_high(uint32_t imm8)
{
    return (imm8 & 0x80) << 24 | (imm8 & 0x40 ? 0x3fc00000 : 0x40000000) | (imm8 & 0x3f) << 16;
}

// The RM field of ARMv8's directed rounding (A, N, P, M) as enum fp_rounding of softfp.
static inline uint32_t vfp_rounding(uint32_t rm)
{
    return rm == 0 ? 4 : rm - 1;
}

// Flags of Advanced SIMD: U and Q.
static inline uint32_t neon_flags(uint32_t u, uint32_t q)
{
    return (u ? INSN_UNS : 0u) | (q ? INSN_Q : 0u);
}

// The scalar operand (A7.4.3): 16-bit lanes of d0-d7, 32-bit lanes of d0-d15.
static inline uint32_t neon_scalar(uint32_t size, uint32_t vm)
{
    return size == 1 ? vm & 7 : vm;
}

static inline uint32_t neon_scalar_lane(uint32_t size, uint32_t m, uint32_t vm)
{
    return size == 1 ? m << 1 | vm >> 3 : m;
}

// Shifts by an immediate (A7.4.4): L:imm6 says the element's size by its highest bit, and the amount below
// it.
static inline uint32_t neon_shift_size(uint32_t l_imm6)
{
    return l_imm6 < 16 ? 0 : l_imm6 < 32 ? 1 : l_imm6 < 64 ? 2 : 3;
}

static inline uint32_t neon_shift_left(uint32_t l_imm6)
{
    return l_imm6 - (8u << neon_shift_size(l_imm6));
}

static inline uint32_t neon_shift_right(uint32_t l_imm6)
{
    return (16u << neon_shift_size(l_imm6)) - l_imm6;
}

// The align field of loads and stores of multiple structures, as bytes; 0: none demanded.
static inline uint32_t neon_align(uint32_t align)
{
    return align ? 4u << align : 0;
}

#endif
