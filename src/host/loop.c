#include "host/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/stats.h"
#include "host/clock.h"

bool loop_init(struct loop *l, struct clock *clock, pthread_mutex_t *lock)
{
    memset(l, 0, sizeof *l);
    l->clock = clock;
    l->lock = lock;
    l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return l->wake_fd >= 0;
}

bool loop_watch(struct loop *l, int fd, unsigned events, loop_fn *fn, void *ctx)
{
    unsigned i = 0;
    while (i < l->nfds && l->fds[i].fd != fd)
        i++;
    if (!events) {
        if (i < l->nfds) l->fds[i] = l->fds[--l->nfds];
    } else {
        if (i == LOOP_MAX_FDS) return false;
        if (i == l->nfds) l->nfds++;
        l->fds[i] = (struct loop_fd){fd, events, fn, ctx};
    }
    loop_wake(l);
    return true;
}

void loop_wake(struct loop *l)
{
    const uint64_t one = 1;
    // Fails only when the counter is full: then it is awake anyway.
    if (write(l->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN) return;
}

static void call_ready(struct loop *l, const struct pollfd *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!p[i].revents) continue;
        // The watch may have been changed or removed by an earlier callback.
        for (unsigned k = 0; k < l->nfds; k++) {
            const struct loop_fd w = l->fds[k];
            if (w.fd != p[i].fd) continue;
            const unsigned ready = (p[i].revents & (POLLIN | POLLHUP | POLLERR) ? LOOP_READ : 0u) |
                                   (p[i].revents & (POLLOUT | POLLERR) ? LOOP_WRITE : 0u);
            if (ready & w.events) w.fn(w.ctx, w.fd, ready & w.events);
            break;
        }
    }
}

static void *loop_thread(void *arg)
{
    struct loop *l = arg;
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGTTIN);               // a read of the terminal in the background stops the process
    pthread_sigmask(SIG_BLOCK, &all, NULL); // signals are for the CPUs' threads
    prctl(PR_SET_TIMERSLACK, 1ul);          // else timers are 50 µs late
    struct pollfd p[LOOP_MAX_FDS + 1];
    stats_enter(PART_EVENTS);
    while (!atomic_load(&l->stop)) {
        pthread_mutex_lock(l->lock);
        if (!l->clock->icount) clock_fire(l->clock);
        const uint64_t left = l->clock->icount ? UINT64_MAX : clock_until_next(l->clock);
        const unsigned n = l->nfds;
        for (unsigned i = 0; i < n; i++) {
            p[i].fd = l->fds[i].fd;
            p[i].events = (short)((l->fds[i].events & LOOP_READ ? POLLIN : 0) |
                                  (l->fds[i].events & LOOP_WRITE ? POLLOUT : 0));
        }
        pthread_mutex_unlock(l->lock);
        p[n] = (struct pollfd){.fd = l->wake_fd, .events = POLLIN};
        const struct timespec ts = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
        stats_enter(PART_NONE);
        const int ready = ppoll(p, n + 1, left == UINT64_MAX ? NULL : &ts, NULL);
        stats_enter(PART_EVENTS);
        if (ready <= 0) continue;
        if (p[n].revents) {
            uint64_t count;
            if (read(l->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN) break;
        }
        pthread_mutex_lock(l->lock);
        call_ready(l, p, n);
        pthread_mutex_unlock(l->lock);
    }
    stats_thread_end();
    return NULL;
}

bool loop_start(struct loop *l)
{
    return pthread_create(&l->thread, NULL, loop_thread, l) == 0;
}

void loop_stop(struct loop *l)
{
    atomic_store(&l->stop, true);
    loop_wake(l);
    pthread_join(l->thread, NULL);
    close(l->wake_fd);
}
