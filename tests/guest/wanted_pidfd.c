// Calls that people miss in qemu-user, one after the other: pidfds, process_madvise, landlock, epoll_pwait2,
// kcmp, cachestat; and those that no ARM kernel, or not this one, has: a plain ENOSYS.
// stinkarm-test: build=arm timeout=60 stderr~"io_uring_setup is not implemented"
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static void pidfds(void)
{
    int p[2];
    CHECK(pipe(p) == 0);
    const pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    const int fd = (int)syscall(434, child, 0);
    CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    struct pollfd w = {fd, POLLIN, 0};
    CHECK(poll(&w, 1, 0) == 0);
    const int theirs = (int)syscall(438, fd, p[1], 0); // pidfd_getfd
    CHECK(theirs >= 0 && write(theirs, "x", 1) == 1);
    struct iovec v = {(void *)((uintptr_t)&failures & ~4095u), 4096};
    CHECK(syscall(440, fd, &v, 1, 20 /* MADV_COLD */, 0) == 4096);
    CHECK(syscall(440, fd, &v, 1, MADV_DONTNEED, 0) == -1 && errno == EINVAL);
    CHECK(syscall(424, fd, SIGTERM, NULL, 0) == 0 && poll(&w, 1, 5000) == 1); // pidfd_send_signal
    siginfo_t si = {0};
    CHECK(waitid((idtype_t)3, (id_t)fd, &si, WEXITED) == 0 && si.si_pid == child && si.si_status == SIGTERM);
    CHECK(syscall(424, fd, 0, NULL, 0) == -1 && errno == ESRCH);
    CHECK(syscall(434, child, 1 << 10) == -1 && errno == EINVAL);
    close(fd);
    const int self = (int)syscall(434, getpid(), 0);
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    v = (struct iovec){page, 8192};
    CHECK(syscall(440, self, &v, 1, MADV_WILLNEED, 0) == 8192);
    v.iov_base = (void *)0x8000;
    CHECK(syscall(440, self, &v, 1, 20, 0) == -1 && errno == ENOMEM);
    CHECK(syscall(SYS_kcmp, getpid(), getpid(), 0, p[0], p[0]) == 0 || errno == EPERM || errno == ENOSYS);
}

static void epoll2(void)
{
    int p[2];
    CHECK(pipe(p) == 0);
    const int ep = epoll_create1(0);
    struct epoll_event e = {EPOLLIN, {.u64 = 0x123456789abcdef0ull}}, got;
    CHECK(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e) == 0);
    struct {
        int64_t sec, nsec;
    } ts = {0, 1000};
    CHECK(syscall(441, ep, &got, 1, &ts, NULL, 8) == 0);
    ts.nsec = 1000000000;
    CHECK(syscall(441, ep, &got, 1, &ts, NULL, 8) == -1 && errno == EINVAL);
    CHECK(write(p[1], "x", 1) == 1 && syscall(441, ep, &got, 1, NULL, NULL, 0) == 1);
    CHECK(got.events == EPOLLIN && got.data.u64 == e.data.u64);
    CHECK(syscall(441, ep, &got, 0, NULL, NULL, 0) == -1 && errno == EINVAL);
}

// In a child, which cannot take it back.
static void landlock(void)
{
    const long abi = syscall(444, NULL, 0, 1);
    if (abi < 0) {
        CHECK(errno == ENOSYS || errno == EOPNOTSUPP);
        return;
    }
    const pid_t child = fork();
    if (child == 0) {
        const uint64_t handled = 4 | 8; // READ_FILE, READ_DIR
        struct {
            uint64_t allowed;
            int32_t parent;
        } __attribute__((packed)) beneath = {4 | 8, open("/proc", O_PATH)};
        const int rules = (int)syscall(444, &handled, sizeof handled, 0);
        CHECK(rules >= 0 && syscall(445, rules, 1, &beneath, 0) == 0);
        CHECK(syscall(445, rules, 9, &beneath, 0) == -1 && errno == EINVAL);
        CHECK(syscall(SYS_prctl, 38, 1, 0, 0, 0) == 0 && syscall(446, rules, 0) == 0);
        CHECK(open("/etc/passwd", O_RDONLY) == -1 && errno == EACCES);
        CHECK(open("/proc/version", O_RDONLY) >= 0 && open("/proc/self/maps", O_RDONLY) >= 0);
        fflush(stdout);
        _exit(failures);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void absent(void)
{
    static const int numbers[] = {425, 426, 427, 447, 453}; // io_uring_*, memfd_secret, map_shadow_stack
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK(syscall(numbers[i], 0, 0, 0, 0, 0, 0) == -1 && errno == ENOSYS);
}

int main(void)
{
    pidfds();
    epoll2();
    landlock();
    absent();
    char text[4] = "";
    const int fd = open("/proc/self/exe", O_RDONLY);
    struct {
        uint64_t off, len;
    } range = {0, 4096};
    uint64_t pages[5] = {0};
    CHECK(read(fd, text, 4) == 4);
    CHECK(syscall(451, fd, &range, pages, 0) == 0 ? pages[0] == 1 : errno == ENOSYS); // cachestat
    return failures != 0;
}
