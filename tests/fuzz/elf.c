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
    int executable = 0;
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        promise(s.filesz <= s.memsz && s.vaddr + s.memsz <= 1ull << 32);
        promise(!s.filesz || (s.offset + s.filesz <= e->size && (s.offset - s.vaddr) % 0x1000 == 0));
        if (e->entry >= s.vaddr && e->entry < s.vaddr + s.memsz) executable = s.flags & ELF_PF_X;
    }
    promise(executable);
    if (e->interp) promise(strlen(e->interp) < e->size);
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
    static const uint32_t addresses[] = {0x8001, 0x10004};
    for (unsigned i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        uint64_t offset;
        const char *name = elf_symbol(data, size, addresses[i], &offset);
        if (name) promise(*name && strlen(name) < size && offset <= addresses[i]);
    }
    return 0;
}
