// The symbol table, for reports about a program that may have damaged anything, its file included.
#include <string.h>

#include "elf/elf.h"

enum { SHT_SYMTAB = 2, SHN_UNDEF = 0, STT_NOTYPE = 0, STT_FUNC = 2 };

// An address further behind a symbol than this is none of its.
#define SYMBOL_REACH (1u << 20)

struct range {
    const uint8_t *p;
    uint32_t size;
};

struct section {
    uint32_t type, link;
    struct range data;
};

static bool get_range(const uint8_t *bytes, size_t size, uint32_t offset, uint32_t len, struct range *r)
{
    if (offset > size || len > size - offset) return false;
    *r = (struct range){bytes + offset, len};
    return true;
}

static bool get_section(const uint8_t *bytes, size_t size, unsigned i, struct section *s)
{
    struct range h;
    const uint64_t at = elf_get32(bytes + 32) + (uint64_t)i * ELF32_SHENT_SIZE;
    if (i >= elf_get16(bytes + 48) || at > UINT32_MAX ||
        !get_range(bytes, size, (uint32_t)at, ELF32_SHENT_SIZE, &h))
        return false;
    s->type = elf_get32(h.p + 4);
    s->link = elf_get32(h.p + 24);
    return get_range(bytes, size, elf_get32(h.p + 16), elf_get32(h.p + 20), &s->data);
}

// The name, if it is one of code: mapping symbols ($a, $t, $d) mark instruction sets and data
// (AAELF32 4.5.5).
static const char *code_name(const uint8_t *sym, const struct range *strings)
{
    const uint32_t at = elf_get32(sym);
    const unsigned type = sym[12] & 15, shndx = elf_get16(sym + 14);
    if (shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_NOTYPE) || at >= strings->size) return NULL;
    const char *name = (const char *)strings->p + at;
    return *name && *name != '$' && memchr(name, 0, strings->size - at) ? name : NULL;
}

// The last symbol at or below the address; where several have the same value, a function's before a label.
static const char *search(const struct range *table, const struct range *strings, uint64_t address,
                          uint64_t *offset)
{
    const char *best = NULL;
    uint32_t best_value = 0;
    bool best_func = false;
    for (uint32_t i = 0; i < table->size / ELF32_SYM_SIZE; i++) {
        const uint8_t *sym = table->p + (size_t)i * ELF32_SYM_SIZE;
        const bool func = (sym[12] & 15) == STT_FUNC;
        const uint32_t value = elf_get32(sym + 4) & ~(uint32_t)func; // bit 0 of a function: Thumb
        if (value > address || address - value >= SYMBOL_REACH) continue;
        if (best && (value < best_value || (value == best_value && (best_func || !func)))) continue;
        const char *name = code_name(sym, strings);
        if (!name) continue;
        best = name;
        best_value = value;
        best_func = func;
    }
    *offset = address - best_value;
    return best;
}

const char *elf_symbol(const void *bytes, size_t size, uint64_t address, uint64_t *offset)
{
    const uint8_t *b = bytes;
    if (size < ELF32_HEADER_SIZE || memcmp(b, "\177ELF\1\1", 6) != 0 || elf_get16(b + 46) != ELF32_SHENT_SIZE)
        return NULL;
    struct section table, strings;
    for (unsigned i = 0; i < elf_get16(b + 48); i++)
        if (get_section(b, size, i, &table) && table.type == SHT_SYMTAB &&
            get_section(b, size, table.link, &strings))
            return search(&table.data, &strings.data, address, offset);
    return NULL;
}
