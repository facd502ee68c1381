// ELF files of ARM programs: bytes in, checked header and segments out. No files, no mappings: the caller has
// the bytes, and what is found here points into them.
//
// ELF for the Arm Architecture (AAELF32), System V ABI chapters 4 and 5. Addresses and offsets are 64 bits
// wide for the sake of ELF64.
#ifndef STINKARM_ELF_ELF_H
#define STINKARM_ELF_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELF_CLASS32 = 1, ELF_CLASS64 = 2 };
enum { ELF_DATA_LSB = 1, ELF_DATA_MSB = 2 };
enum { ELF_REL = 1, ELF_EXEC = 2, ELF_DYN = 3, ELF_CORE = 4 };
enum { ELF_MACHINE_ARM = 40 };

#define ELF_ARM_EABI(flags)    ((flags) >> 24)
#define ELF_ARM_BE8            0x00800000u
#define ELF_ARM_ABI_FLOAT_HARD 0x00000400u
#define ELF_ARM_ABI_FLOAT_SOFT 0x00000200u

enum elf_segment_type {
    ELF_PT_NULL = 0,
    ELF_PT_LOAD = 1,
    ELF_PT_DYNAMIC = 2,
    ELF_PT_INTERP = 3,
    ELF_PT_NOTE = 4,
    ELF_PT_SHLIB = 5,
    ELF_PT_PHDR = 6,
    ELF_PT_TLS = 7,
    ELF_PT_GNU_EH_FRAME = 0x6474e550,
    ELF_PT_GNU_STACK = 0x6474e551,
    ELF_PT_GNU_RELRO = 0x6474e552,
    ELF_PT_GNU_PROPERTY = 0x6474e553,
    ELF_PT_ARM_EXIDX = 0x70000001,
};

enum { ELF_PF_X = 1, ELF_PF_W = 2, ELF_PF_R = 4 };

// Sizes in the file
enum { ELF32_HEADER_SIZE = 52, ELF32_PHENT_SIZE = 32, ELF32_SHENT_SIZE = 40, ELF32_SYM_SIZE = 16 };

struct elf_segment {
    uint32_t type;  // enum elf_segment_type, or one that nobody here knows
    uint32_t flags; // ELF_PF_*
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf {
    const uint8_t *bytes;
    size_t size;
    uint8_t elf_class, data, osabi, abi_version;
    uint16_t type, machine;
    uint32_t version, flags;
    uint64_t entry, phoff, shoff;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
    bool has_stack;       // there is a PT_GNU_STACK …
    uint32_t stack_flags; // … with these flags
    const char *interp;   // PT_INTERP: path of the dynamic linker, in the bytes; NULL: none
};

struct elf_error {
    bool not_elf; // not a damaged or a foreign ELF file: none at all
    char text[192];
};

// Checks everything that a loader relies on, and that the file is an ARM program. On false, err says which
// field has which value and what was wanted; the caller adds the file's name.
bool elf_parse(struct elf *e, const void *bytes, size_t size, struct elf_error *err);

// The same for a file that is loaded by physical addresses into a bare machine, where there are no pages:
// only sizes must be right, and segments may share virtual addresses. Where the entry point lies is the
// caller's business.
bool elf_parse_physical(struct elf *e, const void *bytes, size_t size, struct elf_error *err);

// A program header's fields, wherever its ELF32_PHENT_SIZE bytes lie.
struct elf_segment elf_segment_at(const uint8_t *header);
// The program header i < e->phnum of a file that was parsed.
struct elf_segment elf_segment(const struct elf *e, unsigned i);

// elf_symbols.c: what debuggers look for, in files that may be damaged: nothing is taken for granted, and
// files come in the pieces that are needed.
struct elf_piece {
    uint32_t offset, size; // in the file
};
// By a file's first ELF32_HEADER_SIZE bytes: its tables of program headers and of sections; size 0: none.
// False: no file of a 32-bit ARM.
bool elf_tables(const uint8_t *header, struct elf_piece *segments, struct elf_piece *sections);
// The i-th program header of a table of size bytes; false: it has no more.
bool elf_table_segment(const uint8_t *table, uint32_t size, unsigned i, struct elf_segment *s);
// The symbol table in a table of sections (of size bytes), or else the one for dynamic linking, and the names
// of its symbols. False: there is none.
bool elf_symbol_table(const uint8_t *sections, uint32_t size, struct elf_piece *symbols,
                      struct elf_piece *names);

struct elf_symbol {
    const char *name; // in the names
    uint32_t value, size;
    bool function, label, object; // one of these
    bool thumb;                   // a function's instruction set
    bool global, weak;            // neither: local
};
// The symbol in ELF32_SYM_SIZE bytes. False: it is none that has a name and an address. Bit 0 of a function's
// value, which says Thumb, is taken away; symbols that mark instruction sets ($a, $t, $d; AAELF32 5.5.5) are
// none.
bool elf_symbol(const uint8_t *bytes, const char *names, uint32_t names_size, struct elf_symbol *s);

// elf_print.c: the header and the program headers as readelf -l shows them, one call of put a line.
typedef void elf_put_fn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void elf_print(const struct elf *e, elf_put_fn *put);

// "LOAD", "ARM_EXIDX"…; NULL for a type that is not known.
const char *elf_segment_name(uint32_t type);

// Little-endian fields wherever they lie
static inline uint16_t elf_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t elf_get32(const uint8_t *p)
{
    return elf_get16(p) | (uint32_t)elf_get16(p + 2) << 16;
}

#endif
