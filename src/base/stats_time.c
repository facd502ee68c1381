// Which part of stinkarm time goes to. Each thread is in one part at any moment, and its time goes there
// until it enters another; so the parts add up to the threads' time.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "base/stats_report.h"

struct timed_thread {
    enum stats_part part;
    uint64_t since, ns[PART_COUNT + 1]; // PART_NONE's, too
    struct timed_thread *next;
};

// A pointer only: musl makes a mapping for more of these than it has room for.
static _Thread_local struct timed_thread *me; // NULL: not listed yet

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct timed_thread *threads;  // those that run,
static uint64_t ended_ns[PART_COUNT]; // and what the others have spent
static uint64_t start;

// False: no memory; its time is not in the report.
static bool enlist(uint64_t now)
{
    me = calloc(1, sizeof *me);
    if (!me) return false;
    me->since = now;
    pthread_mutex_lock(&lock);
    me->next = threads;
    threads = me;
    pthread_mutex_unlock(&lock);
    return true;
}

void stats_time_begin(void)
{
    // Where this is a child of a fork, whoever had the lock is not here.
    pthread_mutex_init(&lock, NULL);
    memset(ended_ns, 0, sizeof ended_ns);
    start = monotonic_ns();
    threads = me;
    if (me)
        *me = (struct timed_thread){.part = me->part, .since = start};
    else
        enlist(start);
}

enum stats_part stats_enter_now(enum stats_part p)
{
    const uint64_t now = monotonic_ns();
    if (!me && !enlist(now)) return PART_OTHER;
    const enum stats_part former = me->part;
    // Reports read this meanwhile. What they may miss or see twice is one stay.
    __atomic_store_n(&me->ns[former], me->ns[former] + (now - me->since), __ATOMIC_RELAXED);
    __atomic_store_n(&me->since, now, __ATOMIC_RELAXED);
    __atomic_store_n(&me->part, p, __ATOMIC_RELAXED);
    return former;
}

void stats_thread_end(void)
{
    if (!me) return;
    stats_enter_now(PART_OTHER);
    pthread_mutex_lock(&lock);
    for (struct timed_thread **pp = &threads; *pp; pp = &(*pp)->next)
        if (*pp == me) {
            *pp = me->next;
            break;
        }
    for (unsigned i = 0; i < PART_COUNT; i++)
        ended_ns[i] += me->ns[i];
    pthread_mutex_unlock(&lock);
    free(me);
    me = NULL;
}

struct stats_times stats_times(void)
{
    struct stats_times t = {0};
    pthread_mutex_lock(&lock);
    memcpy(t.part, ended_ns, sizeof t.part);
    const uint64_t now = monotonic_ns();
    for (const struct timed_thread *p = threads; p; p = p->next) {
        for (unsigned i = 0; i < PART_COUNT; i++)
            t.part[i] += __atomic_load_n(&p->ns[i], __ATOMIC_RELAXED);
        const uint64_t since = __atomic_load_n(&p->since, __ATOMIC_RELAXED);
        const enum stats_part part = __atomic_load_n(&p->part, __ATOMIC_RELAXED);
        if (since < now && part < PART_COUNT) t.part[part] += now - since;
    }
    pthread_mutex_unlock(&lock);
    t.total = now - start;
    for (unsigned i = 0; i < PART_COUNT; i++)
        t.threads += t.part[i];
    return t;
}
