// The program's own seccomp: strict mode, filters with each of their verdicts, what inherits them, what is refused.
// stinkarm-test: build=arm,thumb,armel stderr~"seccomp" timeout=60
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define SECCOMP_DATA(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define VERDICT(v)          BPF_STMT(BPF_RET | BPF_K, v)

static int install(struct sock_filter *f, unsigned n, unsigned flags)
{
    const struct sock_fprog p = {.len = (unsigned short)n, .filter = f};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}

// One call gets a verdict, the others go on.
static int one(int nr, uint32_t verdict, unsigned flags)
{
    struct sock_filter f[] = {
        SECCOMP_DATA(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_ARM, 1, 0), VERDICT(SECCOMP_RET_KILL_PROCESS),
        SECCOMP_DATA(nr),   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),   VERDICT(verdict),
        VERDICT(SECCOMP_RET_ALLOW),
    };
    return install(f, sizeof f / sizeof f[0], flags);
}

// How fn ends in a process of its own: its exit status, or 256 + a signal.
static int ends(void (*fn)(void))
{
    int status;
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        fn();
        fflush(stdout);
        _exit(failures != 0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void strict_good(void)
{
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
    syscall(SYS_write, 2, "seccomp\n", 8);
    syscall(SYS_exit, 7);
}

static void strict_bad(void)
{
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    getppid();
}

static void errnos(void)
{
    CHECK(prctl(PR_GET_SECCOMP) == 0);
    CHECK(one(SYS_getppid, SECCOMP_RET_ERRNO | EXDEV, 0) == 0);
    CHECK(prctl(PR_GET_SECCOMP) == 2);
    for (int i = 0; i < 100; i++) // compiled code, too
        CHECK(syscall(SYS_getppid) == -1 && errno == EXDEV);
    CHECK(one(SYS_getppid, SECCOMP_RET_ERRNO | 0, 0) == 0); // newer, and no stronger: the first of equals wins
    CHECK(syscall(SYS_getppid) == 0);
    CHECK(one(SYS_getuid32, SECCOMP_RET_ERRNO | 0xffff, 0) == 0);
    CHECK(syscall(SYS_getuid32) == -1 && errno == 4095);
    CHECK(one(SYS_getgid32, SECCOMP_RET_TRACE, 0) == 0);
    CHECK(syscall(SYS_getgid32) == -1 && errno == ENOSYS);
    CHECK(one(SYS_geteuid32, SECCOMP_RET_LOG, 0) == 0 && (uid_t)syscall(SYS_geteuid32) == geteuid());
    CHECK(one(0xf0002, SECCOMP_RET_ERRNO | EDOM, 0) == 0); // ARM's private calls, too: cacheflush
    CHECK(syscall(0xf0002, &errnos, &errnos, 0) == -1 && errno == EDOM);
}

// By arguments, all of them and the instruction's address.
static void arguments(void)
{
    struct sock_filter f[] = {
        SECCOMP_DATA(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mremap, 0, 9),
        SECCOMP_DATA(args[0]),
        BPF_STMT(BPF_ST, 3),
        SECCOMP_DATA(args[4]),
        BPF_STMT(BPF_LDX | BPF_MEM, 3),
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]) + 4), // the high half
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        VERDICT(SECCOMP_RET_ERRNO | ENOTUNIQ),
        VERDICT(SECCOMP_RET_ALLOW),
    };
    CHECK(install(f, sizeof f / sizeof f[0], 0) == 0);
    CHECK(syscall(SYS_mremap, 0xfffffff0, 0, 0, 0, 0xfffffff4) == -1 && errno == ENOTUNIQ);
    CHECK(syscall(SYS_mremap, 0xfffffff1, 0, 0, 0, 0xfffffff4) == -1 && errno == EINVAL);
}

static siginfo_t seen;

static void on_sys(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    seen = *si;
    CHECK(sig == SIGSYS && uc->uc_mcontext.arm_r0 == 0x1234 && si->si_call_addr == (void *)uc->uc_mcontext.arm_pc);
    uc->uc_mcontext.arm_r0 = 77; // the call's result
}

static void in_status(void)
{
    char line[256];
    int mode = -1, filters = -1;
    CHECK(one(SYS_getppid, SECCOMP_RET_ERRNO, 0) == 0 && one(SYS_getppid, SECCOMP_RET_ERRNO, 0) == 0);
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "Seccomp: %d", &mode);
        sscanf(line, "Seccomp_filters: %d", &filters);
    }
    CHECK(mode == 2 && (filters == 2 || filters == -1)); // older kernels do not count
    fclose(f);
}

static void trap(void)
{
    struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &sa, NULL);
    CHECK(one(SYS_getpgid, SECCOMP_RET_TRAP | 99, 0) == 0);
    CHECK(syscall(SYS_getpgid, 0x1234) == 77);
    CHECK(seen.si_code == 1 && seen.si_errno == 99 && seen.si_syscall == SYS_getpgid && seen.si_arch == AUDIT_ARCH_ARM);
}

static void trap_default(void)
{
    one(SYS_getpgid, SECCOMP_RET_TRAP, 0);
    syscall(SYS_getpgid, 0);
}

static void trap_blocked(void)
{
    sigset_t all;
    sigfillset(&all);
    signal(SIGSYS, SIG_IGN);
    sigprocmask(SIG_BLOCK, &all, NULL);
    trap_default();
}

static void kill_process(void)
{
    signal(SIGSYS, SIG_IGN);
    one(SYS_getpgid, SECCOMP_RET_KILL_PROCESS, 0);
    syscall(SYS_getpgid, 0);
}

static void unknown_action(void)
{
    one(SYS_getpgid, 0x12340000, 0);
    syscall(SYS_getpgid, 0);
}

static void *dies(void *arg)
{
    (void)arg;
    one(SYS_getpgid, SECCOMP_RET_KILL_THREAD, 0);
    syscall(SYS_getpgid, 0);
    failures++;
    return NULL;
}

static void kill_thread(void)
{
    pthread_t t;
    pthread_create(&t, NULL, dies, NULL);
    pthread_join(t, NULL);
    CHECK(syscall(SYS_getpgid, 0) >= 0);
    one(SYS_getpgid, SECCOMP_RET_KILL_THREAD, 0);
    syscall(SYS_getpgid, 0); // the last one
}

static pthread_barrier_t barrier;

static void *waits(void *arg)
{
    if (arg) CHECK(one(SYS_getgid32, SECCOMP_RET_ERRNO | EXDEV, 0) == 0);
    const pid_t tid = gettid();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    const long r = syscall(SYS_getppid);
    if (arg)
        CHECK(r > 0);
    else
        CHECK(r == -1 && errno == EBADE);
    return (void *)(uintptr_t)tid;
}

static void *grandchild(void *arg)
{
    (void)arg;
    return (void *)syscall(SYS_getppid);
}

static void threads(void)
{
    pthread_t t[4];
    void *r;
    pthread_barrier_init(&barrier, NULL, 5);
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, waits, NULL);
    pthread_barrier_wait(&barrier);
    CHECK(one(SYS_getppid, SECCOMP_RET_ERRNO | EBADE, SECCOMP_FILTER_FLAG_TSYNC) == 0);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    pthread_create(&t[0], NULL, grandchild, NULL);
    CHECK(pthread_join(t[0], &r) == 0 && r == (void *)-1);
}

static void diverging(void)
{
    pthread_t t;
    void *tid;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&t, NULL, waits, &t);
    pthread_barrier_wait(&barrier);
    const int r = one(SYS_getppid, SECCOMP_RET_ERRNO | EBADE, SECCOMP_FILTER_FLAG_TSYNC);
    CHECK(one(SYS_getppid, SECCOMP_RET_ERRNO | EBADE, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH) == -1 &&
          errno == ESRCH);
    pthread_barrier_wait(&barrier);
    pthread_join(t, &tid);
    CHECK(r == (int)(uintptr_t)tid);
    CHECK(syscall(SYS_getppid) > 0);
}

static void inherited(void)
{
    CHECK(one(SYS_getppid, SECCOMP_RET_ERRNO | EBADE, 0) == 0);
    CHECK(one(SYS_getgid32, SECCOMP_RET_ERRNO | EBADF, 0) == 0);
    if (!fork()) _exit(syscall(SYS_getppid) == -1 && errno == EBADE);
    int status;
    CHECK(wait(&status) > 0 && WEXITSTATUS(status) == 1);
    if (!vfork()) {
        execl("/proc/self/exe", "seccomp", "executed", NULL);
        _exit(9);
    }
    CHECK(wait(&status) > 0 && WEXITSTATUS(status) == 0);
    CHECK(execl("/bin/true", "true", NULL) == -1 && errno == EACCES); // the host's: it would be free
    execl("/proc/self/exe", "seccomp", "executed", NULL);
    failures++;
}

// After the execve: both filters are there, in their order, and there can be more.
static int executed(void)
{
    CHECK(prctl(PR_GET_SECCOMP) == 2 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    CHECK(syscall(SYS_getppid) == -1 && errno == EBADE);
    CHECK(syscall(SYS_getgid32) == -1 && errno == EBADF);
    CHECK(one(SYS_getppid, SECCOMP_RET_ERRNO | EDOM, 0) == 0);
    CHECK(syscall(SYS_getppid) == -1 && errno == EDOM);
    return failures != 0;
}

#define BAD(error, ...)                                                                  \
    do {                                                                                 \
        struct sock_filter bad[] = {__VA_ARGS__};                                        \
        CHECK(install(bad, sizeof bad / sizeof bad[0], 0) == -1 && errno == (error));    \
    } while (0)

static void programs(void)
{
    const struct sock_filter allow = VERDICT(SECCOMP_RET_ALLOW);
    BAD(EINVAL, SECCOMP_DATA(nr));                                                // no end
    BAD(EINVAL, BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), allow);                   // out of the data
    BAD(EINVAL, BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), allow);                    // not aligned
    BAD(EINVAL, BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), allow);                    // not a word
    BAD(EINVAL, BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), allow);
    BAD(EINVAL, BPF_STMT(BPF_JMP | BPF_JA, 1), allow);                            // behind the end
    BAD(EINVAL, BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), allow);                   // backwards
    BAD(EINVAL, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), allow);
    BAD(EINVAL, BPF_STMT(BPF_LD | BPF_MEM, 0), allow);                            // nothing was stored there
    BAD(EINVAL, BPF_STMT(BPF_ST, 16), allow);
    BAD(EINVAL, BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), allow);
    BAD(EINVAL, BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 1), allow);
    BAD(EINVAL, BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), allow);
    BAD(EINVAL, BPF_STMT(0xffff, 0), allow);
    struct sock_fprog p = {.len = 0, .filter = (void *)&allow};
    CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p) == -1 && errno == EINVAL);
    p.len = 4097;
    CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p) == -1 && errno == EINVAL);
    p = (struct sock_fprog){.len = 1, .filter = (void *)8};
    CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p) == -1 && errno == EFAULT);
    CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 8) == -1 && errno == EFAULT);
    CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x1000, &p) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, 0) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_seccomp, 99, 0, 0) == -1 && errno == EINVAL);
    uint32_t action = SECCOMP_RET_TRAP;
    CHECK(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0);
    action = 0x12340000;
    CHECK(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == -1 && errno == EOPNOTSUPP);
    struct sock_filter longest[4096];
    for (int i = 0; i < 4096; i++)
        longest[i] = allow;
    int n = 0;
    while (n < 100 && install(longest, 4096, 0) == 0)
        n++;
    CHECK(n > 0 && n < 100 && errno == ENOMEM);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == -1 && errno == EINVAL);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "executed")) return executed();
    CHECK(ends(strict_good) == 7);
    CHECK(ends(strict_bad) == 256 + SIGKILL);
    CHECK(ends(errnos) == 0);
    CHECK(ends(arguments) == 0);
    CHECK(ends(in_status) == 0);
    CHECK(ends(trap) == 0);
    CHECK(ends(trap_default) == 256 + SIGSYS);
    CHECK(ends(trap_blocked) == 256 + SIGSYS);
    CHECK(ends(kill_process) == 256 + SIGSYS);
    CHECK(ends(unknown_action) == 256 + SIGSYS);
    CHECK(ends(kill_thread) == 256 + SIGSYS);
    CHECK(ends(threads) == 0);
    CHECK(ends(diverging) == 0);
    CHECK(ends(inherited) == 0);
    CHECK(ends(programs) == 0);
    if (!failures) puts("ok");
    return failures != 0;
}
