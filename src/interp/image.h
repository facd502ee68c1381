// Blocks and code that are kept between runs of stinkarm: an image of the memory that they are in.
//
// All blocks of an image are in the cache from the first, and lead to each other, but they are parked: their
// first steps are step_parked. Who comes to one has its page compared with what it was made from, once. So
// nothing is trusted but what has been compared: not files' names, nor their times.
#ifndef STINKARM_INTERP_IMAGE_H
#define STINKARM_INTERP_IMAGE_H

#include "interp/cache.h"

struct interp_engine;

// From now on blocks are kept, which are taken from a file if there is one. Before the first one is built.
void image_load(struct cpu *c, const struct image_file *f);
// Writes a file, if there is enough that is new. in_file: whether a page can be of use to another process.
void image_save(struct cpu *c, bool (*in_file)(void *ctx, uint32_t page), void *ctx);

// Somebody comes to a block that is, or was, parked. NULL: its bytes are others now, and it is forgotten.
struct block *image_arrive(struct cpu *c, struct cache *k, struct block *b);
// A block that is about to be built: it may have come meanwhile, or NULL. Aborts the run if nothing can be
// fetched from there. Notes what its page holds now.
struct block *image_find(struct cpu *c, struct cache *k, block_key key);
// A block is being built that needs another page, too.
void image_depends(struct cpu *c, struct cache *k, uint32_t frame);

// The cache is locked:
void image_invalidate(struct cache *k, uint64_t first, uint64_t last); // bytes change
bool image_is_parked(const struct image *m, uint32_t frame); // nobody has come to a page of the image
void image_flush(struct image *m);                           // all blocks go
void image_give_up(struct image *m); // something is where no other process would have it
// In the child of a fork, which writes what it makes itself.
void image_forked(struct cache *k);

#endif
