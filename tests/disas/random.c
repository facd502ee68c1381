// random SPACE arm|thumb COUNT [SEED] >FILE: COUNT random valid encodings of every row of an encoding space,
// as the bytes of a program: objdump disassembles them, and compare holds that against our disassembler.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/disas.h"

static uint64_t rng_state;

static uint32_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return (uint32_t)(rng_state >> 16);
}

static const struct isa_space *const spaces[] = {&isa_a32, &isa_t16, &isa_t32, &isa_vfp, &isa_neon};

// The Thumb encoding of a row of the Advanced SIMD space, whose patterns are the A32 ones (A7.4, A7.7).
static uint32_t neon_to_thumb(uint32_t raw)
{
    if (raw >> 25 == 0x79) return 0xef000000 | (raw & 0x01000000) << 4 | (raw & 0x00ffffff);
    if (raw >> 24 == 0xf4) return 0xf9000000 | (raw & 0x00ffffff);
    return raw;
}

// A random encoding of the row, or false if this one turned out not to be valid.
static bool encode(const struct isa_space *sp, uint32_t row, bool thumb, uint32_t *raw)
{
    const struct isa_row *r = &sp->rows[row];
    struct insn in;
    *raw = (rng() & ~r->mask) | r->value;
    if (sp->bytes == 2) *raw &= 0xffff;
    const bool has_condition = sp->bytes == 4 && r->mask >> 28 == 0;
    if (has_condition) *raw = (*raw & 0x0fffffff) | (thumb || rng() % 2 ? 14u : rng() % 14) << 28;
    if (thumb && sp == &isa_neon) *raw = neon_to_thumb(*raw);
    uint32_t found = *raw;
    const enum isa_result result =
        thumb ? isa_decode_thumb(*raw, sp->bytes == 4, 0, ~0u, &in) : isa_decode_a32(*raw, ~0u, &in);
    return result == ISA_OK && isa_space_of(&found, thumb, sp->bytes == 4) == sp && in.row == row;
}

static void write_code(uint32_t raw, bool thumb, bool wide)
{
    const uint16_t halves[2] = {(uint16_t)(raw >> 16), (uint16_t)raw};
    if (!thumb)
        fwrite(&raw, 4, 1, stdout);
    else
        fwrite(wide ? halves : halves + 1, 2, wide ? 2 : 1, stdout);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: random SPACE arm|thumb COUNT [SEED]\n");
        return 2;
    }
    const struct isa_space *sp = NULL;
    for (unsigned i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (!strcmp(argv[1], spaces[i]->name)) sp = spaces[i];
    if (!sp) {
        fprintf(stderr, "random: no encoding space %s\n", argv[1]);
        return 2;
    }
    const bool thumb = !strcmp(argv[2], "thumb");
    rng_state = 0x9e3779b97f4a7c15 ^ strtoull(argc > 4 ? argv[4] : "1", NULL, 0);
    for (uint32_t row = 0; row < sp->nrows; row++)
        for (int i = 0; i < atoi(argv[3]); i++) {
            uint32_t raw;
            if (encode(sp, row, thumb, &raw)) write_code(raw, thumb, sp->bytes == 4);
        }
    return 0;
}
