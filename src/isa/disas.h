// Inside the disassembler: how a row's syntax template becomes text, and where a family adds its own
// formatters.
//
// A template is text with items {name} or {name:arg}; each item is replaced by what the formatter of that
// name writes. Formatters are const tables, one a family: isa_formatters (disas.c: cond, registers,
// immediates), isa_vfp_formatters, isa_neon_formatters. The space's own table is searched first, the common
// one after it.
#ifndef STINKARM_ISA_DISAS_H
#define STINKARM_ISA_DISAS_H

#include "isa/table.h"

struct disas {
    const struct insn *in;
    uint32_t raw;    // as the row's pattern has it (T32 Advanced SIMD: the A32 encoding)
    uint32_t pc;     // the instruction's own address
    bool thumb;      // reads the PC as the address + 4, else + 8
    bool it;         // inside an IT block
    char arg[16];    // of {name:arg}, else ""
    int64_t comment; // ends the line as "\t@ 0x…" unless it lies in -16…32, as objdump has it
    bool unpredictable;
    char *buf;
    int size, len;
};

typedef void isa_format_fn(struct disas *d);

struct isa_formatter {
    const char *name;
    isa_format_fn *fn;
};

// Each ends with a {NULL, NULL} entry.
extern const struct isa_formatter isa_formatters[], isa_vfp_formatters[], isa_neon_formatters[];

// Appends to the line.
__attribute__((format(printf, 2, 3))) void dis_put(struct disas *d, const char *fmt, ...);

// A core register by its name: r0…r9, sl, fp, ip, sp, lr, pc.
void dis_reg(struct disas *d, unsigned r);

// "\t@ 0xADDRESS": what a PC-relative operand points to.
void dis_note_address(struct disas *d, uint32_t addr);

// Align(PC, 4) as this instruction reads it.
static inline uint32_t dis_pc_aligned(const struct disas *d)
{
    return (d->pc + (d->thumb ? 4 : 8)) & ~3u;
}

// True if a formatter of this name exists for rows of the space: for the tests.
bool isa_has_formatter(const struct isa_space *sp, const char *name);

// The encoding space that an encoding belongs to; *raw becomes the encoding as that space's rows have it.
const struct isa_space *isa_space_of(uint32_t *raw, bool thumb, bool wide);

#endif
