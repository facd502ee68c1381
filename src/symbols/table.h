// A file's symbols, sorted by address.
#ifndef STINKARM_SYMBOLS_TABLE_H
#define STINKARM_SYMBOLS_TABLE_H

#include "symbols/symbols.h"

struct table_entry {
    uint32_t addr, size;
    uint32_t name; // in the table's names
    uint8_t rank;  // of several at an address, the highest is shown
    bool function, thumb;
};

struct table_segment {
    uint32_t offset, filesz, vaddr, memsz;
    bool code;
};

enum { TABLE_SEGMENTS = 16 };

// All zero: an empty one. Addresses are the file's own.
struct table {
    struct table_entry *entries;
    size_t n, cap;
    char *names; // malloc'ed
    size_t names_size;
    // Of an ELF file: PT_LOAD segments, and the table of unwinding.
    struct table_segment segments[TABLE_SEGMENTS];
    unsigned nsegments;
    bool relocated; // such files are loaded elsewhere than they say
    uint32_t exidx, exidx_size;
};

// False: out of memory.
bool table_add(struct table *t, const struct table_entry *e);
// Once all are added, which may be asked for then.
void table_sort(struct table *t);
void table_free(struct table *t);

// Whether both are of one program: their segments are at the same places.
bool table_same_layout(const struct table *a, const struct table *b);

// NULL: there is none.
const struct table_entry *table_at(const struct table *t, uint32_t addr);
const struct table_entry *table_find(const struct table *t, const char *name);

enum table_read { TABLE_READ, TABLE_NOT_ITS_KIND, TABLE_FAILED };

// table_elf.c: an ELF file's symbols, as far as it has any. TABLE_FAILED: it says why if asked to.
enum table_read table_read_elf(struct table *t, int fd, const char **why);
// table_map.c: lines "c0008000 T _text", as nm and the kernel's System.map and /proc/kallsyms have them.
enum table_read table_read_map(struct table *t, int fd, const char **why);

// table_kallsyms.c: the table that a running kernel has in memory (all of it, as it lies). False: there is
// none.
bool table_read_kallsyms(struct table *t, const uint8_t *mem, size_t size);

// All bytes [offset, offset + size) of a file, malloc'ed, and a NUL behind them. NULL: it has not so many.
void *table_bytes(int fd, uint64_t offset, size_t size);

#endif
