// Names for addresses, and addresses for names: of the files that are mapped into an address space (a
// program and its libraries), or of a kernel. Read when somebody asks.
#ifndef STINKARM_SYMBOLS_SYMBOLS_H
#define STINKARM_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Of one address space. Any thread may ask; names live as long as it does.
struct symbols;

// A file that is mapped, or a part of it.
struct symbols_file {
    const char *path, *name; // on the host; what it is called, which may not be there any more
    uint32_t start;
    uint64_t end;    // up to 2^32
    uint32_t offset; // in the file, of what lies at start
    bool code;       // it may be executed
};

// Where to look. Called while somebody asks: must not ask itself.
struct symbols_source {
    void *ctx;
    // Another number than before: other files are mapped, or elsewhere. NULL: there are none, only what
    // symbols_add_file has read.
    uint64_t (*changes)(void *ctx);
    // All mappings of files, by address, one put for each; put copies.
    void (*files)(void *ctx, void (*put)(void *to, const struct symbols_file *f), void *to);
    // Memory as the CPU sees it: bytes that were copied, up to the first that cannot be. NULL: it is not
    // looked at.
    size_t (*read)(void *ctx, uint32_t addr, void *to, size_t n);
    // Physical memory, where a kernel may have a table of its symbols: it is searched if there are no others.
    const uint8_t *(*memory)(void *ctx, size_t *size);
};

// NULL: out of memory.
struct symbols *symbols_new(const struct symbols_source *source);
// A file of symbols, whichever it is: an ELF file (a vmlinux), a System.map. False: it has been said why not.
bool symbols_add_file(struct symbols *s, const char *path);
void symbols_free(struct symbols *s);
// Nobody asks in between: so that the child of a fork may.
void symbols_hold(struct symbols *s);
void symbols_release(struct symbols *s);

struct symbol {
    const char *name, *file; // file: without its directories; "": a kernel's
    uint32_t addr;           // where it begins
    uint32_t size;           // 0: not known, it reaches up to the next one
    bool function, thumb;
};

// The function, label or object that addr lies in. False: it is in none that has a name.
bool symbols_at(struct symbols *s, uint32_t addr, struct symbol *found);
// By name; the program's own before a library's; a name with "FILE:" in front is that file's.
bool symbols_find(struct symbols *s, const char *name, struct symbol *found);
// The mapped file, and the address in it: for what has no name. False: none is mapped there.
bool symbols_file_at(struct symbols *s, uint32_t addr, const char **file, uint32_t *in_file);
// The code of a function or label, as symbols_find finds it: its first and last byte.
bool symbols_range(struct symbols *s, const char *name, uint32_t *first, uint32_t *last);
// "main+0x10", "" when there is none.
void symbols_format(struct symbols *s, uint32_t addr, char *buf, size_t size);
// Where the table of unwinding (.ARM.exidx) is that tells of the code at an address. False: there is none.
bool symbols_exidx(struct symbols *s, uint32_t addr, uint32_t *table, uint32_t *size);

#endif
