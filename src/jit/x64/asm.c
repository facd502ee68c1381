#include "jit/x64/asm.h"

static void modrm(struct x64 *a, unsigned reg, struct x64_rm rm)
{
    reg = (reg & 7) << 3;
    if (!rm.mem) {
        x64_byte(a, 0xc0 | reg | (rm.base & 7u));
        return;
    }
    if (rm.rip) {
        x64_byte(a, 5 | reg);
        x64_u32(a, (uint32_t)(rm.rip - (a->p + 4)));
        return;
    }
    if (rm.base < 0) { // [disp32], without a base: SIB 0x25, or with an index alone
        x64_byte(a, 4 | reg);
        x64_byte(a, rm.index < 0 ? 0x25u : (unsigned)rm.scale << 6 | (rm.index & 7u) << 3 | 5);
        x64_u32(a, (uint32_t)rm.disp);
        return;
    }
    const bool sib = rm.index >= 0 || (rm.base & 7) == RSP;
    const bool none = rm.disp == 0 && (rm.base & 7) != RBP, small = rm.disp >= -128 && rm.disp < 128;
    x64_byte(a, (none ? 0u : small ? 0x40u : 0x80u) | reg | (sib ? 4u : (rm.base & 7u)));
    if (sib)
        x64_byte(a, (unsigned)rm.scale << 6 | (rm.index < 0 ? 4u : (rm.index & 7u)) << 3 | (rm.base & 7u));
    if (none) return;
    if (small)
        x64_byte(a, (unsigned)rm.disp & 0xff);
    else
        x64_u32(a, (uint32_t)rm.disp);
}

void x64_op(struct x64 *a, unsigned width, unsigned opcode, unsigned reg, struct x64_rm rm)
{
    if (rm.gs) {
        x64_byte(a, 0x65);
        x64_byte(a, 0x67);
    }
    if (width & X64_16) x64_byte(a, 0x66);
    // f3 and f2 go in front of REX: given as 0xf3____.
    if (opcode >> 24) x64_byte(a, opcode >> 24);
    opcode &= 0xffffff;
    unsigned rex = (width & X64_64 ? 8u : 0) | (reg & 8) >> 1;
    if (rm.base >= 8) rex |= 1;
    if (rm.mem && rm.index >= 8) rex |= 2;
    // Byte registers 4 … 7 are SPL … DIL only with a REX prefix.
    const bool byte = width & X64_8 && ((reg >= 4 && reg < 8) || (!rm.mem && rm.base >= 4 && rm.base < 8));
    if (rex || byte) x64_byte(a, 0x40 | rex);
    if (opcode > 0xffff) x64_byte(a, opcode >> 16);
    if (opcode > 0xff) x64_byte(a, opcode >> 8 & 0xff);
    x64_byte(a, opcode & 0xff);
    modrm(a, reg, rm);
}

void x64_vex(struct x64 *a, unsigned flags, unsigned opcode, unsigned reg, unsigned vvvv, struct x64_rm rm)
{
    if (rm.gs) {
        x64_byte(a, 0x65);
        x64_byte(a, 0x67);
    }
    const unsigned prefix = opcode >> 24;
    const unsigned pp = prefix == 0x66 ? 1 : prefix == 0xf3 ? 2 : prefix == 0xf2 ? 3 : 0;
    opcode &= 0xffffff;
    const unsigned map = opcode >> 8 == 0x0f38 ? 2 : opcode >> 8 == 0x0f3a ? 3 : 1;
    const unsigned r = !(reg & 8), b = !(rm.base >= 8), x = !(rm.mem && rm.index >= 8);
    const unsigned last = (~vvvv & 15) << 3 | (flags & X64_VEX_256) << 1 | pp;
    if (map == 1 && x && b && !(flags & X64_VEX_W)) {
        x64_byte(a, 0xc5);
        x64_byte(a, r << 7 | last);
    } else {
        x64_byte(a, 0xc4);
        x64_byte(a, r << 7 | x << 6 | b << 5 | map);
        x64_byte(a, (flags & X64_VEX_W) << 7 | last);
    }
    x64_byte(a, opcode & 0xff);
    modrm(a, reg, rm);
}

void x64_mov_imm(struct x64 *a, struct x64_rm to, uint32_t imm)
{
    if (to.mem) {
        x64_op(a, 0, 0xc7, 0, to);
    } else {
        if (to.base >= 8) x64_byte(a, 0x41);
        x64_byte(a, 0xb8 | (to.base & 7u));
    }
    x64_u32(a, imm);
}

void x64_mov_imm64(struct x64 *a, unsigned to, uint64_t imm)
{
    x64_byte(a, 0x48 | to >> 3);
    x64_byte(a, 0xb8 | (to & 7));
    x64_bytes(a, &imm, 8);
}

void x64_group1(struct x64 *a, unsigned width, unsigned n, struct x64_rm rm, uint32_t imm)
{
    if (width & X64_8) {
        x64_op(a, width, 0x80, n, rm);
        x64_byte(a, imm & 0xff);
    } else if (imm + 128 < 256) {
        x64_op(a, width, 0x83, n, rm);
        x64_byte(a, imm & 0xff);
    } else {
        x64_op(a, width, 0x81, n, rm);
        x64_u32(a, imm);
    }
}

uint8_t *x64_jcc_at(struct x64 *a, enum x64_cc cc)
{
    x64_byte(a, 0x0f);
    x64_byte(a, 0x80u | cc);
    x64_u32(a, 0);
    return a->p - 4;
}

uint8_t *x64_jmp_at(struct x64 *a)
{
    x64_byte(a, 0xe9);
    x64_u32(a, 0);
    return a->p - 4;
}

void x64_patch(uint8_t *disp, const uint8_t *target)
{
    const int32_t rel = (int32_t)(target - (disp + 4));
    // One store: another thread may run here.
    __atomic_store_n((int32_t *)disp, rel, __ATOMIC_RELEASE);
}

void x64_jmp_to(struct x64 *a, const uint8_t *target)
{
    uint8_t *at = x64_jmp_at(a);
    if (!a->full) x64_patch(at, target);
}

void x64_jcc_to(struct x64 *a, enum x64_cc cc, const uint8_t *target)
{
    uint8_t *at = x64_jcc_at(a, cc);
    if (!a->full) x64_patch(at, target);
}

void x64_call_to(struct x64 *a, const uint8_t *target)
{
    x64_byte(a, 0xe8);
    x64_u32(a, 0);
    if (!a->full) x64_patch(a->p - 4, target);
}

void x64_align(struct x64 *a, unsigned align, unsigned before)
{
    while (((uintptr_t)a->p + before) % align && !a->full)
        x64_byte(a, 0x90);
}
