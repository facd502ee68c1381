// Signals of one thread: frames, masks, stacks, restarts, queues.
// stinkarm-test: build=arm,thumb,armel,musl timeout=30
// stinkarm-test: stdout="ok\n"
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

static volatile int count;
static volatile siginfo_t last;
static volatile int values[64];

static void on_info(int sig, siginfo_t *si, void *context)
{
    (void)sig;
    (void)context;
    memcpy((void *)&last, si, sizeof last);
    if (count < 64) values[count] = si->si_value.sival_int;
    count++;
}

static void on_plain(int sig)
{
    (void)sig;
    count++;
}

static void handle(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = fn;
    sa.sa_flags = flags | SA_SIGINFO;
    sigemptyset(&sa.sa_mask);
    CHECK(sigaction(sig, &sa, NULL) == 0);
}

static void block(int how, int sig)
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, sig);
    CHECK(sigprocmask(how, &s, NULL) == 0);
}

static void test_info(void)
{
    count = 0;
    handle(SIGUSR1, on_info, 0);
    raise(SIGUSR1);
    CHECK(count == 1);
    CHECK(last.si_signo == SIGUSR1 && last.si_code == SI_TKILL && last.si_pid == getpid() && last.si_uid == getuid());
    kill(getpid(), SIGUSR1);
    CHECK(count == 2 && last.si_code == SI_USER && last.si_pid == getpid());
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 0x1234567});
    CHECK(count == 3 && last.si_code == SI_QUEUE && last.si_value.sival_int == 0x1234567);
    struct sigaction old;
    CHECK(sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_sigaction == on_info && old.sa_flags & SA_SIGINFO);
    CHECK(sigaction(SIGKILL, &old, NULL) == -1 && errno == EINVAL);
    CHECK(sigaction(65, &old, NULL) == -1 && errno == EINVAL);
}

// Real-time signals wait in order, with their values; the others once.
static void test_queue(void)
{
    count = 0;
    handle(SIGRTMIN, on_info, 0);
    handle(SIGUSR2, on_info, 0);
    block(SIG_BLOCK, SIGRTMIN);
    block(SIG_BLOCK, SIGUSR2);
    for (int i = 0; i < 20; i++)
        CHECK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i}) == 0);
    for (int i = 0; i < 3; i++)
        raise(SIGUSR2);
    CHECK(count == 0);
    sigset_t pending;
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGRTMIN) == 1 && sigismember(&pending, SIGUSR2) == 1);
    CHECK(sigismember(&pending, SIGUSR1) == 0);
    block(SIG_UNBLOCK, SIGRTMIN);
    CHECK(count == 20);
    for (int i = 0; i < 20; i++)
        CHECK(values[i] == i);
    block(SIG_UNBLOCK, SIGUSR2);
    CHECK(count == 21);
}

static volatile int depth, deepest;

static void on_nested(int sig)
{
    if (++depth > deepest) deepest = depth;
    count++;
    if (sig == SIGUSR1) raise(SIGUSR2);
    if (sig == SIGUSR2 && count < 5) raise(SIGUSR2); // blocked until we return
    depth--;
}

static void test_nested(void)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on_nested;
    count = deepest = 0;
    sigaction(SIGUSR1, &sa, NULL);
    sigaction(SIGUSR2, &sa, NULL);
    raise(SIGUSR1);
    CHECK(count == 5 && deepest == 2);
    count = deepest = 0;
    sigaddset(&sa.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    CHECK(count == 5 && deepest == 1);
    count = deepest = 0;
    sa.sa_flags = SA_NODEFER;
    sigemptyset(&sa.sa_mask);
    sigaction(SIGUSR2, &sa, NULL);
    raise(SIGUSR2);
    CHECK(count == 5 && deepest == 5);
}

static void test_resethand(void)
{
    struct sigaction sa, old;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on_plain;
    sa.sa_flags = SA_RESETHAND;
    count = 0;
    sigaction(SIGURG, &sa, NULL);
    raise(SIGURG);
    raise(SIGURG);
    CHECK(count == 1);
    sigaction(SIGURG, NULL, &old);
    CHECK(old.sa_handler == SIG_DFL);
}

static char alt[16384];
static volatile int on_alt;

static void on_altstack(int sig, siginfo_t *si, void *context)
{
    char here;
    stack_t ss;
    (void)sig;
    (void)si;
    on_alt = &here >= alt && &here < alt + sizeof alt;
    sigaltstack(NULL, &ss);
    CHECK(ss.ss_flags == SS_ONSTACK);
    stack_t off = {.ss_flags = SS_DISABLE};
    CHECK(sigaltstack(&off, NULL) == -1 && errno == EPERM);
    const ucontext_t *uc = context;
    CHECK(uc->uc_stack.ss_sp == alt && uc->uc_stack.ss_size == sizeof alt && uc->uc_stack.ss_flags == 0);
}

static void test_altstack(void)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt}, old;
    CHECK(sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE);
    CHECK(sigaltstack(&ss, NULL) == 0);
    CHECK(sigaltstack(NULL, &old) == 0 && old.ss_flags == 0 && old.ss_sp == alt);
    handle(SIGUSR1, on_altstack, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK(on_alt == 1);
    stack_t tiny = {.ss_sp = alt, .ss_size = 1024};
    CHECK(sigaltstack(&tiny, NULL) == -1 && errno == ENOMEM);
    stack_t bad = {.ss_sp = alt, .ss_size = sizeof alt, .ss_flags = 77};
    CHECK(sigaltstack(&bad, NULL) == -1 && errno == EINVAL);
    stack_t off = {.ss_flags = SS_DISABLE};
    CHECK(sigaltstack(&off, NULL) == 0);
}

// With SS_AUTODISARM the stack is nobody's while a handler runs, and comes back with its end.
static void on_disarmed(int sig, siginfo_t *si, void *context)
{
    char here;
    stack_t ss;
    (void)sig;
    (void)si;
    (void)context;
    CHECK(&here >= alt && &here < alt + sizeof alt);
    CHECK(sigaltstack(NULL, &ss) == 0 && ss.ss_flags == SS_DISABLE);
    count++;
}

static void test_autodisarm(void)
{
    const int autodisarm = (int)(1u << 31);
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt, .ss_flags = autodisarm}, now;
    CHECK(sigaltstack(&ss, NULL) == 0);
    handle(SIGUSR1, on_disarmed, SA_ONSTACK);
    count = 0;
    raise(SIGUSR1);
    raise(SIGUSR1);
    CHECK(count == 2);
    CHECK(sigaltstack(NULL, &now) == 0 && now.ss_flags == autodisarm && now.ss_sp == alt);
    stack_t off = {.ss_flags = SS_DISABLE};
    CHECK(sigaltstack(&off, NULL) == 0);
}

// A stack that overflows: its handler can only run on the other one.
static sigjmp_buf overflowed;

static void on_overflow(int sig, siginfo_t *si, void *context)
{
    (void)context;
    CHECK(sig == SIGSEGV && si->si_code == SEGV_MAPERR);
    siglongjmp(overflowed, 1);
}

static int recurse(int n)
{
    volatile char space[4096];
    space[0] = (char)n;
    return n < 0 ? 0 : recurse(n + 1) + space[0];
}

static void test_overflow(void)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt};
    sigaltstack(&ss, NULL);
    handle(SIGSEGV, on_overflow, SA_ONSTACK);
    for (int i = 0; i < 2; i++) {
        if (sigsetjmp(overflowed, 1) == 0) {
            recurse(0);
            CHECK(0);
        }
    }
    signal(SIGSEGV, SIG_DFL);
    stack_t off = {.ss_flags = SS_DISABLE};
    CHECK(sigaltstack(&off, NULL) == 0);
}

// What a handler writes into its context is what the program goes on with.
static void on_skip(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    (void)sig;
    CHECK(si->si_addr == (void *)uc->uc_mcontext.fault_address);
    count++;
    uc->uc_mcontext.arm_r1 = 42;
    uc->uc_mcontext.arm_pc += 4;
}

static void test_context(void)
{
    handle(SIGSEGV, on_skip, 0);
    count = 0;
    register uintptr_t bad __asm__("r2") = 0x10;
    register uintptr_t result __asm__("r1") = 0;
#ifdef __thumb__
    __asm__ volatile("ldr.w %0, [%1]" : "+r"(result) : "r"(bad) : "memory");
#else
    __asm__ volatile("ldr %0, [%1]" : "+r"(result) : "r"(bad) : "memory");
#endif
    CHECK(result == 42 && count == 1);
    signal(SIGSEGV, SIG_DFL);
}

// Handlers in either instruction set, entered from either, with IT state to be put aside.
#if __ARM_ARCH >= 7
__attribute__((target("arm"))) static void arm_handler(int sig)
{
    (void)sig;
    count |= 1;
}

__attribute__((target("thumb"))) static void thumb_handler(int sig)
{
    (void)sig;
    count |= 2;
}

static void test_modes(void)
{
    count = 0;
    signal(SIGUSR1, arm_handler);
    signal(SIGUSR2, thumb_handler);
    raise(SIGUSR1);
    raise(SIGUSR2);
    CHECK(count == 3);
}
#else
static void test_modes(void) {}
#endif

#if __ARM_FP
static void on_float(int sig)
{
    (void)sig;
    volatile double d = 3.0;
    for (int i = 0; i < 40; i++)
        d = d * 1.5 + i;
    __asm__ volatile("vmov.f64 d8, #1.0\n vmov.f64 d15, #2.0\n vmov.f64 d0, #3.0\n"
                     "vmsr fpscr, %0" ::"r"(0x00400000)
                     : "d0", "d8", "d15");
    count++;
}

static void test_vfp(void)
{
    double a, b;
    uint32_t fpscr;
    signal(SIGUSR1, on_float);
    count = 0;
    __asm__ volatile("vmov.f64 d8, #7.0\n vmov.f64 d15, #9.0\n"
                     "mov r0, %[pid]\n mov r1, %[sig]\n mov r7, #37\n svc 0\n"
                     "vmov.f64 %P[a], d8\n vmov.f64 %P[b], d15\n vmrs %[fpscr], fpscr"
                     : [a] "=w"(a), [b] "=w"(b), [fpscr] "=r"(fpscr)
                     : [pid] "r"(getpid()), [sig] "r"(SIGUSR1)
                     : "r0", "r1", "r7", "d8", "d15", "memory");
    CHECK(count == 1 && a == 7.0 && b == 9.0 && (fpscr & 0x00c00000) == 0);
}
#else
static void test_vfp(void) {}
#endif

static sigjmp_buf jump;

static void on_jump(int sig)
{
    siglongjmp(jump, sig);
}

static void test_jump(void)
{
    signal(SIGUSR1, on_jump);
    for (volatile int i = 0; i < 100; i++) {
        const int r = sigsetjmp(jump, 1);
        if (!r) {
            raise(SIGUSR1);
            CHECK(0);
        }
        CHECK(r == SIGUSR1);
    }
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    CHECK(!sigismember(&now, SIGUSR1));
}

static void alarm_in(long us, long every)
{
    struct itimerval it = {{0, every}, {0, us}};
    setitimer(ITIMER_REAL, &it, NULL);
}

static int tick_fd;

static void on_third(int sig)
{
    (void)sig;
    if (++count == 3) CHECK(write(tick_fd, "x", 1) == 1);
}

// read on a pipe: repeated with SA_RESTART, EINTR without. The alarms go on, so that one comes during the call
// however late it begins.
static void test_restart(void)
{
    int fd[2];
    char c = 0;
    CHECK(pipe(fd) == 0);
    handle(SIGALRM, on_info, 0);
    count = 0;
    alarm_in(20000, 20000);
    CHECK(read(fd[0], &c, 1) == -1 && errno == EINTR && count >= 1);
    alarm_in(0, 0);
    struct sigaction third = {.sa_handler = on_third, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &third, NULL);
    count = 0;
    tick_fd = fd[1];
    alarm_in(20000, 20000);
    CHECK(read(fd[0], &c, 1) == 1 && c == 'x' && count >= 3);
    // nanosleep is never repeated.
    handle(SIGALRM, on_info, SA_RESTART);
    CHECK(usleep(500000) == -1 && errno == EINTR);
    alarm_in(0, 0);
    close(fd[0]);
    close(fd[1]);
}

static void test_suspend(void)
{
    sigset_t with, old;
    signal(SIGALRM, on_plain);
    block(SIG_BLOCK, SIGALRM);
    sigprocmask(SIG_BLOCK, NULL, &old);
    with = old;
    sigdelset(&with, SIGALRM);
    count = 0;
    for (int i = 0; i < 50; i++) {
        alarm_in(i % 3 ? 300 : 1, 0);
        CHECK(sigsuspend(&with) == -1 && errno == EINTR && count == i + 1);
        sigset_t now;
        sigprocmask(SIG_BLOCK, NULL, &now);
        CHECK(memcmp(&now, &old, 8) == 0);
    }
    block(SIG_UNBLOCK, SIGALRM);
}

static void test_wait(void)
{
    sigset_t s;
    siginfo_t si;
    sigemptyset(&s);
    sigaddset(&s, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &s, NULL);
    struct timespec none = {0, 1000};
    CHECK(sigtimedwait(&s, &si, &none) == -1 && errno == EAGAIN);
    sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = -5});
    CHECK(sigtimedwait(&s, &si, &none) == SIGRTMIN + 1 && si.si_code == SI_QUEUE && si.si_value.sival_int == -5);
    sigprocmask(SIG_UNBLOCK, &s, NULL);
    // One that the emulator itself needs.
    sigemptyset(&s);
    sigaddset(&s, SIGSEGV);
    sigprocmask(SIG_BLOCK, &s, NULL);
    kill(getpid(), SIGSEGV);
    sigset_t pending;
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGSEGV));
    CHECK(sigwaitinfo(&s, &si) == SIGSEGV && si.si_code == SI_USER && si.si_pid == getpid());
    handle(SIGSEGV, on_info, 0);
    count = 0;
    kill(getpid(), SIGSEGV);
    CHECK(count == 0);
    sigprocmask(SIG_UNBLOCK, &s, NULL);
    CHECK(count == 1 && last.si_code == SI_USER);
    signal(SIGSEGV, SIG_DFL);
}

static void test_child(void)
{
    handle(SIGCHLD, on_info, SA_RESTART);
    count = 0;
    const pid_t child = fork();
    if (child == 0) _exit(7);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CHECK(count == 1 && last.si_code == CLD_EXITED && last.si_pid == child && last.si_status == 7);
    signal(SIGCHLD, SIG_IGN);
    if (fork() == 0) _exit(0);
    CHECK(wait(&status) == -1 && errno == ECHILD);
    signal(SIGCHLD, SIG_DFL);
}

static int dies_by(void (*fn)(void))
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        close(2); // stinkarm's report
        fn();
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void fault_blocked(void)
{
    handle(SIGSEGV, on_info, 0);
    block(SIG_BLOCK, SIGSEGV);
    *(volatile int *)8 = 1;
}

static void fault_ignored(void)
{
    signal(SIGSEGV, SIG_IGN);
    *(volatile int *)8 = 1;
}

static void by_default(void)
{
    kill(getpid(), SIGTERM);
}

static void by_abort(void)
{
    abort();
}

static void by_sent_segv(void)
{
    kill(getpid(), SIGSEGV);
}

static void no_room(void) // for the frame
{
    stack_t ss = {.ss_sp = (void *)0x100000, .ss_size = 16384};
    sigaltstack(&ss, NULL);
    handle(SIGUSR1, on_info, SA_ONSTACK);
    raise(SIGUSR1);
}

static void bad_frame(void)
{
#ifdef __thumb__
    __asm__ volatile("movs r7, #173\n svc 0" ::: "memory");
#else
    __asm__ volatile("mov r7, #173\n svc 0" ::: "memory");
#endif
}

static void test_deaths(void)
{
    CHECK(dies_by(fault_blocked) == SIGSEGV);
    CHECK(dies_by(fault_ignored) == SIGSEGV);
    CHECK(dies_by(by_default) == SIGTERM);
    CHECK(dies_by(by_abort) == SIGABRT);
    CHECK(dies_by(by_sent_segv) == SIGSEGV);
    CHECK(dies_by(no_room) == SIGSEGV);
    CHECK(dies_by(bad_frame) == SIGSEGV);
}

// A storm of signals over system calls and computing: none is lost, nothing is disturbed.
static volatile unsigned storm;

static void on_storm(int sig, siginfo_t *si, void *context)
{
    (void)sig;
    (void)si;
    (void)context;
    storm++;
}

static void test_storm(void)
{
    handle(SIGRTMIN + 2, on_storm, SA_RESTART);
    const pid_t parent = getpid(), child = fork();
    int fd[2];
    CHECK(pipe(fd) == 0);
    if (child == 0) {
        for (int i = 0; i < 5000; i++) {
            while (sigqueue(parent, SIGRTMIN + 2, (union sigval){.sival_int = i}) != 0)
                ;
            if (i % 64 == 0) usleep(1);
        }
        _exit(0);
    }
    unsigned sum = 0, rounds = 0;
    while (storm < 5000 && rounds < 10000000) {
        char c = 'a', d = 0;
        sum = 0;
        for (unsigned i = 0; i < 100; i++)
            sum += i * i;
        if (sum != 328350) break;
        if (write(fd[1], &c, 1) != 1 || read(fd[0], &d, 1) != 1 || d != 'a' || getppid() <= 0) break;
        rounds++;
    }
    CHECK(sum == 328350 && storm == 5000);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    test_info();
    test_queue();
    test_nested();
    test_resethand();
    test_altstack();
    test_autodisarm();
    test_overflow();
    test_context();
    test_modes();
    test_vfp();
    test_jump();
    test_restart();
    test_suspend();
    test_wait();
    test_child();
    test_deaths();
    test_storm();
    puts(failures ? "failed" : "ok");
    return failures != 0;
}
