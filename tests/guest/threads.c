// POSIX threads: mutexes, conditions, barriers, robust and priority-inheriting mutexes, TLS, cancellation, signals.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread" timeout=60
// stinkarm-test: stdout="ok\n"
#include <errno.h>
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_OP_ADD 1
#define FUTEX_OP_CMP_EQ 0
#define FUTEX_OP(op, arg, cmp, cmparg) ((op) << 28 | (cmp) << 24 | (arg) << 12 | (cmparg))
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#ifdef SYS_futex_time64
#define FUTEX_CALL (sizeof(time_t) == 8 ? SYS_futex_time64 : SYS_futex)
#else
#define FUTEX_CALL SYS_futex
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long total, atomic_total;
static __thread int local = 5;

static void *adder(void *arg)
{
    for (int i = 0; i < 20000; i++) {
        pthread_mutex_lock(&mutex);
        total++;
        pthread_mutex_unlock(&mutex);
        __atomic_fetch_add(&atomic_total, 1, __ATOMIC_SEQ_CST);
        local++;
    }
    return local == 20005 ? arg : NULL;
}

static void test_mutex(void)
{
    pthread_t t[4];
    void *r;
    for (intptr_t i = 0; i < 4; i++)
        CHECK(pthread_create(&t[i], NULL, adder, (void *)(i + 1)) == 0);
    for (intptr_t i = 0; i < 4; i++) {
        pthread_join(t[i], &r);
        CHECK(r == (void *)(i + 1));
    }
    CHECK(total == 80000 && atomic_total == 80000 && local == 5);
}

static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int turn;

static void *ping_pong(void *arg)
{
    const int me = (int)(intptr_t)arg;
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&mutex);
        while (turn % 2 != me)
            pthread_cond_wait(&cond, &mutex);
        turn++;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void test_cond(void)
{
    pthread_t t;
    pthread_create(&t, NULL, ping_pong, (void *)1);
    ping_pong((void *)0);
    pthread_join(t, NULL);
    CHECK(turn == 4000);
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_nsec += 10000000;
    if (ts.tv_nsec >= 1000000000) ts.tv_sec++, ts.tv_nsec -= 1000000000;
    pthread_mutex_lock(&mutex);
    CHECK(pthread_cond_timedwait(&cond, &mutex, &ts) == ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
}

static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int serial, shared_value;

static void *at_barrier(void *arg)
{
    for (int i = 0; i < 200; i++) {
        pthread_rwlock_wrlock(&rwlock);
        shared_value++;
        pthread_rwlock_unlock(&rwlock);
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) __atomic_fetch_add(&serial, 1, __ATOMIC_SEQ_CST);
        pthread_rwlock_rdlock(&rwlock);
        if (shared_value < 4 * (i + 1)) arg = NULL;
        pthread_rwlock_unlock(&rwlock);
        pthread_barrier_wait(&barrier);
    }
    return arg;
}

static void test_barrier(void)
{
    pthread_t t[4];
    void *r;
    pthread_barrier_init(&barrier, NULL, 4);
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, at_barrier, &serial);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &r);
        CHECK(r == &serial);
    }
    CHECK(serial == 200 && shared_value == 800);
}

static pthread_mutex_t robust;

static void *leave_locked(void *arg)
{
    pthread_mutex_lock(&robust);
    return arg;
}

static void *lock_dead(void *arg)
{
    (void)arg;
    return (void *)(intptr_t)pthread_mutex_lock(&robust);
}

static void test_robust(void)
{
    pthread_mutexattr_t a;
    pthread_t t, waiter;
    void *r;
    for (int pi = 0; pi < 2; pi++) {
        pthread_mutexattr_init(&a);
        pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
        if (pi && pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT)) break;
        pthread_mutex_init(&robust, &a);
        pthread_create(&t, NULL, leave_locked, NULL);
        pthread_join(t, NULL);
        CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);
        CHECK(pthread_mutex_consistent(&robust) == 0);
        CHECK(pthread_mutex_unlock(&robust) == 0);
    }
    // Somebody waits when the owner dies; between processes, too.
    pthread_mutex_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(shared, &a);
    volatile int *ready = (int *)(shared + 1);
    const pid_t child = fork();
    if (child == 0) {
        pthread_mutex_lock(shared);
        *ready = 1;
        usleep(50000);
        _exit(0);
    }
    while (!*ready)
        sched_yield();
    CHECK(pthread_mutex_lock(shared) == EOWNERDEAD);
    waitpid(child, NULL, 0);
    pthread_mutex_init(&robust, &a);
    pthread_mutex_lock(&robust);
    pthread_create(&waiter, NULL, lock_dead, NULL);
    usleep(10000);
    pthread_mutex_unlock(&robust);
    pthread_join(waiter, &r);
    CHECK(r == NULL);
}

static int cleaned;

static void cleanup(void *arg)
{
    (void)arg;
    cleaned++;
}

static void *cancelled(void *arg)
{
    pthread_cleanup_push(cleanup, NULL);
    for (;;)
        if (arg) pause();
        else pthread_testcancel();
    pthread_cleanup_pop(0);
    return NULL;
}

static void test_cancel(void)
{
    pthread_t t;
    void *r;
    for (int i = 0; i < 20; i++) {
        pthread_create(&t, NULL, cancelled, i & 1 ? &cleaned : NULL);
        if (i & 2) usleep(1000);
        CHECK(pthread_cancel(t) == 0);
        pthread_join(t, &r);
        CHECK(r == PTHREAD_CANCELED && cleaned == i + 1);
    }
}

static volatile int got[2];
static pthread_t who;

static void on_signal(int sig)
{
    got[pthread_equal(pthread_self(), who) ? 0 : 1]++;
    (void)sig;
}

static volatile int stop;

static void *spin(void *arg)
{
    while (!stop)
        ;
    return arg;
}

static void test_signals(void)
{
    signal(SIGUSR1, on_signal);
    pthread_create(&who, NULL, spin, NULL);
    for (int i = 0; i < 100; i++) {
        pthread_kill(who, SIGUSR1);
        while (got[0] <= i)
            sched_yield();
    }
    // Blocked here, so the other one gets what is sent to the process.
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &s, NULL);
    kill(getpid(), SIGUSR1);
    while (got[0] < 101)
        sched_yield();
    pthread_sigmask(SIG_UNBLOCK, &s, NULL);
    stop = 1;
    pthread_join(who, NULL);
    CHECK(got[0] == 101 && got[1] == 0);
}

static sem_t sem;

static void *short_lived(void *arg)
{
    sem_post(&sem);
    return arg;
}

static void *long_lived(void *arg)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return arg;
}

static void test_many(void)
{
    enum { N = 1000 };
    static pthread_t t[N];
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 65536);
    sem_init(&sem, 0, 0);
    for (int i = 0; i < 500; i++) {
        CHECK(pthread_create(&t[0], &a, short_lived, NULL) == 0);
        if (i & 1)
            pthread_join(t[0], NULL);
        else
            pthread_detach(t[0]);
    }
    for (int i = 0; i < 500; i++)
        sem_wait(&sem);
    pthread_mutex_lock(&mutex);
    int made = 0;
    for (; made < N; made++)
        if (pthread_create(&t[made], &a, long_lived, &t[made])) break;
    CHECK(made == N);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < made; i++) {
        void *r;
        pthread_join(t[i], &r);
        CHECK(r == &t[i]);
    }
}

// The main thread ends first; the process goes on. (Whose status it ends with depends on the kernel.)
static void *outlive(void *arg)
{
    usleep(30000);
    exit((int)(intptr_t)arg);
}

static void *outlive_quietly(void *arg)
{
    usleep(30000);
    return arg;
}

static void test_main_exit(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        pthread_t t;
        pthread_create(&t, NULL, outlive, (void *)9);
        pthread_exit(NULL);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 9);
    child = fork();
    if (child == 0) {
        pthread_t t;
        pthread_create(&t, NULL, outlive_quietly, NULL);
        syscall(SYS_exit, 4);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
}

static void *forker(void *arg)
{
    const pid_t child = fork();
    if (child == 0) {
        pthread_t t;
        void *r = NULL;
        pthread_create(&t, NULL, outlive_quietly, &r);
        pthread_join(t, &r);
        _exit(r == &r ? 3 : 4);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 3 ? arg : NULL;
}

// Forks from several threads at once.
static void test_fork(void)
{
    pthread_t t[4];
    void *r;
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 4; i++)
            pthread_create(&t[i], NULL, forker, &total);
        for (int i = 0; i < 4; i++) {
            pthread_join(t[i], &r);
            CHECK(r == &total);
        }
    }
}

static void test_futex(void)
{
    uint32_t word = 1;
    CHECK(syscall(FUTEX_CALL, &word, FUTEX_WAIT, 2, NULL) == -1 && errno == EAGAIN);
    struct timespec ts = {0, 1000000};
    CHECK(syscall(FUTEX_CALL, &word, FUTEX_WAIT_PRIVATE, 1, &ts) == -1 && errno == ETIMEDOUT);
    CHECK(syscall(FUTEX_CALL, (char *)&word + 1, FUTEX_WAIT, 1, &ts) == -1 && errno == EINVAL);
    CHECK(syscall(FUTEX_CALL, 16, FUTEX_WAIT, 1, &ts) == -1 && errno == EFAULT);
    CHECK(syscall(FUTEX_CALL, &word, FUTEX_WAKE, 1) == 0);
    ts.tv_nsec = -1;
    CHECK(syscall(FUTEX_CALL, &word, FUTEX_WAIT, 1, &ts) == -1 && errno == EINVAL);
    uint32_t other = 5;
    CHECK(syscall(FUTEX_CALL, &word, FUTEX_WAKE_OP, 1, 1, &other, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5)) == 0);
    CHECK(other == 8);
    CHECK(syscall(FUTEX_CALL, &word, FUTEX_CMP_REQUEUE, 1, 1, &other, 7) == -1 && errno == EAGAIN);
    CHECK(syscall(FUTEX_CALL, &word, 99) == -1 && errno == ENOSYS);
}

int main(void)
{
    test_mutex();
    test_cond();
    test_barrier();
    test_robust();
    test_cancel();
    test_signals();
    test_many();
    test_main_exit();
    test_fork();
    test_futex();
    puts(failures ? "failed" : "ok");
    fflush(stdout);
    return failures != 0;
}
