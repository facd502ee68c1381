// The block cache: decoded blocks, found by key, forgotten by page. Shared by all CPUs of an engine.
//
// Readers take no lock: chains are only ever extended at their heads, and a forgotten block stays in memory
// with its first step replaced by one that looks the address up anew, so that links and jump caches may go on
// pointing at it. Memory is given back all at once when the arena is full, at a moment when no CPU runs
// (cache_flush_wanted).
#ifndef STINKARM_INTERP_CACHE_H
#define STINKARM_INTERP_CACHE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/pages.h"
#include "cpu/tier.h"
#include "interp/interp.h"

enum {
    BLOCK_MAX_INSNS = 64,
    // Every instruction may bring one helper step before and one behind it; the last one goes on to the next
    // block. Each unit (enum isa_unit) may be looked for.
    BLOCK_MAX_STEPS = BLOCK_MAX_INSNS * 3 + 6,
    CACHE_FEW_BUCKETS = 64,     // a process begins with …
    CACHE_SOME_BUCKETS = 512,   // … more blocks than these have …
    CACHE_BUCKETS = 4096,       // … many, with images, which have the table in them …
    CACHE_MANY_BUCKETS = 16384, // … without: each block in the way of another costs a cache miss …
    CACHE_MOST_BUCKETS = 65536, // … and very many, or threads …
    CACHE_MACHINE_BUCKETS = PAGES_LARGE / 8, // … and a machine, in a large page of their own
    CACHE_PAGES = 512,
    CACHE_FIRST_CHUNK = 224 << 10, // of small pages: enough for a C library and a little program
    CACHE_CHUNK = PAGES_LARGE,
    CACHE_LARGE_PIECE = 128 << 10, // of a chunk, comes at once …
    CACHE_PIECE = 16 << 10,        // … if it is the first, or behind a fork
    JUMP_CACHE = 512,              // of a program's thread …
    JUMP_CACHE_MACHINE = 8192,     // … and of a machine's CPU, on which many programs run
};

// pc in bits 31:1, Thumb in bit 0, ITSTATE in 39:32, "one instruction only" in bit 40; above, in system mode,
// what code_frame says: the physical page.
typedef uint64_t block_key;
#define BLOCK_SINGLE      (1ull << 40)
#define BLOCK_FRAME_SHIFT TIER_FRAME_SHIFT
#define BLOCK_VIRTUAL     TIER_VIRTUAL

struct block {
    block_key key;
    struct block *next;         // in the bucket
    struct block *page_next[2]; // in the lists of the pages that its instructions come from
    uint32_t frame[2];          // … their page numbers; equal when there is but one
    uint32_t last;              // (virtual) address of the last byte that went into it, or into its code
    uint16_t ninsns, nsteps;
    uint32_t heat;    // runs before it was compiled
    step_at first_fn; // with a tier: the first step's own handler
    void *code;       // the tier's
    struct step steps[];
};

// The (virtual) address of the first byte that went into it.
static inline uint32_t block_first(const struct block *b)
{
    return (uint32_t)b->key & ~1u;
}

#define BLOCK_BYTES(nsteps) (sizeof(struct block) + (nsteps) * sizeof(struct step))

struct code_page {
    uint32_t frame;
    struct code_page *next; // in the bucket
    struct block *blocks;
};

// Memory that blocks are taken from, one behind the other.
struct cache_chunk {
    struct cache_chunk *before;
    size_t size;
};

struct cache {
    pthread_mutex_t lock;
    bool shared;                     // more than one thread may come: before there is a second
    struct cache_chunk *chunk;       // the arena's newest
    size_t chunk_used, total, limit; // bytes of blocks
    size_t chunk_ready;              // up to there memory is there; behind it, it comes with the first access
    bool forked;                     // large pages have been shared, and are copied bit by bit
    uint8_t *home;                   // of many blocks: the table, and behind it a chunk that stays
    void *table;                     // a machine's, in place of that
    struct image *image;             // what is kept between runs; NULL: nothing
    unsigned nfixed;                 // chunks that are where images expect them, home being the first
    struct tier *tier;               // told of what is forgotten; NULL: there is none
    bool to_branch;                  // blocks end behind conditional branches
    bool loops_forgotten;            // some CPU may loop in code of the tier that was
    atomic_uint generation;          // counts invalidations: a block decoded across one is not inserted
    unsigned nbuckets, nblocks;
    _Atomic(struct block *) *buckets; // few, or at home
    _Atomic(struct block *) few[CACHE_FEW_BUCKETS];
    struct code_page *pages[CACHE_PAGES];
};

// Whether a block of so many instructions can have another one. An IT block is kept whole, since entering one
// in its middle costs a look-up.
static inline bool interp_has_room(unsigned ninsns, uint8_t it)
{
    return ninsns < (it ? BLOCK_MAX_INSNS : BLOCK_MAX_INSNS - 4);
}

static inline unsigned cache_hash(block_key key, unsigned size)
{
    const uint32_t k = (uint32_t)key ^ (uint32_t)(key >> 32) * 0x9e3779b1u;
    return (k >> 2 ^ k >> 11) & (size - 1); // few blocks are shorter than four bytes
}

// A lock costs a fiftieth of a small program's time.
static inline void cache_lock(struct cache *k)
{
    if (k->shared) pthread_mutex_lock(&k->lock);
}

static inline void cache_unlock(struct cache *k)
{
    if (k->shared) pthread_mutex_unlock(&k->lock);
}

bool cache_init(struct cache *k);
// For images (image.c): n chunks of which so much is in use, and a table of buckets, all of which is going to
// be read, before the first block is found; or it could not be read.
bool cache_restore(struct cache *k, unsigned n, const uint64_t used[], unsigned nbuckets, unsigned nblocks);
void cache_drop(struct cache *k);
// What has a page's blocks, or NULL; those of a page that are parked are forgotten. The cache is locked.
struct code_page *cache_page(struct cache *k, uint32_t frame);
void cache_forget_parked(struct cache *k, uint32_t frame);
// More than one thread may come from now on. Nobody is inside.
void cache_share(struct cache *k);
// The same for a machine: programs that come and go, each with a mapping of its own, bring many blocks.
void cache_share_machine(struct cache *k);
void cache_destroy(struct cache *k);
// Memory that lives until the next flush; NULL: there is none.
void *cache_alloc(struct cache *k, size_t size);
struct block *cache_find(struct cache *k, block_key key);
// Room to build a block in, which is not copied then if cache_insert comes next. NULL: there is none.
struct block *cache_room(struct cache *k);
// Puts a block into the cache, unless an invalidation has come since `generation`, or memory is short:
// NULL. Of two threads that bring the same block one wins, and both get that one.
struct block *cache_insert(struct cache *k, const struct block *b, unsigned generation);
// The block has bytes up to `last`, in its page, from now on. False: there has been an invalidation since
// `generation`.
bool cache_extend(struct cache *k, struct block *b, uint32_t last, unsigned generation);
// Whether a frame has blocks.
bool cache_has_blocks(struct cache *k, uint32_t frame);
// Forgets blocks with a byte in [addr, addr + len). Addresses are those of frames: physical in system mode.
void cache_invalidate(struct cache *k, uint64_t addr, uint64_t len);
static inline bool cache_flush_wanted(const struct cache *k)
{
    return k->total > k->limit;
}
static inline bool cache_room_wanted(const struct cache *k)
{
    return k->tier && k->tier->wants_room(k->tier);
}
// Forgets everything. The caller makes sure that no CPU runs and clears the jump caches.
void cache_flush(struct cache *k);

// The step that replaces the first one of a forgotten block, and of one from an image that nobody has come to
// yet: whether its bytes are what they were is not known.
extern step_fn step_forgotten, step_parked;

static inline bool cache_is_parked(const struct block *b)
{
    return __atomic_load_n(&b->steps[0].fn, __ATOMIC_ACQUIRE) == step_at_handler(step_parked);
}

static inline bool cache_is_forgotten(const struct block *b)
{
    return b->steps[0].fn == step_at_handler(step_forgotten);
}

// The next block in the list of a page.
static inline struct block *cache_next_in(const struct block *b, uint32_t frame)
{
    return b->page_next[b->frame[0] == frame ? 0 : 1];
}

#endif
