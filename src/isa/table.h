// The encoding tables as tools/gen_isa.c writes them out: const data, nothing is built at start-up.
#ifndef STINKARM_ISA_TABLE_H
#define STINKARM_ISA_TABLE_H

#include "isa/insn.h"

// A row's field extraction: fills *in. ISA_NO_MATCH: a `when` condition does not hold, try the next row.
#define ISA_NO_MATCH (-1)
typedef int isa_extract_fn(uint32_t raw, bool it, struct insn *in);

struct isa_row {
    uint32_t mask, value;               // the fixed bits of the pattern
    uint32_t should_mask, should_value; // those that should be so: else UNPREDICTABLE
    isa_extract_fn *extract;
    uint16_t op;      // enum op
    uint16_t feature; // enum isa_feature
    bool plain; // extract always matches, unless the condition is 15, and the condition is not set to 15
};

// An encoding space. Some bits of the encoding select a short list of candidate rows, tried in the table's
// order.
struct isa_space {
    const char *name;
    const struct isa_row *rows;
    const char *const *syntax;      // disassembly templates, one a row
    const uint16_t *first; // the first candidate row for each value of the index bits, or ISA_LIST_END
    const uint16_t *index; // the whole list of candidates: offset into lists
    const uint16_t *lists;          // row numbers, each list ended by ISA_LIST_END
    uint32_t (*slot)(uint32_t raw); // what the index goes by: also as inline functions, in gen/slots.h
    uint32_t nrows;
    uint8_t bytes; // of an encoding: 2 or 4
};
#define ISA_LIST_END 0xffff

extern const struct isa_space isa_a32, isa_t16, isa_t32, isa_vfp, isa_neon;

// Decodes one encoding of a space; in->cond is COND_AL unless the row has a condition field.
enum isa_result isa_space_decode(const struct isa_space *sp, uint32_t raw, bool it, uint32_t features,
                                 struct insn *in);

#endif
