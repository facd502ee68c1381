// POSIX timers by thread, by signal and to one thread, interval timers of all three clocks, timers that are
// deleted while they fire: as many expirations as the clock says, none late by much more than the host, none
// behind the end. The argument: expirations of each.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread -lrt" args=100 fullargs=2000
// stinkarm-test: stdout="ok\n" timeout=600
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "torture.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static const int64_t patience = 300000000000; // ns: a hang, however busy the host is
static int count;
static volatile int fired, overruns, elsewhere;
static volatile pid_t target_tid;

static void arm(timer_t id, long ns)
{
    const struct itimerspec it = {{0, ns}, {0, ns}};
    CHECK(timer_settime(id, 0, &it, NULL) == 0);
}

static void wait_for(volatile int *what, int n)
{
    for (const int64_t end = now_ns() + patience; *what < n && now_ns() < end;)
        usleep(200);
}

// ---- SIGEV_THREAD ----

static void in_thread(union sigval v)
{
    if (v.sival_ptr != &fired) elsewhere++;
    __atomic_fetch_add(&fired, 1, __ATOMIC_SEQ_CST);
}

static void test_thread(void)
{
    struct sigevent e;
    timer_t id;
    memset(&e, 0, sizeof e);
    e.sigev_notify = SIGEV_THREAD;
    e.sigev_notify_function = in_thread;
    e.sigev_value.sival_ptr = (void *)&fired;
    fired = elsewhere = 0;
    CHECK(timer_create(CLOCK_MONOTONIC, &e, &id) == 0);
    arm(id, 1000000);
    wait_for(&fired, count);
    CHECK(timer_delete(id) == 0);
    CHECK(fired >= count && elsewhere == 0);
}

// ---- SIGEV_THREAD_ID, SIGEV_SIGNAL ----

static void on_timer(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)context;
    if (si->si_code != SI_TIMER || si->si_value.sival_int != 77) elsewhere++;
    if (target_tid && (pid_t)syscall(SYS_gettid) != target_tid) elsewhere++;
    overruns += si->si_overrun;
    fired++;
}

static volatile int stop;
static volatile unsigned spun;

static void *spin(void *arg)
{
    target_tid = (pid_t)syscall(SYS_gettid);
    while (!stop)
        if (arg)
            usleep(1000);
        else
            spun++;
    return NULL;
}

static void test_signal(bool to_thread, bool sleeps)
{
    struct sigevent e;
    timer_t id;
    pthread_t t;
    stop = 0;
    target_tid = 0;
    fired = overruns = elsewhere = 0;
    memset(&e, 0, sizeof e);
    e.sigev_signo = SIGRTMIN + 1;
    e.sigev_value.sival_int = 77;
    e.sigev_notify = SIGEV_SIGNAL;
    if (to_thread) {
        pthread_create(&t, NULL, spin, sleeps ? &count : NULL);
        while (!target_tid)
            sched_yield();
        e.sigev_notify = SIGEV_THREAD_ID;
        e.sigev_notify_thread_id = target_tid;
    }
    CHECK(timer_create(CLOCK_MONOTONIC, &e, &id) == 0);
    const int64_t begin = now_ns();
    arm(id, 500000);
    wait_for(&fired, count);
    const struct itimerspec off = {{0, 0}, {0, 0}};
    CHECK(timer_settime(id, 0, &off, NULL) == 0);
    const int64_t periods = (now_ns() - begin) / 500000;
    usleep(2000);
    CHECK(fired >= count && elsewhere == 0);
    // Each period was an expiration, or an overrun of one; what is disarmed loses the last ones.
    CHECK(fired + overruns <= periods + 1);
    CHECK(timer_delete(id) == 0);
    stop = 1;
    if (to_thread) pthread_join(t, NULL);
    target_tid = 0;
}

// ---- made, armed and deleted all the time ----

static void *churn(void *arg)
{
    (void)arg;
    for (int i = 0; i < count; i++) {
        struct sigevent e;
        timer_t id;
        memset(&e, 0, sizeof e);
        e.sigev_notify = i & 1 ? SIGEV_SIGNAL : SIGEV_NONE;
        e.sigev_signo = SIGRTMIN + 1;
        e.sigev_value.sival_int = 77;
        if (timer_create(i & 2 ? CLOCK_REALTIME : CLOCK_MONOTONIC, &e, &id)) return &count;
        const struct itimerspec it = {{0, 50000}, {0, 20000}};
        if (timer_settime(id, 0, &it, NULL)) return &count;
        if (i % 4 == 0) usleep(100);
        struct itimerspec now;
        if (timer_gettime(id, &now) || now.it_interval.tv_nsec != 50000) return &count;
        if (timer_delete(id)) return &count;
    }
    return NULL;
}

static void test_churn(void)
{
    elsewhere = 0;
    CHECK(together(4, churn) == 4);
    CHECK(elsewhere == 0);
}

// ---- setitimer ----

static void on_interval(int sig)
{
    (void)sig;
    fired++;
}

static void test_interval(int which, int sig)
{
    const struct itimerval it = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
    struct itimerval now;
    fired = 0;
    signal(sig, on_interval);
    CHECK(setitimer(which, &it, NULL) == 0);
    const int n = which == ITIMER_REAL ? count : count / 20 + 1; // of the CPU's time a host measures ticks
    for (const int64_t end = now_ns() + patience; fired < n && now_ns() < end;)
        if (which == ITIMER_REAL)
            pause();
        else
            spun++;
    CHECK(getitimer(which, &now) == 0 && now.it_interval.tv_usec >= 1000);
    CHECK(setitimer(which, &off, NULL) == 0);
    CHECK(fired >= n);
    signal(sig, SIG_DFL);
}

int main(int argc, char **argv)
{
    struct sigaction sa;
    count = rounds(argc, argv, 100);
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = on_timer;
    sa.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(SIGRTMIN + 1, &sa, NULL);
    test_thread();
    test_signal(false, false);
    test_signal(true, false);
    test_signal(true, true);
    test_churn();
    test_interval(ITIMER_REAL, SIGALRM);
    test_interval(ITIMER_VIRTUAL, SIGVTALRM);
    test_interval(ITIMER_PROF, SIGPROF);
    return finish();
}
