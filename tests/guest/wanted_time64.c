// 2038: each call with a time in its old form and in the one with 64 bits, compared; and times that only the
// latter has.
// stinkarm-test: build=arm,armel timeout=60
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

typedef struct {
    int32_t sec, nsec;
} t32;
typedef struct {
    int64_t sec, nsec;
} t64;

static void clocks(void)
{
    static const int all[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID, CLOCK_REALTIME_COARSE};
    t32 o;
    t64 n;
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        CHECK(syscall(SYS_clock_gettime, all[i], &o) == 0 && syscall(403, all[i], &n) == 0);
        CHECK(n.sec >= o.sec && n.sec - o.sec < 10 && n.nsec >= 0 && n.nsec < 1000000000);
        CHECK(syscall(SYS_clock_getres, all[i], &o) == 0 && syscall(406, all[i], &n) == 0 && o.nsec == n.nsec && o.sec == n.sec);
    }
    CHECK(syscall(403, 99, &n) == -1 && errno == EINVAL && syscall(403, 0, NULL) == -1 && errno == EFAULT);
    CHECK(syscall(406, 0, NULL) == 0);
    n = (t64){0, 1000000000};
    CHECK(syscall(407, CLOCK_MONOTONIC, 0, &n, NULL) == -1 && errno == EINVAL);
    n = (t64){0, (int64_t)1 << 40 | 1000}; // the upper half of the nanoseconds is not looked at
    CHECK(syscall(407, CLOCK_MONOTONIC, 0, &n, NULL) == 0);
    n = (t64){-1, 0};
    CHECK(syscall(404, CLOCK_REALTIME, &n) == -1 && (errno == EINVAL || errno == EPERM));
    CHECK(syscall(SYS_sched_rr_get_interval, 0, &o) == 0 && syscall(423, 0, &n) == 0 && n.nsec == o.nsec);
}

static void timers(void)
{
    struct {
        t64 interval, value;
    } n = {{0, 0}, {5000000000ll, 5}}, got;
    struct {
        t32 interval, value;
    } o = {{0, 0}, {1000, 5}}, old;
    int id;
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    CHECK(syscall(SYS_timer_create, CLOCK_MONOTONIC, &none, &id) == 0);
    CHECK(syscall(409, id, 0, &n, NULL) == 0 && syscall(408, id, &got) == 0);
    CHECK(got.value.sec >= 4999999990ll && got.value.sec <= 5000000000ll);
    CHECK(syscall(SYS_timer_settime, id, 0, &o, &old) == 0 && syscall(SYS_timer_gettime, id, &old) == 0);
    CHECK(old.value.sec >= 990 && old.value.sec <= 1000 && syscall(408, id, &got) == 0 && got.value.sec >= 990 && got.value.sec <= 1000);
    CHECK(syscall(SYS_timer_delete, id) == 0 && syscall(408, id, &got) == -1 && errno == EINVAL);
    const int fd = (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
    CHECK(syscall(411, fd, 0, &n, NULL) == 0 && syscall(410, fd, &got) == 0 && got.value.sec >= 4999999990ll);
    n.value = (t64){0, 1000000};
    uint64_t times = 0;
    CHECK(syscall(411, fd, 0, &n, &got) == 0 && got.value.sec >= 4999999990ll);
    CHECK(read(fd, &times, 8) == 8 && times == 1);
    CHECK(syscall(SYS_timerfd_gettime, fd, &old) == 0 && old.value.sec == 0 && old.value.nsec == 0);
    close(fd);
}

static void waits(void)
{
    t64 n = {0, 1000000};
    t32 o = {0, 1000000};
    sigset_t set;
    uint32_t word = 1;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    CHECK(syscall(414, NULL, 0, &n, NULL, 8) == 0 && syscall(SYS_ppoll, NULL, 0, &o, NULL, 8) == 0);
    n = (t64){0, 1000000}, o = (t32){0, 1000000};
    CHECK(syscall(413, 0, NULL, NULL, NULL, &n, NULL) == 0 && syscall(SYS_pselect6, 0, NULL, NULL, NULL, &o, NULL) == 0);
    CHECK(n.sec == 0 && n.nsec == 0 && o.sec == 0 && o.nsec == 0); // what is left
    n = (t64){0, 1000000}, o = (t32){0, 1000000};
    CHECK(syscall(421, &set, NULL, &n, 8) == -1 && errno == EAGAIN);
    CHECK(syscall(SYS_rt_sigtimedwait, &set, NULL, &o, 8) == -1 && errno == EAGAIN);
    CHECK(syscall(422, &word, 0, 1, &n) == -1 && errno == ETIMEDOUT && syscall(SYS_futex, &word, 0, 1, &o) == -1 && errno == ETIMEDOUT);
    n = (t64){5000000000ll, 0};
    raise(SIGUSR1);
    CHECK(syscall(421, &set, NULL, &n, 8) == SIGUSR1);
    n = (t64){5000000000ll, 0};
    CHECK(syscall(414, (struct pollfd[]){{-2, 0, 0}, {1, POLLOUT, 0}}, 2, &n, NULL, 8) == 1);
}

static void files(void)
{
    char path[] = "time64-XXXXXX";
    close(mkstemp(path));
    const t64 n[2] = {{4102444800ll, 123}, {5000000000ll, 456}}; // 2100, 2128
    const t32 o[2] = {{1000000000, 100}, {0, 0x3fffffff /* UTIME_NOW */}};
    struct statx x;
    CHECK(syscall(412, AT_FDCWD, path, n, 0) == 0 && statx(AT_FDCWD, path, 0, STATX_ATIME | STATX_MTIME, &x) == 0);
    CHECK(x.stx_atime.tv_sec == 4102444800ll && x.stx_atime.tv_nsec == 123);
    CHECK(x.stx_mtime.tv_sec == 5000000000ll && x.stx_mtime.tv_nsec == 456);
    CHECK(syscall(SYS_utimensat, AT_FDCWD, path, o, 0) == 0 && statx(AT_FDCWD, path, 0, STATX_ATIME | STATX_MTIME, &x) == 0);
    CHECK(x.stx_atime.tv_sec == 1000000000 && x.stx_atime.tv_nsec == 100 && llabs(x.stx_mtime.tv_sec - time(NULL)) < 10);
    unlink(path);
}

int main(void)
{
    clocks();
    timers();
    waits();
    files();
    t64 n[20] = {{0, 0}}; // struct timex, only read
    CHECK(syscall(405, CLOCK_REALTIME, n) >= 0);
    return failures != 0;
}
