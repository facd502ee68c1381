// futex_waitv, which qemu-arm answers with ENOSYS, and the calls that came after it (futex_wake, futex_wait,
// futex_requeue), where the host kernel has them.
// stinkarm-test: build=arm libs="-pthread" timeout=60
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

struct waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};
struct timespec64 {
    int64_t sec, nsec;
};
enum { SIZE_U32 = 2, PRIVATE = 128, WAITV = 449, WAKE = 454, WAIT, REQUEUE };

static volatile uint32_t word[3];
static struct waitv all[3];

static struct timespec64 in(int ms)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (struct timespec64){now.tv_sec + (now.tv_nsec / 1000000 + ms) / 1000, (now.tv_nsec + ms % 1000 * 1000000) % 1000000000};
}

static void *waker(void *arg)
{
    usleep(50000);
    word[2] = 1;
    syscall(SYS_futex, &word[2], 1 | PRIVATE, 1);
    return arg;
}

static volatile int handled;
static void on_signal(int sig)
{
    handled = sig;
}

static void *sender(void *arg)
{
    usleep(50000);
    pthread_kill(*(pthread_t *)arg, SIGUSR1);
    return NULL;
}

static void *plain_waiter(void *arg)
{
    return (void *)syscall(WAIT, &word[0], 0, ~0ul, SIZE_U32 | PRIVATE, NULL, CLOCK_MONOTONIC);
    (void)arg;
}

int main(void)
{
    for (int i = 0; i < 3; i++)
        all[i] = (struct waitv){0, (uint64_t)(uintptr_t)&word[i], SIZE_U32 | PRIVATE, 0};
    pthread_t t, self = pthread_self();
    pthread_create(&t, NULL, waker, NULL);
    CHECK(syscall(WAITV, all, 3, 0, NULL, 0) == 2);
    pthread_join(t, NULL);
    CHECK(syscall(WAITV, all, 3, 0, NULL, 0) == -1 && errno == EAGAIN); // the third is 1 already
    all[2].val = 1;
    struct timespec64 end = in(20);
    CHECK(syscall(WAITV, all, 3, 0, &end, CLOCK_MONOTONIC) == -1 && errno == ETIMEDOUT);
    CHECK(syscall(WAITV, all, 3, 1, NULL, 0) == -1 && errno == EINVAL);
    CHECK(syscall(WAITV, all, 0, 0, NULL, 0) == -1 && errno == EINVAL);
    CHECK(syscall(WAITV, all, 129, 0, NULL, 0) == -1 && errno == EINVAL);
    CHECK(syscall(WAITV, NULL, 1, 0, NULL, 0) == -1 && errno == EINVAL);
    CHECK(syscall(WAITV, 8, 1, 0, NULL, 0) == -1 && errno == EFAULT);
    all[0].flags = PRIVATE; // no size
    CHECK(syscall(WAITV, all, 3, 0, NULL, 0) == -1 && errno == EINVAL);
    all[0].flags = SIZE_U32 | PRIVATE;

    // A handler without SA_RESTART ends it.
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &sa, NULL);
    pthread_create(&t, NULL, sender, &self);
    CHECK(syscall(WAITV, all, 3, 0, NULL, 0) == -1 && errno == EINTR && handled == SIGUSR1);
    pthread_join(t, NULL);

    if (syscall(WAKE, NULL, 0, 0, SIZE_U32) == -1 && errno == ENOSYS) return failures != 0;
    word[0] = 0;
    pthread_create(&t, NULL, plain_waiter, NULL);
    long woken = 0;
    for (int i = 0; i < 1000 && woken == 0; i++, usleep(1000))
        woken = syscall(WAKE, &word[0], ~0ul, 1, SIZE_U32 | PRIVATE);
    void *result;
    pthread_join(t, &result);
    CHECK(woken == 1 && result == NULL);
    all[2].val = 0;
    CHECK(syscall(REQUEUE, all, 0, 1, 1) == 0);
    CHECK(syscall(WAIT, &word[0], 5, ~0ul, SIZE_U32 | PRIVATE, NULL, CLOCK_MONOTONIC) == -1 && errno == EAGAIN);
    return failures != 0;
}
