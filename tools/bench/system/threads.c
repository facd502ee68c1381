// Four threads: their own work and mutexes of their own, or (CONTENDED) one mutex for all.
#include <pthread.h>
#include "program.h"

enum { THREADS = 4 };
static pthread_mutex_t mutexes[THREADS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                           PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static struct {
    uint32_t value, pad[31];
} counters[THREADS];
static long amount;

static void *thread(void *arg)
{
    const unsigned me = (unsigned)(uintptr_t)arg, which = CONTENDED ? 0 : me;
    uint32_t v = me + 1;
    for (long i = 0; i < amount; i++) {
        for (int k = 0; k < 50; k++)
            v = v * 1664525 + 1013904223;
        pthread_mutex_lock(&mutexes[which]);
        counters[which].value += v;
        pthread_mutex_unlock(&mutexes[which]);
    }
    return NULL;
}

static void work(long rounds)
{
    pthread_t threads[THREADS];
    amount = rounds;
    for (uintptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, thread, (void *)i)) abort();
    uint32_t sum = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        sum += counters[i].value;
    printf("%08x\n", sum);
}
