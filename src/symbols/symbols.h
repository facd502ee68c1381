// Names for addresses, and addresses for names: of the files that are mapped into an address space (a
// program and its libraries), or of a kernel. Read when somebody asks.
#ifndef STINKARM_SYMBOLS_SYMBOLS_H
#define STINKARM_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Of one address space. Any thread may ask; names live as long as it does.
struct symbols;

// A file that is mapped: told by who knows the mappings.
struct symbols_file {
    const char *path;    // on the host; the callee's, until it is asked again
    uint32_t start, end; // what its segments cover; end 0: up to 2^32
    uint32_t bias;       // address = bias + address in the file
    uint64_t changed;    // another value: what was read of the path is old
};

// The mapped file that lies at or above an address, the lowest one. False: there is none.
typedef bool symbols_next_fn(void *ctx, uint32_t from, struct symbols_file *f);

// next may be NULL: then there is only what symbols_add_* has read. NULL: out of memory.
struct symbols *symbols_new(symbols_next_fn *next, void *ctx);
// A file of symbols, whichever it is: an ELF file (a vmlinux), a System.map. False: it has been said why not.
bool symbols_add_file(struct symbols *s, const char *path);
void symbols_free(struct symbols *s);

struct symbol {
    const char *name, *file; // file: without its directories; "": not known
    uint32_t addr;           // where it begins
    uint32_t size;           // 0: not known
    bool function, thumb;
};

// The function or label that addr lies in or behind.
bool symbols_at(struct symbols *s, uint32_t addr, struct symbol *found);
// By name; the program's own before a library's; a name with "FILE:" in front is that file's.
bool symbols_find(struct symbols *s, const char *name, struct symbol *found);
// "main+0x10", "" when there is none.
void symbols_format(struct symbols *s, uint32_t addr, char *buf, size_t size);
// Where the table of unwinding (.ARM.exidx) is that tells of the code at an address. False: there is none.
bool symbols_exidx(struct symbols *s, uint32_t addr, uint32_t *table, uint32_t *size);

#endif
