// One frame by what a function's own instructions do to the stack.
#ifndef STINKARM_SYMBOLS_PROLOGUE_H
#define STINKARM_SYMBOLS_PROLOGUE_H

#include "symbols/backtrace.h"

// Where a frame is unwound by reading the code from the function's start on, as far as its first call.
enum prologue_part {
    PROLOGUE_LOST,   // the code does what is not understood
    PROLOGUE_INSIDE, // pc is not beyond it: r has been made the caller's, exactly
    PROLOGUE_BEHIND, // it is, and r has been made the caller's as the frame is by then
};

// r[15]: the pc. leaf: LR is the return address if it has not been saved. The caller's r[15] has bit 0 as in
// LR.
enum prologue_part prologue_unwind(const struct backtrace_space *space, uint32_t start, bool thumb, bool leaf,
                                   uint32_t r[16]);
// At an instruction from which on there is only what ends a function: r becomes the caller's. False: it is
// none.
bool epilogue_unwind(const struct backtrace_space *space, bool thumb, uint32_t r[16]);

#endif
