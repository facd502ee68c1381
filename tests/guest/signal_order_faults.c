// Queued signals stay in their order where the thread that gets them writes to its own code all the time: a
// signal that comes while stinkarm looks at such a write lets another one of the same number in, which must
// wait until the handler of the first has returned.
// stinkarm-test: build=arm,thumb libs="-pthread"
// stinkarm-test: stdout="ok\n" timeout=120
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COUNT = 40000 };
static volatile int next_value, wrong, stop;
static volatile pid_t writer;

static void on_queued(int sig, siginfo_t *si, void *context)
{
    (void)sig, (void)context;
    if (si->si_value.sival_int != next_value) wrong++;
    next_value++;
}

// mov r0, #N; bx lr
static void write_code(uint32_t *code, unsigned n)
{
    code[0] = 0xe3a00000 | (n & 0xff);
    code[1] = 0xe12fff1e;
    __builtin___clear_cache((char *)code, (char *)(code + 2));
}

static void *writes(void *arg)
{
    uint32_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned (*f)(void) = (unsigned (*)(void))(uintptr_t)code;
    writer = (pid_t)syscall(SYS_gettid);
    for (unsigned n = 0; !stop; n++) {
        write_code(code, n);
        if (f() != (n & 0xff)) wrong++;
    }
    return arg;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_queued, .sa_flags = SA_SIGINFO | SA_RESTART};
    pthread_t t;
    sigaction(SIGRTMIN, &sa, NULL);
    pthread_create(&t, NULL, writes, NULL);
    while (!writer)
        usleep(100);
    for (int i = 0; i < COUNT; i++) {
        siginfo_t si;
        memset(&si, 0, sizeof si);
        si.si_code = SI_QUEUE;
        si.si_pid = getpid();
        si.si_value.sival_int = i;
        while (syscall(SYS_rt_tgsigqueueinfo, getpid(), writer, SIGRTMIN, &si))
            if (errno != EAGAIN) return 1;
    }
    while (next_value < COUNT)
        usleep(100);
    stop = 1;
    pthread_join(t, NULL);
    puts(wrong ? "out of order" : "ok");
    return 0;
}
