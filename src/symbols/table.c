#include "symbols/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What has no size ends somewhere before this.
#define REACH (1u << 20)

// How many entries before an address are looked at for one that holds it.
enum { NESTED = 64 };

bool table_add(struct table *t, const struct table_entry *e)
{
    if (t->n == t->cap) {
        const size_t cap = t->cap ? t->cap * 2 : 256;
        struct table_entry *entries = realloc(t->entries, cap * sizeof *entries);
        if (!entries) return false;
        t->entries = entries;
        t->cap = cap;
    }
    t->entries[t->n++] = *e;
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct table_entry *x = a, *y = b;
    if (x->addr != y->addr) return x->addr < y->addr ? -1 : 1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return x->name < y->name ? 1 : -1; // the first of the file wins
}

void table_sort(struct table *t)
{
    if (t->n) qsort(t->entries, t->n, sizeof *t->entries, compare);
}

void table_free(struct table *t)
{
    free(t->entries);
    free(t->names);
    *t = (struct table){0};
}

const struct table_entry *table_at(const struct table *t, uint32_t addr)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) { // behind the last one that begins at or below addr
        const size_t mid = lo + (hi - lo) / 2;
        if (t->entries[mid].addr <= addr)
            lo = mid + 1;
        else
            hi = mid;
    }
    const struct table_entry *label = NULL;
    bool ended = false; // something with a size lies between
    for (size_t i = lo; i > 0 && lo - i < NESTED; i--) {
        const struct table_entry *e = &t->entries[i - 1];
        if (addr - e->addr >= REACH && !e->size) break;
        if (addr - e->addr < e->size) return e;
        if (e->size) ended = true;
        if (e->size && label && label->addr - e->addr < e->size) label = NULL; // one of its own
        if (!e->size && !label && !ended) label = e;
    }
    return label;
}

const struct table_entry *table_find(const struct table *t, const char *name)
{
    const struct table_entry *best = NULL;
    for (size_t i = 0; i < t->n; i++) {
        const struct table_entry *e = &t->entries[i];
        if ((!best || e->rank > best->rank) && strcmp(t->names + e->name, name) == 0) best = e;
    }
    return best;
}

bool table_same_layout(const struct table *a, const struct table *b)
{
    if (a->nsegments != b->nsegments) return false;
    for (unsigned i = 0; i < a->nsegments; i++)
        if (a->segments[i].vaddr != b->segments[i].vaddr || a->segments[i].memsz != b->segments[i].memsz)
            return false;
    return true;
}

void *table_bytes(int fd, uint64_t offset, size_t size)
{
    struct stat st;
    if (fstat(fd, &st) < 0) return NULL;
    if (offset > (uint64_t)st.st_size || size > (uint64_t)st.st_size - offset) return NULL;
    char *bytes = malloc(size + 1);
    size_t done = 0;
    while (bytes && done < size) {
        const ssize_t n = pread(fd, bytes + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += (size_t)n;
    }
    if (bytes && done < size) {
        free(bytes);
        return NULL;
    }
    if (bytes) bytes[size] = 0;
    return bytes;
}
