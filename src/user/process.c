#include "user/process.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/stats.h"
#include "user/signal.h"
#include "user/syscall.h"

_Thread_local struct thread *current_thread;

bool process_init(struct process *p, const struct process_options *opt, struct engine *engine)
{
    memset(p, 0, offsetof(struct process, exe)); // exe is long, and written before it is read
    if (!uas_init(&p->as)) return false;
    p->engine = p->as.engine = engine;
    p->opt = *opt;
    p->personality = ABI_ADDR_LIMIT_32BIT;
    if (stats_on) {
        signal_stats_init();
        syscall_stats_init();
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_mutex_init(&p->fork_lock, NULL);
    return true;
}

void *guest_out_ptr(struct thread *t, uint64_t addr, uint64_t len)
{
    uas_prepare_write(&t->p->as, (uint32_t)addr, len);
    return guest_ptr(t, addr);
}
