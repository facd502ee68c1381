// A file that gets shorter under its mapping: SIGBUS with the right address, from code of every kind, and in system calls EFAULT.
// stinkarm-test: build=arm,thumb,armel
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define P 4096u
static sigjmp_buf env;
static volatile int sig, code;
static char *volatile addr;

static void handler(int s, siginfo_t *si, void *uc)
{
    (void)uc;
    sig = s, code = si->si_code, addr = si->si_addr;
    siglongjmp(env, 1);
}

#define BUS(statement, at)                                                                       \
    do {                                                                                         \
        sig = code = 0, addr = NULL;                                                             \
        if (!sigsetjmp(env, 1)) {                                                                \
            statement;                                                                           \
        }                                                                                        \
        CHECK(sig == SIGBUS && code == BUS_ADRERR && addr == (char *)(at));                      \
    } while (0)

static unsigned sum(const volatile char *p, unsigned n)
{
    unsigned s = 0;
    for (unsigned i = 0; i < n; i++)
        s += (unsigned char)p[i];
    return s;
}

int main(void)
{
    char name[] = "/tmp/stinkarm-truncated-XXXXXX";
    const int fd = mkstemp(name);
    unlink(name);
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &sa, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        CHECK(ftruncate(fd, 4 * P) == 0);
        char *p = mmap(NULL, 4 * P, PROT_READ | PROT_WRITE | PROT_EXEC, flags, fd, 0);
        for (int i = 0; i < 50; i++) // hot
            CHECK(sum(p, 4 * P) == 0);
        CHECK(ftruncate(fd, P + 10) == 0);
        BUS(sum(p, 4 * P), p + 2 * P);
        BUS(*(volatile uint32_t *)(p + 2 * P + 8) = 1, p + 2 * P + 8);
        BUS(*(volatile uint32_t *)(p + 2 * P - 2) = 1, p + 2 * P);
        BUS(*(volatile uint64_t *)(p + 3 * P + 16) = 1, p + 3 * P + 16);
        BUS(memset(p + P, 1, 2 * P), p + 2 * P);
        BUS(((void (*)(void))(p + 3 * P))(), p + 3 * P);
        CHECK(sum(p, 2 * P) == P || flags == MAP_PRIVATE); // what was written before the end is there
        int pipes[2];
        CHECK(pipe(pipes) == 0 && write(pipes[1], p + 3 * P, 10) == -1 && errno == EFAULT);
        CHECK(write(pipes[1], "x", 1) == 1 && read(pipes[0], p + 3 * P, 1) == -1 && errno == EFAULT);
        close(pipes[0]), close(pipes[1]);
        CHECK(ftruncate(fd, 4 * P) == 0); // and back again
        p[3 * P] = 1;
        CHECK(p[3 * P] == 1 && p[3 * P + 1] == 0);
        munmap(p, 4 * P);
        CHECK(ftruncate(fd, 0) == 0);
    }
    if (!failures) puts("ok");
    return failures != 0;
}
