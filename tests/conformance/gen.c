// Puts records together: one instruction, a few in a row, an IT block, an exclusive pair.
#include <string.h>

#include "gen.h"

const char *const gen_space_names[GEN_SPACES] = {"a32", "t16", "t32", "vfp", "neon"};

bool gen_no_signals;

static const struct isa_space *const spaces[GEN_SPACES] = {&isa_a32, &isa_t16, &isa_t32, &isa_vfp, &isa_neon};

struct encoding gen_encoding(struct rng *g, enum gen_space space, bool thumb, const char *only)
{
    const struct isa_space *sp = spaces[space];
    const struct isa_row *row;
    do
        row = &sp->rows[rng_below(g, sp->nrows)];
    while (only && strcmp(isa_op_name(row->op), only));
    uint32_t free_bits = (uint32_t)rng_next(g);
    if (rng_percent(g, 10)) free_bits &= (uint32_t)rng_next(g); // few registers, many equal ones
    uint32_t raw = row->value | row->should_value | (free_bits & ~row->mask & ~row->should_mask);
    if (!only && rng_percent(g, 3)) raw ^= 1u << rng_below(g, 8u * sp->bytes); // a neighbour
    struct encoding e = {raw, thumb, sp->bytes == 4};
    if (sp->bytes == 2) {
        e.raw &= 0xffff;
        return e;
    }
    const bool has_cond = space != GEN_T32 && !(row->mask >> 28);
    if (has_cond && (thumb || rng_percent(g, 70))) e.raw = (e.raw & 0x0fffffff) | 0xe0000000;
    if (space == GEN_NEON && thumb) { // A7.4, A7.7: the same but for the top byte
        if (raw >> 25 == 0x79)
            e.raw = 0xef000000 | (raw >> 24 & 1) << 28 | (raw & 0xffffff);
        else if (raw >> 24 == 0xf4)
            e.raw = 0xf9000000 | (raw & 0xffffff);
    }
    return e;
}

enum isa_result gen_decode(struct encoding e, uint8_t itstate, uint32_t features, struct insn *in)
{
    memset(in, 0, sizeof *in);
    if (!e.thumb) return isa_decode_a32(e.raw, features, in);
    // One halfword that starts a wide instruction, or the other way round, is not this space's.
    if (e.wide != isa_thumb_is_wide((uint16_t)(e.wide ? e.raw >> 16 : e.raw))) return ISA_UNPREDICTABLE;
    return isa_decode_thumb(e.raw, e.wide, itstate, features, in);
}

static void put(struct record *rec, const void *bytes, uint32_t n)
{
    memcpy(rec->code + rec->code_len, bytes, n);
    rec->code_len += n;
}

static void put_encoding(struct record *rec, struct encoding e)
{
    if (e.thumb && e.wide) e.raw = e.raw >> 16 | e.raw << 16;
    put(rec, &e.raw, e.wide ? 4 : 2);
}

static void add_insn(struct test *t, struct encoding e, const struct insn *in, uint8_t itstate, uint32_t slot)
{
    t->in[t->n] = *in;
    t->itstate[t->n] = itstate;
    t->at[t->n++] = slot + t->rec.code_len;
    put_encoding(&t->rec, e);
}

static void put_exit(struct record *rec, uint32_t slot)
{
    const uint32_t at = slot + rec->code_len;
    struct encoding e = {0, rec->thumb, true};
    if (rec->thumb) { // b.w, encoding T4
        const uint32_t off = CODE_STUB + STUB_EXIT_THUMB - (at + 4);
        e.raw = 0xf000b800 | (off >> 12 & 0x3ff) << 16 | (off >> 1 & 0x7ff);
    } else {
        e.raw = 0xea000000 | ((CODE_STUB + STUB_EXIT_ARM - (at + 8)) >> 2 & 0xffffff);
    }
    put_encoding(rec, e);
    memset(rec->code + rec->code_len, FILLER, SLOT_CODE - rec->code_len);
}

void gen_empty(struct record *rec, uint32_t slot)
{
    rec->code_len = 0;
    put_exit(rec, slot);
}

// ldrex{b,h,,d} of the size of a store-exclusive, at the same base.
static bool put_load_exclusive(struct rng *g, struct test *t, const struct insn *store, uint32_t slot)
{
    const uint32_t rn = store->rn, even = 2 * rng_below(g, 7);
    if ((even & ~1u) == (rn & ~1u) || (even & ~1u) == (store->rm & ~1u)) return false;
    static const uint32_t a32[] = {0xe1d00f9f, 0xe1f00f9f, 0xe1900f9f, 0xe1b00f9f};
    static const uint32_t t32[] = {0xe8d00f4f, 0xe8d00f5f, 0xe8500f00, 0xe8d0007f};
    struct encoding e = {0, t->rec.thumb, true};
    if (e.thumb)
        e.raw = t32[store->size] | rn << 16 | even << 12 | (store->size == 3 ? (even + 1) << 8 : 0);
    else
        e.raw = a32[store->size] | rn << 16 | even << 12;
    struct insn in;
    if (gen_decode(e, 0, ISA_FEATURES_MAX, &in) != ISA_OK) return false;
    add_insn(t, e, &in, 0, slot);
    return true;
}

// Bits of an encoding that its row does not look at: should-be-zero and should-be-one bits.
static uint32_t ignored_bits(struct encoding e, uint8_t itstate, const struct insn *in)
{
    uint32_t ignored = 0;
    for (int bit = 0; bit < (e.wide ? 32 : 16); bit++) {
        struct encoding other = e;
        other.raw ^= 1u << bit;
        struct insn out;
        if (gen_decode(other, itstate, ISA_FEATURES_MAX, &out) != ISA_OK) continue;
        out.raw = in->raw;
        if (!memcmp(&out, in, sizeof out)) ignored |= 1u << bit;
    }
    return ignored;
}

// Something without memory and PC, of the space itself or of the integer instructions around it.
static bool random_plain(struct rng *g, enum gen_space space, bool thumb, uint8_t itstate, struct encoding *e,
                         struct insn *in)
{
    for (int tries = 0; tries < 50; tries++) {
        enum gen_space from = space;
        if (space != GEN_A32 && thumb && rng_percent(g, 40)) from = rng_percent(g, 50) ? GEN_T16 : GEN_T32;
        *e = gen_encoding(g, from, thumb, NULL);
        if (gen_decode(*e, itstate, ISA_FEATURES_CORTEX_A15, in) != ISA_OK) continue;
        if (gen_no_signals && gen_always_traps(in)) continue;
        if (in->op == OP_VJCVT) continue;
        if (gen_kind(in) == KIND_PLAIN && !gen_writes_pc(in) && in->op != OP_SETEND) return true;
    }
    return false;
}

// Registers that reach nothing, for an encoding of which nobody knows what it would do.
static void make_harmless(struct record *rec)
{
    for (int i = 0; i < 15; i++)
        rec->r[i] = SCRATCH_BASE + SCRATCH_SIZE / 2 + (rec->r[i] & 0xfc);
}

static bool try_test(struct rng *g, enum gen_space space, uint32_t slot, const char *only, struct test *t)
{
    memset(t, 0, sizeof *t);
    struct record *rec = &t->rec;
    const bool thumb = space == GEN_T16 || space == GEN_T32 || (space >= GEN_VFP && rng_percent(g, 50));
    rec->thumb = thumb;
    gen_state(g, space, rec);

    // In Thumb, sometimes not at a multiple of 4.
    if (thumb && rng_percent(g, 50)) put(rec, "\x00\xbf", 2);

    uint8_t itstate = 0;
    const bool it_block = thumb && rng_percent(g, space >= GEN_VFP ? 15 : 30);
    if (it_block) {
        const uint8_t cond = (uint8_t)rng_below(g, 15);
        static const uint8_t masks[] = {8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15};
        uint8_t mask = masks[rng_below(g, sizeof masks)];
        if (cond == COND_AL) mask &= -mask; // no "else" of always
        itstate = (uint8_t)(cond << 4 | mask);
        put_encoding(rec, (struct encoding){0xbf00u | itstate, true, false});
    }

    struct encoding e = gen_encoding(g, space, thumb, only);
    struct insn in;
    enum isa_result r = gen_decode(e, itstate, ISA_FEATURES_MAX, &in);
    if (r == ISA_OK && (t->ignored = ignored_bits(e, itstate, &in))) { // mostly what they should be
        const uint32_t choice = rng_below(g, 10);
        if (choice < 9) e.raw = choice & 1 ? e.raw | t->ignored : e.raw & ~t->ignored;
        r = gen_decode(e, itstate, ISA_FEATURES_MAX, &in);
    }
    if (r == ISA_UNPREDICTABLE) return false;
    if (r == ISA_UNDEFINED) {
        if (it_block || gen_no_signals || rng_percent(g, space == GEN_NEON ? 90 : 70)) return false;
        // Whether an undefined instruction whose condition fails is one is IMPLEMENTATION DEFINED.
        if (!thumb && e.raw >> 28 < COND_AL) return false;
        make_harmless(rec);
        t->undefined = true;
        add_insn(t, e, &in, 0, slot);
        put_exit(rec, slot);
        return true;
    }
    const enum gen_kind kind = gen_kind(&in);
    if (kind == KIND_SKIP) return false;
    const bool pc = gen_writes_pc(&in);
    if (gen_no_signals && (pc || kind == KIND_DIRECT || gen_always_traps(&in))) return false;
    if (it_block && pc && isa_it_advance(itstate)) return false; // only last in a block
    if (!it_block && !pc && kind >= KIND_IMM && kind <= KIND_CENTRE && space != GEN_NEON && rng_percent(g, 4))
        put_encoding(rec, thumb ? (struct encoding){0xb658, true, false}
                                : (struct encoding){0xf1010200, false, true});
    if (in.op == OP_STREX && !it_block && rng_percent(g, 80) && !put_load_exclusive(g, t, &in, slot))
        return false;
    struct insn a15;
    t->v8 = gen_decode(e, itstate, ISA_FEATURES_CORTEX_A15, &a15) != ISA_OK;
    if (!gen_fix_operands(g, rec, &in, kind, slot + rec->code_len)) return false;
    t->main = t->n;
    add_insn(t, e, &in, itstate, slot);

    // QEMU's flags of VJCVT are not always right: they must not have consequences (known.c).
    const bool alone = in.op == OP_VJCVT;
    if (alone && it_block) return false;
    // The rest of the IT block, or sometimes more instructions behind the first, which may depend on what it
    // did.
    int more = it_block || alone || !rng_percent(g, 25) ? 0 : 1 + (int)rng_below(g, 3);
    if (it_block) itstate = isa_it_advance(itstate);
    while (itstate || more-- > 0) {
        struct encoding next;
        if (t->n == MAX_INSNS || !random_plain(g, space, thumb, itstate, &next, &in)) return false;
        add_insn(t, next, &in, itstate, slot);
        itstate = itstate ? isa_it_advance(itstate) : 0;
    }
    put_exit(rec, slot);
    return true;
}

void gen_test(struct rng *g, enum gen_space space, uint32_t slot, const char *only, struct test *t)
{
    while (!try_test(g, space, CODE_SLOTS + slot * SLOT_SIZE, only, t))
        ;
}
