// What happens to blocks, for --log blocks. With that off each place costs the test of a bit.
#ifndef STINKARM_INTERP_LOG_H
#define STINKARM_INTERP_LOG_H

#include "base/log.h"
#include "interp/cache.h"

void interp_log_block(block_key key, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline bool interp_log_on(block_key key)
{
    return log_on_at(LOG_BLOCKS, (uint32_t)key & ~1u);
}

// A block has been decoded.
void interp_log_found(const struct block *b);
// Code has been made of it, or none.
void interp_log_compiled(const struct block *b, const struct tier_unit *u, bool region);

#endif
