// mremap of mappings of files, shared and private, and of memory: growing in place, moving, to a given place, keeping the old one.
// stinkarm-test: build=arm,thumb
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define P 4096u
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static sigjmp_buf env;
static volatile int sig, code;
static void *volatile addr;

static void handler(int s, siginfo_t *si, void *uc)
{
    (void)uc;
    sig = s, code = si->si_code, addr = si->si_addr;
    siglongjmp(env, 1);
}

static int reading(volatile char *p)
{
    sig = 0;
    if (!sigsetjmp(env, 1)) (void)*p;
    return sig;
}

static int file(unsigned pages)
{
    char name[] = "/tmp/stinkarm-mremap-XXXXXX", page[P];
    const int fd = mkstemp(name);
    unlink(name);
    for (unsigned i = 0; i < pages; i++) {
        memset(page, (int)('a' + i), P);
        CHECK(write(fd, page, P) == P);
    }
    return fd;
}

static char *map_file(int fd, unsigned pages, unsigned first, int flags)
{
    return mmap(NULL, pages * P, PROT_READ | PROT_WRITE, flags, fd, (off_t)(first * P));
}

static void files(int flags)
{
    const int fd = file(8);
    char *p = map_file(fd, 2, 1, flags);
    p[0] = 'X';
    // It moves with its contents, and what is new shows more of the file, then nothing.
    char *q = mremap(p, 2 * P, 9 * P, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED && q[0] == 'X' && q[P] == 'c' && q[2 * P] == 'd' && q[6 * P] == 'h');
    CHECK(reading(q + 7 * P) == SIGBUS && code == BUS_ADRERR && addr == q + 7 * P);
    char back;
    CHECK(pread(fd, &back, 1, P) == 1 && back == (flags == MAP_SHARED ? 'X' : 'b'));
    // In place, into the hole behind it.
    CHECK(mremap(q, 9 * P, P, 0) == q && reading(q + P) == SIGSEGV && code == SEGV_MAPERR);
    CHECK(mremap(q, P, 3 * P, 0) == q && q[2 * P] == 'd');
    // To a place, over what was there; and not over itself.
    char *to = mmap(NULL, 4 * P, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mremap(q, 3 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to && to[P] == 'c');
    CHECK(reading(to + 2 * P) == SIGSEGV && code == SEGV_ACCERR && reading(q) == SIGSEGV);
    CHECK(mremap(to, 2 * P, 3 * P, MREMAP_MAYMOVE | MREMAP_FIXED, to + P) == MAP_FAILED && errno == EINVAL);
    // A part of a mapping.
    char *part = mremap(to + P, P, 4 * P, MREMAP_MAYMOVE);
    CHECK(part != MAP_FAILED && part[0] == 'c' && part[P] == 'd' && to[0] == 'X' && reading(to + P) == SIGSEGV);
    CHECK(mremap(to, 2 * P, 4 * P, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT); // over a hole
    close(fd);
    munmap(part, 4 * P);
    munmap(to, 4 * P);
}

static void keeps(void)
{
    char *p = mmap(NULL, 4 * P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 5, 4 * P);
    char *q = mremap(p, 4 * P, 4 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    if (q == MAP_FAILED && errno == EINVAL) return; // a host before 5.7
    CHECK(q != MAP_FAILED && q != p && q[0] == 5 && q[4 * P - 1] == 5);
    CHECK(p[0] == 0 && p[4 * P - 1] == 0); // still there, and empty
    p[0] = 6;
    CHECK(q[0] == 5);
    CHECK(mremap(p, 4 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(p, 4 * P, 4 * P, MREMAP_DONTUNMAP, NULL) == MAP_FAILED && errno == EINVAL);
    char *to = mmap(NULL, 4 * P, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mremap(q, 4 * P, 4 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP | MREMAP_FIXED, to) == to && to[P] == 5 && q[P] == 0);
    munmap(p, 4 * P), munmap(q, 4 * P), munmap(to, 4 * P);
}

static void protection(void)
{
    char *p = mmap(NULL, 2 * P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(p, "read only");
    mprotect(p, 2 * P, PROT_READ);
    char *q = mremap(p, 2 * P, 100 * P, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED && !strcmp(q, "read only") && q[99 * P] == 0);
    sig = 0;
    if (!sigsetjmp(env, 1)) *(volatile char *)(q + 99 * P) = 1;
    CHECK(sig == SIGSEGV && code == SEGV_ACCERR && addr == q + 99 * P);
    // Two mappings at once: the kernels that take it leave them as they are, the others say EFAULT.
    mprotect(q, P, PROT_READ | PROT_WRITE);
    char *both = mremap(q, 100 * P, 200 * P, MREMAP_MAYMOVE);
    CHECK(both == MAP_FAILED && errno == EFAULT && !strcmp(q, "read only"));
    munmap(q, 100 * P);
}

// Code that moves is run where it is now.
static void code_moves(void)
{
    static const uint32_t arm[2][2] = {{0xe3a00001, 0xe12fff1e}, {0xe3a00002, 0xe12fff1e}}; // mov r0, #n; bx lr
    uint32_t *p = mmap(NULL, P, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(p, arm[0], 8);
    __builtin___clear_cache((char *)p, (char *)p + 8);
    int sum = 0;
    for (int i = 0; i < 100; i++)
        sum += ((int (*)(void))p)();
    CHECK(sum == 100);
    uint32_t *q = mmap(NULL, P, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(q, arm[1], 8);
    __builtin___clear_cache((char *)q, (char *)q + 8);
    for (int i = 0; i < 100; i++)
        sum += ((int (*)(void))q)();
    CHECK(sum == 300);
    CHECK(mremap(q, P, P, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
    CHECK(((int (*)(void))p)() == 2);
    p[0] = 0xe3a00003;
    __builtin___clear_cache((char *)p, (char *)p + 8);
    CHECK(((int (*)(void))p)() == 3);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    files(MAP_SHARED);
    files(MAP_PRIVATE);
    keeps();
    protection();
    code_moves();
    if (!failures) puts("ok");
    return failures != 0;
}
