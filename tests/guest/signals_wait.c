// Signals and the calls that wait: timers, signalfd, ppoll, pselect, epoll_pwait with masks, sleeps.
// stinkarm-test: build=arm,thumb,armel,musl libs="-lrt" timeout=60
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile int count, code, value;

static void on_info(int sig, siginfo_t *si, void *context)
{
    (void)sig;
    (void)context;
    code = si->si_code;
    value = si->si_value.sival_int;
    count++;
}

static void handle(int sig, int flags)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = on_info;
    sa.sa_flags = SA_SIGINFO | flags;
    sigaction(sig, &sa, NULL);
}

static void test_timer(void)
{
    timer_t t;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 77};
    handle(SIGRTMIN, 0);
    CHECK(timer_create(CLOCK_MONOTONIC, &ev, &t) == 0);
    struct itimerspec it = {{0, 2000000}, {0, 2000000}};
    count = 0;
    CHECK(timer_settime(t, 0, &it, NULL) == 0);
    while (count < 20)
        pause();
    CHECK(code == SI_TIMER && value == 77);
    CHECK(timer_delete(t) == 0);
}

static void alarms(long first, long every)
{
    struct itimerval it = {{0, every}, {0, first}};
    setitimer(ITIMER_REAL, &it, NULL);
}

static void later(long us)
{
    alarms(us, 0);
}

static void test_masks(void)
{
    sigset_t blocked, open, now;
    int fd[2];
    CHECK(pipe(fd) == 0);
    handle(SIGALRM, SA_RESTART);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    sigprocmask(SIG_BLOCK, &blocked, &open);
    struct timespec long_time = {5, 0}, short_time = {0, 20000000};
    struct pollfd p = {.fd = fd[0], .events = POLLIN};
    fd_set set;
    const int ep = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN};
    epoll_ctl(ep, EPOLL_CTL_ADD, fd[0], &e);
    for (int i = 0; i < 20; i++) {
        count = 0;
        later(1 + i * 50);
        CHECK(ppoll(&p, 1, &long_time, &open) == -1 && errno == EINTR && count == 1);
        later(1 + i * 50);
        FD_ZERO(&set);
        FD_SET(fd[0], &set);
        CHECK(pselect(fd[0] + 1, &set, NULL, NULL, &long_time, &open) == -1 && errno == EINTR && count == 2);
        later(1 + i * 50);
        CHECK(epoll_pwait(ep, &e, 1, 5000, &open) == -1 && errno == EINTR && count == 3);
    }
    count = 0;
    later(1000);
    CHECK(ppoll(&p, 1, &short_time, NULL) == 0 && count == 0);
    sigprocmask(SIG_BLOCK, NULL, &now);
    CHECK(sigismember(&now, SIGALRM) == 1);
    sigset_t pending;
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGALRM) == 1);
    sigprocmask(SIG_SETMASK, &open, NULL);
    CHECK(count == 1);
    close(ep);
    close(fd[0]);
    close(fd[1]);
}

static void test_signalfd(void)
{
    sigset_t s;
    struct signalfd_siginfo si;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigaddset(&s, SIGRTMIN + 3);
    sigprocmask(SIG_BLOCK, &s, NULL);
    const int fd = signalfd(-1, &s, SFD_NONBLOCK | SFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK(read(fd, &si, sizeof si) == -1 && errno == EAGAIN);
    raise(SIGUSR1);
    sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 99});
    CHECK(read(fd, &si, sizeof si) == sizeof si && si.ssi_signo == SIGUSR1 && (int)si.ssi_pid == getpid());
    CHECK(read(fd, &si, sizeof si) == sizeof si && (int)si.ssi_signo == SIGRTMIN + 3 && si.ssi_int == 99);
    close(fd);
    sigprocmask(SIG_UNBLOCK, &s, NULL);
}

static void test_sleep(void)
{
    struct timespec t = {10, 0}, left = {0, 0};
    handle(SIGALRM, SA_RESTART);
    alarms(20000, 20000); // again and again: one comes during the call however late it begins
    CHECK(nanosleep(&t, &left) == -1 && errno == EINTR && left.tv_sec < 10 && left.tv_sec > 0);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 10;
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR);
    alarms(0, 0);
    // Stopped and continued, a sleep goes on without the program's noticing.
    const pid_t child = fork();
    if (child == 0) {
        struct timespec sleep = {0, 100000000};
        _exit(nanosleep(&sleep, NULL) != 0);
    }
    usleep(20000);
    kill(child, SIGSTOP);
    usleep(20000);
    kill(child, SIGCONT);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

// Ticks over every kind of call and over computing; they all go on undisturbed.
static void test_ticks(void)
{
    int fd[2];
    CHECK(pipe(fd) == 0);
    handle(SIGALRM, SA_RESTART);
    count = 0;
    alarms(500, 500);
    int good = 1;
    for (int i = 0; i < 20000 && good; i++) {
        char in[64], data[64];
        memset(data, i, sizeof data);
        good = write(fd[1], data, sizeof data) == sizeof data && read(fd[0], in, sizeof in) == sizeof in &&
               !memcmp(in, data, sizeof in);
        double d = i;
        for (int k = 0; k < 20; k++)
            d = d * 0.5 + 1;
        good = good && d < 20002 && d > 1.9;
    }
    alarms(0, 0);
    CHECK(good && count > 0);
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    test_timer();
    test_masks();
    test_signalfd();
    test_sleep();
    test_ticks();
    puts(failures ? "failed" : "ok");
    return failures != 0;
}
