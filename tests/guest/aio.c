// Asynchronous I/O: the kernel's, with 32-bit addresses, and the C library's.
// stinkarm-test: build=arm,thumb,armel
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <aio.h>
#include <assert.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int file(void)
{
    char name[] = "/tmp/stinkarm-aio-XXXXXX";
    const int fd = mkstemp(name);
    unlink(name);
    return fd;
}

static void kernel(void)
{
    aio_context_t ctx = 0;
    static_assert(sizeof ctx == 4, "");
    CHECK(syscall(SYS_io_setup, 8, &ctx) == 0 && ctx != 0);
    CHECK(syscall(SYS_io_setup, 8, &ctx) == -1 && errno == EINVAL); // it must be 0
    volatile uint32_t *ring = (volatile uint32_t *)ctx;             // libaio looks for a ring
    CHECK(ring[4] != 0xa10a10a1);
    const int fd = file(), ev = eventfd(0, 0);
    struct iocb w = {.aio_data = 0x1122334455667788, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = (uint32_t)fd,
                     .aio_buf = (uintptr_t)"hello, world", .aio_nbytes = 12, .aio_offset = 5,
                     .aio_flags = IOCB_FLAG_RESFD, .aio_resfd = (uint32_t)ev};
    struct iovec iov[2] = {{"HE", 2}, {"LLO", 3}};
    struct iocb v = {.aio_data = 2, .aio_lio_opcode = IOCB_CMD_PWRITEV, .aio_fildes = (uint32_t)fd, .aio_buf = (uintptr_t)iov, .aio_nbytes = 2};
    struct iocb bad = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = 999};
    struct iocb *list[3] = {&w, &v, &bad};
    CHECK(syscall(SYS_io_submit, ctx, 3, list) == 2);
    CHECK(syscall(SYS_io_submit, ctx, 1, &list[2]) == -1 && errno == EBADF);
    struct io_event e[4];
    struct timespec second = {5, 0};
    int n = 0;
    while (n < 2) {
        const long r = syscall(SYS_io_getevents, ctx, 1, 4 - n, e + n, &second);
        CHECK(r > 0);
        if (r <= 0) break;
        n += (int)r;
    }
    for (int i = 0; i < 2; i++) {
        const int first = e[i].obj == (uintptr_t)&w;
        CHECK(first || e[i].obj == (uintptr_t)&v);
        CHECK(e[i].data == (first ? w.aio_data : v.aio_data) && e[i].res == (first ? 12 : 5) && e[i].res2 == 0);
    }
    uint64_t count;
    CHECK(read(ev, &count, 8) == 8 && count == 1);
    char buf[20] = "";
    struct iocb r = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)fd, .aio_buf = (uintptr_t)buf, .aio_nbytes = sizeof buf};
    list[0] = &r;
    CHECK(syscall(SYS_io_submit, ctx, 1, list) == 1 && syscall(SYS_io_getevents, ctx, 1, 1, e, NULL) == 1);
    CHECK(e[0].res == 17 && !memcmp(buf, "HELLOhello, world", 17));
    r.aio_buf = 8;
    CHECK(syscall(SYS_io_submit, ctx, 1, list) == 1 && syscall(SYS_io_getevents, ctx, 1, 1, e, NULL) == 1 && e[0].res == -EFAULT);
    // Nothing comes, for a while; then something that was waited for.
    CHECK(syscall(SYS_io_getevents, ctx, 1, 1, e, &(struct timespec){0, 10000000}) == 0);
    int p[2];
    CHECK(pipe(p) == 0);
    struct iocb wait = {.aio_data = 9, .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = (uint32_t)p[0], .aio_buf = POLLIN};
    list[0] = &wait;
    CHECK(syscall(SYS_io_submit, ctx, 1, list) == 1 && syscall(SYS_io_getevents, ctx, 0, 1, e, NULL) == 0);
    CHECK(write(p[1], "x", 1) == 1 && syscall(SYS_io_getevents, ctx, 1, 1, e, &second) == 1 && e[0].data == 9 && (e[0].res & POLLIN));
    CHECK(syscall(SYS_io_cancel, ctx, &wait, e) == -1 && errno == EINVAL);
    for (int i = 0; i < 100; i++) { // more than there is room for at once
        r.aio_buf = (uintptr_t)buf;
        list[0] = &r;
        CHECK(syscall(SYS_io_submit, ctx, 1, list) == 1 && syscall(SYS_io_getevents, ctx, 1, 1, e, NULL) == 1);
    }
    CHECK(syscall(SYS_io_destroy, ctx) == 0 && syscall(SYS_io_destroy, ctx) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_io_submit, ctx, 1, list) == -1 && errno == EINVAL);
    close(fd), close(ev), close(p[0]), close(p[1]);
}

static volatile sig_atomic_t signalled, called;

static void on_signal(int sig, siginfo_t *si, void *uc)
{
    (void)sig, (void)uc;
    if (si->si_code == SI_ASYNCIO && si->si_value.sival_int == 77) signalled = 1;
}

static void on_thread(union sigval v)
{
    if (v.sival_int == 78) called = 1;
}

static void library(void)
{
    const int fd = file();
    char text[] = "asynchronous", back[20] = "";
    struct aiocb w = {.aio_fildes = fd, .aio_buf = text, .aio_nbytes = 12, .aio_sigevent = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77}};
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &sa, NULL);
    CHECK(aio_write(&w) == 0);
    const struct aiocb *one[] = {&w};
    while (aio_suspend(one, 1, NULL)) {
    }
    CHECK(aio_error(&w) == 0 && aio_return(&w) == 12);
    for (int i = 0; i < 500 && !signalled; i++)
        usleep(10000);
    CHECK(signalled);
    struct aiocb r = {.aio_fildes = fd, .aio_buf = back, .aio_nbytes = 20, .aio_sigevent = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_thread, .sigev_value.sival_int = 78}};
    CHECK(aio_read(&r) == 0);
    one[0] = &r;
    while (aio_suspend(one, 1, NULL)) {
    }
    CHECK(aio_return(&r) == 12 && !strcmp(back, text));
    for (int i = 0; i < 500 && !called; i++)
        usleep(10000);
    CHECK(called);
    struct aiocb many[8], *list[8];
    memset(many, 0, sizeof many);
    for (int i = 0; i < 8; i++) {
        many[i] = (struct aiocb){.aio_fildes = fd, .aio_lio_opcode = LIO_WRITE, .aio_buf = text + i, .aio_nbytes = 1, .aio_offset = 7 - i};
        list[i] = &many[i];
    }
    CHECK(lio_listio(LIO_WAIT, list, 8, NULL) == 0 && pread(fd, back, 8, 0) == 8 && !memcmp(back, "orhcnysa", 8));
    close(fd);
}

int main(void)
{
    kernel();
    library();
    if (!failures) puts("ok");
    return failures != 0;
}
