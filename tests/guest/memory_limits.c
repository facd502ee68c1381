// RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK: they hold for this program and for those that it executes, and stinkarm lives on.
// stinkarm-test: build=arm,thumb
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define M (1u << 20)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static int limit(int resource, rlim_t soft)
{
    struct rlimit l;
    getrlimit(resource, &l);
    l.rlim_cur = soft;
    return setrlimit(resource, &l);
}

static void *map(size_t len, int prot)
{
    return mmap(NULL, len, prot, ANON, -1, 0);
}

static void address_space(void)
{
    CHECK(limit(RLIMIT_AS, 64 * M) == 0);
    char *p = map(32 * M, PROT_READ | PROT_WRITE);
    CHECK(p != MAP_FAILED);
    CHECK(map(32 * M, PROT_NONE) == MAP_FAILED && errno == ENOMEM); // what cannot be touched counts, too
    CHECK(mremap(p, 32 * M, 65 * M, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM);
    p = mremap(p, 32 * M, 40 * M, MREMAP_MAYMOVE);
    CHECK(p != MAP_FAILED && munmap(p, 8 * M) == 0);
    p += 8 * M;
    CHECK(!malloc(40 * M));
    CHECK((uintptr_t)sbrk(40 * M) == UINTPTR_MAX && errno == ENOMEM);
    CHECK(limit(RLIMIT_AS, RLIM_INFINITY) == 0);
    void *q = map(500 * M, PROT_NONE);
    CHECK(q != MAP_FAILED && limit(RLIMIT_AS, 64 * M) == 0);
    // What is replaced does not count; nothing more than the limit is taken away from who is above it.
    CHECK(mmap(q, 32 * M, PROT_READ, ANON | MAP_FIXED, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(munmap(q, 500 * M) == 0 && munmap(p, 32 * M) == 0);
    CHECK(limit(RLIMIT_AS, RLIM_INFINITY) == 0);
}

static void data(void)
{
    CHECK(limit(RLIMIT_DATA, 16 * M) == 0);
    CHECK(map(32 * M, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == ENOMEM);
    char *p = map(32 * M, PROT_READ); // no data, until it can be written to
    CHECK(p != MAP_FAILED && mprotect(p, 32 * M, PROT_READ | PROT_WRITE) == -1 && errno == ENOMEM);
    CHECK(mprotect(p, M, PROT_READ | PROT_WRITE) == 0);
    CHECK(mmap(NULL, 32 * M, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    CHECK((uintptr_t)sbrk(20 * M) == UINTPTR_MAX && errno == ENOMEM);
    CHECK((uintptr_t)sbrk(M) != UINTPTR_MAX);
    CHECK(limit(RLIMIT_DATA, RLIM_INFINITY) == 0);
    munmap(p, 32 * M);
}

static void refusals(void)
{
    struct rlimit l = {.rlim_cur = 2 * M, .rlim_max = M};
    CHECK(setrlimit(RLIMIT_AS, &l) == -1 && errno == EINVAL);
    CHECK(setrlimit(99, &l) == -1 && errno == EINVAL);
    l = (struct rlimit){.rlim_cur = 100 * M, .rlim_max = 200 * M};
    CHECK(setrlimit(RLIMIT_AS, &l) == 0);
    l.rlim_max = 300 * M;
    CHECK(setrlimit(RLIMIT_AS, &l) == -1 && errno == EPERM);
    struct rlimit64 now;
    CHECK(syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, &now) == 0 && now.rlim_cur == 100 * M && now.rlim_max == 200 * M);
    l = (struct rlimit){.rlim_cur = 1 * M, .rlim_max = 200 * M}; // less than there is already
    CHECK(setrlimit(RLIMIT_AS, &l) == 0 && map(4096, PROT_READ) == MAP_FAILED && errno == ENOMEM);
    l.rlim_cur = 100 * M;
    CHECK(setrlimit(RLIMIT_AS, &l) == 0 && map(4096, PROT_READ) != MAP_FAILED);
}

static int recurse(int n)
{
    volatile char space[64 << 10];
    space[0] = (char)n;
    return n ? recurse(n - 1) + space[0] : 0;
}

// In the program that was executed: the limits are as they were, and its stack has 1 MiB.
static int executed(void)
{
    struct rlimit l;
    CHECK(getrlimit(RLIMIT_AS, &l) == 0 && l.rlim_cur == 100 * M && l.rlim_max == 200 * M);
    CHECK(getrlimit(RLIMIT_STACK, &l) == 0 && l.rlim_cur == M);
    CHECK(map(120 * M, PROT_NONE) == MAP_FAILED && map(50 * M, PROT_NONE) != MAP_FAILED);
    recurse(12);
    int status;
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) {
        freopen("/dev/null", "w", stderr);
        dup2(fileno(stderr), 2);
        recurse(20);
        _exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    return failures != 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "executed")) {
        const int bad = executed();
        if (!bad) puts("ok");
        return bad;
    }
    address_space();
    data();
    refusals();
    CHECK(limit(RLIMIT_STACK, M) == 0);
    if (failures) return 1;
    fflush(stdout);
    execl("/proc/self/exe", "limits", "executed", NULL);
    return 1;
}
