#include "interp/log.h"

#include <stdarg.h>
#include <stdio.h>

void interp_log_block(block_key key, const char *fmt, ...)
{
    char what[200], physical[40] = "";
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    const uint32_t pc = (uint32_t)key & ~1u, frame = (uint32_t)(key >> BLOCK_FRAME_SHIFT);
    if (frame)
        snprintf(physical, sizeof physical, " (physical 0x%08llx)",
                 (unsigned long long)frame << 12 | (pc & 0xfff));
    log_event("block 0x%08x%s %s: %s", pc, physical, key & 1 ? "Thumb" : "ARM", what);
}

void interp_log_found(const struct block *b)
{
    interp_log_block(b->key, "found, %u instruction%s, %u bytes%s", b->ninsns, b->ninsns == 1 ? "" : "s",
                     b->last - block_first(b) + 1, b->key & BLOCK_SINGLE ? ", to be executed alone" : "");
}

void interp_log_compiled(const struct block *b, const struct tier_unit *u, bool region)
{
    if (!u->n)
        interp_log_block(b->key, "%s", region ? "not made a region" : "not compiled");
    else if (region)
        interp_log_block(b->key, "made a region of %u blocks, %u instructions, %u bytes of code, %u way%s in",
                         u->nblocks, u->ninsns, u->bytes, u->n, u->n == 1 ? "" : "s");
    else
        interp_log_block(b->key, "compiled, %u instructions, %u bytes of code", u->ninsns, u->bytes);
}
