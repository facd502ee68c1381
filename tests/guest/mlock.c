// Locked memory: mlock and its relatives, the limit on it, what /proc says; advice of every kind; protection of parts of mappings.
// stinkarm-test: build=arm,thumb
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define P    4096u
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *map(unsigned pages)
{
    return mmap(NULL, pages * P, PROT_READ | PROT_WRITE, ANON, -1, 0);
}

// A number of /proc/self/status, in KiB.
static long status(const char *name)
{
    char line[256];
    long value = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, name, strlen(name))) value = atol(line + strlen(name));
    if (f) fclose(f);
    return value;
}

static void locks(void)
{
    char *p = map(16);
    unsigned char in[16];
    CHECK(mlock(p + 100, 2 * P) == 0); // three pages
    CHECK(mincore(p, 16 * P, in) == 0 && (in[0] & in[1] & in[2] & 1) && !(in[3] & 1));
    CHECK(status("VmLck:") == 12);
    CHECK(mlock2(p + 8 * P, 4 * P, MLOCK_ONFAULT) == 0 && mincore(p, 16 * P, in) == 0 && !(in[8] & 1));
    CHECK(madvise(p, P, MADV_DONTNEED) == -1 && errno == EINVAL); // not of what is locked
    CHECK(munlock(p, 16 * P) == 0 && status("VmLck:") == 0 && madvise(p, P, MADV_DONTNEED) == 0);
    CHECK(mlock2(p, P, 8) == -1 && errno == EINVAL);
    munmap(p + P, P);
    CHECK(mlock(p, 3 * P) == -1 && errno == ENOMEM && munlock(p, 3 * P) == -1 && errno == ENOMEM);
    CHECK(mlock((void *)0xbefff000, 0x10000) == -1 && (errno == ENOMEM || errno == EINVAL));
    char *locked = mmap(NULL, 4 * P, PROT_READ | PROT_WRITE, ANON | MAP_LOCKED, -1, 0);
    CHECK(locked != MAP_FAILED && mincore(locked, 4 * P, in) == 0 && (in[3] & 1) && munmap(locked, 4 * P) == 0);
    munmap(p, 16 * P);
}

static void all(void)
{
    unsigned char in[4];
    CHECK(mlockall(0) == -1 && errno == EINVAL);
    CHECK(mlockall(16) == -1 && errno == EINVAL);
    CHECK(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
    char *p = map(4);
    CHECK(p != MAP_FAILED && mincore(p, 4 * P, in) == 0 && (in[0] & in[1] & in[2] & in[3] & 1));
    CHECK(munlockall() == 0 && status("VmLck:") == 0);
    char *q = map(4);
    CHECK(q != MAP_FAILED && mincore(q, 4 * P, in) == 0 && !(in[2] & 1));
    munmap(p, 4 * P), munmap(q, 4 * P);
}

static void limit(void)
{
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) {
        const struct rlimit l = {64 * 1024, 64 * 1024};
        CHECK(setrlimit(RLIMIT_MEMLOCK, &l) == 0);
        if (!geteuid() && setuid(65534)) _exit(1);
        char *p = map(64);
        CHECK(mlock(p, 8 * P) == 0);
        CHECK(mlock(p, 64 * P) == -1 && errno == ENOMEM);
        CHECK(mmap(NULL, 64 * P, PROT_READ, ANON | MAP_LOCKED, -1, 0) == MAP_FAILED && errno == EAGAIN);
        fflush(stdout);
        _exit(failures);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == failures << 8);
}

static void advice(void)
{
    char *p = map(8);
    memset(p, 7, 8 * P);
    static const int harmless[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTFORK, MADV_DOFORK, MADV_DONTDUMP, MADV_DODUMP};
    for (unsigned i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        CHECK(madvise(p, 8 * P, harmless[i]) == 0 && p[3 * P] == 7);
    CHECK(madvise(p, 2 * P, MADV_FREE) == 0);
    p[0] = 8; // and taken back
    CHECK(p[0] == 8 && (p[1] == 7 || p[1] == 0));
    CHECK(madvise(p + 4 * P, P, MADV_WIPEONFORK) == 0);
    int status;
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) _exit(p[4 * P] * 16 + p[5 * P]);
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7 && p[4 * P] == 7);
    CHECK(madvise(p, P, 0x7fff) == -1 && errno == EINVAL);
    CHECK(madvise(p, 0, MADV_DONTNEED) == 0);
    char *s = mmap(NULL, 4 * P, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(s, 7, 4 * P);
    CHECK(madvise(s, P, MADV_DONTNEED) == 0 && s[0] == 7); // shared: it is still there
    CHECK(madvise(s + P, P, MADV_REMOVE) == 0 && s[P] == 0 && s[2 * P] == 7);
    munmap(p, 8 * P), munmap(s, 4 * P);
}

static void protections(void)
{
    char *p = map(64);
    for (int i = 0; i < 64; i++)
        CHECK(mprotect(p + i * P, P, i % 3 == 0 ? PROT_NONE : i % 3 == 1 ? PROT_READ : PROT_READ | PROT_WRITE) == 0);
    int pipes[2], ok = 0;
    CHECK(pipe(pipes) == 0);
    for (int i = 0; i < 64; i++) { // as the kernel sees them
        const int readable = write(pipes[1], p + i * P, 1) == 1;
        const int writable = readable && read(pipes[0], p + i * P, 1) == 1;
        char rest;
        if (readable && !writable) CHECK(read(pipes[0], &rest, 1) == 1);
        ok += readable == (i % 3 > 0) && writable == (i % 3 == 2);
    }
    CHECK(ok == 64);
    CHECK(mprotect(p, 64 * P, PROT_READ | PROT_WRITE) == 0);
    memset(p, 1, 64 * P);
    CHECK(mprotect(p + 1, P, PROT_READ) == -1 && errno == EINVAL);
    CHECK(mprotect(p, P, 0x1000) == -1 && errno == EINVAL);
    CHECK(mprotect(p, 0, PROT_READ) == 0);
    CHECK(mprotect((void *)0xc0000000, P, PROT_READ) == -1 && errno == ENOMEM);
    munmap(p, 64 * P);
}

int main(void)
{
    locks();
    all();
    limit();
    advice();
    protections();
    if (!failures) puts("ok");
    return failures != 0;
}
