#include "jit/x64/asm.h"

static inline uint8_t *put32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, 4);
    return p + 4;
}

// Without a base, or counted from here.
static __attribute__((noinline)) uint8_t *modrm_rare(const struct x64 *a, uint8_t *p, unsigned reg,
                                                     struct x64_rm rm)
{
    if (rm.rip) {
        *p++ = (uint8_t)(5 | reg);
        return put32(p, (uint32_t)(a->end + rm.disp - (p + 4)));
    }
    // [disp32]: SIB 0x25, or with an index alone
    *p++ = (uint8_t)(4 | reg);
    *p++ = (uint8_t)(rm.index < 0 ? 0x25 : (unsigned)rm.scale << 6 | (rm.index & 7u) << 3 | 5);
    return put32(p, (uint32_t)rm.disp);
}

// Writes at p, behind the opcode; returns the end.
static inline uint8_t *modrm(const struct x64 *a, uint8_t *p, unsigned reg, struct x64_rm rm)
{
    reg = (reg & 7) << 3;
    const unsigned base = rm.base & 7u;
    if (!rm.mem) {
        *p++ = (uint8_t)(0xc0 | reg | base);
        return p;
    }
    if (rm.base < 0) return modrm_rare(a, p, reg, rm);
    const unsigned mod = x64_mod(base, rm.disp);
    reg |= mod << 6;
    if (rm.index >= 0 || base == RSP) {
        *p++ = (uint8_t)(reg | 4);
        *p++ = (uint8_t)((rm.index < 0 ? 0x20 : (unsigned)rm.scale << 6 | (rm.index & 7u) << 3) | base);
    } else {
        *p++ = (uint8_t)(reg | base);
    }
    put32(p, (uint32_t)rm.disp);
    return p + x64_mod_bytes(mod);
}

static inline uint8_t *window(uint8_t *p, struct x64_rm rm)
{
    if (!rm.gs) return p;
    *p++ = 0x65;
    *p++ = 0x67;
    return p;
}

// Byte registers 4 … 7 are SPL … DIL only with a REX prefix.
static inline bool is_new_byte(unsigned reg, struct x64_rm rm)
{
    return (reg >= 4 && reg < 8) || (!rm.mem && rm.base >= 4 && rm.base < 8);
}

void x64_registers(struct x64 *a, unsigned opcode, unsigned reg, unsigned rm)
{
    x64_room(a);
    a->p = x64_put_registers(a->p, opcode, reg, rm);
}

// With other prefixes than REX and the window's, or long opcodes.
static __attribute__((noinline)) uint8_t *prefixed(uint8_t *p, unsigned width, unsigned opcode, unsigned rex)
{
    if (width & X64_16) *p++ = 0x66;
    // f3 and f2 go in front of REX: given as 0xf3____.
    if (opcode >> 24) *p++ = (uint8_t)(opcode >> 24);
    opcode &= 0xffffff;
    if (rex) *p++ = (uint8_t)rex;
    if (opcode > 0xffff) *p++ = (uint8_t)(opcode >> 16);
    if (opcode > 0xff) *p++ = (uint8_t)(opcode >> 8);
    *p++ = (uint8_t)opcode;
    return p;
}

// What is said of an operand beside its displacement and which register the base is.
static inline uint32_t kind_of(struct x64_rm rm)
{
    uint64_t bits;
    memcpy(&bits, &rm, sizeof bits);
    return (uint32_t)(bits >> 32) & ~15u;
}

static __attribute__((noinline)) void any_op(struct x64 *a, unsigned width, unsigned opcode, unsigned reg,
                                             struct x64_rm rm)
{
    uint8_t *p = window(a->p, rm);
    unsigned rex = (reg & 8) >> 1 | (rm.base >= 8);
    if (rm.mem && rm.index >= 8) rex |= 2;
    if (rex || width) {
        // Byte registers 4 … 7 are SPL … DIL only with a REX prefix.
        if (width & X64_8 && ((reg & 12) == 4 || (!rm.mem && (rm.base & 12) == 4))) rex |= 0x40;
        if (width & X64_64) rex |= 8;
        if (rex) rex |= 0x40;
    }
    if (width & X64_16 || opcode > 0xffff) {
        p = prefixed(p, width, opcode, rex);
    } else {
        if (rex) *p++ = (uint8_t)rex;
        if (opcode > 0xff) *p++ = 0x0f;
        *p++ = (uint8_t)opcode;
    }
    a->p = modrm(a, p, reg, rm);
}

void x64_any(struct x64 *a, unsigned width, unsigned opcode, unsigned reg, struct x64_rm rm)
{
    static const struct x64_rm plain = {.mem = true, .index = -1},
                               in_window = {.mem = true, .gs = true, .index = -1};
    const uint32_t kind = kind_of(rm);
    const bool gs = kind == kind_of(in_window);
    x64_room(a);
    if ((kind == kind_of(plain) || gs) && opcode <= 0xffff && (!width || (width == X64_8 && (reg & 12) != 4)))
        a->p = x64_put_based(a->p, opcode, reg, rm.base & 15u, rm.disp, gs);
    else if (rm.mem && !width && rm.base >= 0 && rm.index >= 0 && opcode <= 0xffff)
        a->p = x64_put_indexed(a->p, opcode, reg, rm.base & 15u, rm.index & 15u, rm.scale, rm.disp, rm.gs);
    else
        any_op(a, width, opcode, reg, rm);
}

void x64_vex(struct x64 *a, unsigned flags, unsigned opcode, unsigned reg, unsigned vvvv, struct x64_rm rm)
{
    x64_room(a);
    uint8_t *p = window(a->p, rm);
    const unsigned prefix = opcode >> 24;
    const unsigned pp = prefix == 0x66 ? 1 : prefix == 0xf3 ? 2 : prefix == 0xf2 ? 3 : 0;
    opcode &= 0xffffff;
    const unsigned map = opcode >> 8 == 0x0f38 ? 2 : opcode >> 8 == 0x0f3a ? 3 : 1;
    const unsigned r = !(reg & 8), b = !(rm.base >= 8), x = !(rm.mem && rm.index >= 8);
    const unsigned last = (~vvvv & 15) << 3 | (flags & X64_VEX_256) << 1 | pp;
    if (map == 1 && x && b && !(flags & X64_VEX_W)) {
        *p++ = 0xc5;
        *p++ = (uint8_t)(r << 7 | last);
    } else {
        *p++ = 0xc4;
        *p++ = (uint8_t)(r << 7 | x << 6 | b << 5 | map);
        *p++ = (uint8_t)((flags & X64_VEX_W) << 7 | last);
    }
    *p++ = (uint8_t)opcode;
    a->p = modrm(a, p, reg, rm);
}

void x64_mov_imm(struct x64 *a, struct x64_rm to, uint32_t imm)
{
    if (to.mem) {
        x64_op(a, 0, 0xc7, 0, to);
    } else {
        x64_room(a);
        if (to.base >= 8) x64_byte(a, 0x41);
        x64_byte(a, 0xb8 | (to.base & 7u));
    }
    x64_u32(a, imm);
}

void x64_mov_imm64(struct x64 *a, unsigned to, uint64_t imm)
{
    x64_room(a);
    x64_byte(a, 0x48 | to >> 3);
    x64_byte(a, 0xb8 | (to & 7));
    x64_bytes(a, &imm, 8);
}

void x64_group1(struct x64 *a, unsigned width, unsigned n, struct x64_rm rm, uint32_t imm)
{
    if (!rm.mem && !width) {
        x64_room(a);
        a->p = x64_put_group1(a->p, n, (uint8_t)rm.base, imm);
    } else if (width & X64_8) {
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
    x64_room(a);
    x64_byte(a, 0x0f);
    x64_byte(a, 0x80u | cc);
    x64_u32(a, 0);
    return a->p - 4;
}

uint8_t *x64_jmp_at(struct x64 *a)
{
    x64_room(a);
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
    x64_room(a);
    x64_byte(a, 0xe8);
    x64_u32(a, 0);
    if (!a->full) x64_patch(a->p - 4, target);
}

void x64_align(struct x64 *a, unsigned align, unsigned before)
{
    static const uint8_t nops[][9] = {{0x90},
                                      {0x66, 0x90},
                                      {0x0f, 0x1f, 0x00},
                                      {0x0f, 0x1f, 0x40},
                                      {0x0f, 0x1f, 0x44},
                                      {0x66, 0x0f, 0x1f, 0x44},
                                      {0x0f, 0x1f, 0x80},
                                      {0x0f, 0x1f, 0x84},
                                      {0x66, 0x0f, 0x1f, 0x84}};
    unsigned left = -(unsigned)((uintptr_t)a->p + before) % align;
    x64_room(a);
    while (left) { // as few of them as possible: each takes as long as any instruction
        const unsigned n = left < sizeof *nops ? left : sizeof *nops;
        x64_bytes(a, nops[n - 1], n);
        left -= n;
    }
}

void x64_prefix(struct x64 *a, unsigned align, unsigned before)
{
    enum { CS = 0x2e }; // without a meaning there
    x64_room(a);
    while (((uintptr_t)a->p + before) % align)
        x64_byte(a, CS);
}
