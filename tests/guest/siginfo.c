// What siginfo says, in its 32-bit layout: children, descriptors, timers, queues, messages, to handlers, to sigwaitinfo and to signalfd.
// stinkarm-test: build=arm,thumb,armel timeout=60
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile int count;
static siginfo_t info;

static void handler(int sig, siginfo_t *si, void *uc)
{
    (void)sig, (void)uc;
    info = *si;
    count++;
}

static void handle(int sig)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(sig, &sa, NULL);
    count = 0;
    memset(&info, 0x55, sizeof info);
}

static void wait_for_signal(void)
{
    for (int i = 0; i < 500 && !count; i++)
        usleep(10000);
    CHECK(count);
    count = 0;
}

static void children(void)
{
    handle(SIGCHLD);
    pid_t pid = fork();
    if (!pid) _exit(17);
    wait_for_signal();
    CHECK(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_pid == pid && info.si_uid == getuid() && info.si_status == 17);
    waitpid(pid, NULL, 0);
    pid = fork();
    if (!pid)
        for (;;)
            pause();
    kill(pid, SIGSTOP);
    wait_for_signal();
    CHECK(info.si_code == CLD_STOPPED && info.si_pid == pid && info.si_status == SIGSTOP);
    kill(pid, SIGCONT);
    wait_for_signal();
    CHECK(info.si_code == CLD_CONTINUED && info.si_pid == pid && info.si_status == SIGCONT);
    kill(pid, SIGKILL);
    wait_for_signal();
    CHECK(info.si_code == CLD_KILLED && info.si_status == SIGKILL);
    siginfo_t w;
    memset(&w, 0x55, sizeof w);
    CHECK(waitid(P_PID, (id_t)pid, &w, WEXITED) == 0 && w.si_signo == SIGCHLD && w.si_code == CLD_KILLED && w.si_pid == pid &&
          w.si_uid == getuid() && w.si_status == SIGKILL);
    memset(&w, 0x55, sizeof w);
    pid = fork();
    if (!pid) pause();
    CHECK(waitid(P_PID, (id_t)pid, &w, WEXITED | WNOHANG) == 0 && w.si_pid == 0 && w.si_signo == 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    signal(SIGCHLD, SIG_DFL);
}

// SIGIO, and a signal of the program's choice, which has descriptor and band, too.
static void descriptors(void)
{
    for (int own = 0; own < 2; own++) {
        const int sig = own ? SIGRTMIN + 3 : SIGIO;
        int s[2];
        CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
        handle(sig);
        CHECK(fcntl(s[0], F_SETSIG, sig) == 0 && fcntl(s[0], F_GETSIG) == sig);
        CHECK(fcntl(s[0], F_SETOWN, getpid()) == 0 && fcntl(s[0], F_GETOWN) == getpid());
        CHECK(fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK) == 0);
        CHECK(write(s[1], "x", 1) == 1);
        wait_for_signal();
        CHECK(info.si_signo == sig && info.si_code == POLL_IN && info.si_fd == s[0] && (info.si_band & POLLIN));
        close(s[0]), close(s[1]);
    }
}

static void timers(void)
{
    handle(SIGRTMIN);
    timer_t id;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_ptr = (void *)0x87654321};
    CHECK(timer_create(CLOCK_MONOTONIC, &ev, &id) == 0);
    CHECK(timer_settime(id, 0, &(struct itimerspec){.it_value.tv_nsec = 10000000}, NULL) == 0);
    wait_for_signal();
    CHECK(info.si_code == SI_TIMER && info.si_value.sival_ptr == (void *)0x87654321 && info.si_overrun == 0);
    // How often it ran over while it was blocked.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    const struct itimerspec often = {{0, 1000000}, {0, 1000000}};
    CHECK(timer_settime(id, 0, &often, NULL) == 0);
    usleep(50000);
    siginfo_t si;
    CHECK(sigwaitinfo(&set, &si) == SIGRTMIN && si.si_code == SI_TIMER && si.si_overrun > 3 && si.si_value.sival_ptr == (void *)0x87654321);
    CHECK(timer_delete(id) == 0);
    while (sigtimedwait(&set, &si, &(struct timespec){0, 0}) > 0) {
    }
    CHECK(timer_create(CLOCK_MONOTONIC, &(struct sigevent){.sigev_notify = SIGEV_NONE}, &id) == 0 && timer_delete(id) == 0);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void queues(void)
{
    handle(SIGRTMIN + 1);
    const union sigval v = {.sival_ptr = (void *)0xdeadbeef};
    CHECK(sigqueue(getpid(), SIGRTMIN + 1, v) == 0);
    wait_for_signal();
    CHECK(info.si_code == SI_QUEUE && info.si_pid == getpid() && info.si_uid == getuid() && info.si_value.sival_ptr == v.sival_ptr);
    const pid_t pid = fork();
    if (!pid) {
        sigqueue(getppid(), SIGRTMIN + 1, v);
        _exit(0);
    }
    while (waitpid(pid, NULL, 0) < 0) { // interrupted by it
    }
    wait_for_signal();
    CHECK(info.si_code == SI_QUEUE && info.si_pid == pid && info.si_value.sival_ptr == v.sival_ptr);
    pthread_sigqueue(pthread_self(), SIGRTMIN + 1, v);
    wait_for_signal();
    CHECK(info.si_code == SI_QUEUE && info.si_value.sival_ptr == v.sival_ptr);
    // Whatever a program makes up, if its code says that it is a program's.
    siginfo_t own = {.si_code = -60};
    own.si_pid = 1234, own.si_uid = 77, own.si_value.sival_int = 0x01020304;
    CHECK(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN + 1, &own) == 0);
    wait_for_signal();
    CHECK(info.si_code == -60 && info.si_pid == 1234 && info.si_uid == 77 && info.si_value.sival_int == 0x01020304);
    own.si_code = 1; // the kernel's: to others
    CHECK(syscall(SYS_rt_sigqueueinfo, 1, SIGRTMIN + 1, &own) == -1 && errno == EPERM);
}

static void message_queue(void)
{
    char name[40];
    snprintf(name, sizeof name, "/stinkarm-siginfo-%d", getpid());
    const mqd_t q = mq_open(name, O_RDWR | O_CREAT, 0600, &(struct mq_attr){.mq_maxmsg = 2, .mq_msgsize = 16});
    CHECK(q >= 0);
    handle(SIGUSR1);
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 4711};
    CHECK(mq_notify(q, &ev) == 0 && mq_send(q, "hi", 2, 0) == 0);
    wait_for_signal();
    CHECK(info.si_code == SI_MESGQ && info.si_pid == getpid() && info.si_value.sival_int == 4711);
    mq_close(q);
    mq_unlink(name);
}

// signalfd's records have one layout everywhere.
static void descriptor(void)
{
    struct signalfd_siginfo si;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2), sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    const int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    CHECK(fd >= 0 && read(fd, &si, sizeof si) == -1 && errno == EAGAIN);
    sigqueue(getpid(), SIGUSR2, (union sigval){.sival_ptr = (void *)0xcafebabe});
    CHECK(read(fd, &si, sizeof si) == sizeof si && si.ssi_signo == SIGUSR2 && si.ssi_code == SI_QUEUE);
    CHECK(si.ssi_pid == (uint32_t)getpid() && (uint32_t)si.ssi_ptr == 0xcafebabe && (uint32_t)si.ssi_int == 0xcafebabe);
    const pid_t pid = fork();
    if (!pid) _exit(5);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    CHECK(poll(&p, 1, 5000) == 1 && read(fd, &si, sizeof si) == sizeof si);
    CHECK(si.ssi_signo == SIGCHLD && si.ssi_code == CLD_EXITED && si.ssi_status == 5 && si.ssi_pid == (uint32_t)pid);
    waitpid(pid, NULL, 0);
    sigdelset(&set, SIGUSR2);
    CHECK(signalfd(fd, &set, 0) == fd);
    raise(SIGUSR2);
    CHECK(read(fd, &si, sizeof si) == -1 && errno == EAGAIN);
    close(fd);
}

int main(void)
{
    children();
    descriptors();
    timers();
    queues();
    message_queue();
    descriptor();
    if (!failures) puts("ok");
    return failures != 0;
}
