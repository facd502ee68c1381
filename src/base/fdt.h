// Flattened device trees: building one, and reading and changing a given one. Devicetree Specification 0.3,
// chapter 5. Pure: no files.
#ifndef STINKARM_BASE_FDT_H
#define STINKARM_BASE_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FDT_MAX_RESERVE = 16, FDT_MAX_DEPTH = 32 };

// A builder. Errors (out of memory, unbalanced nodes) are sticky and come out of fdt_finish.
struct fdt {
    uint8_t *structure;
    size_t structure_len, structure_cap;
    char *strings;
    size_t strings_len, strings_cap;
    uint64_t reserve[2 * FDT_MAX_RESERVE]; // address and size of memory that is taken
    unsigned nreserve;
    int depth;
    bool failed;
};

void fdt_init(struct fdt *f);
void fdt_begin(struct fdt *f, const char *name);                      // name may be made by fdt_begin_at
void fdt_begin_at(struct fdt *f, const char *name, uint64_t address); // name@address
void fdt_end(struct fdt *f);
void fdt_prop(struct fdt *f, const char *name, const void *data, size_t len);
void fdt_empty(struct fdt *f, const char *name);
void fdt_u32(struct fdt *f, const char *name, uint32_t v);
void fdt_u32s(struct fdt *f, const char *name, const uint32_t *v, size_t n);
void fdt_string(struct fdt *f, const char *name, const char *s);
void fdt_strings(struct fdt *f, const char *name, ...)
    __attribute__((sentinel)); // NULL-terminated list of strings
void fdt_reserve(struct fdt *f, uint64_t address, uint64_t size);
// The finished tree (malloc'ed, *size bytes), or NULL; the builder is freed either way.
uint8_t *fdt_finish(struct fdt *f, size_t *size);

// Checks header, bounds and nesting of a given tree. NULL: fine, else what is wrong.
const char *fdt_check(const uint8_t *blob, size_t size);
// A property of the node at a path ("/chosen", "/memory@60000000", or a prefix up to '@'); NULL if absent.
const uint8_t *fdt_find(const uint8_t *blob, const char *path, const char *prop, uint32_t *len);

// Walking through a checked tree: nodes and properties in their order.
enum fdt_token { FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROP = 3, FDT_END = 9 };

struct fdt_walk {
    const uint8_t *p, *end; // structure block
    const char *strings;
    uint32_t strings_len;
    const char *node[FDT_MAX_DEPTH + 1]; // from the root down to where we are
    int depth;
    bool leaving;     // the last node ends here
    const char *name; // of the node that begins, or of the property …
    const uint8_t *data;
    uint32_t len; // … and its value
};

void fdt_walk_start(struct fdt_walk *w, const uint8_t *blob);
// The next token. FDT_END_NODE: its node is still the last of node[] until the following call.
enum fdt_token fdt_walk_next(struct fdt_walk *w);
// Whether we are in the node at a path (as for fdt_find).
bool fdt_walk_in(const struct fdt_walk *w, const char *path);

uint32_t fdt_get_u32(const uint8_t *p);
// A copy of the tree's reserved memory.
void fdt_copy_reserve(struct fdt *f, const uint8_t *blob);

#endif
