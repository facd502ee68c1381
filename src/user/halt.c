#include "user/halt.h"

#include <time.h>
#include <unistd.h>

enum { WAITS = 1000 }; // of a millisecond

static _Noreturn void stop_here(void)
{
    for (;;)
        pause();
}

void halt_enter(struct thread *t)
{
    atomic_store(&t->inside, true);
    if (!atomic_load(&t->p->halted)) return; // whoever halts comes later, and sees that it has to wait
    atomic_store(&t->inside, false);
    if (!t->vforked) stop_here();
}

void halt_leave(struct thread *t)
{
    atomic_store(&t->inside, false);
}

static bool any_inside(const struct thread *t)
{
    bool any = false;
    pthread_mutex_lock(&t->p->lock);
    for (struct thread *o = t->p->threads; o; o = o->next) {
        if (o == t || !atomic_load(&o->inside)) continue;
        o->cpu.exit_request = 1; // again: it may have been taken for something else
        any = true;
    }
    pthread_mutex_unlock(&t->p->lock);
    return any;
}

void halt_others(struct thread *t)
{
    if (t->vforked) return; // they are another process's
    if (atomic_exchange(&t->p->halted, true)) stop_here();
    for (unsigned i = 0; i < WAITS && any_inside(t); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}
