#include "user/hostthread.h"

void fork_prevent(struct process *p)
{
    pthread_mutex_lock(&p->fork_lock);
}

void fork_allow(struct process *p)
{
    pthread_mutex_unlock(&p->fork_lock);
}

void fork_prepare(struct process *p)
{
    pthread_mutex_lock(&p->fork_lock);
    if (p->any_ended) pthread_join(p->last_ended, NULL);
    p->any_ended = false;
}

bool host_thread_start(void *(*fn)(void *), void *arg)
{
    pthread_t host;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    const int err = pthread_create(&host, &attr, fn, arg);
    pthread_attr_destroy(&attr);
    return err == 0;
}

// A thread that ends is joined by the next one that does. So at most one is left, and when that one is gone
// all the others are.
void host_thread_end(struct process *p)
{
    pthread_mutex_lock(&p->fork_lock);
    const pthread_t before = p->last_ended;
    const bool join = p->any_ended;
    p->last_ended = pthread_self();
    p->any_ended = true;
    pthread_mutex_unlock(&p->fork_lock);
    if (join) pthread_join(before, NULL);
}
