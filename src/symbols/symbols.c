#include "symbols/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "symbols/table.h"

enum { PAGE = 4096 };

// Kept until the end, since names point into it.
struct file {
    struct file *next;
    struct table table;
    bool mapped; // it is in the list of places
    bool read;
    char *path, *name;
};

// A file's mapping.
struct place {
    struct file *file;
    uint64_t end;
    uint32_t start, offset;
    bool code;
};

struct symbols {
    pthread_mutex_t lock;
    struct symbols_source source;
    struct file *files;
    struct file *given; // by symbols_add_file
    struct place *places;
    size_t nplaces, cap;
    uint64_t changes; // the source's number when places were listed
    bool listed;
    uint64_t search_again; // memory, at this time at the earliest
};

struct symbols *symbols_new(const struct symbols_source *source)
{
    struct symbols *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    pthread_mutex_init(&s->lock, NULL);
    s->source = *source;
    return s;
}

static void free_files(struct file *f)
{
    for (struct file *next; f; f = next) {
        next = f->next;
        table_free(&f->table);
        free(f->path);
        free(f->name);
        free(f);
    }
}

void symbols_free(struct symbols *s)
{
    if (!s) return;
    free_files(s->files);
    free_files(s->given);
    free(s->places);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void symbols_hold(struct symbols *s)
{
    if (s) pthread_mutex_lock(&s->lock);
}

void symbols_release(struct symbols *s)
{
    if (s) pthread_mutex_unlock(&s->lock);
}

// ---- files ----

static struct file *new_file(struct file **list, const char *path, const char *name)
{
    struct file *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    f->path = strdup(path);
    f->name = strdup(name);
    f->next = *list;
    *list = f;
    return f;
}

static enum table_read read_table(struct file *f, const char **why)
{
    f->read = true;
    const int fd = f->path && f->name ? open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    *why = strerror(errno);
    if (fd < 0) return TABLE_FAILED;
    const enum table_read r = table_read_elf(&f->table, fd, why);
    close(fd);
    return r;
}

bool symbols_add_file(struct symbols *s, const char *path)
{
    const char *why = "out of memory";
    pthread_mutex_lock(&s->lock);
    struct file *f = new_file(&s->given, path, "");
    enum table_read r = f ? read_table(f, &why) : TABLE_FAILED;
    if (r == TABLE_NOT_ITS_KIND) {
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        r = fd < 0 ? TABLE_FAILED : table_read_map(&f->table, fd, &why);
        if (fd >= 0) close(fd);
    }
    if (r == TABLE_READ && !f->table.n) {
        r = TABLE_FAILED;
        why = "it has no symbols";
    }
    if (r != TABLE_READ && f) {
        s->given = f->next;
        f->next = NULL;
        free_files(f);
    }
    pthread_mutex_unlock(&s->lock);
    if (r != TABLE_READ) warn("--symbols: %s: %s", path, why);
    return r == TABLE_READ;
}

// ---- where they are mapped ----

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void put_place(void *to, const struct symbols_file *m)
{
    struct symbols *s = to;
    struct file *f = s->files;
    while (f && (!f->path || strcmp(f->path, m->path) != 0))
        f = f->next;
    if (!f && !(f = new_file(&s->files, m->path, last_part(m->name)))) return;
    if (s->nplaces == s->cap) {
        const size_t cap = s->cap ? s->cap * 2 : 32;
        struct place *places = realloc(s->places, cap * sizeof *places);
        if (!places) return;
        s->places = places;
        s->cap = cap;
    }
    f->mapped = true;
    s->places[s->nplaces++] =
        (struct place){.file = f, .start = m->start, .end = m->end, .offset = m->offset, .code = m->code};
}

static void list_places(struct symbols *s)
{
    if (!s->source.changes) return;
    const uint64_t changes = s->source.changes(s->source.ctx);
    if (s->listed && s->changes == changes) return;
    s->listed = true;
    s->changes = changes;
    s->nplaces = 0;
    for (struct file *f = s->files; f; f = f->next)
        f->mapped = false;
    s->source.files(s->source.ctx, put_place, s);
    // What is mapped no more may be another file the next time.
    for (struct file *f = s->files; f; f = f->next)
        if (!f->mapped && f->path) f->path[0] = 0;
}

// The file's symbols, and what is to be added to its addresses. NULL: it is no ELF file that would be mapped
// like this.
static const struct table *table_of(const struct place *p, uint32_t *bias)
{
    struct file *f = p->file;
    const char *why;
    if (!f->read) read_table(f, &why);
    const struct table *t = &f->table;
    const struct table_segment *found = NULL;
    unsigned best = 0;
    for (unsigned i = 0; i < t->nsegments; i++) {
        const struct table_segment *g = &t->segments[i];
        const uint32_t first = g->offset & ~(PAGE - 1u);
        if (p->offset < first || p->offset - first >= (g->offset - first) + (uint64_t)g->filesz) continue;
        // The page where one segment ends and another begins is mapped twice.
        const unsigned fits = 1 + (g->code == p->code) * 2 + (first == p->offset);
        if (fits > best) found = g;
        if (fits > best) best = fits;
    }
    if (!found) return NULL;
    *bias = p->start - p->offset + found->offset - found->vaddr;
    return t;
}

// Where the file's segments end in memory, with what follows its mappings (.bss).
static uint64_t reach(const struct place *p, const struct table *t, uint32_t bias)
{
    uint64_t end = p->end;
    for (unsigned i = 0; i < t->nsegments; i++) {
        const uint64_t its = (uint64_t)(uint32_t)(bias + t->segments[i].vaddr) + t->segments[i].memsz;
        if (its > end && its <= 1ull << 32) end = its;
    }
    return end;
}

// The mapping that holds addr, or is the last one before it.
static const struct place *place_before(const struct symbols *s, uint32_t addr)
{
    size_t lo = 0, hi = s->nplaces;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (s->places[mid].start <= addr)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? &s->places[lo - 1] : NULL;
}

static const struct table *mapped_at(struct symbols *s, uint32_t addr, uint32_t *bias, const char **name)
{
    list_places(s);
    const struct place *p = place_before(s, addr);
    const struct table *t = p ? table_of(p, bias) : NULL;
    if (!t || (addr >= p->end && addr >= reach(p, t, *bias))) return NULL;
    *name = p->file->name;
    return t;
}

// ---- a kernel's own table ----

// What is not there yet may come: it is looked for again, but not more than half of the time.
static void search_memory(struct symbols *s)
{
    const uint64_t start = monotonic_ns();
    if (s->given || !s->source.memory || start < s->search_again) return;
    size_t size;
    struct table t = {0};
    const uint8_t *memory = s->source.memory(s->source.ctx, &size);
    if (table_read_kallsyms(&t, memory, size)) {
        struct file *f = new_file(&s->given, "", "");
        if (f)
            f->table = t;
        else
            table_free(&t);
    }
    const uint64_t end = monotonic_ns();
    s->search_again = end + (end - start);
}

// ---- questions ----

static bool fill(struct symbol *found, const struct table *t, const struct table_entry *e, uint32_t bias,
                 const char *file)
{
    if (!e) return false;
    *found = (struct symbol){.name = t->names + e->name,
                             .file = file,
                             .addr = e->addr + bias,
                             .size = e->size,
                             .function = e->function,
                             .thumb = e->thumb};
    return true;
}

// The symbols of a mapped file: those of a given file if that one is the same before it was stripped, or what
// was taken away then.
static const struct table *names_of(const struct symbols *s, const struct table *t)
{
    for (const struct file *f = s->given; f; f = f->next)
        if (f->table.nsegments && table_same_layout(&f->table, t)) return &f->table;
    return t;
}

// Of the given files that say absolute addresses. Others' are those of the mapped ones that they belong to.
static const struct file *absolute(const struct file *f)
{
    while (f && f->table.relocated)
        f = f->next;
    return f;
}

static bool at(struct symbols *s, uint32_t addr, struct symbol *found)
{
    uint32_t bias;
    const char *name;
    const struct table *own = mapped_at(s, addr, &bias, &name), *t = own ? names_of(s, own) : NULL;
    for (const struct file *f = absolute(s->given); f && t == own; f = absolute(f->next))
        if (fill(found, &f->table, table_at(&f->table, addr), 0, f->name)) return true;
    return t && fill(found, t, table_at(t, addr - bias), bias, name);
}

bool symbols_at(struct symbols *s, uint32_t addr, struct symbol *found)
{
    if (!s) return false;
    pthread_mutex_lock(&s->lock);
    search_memory(s);
    const bool ok = at(s, addr, found);
    pthread_mutex_unlock(&s->lock);
    return ok;
}

// file: of len bytes; len 0: any.
static bool find(struct symbols *s, const char *file, size_t len, const char *name, struct symbol *found)
{
    for (const struct file *f = absolute(s->given); f && !len; f = absolute(f->next))
        if (fill(found, &f->table, table_find(&f->table, name), 0, f->name)) return true;
    list_places(s);
    for (size_t i = 0; i < s->nplaces; i++) {
        const struct place *p = &s->places[i];
        uint32_t bias;
        if (!p->code || !p->file->name) continue;
        if (len && (strlen(p->file->name) != len || memcmp(p->file->name, file, len) != 0)) continue;
        const struct table *t = table_of(p, &bias);
        if (t) t = names_of(s, t);
        if (t && fill(found, t, table_find(t, name), bias, p->file->name)) return true;
    }
    return false;
}

bool symbols_find(struct symbols *s, const char *name, struct symbol *found)
{
    if (!s) return false;
    const char *colon = strrchr(name, ':');
    pthread_mutex_lock(&s->lock);
    search_memory(s);
    const bool ok = find(s, NULL, 0, name, found) ||
                    (colon > name && find(s, name, (size_t)(colon - name), colon + 1, found));
    pthread_mutex_unlock(&s->lock);
    return ok;
}

bool symbols_file_at(struct symbols *s, uint32_t addr, const char **file, uint32_t *in_file)
{
    uint32_t bias;
    if (!s) return false;
    pthread_mutex_lock(&s->lock);
    const bool ok = mapped_at(s, addr, &bias, file);
    if (ok) *in_file = addr - bias;
    pthread_mutex_unlock(&s->lock);
    return ok;
}

void symbols_format(struct symbols *s, uint32_t addr, char *buf, size_t size)
{
    struct symbol found;
    if (size) *buf = 0;
    if (symbols_at(s, addr, &found))
        snprintf(buf, size, "%s+0x%x", found.name, (unsigned)(addr - found.addr));
}

// A kernel's table is between two symbols.
static bool kernel_exidx(struct symbols *s, uint32_t *table, uint32_t *size)
{
    search_memory(s);
    for (const struct file *f = s->given; f; f = f->next) {
        *table = f->table.exidx;
        *size = f->table.exidx_size;
        if (*size && !f->table.nsegments) return true; // found in memory
        const struct table_entry *start = table_find(&f->table, "__start_unwind_idx");
        const struct table_entry *stop = table_find(&f->table, "__stop_unwind_idx");
        if (!start || !stop || stop->addr <= start->addr) continue;
        *table = start->addr;
        *size = stop->addr - start->addr;
        return true;
    }
    return false;
}

bool symbols_exidx(struct symbols *s, uint32_t addr, uint32_t *table, uint32_t *size)
{
    uint32_t bias;
    const char *name;
    if (!s) return false;
    pthread_mutex_lock(&s->lock);
    const struct table *t = mapped_at(s, addr, &bias, &name);
    const bool ok = t ? t->exidx_size > 0 : kernel_exidx(s, table, size);
    if (t && ok) {
        *table = bias + t->exidx;
        *size = t->exidx_size;
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}
