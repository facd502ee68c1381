// POSIX threads: mutex kinds, condition variables, barriers, read-write locks, keys, cancellation,
// semaphores.
// stinkarm-test: build=arm,thumb,armel,musl cflags="-pthread" timeout=60
// stinkarm-test: stdout="mutex 40000\nrecursive 0 0\nerrorcheck 35\ntrylock 16\nbarrier 5\nrwlock 0\nkeys 10\n"
// stinkarm-test: stdout="cancelled 1 cleanup 1\nsemaphores 1000\nping-pong 2000\ntls 8\ntimed 110\nmany 200\n"
// stinkarm-test: stdout="robust 130 0\nstack 1\n"
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int counter;

static void together(int n, void *(*f)(void *), void *arg)
{
    pthread_t t[200];
    for (int i = 0; i < n; i++)
        if (pthread_create(&t[i], NULL, f, arg ? arg : (void *)(intptr_t)i)) exit(3);
    for (int i = 0; i < n; i++)
        pthread_join(t[i], NULL);
}

static void *count(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10000; i++) {
        pthread_mutex_lock(&m);
        counter++;
        pthread_mutex_unlock(&m);
    }
    return NULL;
}

static pthread_barrier_t barrier;
static int phases[5], barrier_errors;

static void *phase(void *arg)
{
    const int me = (int)(intptr_t)arg;
    for (int p = 1; p <= 100; p++) {
        phases[me] = p;
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < 5; i++)
            if (phases[i] != p) __sync_fetch_and_add(&barrier_errors, 1);
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static int pair[2], torn;

static void *reader_writer(void *arg)
{
    for (int i = 0; i < 3000; i++) {
        if ((intptr_t)arg == 0) {
            pthread_rwlock_wrlock(&rw);
            pair[0]++, pair[1]++;
        } else {
            pthread_rwlock_rdlock(&rw);
            if (pair[0] != pair[1]) torn++;
        }
        pthread_rwlock_unlock(&rw);
    }
    return NULL;
}

static pthread_key_t key;
static int destroyed;

static void destroy(void *p)
{
    free(p);
    __sync_fetch_and_add(&destroyed, 1);
}

static void *use_key(void *arg)
{
    (void)arg;
    pthread_setspecific(key, malloc(10));
    return NULL;
}

static int cleaned;
static void cleanup(void *arg)
{
    cleaned += (int)(intptr_t)arg;
}

static void *sleeper(void *arg)
{
    (void)arg;
    pthread_cleanup_push(cleanup, (void *)1);
    for (;;)
        sleep(100);
    pthread_cleanup_pop(0);
    return NULL;
}

static sem_t ping, pong, items;
static int volleys;

static void *ponger(void *arg)
{
    (void)arg;
    for (int i = 0; i < 1000; i++) {
        sem_wait(&ping);
        volleys++;
        sem_post(&pong);
    }
    return NULL;
}

static void *producer(void *arg)
{
    (void)arg;
    for (int i = 0; i < 250; i++)
        sem_post(&items);
    return NULL;
}

static __thread int mine = 1;
static int tls_sum;

static void *tls(void *arg)
{
    (void)arg;
    mine += 1;
    if (mine == 2) __sync_fetch_and_add(&tls_sum, 1);
    return NULL;
}

static void *nothing(void *arg)
{
    (void)arg;
    __sync_fetch_and_add(&counter, 1);
    return NULL;
}

static pthread_mutex_t robust;
static void *die_with_lock(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&robust);
    return NULL;
}

static void *deep(void *arg)
{
    volatile char space[200 * 1024];
    memset((char *)space, 1, sizeof space);
    *(int *)arg = space[100];
    return NULL;
}

static void kinds(void)
{
    pthread_mutexattr_t a;
    pthread_mutex_t x;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&x, &a);
    pthread_mutex_lock(&x);
    const int again = pthread_mutex_lock(&x);
    pthread_mutex_unlock(&x);
    printf("recursive %d %d\n", again, pthread_mutex_unlock(&x));
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&x, &a);
    pthread_mutex_lock(&x);
    printf("errorcheck %d\n", pthread_mutex_lock(&x));
    printf("trylock %d\n", pthread_mutex_trylock(&x));
    pthread_mutex_unlock(&x);
}

int main(void)
{
    together(4, count, NULL);
    printf("mutex %d\n", counter);
    kinds();
    pthread_barrier_init(&barrier, NULL, 5);
    together(5, phase, NULL);
    printf("barrier %d\n", barrier_errors ? -1 : 5);
    together(4, reader_writer, NULL);
    printf("rwlock %d\n", torn);
    pthread_key_create(&key, destroy);
    together(10, use_key, NULL);
    printf("keys %d\n", destroyed);
    pthread_t t;
    pthread_create(&t, NULL, sleeper, NULL);
    usleep(20000);
    pthread_cancel(t);
    void *r;
    pthread_join(t, &r);
    printf("cancelled %d cleanup %d\n", r == PTHREAD_CANCELED, cleaned);
    sem_init(&items, 0, 0);
    together(4, producer, NULL);
    int n = 0;
    while (sem_trywait(&items) == 0)
        n++;
    printf("semaphores %d\n", n);
    sem_init(&ping, 0, 0), sem_init(&pong, 0, 0);
    pthread_create(&t, NULL, ponger, NULL);
    for (int i = 0; i < 1000; i++) {
        sem_post(&ping);
        sem_wait(&pong);
        volleys++;
    }
    pthread_join(t, NULL);
    printf("ping-pong %d\n", volleys);
    together(8, tls, NULL);
    printf("tls %d\n", tls_sum);
    pthread_cond_t c = PTHREAD_COND_INITIALIZER;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
    pthread_mutex_lock(&m);
    printf("timed %d\n", pthread_cond_timedwait(&c, &m, &until));
    pthread_mutex_unlock(&m);
    counter = 0;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&small, 65536);
    for (int i = 0; i < 200; i++)
        while (pthread_create(&t, &small, nothing, NULL))
            usleep(1000);
    while (__sync_fetch_and_add(&counter, 0) < 200)
        usleep(1000);
    printf("many %d\n", counter);
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &a);
    pthread_create(&t, NULL, die_with_lock, NULL);
    pthread_join(t, NULL);
    const int owner_died = pthread_mutex_lock(&robust);
    pthread_mutex_consistent(&robust);
    printf("robust %d %d\n", owner_died, pthread_mutex_unlock(&robust));
    int touched = 0;
    pthread_attr_t big;
    pthread_attr_init(&big);
    pthread_attr_setstacksize(&big, 1 << 20);
    pthread_create(&t, &big, deep, &touched);
    pthread_join(t, NULL);
    printf("stack %d\n", touched);
    return 0;
}
