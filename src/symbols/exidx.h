// One frame by the exception tables of the ABI (EHABI32, sections 6, 7 and 10).
#ifndef STINKARM_SYMBOLS_EXIDX_H
#define STINKARM_SYMBOLS_EXIDX_H

#include "symbols/backtrace.h"

// What the index says of the code at an address.
struct exidx_entry {
    uint32_t function; // where it begins
    uint32_t at;       // of the entry's second word
    uint32_t word;     // that word
};

enum { EXIDX_CANTUNWIND = 1 };

// False: none is there for it, or the table cannot be read.
bool exidx_find(const struct backtrace_space *space, uint32_t pc, struct exidx_entry *e);
// Does what the entry says: r becomes the caller's, r[15] with bit 0 as in LR, unless *exact: then it is pc
// itself that was restored, as where an exception was taken. False: it says that this is the end, or nothing
// that makes sense.
bool exidx_unwind(const struct backtrace_space *space, const struct exidx_entry *e, uint32_t r[16],
                  bool *exact);

#endif
