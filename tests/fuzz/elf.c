// libFuzzer target: the ELF reader with any bytes. What it accepts must keep its promises to the loader.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf.h"

static char line[8192];

__attribute__((format(printf, 1, 2))) static void put(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
}

static void promise(int kept)
{
    if (!kept) abort();
}

static void check_segments(const struct elf *e)
{
    const uint64_t entry = e->entry & ~1ull; // bit 0 says Thumb
    int executable = 0;
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        promise(s.filesz <= s.memsz && s.vaddr + s.memsz <= 1ull << 32);
        promise(!s.filesz || (s.offset + s.filesz <= e->size && (s.offset - s.vaddr) % 0x1000 == 0));
        if (entry >= s.vaddr && entry < s.vaddr + s.memsz) executable = s.flags & ELF_PF_X;
    }
    promise(executable);
    if (e->interp) promise(strlen(e->interp) < e->size);
}

static int in_file(const struct elf_piece *p, size_t size)
{
    return p->offset <= size && p->size <= size - p->offset;
}

// As readers of symbol tables do: piece by piece.
static void check_symbols(const uint8_t *data, size_t size)
{
    struct elf_piece segments, sections, symbols, names;
    if (size < ELF32_HEADER_SIZE || !elf_tables(data, &segments, &sections)) return;
    struct elf_segment g;
    for (unsigned i = 0; in_file(&segments, size); i++)
        if (!elf_table_segment(data + segments.offset, segments.size, i, &g)) break;
    if (!in_file(&sections, size)) return;
    if (!elf_symbol_table(data + sections.offset, sections.size, &symbols, &names)) return;
    if (!in_file(&symbols, size) || !in_file(&names, size)) return;
    const char *strings = (const char *)data + names.offset;
    for (uint32_t at = 0; symbols.size - at >= ELF32_SYM_SIZE; at += ELF32_SYM_SIZE) {
        struct elf_symbol s;
        if (!elf_symbol(data + symbols.offset + at, strings, names.size, &s)) continue;
        promise(*s.name && s.name >= strings && strlen(s.name) < names.size);
        promise(s.function + s.label + s.object == 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct elf e;
    struct elf_error err;
    if (elf_parse(&e, data, size, &err)) {
        check_segments(&e);
        elf_print(&e, put);
    } else {
        promise(err.text[0] && memchr(err.text, 0, sizeof err.text) != NULL);
    }
    check_symbols(data, size);
    return 0;
}
