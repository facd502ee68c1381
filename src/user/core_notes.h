// A core file's notes: what it says besides memory.
#ifndef STINKARM_USER_CORE_NOTES_H
#define STINKARM_USER_CORE_NOTES_H

#include <stddef.h>

#include "user/process.h"

struct core_notes {
    uint8_t *bytes; // malloc'ed
    size_t n, cap;
    bool failed; // out of memory
};

// Those of the thread that a signal ends (code, addr: its si_code and si_addr), of the process, then those of
// the other threads.
void core_notes_make(struct core_notes *notes, struct thread *t, int sig, int code, uint32_t addr);

#endif
