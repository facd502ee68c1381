// Cancellation, deferred and asynchronous, at every moment: each thread ends cancelled or by itself, its
// cleanup handlers run exactly once, what it held is free again, and nothing is left. The argument: threads
// of each kind.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread" args=300 fullargs=5000
// stinkarm-test: stdout="ok\n" timeout=600
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "torture.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t closed;
static int ends[2], pushed, popped, destroyed;
static pthread_key_t key;

static void unlock(void *arg)
{
    pthread_mutex_unlock(arg);
    __atomic_fetch_add(&popped, 1, __ATOMIC_SEQ_CST);
}

static void count_pop(void *arg)
{
    (void)arg;
    __atomic_fetch_add(&popped, 1, __ATOMIC_SEQ_CST);
}

static void destroy(void *arg)
{
    (void)arg;
    __atomic_fetch_add(&destroyed, 1, __ATOMIC_SEQ_CST);
}

static void wait_for_good(int kind)
{
    char c;
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    switch (kind) {
    case 0:
        pthread_mutex_lock(&mutex);
        pthread_cleanup_push(unlock, &mutex);
        __atomic_fetch_add(&pushed, 1, __ATOMIC_SEQ_CST);
        for (;;)
            pthread_cond_wait(&never, &mutex);
        pthread_cleanup_pop(0);
        break;
    case 1: sem_wait(&closed); break;
    case 2: read(ends[0], &c, 1); break;
    case 3: poll(&p, 1, -1); break;
    case 4: sleep(1000); break;
    case 5: pause(); break;
    case 6:
        for (;;)
            pthread_testcancel();
    case 7: waitpid(-1, NULL, 0); break; // of none it returns at once
    case 8:
        for (;;)
            close(open("/dev/null", O_RDONLY));
    default: break;
    }
}

enum { KINDS = 10 };

static void *deferred(void *arg)
{
    pthread_setspecific(key, &key);
    pthread_cleanup_push(count_pop, NULL);
    __atomic_fetch_add(&pushed, 1, __ATOMIC_SEQ_CST);
    wait_for_good((int)(intptr_t)arg);
    pthread_cleanup_pop(1);
    return NULL;
}

static volatile unsigned spun;

__attribute__((unused)) static void *asynchronous(void *arg)
{
    int old;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    pthread_setspecific(key, &key);
    pthread_cleanup_push(count_pop, NULL);
    __atomic_fetch_add(&pushed, 1, __ATOMIC_SEQ_CST);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
    for (;;)
        if ((intptr_t)arg & 1)
            spun++;
        else
            getppid();
    pthread_cleanup_pop(0);
    return NULL;
}

// Nothing can cancel it until it says so.
static void *protected(void *arg)
{
    int old;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&mutex);
        usleep((useconds_t)(intptr_t)arg);
        pthread_mutex_unlock(&mutex);
    }
    __atomic_fetch_add(&popped, 1, __ATOMIC_SEQ_CST);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
    pthread_testcancel();
    return NULL;
}

static void cancel_all(int n, void *(*f)(void *), int kinds)
{
    pthread_t t[8];
    for (int i = 0; i < n;) {
        const int some = n - i < 8 ? n - i : 8;
        for (int k = 0; k < some; k++)
            if (pthread_create(&t[k], NULL, f, (void *)(intptr_t)((i + k) % kinds))) exit(3);
        for (int k = 0; k < some; k++) {
            if ((i + k) % 3 == 0) sched_yield();
            if ((i + k) % 7 == 0) usleep(100);
            const int e = pthread_cancel(t[k]);
            CHECK(e == 0 || e == ESRCH);
        }
        for (int k = 0; k < some; k++) {
            void *r = NULL;
            CHECK(pthread_join(t[k], &r) == 0);
            CHECK(r == PTHREAD_CANCELED ||
                  r == NULL); // was faster; or glibc 2.36 found out when it was allowed again
        }
        i += some;
    }
    CHECK(pthread_mutex_trylock(&mutex) == 0);
    pthread_mutex_unlock(&mutex);
}

// Who joins is cancelled himself; the other can still be joined.
static void *joiner(void *arg)
{
    pthread_join(*(pthread_t *)arg, NULL);
    return NULL;
}

static void *wait_closed(void *arg)
{
    while (sem_wait(&closed))
        ;
    return arg;
}

static void test_join(int n)
{
    for (int i = 0; i < n; i++) {
        pthread_t t, j;
        void *r;
        pthread_create(&t, NULL, wait_closed, &j);
        pthread_create(&j, NULL, joiner, &t);
        if (i % 2) usleep(50);
        pthread_cancel(j);
        pthread_join(j, &r);
        CHECK(r == PTHREAD_CANCELED);
        sem_post(&closed);
        CHECK(pthread_join(t, &r) == 0 && r == &j);
    }
}

int main(int argc, char **argv)
{
    const int n = rounds(argc, argv, 300);
    pthread_key_create(&key, destroy);
    sem_init(&closed, 0, 0);
    CHECK(pipe(ends) == 0);
    cancel_all(n, deferred, KINDS);
    CHECK(popped == pushed);
#ifdef __GLIBC__ // musl 1.2.3 takes five words off the stack of whoever it cancels asynchronously
    cancel_all(n, asynchronous, 2);
#endif
    CHECK(popped == pushed && destroyed <= 2 * n);
    popped = 0;
    cancel_all(n / 10, protected, 3);
    CHECK(popped == n / 10);
    test_join(n / 4);
    return finish();
}
