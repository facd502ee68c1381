// The memory that a stack is walked in.
#ifndef STINKARM_SYMBOLS_SPACE_H
#define STINKARM_SYMBOLS_SPACE_H

#include "base/bytes.h"
#include "symbols/backtrace.h"

// A word, aligned or not. False: it is not there.
static inline bool space_get32(const struct backtrace_space *space, uint32_t at, uint32_t *v)
{
    uint8_t b[4];
    if (space->read(space->ctx, at, b, sizeof b) != sizeof b) return false;
    *v = get_le32(b);
    return true;
}

#endif
