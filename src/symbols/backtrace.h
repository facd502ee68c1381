// Who has called: stack frames by the tables of the ABI (.ARM.exidx, .ARM.extab; EHABI32, sections 6 to 10),
// else by what a function's first instructions save, else by frame pointers; of a leaf by LR.
#ifndef STINKARM_SYMBOLS_BACKTRACE_H
#define STINKARM_SYMBOLS_BACKTRACE_H

#include "symbols/symbols.h"

// One thread's stack. struct debug_target (cpu/debug.h) has a function that fills it in.
struct backtrace_space {
    struct symbols *symbols; // or NULL
    void *ctx;
    // Bytes that were copied. What a guest's stack says may be anything.
    size_t (*read)(void *ctx, uint32_t addr, void *to, size_t n);
    // Where a signal's handler returns to: the registers of the frame that was interrupted take the place of
    // r, thumb and all. False: pc is no such place. NULL: there are none.
    bool (*trampoline)(void *ctx, uint32_t r[16], bool *thumb);
};

struct backtrace_frame {
    uint32_t pc; // of the caller: the address behind its call
    uint32_t sp; // in that frame
    uint32_t at; // in its call: what to look up, since behind it may be another function
    bool thumb;
    bool interrupted; // pc is the next instruction, not behind a call: the innermost frame, and a signal's
};

// Frames from the innermost on, up to max, fewer when it does not go on: the number. Never loops.
unsigned backtrace_walk(const struct backtrace_space *space, const uint32_t r[16], bool thumb,
                        struct backtrace_frame *frames, unsigned max);

// "#0  0x00010438 in fault+0x8 (crash)" and the like, one a line, put one by one.
void backtrace_print(const struct backtrace_space *space, const uint32_t r[16], bool thumb,
                     void (*put)(void *to, const char *line), void *to);

#endif
