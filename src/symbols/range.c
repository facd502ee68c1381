#include "symbols/symbols.h"

// A label's code ends where the next one begins, somewhere in here.
enum { LONGEST = 64 << 10 };

bool symbols_range(struct symbols *s, const char *name, uint32_t *first, uint32_t *last)
{
    struct symbol found, at;
    if (!symbols_find(s, name, &found)) return false;
    uint32_t size = found.size;
    if (!size)
        for (size = 2; size < LONGEST && symbols_at(s, found.addr + size, &at) && at.addr == found.addr;
             size += 2)
            ;
    *first = found.addr;
    *last = found.addr + size - 1;
    return true;
}
