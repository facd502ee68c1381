// Locks of all kinds under contention: what they guard is never seen half done, nobody waits for good, and an
// owner's death is told once. The argument: rounds of each thread.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread -latomic" args=2000 fullargs=100000
// stinkarm-test: stdout="ok\n" timeout=600
#define _GNU_SOURCE
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "torture.h"

enum { THREADS = 4 };

static int count;

// ---- mutexes ----

static pthread_mutex_t mutex;
static volatile int guarded[2], torn;

// In turn by lock, trylock and timedlock.
static int take(int i)
{
    struct timespec until;
    switch (i % 3) {
    case 0: return pthread_mutex_lock(&mutex);
    case 1: {
        int e;
        while ((e = pthread_mutex_trylock(&mutex)) == EBUSY)
            sched_yield();
        return e;
    }
    default:
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 100;
        return pthread_mutex_timedlock(&mutex, &until);
    }
}

static void *change(void *arg)
{
    for (int i = 0; i < count; i++) {
        const int e = take(i + (int)(intptr_t)arg);
        if (e) return (void *)(intptr_t)e;
        const int v = guarded[0];
        if (v != guarded[1]) torn++;
        guarded[0] = v + 1;
        if (i % 64 == 0) sched_yield();
        guarded[1] = v + 1;
        if (pthread_mutex_unlock(&mutex)) return (void *)-1;
    }
    return NULL;
}

static void test_mutex(int type, bool inherit, bool robust, bool shared)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, type);
    if (inherit && pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT)) return;
    if (robust) pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    if (shared) pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    CHECK(pthread_mutex_init(&mutex, &a) == 0);
    guarded[0] = guarded[1] = torn = 0;
    CHECK(together(THREADS, change) == THREADS);
    CHECK(torn == 0 && guarded[0] == THREADS * count && guarded[1] == guarded[0]);
    CHECK(pthread_mutex_destroy(&mutex) == 0);
}

// ---- owners that die: threads, and processes ----

static pthread_mutex_t *dying;
static volatile int *deaths;

// Takes it, and dies with it every time; says how often somebody else had.
static void *die(void *arg)
{
    (void)arg;
    const int e = pthread_mutex_lock(dying);
    if (e == EOWNERDEAD) {
        if (pthread_mutex_consistent(dying)) return (void *)-1;
        __atomic_fetch_add(deaths, 1, __ATOMIC_SEQ_CST);
    } else if (e) {
        return (void *)(intptr_t)e;
    }
    return NULL;
}

static void *die_in_process(void *arg)
{
    const pid_t child = fork();
    if (child == 0) _exit(die(arg) != NULL);
    int status = -1;
    waitpid(child, &status, 0);
    return (void *)(intptr_t)status;
}

static void test_deaths(bool inherit, void *(*f)(void *), int n)
{
    pthread_mutexattr_t a;
    dying = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    deaths = (volatile int *)(dying + 1);
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    if (inherit && pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT)) return;
    CHECK(pthread_mutex_init(dying, &a) == 0);
    for (int i = 0; i < n; i++)
        CHECK(together(THREADS, f) == THREADS);
    // All but the first have found a dead owner.
    CHECK(*deaths == THREADS * n - 1);
    CHECK(pthread_mutex_lock(dying) == EOWNERDEAD && pthread_mutex_consistent(dying) == 0 &&
          pthread_mutex_unlock(dying) == 0);
    munmap(dying, 4096);
}

// ---- a queue with two conditions ----

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static int queue[8], used, head;
static uint64_t sum_in, sum_out;

static void *produce_or_consume(void *arg)
{
    const int me = (int)(intptr_t)arg;
    uint64_t sum = 0;
    for (int i = 0; i < count; i++) {
        pthread_mutex_lock(&queue_lock);
        if (me & 1) {
            while (used == 8)
                pthread_cond_wait(&not_full, &queue_lock);
            queue[(head + used++) % 8] = i;
            sum += (unsigned)i;
            pthread_cond_signal(&not_empty);
        } else {
            while (used == 0)
                pthread_cond_wait(&not_empty, &queue_lock);
            sum += (unsigned)queue[head];
            head = (head + 1) % 8;
            used--;
            pthread_cond_signal(&not_full);
        }
        pthread_mutex_unlock(&queue_lock);
    }
    __atomic_fetch_add(me & 1 ? &sum_in : &sum_out, sum, __ATOMIC_SEQ_CST);
    return NULL;
}

// ---- readers and writers ----

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;

static void *read_and_write(void *arg)
{
    const int me = (int)(intptr_t)arg;
    for (int i = 0; i < count; i++)
        if ((i + me) % 4 == 0) {
            if (i % 8)
                pthread_rwlock_wrlock(&rw);
            else
                while (pthread_rwlock_trywrlock(&rw))
                    sched_yield();
            guarded[0]++;
            if (i % 64 == 0) sched_yield();
            guarded[1]++;
            pthread_rwlock_unlock(&rw);
        } else {
            pthread_rwlock_rdlock(&rw);
            if (guarded[0] != guarded[1]) torn = 1;
            pthread_rwlock_unlock(&rw);
        }
    return NULL;
}

// ---- barriers and semaphores ----

static pthread_barrier_t barrier;
static int phase[THREADS], serial;
static sem_t ring[THREADS];
static int volleys;

static void *in_step(void *arg)
{
    const int me = (int)(intptr_t)arg;
    for (int i = 1; i <= count / 4; i++) {
        phase[me] = i;
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_fetch_add(&serial, 1, __ATOMIC_SEQ_CST);
        for (int k = 0; k < THREADS; k++)
            if (phase[k] != i) torn = 1;
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void *around(void *arg)
{
    const int me = (int)(intptr_t)arg;
    for (int i = 0; i < count / 4; i++) {
        while (sem_wait(&ring[me]))
            ;
        volleys++;
        sem_post(&ring[(me + 1) % THREADS]);
    }
    return NULL;
}

// ---- spin locks ----

static pthread_spinlock_t spin;

static void *spin_and_change(void *arg)
{
    (void)arg;
    for (int i = 0; i < count; i++) {
        while (pthread_spin_trylock(&spin))
            sched_yield();
        guarded[0]++;
        pthread_spin_unlock(&spin);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    count = rounds(argc, argv, 2000);
    for (int k = 0; k < 8; k++)
        test_mutex(PTHREAD_MUTEX_NORMAL, k & 1, k & 2, k & 4);
    test_mutex(PTHREAD_MUTEX_RECURSIVE, false, false, false);
    test_mutex(PTHREAD_MUTEX_ERRORCHECK, true, true, false);
    test_deaths(false, die, count / 20);
#ifdef __GLIBC__ // natively, too, musl 1.2.3 now and then has two owners of such a mutex
    test_deaths(true, die, count / 20);
#endif
    test_deaths(false, die_in_process, count / 200);
    CHECK(together(THREADS, produce_or_consume) == THREADS);
    CHECK(used == 0 && sum_in == sum_out &&
          sum_in == (uint64_t)count * ((uint64_t)count - 1) / 2 * (THREADS / 2));
    guarded[0] = guarded[1] = torn = 0;
    CHECK(together(THREADS, read_and_write) == THREADS);
    CHECK(torn == 0 && guarded[0] == count && guarded[1] == count);
    pthread_barrier_init(&barrier, NULL, THREADS);
    CHECK(together(THREADS, in_step) == THREADS);
    CHECK(torn == 0 && serial == count / 4);
    for (int i = 0; i < THREADS; i++)
        sem_init(&ring[i], 0, i == 0);
    CHECK(together(THREADS, around) == THREADS && volleys == count / 4 * THREADS);
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    guarded[0] = 0;
    CHECK(together(THREADS, spin_and_change) == THREADS && guarded[0] == THREADS * count);
    return finish();
}
