// Flattened device trees: building one, and reading and changing a given one. Devicetree Specification 0.3,
// chapter 5. Pure: no files.
#ifndef STINKARM_BASE_FDT_H
#define STINKARM_BASE_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A builder. Errors (out of memory, unbalanced nodes) are sticky and come out of fdt_finish.
struct fdt {
    uint8_t *structure;
    size_t structure_len, structure_cap;
    char *strings;
    size_t strings_len, strings_cap;
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
// The finished tree (malloc'ed, *size bytes), or NULL; the builder is freed either way.
uint8_t *fdt_finish(struct fdt *f, size_t *size);

// Checks header, bounds and nesting of a given tree. NULL: fine, else what is wrong.
const char *fdt_check(const uint8_t *blob, size_t size);
// A property of the node at a path ("/chosen", "/memory@60000000", or a prefix up to '@'); NULL if absent.
const uint8_t *fdt_find(const uint8_t *blob, const char *path, const char *prop, uint32_t *len);
// Copies a tree into a builder, leaving it open inside the root node, so that nodes can be added before
// fdt_end and fdt_finish. skip: full paths of nodes that are left out (compared up to '@').
void fdt_copy(struct fdt *f, const uint8_t *blob, const char *const *skip, size_t nskip);

#endif
