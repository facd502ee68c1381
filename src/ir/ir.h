// The recompiler's intermediate language: three-address operations on locations, in guest order.
//
// A location is a guest register or a temporary of the block. Guest registers have their architectural value
// between any two operations of different instructions, so that a fault needs no repair but the flags'. Flags
// are named by masks: what an operation must set, and what it reads.
#ifndef STINKARM_IR_IR_H
#define STINKARM_IR_IR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum ir_op {
    IR_MOV, // d = b
    IR_NOT, // d = ~b
    IR_ADD, // d = a + (b << n), n at most 3, and 0 if flags are set
    IR_ADC, // d = a + b + C
    IR_SUB, // d = a - b
    IR_SBC, // d = a - b - !C
    IR_AND,
    IR_OR,
    IR_XOR,
    IR_BIC, // d = a & ~b
    IR_LSL, // shifts: by b, a constant 1 … 31, or (LSR, ASR) 32, or the low byte of a location (A8.4.2)
    IR_LSR,
    IR_ASR,
    IR_ROR,
    IR_RRX,   // d = C:a >> 1
    IR_CARRY, // the carry flag is imm
    IR_MUL,   // d = a * b
    IR_UMULL, // e:d = a * b
    IR_SMULL,
    IR_UMLAL, // e:d += a * b
    IR_SMLAL,
    IR_UMAAL,  // e:d = a * b + d + e
    IR_DIVREM, // d = a / b, e = a % b, unsigned; b is not 0
    IR_UDIV,   // by zero: 0
    IR_SDIV,
    IR_ROUNDS, // all rounds but the last of a loop that divides e:d by b:a bit by bit; n: the location of its
               // counter (ir/rounds.c)
    IR_UXT8,   // d = extended b, rotated right by imm first
    IR_UXT16,
    IR_SXT8,
    IR_SXT16,
    IR_REV,
    IR_REV16,
    IR_REVSH,
    IR_CLZ,
    IR_UBFX, // d = a<imm & 31 +: imm >> 8>
    IR_SBFX,
    IR_BFI,      // d<imm & 31 +: imm >> 8> = a
    IR_RBIT,     // d = b, bit by bit reversed
    IR_TPIDR,    // d = the thread ID register: imm: TPIDRURO, or TPIDRURW
    IR_PARALLEL, // d = a op b on bytes or halfwords; imm: enum ir_parallel, which may set GE; n: enum
                 // ir_lanes
    IR_SEL,      // d = the bytes of a where GE is set, of b elsewhere
    IR_USAD8,    // d = the sum of the differences of a's and b's bytes
    IR_UXT8X2,   // d = bytes 0 and 2 of b, rotated right by imm first, as halfwords; a's are added to them
    IR_SXT8X2,
    IR_MULH,  // d = a * b of signed halfwords; n: bit 0: a's upper one, bit 1: b's
    IR_MULW,  // d = a * b >> 16 of a word and a halfword; n as above
    IR_MULHL, // e:d += what IR_MULH gives
    IR_DUAL,  // d = the products of the lower and of the upper halfwords, added or subtracted (IR_MINUS), + e
              // (read only, or IR_NONE); n: b's are exchanged; Q if it does not fit
    IR_DUALL, // e:d += the same
    IR_ADDQ,  // d = a + b, and Q if it overflows
    IR_QADD,  // d = a + b, saturated, and Q then
    IR_QSUB,
    IR_SSAT, // d = b saturated to imm bits, and Q if that is another value
    IR_USAT,
    IR_LD8, // d = [a + imm], or [a + (b << n)], or [a - (b << n)] (IR_MINUS), or without a [imm + (b << n)]
    IR_LD16,
    IR_LD32, // x: if there is a fault the interpreter does the instruction
    IR_LDS8,
    IR_LDS16,
    IR_ST8, // [address] = d
    IR_ST16,
    IR_ST32,
    IR_PROBE,  // a load of 32 bits whose value nobody wants: it faults before anything has changed, if not at
               // the address of the access, then of its page
    IR_ALIGN,  // a is a multiple of imm, or the interpreter gets this instruction
    IR_UNIT,   // the unit imm (enum isa_unit) may be used, or the interpreter gets this instruction
    IR_LDEX,   // d (and e) = [a], of 1 << n bytes, and the monitor watches it
    IR_STEX,   // d = whether the monitor forbids [a] = b (and e); it is open then
    IR_STL,    // [a] = b, and nothing behind it happens before it
    IR_FENCE,  // what is in front of it happens before what is behind it
    IR_CLREX,  // the monitor is open
    IR_EXPECT, // what imm (enum ir_expect) names is so, or the interpreter gets this instruction
    IR_STATE_LD, // d = the word of struct cpu, and what is around it, at imm
    IR_STATE_ST, // … = a
    IR_MASK,     // sets (n: 1) or clears (0) imm of CPSR's I and F
    IR_MASKS,    // CPSR's I and F are a's, whose mode is the present one, or the interpreter gets this
                 // instruction
    IR_MRS,      // d = CPSR, in a privileged mode
    IR_LDV32,    // S or D register v = [a + imm]
    IR_LDV64,
    IR_STV32,
    IR_STV64,
    IR_LDVM, // n D registers from v = [a + imm]; none has changed if any of them faults. x: it stands for two
             // instructions, which the interpreter does one by one if there is a fault
    IR_STVM,
    IR_LDVS, // structures of vn elements from [a]: element k to x D registers at v + k * vm
    IR_STVS,
    IR_LDVL, // one such structure, to element number x of each D register
    IR_STVL,
    IR_LDVA,   // … to all elements of x D registers each
    IR_VGET,   // d = S register v
    IR_VPUT,   // S register v = a
    IR_VPUT64, // D register v = b:a
    IR_VMOV,   // v = vm; n: log2 of the bytes, here and below
    IR_VCONST, // v = imm, in the upper half of a D register
    IR_VNEG,
    IR_VABS,
    IR_VADD, // v = vn op vm; arithmetic may end in the handler imm, which has the whole effect
    IR_VSUB,
    IR_VMUL,
    IR_VDIV,
    IR_VMLA, // v += vn * vm, rounded twice
    IR_VMLS,
    IR_VNMLA, // v = -v - vn * vm
    IR_VNMLS, // v = -v + vn * vm
    IR_VNMUL, // v = -(vn * vm)
    IR_VFMA,  // v += vn * vm, rounded once
    IR_VFMS,  // v -= …
    IR_VFNMA, // v = -v - …
    IR_VFNMS, // v = -v + …
    IR_VSQRT,
    IR_VMAXNM, // v = the greater one; a NaN loses
    IR_VMINNM,
    IR_VRINT,       // v = vm as an integer; x: as ROUNDSD has it
    IR_VCMP,        // FPSCR's flags from v and vm (IR_NONE: zero); x: any NaN is invalid
    IR_VCVT_INT,    // v (float, n) = S register vm (integer; IR_UNSIGNED)
    IR_VCVT_TO_INT, // S register v = vm (float, n), towards zero; x: 1: as FPSCR.RMode says; IR_ROUND_NAMED
                    // and ROUNDSD's mode
    IR_VCVT_FIX,    // v (float, n) = v with x fraction bits, of 16 (lane 1) or 32 bits (IR_UNSIGNED)
    IR_VCVT_TO_FIX,
    IR_VCVT_HALF,    // S register v = the half-precision number in the lower (x: upper) half of S register vm
    IR_VCVT_TO_HALF, // … of v = vm, the other half stays
    IR_VCVT_SIZE,    // v = vm of the other size; n: of v
    IR_VMRS,         // d = FPSCR
    IR_VMSR,         // FPSCR = a, or the interpreter gets this instruction
    IR_VFLAGS,       // the condition flags from FPSCR's
    IR_VEC,          // an operation on vectors: vec, lane, x (ir/vector.h)
    IR_IF,           // unless cond holds, skips the next n operations
    IR_IFZ,          // unless a is zero (n operations)
    IR_IFNZ,
    IR_ELSE,  // skips the next n operations: the last of those that an IR_IF skips, the other side behind it
    IR_CALL,  // the interpreter's handler: imm names it; reads and writes: masks of guest registers
    IR_ENTER, // block number imm of the unit begins
    IR_JUMP,  // goes on at block number imm
    IR_GOTO,  // goes to imm, in the instruction set of IR_THUMB
    IR_GOTO_REG, // goes to a, bit 0 selecting the instruction set (IR_INTERWORK) or ignored; imm: very likely
                 // this, or 0
    IR_LEAVE,    // the interpreter goes on at this instruction
    IR_NOP,      // nothing: within a pass only
    IR_OP_COUNT,
};

enum ir_flag { IR_N = 8, IR_Z = 4, IR_C = 2, IR_V = 1, IR_NZ = 12, IR_NZC = 14, IR_NZCV = 15 };

enum ir_loc {
    // 0 … 14: guest registers
    IR_TEMP = 16, // temporaries
    IR_LOCS = 24,
    IR_IMM = 0xfe, // the constant imm
    IR_NONE = 0xff,
};

enum ir_mode {
    IR_MINUS = 1,       // the index is subtracted
    IR_THUMB = 2,       // the target is Thumb code
    IR_INTERWORK = 4,   // bit 0 of the target selects the instruction set
    IR_CONDITIONAL = 8, // behind an IR_IF of its instruction: may be skipped
    IR_UNSIGNED = 16,
    IR_A_ZERO = 1,    // IR_SEL: a is known to be 0
    IR_B_ONES = 2,    // IR_SEL, IR_PARALLEL: b is known to have all bits set
    IR_AWAY = 1,      // IR_LEAVE: a handler has been called, and compiled code goes on where r[15] says
    IR_SHORT = 16,    // a shift by a location: by less than 32
    IR_BELOW_64 = 32, // … by less than 64
    IR_SCALAR = 32,   // IR_VEC: the second operand is one element
    IR_ROUND = 64,
    IR_ABOVE = 128,  // IR_LD32, IR_PROBE: the access that it is part of begins in front of it
    IR_SELECT = 128, // IR_IF: both sides can be done without a branch
    IR_LINKS = 32,   // of a branch: a call; the return address is n bytes behind pc
    IR_RETURNS = 64, // of a branch: probably to the address behind the last call
};

enum { IR_ROUND_NAMED = 16 };

enum ir_expect {
    IR_PRIVILEGED = 1, // the mode is not User
    IR_NO_INTERRUPT,   // no interrupt line is asserted
    IR_SYNCED,         // no CPU has still to do what this one asked for
};

enum ir_parallel {
    IR_PAR_S,
    IR_PAR_Q,
    IR_PAR_SH,
    IR_PAR_U,
    IR_PAR_UQ,
    IR_PAR_UH
}; // as in the manual's names
// EXCHANGE: with b's halves exchanged, and the lower lane does the opposite of the upper one.
enum ir_lanes { IR_LANES_16 = 1, IR_LANES_SUB = 2, IR_LANES_EXCHANGE = 4 };

struct ir_insn {
    uint8_t op;         // enum ir_op
    uint8_t d, a, b, e; // locations
    uint8_t n;          // shift of an index; operations skipped
    uint8_t cond;       // enum cond
    uint8_t mode;       // enum ir_mode
    uint8_t sets;       // flags with the value of this operation (what dead code elimination leaves of them)
    uint8_t reads;      // flags
    uint8_t keeps; // flags that this operation must leave as they are, where anybody may look (ir_pass_flags)
    uint8_t after; // flags that somebody may look at behind it
    uint8_t ahead; // not 0: as many operations further down one makes flags that are due here (ir_pass_sink)
    uint8_t it;    // ITSTATE: of this instruction; behind IR_GOTO: of the target
    uint8_t count; // guest instructions up to this one
    uint8_t v, vn, vm; // vector registers: S, D or Q numbers
    uint8_t vec, lane; // IR_VEC: enum ir_vec; log2 of an element's bytes
    uint8_t
        x; // IR_VEC: a shift, an element's number, …; of a branch in a region: 1 + the number of the block
           // behind the call (IR_LINKS), or of that which an inlined callee returns to (IR_GOTO_REG)
    uint32_t imm;
    uint32_t pc; // of the guest instruction
};

enum { IR_MAX = 8192, IR_MAX_BLOCKS = 64 };

// What is compiled together: one block of guest code, or several that IR_JUMPs connect.
struct ir_block {
    uint32_t pc;
    bool thumb;
    unsigned n;
    unsigned ninsns; // guest instructions
    unsigned nblocks;
    bool region;                          // may have several blocks; nobody compares its states
    bool quick;                           // made in haste: ir_pass_quick instead of the others
    bool stale_flags;                     // ir_pass_stale_flags
    bool indirect;                        // has an IR_GOTO_REG that is no return
    bool holes;                           // a pass has left IR_NOPs: ir_compact
    uint8_t seen[(IR_OP_COUNT + 7) & ~7]; // which operations have been put into it: 1 each
    struct {
        uint64_t key;  // pc | T | ITSTATE << 32
        bool entry;    // reached from outside; so is the first
        bool loop;     // reached by a jump backwards
        bool circle;   // … which control may come to again from there
        uint8_t live;  // flags that it reads, or what follows
        uint32_t heat; // how often it has run, or somewhat more
    } blocks[IR_MAX_BLOCKS];
    struct ir_insn insn[IR_MAX];
};

static inline void ir_see(struct ir_block *b, enum ir_op op)
{
    b->seen[op] = 1;
}

static inline bool ir_seen(const struct ir_block *b, enum ir_op op)
{
    return b->seen[op];
}

// Any of those from one to another.
static inline bool ir_seen_of(const struct ir_block *b, enum ir_op first, enum ir_op last)
{
    uint64_t any = 0;
    for (unsigned w = first / 8; w <= last / 8; w++) {
        uint64_t eight;
        memcpy(&eight, &b->seen[w * 8], 8);
        if (w == first / 8) eight &= ~0ull << first % 8 * 8;
        if (w == last / 8) eight &= ~0ull >> (7 - last % 8) * 8;
        any |= eight;
    }
    return any;
}

// Where an IR_GOTO leads: pc | T | ITSTATE << 32.
static inline uint64_t ir_target(const struct ir_insn *i)
{
    return i->imm | !!(i->mode & IR_THUMB) | (uint64_t)i->it << 32;
}

// 1 + the number of the block that a call returns to (IR_LINKS), or an inlined callee; 0: none in the unit.
static inline unsigned ir_block_behind(const struct ir_insn *i)
{
    return i->op == IR_GOTO || i->op == IR_GOTO_REG ? i->x : 0;
}

// The flags that a condition (enum cond, not always) is told by.
static inline uint8_t ir_cond_reads(uint8_t cond)
{
    static const uint8_t reads[] = {IR_Z, IR_C, IR_N, IR_V, IR_C | IR_Z, IR_N | IR_V, IR_N | IR_Z | IR_V};
    return reads[cond >> 1];
}

// One line; returns its length.
int ir_print(const struct ir_insn *i, char *buf, int size);
// NULL, or what is wrong with the block.
const char *ir_verify(const struct ir_block *b);

#endif
