#include "symbols/stack_op.h"

enum { IP = 12, SP = 13, LR = 14, PC = 15 };

static uint32_t half(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8;
}

// ---- A32 ----

static uint32_t a32_immediate(uint32_t w)
{
    const unsigned rotate = w >> 7 & 30;
    const uint32_t v = w & 0xff;
    return rotate ? v >> rotate | v << (32 - rotate) : v;
}

static struct stack_op op_reg(enum stack_op_kind kind, unsigned reg, uint32_t offset)
{
    return (struct stack_op){.kind = kind, .size = 4, .reg = reg, .offset = offset};
}

static struct stack_op op_mask(enum stack_op_kind kind, uint32_t mask)
{
    return (struct stack_op){.kind = kind, .size = 4, .mask = mask};
}

static struct stack_op op_plain(enum stack_op_kind kind)
{
    return (struct stack_op){.kind = kind, .size = 4};
}

// Data-processing instructions
static struct stack_op a32_data(uint32_t w)
{
    const unsigned rn = w >> 16 & 15, rd = w >> 12 & 15, opcode = w >> 21 & 15;
    const bool immediate = w & 1u << 25;
    const bool add = immediate && opcode == 4, sub = immediate && opcode == 2;
    const uint32_t offset = sub ? 0 - a32_immediate(w) : a32_immediate(w);
    const bool move = (w & 0x0fef0ff0) == 0x01a00000;
    if ((w & 0x0ffffff0) == 0x012fff10) return op_plain((w & 15) == LR ? STACK_RETURN : STACK_JUMP);
    if ((w & 0x0ffffff0) == 0x012fff30) return op_plain(STACK_CALL);
    if (move && rd == PC) return op_plain((w & 15) == LR ? STACK_RETURN : STACK_JUMP);
    if (move && rd == SP) return op_reg(STACK_SET, w & 15, 0);
    if (move && (w & 15) == SP) return op_reg(STACK_FRAME, rd, 0);
    if ((opcode >= 8 && opcode < 12) || (!immediate && (w & 0x90) == 0x90)) return op_plain(STACK_OTHER);
    if (rd == PC) return op_plain(STACK_JUMP);
    if (add || sub) {
        if (rd == SP && rn == SP) return op_reg(STACK_ADD, SP, offset);
        if (rd == SP) return op_reg(STACK_SET, rn, offset);
        if (rn == SP) return op_reg(STACK_FRAME, rd, offset);
        if (rn == IP) return op_reg(STACK_DERIVE, rd, offset);
    }
    return op_plain(rd == SP ? STACK_UNKNOWN : STACK_OTHER);
}

// LDM and STM
static struct stack_op a32_multiple(uint32_t w)
{
    const unsigned rn = w >> 16 & 15;
    const uint32_t mask = w & 0xffff;
    const bool load = w & 1u << 20, writeback = w & 1u << 21, up = w & 1u << 23, before = w & 1u << 24;
    const uint32_t bytes = 4u * (unsigned)__builtin_popcount(mask);
    if (rn == SP && writeback) {
        if (!load && !up && before) return op_mask(STACK_PUSH, mask);
        if (load && up && !before) return op_mask(STACK_POP, mask);
        return op_plain(STACK_UNKNOWN);
    }
    if (load && mask & 1u << SP && !writeback) { // ldmdb fp, {…, fp, sp, pc}
        struct stack_op op = op_mask(STACK_LOAD, mask);
        op.reg = rn;
        op.offset = up ? (before ? 4 : 0) : (before ? 0 - bytes : 4 - bytes);
        return op;
    }
    if (load && mask & 1u << PC) return op_plain(STACK_JUMP);
    return op_plain(load && mask & 1u << SP ? STACK_UNKNOWN : STACK_OTHER);
}

static struct stack_op a32_single(uint32_t w)
{
    const unsigned rn = w >> 16 & 15, rt = w >> 12 & 15;
    const uint32_t imm12 = w & 0xfff;
    if ((w & 0x0fff0fff) == 0x052d0004) return op_mask(STACK_PUSH, 1u << rt);
    if ((w & 0x0fff0fff) == 0x049d0004) return op_mask(STACK_POP, 1u << rt);
    if ((w & 0x0fff0000) == 0x058d0000) return op_reg(STACK_STORE, rt, imm12);
    if (w & 1u << 20 && !(w & 1u << 22) && rt == PC) return op_plain(STACK_JUMP);
    const bool writeback = !(w & 1u << 24) || w & 1u << 21;
    return op_plain((rn == SP && writeback) || (rt == SP && w & 1u << 20) ? STACK_UNKNOWN : STACK_OTHER);
}

static struct stack_op a32_op(uint32_t w)
{
    const bool always = w >> 28 == 14;
    struct stack_op op = op_plain(STACK_OTHER);
    if (w >> 28 == 15) return op_plain((w & 0xfe000000) == 0xfa000000 ? STACK_CALL : STACK_OTHER);
    switch (w >> 25 & 7) {
    case 0:
    case 1: op = a32_data(w); break;
    case 3: // media
        if (w & 0x10) break;
        // fallthrough
    case 2: op = a32_single(w); break;
    case 4: op = a32_multiple(w); break;
    case 5: op = op_plain(w & 1u << 24 ? STACK_CALL : STACK_JUMP); break;
    case 6: // VPUSH, VPOP, and the older FSTMFDX, FLDMFDX
        if ((w & 0x0fbf0e00) == 0x0d2d0a00) op = op_reg(STACK_ADD, SP, 0 - (w & 0xff) * 4);
        if ((w & 0x0fbf0e00) == 0x0cbd0a00) op = op_reg(STACK_ADD, SP, (w & 0xff) * 4);
        break;
    default: break;
    }
    if (always || op.kind == STACK_OTHER || op.kind == STACK_CALL) return op;
    const bool jump = op.kind == STACK_JUMP || op.kind == STACK_RETURN || op.kind == STACK_LOAD ||
                      (op.kind == STACK_POP && op.mask & 1u << PC);
    return op_plain(jump ? STACK_JUMP_IF : op.kind == STACK_FRAME ? STACK_OTHER : STACK_UNKNOWN);
}

// ---- T32 ----

static struct stack_op t16_op(uint32_t h)
{
    struct stack_op op = op_plain(STACK_OTHER);
    const unsigned high = (h & 7) | (h >> 4 & 8); // Rd of MOV and ADD with any registers
    const unsigned rm = h >> 3 & 15;
    if ((h & 0xfe00) == 0xb400) op = op_mask(STACK_PUSH, (h & 0xff) | (h & 0x100 ? 1u << LR : 0));
    if ((h & 0xfe00) == 0xbc00) op = op_mask(STACK_POP, (h & 0xff) | (h & 0x100 ? 1u << PC : 0));
    if ((h & 0xff80) == 0xb080) op = op_reg(STACK_ADD, SP, 0 - (h & 0x7f) * 4);
    if ((h & 0xff80) == 0xb000) op = op_reg(STACK_ADD, SP, (h & 0x7f) * 4);
    if ((h & 0xf800) == 0xa800) op = op_reg(STACK_FRAME, h >> 8 & 7, (h & 0xff) * 4);
    if ((h & 0xf800) == 0x9000) op = op_reg(STACK_STORE, h >> 8 & 7, (h & 0xff) * 4);
    if ((h & 0xff00) == 0x4600 && high == SP) op = op_reg(STACK_SET, rm, 0);
    if ((h & 0xff00) == 0x4600 && rm == SP) op = op_reg(STACK_FRAME, high, 0);
    if ((h & 0xff00) == 0x4600 && high == PC) op = op_plain(rm == LR ? STACK_RETURN : STACK_JUMP);
    if ((h & 0xff00) == 0x4400 && high == SP) op = op_plain(STACK_UNKNOWN);
    if ((h & 0xff00) == 0x4400 && high == PC) op = op_plain(STACK_JUMP);
    if ((h & 0xff80) == 0x4700) op = op_plain(rm == LR ? STACK_RETURN : STACK_JUMP);
    if ((h & 0xff80) == 0x4780) op = op_plain(STACK_CALL);
    if ((h & 0xf800) == 0xe000) op = op_plain(STACK_JUMP);
    if ((h & 0xf000) == 0xd000 && (h & 0xe00) != 0xe00) op = op_plain(STACK_JUMP_IF);
    if ((h & 0xf500) == 0xb100) op = op_plain(STACK_JUMP_IF); // CBZ, CBNZ
    op.size = 2;
    return op;
}

// Modified immediate constants (A6.3.2) that stack frames have.
static uint32_t t32_immediate(uint32_t h1, uint32_t h2)
{
    const uint32_t imm12 = (h1 & 0x400) << 1 | (h2 & 0x7000) >> 4 | (h2 & 0xff);
    if (imm12 < 0x100) return imm12;
    const unsigned rotate = imm12 >> 7;
    const uint32_t v = 0x80 | (imm12 & 0x7f);
    return rotate >= 8 ? v >> rotate | v << (32 - rotate) : 0;
}

static struct stack_op t32_branch(uint32_t h1, uint32_t h2)
{
    if ((h2 & 0xd000) == 0xd000 || (h2 & 0xd000) == 0xc000) return op_plain(STACK_CALL);
    if ((h2 & 0xd000) == 0x9000) return op_plain(STACK_JUMP);
    return op_plain((h1 & 0x380) != 0x380 ? STACK_JUMP_IF : STACK_OTHER);
}

static struct stack_op t32_op(uint32_t h1, uint32_t h2)
{
    const unsigned rt = h2 >> 12, rd = h2 >> 8 & 15, rn = h1 & 15;
    if (h1 == 0xe92d) return op_mask(STACK_PUSH, h2);
    if (h1 == 0xe8bd) return op_mask(STACK_POP, h2);
    if (h1 == 0xf84d && (h2 & 0xfff) == 0xd04) return op_mask(STACK_PUSH, 1u << rt);
    if (h1 == 0xf85d && (h2 & 0xfff) == 0xb04) return op_mask(STACK_POP, 1u << rt);
    if (h1 == 0xf8cd) return op_reg(STACK_STORE, rt, h2 & 0xfff);
    if ((h1 & 0xffbf) == 0xed2d && (h2 & 0xe00) == 0xa00) return op_reg(STACK_ADD, SP, 0 - (h2 & 0xff) * 4);
    if ((h1 & 0xffbf) == 0xecbd && (h2 & 0xe00) == 0xa00) return op_reg(STACK_ADD, SP, (h2 & 0xff) * 4);
    if ((h1 & 0xf800) == 0xf000 && h2 & 0x8000) return t32_branch(h1, h2);
    if ((h1 & 0xfff0) == 0xe8d0 && (h2 & 0xffe0) == 0xf000) return op_plain(STACK_JUMP); // TBB, TBH
    if ((h1 & 0xfa00) == 0xf000 && !(h2 & 0x8000)) {                                     // with an immediate
        const unsigned opcode = h1 >> 5 & 15;
        const uint32_t v = t32_immediate(h1, h2);
        if (rd == SP && rn != SP && opcode != 8 && opcode != 13) return op_plain(STACK_UNKNOWN);
        if (opcode == 8 || opcode == 13) {
            const uint32_t offset = opcode == 13 ? 0 - v : v;
            if (rd == SP) return op_reg(rn == SP ? STACK_ADD : STACK_SET, rn, offset);
            if (rn == SP && rd != PC) return op_reg(STACK_FRAME, rd, offset);
        }
    }
    if ((h1 & 0xfb5f) == 0xf20d && !(h2 & 0x8000)) { // ADDW, SUBW of sp
        const uint32_t v = (h1 & 0x400) << 1 | (h2 & 0x7000) >> 4 | (h2 & 0xff);
        const uint32_t offset = h1 & 0xa0 ? 0 - v : v;
        return op_reg(rd == SP ? STACK_ADD : STACK_FRAME, rd, offset);
    }
    if ((h1 & 0xff70) == 0xf850 && rt == PC) return op_plain(STACK_JUMP); // ldr pc
    // STRD and LDRD of sp with writeback, and whatever else stores a register and moves sp
    const bool dual = (h1 & 0xfe6f) == 0xe86d || (h1 & 0xff6f) == 0xe96d;
    if (dual || (h1 == 0xf84d && h2 & 0x800 && h2 & 0x100)) return op_plain(STACK_UNKNOWN);
    return op_plain(STACK_OTHER);
}

// ---- both ----

static size_t read(const struct backtrace_space *space, uint32_t at, uint8_t *b, size_t n)
{
    return space->read(space->ctx, at, b, n);
}

bool stack_op_at(const struct backtrace_space *space, uint32_t at, bool thumb, struct stack_op *op)
{
    uint8_t b[4];
    const size_t n = read(space, at, b, sizeof b);
    if (!thumb) {
        if (n == 4) *op = a32_op(half(b) | half(b + 2) << 16);
        return n == 4;
    }
    if (n < 2) return false;
    const bool wide = (half(b) & 0xf800) >= 0xe800;
    if (wide && n < 4) return false;
    *op = wide ? t32_op(half(b), half(b + 2)) : t16_op(half(b));
    return true;
}

bool stack_is_behind_call(const struct backtrace_space *space, uint32_t at, bool thumb)
{
    struct stack_op op;
    uint8_t b[4];
    if (!thumb) {
        if (!stack_op_at(space, at - 4, false, &op)) return false;
        if (op.kind == STACK_CALL) return true;
        // mov lr, pc; and whatever jumps
        return read(space, at - 8, b, 4) == 4 && (half(b) | half(b + 2) << 16) == 0xe1a0e00f;
    }
    if (stack_op_at(space, at - 2, true, &op) && op.size == 2 && op.kind == STACK_CALL) return true;
    return stack_op_at(space, at - 4, true, &op) && op.size == 4 && op.kind == STACK_CALL;
}
