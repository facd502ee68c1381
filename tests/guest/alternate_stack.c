// Recursion to death is caught on the alternate stack, of every thread; alternate stacks that are too small, or overflow themselves.
// stinkarm-test: build=arm,thumb,armel timeout=60
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define P 4096u

static __thread sigjmp_buf back;
static __thread char *alt;
static __thread volatile int caught;
static __thread char *volatile where;

static void overflow(int sig, siginfo_t *si, void *uc)
{
    char here;
    (void)sig, (void)uc;
    caught = (&here >= alt && &here < alt + 64 * 1024) ? si->si_code : -1;
    where = si->si_addr;
    siglongjmp(back, 1);
}

static volatile int endless = 1;

static __attribute__((noinline, noclone)) int recurse(volatile char *above)
{
    volatile char space[1000];
    space[0] = above ? above[0] : 1;
    const int below = endless ? recurse(space) : 0;
    return below + space[999];
}

static void use_altstack(void)
{
    alt = mmap(NULL, 64 * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const stack_t ss = {.ss_sp = alt, .ss_size = 64 * 1024};
    CHECK(sigaltstack(&ss, NULL) == 0);
}

static void *deep(void *arg)
{
    use_altstack();
    for (int i = 0; i < 3; i++) {
        caught = 0;
        if (!sigsetjmp(back, 1)) recurse(NULL);
        // The main thread's stack ends in nothing, the others' in a page that allows nothing.
        CHECK(caught == (arg ? SEGV_ACCERR : SEGV_MAPERR));
    }
    const stack_t off = {.ss_flags = SS_DISABLE};
    CHECK(sigaltstack(&off, NULL) == 0);
    munmap(alt, 64 * 1024);
    return NULL;
}

static void threads(void)
{
    pthread_t t[4];
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 * 1024);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&t[i], &attr, deep, &attr) == 0);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_join(t[i], NULL) == 0);
}

// How fn ends in a process of its own: a signal, or 0.
static int ends(void (*fn)(void))
{
    int status;
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) {
        dup2(fileno(fopen("/dev/null", "w")), 2);
        fn();
        fflush(stdout);
        _exit(failures != 0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void fatal_without(void)
{
    recurse(NULL); // there is no stack for the handler
}

static void fatal_disabled(void)
{
    signal(SIGSEGV, SIG_DFL);
    use_altstack();
    recurse(NULL);
}

static void too_deep(int sig)
{
    (void)sig;
    recurse(NULL);
}

// A handler that goes too deep itself, on a stack that ends in a page that allows nothing.
static void overflow_of_alternate(void)
{
    char *p = mmap(NULL, 4 * P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p, P, PROT_NONE);
    const stack_t ss = {.ss_sp = p + P, .ss_size = 3 * P};
    CHECK(sigaltstack(&ss, NULL) == 0);
    struct sigaction sa = {.sa_handler = too_deep, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &sa, NULL);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGUSR1);
    CHECK(0);
}

static volatile int ran;

static void on_small(int sig)
{
    (void)sig;
    ran++;
}

static void sizes(void)
{
    static char small[8192] __attribute__((aligned(4096)));
    stack_t ss = {.ss_sp = small, .ss_size = 2047}, now;
    CHECK(sigaltstack(&ss, NULL) == -1 && errno == ENOMEM); // MINSIGSTKSZ is 2048
    ss.ss_size = 2048;
    CHECK(sigaltstack(&ss, NULL) == 0); // a frame and a small handler fit
    struct sigaction sa = {.sa_handler = on_small, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    CHECK(ran == 1 && small[8191] == 0 && small[2049] == 0);
    ss.ss_flags = SS_ONSTACK; // accepted, as always
    CHECK(sigaltstack(&ss, NULL) == 0 && sigaltstack(NULL, &now) == 0 && now.ss_flags == 0 && now.ss_size == 2048);
    CHECK(syscall(SYS_sigaltstack, 8, 0) == -1 && errno == EFAULT);
    ss = (stack_t){.ss_sp = (void *)0x10000000, .ss_size = 65536}; // memory that is not there: noticed when it is used
    CHECK(sigaltstack(&ss, NULL) == 0);
    ss = (stack_t){.ss_flags = SS_DISABLE};
    CHECK(sigaltstack(&ss, NULL) == 0 && sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_DISABLE);
}

static void no_memory(void)
{
    const stack_t ss = {.ss_sp = (void *)0x10000000, .ss_size = 65536};
    sigaltstack(&ss, NULL);
    raise(SIGUSR1);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = overflow, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &sa, NULL);
    deep(NULL);
    threads();
    CHECK(ends(fatal_without) == SIGSEGV);
    CHECK(ends(fatal_disabled) == SIGSEGV);
    CHECK(ends(overflow_of_alternate) == SIGSEGV);
    sizes();
    CHECK(ends(no_memory) == SIGSEGV);
    if (!failures) puts("ok");
    return failures != 0;
}
