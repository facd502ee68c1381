#include "interp/image.h"

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
    uint8_t state;
    bool as_saved; // its bytes are those of the image, and have been ever since they were compared
    bool reaches;  // one of the blocks has bytes of the next page, too
    bool keep;     // it is going to be in the image
};

enum { HEADS = 1024, CHUNKS = 40, PAGES_ROOM = 8 << 20 };

// At IMAGE_PAGES.
struct tables {
    struct code_page *blocks[CACHE_PAGES]; // the cache's, when it was written
    struct page pages[];
};

struct image {
    struct image_file file;
    struct tables *tables;
    struct page *pages; // in them
    unsigned npages;
    unsigned restored, dropped; // pages
    unsigned built, made;       // blocks by this process; the tier's units that were there before
    bool useless;               // nothing can be saved
    uint32_t head[HEADS];
};

struct saved {
    uint64_t features, nchunks, npages, nbuckets, nblocks, used[CHUNKS];
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

static size_t size_of_tables(size_t npages)
{
    return sizeof(struct tables) + npages * sizeof(struct page);
}

static struct page *add_page(struct image *m, uint32_t frame)
{
    if (size_of_tables(m->npages + 1) > PAGES_ROOM) return NULL;
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

static void drop(struct cache *k, struct page *p)
{
    p->as_saved = false;
    p->state = CHANGED;
    cache_forget_parked(k, p->frame);
    k->image->dropped++;
    stats_add(STAT_IMAGE_DROPPED, 1);
}

static bool compare(struct cpu *c, struct cache *k, struct page *p)
{
    if (p->state != PARKED) return p->as_saved;
    const uint8_t *bytes = fetch(c, p->frame);
    p->state = SAME;
    p->as_saved = bytes && hash_page(bytes) == p->hash;
    if (!p->as_saved) drop(k, p);
    return p->as_saved;
}

// Whether the bytes of a page's blocks are the image's. Otherwise these go.
static bool is_same(struct cpu *c, struct cache *k, struct page *p)
{
    if (!compare(c, k, p)) return false;
    struct page *next = p->reaches ? find_page(k->image, p->frame + 1) : NULL;
    if (!p->reaches || (next && compare(c, k, next))) return true;
    if (p->state == SAME) drop(k, p);
    return false;
}

// ---- blocks that somebody comes to ----

struct visit {
    struct cpu *c;
    struct cache *k;
};

static bool key_is_same(void *ctx, uint64_t key)
{
    const struct visit *v = ctx;
    struct page *p = find_page(v->k->image, (uint32_t)key >> 12);
    return p && is_same(v->c, v->k, p);
}

// Forgotten otherwise.
static struct block *arrive(struct cpu *c, struct cache *k, struct block *b)
{
    struct visit v = {c, k};
    if (cache_is_parked(b) && !key_is_same(&v, b->key)) cache_forget_parked(k, b->frame[0]);
    if (cache_is_parked(b)) {
        if (b->code && !k->tier->image->usable(k->tier, c, b->code, key_is_same, &v)) b->code = NULL;
        stats_add(STAT_IMAGE_BLOCKS, 1);
        stats_add(STAT_IMAGE_CODE, b->code != NULL);
        if (cache_is_parked(b)) interp_tier_unpark(k->tier, b); // the others may reach into its page
    }
    return cache_is_forgotten(b) ? NULL : b;
}

struct block *image_arrive(struct cpu *c, struct cache *k, struct block *b)
{
    cache_lock(k);
    b = arrive(c, k, b);
    cache_unlock(k);
    return b;
}

struct block *image_find(struct cpu *c, struct cache *k, block_key key)
{
    struct image *m = k->image;
    uint32_t frame;
    interp_mark_fetch(c, key);
    const uint8_t *bytes = c->mem->fetch_page(c, (uint32_t)key & ~1u, &frame);
    cache_lock(k);
    struct page *p = find_page(m, frame);
    if (p) is_same(c, k, p);
    struct block *b = cache_find(k, key); // another thread may have been here
    if (b) b = arrive(c, k, b);
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
    if (p) is_same(c, k, p);
    const uint8_t *bytes = fetch(c, frame);
    if (bytes) note_bytes(k->image, frame, bytes);
    cache_unlock(k);
}

// ---- what changes ----

static void change(struct cache *k, struct page *p)
{
    if (p->state == PARKED || p->state == CHANGED) return;
    p->as_saved = false;
    p->state = CHANGED;
    cache_forget_parked(k, p->frame);
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

bool image_is_parked(const struct image *m, uint32_t frame)
{
    const struct page *p = find_page(m, frame);
    return p && p->state == PARKED;
}

void image_flush(struct image *m)
{
    memset(m->head, 0, sizeof m->head);
    m->npages = m->restored = m->dropped = 0;
}

void image_give_up(struct image *m)
{
    m->useless = true;
}

// What is there is not going to be written by this process.
static void count_anew(struct cache *k)
{
    k->image->built = 0;
    k->image->made = k->tier->image->made(k->tier);
}

void image_forked(struct cache *k)
{
    count_anew(k);
}

// ---- from a file ----

static bool restore(struct cpu *c, struct cache *k, int fd, const struct image_header *h)
{
    struct image *m = k->image;
    const struct saved *s = (const void *)h->cache;
    if (s->features != c->features || s->nchunks > CHUNKS || size_of_tables(s->npages) > PAGES_ROOM)
        return false;
    if (!cache_restore(k, (unsigned)s->nchunks, s->used, (unsigned)s->nbuckets, (unsigned)s->nblocks))
        return false;
    if (!k->tier->image->restore(k->tier, h->tier)) return false;
    if (!image_read(fd, h)) {
        k->tier->image->drop(k->tier);
        return false;
    }
    memcpy(k->pages, m->tables->blocks, sizeof k->pages);
    m->npages = m->restored = (unsigned)s->npages;
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
    m->tables = pages_large_at(IMAGE_PAGES, PAGES_ROOM);
    if (!m->tables) return;
    madvise(m->tables, PAGES_ROOM, MADV_NOHUGEPAGE); // of which little is ever used
    m->pages = m->tables->pages;
    k->image = m;
    k->tier->fixed = true;
    load(c, k);
}

// ---- to a file ----

static bool worth(const struct image *m, unsigned made, unsigned blocks)
{
    enum { FEW = 12, SHARE = 64 };
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
        for (const struct block *b = p->keep ? first_in(k, p) : NULL; b; b = cache_next_in(b, p->frame))
            p->reaches |= b->frame[0] == p->frame && b->frame[1] != b->frame[0];
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
    unsigned n; // blocks that are kept
};

static bool is_kept(const struct parking *g, const struct block *b)
{
    return keeps(g->k->image, b->key);
}

// A block in the copy becomes what is expected of it. Those that are not kept stay there, and links may lead
// to them.
static struct block *park(struct parking *g, const struct block *b)
{
    struct block *to = image_in_copy(g->copy, b);
    if (!is_kept(g, b)) {
        to->steps[0].fn = step_at_handler(step_forgotten);
        return NULL;
    }
    if (to->code && !g->k->tier->image->in_copy(g->copy, to->code)) to->code = NULL;
    interp_tier_park(to);
    g->n++;
    return to;
}

static void park_buckets(struct parking *g)
{
    const struct cache *k = g->k;
    _Atomic(struct block *) *table = image_in_copy(g->copy, (const void *)k->buckets);
    for (unsigned i = 0; i < k->nbuckets; i++) {
        struct block *last = NULL;
        atomic_store_explicit(&table[i], NULL, memory_order_relaxed);
        for (struct block *b = atomic_load(&k->buckets[i]); b; b = b->next) {
            struct block *to = park(g, b);
            if (to && last) last->next = b;
            if (to && !last) atomic_store_explicit(&table[i], b, memory_order_relaxed);
            if (to) (last = to)->next = NULL;
        }
    }
}

// The blocks of a page, and where links of theirs lead.
static void park_page(struct parking *g, const struct code_page *p)
{
    struct block **end = &((struct code_page *)image_in_copy(g->copy, p))->blocks;
    for (struct block *b = p->blocks; b; b = cache_next_in(b, p->frame)) {
        if (!is_kept(g, b)) continue;
        struct block *to = image_in_copy(g->copy, b);
        *end = b;
        end = &to->page_next[b->frame[0] == p->frame ? 0 : 1];
        for (unsigned i = 0; i < to->nsteps; i++) {
            struct block *link = step_has_link(&to->steps[i]) ? to->steps[i].link : NULL;
            const struct block *next = in_blocks(link) ? image_in_copy(g->copy, link) : NULL;
            if (next && cache_is_forgotten(next)) to->steps[i].link = NULL;
        }
    }
    *end = NULL;
}

// All blocks, and the pages that are kept, closed up.
static void park_all(struct cache *k, const struct image_copy *copy, struct saved *s)
{
    struct image *m = k->image;
    struct page *to = image_in_copy(copy, m->pages);
    struct parking g = {k, copy, 0};
    park_buckets(&g);
    for (unsigned i = 0; i < CACHE_PAGES; i++)
        for (const struct code_page *p = k->pages[i]; p; p = p->next)
            park_page(&g, p);
    for (const struct page *p = m->pages; p < m->pages + m->npages; p++)
        if (keeps(m, (uint64_t)p->frame << 12))
            to[s->npages++] = (struct page){.frame = p->frame, .hash = p->hash, .reaches = p->reaches};
    s->nbuckets = k->nbuckets;
    s->nblocks = g.n;
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
    memcpy(m->tables->blocks, k->pages, sizeof k->pages);
    n = image_add(h.range, n, m->tables, size_of_tables(m->npages));
    n = image_add(h.range, n, k->buckets, k->nbuckets * sizeof *k->buckets);
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
    park_all(k, &copy, s);
    const char *why = image_write(&m->file, &h, &copy);
    image_copy_free(&copy);
    if (why) return why;
    count_anew(k); // should it not be the end: execve may fail
    stats_add(STAT_IMAGE_SAVED, size);
    return "saved";
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
