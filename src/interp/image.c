#include "interp/image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/image.h"
#include "base/log.h"
#include "base/stats.h"
#include "interp/run.h"
#include "interp/tier.h"

enum state {
    PARKED, // restored, and not looked at yet
    SAME,   // … and its bytes are what they were
    NEW,    // what has been made of it is from bytes with this hash
    CHANGED // … and then something has changed
};

struct page {
    uint32_t frame, next; // 1 + number of the next one in the list
    uint64_t hash;        // of its bytes
    uint32_t first, n;    // in the index: blocks that begin in it
    uint8_t state;
    bool as_saved; // its bytes are those of the image, and have been ever since they were compared
    bool reaches;  // one of the blocks has bytes of the next page, too
    bool keep;     // it is going to be in the image
};

enum { HEADS = 1024, CHUNKS = 40, PAGES_ROOM = 8 << 20, INDEX_ROOM = 24 << 20 };

struct image {
    struct image_file file;
    struct page *pages; // at IMAGE_PAGES; behind their room
    uint64_t *index;    // … restored blocks, by page, in order of entry()
    unsigned npages, nindex;
    unsigned restored, dropped; // pages
    unsigned built, made;       // blocks by this process; the tier's units that were there before
    bool useless;               // nothing can be saved
    uint32_t head[HEADS];
};

struct saved {
    uint64_t features, nchunks, npages, nindex, used[CHUNKS];
};
_Static_assert(sizeof(struct saved) <= IMAGE_STATE, "there is room");

static void note(const char *what, const char *why)
{
    if (log_on(LOG_JIT)) log_event("image: %s: %s", what, why);
}

// ---- pages ----

static struct page *find_page(const struct image *m, uint32_t frame)
{
    uint32_t n = m->head[frame % HEADS];
    while (n && m->pages[n - 1].frame != frame)
        n = m->pages[n - 1].next;
    return n ? &m->pages[n - 1] : NULL;
}

static void link_page(struct image *m, unsigned n)
{
    uint32_t *head = &m->head[m->pages[n].frame % HEADS];
    m->pages[n].next = *head;
    *head = n + 1;
}

static struct page *add_page(struct image *m, uint32_t frame)
{
    if ((m->npages + 1) * sizeof *m->pages > PAGES_ROOM) return NULL;
    m->pages[m->npages] = (struct page){.frame = frame, .state = CHANGED};
    link_page(m, m->npages);
    return &m->pages[m->npages++];
}

static uint64_t hash_page(const uint8_t *bytes)
{
    return image_hash(bytes, 1u << 12, 0);
}

// The bytes of a page, from which blocks are going to be made.
static void note_bytes(struct image *m, uint32_t frame, const uint8_t *bytes)
{
    struct page *p = find_page(m, frame);
    if (!p) p = add_page(m, frame);
    if (!p || p->state != CHANGED) return;
    p->hash = hash_page(bytes);
    p->state = NEW;
}

// The bytes of a page, if it can be fetched from. Watched from now on.
static const uint8_t *fetch(struct cpu *c, uint32_t frame)
{
    sigjmp_buf outer;
    memcpy(&outer, &c->abort_jmp, sizeof outer);
    const uint8_t *bytes = NULL;
    if (!sigsetjmp(c->abort_jmp, 0)) bytes = c->mem->fetch_page(c, frame << 12, &(uint32_t){0});
    memcpy(&c->abort_jmp, &outer, sizeof outer);
    return bytes;
}

static void drop(struct image *m, struct page *p)
{
    p->n = 0;
    p->as_saved = false;
    p->state = CHANGED;
    m->dropped++;
    stats_add(STAT_IMAGE_DROPPED, 1);
}

static bool compare(struct cpu *c, struct image *m, struct page *p)
{
    if (p->state != PARKED) return p->as_saved;
    const uint8_t *bytes = fetch(c, p->frame);
    p->state = SAME;
    p->as_saved = bytes && hash_page(bytes) == p->hash;
    if (!p->as_saved) drop(m, p);
    return p->as_saved;
}

// Whether the bytes of a page's blocks are the image's. Otherwise these go.
static bool is_same(struct cpu *c, struct image *m, struct page *p)
{
    if (!compare(c, m, p)) return false;
    struct page *next = p->reaches ? find_page(m, p->frame + 1) : NULL;
    if (!p->reaches || (next && compare(c, m, next))) return true;
    if (p->state == SAME) drop(m, p);
    return false;
}

// ---- blocks that come in ----

enum { ENTRY_SHIFT = 40 };

// What a key has beside its page, in front of where the block is.
static uint64_t entry_of(block_key key, const struct block *b)
{
    const uint64_t at = ((uintptr_t)b - IMAGE_BLOCKS) / _Alignof(struct block);
    return ((key & 0xfff) | (key >> 32 & 0x1ff) << 12) << ENTRY_SHIFT | at;
}

static block_key key_of(const struct page *p, uint64_t entry)
{
    const uint64_t low = entry >> ENTRY_SHIFT;
    return (uint64_t)p->frame << 12 | (low & 0xfff) | (low >> 12) << 32;
}

static struct block *block_of(uint64_t entry)
{
    const uint64_t at = entry & ((1ull << ENTRY_SHIFT) - 1);
    return (struct block *)(uintptr_t)(IMAGE_BLOCKS + at * _Alignof(struct block));
}

static struct block *restored_block(const struct image *m, const struct page *p, block_key key)
{
    const uint64_t *v = m->index + p->first, low = entry_of(key, (void *)IMAGE_BLOCKS);
    uint32_t from = 0, to = p->n;
    while (from < to) {
        const uint32_t middle = (from + to) / 2;
        if (v[middle] < low)
            from = middle + 1;
        else
            to = middle;
    }
    return from < p->n && v[from] >> ENTRY_SHIFT == low >> ENTRY_SHIFT ? block_of(v[from]) : NULL;
}

struct visit {
    struct cpu *c;
    struct image *m;
};

static bool key_is_same(void *ctx, uint64_t key)
{
    const struct visit *v = ctx;
    struct page *p = find_page(v->m, (uint32_t)key >> 12);
    return p && is_same(v->c, v->m, p);
}

static struct block *bring_in(struct cpu *c, struct cache *k, const struct page *p, block_key key)
{
    struct visit v = {c, k->image};
    struct block *b = restored_block(k->image, p, key);
    if (!b) return NULL;
    if (b->code && !k->tier->image->usable(k->tier, c, b->code, key_is_same, &v))
        interp_tier_without_code(k->tier, b);
    stats_add(STAT_IMAGE_BLOCKS, 1);
    stats_add(STAT_IMAGE_CODE, b->code != NULL);
    return cache_put(k, b) ? b : NULL;
}

struct block *image_find(struct cpu *c, struct cache *k, block_key key)
{
    struct image *m = k->image;
    uint32_t frame;
    interp_mark_fetch(c, key);
    const uint8_t *bytes = c->mem->fetch_page(c, (uint32_t)key & ~1u, &frame);
    cache_lock(k);
    struct page *p = find_page(m, frame);
    struct block *b = k->shared ? cache_find(k, key) : NULL; // another thread may have been here
    if (!b && p && p->n && is_same(c, m, p)) b = bring_in(c, k, p, key);
    if (!b) {
        note_bytes(m, frame, bytes);
        m->built++;
    }
    cache_unlock(k);
    c->itstate = 0;
    return b;
}

void image_depends(struct cpu *c, struct cache *k, uint32_t frame)
{
    cache_lock(k);
    struct page *p = find_page(k->image, frame);
    if (p) is_same(c, k->image, p);
    const uint8_t *bytes = fetch(c, frame);
    if (bytes) note_bytes(k->image, frame, bytes);
    cache_unlock(k);
}

// ---- what changes ----

// Code may run that has something of blocks which the cache does not see, since they have not come in.
static void change(struct cache *k, struct page *p)
{
    const struct image *m = k->image;
    if (p->state == PARKED || p->state == CHANGED) return;
    for (uint32_t i = p->first; i < p->first + p->n; i++)
        if (k->tier->forget(k->tier, key_of(p, m->index[i]))) k->loops_forgotten = true;
    p->n = 0;
    p->as_saved = false;
    p->state = CHANGED;
}

static void change_frame(struct cache *k, uint32_t frame)
{
    struct page *p = find_page(k->image, frame);
    if (p) change(k, p);
}

void image_invalidate(struct cache *k, uint64_t first, uint64_t last)
{
    struct image *m = k->image;
    const uint64_t from = first >> 12, to = last >> 12;
    if (to - from < m->npages) {
        for (uint64_t frame = from; frame <= to; frame++)
            change_frame(k, (uint32_t)frame);
    } else {
        for (unsigned n = 0; n < m->npages; n++)
            if (m->pages[n].frame >= from && m->pages[n].frame <= to) change(k, &m->pages[n]);
    }
    struct page *before = from ? find_page(m, (uint32_t)from - 1) : NULL;
    if (before && before->reaches && before->state == SAME) change(k, before);
}

void image_evicted(struct cache *k)
{
    const struct image *m = k->image;
    for (unsigned i = 0; i < m->nindex; i++) {
        struct block *b = block_of(m->index[i]);
        if (b->code && k->tier->evicted(k->tier, b->code)) interp_tier_without_code(k->tier, b);
    }
}

void image_flush(struct image *m)
{
    memset(m->head, 0, sizeof m->head);
    m->npages = m->nindex = m->restored = m->dropped = 0;
}

void image_give_up(struct image *m)
{
    m->useless = true;
}

void image_forked(struct cache *k)
{
    k->image->built = 0;
    k->image->made = k->tier->image->made(k->tier);
}

// ---- from a file ----

static bool restore(struct cpu *c, struct cache *k, int fd, const struct image_header *h)
{
    struct image *m = k->image;
    const struct saved *s = (const void *)h->cache;
    if (s->features != c->features || s->nchunks > CHUNKS || s->npages * sizeof *m->pages > PAGES_ROOM ||
        s->nindex * sizeof *m->index > INDEX_ROOM)
        return false;
    if (!cache_restore(k, (unsigned)s->nchunks, s->used, (unsigned)s->nindex)) return false;
    if (!k->tier->image->restore(k->tier, h->tier)) return false;
    if (!image_read(fd, h)) {
        k->tier->image->drop(k->tier);
        return false;
    }
    m->npages = m->restored = (unsigned)s->npages;
    m->nindex = (unsigned)s->nindex;
    for (unsigned n = 0; n < m->npages; n++)
        link_page(m, n);
    m->made = k->tier->image->made(k->tier);
    for (unsigned n = 0; n < h->nranges; n++)
        stats_add(STAT_IMAGE_LOADED, h->range[n].size);
    return true;
}

static void load(struct cpu *c, struct cache *k)
{
    struct image_header h;
    const char *why;
    const int fd = image_open(&k->image->file, &h, &why);
    if (fd >= 0) {
        const bool restored = restore(c, k, fd, &h);
        why = restored ? "loaded" : "it is damaged, or its memory is not to be had";
        if (!restored) cache_drop(k);
        close(fd);
    }
    note("file", why);
}

void image_load(struct cpu *c, const struct image_file *f)
{
    struct cache *k = &((struct interp_engine *)c->engine)->cache;
    struct image *m = k->tier ? pages_sparse(sizeof *m) : NULL;
    if (!m) return;
    m->file = *f;
    m->pages = pages_large_at(IMAGE_PAGES, PAGES_ROOM + INDEX_ROOM);
    if (!m->pages) return;
    madvise(m->pages, PAGES_ROOM + INDEX_ROOM, MADV_NOHUGEPAGE); // of which little is ever used
    m->index = (uint64_t *)(void *)((uint8_t *)m->pages + PAGES_ROOM);
    k->image = m;
    k->tier->fixed = true;
    load(c, k);
}

// ---- to a file ----

static bool worth(const struct image *m, unsigned made, unsigned blocks)
{
    enum { FEW = 48, SHARE = 16 };
    const unsigned code = made - m->made;
    return code > FEW + m->made / SHARE || m->built > 4 * FEW + blocks / SHARE;
}

static bool keeps(void *ctx, uint64_t key)
{
    const struct image *m = ctx;
    const struct page *p = find_page(m, (uint32_t)key >> 12), *next;
    if (!p || !p->keep) return false;
    if (!p->reaches) return true;
    next = find_page(m, p->frame + 1);
    return next && next->keep;
}

// The blocks that the cache has of a page, those among them that begin there.
static struct block *first_in(struct cache *k, const struct page *p)
{
    struct code_page *cp = cache_page(k, p->frame);
    return cp ? cp->blocks : NULL;
}

static bool is_in(const struct block *b, const struct page *p)
{
    return b->frame[0] == p->frame;
}

static struct block *next_in(const struct block *b, const struct page *p)
{
    return b->page_next[is_in(b, p) ? 0 : 1];
}

// Which pages are kept: those whose bytes are still what they were, or have never been looked at.
static void choose(struct cpu *c, struct cache *k, bool (*in_file)(void *ctx, uint32_t page), void *ctx)
{
    struct image *m = k->image;
    for (struct page *p = m->pages; p < m->pages + m->npages; p++) {
        p->keep = p->state == PARKED || p->state == SAME;
        if (p->state == NEW) {
            const uint8_t *bytes = in_file(ctx, p->frame) ? fetch(c, p->frame) : NULL;
            p->keep = bytes && hash_page(bytes) == p->hash;
            p->reaches = false;
        }
        for (const struct block *b = p->keep ? first_in(k, p) : NULL; b; b = next_in(b, p))
            p->reaches |= is_in(b, p) && b->frame[1] != b->frame[0];
    }
}

// Memory's ranges in the order in which it was taken.
static unsigned chunks(const struct cache *k, struct image_range *r, struct saved *s)
{
    unsigned n = 0;
    for (const struct cache_chunk *p = k->chunk; p; p = p->before)
        n++;
    if (n > CHUNKS) return 0;
    s->nchunks = n;
    for (const struct cache_chunk *p = k->chunk; p; p = p->before) {
        const size_t used = p == k->chunk ? k->chunk_used : p->size;
        s->used[--n] = used;
        image_add(r, n, p, used);
    }
    return (unsigned)s->nchunks;
}

static bool in_blocks(const void *p)
{
    return (uintptr_t)p >= IMAGE_BLOCKS && (uintptr_t)p < IMAGE_PAGES;
}

struct parking {
    struct cache *k;
    const struct image_copy *copy;
    uint64_t *index; // in the copy
    unsigned n;
};

// A block in the copy becomes what is expected when it comes in.
static void park(struct parking *g, struct block *b)
{
    struct block *to = image_in_copy(g->copy, b);
    if (to->code && !g->k->tier->image->in_copy(g->copy, to->code)) interp_tier_without_code(g->k->tier, to);
    to->next = to->page_next[0] = to->page_next[1] = NULL;
    for (unsigned i = 0; i < to->nsteps; i++)
        if (in_blocks(to->steps[i].link)) to->steps[i].link = NULL;
    g->index[g->n++] = entry_of(b->key, b);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void park_page(struct parking *g, const struct page *p)
{
    const struct image *m = g->k->image;
    const unsigned first = g->n;
    for (uint32_t i = p->first; i < p->first + p->n; i++)
        park(g, block_of(m->index[i]));
    for (struct block *b = first_in(g->k, p); b; b = next_in(b, p))
        if (is_in(b, p) && !restored_block(m, p, b->key)) park(g, b);
    qsort(g->index + first, g->n - first, sizeof *g->index, by_value);
}

// The pages that are kept, closed up, and the index of their blocks.
static void park_pages(struct cache *k, const struct image_copy *copy, struct saved *s)
{
    struct image *m = k->image;
    struct page *to = image_in_copy(copy, m->pages);
    struct parking g = {k, copy, image_in_copy(copy, m->index), 0};
    for (const struct page *p = m->pages; p < m->pages + m->npages; p++) {
        if (!keeps(m, (uint64_t)p->frame << 12)) continue;
        const uint32_t first = g.n;
        park_page(&g, p);
        to[s->npages++] = (struct page){
            .frame = p->frame, .hash = p->hash, .reaches = p->reaches, .first = first, .n = g.n - first};
    }
    s->nindex = g.n;
}

static const char *save(struct cpu *c, struct cache *k, bool (*in_file)(void *ctx, uint32_t page), void *ctx)
{
    struct image *m = k->image;
    struct image_header h;
    memset(&h, 0, sizeof h);
    struct saved *s = (void *)h.cache;
    choose(c, k, in_file, ctx);
    unsigned n = chunks(k, h.range, s);
    if (!n || !k->tier->fixed) return "memory is elsewhere";
    n = image_add(h.range, n, m->pages, m->npages * sizeof *m->pages);
    n = image_add(h.range, n, m->index, (m->nindex + k->nblocks) * sizeof *m->index);
    h.nranges = n + k->tier->image->ranges(k->tier, h.range + n, h.tier);
    s->features = c->features;
    size_t size = 0;
    for (n = 0; n < h.nranges; n++)
        size += h.range[n].size;
    if (size > IMAGE_MOST || m->dropped > m->restored / 4) {
        image_remove(&m->file);
        return "it would be too long, or much of it for nothing: another process begins anew";
    }
    struct image_copy copy = image_copy(&h);
    if (!copy.bytes) return "out of memory";
    k->tier->image->clean(k->tier, &copy, keeps, m);
    park_pages(k, &copy, s);
    const char *why = image_write(&m->file, &h, &copy);
    image_copy_free(&copy);
    if (!why) stats_add(STAT_IMAGE_SAVED, size);
    return why ? why : "saved";
}

void image_save(struct cpu *c, bool (*in_file)(void *ctx, uint32_t page), void *ctx)
{
    struct interp_engine *e = (struct interp_engine *)c->engine;
    struct cache *k = &e->cache;
    struct image *m = k->image;
    if (!m || m->useless || !worth(m, k->tier->image->made(k->tier), k->nblocks)) return;
    k->tier->fork_before(k->tier); // in the order in which a block is compiled
    pthread_mutex_lock(&k->lock);
    const char *how = save(c, k, in_file, ctx);
    pthread_mutex_unlock(&k->lock);
    k->tier->image->unlock(k->tier);
    note("file", how);
}
