// Calls that C libraries hardly make any more, or only for root: each beside the one that took its place, or
// with an argument that the kernel looks at before it does anything.
// stinkarm-test: build=arm,armel timeout=60
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static long call(int nr, long a, long b, long c, long d, long e)
{
    errno = 0;
    return syscall(nr, a, b, c, d, e);
}
#define P(x)              (long)(x)
#define IS(value, ...)    CHECK(call(__VA_ARGS__) == (value))
#define FAILS(error, ...) CHECK(call(__VA_ARGS__) == -1 && errno == (error))
// What root gets further with than others
#define DENIED(error, ...) CHECK(call(__VA_ARGS__) == -1 && (errno == (error) || errno == EPERM))

static unsigned short old_id(unsigned id)
{
    return id > 65535 ? 65534 : (unsigned short)id;
}

static void identities(void)
{
    const unsigned u = getuid(), g = getgid();
    unsigned short id[3];
    unsigned id32[3];
    IS(old_id(u), 24, 0, 0, 0, 0, 0);
    IS(old_id(g), 47, 0, 0, 0, 0, 0);
    IS(old_id(geteuid()), 49, 0, 0, 0, 0, 0);
    IS(old_id(getegid()), 50, 0, 0, 0, 0, 0);
    IS(0, 165, P(&id[0]), P(&id[1]), P(&id[2]), 0, 0);
    CHECK(id[0] == old_id(u) && id[1] == old_id(geteuid()));
    IS(0, 171, P(&id[0]), P(&id[1]), P(&id[2]), 0, 0);
    CHECK(id[0] == old_id(g));
    IS(0, 209, P(&id32[0]), P(&id32[1]), P(&id32[2]), 0, 0);
    CHECK(id32[0] == u);
    IS(0, 211, P(&id32[0]), P(&id32[1]), P(&id32[2]), 0, 0);
    CHECK(id32[0] == g);
    FAILS(EFAULT, 209, 1, P(&id32[1]), P(&id32[2]), 0, 0);
    // To what they are already, or -1: not at all
    IS(0, 23, old_id(u), 0, 0, 0, 0);
    IS(0, 46, old_id(g), 0, 0, 0, 0);
    IS(0, 213, u, 0, 0, 0, 0);
    IS(0, 214, g, 0, 0, 0, 0);
    static const int reset[] = {70, 71, 164, 170, 203, 204, 208, 210};
    for (unsigned i = 0; i < sizeof reset / sizeof *reset; i++)
        IS(0, reset[i], -1, -1, -1, 0, 0);
    IS((long)u, 215, -1, 0, 0, 0, 0);
    IS((long)g, 216, -1, 0, 0, 0, 0);
    IS(old_id(u), 138, -1, 0, 0, 0, 0);
    IS(old_id(g), 139, -1, 0, 0, 0, 0);
    const int n = getgroups(0, NULL);
    IS(n, 80, 0, 0, 0, 0, 0);
    DENIED(EINVAL, 81, 70000, 0, 0, 0, 0);
    DENIED(EINVAL, 206, 70000, 0, 0, 0, 0);
    struct {
        uint32_t version;
        int pid;
    } header = {0x20080522, 0};
    uint32_t caps[6];
    IS(0, 184, P(&header), P(caps), 0, 0, 0);
    IS(0, 185, P(&header), P(caps), 0, 0, 0);
    header.version = 1;
    FAILS(EINVAL, 184, P(&header), P(caps), 0, 0, 0);
    CHECK(header.version == 0x20080522);
    IS(0x00800000, 136, -1, 0, 0, 0, 0);
}

static void files(void)
{
    char name[] = "/tmp/every.XXXXXX", other[64], fifo[64];
    const int fd = mkstemp(name);
    CHECK(fd >= 0 && write(fd, "twelve bytes", 12) == 12);
    snprintf(other, sizeof other, "%s.2", name);
    snprintf(fifo, sizeof fifo, "%s.fifo", name);
    static const int chowns[] = {182, 16, 198, 212};
    for (unsigned i = 0; i < 4; i++) {
        IS(0, chowns[i], P(name), -1, -1, 0, 0);
        FAILS(ENOENT, chowns[i], P(other), -1, -1, 0, 0);
    }
    IS(0, 95, fd, -1, -1, 0, 0);
    IS(0, 207, fd, -1, -1, 0, 0);
    IS(0, 14, P(fifo), S_IFIFO | 0600, 0, 0, 0);
    struct stat st;
    CHECK(stat(fifo, &st) == 0 && S_ISFIFO(st.st_mode));
    unlink(fifo);
    unsigned char a[128], b[128];
    IS(0, 195, P(name), P(a), 0, 0, 0);
    IS(0, 197, fd, P(b), 0, 0, 0);
    CHECK(!memcmp(a, b, 104));
    IS(0, 196, P(name), P(b), 0, 0, 0);
    CHECK(!memcmp(a, b, 104));
    IS(0, 327, AT_FDCWD, P(name), P(b), 0, 0);
    int64_t size;
    memcpy(&size, b + 48, 8);
    CHECK(size == 12 && !memcmp(a, b, 104));
    struct {
        int32_t sec, usec;
    } times[2] = {{1000, 1}, {2000, 2}};
    IS(0, 269, P(name), P(times), 0, 0, 0);
    CHECK(stat(name, &st) == 0 && st.st_mtime == 2000 && st.st_atime == 1000);
    times[1].sec = 3000;
    IS(0, 326, AT_FDCWD, P(name), P(times), 0, 0);
    CHECK(stat(name, &st) == 0 && st.st_mtime == 3000);
    times[1].usec = 1000000;
    FAILS(EINVAL, 269, P(name), P(times), 0, 0, 0);
    struct statfs old;
    uint32_t now[32];
    IS(0, 99, P("/"), P(&old), 0, 0, 0);
    IS(0, 100, fd, P(now), 0, 0, 0);
    IS(0, 266, P("/"), 88, P(now), 0, 0);
    CHECK((uint32_t)old.f_type == now[0] && (uint32_t)old.f_bsize == now[1]);
    IS(0, 329, AT_FDCWD, P(name), AT_FDCWD, P(other), 0);
    IS(0, 334, AT_FDCWD, P(other), R_OK, 0, 0);
    FAILS(ENOENT, 334, AT_FDCWD, P(name), R_OK, 0, 0);
    IS(0, 143, fd, 2 | 4 /* LOCK_EX | LOCK_NB */, 0, 0, 0);
    FAILS(EINVAL, 143, fd, 64, 0, 0, 0);
    char x[4], y[16];
    struct iovec v[2] = {{x, 4}, {y, 16}};
    lseek(fd, 0, SEEK_SET);
    IS(12, 145, fd, P(v), 2, 0, 0);
    CHECK(!memcmp(x, "twel", 4) && !memcmp(y, "ve bytes", 8));
    v[0].iov_len = 3;
    errno = 0;
    CHECK(syscall(393, fd, v, 1, 2, 0, 0) == 3); // pwritev2 at 2
    CHECK(syscall(392, fd, v, 2, 1, 0, 0) == 11 && !memcmp(x, "wtw", 3));
    CHECK(syscall(392, fd, v, 2, 1, 0, 1 << 20) == -1 && errno == EOPNOTSUPP);
    IS(0, 373, fd, 0, 0, 0, 0);
    IS(0, 36, 0, 0, 0, 0, 0);
    static const int removals[] = {236, 237};
    for (unsigned i = 0; i < 2; i++)
        CHECK(call(removals[i], i ? fd : P(other), P("user.none"), 0, 0, 0) == -1 &&
              (errno == ENODATA || errno == EOPNOTSUPP || (!i && errno == EINVAL)));
    CHECK(call(227, P(other), P("user.a"), P("b"), 1, 0) == 0 || errno == EOPNOTSUPP);
    FAILS(EINVAL, 62, 0xffff, 1, 0, 0, 0); // no such device
    unlink(other);
    close(fd);
}

static void descriptors(void)
{
    int p[2], q[2];
    CHECK(pipe(p) == 0 && pipe(q) == 0);
    char text[8];
    struct iovec v = {"splice", 6};
    IS(6, 343, p[1], P(&v), 1, 0, 0);
    IS(6, 342, p[0], q[1], 100, 0, 0);
    CHECK(read(p[0], text, 8) == 6 && read(q[0], text, 8) == 6 && !memcmp(text, "splice", 6));
    FAILS(EBADF, 342, -1, q[1], 1, 0, 0);
    const int e = (int)call(351, 5, 0, 0, 0, 0);
    uint64_t n = 0;
    CHECK(e >= 0 && read(e, &n, 8) == 8 && n == 5);
    FAILS(EINVAL, 250, 0, 0, 0, 0, 0);
    const int ep = (int)call(250, 1, 0, 0, 0, 0), in = (int)call(316, 0, 0, 0, 0, 0);
    CHECK(ep >= 0 && in >= 0);
    const uint64_t mask = 1ull << (SIGUSR2 - 1);
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR2);
    sigprocmask(SIG_BLOCK, &block, NULL);
    const int s = (int)call(349, -1, P(&mask), 8, 0, 0);
    raise(SIGUSR2);
    unsigned char info[128];
    CHECK(s >= 0 && read(s, info, 128) == 128 && info[0] == SIGUSR2);
    FAILS(EINVAL, 349, -1, P(&mask), 4, 0, 0);
    const int timer = (int)call(350, CLOCK_MONOTONIC, 0, 0, 0, 0);
    const int32_t when[4] = {0, 0, 0, 1000000};
    CHECK(timer >= 0);
    IS(0, 353, timer, 0, P(when), 0, 0);
    CHECK(read(timer, &n, 8) == 8 && n == 1);
    for (int fd = p[0]; fd <= timer; fd++)
        close(fd);
}

static volatile sig_atomic_t got;

static void on_signal(int sig)
{
    got = sig;
}

// struct old_sigaction
struct old_action {
    void (*handler)(int);
    uint32_t mask, flags;
    void (*restorer)(void);
};

static void old_signals(void)
{
    struct old_action act = {.handler = on_signal}, before;
    const uint32_t usr1 = 1u << (SIGUSR1 - 1), none = 0;
    uint32_t set = 0;
    IS(0, 67, SIGUSR1, P(&act), P(&before), 0, 0);
    CHECK(before.handler == SIG_DFL);
    IS(0, 126, SIG_BLOCK, P(&usr1), P(&set), 0, 0);
    raise(SIGUSR1);
    CHECK(!got);
    IS(0, 73, P(&set), 0, 0, 0, 0);
    CHECK(set == usr1);
    FAILS(EINTR, 72, 0, 0, none, 0, 0); // its third argument
    CHECK(got == SIGUSR1);
    IS(0, 126, SIG_UNBLOCK, P(&usr1), P(&set), 0, 0);
    CHECK(set & usr1);
    FAILS(EINVAL, 126, 9, P(&usr1), 0, 0, 0);
    FAILS(EINVAL, 67, SIGKILL, P(&act), 0, 0, 0);
    const pid_t child = fork();
    if (!child) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        syscall(0xf0001);
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGTRAP);
}

static void scheduling(void)
{
    uint32_t clocks[4], attr[16] = {0};
    CHECK(call(43, P(clocks), 0, 0, 0, 0) != -1 || !errno);
    IS(0, 34, 0, 0, 0, 0, 0);
    const long priority = call(96, PRIO_PROCESS, 0, 0, 0, 0);
    CHECK(priority >= 1 && priority <= 40); // 20 - nice
    IS(0, 97, PRIO_PROCESS, 0, 20 - priority, 0, 0);
    FAILS(EINVAL, 97, 9, 0, 0, 0, 0);
    struct rlimit l;
    uint32_t limit[2];
    CHECK(getrlimit(RLIMIT_NOFILE, &l) == 0);
    limit[0] = (uint32_t)l.rlim_cur, limit[1] = (uint32_t)l.rlim_max;
    IS(0, 75, RLIMIT_NOFILE, P(limit), 0, 0, 0);
    FAILS(EINVAL, 75, 99, P(limit), 0, 0, 0);
    IS(99, 159, SCHED_FIFO, 0, 0, 0, 0);
    IS(1, 160, SCHED_FIFO, 0, 0, 0, 0);
    IS(0, 159, SCHED_OTHER, 0, 0, 0, 0);
    FAILS(EINVAL, 160, 77, 0, 0, 0, 0);
    const int zero = 0, many = 1000;
    IS(0, 154, 0, P(&zero), 0, 0, 0);
    FAILS(EINVAL, 154, 0, P(&many), 0, 0, 0);
    IS(0, 156, 0, SCHED_OTHER, P(&zero), 0, 0);
    FAILS(EINVAL, 156, 0, SCHED_FIFO, P(&many), 0, 0);
    IS(0, 381, 0, P(attr), 48, 0, 0);
    CHECK(attr[0] >= 48 && attr[1] == SCHED_OTHER);
    attr[0] = 48;
    IS(0, 380, 0, P(attr), 0, 0, 0);
    FAILS(EINVAL, 380, 0, 0, 0, 0, 0);
    const long io = call(315, 1, 0, 0, 0, 0);
    CHECK(io >= 0);
    IS(0, 314, 1, 0, 2 << 13 | 4, 0, 0);
    IS(2 << 13 | 4, 315, 1, 0, 0, 0, 0);
    CHECK(call(389, 0, 0, 0, 0, 0) >= 0); // membarrier's commands
    FAILS(EINVAL, 261, 12345, 0, 0, 0, 0);
    FAILS(EINVAL, 260, 12345, 0, 0, 0, 0);
    void *tls = (void *)syscall(0xf0006);
    CHECK(tls == __builtin_thread_pointer());
    CHECK(syscall(0xf0004) == 0 || errno); // usr32: the only mode there is
}

static void memory(void)
{
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    memcpy(p, "first", 6);
    memcpy(p + 4096, "second", 7);
    if (call(253, P(p), 4096, 0, 1, 0) == 0) CHECK(!strcmp(p, "second"));
    CHECK(call(390, P(p), 4096, 0, 0, 0) == 0 || errno == ENOMEM || errno == EPERM);
    FAILS(EINVAL, 390, P(p), 4096, 99, 0, 0);
    CHECK(call(152, 1, 0, 0, 0, 0) == 0 || errno == ENOMEM || errno == EPERM);
    IS(0, 153, 0, 0, 0, 0, 0);
    FAILS(EINVAL, 152, 99, 0, 0, 0, 0);
    munmap(p, 8192);
}

// Nothing of these is to happen.
static void forbidden(void)
{
    DENIED(EFAULT, 74, 1, 10, 0, 0, 0);  // sethostname
    DENIED(EFAULT, 121, 1, 10, 0, 0, 0); // setdomainname
    DENIED(EINVAL, 88, 1, 2, 3, 0, 0);   // reboot
    DENIED(EFAULT, 87, 1, 0, 0, 0, 0);   // swapon
    DENIED(ENOENT, 115, P("/nonexistent"), 0, 0, 0, 0);
    DENIED(ENOENT, 51, P("/nonexistent"), 0, 0, 0, 0); // acct
    DENIED(ENOENT, 61, P("/nonexistent"), 0, 0, 0, 0); // chroot
    DENIED(ENOENT, 218, P("/nonexistent"), P("/nonexistent"), 0, 0, 0);
    DENIED(EFAULT, 79, 1, 0, 0, 0, 0); // settimeofday
    DENIED(EFAULT, 262, CLOCK_REALTIME, 1, 0, 0, 0);
    DENIED(EFAULT, 124, 1, 0, 0, 0, 0); // adjtimex
    DENIED(EFAULT, 372, CLOCK_REALTIME, 1, 0, 0, 0);
    DENIED(EINVAL, 103, 99, 0, 0, 0, 0); // syslog
    DENIED(EBADF, 375, -1, 0, 0, 0, 0);  // setns
    FAILS(EBADF, 448, -1, 0, 0, 0, 0);   // process_mrelease
    CHECK(call(428, -1, P("x"), 0, 0, 0) == -1 &&
          (errno == EBADF || errno == ENOSYS || errno == EPERM));                 // open_tree
    CHECK(call(430, 1, 0, 0, 0, 0) == -1 && (errno == EFAULT || errno == EPERM)); // fsopen
    CHECK(call(431, -1, 99, 0, 0, 0) == -1);                                      // fsconfig
    CHECK(call(432, -1, 0, 0, 0, 0) == -1);                                       // fsmount
    CHECK(call(433, -1, 1, 0, 0, 0) == -1);                                       // fspick
    CHECK(call(429, -1, 1, -1, 1, 0) == -1);                                      // move_mount
    CHECK(call(442, -1, 1, 0, 0, 0) == -1);                                       // mount_setattr
    CHECK(call(131, 0, 1, 0, 0, 0) == -1 && call(443, -1, 0, 0, 0, 0) == -1);     // quotactl, quotactl_fd
    CHECK(call(26, 0, 0, 0, 0, 0) == -1 && errno == EPERM); // PTRACE_TRACEME: refused, docs/user-mode.md
}

static void queues(void)
{
    static const int names[] = {418, 419};
    FAILS(EBADF, names[0], -1, P("x"), 1, 0, 0);
    FAILS(EBADF, names[1], -1, P("x"), 1, 0, 0);
    const int id = (int)call(299, 0, 1, 0600, 0, 0); // semget
    const struct {
        uint16_t num;
        int16_t op, flags;
    } up = {0, 1, 0}, down = {0, -1, 04000};
    CHECK(id >= 0);
    IS(0, 298, id, P(&up), 1, 0, 0);
    IS(0, 420, id, P(&down), 1, 0, 0);
    FAILS(EAGAIN, 298, id, P(&down), 1, 0, 0);
    IS(0, 300, id, 0, 0, 0, 0); // IPC_RMID
}

int main(void)
{
    identities();
    files();
    descriptors();
    old_signals();
    scheduling();
    memory();
    forbidden();
    queues();
    return failures != 0;
}
