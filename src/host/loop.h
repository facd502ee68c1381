// The event loop: one host thread that waits for file descriptors and timers and runs their callbacks with
// the bus lock held. Consoles, networks and timers live on it, so that a register access never waits for the
// host.
#ifndef STINKARM_HOST_LOOP_H
#define STINKARM_HOST_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct clock;

enum loop_events { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_fn(void *ctx, int fd, unsigned events);

struct loop_fd {
    int fd;
    unsigned events;
    loop_fn *fn;
    void *ctx;
};

enum { LOOP_MAX_FDS = 512 };

struct loop {
    struct loop_fd fds[LOOP_MAX_FDS];
    unsigned nfds;
    int wake_fd; // eventfd
    struct clock *clock;
    pthread_mutex_t *lock; // the bus lock
    pthread_t thread;
    atomic_bool stop;
};

bool loop_init(struct loop *l, struct clock *clock, pthread_mutex_t *lock);
// Adds, changes (same fd) or with events 0 removes a watch. Lock held. False: too many.
bool loop_watch(struct loop *l, int fd, unsigned events, loop_fn *fn, void *ctx);
void loop_wake(struct loop *l); // something changed: deadlines, watches, stop
bool loop_start(struct loop *l);
void loop_stop(struct loop *l); // joins the thread; the lock is not held

#endif
