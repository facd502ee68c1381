// Decoding: which table an encoding belongs to, and the walk through its candidate rows.
#include <stddef.h>

#include "gen/slots.h"
#include "isa/disas.h"

static inline bool has_fixed_bits(const struct isa_row *row, uint32_t raw)
{
    return (raw & row->mask) == row->value;
}

static inline bool is_as_it_should(const struct isa_row *row, uint32_t raw)
{
    return (raw & row->should_mask) == row->should_value;
}

static inline void begin(const struct isa_space *sp, uint16_t n, uint32_t raw, struct insn *in)
{
    *in = (struct insn){.raw = raw, .op = sp->rows[n].op, .row = n, .cond = COND_AL, .len = sp->bytes};
}

enum isa_result isa_space_decode(const struct isa_space *sp, uint32_t raw, bool it, uint32_t features,
                                 struct insn *in)
{
    for (const uint16_t *p = sp->lists + sp->index[sp->slot(raw)]; *p != ISA_LIST_END; p++) {
        const struct isa_row *row = &sp->rows[*p];
        if (!has_fixed_bits(row, raw)) continue;
        begin(sp, *p, raw, in);
        int r = row->extract(raw, it, in);
        if (r == ISA_NO_MATCH) continue;
        if (r == ISA_OK && !is_as_it_should(row, raw)) r = ISA_UNPREDICTABLE;
        return row->feature & features ? (enum isa_result)r : ISA_UNDEFINED;
    }
    *in = (struct insn){.raw = raw, .cond = COND_AL, .len = sp->bytes};
    return ISA_UNDEFINED;
}

// Most encodings need no more than their row's extraction, which the caller then ends with. NULL:
// isa_space_decode has to look. slot: sp->slot(raw).
static inline isa_extract_fn *plain_row(const struct isa_space *sp, uint32_t slot, uint32_t raw,
                                        uint32_t features, struct insn *in)
{
    uint16_t n = sp->first[slot];
    if (n == ISA_LIST_END) return NULL;
    const struct isa_row *row = &sp->rows[n];
    for (const uint16_t *p = NULL; !has_fixed_bits(row, raw); row = &sp->rows[n]) {
        if (!p) p = sp->lists + sp->index[slot];
        n = *++p;
        if (n == ISA_LIST_END) return NULL;
    }
    if (!row->plain || !(row->feature & features) || !is_as_it_should(row, raw)) return NULL;
    begin(sp, n, raw, in);
    return row->extract;
}

// Coprocessors 10 and 11 are VFP, and 9 its half precision: bits 27:25 = 110, or 1110 in 27:24.
static bool is_vfp(uint32_t raw)
{
    const uint32_t top = raw >> 24 & 15;
    return ((raw >> 9 & 7) == 5 || (raw >> 8 & 15) == 9) && (top == 0xc || top == 0xd || top == 0xe);
}

// The later additions of Advanced SIMD, dot products and complex numbers, are encodings of coprocessors 8 and
// 13 in the unconditional space; the same in T32.
static bool is_late_neon(uint32_t raw)
{
    const uint32_t top = raw >> 24, coprocessor = raw >> 8 & 15;
    return (top == 0xfc || top == 0xfd || top == 0xfe) && (coprocessor == 8 || coprocessor == 13);
}

static const struct isa_space *space_of_a32(uint32_t raw)
{
    // Advanced SIMD: data processing 1111 001x, element and structure loads and stores 1111 0100 xxx0.
    if (raw >> 25 == 0x79 || (raw & 0xff100000) == 0xf4000000 || is_late_neon(raw)) return &isa_neon;
    return is_vfp(raw) ? &isa_vfp : &isa_a32;
}

// T32 encodings of Advanced SIMD differ from the A32 ones in the top byte only (A7.4, A7.7); VFP ones do not
// differ.
static bool is_neon_data(uint32_t t)
{
    return (t & 0xef000000) == 0xef000000;
}

static bool is_neon_memory(uint32_t t)
{
    return (t & 0xff100000) == 0xf9000000;
}

static const struct isa_space *space_of_t32(uint32_t *raw)
{
    const uint32_t t = *raw;
    if (is_neon_data(t)) {
        *raw = 0xf2000000 | (t >> 28 & 1) << 24 | (t & 0x00ffffff);
        return &isa_neon;
    }
    if (is_neon_memory(t)) {
        *raw = 0xf4000000 | (t & 0x00ffffff);
        return &isa_neon;
    }
    if (is_late_neon(t)) return &isa_neon;
    return is_vfp(t) && t >> 28 >= 14 ? &isa_vfp : &isa_t32;
}

const struct isa_space *isa_space_of(uint32_t *raw, bool thumb, bool wide)
{
    if (!thumb) return space_of_a32(*raw);
    return wide ? space_of_t32(raw) : &isa_t16;
}

enum isa_result isa_decode_a32(uint32_t raw, uint32_t features, struct insn *in)
{
    // Bits 27:26 = 11 are coprocessors and SVC.
    isa_extract_fn *extract = NULL;
    if (raw >> 28 != 15 && (raw >> 26 & 3) != 3)
        extract = plain_row(&isa_a32, isa_a32_slot(raw), raw, features, in);
    if (extract) return (enum isa_result)extract(raw, false, in);
    return isa_space_decode(space_of_a32(raw), raw, false, features, in);
}

// Those of T32 outside its coprocessors and Advanced SIMD.
static bool is_core(uint32_t t)
{
    return (t & 0xec000000) != 0xec000000 && !is_neon_memory(t);
}

// Inside an IT block the block's condition holds, for unconditional-space VFP instructions too
// (UNPREDICTABLE there).
static inline void set_condition(struct insn *in, uint8_t itstate)
{
    if (itstate & 15 && in->cond == COND_AL) in->cond = itstate >> 4;
    if (in->cond == 15) in->cond = COND_AL; // BKPT and its like, or a block of the reserved condition
}

static __attribute__((noinline)) enum isa_result decode_thumb(uint32_t raw, bool wide, uint8_t itstate,
                                                              uint32_t features, struct insn *in)
{
    uint32_t space_raw = raw;
    const struct isa_space *sp = isa_space_of(&space_raw, true, wide);
    const enum isa_result r = isa_space_decode(sp, space_raw, itstate & 15, features, in);
    in->raw = raw;
    set_condition(in, itstate);
    return r;
}

enum isa_result isa_decode_thumb(uint32_t raw, bool wide, uint8_t itstate, uint32_t features, struct insn *in)
{
    isa_extract_fn *extract = NULL;
    if (!wide)
        extract = plain_row(&isa_t16, isa_t16_slot(raw), raw, features, in);
    else if (is_core(raw))
        extract = plain_row(&isa_t32, isa_t32_slot(raw), raw, features, in);
    if (!extract) return decode_thumb(raw, wide, itstate, features, in);
    if (!(itstate & 15)) return (enum isa_result)extract(raw, false, in);
    const enum isa_result r = (enum isa_result)extract(raw, true, in);
    set_condition(in, itstate);
    return r;
}
