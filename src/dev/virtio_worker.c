#include "dev/virtio_worker.h"

#include <signal.h>

static pthread_mutex_t *lock_of(const struct virtio_worker *w)
{
    return &w->v->d.env.bus->lock;
}

static void finish(struct virtio_worker *w, size_t written)
{
    virtio_written(w->v, &w->chain, 0, written);
    virtio_push(w->v, w->queue, &w->chain, written);
    virtio_signal(w->v, w->queue);
}

static void *run(void *arg)
{
    struct virtio_worker *w = arg;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL); // signals are for the CPUs' threads
    pthread_mutex_lock(lock_of(w));
    while (!w->stop) {
        if (!virtio_pop(w->v, w->queue, &w->chain)) {
            pthread_cond_wait(&w->work, lock_of(w));
            continue;
        }
        w->busy = true;
        const unsigned epoch = w->v->queue[w->queue].epoch;
        pthread_mutex_unlock(lock_of(w));
        const size_t written = w->serve(w->v, &w->chain);
        pthread_mutex_lock(lock_of(w));
        w->busy = false;
        // Unless the ring that it came from is no more
        if (epoch == w->v->queue[w->queue].epoch) finish(w, written);
        pthread_cond_broadcast(&w->idle);
    }
    pthread_mutex_unlock(lock_of(w));
    return NULL;
}

void virtio_worker_init(struct virtio_worker *w, struct virtio *v, unsigned queue, virtio_serve_fn *serve)
{
    w->v = v;
    w->queue = queue;
    w->serve = serve;
    pthread_cond_init(&w->work, NULL);
    pthread_cond_init(&w->idle, NULL);
}

void virtio_worker_notify(struct virtio_worker *w)
{
    if (!w->started && !w->v->d.env.clock->icount) w->started = pthread_create(&w->thread, NULL, run, w) == 0;
    if (w->started) {
        pthread_cond_signal(&w->work);
        return;
    }
    while (virtio_pop(w->v, w->queue, &w->chain))
        finish(w, w->serve(w->v, &w->chain));
}

void virtio_worker_reset(struct virtio_worker *w)
{
    while (w->busy)
        pthread_cond_wait(&w->idle, lock_of(w));
}

void virtio_worker_end(struct virtio_worker *w)
{
    if (w->started) {
        pthread_mutex_lock(lock_of(w));
        w->stop = true;
        pthread_cond_signal(&w->work);
        pthread_mutex_unlock(lock_of(w));
        pthread_join(w->thread, NULL);
    }
    pthread_cond_destroy(&w->work);
    pthread_cond_destroy(&w->idle);
}
