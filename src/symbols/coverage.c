#include "symbols/coverage.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file_name.h"
#include "base/log.h"
#include "elf/elf.h"

// A file that has been mapped at an address, and up to where its program headers say.
struct module {
    char *path;
    uint64_t base, end;
    uint32_t entry;
    bool code; // something of it may be executed
};

// Where files are mapped at present.
struct range {
    uint32_t start;
    uint64_t end;
    unsigned module;
};

// As in the file.
struct entry {
    uint32_t start; // from the module's base
    uint16_t size, module;
};

struct coverage {
    pthread_mutex_t lock;
    struct symbols_source source;
    bool looked;      // at the mappings, when they had changed …
    uint64_t changes; // … so often
    struct module *module;
    unsigned nmodules;
    struct range *range;
    unsigned nranges;
    struct entry *set; // a hash table, a power of two in size; size 0: free
    size_t nentries, room;
    char file[PATH_MAX]; // with %p, if it has any
};

static const char out_of_memory[] = "--coverage: out of memory";

// ---- modules ----

// An array of n elements is about to have one more: grown by powers of two.
static bool grow(void *array, unsigned n, size_t size)
{
    void **p = array;
    if (n & (n - 1)) return true;
    void *more = realloc(*p, (n ? 2 * (size_t)n : 1) * size);
    if (!more) return false;
    *p = more;
    return true;
}

// What the headers of the ELF file at m->base say of it, where it is mapped; else nothing is changed.
static void read_headers(const struct coverage *v, struct module *m)
{
    struct {
        uint8_t ident[16];
        uint16_t type, machine;
        uint32_t version, entry, phoff, shoff, flags;
        uint16_t ehsize, phentsize, phnum;
    } h;
    struct {
        uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
    } ph;
    uint64_t low = UINT64_MAX, high = 0;
    size_t (*const read)(void *ctx, uint32_t addr, void *to, size_t n) = v->source.read;
    const uint32_t base = (uint32_t)m->base;
    if (!read || read(v->source.ctx, base, &h, sizeof h) != sizeof h || memcmp(h.ident, "\177ELF", 4) != 0)
        return;
    for (uint32_t i = 0; i < h.phnum; i++) {
        if (read(v->source.ctx, base + h.phoff + i * h.phentsize, &ph, sizeof ph) != sizeof ph) return;
        if (ph.type != ELF_PT_LOAD || !ph.memsz) continue;
        if (ph.vaddr < low) low = ph.vaddr & ~0xfffu;
        if ((uint64_t)ph.vaddr + ph.memsz > high) high = (uint64_t)ph.vaddr + ph.memsz;
    }
    if (low >= high) return;
    m->end = m->base + ((high - low + 0xfff) & ~0xfffull);
    m->entry = h.entry ? base + h.entry - (uint32_t)low : 0;
}

static unsigned module_at(struct coverage *v, const char *path, uint32_t base)
{
    for (unsigned i = 0; i < v->nmodules; i++)
        if (v->module[i].base == base && strcmp(v->module[i].path, path) == 0) return i;
    struct module m = {.path = strdup(path), .base = base, .end = base};
    if (!m.path || !grow(&v->module, v->nmodules, sizeof m)) {
        free(m.path);
        return UINT_MAX;
    }
    read_headers(v, &m);
    v->module[v->nmodules] = m;
    return v->nmodules++;
}

static void put_file(void *to, const struct symbols_file *f)
{
    struct coverage *v = to;
    const struct range *before = v->nranges ? &v->range[v->nranges - 1] : NULL;
    const bool more = before && f->start < v->module[before->module].end &&
                      strcmp(v->module[before->module].path, f->path) == 0;
    const unsigned i = more ? before->module : module_at(v, f->path, f->start);
    if (i == UINT_MAX || !grow(&v->range, v->nranges, sizeof *v->range)) {
        warn(out_of_memory);
        return;
    }
    struct module *m = &v->module[i];
    if (m->end < f->end) m->end = f->end;
    m->code |= f->code;
    v->range[v->nranges++] = (struct range){f->start, f->end, i};
}

static void look(struct coverage *v)
{
    const uint64_t changes = v->source.changes ? v->source.changes(v->source.ctx) : 0;
    if (v->looked && changes == v->changes) return;
    v->nranges = 0;
    v->source.files(v->source.ctx, put_file, v);
    v->changes = changes;
    v->looked = true;
}

static const struct range *range_of(const struct coverage *v, uint32_t addr)
{
    for (unsigned i = 0; i < v->nranges; i++)
        if (addr >= v->range[i].start && addr < v->range[i].end) return &v->range[i];
    return NULL;
}

// ---- blocks ----

static struct entry *place(struct entry *set, size_t room, const struct entry *e)
{
    size_t i = (e->start * 0x9e3779b1u ^ (uint32_t)e->module << 16 ^ e->size) & (room - 1);
    while (set[i].size && memcmp(&set[i], e, sizeof *e) != 0)
        i = (i + 1) & (room - 1);
    return &set[i];
}

static bool make_room(struct coverage *v)
{
    if (v->nentries * 2 < v->room) return true;
    const size_t room = v->room ? 2 * v->room : 4096;
    struct entry *set = calloc(room, sizeof *set);
    if (!set) return false;
    for (size_t i = 0; i < v->room; i++)
        if (v->set[i].size) *place(set, room, &v->set[i]) = v->set[i];
    free(v->set);
    v->set = set;
    v->room = room;
    return true;
}

void coverage_block(void *coverage, struct cpu *c, uint32_t first, uint32_t last)
{
    struct coverage *v = coverage;
    (void)c;
    pthread_mutex_lock(&v->lock);
    look(v);
    const struct range *r = range_of(v, first);
    if (r && r->module < UINT16_MAX && make_room(v)) {
        const struct entry e = {(uint32_t)(first - v->module[r->module].base), (uint16_t)(last - first + 1),
                                (uint16_t)r->module};
        v->module[r->module].code = true;
        struct entry *there = place(v->set, v->room, &e);
        if (!there->size) v->nentries++;
        *there = e;
    }
    pthread_mutex_unlock(&v->lock);
}

// ---- the file ----

static bool names_process(const char *pattern)
{
    for (const char *p = pattern; (p = strchr(p, '%')); p += 2) {
        if (p[1] == 'p') return true;
        if (!p[1]) break;
    }
    return false;
}

static int by_place(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->module != y->module) return x->module < y->module ? -1 : 1;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return x->size < y->size ? -1 : x->size > y->size;
}

// The entries in order, at the beginning of the table, which is none any more.
static void sort(struct coverage *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->room; i++)
        if (v->set[i].size) v->set[n++] = v->set[i];
    qsort(v->set, n, sizeof *v->set, by_place);
}

static bool put_all(FILE *f, struct coverage *v)
{
    unsigned n = 0, listed = 0;
    for (unsigned i = 0; i < v->nmodules; i++)
        listed += v->module[i].code;
    fprintf(f, "DRCOV VERSION: 2\nDRCOV FLAVOR: drcov\nModule Table: version 2, count %u\n", listed);
    fprintf(f, "Columns: id, base, end, entry, path\n");
    size_t k = 0;
    for (unsigned i = 0; i < v->nmodules; i++) {
        const struct module *m = &v->module[i];
        for (; k < v->nentries && v->set[k].module == i; k++)
            v->set[k].module = (uint16_t)n;
        if (m->code)
            fprintf(f, "%3u, 0x%08llx, 0x%08llx, 0x%08x, %s\n", n++, (unsigned long long)m->base,
                    (unsigned long long)m->end, (unsigned)m->entry, m->path);
    }
    fprintf(f, "BB Table: %zu bbs\n", v->nentries);
    fwrite(v->set, sizeof *v->set, v->nentries, f);
    return !ferror(f);
}

void coverage_write(struct coverage *v)
{
    char name[PATH_MAX];
    pthread_mutex_lock(&v->lock);
    file_name_expand(name, sizeof name, v->file);
    struct coverage sorted = *v; // what is written is a copy: it may go on
    sorted.set = calloc(v->room ? v->room : 1, sizeof *v->set);
    FILE *f = sorted.set ? fopen(name, "we") : NULL;
    if (f) {
        if (v->room) memcpy(sorted.set, v->set, v->room * sizeof *v->set);
        sort(&sorted);
    }
    bool ok = f && put_all(f, &sorted);
    if (f) ok &= fclose(f) == 0;
    if (!ok) warn("--coverage: %s: %s", name, strerror(errno));
    free(sorted.set);
    pthread_mutex_unlock(&v->lock);
}

// ---- processes ----

static bool is_absolute(const char *file)
{
    return file[0] == '/';
}

struct coverage *coverage_new(const char *file, const struct symbols_source *source)
{
    struct coverage *v = calloc(1, sizeof *v);
    char dir[PATH_MAX] = "";
    if (!v) {
        warn(out_of_memory);
        return NULL;
    }
    // The program may go elsewhere.
    if (!is_absolute(file) && !getcwd(dir, sizeof dir)) dir[0] = 0;
    if ((size_t)snprintf(v->file, sizeof v->file, "%s%s%s", dir, *dir ? "/" : "", file) >= sizeof v->file) {
        warn("--coverage: %s: %s", file, strerror(ENAMETOOLONG));
        free(v);
        return NULL;
    }
    pthread_mutex_init(&v->lock, NULL);
    v->source = *source;
    char name[PATH_MAX];
    file_name_expand(name, sizeof name, v->file);
    FILE *f = fopen(name, "we");
    if (!f) {
        warn("--coverage: %s: %s", name, strerror(errno));
        free(v);
        return NULL;
    }
    fclose(f);
    return v;
}

void coverage_fork_before(struct coverage *v)
{
    pthread_mutex_lock(&v->lock);
}

static void append_process(char *file, size_t size)
{
    const size_t n = strlen(file);
    if (!names_process(file)) snprintf(file + n, size - n, ".%d", (int)getpid());
}

void coverage_fork_after(struct coverage *v, bool child)
{
    if (child) append_process(v->file, sizeof v->file);
    pthread_mutex_unlock(&v->lock);
}

void coverage_next(const struct coverage *v, bool other, char *name, size_t size)
{
    snprintf(name, size, "%s", v->file);
    if (other) append_process(name, size);
    const size_t n = strlen(name);
    snprintf(name + n, size - n, ".exec");
}
