// Something of each category for the log of a program: signals, a fault, a loop that becomes hot, a second
// thread.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static sigjmp_buf back;

static void on_fault(int sig)
{
    siglongjmp(back, sig);
}

void on_user(int sig);
__attribute__((noinline)) void on_user(int sig)
{
    (void)sig;
}

unsigned hot(unsigned n);
__attribute__((noinline)) unsigned hot(unsigned n)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum = sum * 3 + (sum >> 3 ^ i);
    return sum;
}

void both(void);
__attribute__((noinline)) void both(void)
{
    __asm__ volatile("mov r0, #1\n mov r1, #2" ::: "r0", "r1");
}

static void *second(void *arg)
{
    *(long *)arg = syscall(SYS_gettid);
    both();
    return NULL;
}

int main(void)
{
    long ids[2] = {syscall(SYS_gettid), 0};
    signal(SIGSEGV, on_fault);
    signal(SIGUSR1, on_user);
    raise(SIGUSR1);
    if (!sigsetjmp(back, 1)) *(volatile int *)0x10 = 1;
    const unsigned sum = hot(200000);
    pthread_t t;
    pthread_create(&t, NULL, second, &ids[1]);
    pthread_join(t, NULL);
    both();
    printf("%08x %ld %ld\n", sum, ids[0], ids[1]);
    return 0;
}
