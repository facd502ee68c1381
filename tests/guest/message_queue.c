// POSIX message queues: priorities, timeouts, attributes, and word of a message by a signal and by a thread (through the C library's
// netlink socket).
// stinkarm-test: build=arm,thumb,armel
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static char name[40];
static volatile sig_atomic_t told;

static void tell(union sigval v)
{
    told = v.sival_int;
}

static struct timespec in_ms(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += ms * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

int main(void)
{
    snprintf(name, sizeof name, "/stinkarm-mq-%d", getpid());
    const mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &(struct mq_attr){.mq_maxmsg = 3, .mq_msgsize = 32});
    CHECK(q >= 0);
    CHECK(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL) == -1 && errno == EEXIST);
    struct mq_attr a, old;
    CHECK(mq_getattr(q, &a) == 0 && a.mq_maxmsg == 3 && a.mq_msgsize == 32 && a.mq_curmsgs == 0 && a.mq_flags == 0);
    CHECK(mq_send(q, "low", 4, 1) == 0 && mq_send(q, "high", 5, 30000) == 0 && mq_send(q, "low too", 8, 1) == 0);
    CHECK(mq_getattr(q, &a) == 0 && a.mq_curmsgs == 3);
    struct timespec t = in_ms(30);
    CHECK(mq_timedsend(q, "full", 5, 0, &t) == -1 && errno == ETIMEDOUT);
    CHECK(mq_send(q, "0123456789012345678901234567890123", 33, 0) == -1 && errno == EMSGSIZE);
    char buf[32];
    unsigned prio = 0;
    CHECK(mq_receive(q, buf, 31, &prio) == -1 && errno == EMSGSIZE);
    CHECK(mq_receive(q, buf, 32, &prio) == 5 && !strcmp(buf, "high") && prio == 30000);
    CHECK(mq_receive(q, buf, 32, NULL) == 4 && !strcmp(buf, "low"));
    CHECK(mq_receive(q, buf, 32, &prio) == 8 && !strcmp(buf, "low too") && prio == 1);
    t = in_ms(30);
    CHECK(mq_timedreceive(q, buf, 32, &prio, &t) == -1 && errno == ETIMEDOUT);
    t.tv_nsec = 1000000000;
    CHECK(mq_timedreceive(q, buf, 32, &prio, &t) == -1 && errno == EINVAL);
    a.mq_flags = O_NONBLOCK;
    CHECK(mq_setattr(q, &a, &old) == 0 && old.mq_flags == 0 && mq_receive(q, buf, 32, NULL) == -1 && errno == EAGAIN);
    struct pollfd p = {.fd = q, .events = POLLIN}; // it is a descriptor
    CHECK(poll(&p, 1, 0) == 0 && mq_send(q, "x", 1, 0) == 0 && poll(&p, 1, 0) == 1 && mq_receive(q, buf, 32, NULL) == 1);
    a.mq_flags = 0;
    CHECK(mq_setattr(q, &a, NULL) == 0);

    struct sigevent ev = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = tell, .sigev_value.sival_int = 1234};
    CHECK(mq_notify(q, &ev) == 0);
    CHECK(mq_notify(q, &ev) == -1 && errno == EBUSY);
    const pid_t pid = fork();
    if (!pid) _exit(mq_send(q, "from a child", 13, 0));
    CHECK(waitpid(pid, NULL, 0) == pid && mq_receive(q, buf, 32, NULL) == 13 && !strcmp(buf, "from a child"));
    for (int i = 0; i < 500 && !told; i++)
        usleep(10000);
    CHECK(told == 1234);
    CHECK(mq_notify(q, &ev) == 0 && mq_notify(q, NULL) == 0); // and never mind
    CHECK(mq_close(q) == 0 && mq_unlink(name) == 0 && mq_unlink(name) == -1 && errno == ENOENT);
    if (!failures) puts("ok");
    return failures != 0;
}
