// Symbol tables, for reports about a program that may have damaged anything, its file included.
#include <string.h>

#include "elf/elf.h"

enum {
    SHT_SYMTAB = 2,
    SHT_STRTAB = 3,
    SHT_DYNSYM = 11,
    SHN_UNDEF = 0,
    SHN_ABS = 0xfff1,
    SHN_COMMON = 0xfff2
};
enum { STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2, STT_GNU_IFUNC = 10, STB_GLOBAL = 1, STB_WEAK = 2 };

static struct elf_piece table_at(uint32_t offset, unsigned count, unsigned size, unsigned wanted)
{
    return (struct elf_piece){offset, size == wanted ? count * wanted : 0};
}

bool elf_tables(const uint8_t *h, struct elf_piece *segments, struct elf_piece *sections)
{
    if (memcmp(h, "\177ELF\1\1", 6) != 0 || elf_get16(h + 18) != ELF_MACHINE_ARM) return false;
    *segments = table_at(elf_get32(h + 28), elf_get16(h + 44), elf_get16(h + 42), ELF32_PHENT_SIZE);
    *sections = table_at(elf_get32(h + 32), elf_get16(h + 48), elf_get16(h + 46), ELF32_SHENT_SIZE);
    return true;
}

bool elf_table_segment(const uint8_t *table, uint32_t size, unsigned i, struct elf_segment *s)
{
    if (i >= size / ELF32_PHENT_SIZE) return false;
    *s = elf_segment_at(table + (size_t)i * ELF32_PHENT_SIZE);
    return true;
}

static struct elf_piece piece_of(const uint8_t *section)
{
    return (struct elf_piece){elf_get32(section + 16), elf_get32(section + 20)};
}

bool elf_symbol_table(const uint8_t *sections, uint32_t size, struct elf_piece *symbols,
                      struct elf_piece *names)
{
    const uint32_t n = size / ELF32_SHENT_SIZE;
    bool found = false;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *s = sections + (size_t)i * ELF32_SHENT_SIZE;
        const uint32_t type = elf_get32(s + 4), link = elf_get32(s + 24);
        if (type != SHT_SYMTAB && (type != SHT_DYNSYM || found)) continue;
        if (link >= n) continue;
        const uint8_t *strings = sections + (size_t)link * ELF32_SHENT_SIZE;
        if (elf_get32(strings + 4) != SHT_STRTAB) continue;
        *symbols = piece_of(s);
        *names = piece_of(strings);
        found = true;
        if (type == SHT_SYMTAB) break;
    }
    return found;
}

bool elf_symbol(const uint8_t *bytes, const char *names, uint32_t names_size, struct elf_symbol *s)
{
    const uint32_t at = elf_get32(bytes);
    const unsigned type = bytes[12] & 15, bind = bytes[12] >> 4, shndx = elf_get16(bytes + 14);
    const bool function = type == STT_FUNC || type == STT_GNU_IFUNC;
    if (shndx == SHN_UNDEF || shndx == SHN_ABS || shndx == SHN_COMMON || at >= names_size) return false;
    if (!function && type != STT_NOTYPE && type != STT_OBJECT) return false;
    const char *name = names + at;
    if (!*name || *name == '$' || !memchr(name, 0, names_size - at)) return false;
    const uint32_t value = elf_get32(bytes + 4);
    *s = (struct elf_symbol){
        .name = name,
        .value = value & ~(uint32_t)function,
        .size = elf_get32(bytes + 8),
        .function = function,
        .label = type == STT_NOTYPE,
        .object = type == STT_OBJECT,
        .thumb = function && value & 1,
        .global = bind == STB_GLOBAL,
        .weak = bind == STB_WEAK,
    };
    return true;
}
