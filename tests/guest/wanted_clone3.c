// clone3, which qemu-arm answers with ENOSYS: all of its arguments, and what is wrong with some. Expectations
// are those of kernel/fork.c.
// stinkarm-test: build=arm,armel libs="-pthread" timeout=60
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define CLEAR_SIGHAND 0x100000000ull

struct args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size,
        cgroup;
};

#define P(p) ((uint64_t)(uintptr_t)(p))

static long clone3(struct args a, size_t size)
{
    return syscall(435, &a, size);
}

static void refused(struct args a, size_t size, int error)
{
    errno = 0;
    const long r = clone3(a, size);
    if (r == 0) _exit(0);
    if (r != -1 || errno != error) printf("flags %llx: %ld, errno %d, not %d\n", (long long)a.flags, r, errno, error);
    failures += r != -1 || errno != error;
}

static void mistakes(void)
{
    static char stack[4096];
    const int one[1] = {1};
    struct {
        struct args a;
        uint64_t more;
    } longer = {{.exit_signal = SIGCHLD}, 1};
    refused((struct args){.exit_signal = SIGCHLD}, 56, EINVAL);
    refused((struct args){.exit_signal = SIGCHLD}, 5000, E2BIG);
    CHECK(syscall(435, &longer, sizeof longer) == -1 && errno == E2BIG);
    CHECK(syscall(435, 8, 64) == -1 && errno == EFAULT);
    refused((struct args){.exit_signal = 65}, 88, EINVAL);
    refused((struct args){.exit_signal = 0x100 | SIGCHLD}, 88, EINVAL);
    refused((struct args){.flags = SIGCHLD}, 88, EINVAL);
    refused((struct args){.flags = 0x00400000, .exit_signal = SIGCHLD}, 88, EINVAL); // CLONE_DETACHED
    refused((struct args){.flags = 1ull << 40, .exit_signal = SIGCHLD}, 88, EINVAL);
    refused((struct args){.flags = CLONE_VM | CLONE_SIGHAND | CLEAR_SIGHAND}, 88, EINVAL);
    refused((struct args){.flags = CLONE_PARENT, .exit_signal = SIGCHLD}, 88, EINVAL);
    refused((struct args){.flags = CLONE_THREAD}, 88, EINVAL);
    refused((struct args){.flags = CLONE_SIGHAND}, 88, EINVAL);
    refused((struct args){.exit_signal = SIGCHLD, .stack = P(stack)}, 88, EINVAL);
    refused((struct args){.exit_signal = SIGCHLD, .stack_size = sizeof stack}, 88, EINVAL);
    refused((struct args){.exit_signal = SIGCHLD, .stack = 0xfffff000, .stack_size = 0x2000}, 88, EINVAL);
    refused((struct args){.exit_signal = SIGCHLD, .set_tid = P(one)}, 88, EINVAL);
    refused((struct args){.exit_signal = SIGCHLD, .set_tid_size = 1}, 88, EINVAL);
    refused((struct args){.exit_signal = SIGCHLD, .set_tid = P(one), .set_tid_size = 33}, 88, EINVAL);
    if (setresuid(1000, 1000, 1000)) return; // the rest is for those without privilege
    refused((struct args){.exit_signal = SIGCHLD, .set_tid = P(one), .set_tid_size = 1}, 88, EPERM);
}

static int status_of(pid_t child)
{
    int status = -1;
    if (waitpid(child, &status, __WALL) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void process(void)
{
    volatile int mine = 1;
    int pidfd = -1, parent_tid = 0, child_tid = 0;
    const long pid = clone3((struct args){.flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
                                          .pidfd = P(&pidfd),
                                          .parent_tid = P(&parent_tid),
                                          .child_tid = P(&child_tid),
                                          .exit_signal = SIGCHLD},
                            64);
    if (pid == 0) {
        mine = 2;
        _exit(child_tid == getpid() && child_tid == (int)syscall(SYS_gettid) ? 7 : 8);
    }
    CHECK(pid > 0 && parent_tid == pid && child_tid == 0 && mine == 1);
    siginfo_t si = {0};
    CHECK(pidfd >= 0 && waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &si, WEXITED) == 0);
    CHECK(si.si_pid == pid && si.si_code == CLD_EXITED && si.si_status == 7);
    close(pidfd);
}

static void on_signal(int sig)
{
    _exit(sig);
}

static void handlers(void)
{
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, SIG_IGN);
    for (int with = 0; with < 2; with++) {
        const long pid = clone3((struct args){.flags = with ? CLEAR_SIGHAND : 0, .exit_signal = SIGCHLD}, 88);
        if (pid == 0) {
            raise(SIGUSR2); // stays ignored
            raise(SIGUSR1);
            _exit(99);
        }
        CHECK(status_of((pid_t)pid) == (with ? 1000 + SIGUSR1 : SIGUSR1));
    }
    struct sigaction now;
    CHECK(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == on_signal);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
}

// On a stack of its own: the call comes back twice, and the child must not return from the function that made it.
static long on_stack(struct args *a, size_t size, void (*go)(void))
{
    register long r7 __asm__("r7") = 435;
    register void *r0 __asm__("r0") = a;
    register size_t r1 __asm__("r1") = size;
    register void *r2 __asm__("r2") = (void *)go;
    __asm__ volatile("svc 0\n\tcmp r0, #0\n\tblxeq r2" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory", "cc", "lr");
    return (long)r0;
}

static volatile int seen;
static char *stack;
static int where;

static void in_child(void)
{
    char here;
    seen = &here > stack && &here < stack + 65536;
    where = getpid();
    syscall(SYS_exit, 5);
}

static void sharing(void)
{
    stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct args a = {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD, .stack = P(stack), .stack_size = 65536 - 256};
    const long pid = on_stack(&a, sizeof a, in_child);
    CHECK(pid > 0 && seen == 1 && where == pid && status_of((pid_t)pid) == 5);

    // A thread: its number is cleared and woken at its end.
    static volatile int tid;
    seen = 0;
    a = (struct args){.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                               CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID,
                      .parent_tid = P(&tid),
                      .child_tid = P(&tid),
                      .stack = P(stack),
                      .stack_size = 65536 - 256};
    const long thread = on_stack(&a, sizeof a, in_child);
    for (int now; (now = tid) != 0;)
        syscall(SYS_futex, &tid, 0 /* FUTEX_WAIT */, now, NULL);
    CHECK(thread > 0 && thread != getpid() && seen == 1 && where == getpid());
    munmap(stack, 65536);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    process();
    handlers();
    sharing();
    mistakes();
    return failures != 0;
}
