// Writing x86-64 instructions: bytes at a cursor. Intel SDM volume 2, chapter 2.
#ifndef STINKARM_JIT_X64_ASM_H
#define STINKARM_JIT_X64_ASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum x64_reg {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
};

// Condition codes, as in Jcc and SETcc; ^ 1 negates.
enum x64_cc {
    CC_O,
    CC_NO,
    CC_B,
    CC_AE,
    CC_E,
    CC_NE,
    CC_BE,
    CC_A,
    CC_S,
    CC_NS,
    CC_P,
    CC_NP,
    CC_L,
    CC_GE,
    CC_LE,
    CC_G
};

struct x64 {
    uint8_t *p, *end; // the writable view
    bool full;        // something did not fit
};

enum { X64_ROOM = 64 }; // an instruction with its immediate, and what is put behind it byte by byte

// In front of every instruction. When there is no room for one, what is written from here on is not code.
static inline void x64_room(struct x64 *a)
{
    if (a->end - a->p >= X64_ROOM) return;
    a->full = true;
    a->p = a->end - X64_ROOM;
}

static inline void x64_byte(struct x64 *a, unsigned v)
{
    *a->p++ = (uint8_t)v;
}

static inline void x64_bytes(struct x64 *a, const void *v, size_t n)
{
    memcpy(a->p, v, n);
    a->p += n;
}

static inline void x64_u32(struct x64 *a, uint32_t v)
{
    x64_bytes(a, &v, 4);
}

// A register or memory operand. Memory: [base + disp], [base + index << scale + disp]; base < 0: [disp].
struct x64_rm {
    int32_t disp;
    int8_t base, index;
    uint8_t scale;
    bool mem : 1, gs : 1; // gs: in the guest's window, with 32-bit address arithmetic
    bool rip : 1;         // disp is counted from the cursor's end, and no immediate may follow
};
_Static_assert(sizeof(struct x64_rm) == 8 && offsetof(struct x64_rm, base) == 4,
               "x64_any looks at it as a number");

static inline struct x64_rm x64_r(unsigned reg)
{
    return (struct x64_rm){.base = (int8_t)reg, .index = -1};
}

static inline struct x64_rm x64_m(unsigned base, int32_t disp)
{
    return (struct x64_rm){.mem = true, .base = (int8_t)base, .index = -1, .disp = disp};
}

// In the same memory as the code.
static inline struct x64_rm x64_at(const struct x64 *a, const uint8_t *p)
{
    return (struct x64_rm){.mem = true, .rip = true, .base = -1, .index = -1, .disp = (int32_t)(p - a->end)};
}

enum x64_width { X64_8 = 1, X64_64 = 2, X64_16 = 4 }; // 0: 32 bits

// The commonest encodings, without a look at the room: they write at p, up to 16 bytes, and return the end.
// Opcodes are xx or 0fxx.

static inline uint8_t *x64_put(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
    return p;
}

// A byte of the encoding, if it is wanted. It is written in any case: which registers an operation has is as
// good as random, and a jump would be mispredicted as often as not.
static inline uint8_t *x64_put_if(uint8_t *p, bool wanted, unsigned v)
{
    *p = (uint8_t)v;
    return p + wanted;
}

static inline uint8_t *x64_put_registers(uint8_t *p, unsigned opcode, unsigned reg, unsigned rm)
{
    const unsigned rex = (reg & 8) >> 1 | rm >> 3;
    p = x64_put_if(p, rex, 0x40 | rex);
    p = x64_put_if(p, opcode > 0xff, 0x0f);
    return x64_put(p, (opcode & 0xff) | (0xc0 | (reg & 7) << 3 | (rm & 7)) << 8) + 2;
}

// Which form of a displacement a base needs, as in MODRM.mod, and how many bytes that has.
static inline unsigned x64_mod(unsigned base, int32_t disp)
{
    const unsigned any = disp != 0 || (base & 7) == RBP;
    return any + (any & (disp != (int8_t)disp));
}

static inline unsigned x64_mod_bytes(unsigned mod)
{
    return mod + (mod & 2); // 0, 1, 4
}

// reg, [base + disp], in the window or not.
static inline uint8_t *x64_put_based(uint8_t *p, unsigned opcode, unsigned reg, unsigned base, int32_t disp,
                                     bool gs)
{
    if (gs) p = x64_put(p, 0x6765) + 2;
    const unsigned rex = (reg & 8) >> 1 | base >> 3, mod = x64_mod(base, disp);
    p = x64_put_if(p, rex, 0x40 | rex);
    p = x64_put_if(p, opcode > 0xff, 0x0f);
    x64_put(p, (opcode & 0xff) | (mod << 6 | (reg & 7) << 3 | (base & 7)) << 8);
    p = x64_put_if(p + 2, (base & 7) == RSP, 0x24); // a SIB without an index
    return x64_put(p, (uint32_t)disp) + x64_mod_bytes(mod);
}

// reg, [base + index << scale + disp], likewise.
static inline uint8_t *x64_put_indexed(uint8_t *p, unsigned opcode, unsigned reg, unsigned base,
                                       unsigned index, unsigned scale, int32_t disp, bool gs)
{
    if (gs) p = x64_put(p, 0x6765) + 2;
    const unsigned rex = (reg & 8) >> 1 | (index & 8) >> 2 | base >> 3, mod = x64_mod(base, disp);
    p = x64_put_if(p, rex, 0x40 | rex);
    p = x64_put_if(p, opcode > 0xff, 0x0f);
    x64_put(p, (opcode & 0xff) | (mod << 6 | (reg & 7) << 3 | 4) << 8 |
                   (scale << 6 | (index & 7) << 3 | (base & 7)) << 16);
    return x64_put(p + 3, (uint32_t)disp) + x64_mod_bytes(mod);
}

// Group-1 operation n of a register and a constant.
static inline uint8_t *x64_put_group1(uint8_t *p, unsigned n, unsigned reg, uint32_t imm)
{
    const unsigned small = imm + 128 < 256;
    p = x64_put_if(p, reg & 8, 0x41);
    x64_put(p, (0x81 | small << 1) | (0xc0 | n << 3 | (reg & 7)) << 8);
    return x64_put(p + 2, imm) + 4 - 3 * small;
}

// x64_op's most frequent kind: opcode (xx or 0fxx) and two registers.
void x64_registers(struct x64 *a, unsigned opcode, unsigned reg, unsigned rm);
// … and all others.
void x64_any(struct x64 *a, unsigned width, unsigned opcode, unsigned reg, struct x64_rm rm);

// Prefixes, opcode (up to three bytes: 0f 38 xx as 0x0f38xx) and operands. width X64_8: reg and rm are byte
// registers.
static inline void x64_op(struct x64 *a, unsigned width, unsigned opcode, unsigned reg, struct x64_rm rm)
{
    if (!rm.mem && !width && opcode <= 0xffff)
        x64_registers(a, opcode, reg, (uint8_t)rm.base);
    else
        x64_any(a, width, opcode, reg, rm);
}

// The same with a VEX prefix: three operands, the upper halves of YMM registers become 0. opcode: as above,
// with its mandatory prefix in bits 31:24. wide: VEX.W; ymm: 256 bits.
enum { X64_VEX_W = 1, X64_VEX_256 = 2 };
void x64_vex(struct x64 *a, unsigned flags, unsigned opcode, unsigned reg, unsigned vvvv, struct x64_rm rm);

static inline void x64_mov(struct x64 *a, unsigned to, unsigned from)
{
    if (to != from) x64_op(a, 0, 0x8b, to, x64_r(from));
}

static inline void x64_load(struct x64 *a, unsigned to, struct x64_rm from)
{
    if (from.mem || from.base != (int)to) x64_op(a, 0, 0x8b, to, from);
}

static inline void x64_store(struct x64 *a, struct x64_rm to, unsigned from)
{
    if (to.mem || to.base != (int)from) x64_op(a, 0, 0x89, from, to);
}

void x64_mov_imm(struct x64 *a, struct x64_rm to, uint32_t imm); // keeps the flags
void x64_mov_imm64(struct x64 *a, unsigned to, uint64_t imm);
// op r/m, imm with the group-1 operation n: 0 add, 1 or, 2 adc, 3 sbb, 4 and, 5 sub, 6 xor, 7 cmp.
void x64_group1(struct x64 *a, unsigned width, unsigned n, struct x64_rm rm, uint32_t imm);

// Jumps. *_at: returns where the 32-bit displacement is.
uint8_t *x64_jcc_at(struct x64 *a, enum x64_cc cc);
uint8_t *x64_jmp_at(struct x64 *a);
void x64_jmp_to(struct x64 *a, const uint8_t *target); // target in the writable view
void x64_jcc_to(struct x64 *a, enum x64_cc cc, const uint8_t *target);
void x64_call_to(struct x64 *a, const uint8_t *target); // likewise
void x64_patch(uint8_t *disp, const uint8_t *target);
// Fills with no-operations up to (cursor + before) % align == 0.
void x64_align(struct x64 *a, unsigned align, unsigned before);
// … with prefixes of the jump or call that follows, which cost no instruction. align: at most 4.
void x64_prefix(struct x64 *a, unsigned align, unsigned before);

#endif
