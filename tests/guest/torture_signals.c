// Signals to threads, and calls that signals interrupt, at high rate: none is lost, none comes twice, none
// ends up elsewhere; a restarted call loses no byte, one that is not restarted says so, and nothing hangs.
// The argument: signals of each kind.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread" args=1000 fullargs=20000
// stinkarm-test: stdout="ok\n" timeout=600
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "torture.h"

enum { THREADS = 4 };

static int count;
static volatile pid_t tid[THREADS];
static pthread_t thread[THREADS];
static volatile int handled[THREADS], wrong, stop;
static volatile int next_value[THREADS];
static sem_t ready;
static __thread int me = -1;

static void start(void *(*f)(void *), int n)
{
    stop = 0;
    sem_init(&ready, 0, 0);
    for (int i = 0; i < n; i++)
        if (pthread_create(&thread[i], NULL, f, (void *)(intptr_t)i)) exit(3);
    for (int i = 0; i < n; i++)
        while (sem_wait(&ready))
            ;
}

static void join_all(int n)
{
    for (int i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
}

static void action(int sig, void (*f)(int, siginfo_t *, void *), int flags)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = f;
    sa.sa_flags = SA_SIGINFO | flags;
    sigaction(sig, &sa, NULL);
}

// ---- to one thread: pthread_kill, tgkill; queued with a value: rt_tgsigqueueinfo, in order ----

static void on_direct(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)context;
    if (me < 0 || tid[me] != (pid_t)syscall(SYS_gettid)) wrong = 1;
    if (si->si_code != SI_TKILL || si->si_pid != getpid()) wrong = 2;
    handled[me]++;
}

static void on_queued(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)context;
    if (me < 0 || si->si_code != SI_QUEUE) wrong = 3;
    if (si->si_value.sival_int != next_value[me]) wrong = 4;
    next_value[me]++;
}

// What a target does meanwhile: computes, sleeps, waits in the kernel, makes quick calls.
static void *target(void *arg)
{
    me = (int)(intptr_t)arg;
    tid[me] = (pid_t)syscall(SYS_gettid);
    sem_post(&ready);
    volatile unsigned x = 1;
    while (!stop)
        switch (me) {
        case 0: x = x * 1664525 + 1013904223; break;
        case 1: usleep(50); break;
        case 2: poll(NULL, 0, 1); break;
        default:
            getppid();
            sched_yield();
            break;
        }
    return NULL;
}

static void queue_value(int to, int value)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    si.si_code = SI_QUEUE;
    si.si_pid = getpid();
    si.si_uid = getuid();
    si.si_value.sival_int = value;
    while (syscall(SYS_rt_tgsigqueueinfo, getpid(), tid[to], SIGRTMIN + 2, &si)) {
        if (errno != EAGAIN) wrong = 5;
        sched_yield(); // its queue is full
    }
}

static void test_direct(void)
{
    action(SIGUSR1, on_direct, SA_RESTART);
    action(SIGRTMIN + 2, on_queued, SA_RESTART);
    start(target, THREADS);
    for (int i = 0; i < count; i++)
        for (int t = 0; t < THREADS; t++) {
            queue_value(t, i);
            if (i % 16) continue;
            const int before = handled[t];
            if (i % 32)
                CHECK(pthread_kill(thread[t], SIGUSR1) == 0);
            else
                CHECK(syscall(SYS_tgkill, getpid(), tid[t], SIGUSR1) == 0);
            while (handled[t] == before)
                sched_yield();
        }
    for (int t = 0; t < THREADS; t++) {
        while (next_value[t] < count && !wrong)
            sched_yield();
        CHECK(handled[t] == (count + 15) / 16);
    }
    stop = 1;
    join_all(THREADS);
    CHECK(wrong == 0);
    if (wrong) printf("wrong: %d\n", wrong);
}

// ---- to the process, many threads, one of which takes each ----

static volatile int taken;

static void on_any(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)si, (void)context;
    __atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
}

static void test_process(void)
{
    action(SIGRTMIN + 3, on_any, 0);
    start(target, THREADS);
    for (int i = 0; i < count; i++)
        while (sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = i}))
            sched_yield();
    while (taken < count)
        sched_yield();
    stop = 1;
    join_all(THREADS);
    CHECK(taken == count);
}

// ---- restarts: a stream of bytes through calls that a timer interrupts all the time ----

static volatile unsigned ticks;
static int failed;
static int ends[2];

static void on_tick(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)si, (void)context;
    ticks++;
}

static void tick_every(long us)
{
    const struct itimerval it = {{0, us}, {0, us}};
    setitimer(ITIMER_REAL, &it, NULL);
}

static void *feed(void *arg)
{
    for (uint32_t i = 0; i < (uint32_t)count * 4; i++) {
        if (write(ends[1], &i, sizeof i) != sizeof i) return &failed;
        if (i % 64 == 0) usleep(1);
    }
    close(ends[1]);
    return arg;
}

static void drain(void)
{
    pthread_t t;
    sigset_t all, old;
    void *r;
    sigfillset(&all); // the reader is to be interrupted
    pthread_sigmask(SIG_BLOCK, &all, &old);
    pthread_create(&t, NULL, feed, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    uint32_t v, want = 0;
    for (;;) {
        const ssize_t n = read(ends[0], &v, sizeof v);
        if (n == 0) break;
        if (n != sizeof v || v != want) {
            CHECK(n == sizeof v && v == want);
            break;
        }
        want++;
    }
    CHECK(want == (uint32_t)count * 4);
    pthread_join(t, &r);
    CHECK(r == NULL);
    close(ends[0]);
}

static void test_restart(void)
{
    action(SIGALRM, on_tick, SA_RESTART);
    tick_every(100);
    CHECK(pipe(ends) == 0);
    drain();
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    drain();
    for (int i = 0; i < count / 100; i++) {
        const pid_t child = fork();
        if (child == 0) {
            tick_every(0);
            usleep(500);
            _exit(i & 127);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == (i & 127));
    }
    // A lock is taken however often it is interrupted, and a sleep never too short.
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < count / 100; i++) {
        struct timespec left = {0, 2000000};
        const int64_t begin = now_ns();
        while (nanosleep(&left, &left) && errno == EINTR)
            ;
        CHECK(now_ns() - begin >= 2000000);
        pthread_mutex_lock(&m);
        pthread_mutex_unlock(&m);
    }
    tick_every(0);
    CHECK(ticks > 0);
}

// ---- no restart: each call ends with EINTR by the one signal, wherever it finds the thread ----

static void on_once(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)si, (void)context;
    ticks++;
}

static void *poke(void *arg)
{
    const pthread_t to = *(pthread_t *)arg;
    unsigned seed = 1;
    while (!stop) {
        pthread_kill(to, SIGUSR2);
        for (seed = seed * 1103515245 + 12345; seed >> 16 & 0xff; seed -= 1 << 16)
            __asm__ volatile("");
        if (seed & 1) sched_yield();
    }
    return NULL;
}

// Each of these is left only by a signal; they never return anything else.
static int blocked(int kind, int fd, sem_t *sem, const sigset_t *mask)
{
    char c;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    const struct timespec long_time = {100, 0};
    switch (kind) {
    case 0: return (int)read(fd, &c, 1);
    case 1: return poll(&p, 1, -1);
    case 2: return ppoll(&p, 1, &long_time, mask);
    case 3: return nanosleep(&long_time, NULL);
    case 4: return sem_wait(sem);
    case 5: return sigsuspend(mask);
    case 6: return pause();
    default: return select(fd + 1, &(fd_set){0}, NULL, NULL, &(struct timeval){100, 0});
    }
}

static void test_interrupted(void)
{
    pthread_t t, self = pthread_self();
    sem_t never;
    sigset_t mask;
    action(SIGUSR2, on_once, 0);
    CHECK(pipe(ends) == 0);
    sem_init(&never, 0, 0);
    sigemptyset(&mask);
    stop = 0;
    pthread_create(&t, NULL, poke, &self);
    for (int i = 0; i < count; i++) {
        errno = 0;
        const int r = blocked(i % 8, ends[0], &never, &mask);
        if (r != -1 || errno != EINTR) CHECK(i % 8 < 0);
    }
    stop = 1;
    pthread_join(t, NULL);
    close(ends[0]);
    close(ends[1]);
}

// ---- a blocked signal that ppoll and sigsuspend let in: the race that they are for ----

static volatile int let_in;

static void on_let_in(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)si, (void)context;
    let_in++;
}

static void *answer(void *arg)
{
    for (int i = 0; i < count; i++) {
        pthread_kill(*(pthread_t *)arg, SIGUSR1);
        while (let_in == i)
            sched_yield();
    }
    return NULL;
}

static void test_let_in(void)
{
    pthread_t t, self = pthread_self();
    sigset_t block, open_mask;
    action(SIGUSR1, on_let_in, 0);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &block, &open_mask);
    sigdelset(&open_mask, SIGUSR1);
    pthread_create(&t, NULL, answer, &self);
    for (int i = 0; i < count; i++) {
        const int before = let_in;
        CHECK(before == i);
        const int r = i & 1 ? sigsuspend(&open_mask) : ppoll(NULL, 0, NULL, &open_mask);
        CHECK(r == -1 && errno == EINTR && let_in == before + 1);
    }
    pthread_join(t, NULL);
    pthread_sigmask(SIG_UNBLOCK, &block, NULL);
}

int main(int argc, char **argv)
{
    count = rounds(argc, argv, 1000);
    void (*const tests[])(void) = {test_direct, test_process, test_restart, test_interrupted, test_let_in};
    for (unsigned i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        const int64_t begin = now_ns();
        tests[i]();
        if (argc > 2) printf("%u: %d ms\n", i, (int)((now_ns() - begin) / 1000000));
    }
    return finish();
}
