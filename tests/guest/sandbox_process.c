// The sandbox: no other processes, no signals to others; threads and signals of one's own work.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread" options="-C sandbox"
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"

#define REFUSED(call) CHECK((errno = 0, (call) == -1) && (errno == EPERM || errno == ENOSYS || errno == EBADF))

static volatile int count;

static void on_signal(int sig)
{
    (void)sig;
    count++;
}

static void *thread(void *arg)
{
    while (!count)
        ;
    return arg;
}

int main(void)
{
    char *const args[] = {"x", NULL};
    const pid_t me = getpid(), parent = getppid();
    REFUSED(kill(parent, 0));
    REFUSED(kill(parent, SIGTERM));
    REFUSED(kill(0, SIGTERM));
    REFUSED(kill(-1, SIGTERM));
    REFUSED(kill(-me, SIGTERM));
    REFUSED(syscall(SYS_tkill, parent, SIGTERM));
    REFUSED(syscall(SYS_tgkill, parent, parent, SIGTERM));
    REFUSED(sigqueue(parent, SIGTERM, (union sigval){.sival_int = 1}));
    REFUSED(fork());
    REFUSED(syscall(SYS_vfork));
    REFUSED(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    REFUSED(syscall(SYS_clone, 0x4100 | SIGCHLD, 0, 0, 0, 0)); // CLONE_VM | CLONE_VFORK
    REFUSED(syscall(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0)); // CLONE_NEWUSER
    const unsigned long long clone3[8] = {[4] = SIGCHLD};
    REFUSED(syscall(435, clone3, sizeof clone3));
    REFUSED(execve("/bin/true", args, args));
    REFUSED(syscall(SYS_execveat, 0, "", args, args, 0x1000));
    REFUSED(setsid());
    REFUSED(syscall(434, parent, 0)); // pidfd_open
    struct iovec v = {&failures, sizeof failures};
    REFUSED(syscall(SYS_process_vm_readv, parent, &v, 1, &v, 1, 0));
    REFUSED(syscall(SYS_process_vm_writev, parent, &v, 1, &v, 1, 0));

    signal(SIGUSR1, on_signal);
    CHECK(raise(SIGUSR1) == 0 && count == 1);
    CHECK(kill(me, SIGUSR1) == 0 && count == 2);
    count = 0;
    pthread_t t;
    void *r = NULL;
    CHECK(pthread_create(&t, NULL, thread, &t) == 0);
    CHECK(pthread_kill(t, SIGUSR1) == 0);
    CHECK(pthread_join(t, &r) == 0 && r == &t && count == 1);
    puts(failures ? "failed" : "ok");
    return failures != 0;
}
