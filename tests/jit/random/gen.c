// gen SEED COUNT: random programs for the runner, on standard output. A program is 64 blocks of instructions
// of any kind, half of them ARM, half Thumb, with conditions, IT blocks, memory accesses that mostly reach
// the data, and branches to each other at their ends.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../conformance/gen.h"
#include "program.h"

struct maker {
    struct rng g;
    struct program p;
    uint32_t used;
    bool thumb;
};

static void put(struct maker *m, uint32_t raw, bool wide)
{
    if (m->thumb && wide) raw = raw >> 16 | raw << 16;
    memcpy(m->p.code + m->used, &raw, wide ? 4 : 2);
    m->used += wide ? 4 : 2;
}

// movw/movt Rd, #value
static void put_constant(struct maker *m, unsigned rd, uint32_t value)
{
    for (unsigned top = 0; top < 2; top++, value >>= 16) {
        const uint32_t v = value & 0xffff;
        if (m->thumb)
            put(m,
                (top ? 0xf2c00000 : 0xf2400000) | (v >> 12) << 16 | (v >> 11 & 1) << 26 | (v >> 8 & 7) << 12 |
                    rd << 8 | (v & 0xff),
                true);
        else
            put(m, (top ? 0xe3400000 : 0xe3000000) | (v >> 12) << 16 | rd << 12 | (v & 0xfff), true);
    }
}

// An address of data, now and then across the end of what is writable, or of what is there.
static uint32_t address(struct maker *m)
{
    static const uint32_t ends[] = {DATA_SIZE - 8, DATA_SIZE + 0x1000 - 8};
    const uint32_t align = 1u << rng_below(&m->g, 5);
    if (rng_percent(&m->g, 12)) return DATA_BASE + ends[rng_below(&m->g, 2)] + rng_below(&m->g, 8);
    return (DATA_BASE + 0x100 + rng_below(&m->g, DATA_SIZE - 0x300)) & -align;
}

// Branches are put at the ends of blocks; but loads of the PC may be anywhere: from memory that rarely holds
// the address of code. All others would end in the wrong instruction set too often, where SVCs are.
static bool wanted(struct maker *m, const struct insn *in, bool pc)
{
    const enum gen_kind kind = gen_kind(in);
    if (kind == KIND_SKIP || gen_always_traps(in)) return false;
    if (in->op == OP_SETEND || in->op == OP_VMSR_FPSCR || in->op == OP_CPS) return false;
    if (!gen_writes_pc(in)) return true;
    return pc && (kind == KIND_IMM || kind == KIND_REG || kind == KIND_CENTRE) && rng_percent(&m->g, 10);
}

// Holds a Thumb SVC, should somebody execute it from there on or as Thumb code: what that does nobody knows.
static bool hides_svc(struct encoding e)
{
    return (e.raw >> 8 & 0xff) == 0xdf || (e.wide && e.raw >> 24 == 0xdf);
}

struct choice {
    struct encoding e;
    struct insn in;
};

// An instruction that may stand there; pc: it may branch.
static struct choice choose(struct maker *m, uint8_t itstate, bool pc)
{
    static const enum gen_space arm[] = {GEN_A32, GEN_A32, GEN_A32, GEN_A32, GEN_A32, GEN_VFP, GEN_NEON};
    static const enum gen_space thumb[] = {GEN_T16, GEN_T16, GEN_T16, GEN_T32, GEN_T32, GEN_VFP, GEN_NEON};
    for (;;) {
        struct choice c;
        const unsigned k = rng_below(&m->g, sizeof arm / sizeof *arm);
        c.e = gen_encoding(&m->g, m->thumb ? thumb[k] : arm[k], m->thumb, NULL);
        if (gen_decode(c.e, itstate, ISA_FEATURES_MAX, &c.in) != ISA_OK) continue;
        if (wanted(m, &c.in, pc) && !hides_svc(c.e)) return c;
    }
}

// In front of a memory access: registers that make it reach the data, mostly.
static void prepare(struct maker *m, const struct choice *c)
{
    const enum gen_kind kind = gen_kind(&c->in);
    const bool memory = kind == KIND_IMM || kind == KIND_REG || kind == KIND_BASE || kind == KIND_CENTRE;
    if (!memory || c->in.rn >= 15 || rng_percent(&m->g, 10)) return;
    if (c->in.rn == 13) return; // MOVW of SP does not exist in Thumb, and might look like an SVC
    put_constant(m, c->in.rn, address(m));
    if (kind == KIND_REG && c->in.rm < 13 && c->in.rm != c->in.rn)
        put_constant(m, c->in.rm, rng_below(&m->g, 64));
}

static void put_it_block(struct maker *m)
{
    struct choice c[4];
    const uint8_t cond = (uint8_t)rng_below(&m->g, 14);
    const uint8_t itstate = (uint8_t)(cond << 4 | (1 + rng_below(&m->g, 15)));
    unsigned n = 0;
    for (uint8_t it = itstate; it; it = isa_it_advance(it), n++)
        c[n] = choose(m, it, !isa_it_advance(it));
    for (unsigned k = 0; k < n; k++)
        prepare(m, &c[k]);
    put(m, 0xbf00u | itstate, false);
    for (unsigned k = 0; k < n; k++)
        put(m, c[k].e.raw, c[k].e.wide);
}

// b<cond> or bl to a block
static void put_branch(struct maker *m, uint32_t target, int cond, bool link)
{
    const uint32_t at = CODE_ADDRESS + m->used;
    if (!m->thumb) {
        const uint32_t off = ((target & ~3u) - (at + 8)) >> 2 & 0xffffff;
        put(m, (uint32_t)(cond < 0 ? 14 : cond) << 28 | (link ? 0x0b000000u : 0x0a000000u) | off, true);
        return;
    }
    const uint32_t off = (target & ~1u) - (at + 4), s = off >> 31;
    if (cond >= 0)
        put(m,
            0xf0008000 | s << 26 | (uint32_t)cond << 22 | (off >> 12 & 0x3f) << 16 | (off >> 18 & 1) << 13 |
                (off >> 19 & 1) << 11 | (off >> 1 & 0x7ff),
            true);
    else
        put(m,
            (link ? 0xf000d000u : 0xf0009000u) | s << 26 | (off >> 12 & 0x3ff) << 16 |
                ((off >> 23 & 1) ^ s ^ 1) << 13 | ((off >> 22 & 1) ^ s ^ 1) << 11 | (off >> 1 & 0x7ff),
            true);
}

// Blocks further on are not placed yet: only those before can be named.
static void put_end(struct maker *m, unsigned block)
{
    uint32_t same[BLOCKS];
    unsigned n = 0;
    for (unsigned k = 0; k <= block; k++)
        if ((m->p.block[k] & 1) == m->thumb) same[n++] = m->p.block[k];
    const uint32_t target = same[rng_below(&m->g, n)];
    const unsigned what = rng_below(&m->g, 8);
    if (what < 4) put_branch(m, target, (int)rng_below(&m->g, 14), false);
    if (what == 4) put_branch(m, target, -1, true);
    if (what == 5) put_branch(m, target, -1, false);
    if (what == 6) { // bx or blx r12, whatever the block is
        put_constant(m, 12, m->p.block[rng_below(&m->g, block + 1)]);
        if (m->thumb)
            put(m, rng_percent(&m->g, 50) ? 0x4760 : 0x47e0, false);
        else
            put(m, rng_percent(&m->g, 50) ? 0xe12fff1c : 0xe12fff3c, true);
    }
}

static void make_block(struct maker *m, unsigned block)
{
    if (rng_percent(&m->g, 30)) { // the other instruction set, reached through registers only
        m->thumb = !m->thumb;
        put(m, 0xffffffffu, true);
    }
    m->used = (m->used + 3) & ~3u;
    m->p.block[block] = CODE_ADDRESS + m->used + m->thumb;
    for (unsigned n = 1 + rng_below(&m->g, 8); n--;) {
        if (m->thumb && rng_percent(&m->g, 20)) {
            put_it_block(m);
            continue;
        }
        const struct choice c = choose(m, 0, true);
        prepare(m, &c);
        put(m, c.e.raw, c.e.wide);
    }
    put_end(m, block);
}

int main(int argc, char **argv)
{
    static struct maker m;
    const unsigned long seed = strtoul(argc > 1 ? argv[1] : "1", NULL, 0);
    unsigned long count = strtoul(argc > 2 ? argv[2] : "1", NULL, 0);
    m.g.s = seed;
    for (; count--;) {
        static const uint32_t fpscr[] = {0,          0x10,       0x10,       0x01000010,
                                         0x02000010, 0x00c00010, 0x00400000, 0x0b000000};
        memset(&m.p, 0xff, sizeof m.p);
        m.p.seed = (uint32_t)rng_next(&m.g);
        m.p.fpscr = fpscr[rng_below(&m.g, 8)];
        m.used = 0;
        for (unsigned block = 0; block < BLOCKS && m.used < CODE_MAX - 400; block++) {
            for (unsigned k = block; k < BLOCKS; k++)
                m.p.block[k] = CODE_ADDRESS;
            make_block(&m, block);
        }
        if (fwrite(&m.p, sizeof m.p, 1, stdout) != 1) return 1;
    }
    return 0;
}
