#include "base/fdt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAGIC = 0xd00dfeed,
    NOP = 4,
    HEADER = 40,
};

uint32_t fdt_get_u32(const uint8_t *p)
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
    append32(f, FDT_BEGIN_NODE);
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
    append32(f, FDT_END_NODE);
    if (--f->depth < 0) f->failed = true;
}

void fdt_prop(struct fdt *f, const char *name, const void *data, size_t len)
{
    append32(f, FDT_PROP);
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
    append32(f, FDT_PROP);
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

void fdt_reserve(struct fdt *f, uint64_t address, uint64_t size)
{
    if (f->nreserve == FDT_MAX_RESERVE) {
        f->failed = true;
        return;
    }
    f->reserve[2 * f->nreserve] = address;
    f->reserve[2 * f->nreserve++ + 1] = size;
}

uint8_t *fdt_finish(struct fdt *f, size_t *size)
{
    append32(f, FDT_END);
    const size_t structure_at = HEADER + 16 * (f->nreserve + 1); // behind the memory reservations and a zero
    const size_t strings_at = structure_at + f->structure_len,
                 total = (strings_at + f->strings_len + 7) & ~(size_t)7;
    uint8_t *blob = f->failed || f->depth ? NULL : calloc(1, total);
    if (blob) {
        const uint32_t header[] = {
            MAGIC, (uint32_t)total,          (uint32_t)structure_at,    (uint32_t)strings_at, HEADER, 17, 16,
            0,     (uint32_t)f->strings_len, (uint32_t)f->structure_len};
        for (unsigned i = 0; i < 10; i++)
            set32(blob + 4 * i, header[i]);
        for (unsigned i = 0; i < 2 * f->nreserve; i++) {
            set32(blob + HEADER + 8 * i, (uint32_t)(f->reserve[i] >> 32));
            set32(blob + HEADER + 8 * i + 4, (uint32_t)f->reserve[i]);
        }
        memcpy(blob + structure_at, f->structure, f->structure_len);
        if (f->strings_len) memcpy(blob + strings_at, f->strings, f->strings_len);
        *size = total;
    }
    free(f->structure);
    free(f->strings);
    fdt_init(f);
    return blob;
}

// Reading

static const char *open_blob(struct fdt_walk *w, const uint8_t *blob, size_t size)
{
    if (size < HEADER) return "shorter than its header";
    if (fdt_get_u32(blob) != MAGIC) return "no device tree: bad magic number";
    const uint32_t total = fdt_get_u32(blob + 4), st = fdt_get_u32(blob + 8), str = fdt_get_u32(blob + 12),
                   version = fdt_get_u32(blob + 20);
    const uint32_t str_len = fdt_get_u32(blob + 32), st_len = fdt_get_u32(blob + 36);
    if (total > size) return "shorter than its header says";
    if (version < 16) return "version older than 16";
    if (st > total || st & 3) return "structure block out of bounds";
    if (str > total || str_len > total - str) return "strings block out of bounds";
    if (version >= 17 && st_len > total - st) return "structure block out of bounds";
    *w = (struct fdt_walk){.p = blob + st,
                           .end = blob + (version >= 17 ? st + st_len : total),
                           .strings = (const char *)blob + str,
                           .strings_len = str_len};
    return NULL;
}

// The bounds of everything that next_token steps over. NULL: fine.
static const char *check_node(struct fdt_walk *w)
{
    const uint8_t *nul = memchr(w->p, 0, (size_t)(w->end - w->p));
    if (!nul) return "node name without end";
    w->name = (const char *)w->p;
    const size_t n = ((size_t)(nul - w->p) + 4) & ~(size_t)3;
    if (n > (size_t)(w->end - w->p)) return "structure block ends early";
    w->p += n;
    return NULL;
}

static const char *check_prop(struct fdt_walk *w)
{
    if (w->end - w->p < 8) return "structure block ends early";
    w->len = fdt_get_u32(w->p);
    const uint32_t at = fdt_get_u32(w->p + 4);
    w->p += 8;
    const size_t left = (size_t)(w->end - w->p);
    if (w->len > left || (((size_t)w->len + 3) & ~(size_t)3) > left) return "property longer than the tree";
    if (at >= w->strings_len || !memchr(w->strings + at, 0, w->strings_len - at))
        return "property name out of bounds";
    w->name = w->strings + at;
    w->data = w->p;
    w->p += (w->len + 3) & ~3u;
    return NULL;
}

static const char *next_token(struct fdt_walk *w, uint32_t *token)
{
    do {
        if (w->end - w->p < 4) return "structure block ends early";
        *token = fdt_get_u32(w->p);
        w->p += 4;
    } while (*token == NOP);
    switch (*token) {
    case FDT_BEGIN_NODE: return check_node(w);
    case FDT_PROP: return check_prop(w);
    case FDT_END_NODE:
    case FDT_END: return NULL;
    default: return "unknown token in the structure block";
    }
}

const char *fdt_check(const uint8_t *blob, size_t size)
{
    struct fdt_walk w;
    uint32_t token;
    bool any = false;
    const char *error = open_blob(&w, blob, size);
    for (int depth = 0; !error;) {
        if ((error = next_token(&w, &token))) break;
        if (token == FDT_END) return depth || !any ? "unbalanced nodes" : NULL;
        if (!depth && (any || token != FDT_BEGIN_NODE)) return "unbalanced nodes"; // one root
        any = true;
        depth += token == FDT_BEGIN_NODE ? 1 : token == FDT_END_NODE ? -1 : 0;
        if (depth > FDT_MAX_DEPTH) return "nodes nested too deep";
    }
    return error;
}

void fdt_walk_start(struct fdt_walk *w, const uint8_t *blob)
{
    open_blob(w, blob, fdt_get_u32(blob + 4));
    w->depth = 0;
    w->data = NULL;
}

enum fdt_token fdt_walk_next(struct fdt_walk *w)
{
    uint32_t token;
    if (w->leaving) w->depth--;
    if (next_token(w, &token)) return FDT_END;
    w->leaving = token == FDT_END_NODE;
    if (token == FDT_BEGIN_NODE) w->node[w->depth++] = w->name;
    return (enum fdt_token)token;
}

static bool same_node(const char *name, const char *want, size_t n)
{
    return !strncmp(name, want, n) && (name[n] == 0 || (name[n] == '@' && !memchr(want, '@', n)));
}

bool fdt_walk_in(const struct fdt_walk *w, const char *path)
{
    if (w->depth == 1) return !strcmp(path, "/");
    for (int i = 1; i < w->depth; i++) {
        if (*path++ != '/') return false;
        const size_t n = strcspn(path, "/");
        if (!n || !same_node(w->node[i], path, n)) return false;
        path += n;
    }
    return *path == 0;
}

const uint8_t *fdt_find(const uint8_t *blob, const char *path, const char *prop, uint32_t *len)
{
    struct fdt_walk w;
    fdt_walk_start(&w, blob);
    for (enum fdt_token token; (token = fdt_walk_next(&w)) != FDT_END;) {
        if (token != FDT_PROP || strcmp(w.name, prop) || !fdt_walk_in(&w, path)) continue;
        *len = w.len;
        return w.data;
    }
    return NULL;
}

void fdt_copy_reserve(struct fdt *f, const uint8_t *blob)
{
    const uint32_t total = fdt_get_u32(blob + 4);
    for (uint64_t at = fdt_get_u32(blob + 16); at + 16 <= total; at += 16) {
        uint64_t v[2];
        for (int i = 0; i < 2; i++)
            v[i] = (uint64_t)fdt_get_u32(blob + at + 8 * i) << 32 | fdt_get_u32(blob + at + 8 * i + 4);
        if (!v[0] && !v[1]) return;
        fdt_reserve(f, v[0], v[1]);
    }
}
