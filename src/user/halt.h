// All threads of the guest stand still while one of them leaves a core file, so that it shows them all at one
// moment.
#ifndef STINKARM_USER_HALT_H
#define STINKARM_USER_HALT_H

#include "user/process.h"

// Around the engine, where a core file may be wanted. The first does not return any more once the process is
// halted.
void halt_enter(struct thread *t);
void halt_leave(struct thread *t);

// Asks the other threads to stop, and waits for it, a second at most. Who is in a system call stays there.
// From then on only the calling thread executes guest code; if another one has halted all before it, it is
// stopped, too.
void halt_others(struct thread *t);

#endif
