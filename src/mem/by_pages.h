// Copies of guest memory page by page: what can be copied is, where all or nothing goes for each piece.
#ifndef STINKARM_MEM_BY_PAGES_H
#define STINKARM_MEM_BY_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Between host and the guest's [addr, addr + n), by a function that copies a piece, which is in one page, and
// fails where it cannot. Bytes up to there.
static inline size_t mem_by_pages(bool (*copy)(void *ctx, uint32_t addr, void *host, size_t n), void *ctx,
                                  uint32_t addr, void *host, size_t n)
{
    enum { PAGE = 4096 };
    size_t done = 0, piece;
    for (; done < n; done += piece) {
        const uint32_t at = addr + (uint32_t)done;
        const size_t left = PAGE - at % PAGE;
        piece = n - done < left ? n - done : left;
        if (!copy(ctx, at, (uint8_t *)host + done, piece)) break;
    }
    return done;
}

#endif
