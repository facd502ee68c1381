// Something of everything that is counted.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile unsigned sum;

static void on_fault(int sig)
{
    siglongjmp(back, sig);
}

static void *add(void *arg)
{
    for (unsigned i = 0; i < 3000000; i++)
        sum += i;
    return arg;
}

// A stack that becomes larger.
static void grow(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED;
    volatile char *stack = mmap((void *)0x60000000, 8192, PROT_READ | PROT_WRITE, flags, -1, 0);
    stack[-1] = 1;
}

static void rewrite(void)
{
    static const unsigned one[] = {0xe3a00001, 0xe12fff1e}, two[] = {0xe3a00002, 0xe12fff1e}; // mov r0, #1 or 2; bx lr
    void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 6; i++) {
        memcpy(code, i % 2 ? two : one, sizeof one);
        __builtin___clear_cache(code, (char *)code + sizeof one);
        sum += ((unsigned (*)(void))code)();
    }
}

int main(void)
{
    pthread_t t;
    pthread_create(&t, NULL, add, NULL);
    add(NULL);
    pthread_join(t, NULL);
    signal(SIGSEGV, on_fault);
    signal(SIGILL, on_fault);
    for (int i = 0; i < 3; i++)
        if (!sigsetjmp(back, 1)) *(volatile int *)8 = 1;
    if (!sigsetjmp(back, 1)) __asm__ volatile("udf #0");
    grow();
    rewrite();
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    puts("done");
    return 0;
}
