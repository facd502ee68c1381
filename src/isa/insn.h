// What an instruction is once it has been decoded: operation and operands, no CPU state, no memory.
// A32, T16 and T32 encodings of one operation decode to the same struct insn.
#ifndef STINKARM_ISA_INSN_H
#define STINKARM_ISA_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gen/ops.h" // enum op, made from the tables by tools/gen_isa.c

enum cond {
    COND_EQ, COND_NE, COND_CS, COND_CC, COND_MI, COND_PL, COND_VS, COND_VC,
    COND_HI, COND_LS, COND_GE, COND_LT, COND_GT, COND_LE, COND_AL,
};

enum shift { SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR, SHIFT_RRX };

// Flags of an instruction. The first group is about integer instructions, the second about Advanced SIMD.
enum insn_flags {
    INSN_S = 1 << 0,      // sets the condition flags
    INSN_ADD = 1 << 1,    // register offset is added (U bit); immediates carry their own sign
    INSN_PRE = 1 << 2,    // index before the access (P bit)
    INSN_WB = 1 << 3,     // base register is written back (post-indexed forms included)
    INSN_CARRY = 1 << 4,  // immediate operand was rotated: the shifter's carry out is bit 31 of imm
    INSN_X = 1 << 5,      // second form of the operation: see the op's table row (exchange, round, top, T-variant…)
    INSN_UNS = 1 << 6,    // U: unsigned elements
    INSN_Q = 1 << 7,      // Q: quadword registers
};

struct insn {
    // The operands, INSN_OPERANDS bytes that the interpreter's steps take over in one piece.
    uint32_t imm;       // immediate, expanded and signed; branch offset; register list
    uint8_t len;        // bytes: 2 or 4
    uint8_t flags;      // enum insn_flags
    uint8_t rn;         // Rn, base register; Vn
    uint8_t cond;       // enum cond; COND_AL for the unconditional space, 15 for what an IT block has no say in
    uint8_t rd;         // Rd or Rt, RdLo; VFP and Advanced SIMD: Vd (S register number or D register number)
    uint8_t rm;         // Rm, offset register; Vm
    uint8_t ra;         // Ra, Rs (shift amount), Rt2, RdHi
    uint8_t shift_type; // enum shift: of the second operand or the offset
    uint8_t shift_n;    // 0…32
    uint8_t size;       // log2 of the element or access size in bytes
    uint8_t x;          // a second small operand: lsb, saturate position, mask, coprocessor register: see the row
    uint8_t y;          // a third one: width - 1, msb, opc2…

    uint32_t raw;       // the encoding; for T32 the first halfword is bits 31:16
    uint16_t op;        // enum op
    uint16_t row;       // which row of its encoding space: the disassembler's template
};
#define INSN_OPERANDS offsetof(struct insn, raw)

// What the CPU has; a row names the one feature it needs, and is UNDEFINED without it.
enum isa_feature {
    ISA_V4 = 1 << 0,      // ARMv4T…v5TE: always there
    ISA_V6 = 1 << 1,
    ISA_V7 = 1 << 2,      // ARMv6T2, v6K and v7
    ISA_DIV = 1 << 3,     // SDIV/UDIV
    ISA_MP = 1 << 4,      // PLDW
    ISA_VIRT = 1 << 5,    // HVC, ERET, banked MSR/MRS
    ISA_SEC = 1 << 6,     // SMC
    ISA_VFP = 1 << 7,     // VFPv3-D32
    ISA_VFP4 = 1 << 8,    // fused multiply-add, half precision
    ISA_NEON = 1 << 9,
    ISA_V8 = 1 << 10,     // AArch32 additions: LDA/STL, SEVL, VSEL, VRINT…
    ISA_CRC = 1 << 11,
    ISA_CRYPTO = 1 << 12, // AES, SHA-1, SHA-256, 64-bit polynomial multiply
    ISA_V81 = 1 << 13,    // VQRDMLAH (RDM)
    ISA_V82 = 1 << 14,    // dot product, half-precision arithmetic: where cheap
};

#define ISA_FEATURES_CORTEX_A15 \
    (ISA_V4 | ISA_V6 | ISA_V7 | ISA_DIV | ISA_MP | ISA_VIRT | ISA_SEC | ISA_VFP | ISA_VFP4 | ISA_NEON)
#define ISA_FEATURES_MAX (ISA_FEATURES_CORTEX_A15 | ISA_V8 | ISA_CRC | ISA_CRYPTO | ISA_V81 | ISA_V82)

enum isa_result {
    ISA_OK,            // *in is complete
    ISA_UNDEFINED,     // no such instruction, or not with these features
    ISA_UNPREDICTABLE, // *in is complete and does what the encoding suggests; the architecture promises nothing
};

// ITSTATE as in the CPSR: bits 7:5 base condition, 4:0 mask; 0 outside an IT block.
enum isa_result isa_decode_a32(uint32_t raw, uint32_t features, struct insn *in);

// raw: one halfword, or two with the first in bits 31:16; isa_thumb_is_wide tells which from the first halfword.
enum isa_result isa_decode_thumb(uint32_t raw, bool wide, uint8_t itstate, uint32_t features, struct insn *in);

static inline bool isa_thumb_is_wide(uint16_t hw1)
{
    return hw1 >= 0xe800;
}

// The ITSTATE after one instruction (ITAdvance, A2.5.2).
static inline uint8_t isa_it_advance(uint8_t itstate)
{
    return (uint8_t)((itstate & 7) == 0 ? 0 : (itstate & 0xe0) | ((itstate << 1) & 0x1f));
}

// Writes one line of assembly ("mnemonic\toperands", as objdump -d prints it) and returns its length.
// pc is the instruction's own address. An undefined encoding becomes ".word"/".short".
int isa_disassemble(uint32_t raw, bool thumb, bool wide, uint8_t itstate, uint32_t pc, char *buf, int size);

// The operation's name, for logs and statistics.
const char *isa_op_name(enum op op);

// VFP and Advanced SIMD can be switched off; the registers that do so, and identify them, are always there.
enum isa_unit { ISA_UNIT_VFP = 1, ISA_UNIT_SIMD = 2 };

static inline unsigned isa_unit_of(enum op op)
{
    if (op < OP_VFP_FIRST || op == OP_VMRS || op == OP_VMSR) return 0;
    return op >= OP_NEON_FIRST ? ISA_UNIT_SIMD : ISA_UNIT_VFP;
}

#endif
