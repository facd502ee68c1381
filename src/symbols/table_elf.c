#include <stdlib.h>

#include "elf/elf.h"
#include "symbols/table.h"

// At one address: a function rather than a label or an object, one that others see rather than a local one,
// and the name that people call it by.
static uint8_t rank_of(const struct elf_symbol *s)
{
    const unsigned kind = s->function ? 2 : s->object, seen = s->global || s->weak;
    return (uint8_t)(kind * 8 + seen * 4 + (*s->name != '_') * 2 + s->global);
}

static bool add_symbols(struct table *t, const uint8_t *symbols, uint32_t size)
{
    struct elf_symbol s;
    for (uint32_t at = 0; size - at >= ELF32_SYM_SIZE; at += ELF32_SYM_SIZE) {
        if (!elf_symbol(symbols + at, t->names, (uint32_t)t->names_size, &s)) continue;
        const struct table_entry e = {.addr = s.value,
                                      .size = s.size,
                                      .name = (uint32_t)(s.name - t->names),
                                      .rank = rank_of(&s),
                                      .function = s.function,
                                      .thumb = s.thumb};
        if (!table_add(t, &e)) return false;
    }
    table_sort(t);
    return true;
}

static bool read_symbols(struct table *t, int fd, const struct elf_piece *sections)
{
    struct elf_piece symbols, names;
    uint8_t *table = table_bytes(fd, sections->offset, sections->size);
    const bool found = table && elf_symbol_table(table, sections->size, &symbols, &names);
    free(table);
    if (!found) return true;
    uint8_t *bytes = table_bytes(fd, symbols.offset, symbols.size);
    t->names = table_bytes(fd, names.offset, names.size);
    t->names_size = names.size;
    const bool ok = !bytes || !t->names || add_symbols(t, bytes, symbols.size);
    free(bytes);
    return ok;
}

static void read_segments(struct table *t, int fd, const struct elf_piece *segments)
{
    uint8_t *table = table_bytes(fd, segments->offset, segments->size);
    struct elf_segment s;
    for (unsigned i = 0; table && elf_table_segment(table, segments->size, i, &s); i++) {
        if (s.type == ELF_PT_ARM_EXIDX) {
            t->exidx = (uint32_t)s.vaddr;
            t->exidx_size = (uint32_t)s.memsz;
        }
        if (s.type == ELF_PT_LOAD && t->nsegments < TABLE_SEGMENTS)
            t->segments[t->nsegments++] = (struct table_segment){.offset = (uint32_t)s.offset,
                                                                 .filesz = (uint32_t)s.filesz,
                                                                 .vaddr = (uint32_t)s.vaddr,
                                                                 .memsz = (uint32_t)s.memsz,
                                                                 .code = s.flags & ELF_PF_X};
    }
    free(table);
}

enum table_read table_read_elf(struct table *t, int fd, const char **why)
{
    struct elf_piece segments, sections;
    uint8_t *header = table_bytes(fd, 0, ELF32_HEADER_SIZE);
    const bool is_elf = header && elf_get32(header) == 0x464c457f;
    const bool arm = is_elf && elf_tables(header, &segments, &sections);
    t->relocated = arm && elf_get16(header + 16) == ELF_DYN;
    free(header);
    if (!is_elf) return TABLE_NOT_ITS_KIND;
    if (!arm) {
        *why = "an ELF file, but not of a 32-bit little-endian ARM";
        return TABLE_FAILED;
    }
    read_segments(t, fd, &segments);
    if (read_symbols(t, fd, &sections)) return TABLE_READ;
    *why = "out of memory";
    return TABLE_FAILED;
}
