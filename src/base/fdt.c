#include "base/fdt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAGIC = 0xd00dfeed,
    BEGIN_NODE = 1,
    END_NODE = 2,
    PROP = 3,
    NOP = 4,
    END = 9,
    HEADER = 40,
    MAX_DEPTH = 32
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void set32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24), p[1] = (uint8_t)(v >> 16), p[2] = (uint8_t)(v >> 8), p[3] = (uint8_t)v;
}

// Building

void fdt_init(struct fdt *f)
{
    memset(f, 0, sizeof *f);
}

// Appends n bytes and zeros up to a multiple of four.
static void append(struct fdt *f, const void *data, size_t n)
{
    const size_t padded = (n + 3) & ~(size_t)3;
    if (f->failed) return;
    if (f->structure_len + padded > f->structure_cap) {
        const size_t cap = (f->structure_cap + padded) * 2 + 1024;
        uint8_t *p = realloc(f->structure, cap);
        if (!p) {
            f->failed = true;
            return;
        }
        f->structure = p;
        f->structure_cap = cap;
    }
    memset(f->structure + f->structure_len, 0, padded);
    memcpy(f->structure + f->structure_len, data, n);
    f->structure_len += padded;
}

static void append32(struct fdt *f, uint32_t v)
{
    uint8_t b[4];
    set32(b, v);
    append(f, b, 4);
}

// The offset of a property's name in the strings block, where it stands once.
static uint32_t string_offset(struct fdt *f, const char *s)
{
    for (size_t at = 0; at < f->strings_len; at += strlen(f->strings + at) + 1)
        if (!strcmp(f->strings + at, s)) return (uint32_t)at;
    const size_t n = strlen(s) + 1;
    if (f->strings_len + n > f->strings_cap) {
        const size_t cap = (f->strings_cap + n) * 2 + 256;
        char *p = realloc(f->strings, cap);
        if (!p) {
            f->failed = true;
            return 0;
        }
        f->strings = p;
        f->strings_cap = cap;
    }
    memcpy(f->strings + f->strings_len, s, n);
    f->strings_len += n;
    return (uint32_t)(f->strings_len - n);
}

void fdt_begin(struct fdt *f, const char *name)
{
    append32(f, BEGIN_NODE);
    append(f, name, strlen(name) + 1);
    f->depth++;
}

void fdt_begin_at(struct fdt *f, const char *name, uint64_t address)
{
    char full[64];
    snprintf(full, sizeof full, "%s@%llx", name, (unsigned long long)address);
    fdt_begin(f, full);
}

void fdt_end(struct fdt *f)
{
    append32(f, END_NODE);
    if (--f->depth < 0) f->failed = true;
}

void fdt_prop(struct fdt *f, const char *name, const void *data, size_t len)
{
    append32(f, PROP);
    append32(f, (uint32_t)len);
    append32(f, string_offset(f, name));
    append(f, data, len);
}

void fdt_empty(struct fdt *f, const char *name)
{
    fdt_prop(f, name, "", 0);
}

void fdt_u32(struct fdt *f, const char *name, uint32_t v)
{
    fdt_u32s(f, name, &v, 1);
}

void fdt_u32s(struct fdt *f, const char *name, const uint32_t *v, size_t n)
{
    append32(f, PROP);
    append32(f, (uint32_t)(4 * n));
    append32(f, string_offset(f, name));
    for (size_t i = 0; i < n; i++)
        append32(f, v[i]);
}

void fdt_string(struct fdt *f, const char *name, const char *s)
{
    fdt_prop(f, name, s, strlen(s) + 1);
}

void fdt_strings(struct fdt *f, const char *name, ...)
{
    char buf[256];
    size_t n = 0;
    va_list ap;
    va_start(ap, name);
    for (const char *s; (s = va_arg(ap, const char *));) {
        const size_t len = strlen(s) + 1;
        if (n + len > sizeof buf) {
            f->failed = true;
            break;
        }
        memcpy(buf + n, s, len);
        n += len;
    }
    va_end(ap);
    fdt_prop(f, name, buf, n);
}

uint8_t *fdt_finish(struct fdt *f, size_t *size)
{
    append32(f, END);
    const size_t structure_at = HEADER + 16; // behind an empty memory reservation map
    const size_t strings_at = structure_at + f->structure_len,
                 total = (strings_at + f->strings_len + 7) & ~(size_t)7;
    uint8_t *blob = f->failed || f->depth ? NULL : calloc(1, total);
    if (blob) {
        const uint32_t header[] = {
            MAGIC, (uint32_t)total,          (uint32_t)structure_at,    (uint32_t)strings_at, HEADER, 17, 16,
            0,     (uint32_t)f->strings_len, (uint32_t)f->structure_len};
        for (unsigned i = 0; i < 10; i++)
            set32(blob + 4 * i, header[i]);
        memcpy(blob + structure_at, f->structure, f->structure_len);
        memcpy(blob + strings_at, f->strings, f->strings_len);
        *size = total;
    }
    free(f->structure);
    free(f->strings);
    fdt_init(f);
    return blob;
}

// Reading

struct reader {
    const uint8_t *p, *end; // structure block
    const char *strings;
    uint32_t strings_len;
};

struct item {
    uint32_t token;
    const char *name; // of the node or property
    const uint8_t *data;
    uint32_t len;
};

static const char *open_blob(struct reader *r, const uint8_t *blob, size_t size)
{
    if (size < HEADER) return "shorter than its header";
    if (get32(blob) != MAGIC) return "no device tree: bad magic number";
    const uint32_t total = get32(blob + 4), st = get32(blob + 8), str = get32(blob + 12),
                   version = get32(blob + 20);
    const uint32_t str_len = get32(blob + 32), st_len = get32(blob + 36);
    if (total > size) return "shorter than its header says";
    if (version < 16) return "version older than 16";
    if (st > total || st & 3) return "structure block out of bounds";
    if (str > total || str_len > total - str) return "strings block out of bounds";
    if (version >= 17 && st_len > total - st) return "structure block out of bounds";
    *r = (struct reader){blob + st, blob + (version >= 17 ? st + st_len : total), (const char *)blob + str,
                         str_len};
    return NULL;
}

static const char *next_item(struct reader *r, struct item *it)
{
    do {
        if (r->end - r->p < 4) return "structure block ends early";
        it->token = get32(r->p);
        r->p += 4;
    } while (it->token == NOP);
    switch (it->token) {
    case BEGIN_NODE: {
        const uint8_t *nul = memchr(r->p, 0, (size_t)(r->end - r->p));
        if (!nul) return "node name without end";
        it->name = (const char *)r->p;
        const size_t n = ((size_t)(nul - r->p) + 4) & ~(size_t)3;
        if (n > (size_t)(r->end - r->p)) return "structure block ends early";
        r->p += n;
        return NULL;
    }
    case PROP: {
        if (r->end - r->p < 8) return "structure block ends early";
        it->len = get32(r->p);
        const uint32_t at = get32(r->p + 4);
        r->p += 8;
        if (it->len > (size_t)(r->end - r->p) || ((it->len + 3) & ~3u) > (size_t)(r->end - r->p))
            return "property longer than the tree";
        if (at >= r->strings_len || !memchr(r->strings + at, 0, r->strings_len - at))
            return "property name out of bounds";
        it->name = r->strings + at;
        it->data = r->p;
        r->p += (it->len + 3) & ~3u;
        return NULL;
    }
    case END_NODE:
    case END: return NULL;
    default: return "unknown token in the structure block";
    }
}

const char *fdt_check(const uint8_t *blob, size_t size)
{
    struct reader r;
    struct item it;
    const char *error = open_blob(&r, blob, size);
    for (int depth = 0; !error;) {
        if ((error = next_item(&r, &it))) break;
        if (it.token == END) return depth ? "unbalanced nodes" : NULL;
        depth += it.token == BEGIN_NODE ? 1 : it.token == END_NODE ? -1 : 0;
        if (depth < 0) return "unbalanced nodes";
        if (depth > MAX_DEPTH) return "nodes nested too deep";
    }
    return error;
}

static bool same_node(const char *name, const char *want, size_t n)
{
    return !strncmp(name, want, n) && (name[n] == 0 || (name[n] == '@' && !memchr(want, '@', n)));
}

// Whether the nodes from the root down are the components of a path.
static bool path_is(const char *const *nodes, int depth, const char *path)
{
    for (int i = 1; i < depth; i++) {
        if (*path++ != '/') return false;
        const size_t n = strcspn(path, "/");
        if (!n || !same_node(nodes[i], path, n)) return false;
        path += n;
    }
    return *path == 0 || (depth == 1 && !strcmp(path, "/"));
}

const uint8_t *fdt_find(const uint8_t *blob, const char *path, const char *prop, uint32_t *len)
{
    struct reader r;
    struct item it;
    const char *nodes[MAX_DEPTH + 1];
    int depth = 0;
    if (open_blob(&r, blob, get32(blob + 4))) return NULL;
    while (!next_item(&r, &it) && it.token != END) {
        if (it.token == BEGIN_NODE && depth < MAX_DEPTH) nodes[depth++] = it.name;
        if (it.token == END_NODE && depth > 0) depth--;
        if (it.token == PROP && !strcmp(it.name, prop) && path_is(nodes, depth, path)) {
            *len = it.len;
            return it.data;
        }
    }
    return NULL;
}

void fdt_copy(struct fdt *f, const uint8_t *blob, const char *const *skip, size_t nskip)
{
    struct reader r;
    struct item it;
    const char *nodes[MAX_DEPTH + 1];
    int depth = 0, skipping = 0; // depth of the node that is left out
    if (open_blob(&r, blob, get32(blob + 4))) {
        f->failed = true;
        return;
    }
    while (!next_item(&r, &it) && it.token != END) {
        switch (it.token) {
        case BEGIN_NODE:
            if (depth == MAX_DEPTH) {
                f->failed = true;
                return;
            }
            nodes[depth++] = it.name;
            for (size_t i = 0; i < nskip && !skipping; i++)
                if (path_is(nodes, depth, skip[i])) skipping = depth;
            if (!skipping) fdt_begin(f, it.name);
            break;
        case END_NODE:
            if (depth == 1) return; // the root stays open
            if (!skipping) fdt_end(f);
            if (skipping == depth) skipping = 0;
            depth--;
            break;
        default:
            if (!skipping) fdt_prop(f, it.name, it.data, it.len);
        }
    }
    f->failed = true;
}
