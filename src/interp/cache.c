#include "interp/cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/image.h"
#include "base/pages.h"
#include "base/stats.h"
#include "interp/image.h"
#include "interp/log.h"

enum { TABLE = CACHE_MOST_BUCKETS * sizeof(struct block *) };

static void first_table(struct cache *k)
{
    k->buckets = k->few;
    k->nbuckets = CACHE_FEW_BUCKETS;
}

bool cache_init(struct cache *k)
{
    first_table(k);
    return pthread_mutex_init(&k->lock, NULL) == 0; // the rest starts as zeros
}

static void begin_chunk(struct cache *k, void *at, size_t size)
{
    struct cache_chunk *chunk = at;
    *chunk = (struct cache_chunk){k->chunk, size};
    k->chunk = chunk;
    k->chunk_used = (sizeof *chunk + 15) & ~(size_t)15;
    k->chunk_ready = 0;
}

// Every block into its bucket of a larger table. Chains as long as the first table makes them took a fifth of
// a large program's start. Nobody reads meanwhile.
static void more_buckets(struct cache *k, _Atomic(struct block *) *buckets, unsigned n)
{
    _Atomic(struct block *) *before = k->buckets;
    const unsigned nbefore = k->nbuckets;
    k->buckets = buckets;
    k->nbuckets = n;
    pages_expect(buckets, n * sizeof *buckets);
    for (unsigned i = 0; i < nbefore && k->nblocks; i++) {
        struct block *b = atomic_exchange_explicit(&before[i], NULL, memory_order_relaxed);
        for (struct block *next; b; b = next) {
            _Atomic(struct block *) *bucket = &buckets[cache_hash(b->key, n)];
            next = b->next;
            b->next = atomic_load_explicit(bucket, memory_order_relaxed);
            atomic_store_explicit(bucket, b, memory_order_relaxed);
        }
    }
}

enum { LITTLE = 512 << 10 };

// Another large chunk's memory: with images where they expect it, as long as nobody else is there. In small
// pages if little of it is going to be used.
static void *large_chunk(struct cache *k, size_t used)
{
    void *p = k->image ? pages_large_at(IMAGE_BLOCKS + (uint64_t)k->nfixed * CACHE_CHUNK, CACHE_CHUNK) : NULL;
    if (p) k->nfixed++;
    if (p && used < LITTLE) madvise(p, CACHE_CHUNK, MADV_NOHUGEPAGE);
    if (!p && k->image) image_give_up(k->image);
    return p ? p : pages_large(CACHE_CHUNK);
}

// The table and the first blocks of a program that has many lie in one large page: of a small page each the
// first access alone cost 1 to 8 µs, a fifth of a start of bash.
static bool move_home(struct cache *k, size_t used)
{
    if (!k->home && !(k->home = large_chunk(k, used))) return false;
    begin_chunk(k, k->home + TABLE, CACHE_CHUNK - TABLE);
    more_buckets(k, (_Atomic(struct block *) *)(void *)k->home,
                 k->image ? CACHE_BUCKETS : CACHE_MANY_BUCKETS);
    return true;
}

void cache_share(struct cache *k)
{
    if (!k->shared && (k->home || move_home(k, CACHE_CHUNK))) more_buckets(k, k->buckets, CACHE_MOST_BUCKETS);
    k->shared = true;
}

void cache_share_machine(struct cache *k)
{
    const size_t size = CACHE_MACHINE_BUCKETS * sizeof *k->buckets;
    cache_share(k);
    if (!k->table && (k->table = pages_large(size))) more_buckets(k, k->table, CACHE_MACHINE_BUCKETS);
}

static void free_chunks(struct cache *k)
{
    for (struct cache_chunk *p = k->chunk, *before; p; p = before) {
        before = p->before;
        if ((uint8_t *)p != k->home + TABLE) munmap(p, p->size);
    }
    k->chunk = NULL;
    k->chunk_used = k->total = 0;
    if (k->nfixed) k->nfixed = 1;
}

void cache_destroy(struct cache *k)
{
    free_chunks(k);
    if (k->home) munmap(k->home, CACHE_CHUNK);
    if (k->table) munmap(k->table, CACHE_MACHINE_BUCKETS * sizeof *k->buckets);
    pthread_mutex_destroy(&k->lock);
}

void cache_flush(struct cache *k)
{
    stats_add(STAT_FLUSHES, 1);
    if (log_on(LOG_BLOCKS)) log_event("all blocks are forgotten, to make room");
    cache_lock(k);
    for (unsigned i = 0; i < k->nbuckets; i++)
        atomic_store(&k->buckets[i], NULL);
    memset(k->pages, 0, sizeof k->pages);
    if (k->image) image_flush(k->image);
    if (!k->home) first_table(k); // the other one was in the arena
    free_chunks(k);
    if (k->home) begin_chunk(k, k->home + TABLE, CACHE_CHUNK - TABLE);
    k->nblocks = 0;
    if (k->tier) k->tier->flush(k->tier);
    cache_unlock(k);
}

// Another chunk. The first is small: many programs end before they need more.
static bool more_memory(struct cache *k)
{
    if ((k->chunk || k->image) && !k->home) return move_home(k, CACHE_CHUNK);
    const size_t size = k->chunk ? CACHE_CHUNK : CACHE_FIRST_CHUNK;
    void *p = k->chunk ? large_chunk(k, CACHE_CHUNK) : pages_sparse(size);
    if (p) begin_chunk(k, p, size);
    if (p && size == CACHE_FIRST_CHUNK) k->chunk_ready = PAGE_SIZE_HOST; // a few are content with a page
    return p;
}

bool cache_restore(struct cache *k, unsigned n, const uint64_t used[], unsigned nbuckets, unsigned nblocks)
{
    if (nbuckets < CACHE_BUCKETS || nbuckets > CACHE_MOST_BUCKETS || nbuckets & (nbuckets - 1)) return false;
    for (unsigned i = 0; i < n; i++) {
        void *p = i ? large_chunk(k, used[i]) : NULL;
        if (i ? !p : !move_home(k, used[0])) return false;
        if (i) begin_chunk(k, p, CACHE_CHUNK);
        if (used[i] > k->chunk->size || used[i] < k->chunk_used) return false;
        k->total += used[i];
        k->chunk_used = k->chunk_ready = used[i];
    }
    if (k->nfixed != n) return false;
    k->nbuckets = nbuckets;
    k->nblocks = nblocks;
    return true;
}

void cache_drop(struct cache *k)
{
    free_chunks(k);
    k->nblocks = 0;
    memset(k->pages, 0, sizeof k->pages);
    if (!k->home) return;
    memset(k->home, 0, TABLE);
    k->nbuckets = CACHE_BUCKETS;
    begin_chunk(k, k->home + TABLE, CACHE_CHUNK - TABLE);
}

// Whether so many bytes, a multiple of 16, are in the newest chunk, which may become a new one.
static bool arena_reserve(struct cache *k, size_t size)
{
    return (k->chunk && k->chunk_used + size <= k->chunk->size) || more_memory(k);
}

static void arena_expect(struct cache *k, size_t size)
{
    const size_t piece = !k->home || k->forked ? CACHE_PIECE : CACHE_LARGE_PIECE;
    if (k->chunk_used + size <= k->chunk_ready) return;
    const size_t to = (k->chunk_used + size + piece - 1) & ~(piece - 1);
    pages_expect((uint8_t *)k->chunk + k->chunk_ready, to - k->chunk_ready);
    k->chunk_ready = to;
}

static void *arena_alloc(struct cache *k, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (!arena_reserve(k, size)) return NULL;
    arena_expect(k, size);
    void *p = (uint8_t *)k->chunk + k->chunk_used;
    k->chunk_used += size;
    k->total += size;
    return p;
}

// The first table soon has long chains.
static void grow_table(struct cache *k)
{
    if (k->home) {
        if (k->nbuckets < CACHE_MOST_BUCKETS) more_buckets(k, k->buckets, 4 * k->nbuckets);
    } else if (k->nbuckets < CACHE_SOME_BUCKETS) {
        void *table = arena_alloc(k, CACHE_SOME_BUCKETS * sizeof *k->buckets);
        if (table && !k->home) more_buckets(k, table, CACHE_SOME_BUCKETS);
    }
}

struct block *cache_room(struct cache *k)
{
    enum { LARGEST = (BLOCK_BYTES(BLOCK_MAX_STEPS) + 15) & ~15, USUAL = BLOCK_BYTES(24) };
    if (k->shared || !arena_reserve(k, LARGEST)) return NULL;
    arena_expect(k, USUAL);
    return (struct block *)((uint8_t *)k->chunk + k->chunk_used);
}

void *cache_alloc(struct cache *k, size_t size)
{
    cache_lock(k);
    void *p = arena_alloc(k, size);
    cache_unlock(k);
    return p;
}

struct block *cache_find(struct cache *k, block_key key)
{
    struct block *b = atomic_load_explicit(&k->buckets[cache_hash(key, k->nbuckets)], memory_order_acquire);
    while (b && b->key != key)
        b = b->next;
    return b;
}

static struct code_page *page_of(struct cache *k, uint32_t frame, bool create)
{
    struct code_page **head = &k->pages[frame & (CACHE_PAGES - 1)];
    for (struct code_page *p = *head; p; p = p->next)
        if (p->frame == frame) return p;
    if (!create) return NULL;
    struct code_page *p = arena_alloc(k, sizeof *p);
    if (!p) return NULL;
    *p = (struct code_page){.frame = frame, .next = *head};
    return *head = p;
}

struct code_page *cache_page(struct cache *k, uint32_t frame)
{
    return page_of(k, frame, false);
}

bool cache_has_blocks(struct cache *k, uint32_t frame)
{
    cache_lock(k);
    const struct code_page *p = page_of(k, frame, false);
    const bool has = p && p->blocks && !(k->image && image_is_parked(k->image, frame));
    cache_unlock(k);
    return has;
}

// Into the lists of its pages.
static bool enlist(struct cache *k, struct block *b)
{
    struct code_page *p0 = page_of(k, b->frame[0], true);
    struct code_page *p1 = b->frame[1] == b->frame[0] ? p0 : page_of(k, b->frame[1], true);
    if (!p0 || !p1) return false;
    b->page_next[0] = p0->blocks;
    p0->blocks = b;
    if (p1 == p0) return true;
    b->page_next[1] = p1->blocks;
    p1->blocks = b;
    return true;
}

// Into its bucket and the lists of its pages.
static bool put(struct cache *k, struct block *b)
{
    if (!enlist(k, b)) return false;
    if (++k->nblocks > k->nbuckets && !k->shared) grow_table(k);
    _Atomic(struct block *) *bucket = &k->buckets[cache_hash(b->key, k->nbuckets)];
    b->next = atomic_load(bucket);
    atomic_store_explicit(bucket, b, memory_order_release);
    return true;
}

// The block in memory of its own, which it may be in already.
static struct block *keep(struct cache *k, const struct block *b)
{
    const size_t size = BLOCK_BYTES(b->nsteps);
    struct block *kept = arena_alloc(k, size);
    if (!kept) return NULL;
    if (kept != b) memcpy(kept, b, size);
    return put(k, kept) ? kept : NULL;
}

struct block *cache_insert(struct cache *k, const struct block *b, unsigned generation)
{
    struct block *there = NULL;
    cache_lock(k);
    if (atomic_load(&k->generation) == generation) {
        if (k->shared) there = cache_find(k, b->key);
        if (!there) there = keep(k, b);
    }
    cache_unlock(k);
    return there;
}

bool cache_extend(struct cache *k, struct block *b, uint32_t last, unsigned generation)
{
    cache_lock(k);
    const bool valid = atomic_load(&k->generation) == generation;
    if (valid && last > b->last) b->last = last;
    cache_unlock(k);
    return valid;
}

static void unhash(struct cache *k, struct block *b)
{
    _Atomic(struct block *) *bucket = &k->buckets[cache_hash(b->key, k->nbuckets)];
    struct block *p = atomic_load(bucket);
    if (p == b) {
        atomic_store(bucket, b->next);
        return;
    }
    while (p && p->next != b)
        p = p->next;
    if (p) __atomic_store_n(&p->next, b->next, __ATOMIC_RELEASE);
}

static void unlist(struct cache *k, struct block *b, uint32_t frame)
{
    struct code_page *page = page_of(k, frame, false);
    if (!page) return;
    for (struct block **pp = &page->blocks; *pp; pp = &(*pp)->page_next[(*pp)->frame[0] == frame ? 0 : 1])
        if (*pp == b) {
            *pp = cache_next_in(b, frame);
            return;
        }
}

static void forget(struct cache *k, struct block *b)
{
    stats_add(STAT_FORGOTTEN, 1);
    if (interp_log_on(b->key)) interp_log_block(b->key, "forgotten");
    k->nblocks--;
    unhash(k, b);
    unlist(k, b, b->frame[0]);
    if (b->frame[1] != b->frame[0]) unlist(k, b, b->frame[1]);
    __atomic_store_n(&b->steps[0].fn, step_at_handler(step_forgotten), __ATOMIC_RELEASE);
    __atomic_store_n(&b->code, NULL, __ATOMIC_RELEASE); // jump caches may still name it when that is evicted
    if (k->tier && k->tier->forget(k->tier, b->key)) k->loops_forgotten = true;
}

// The block's bytes in a page, as addresses of that frame.
static bool has_byte_in(const struct block *b, uint32_t frame, uint64_t first, uint64_t last)
{
    const uint64_t page = (uint64_t)frame << 12;
    const uint64_t lo = frame == b->frame[0] ? page | (block_first(b) & 0xfff) : page;
    const uint64_t hi = frame == b->frame[1] ? page | (b->last & 0xfff) : page | 0xfff;
    return lo <= last && hi >= first;
}

// What an image has of a page that nobody has come to is compared then.
static void forget_in_page(struct cache *k, struct code_page *page, uint64_t first, uint64_t last)
{
    if (k->image && image_is_parked(k->image, page->frame)) return;
    for (struct block *b = page->blocks, *next; b; b = next) {
        next = cache_next_in(b, page->frame);
        if (has_byte_in(b, page->frame, first, last)) forget(k, b);
    }
}

void cache_forget_parked(struct cache *k, uint32_t frame)
{
    const struct code_page *page = page_of(k, frame, false);
    for (struct block *b = page ? page->blocks : NULL, *next; b; b = next) {
        next = cache_next_in(b, frame);
        if (cache_is_parked(b)) forget(k, b);
    }
}

void cache_invalidate(struct cache *k, uint64_t addr, uint64_t len)
{
    if (!len) return;
    const uint64_t last = addr + len - 1;
    cache_lock(k);
    atomic_fetch_add(&k->generation, 1);
    if (k->image) image_invalidate(k, addr, last);
    if ((last >> 12) - (addr >> 12) < CACHE_PAGES) {
        for (uint64_t frame = addr >> 12; frame <= last >> 12; frame++) {
            struct code_page *page = page_of(k, (uint32_t)frame, false);
            if (page) forget_in_page(k, page, addr, last);
        }
    } else {
        for (int i = 0; i < CACHE_PAGES; i++)
            for (struct code_page *page = k->pages[i]; page; page = page->next)
                forget_in_page(k, page, addr, last);
    }
    cache_unlock(k);
}
