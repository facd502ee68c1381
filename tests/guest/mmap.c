// Memory calls: what they return, and what they do to the contents.
// stinkarm-test: build=arm,thumb,armel
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

#define P 4096u
static sigjmp_buf env;
static volatile int sig, code;
static void *volatile addr;

static void handler(int s, siginfo_t *si, void *uc)
{
    (void)uc;
    sig = s;
    code = si->si_code;
    addr = si->si_addr;
    siglongjmp(env, 1);
}

// The signal that touching p raises, or 0.
static int touch(volatile char *p, int write)
{
    sig = 0;
    if (sigsetjmp(env, 1)) return sig;
    if (write)
        *p = 1;
    else
        (void)*p;
    return 0;
}

static char *anon(size_t len, int prot)
{
    return mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void basics(void)
{
    char *p = anon(4 * P, PROT_READ | PROT_WRITE);
    CHECK(p != MAP_FAILED && (unsigned)p % P == 0);
    CHECK(p[0] == 0 && p[4 * P - 1] == 0);
    memset(p, 1, 4 * P);
    CHECK(munmap(p + P, P) == 0 && touch(p + P, 0) == SIGSEGV && code == SEGV_MAPERR && addr == p + P);
    CHECK(touch(p + 2 * P, 0) == 0);
    CHECK(mprotect(p, P, PROT_READ) == 0 && touch(p, 0) == 0);
    CHECK(touch(p, 1) == SIGSEGV && code == SEGV_ACCERR && addr == p);
    CHECK(mprotect(p, P, PROT_NONE) == 0 && touch(p, 0) == SIGSEGV && code == SEGV_ACCERR);
    CHECK(mprotect(p, 4 * P, PROT_READ) == -1 && errno == ENOMEM);
    CHECK(touch(p, 0) == 0 && touch(p + 2 * P, 1) == 0); // changed in front of the hole only
    CHECK(munmap(p, 4 * P) == 0);
    CHECK(munmap(p + 1, P) == -1 && errno == EINVAL);
    CHECK(munmap(p, 0) == -1 && errno == EINVAL);
    CHECK(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, P, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, P, PROT_READ, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap((void *)0x12345, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED &&
          errno == EINVAL);
    CHECK(mmap(NULL, 0xfffff000u, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
          errno == ENOMEM);
}

static void fixed(void)
{
    char *p = anon(4 * P, PROT_READ | PROT_WRITE);
    memset(p, 7, 4 * P);
    char *q = mmap(p + P, P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(q == p + P && q[0] == 0 && p[0] == 7 && p[2 * P] == 7);
    CHECK(mmap(p, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED &&
          errno == EEXIST);
    munmap(p + P, P);
    q = mmap(p + P, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(q == p + P);
    munmap(p + P, P);
    CHECK(mmap(p + P, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == p + P); // a hint
    CHECK(mmap(p + P, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != p + P); // taken
    munmap(p, 4 * P);
}

static void files(void)
{
    char name[] = "/tmp/stinkarm-mmap-XXXXXX", buf[8] = "";
    const int fd = mkstemp(name);
    unlink(name);
    CHECK(ftruncate(fd, 3 * P + 100) == 0);
    CHECK(pwrite(fd, "page two", 8, 2 * P) == 8);
    char *s = mmap(NULL, 5 * P, PROT_READ | PROT_WRITE, MAP_SHARED, fd, P);
    CHECK(s != MAP_FAILED && memcmp(s + P, "page two", 8) == 0);
    CHECK(touch(s + 2 * P + 200, 0) == 0); // the rest of the last page
    CHECK(touch(s + 3 * P, 0) == SIGBUS && code == BUS_ADRERR && addr == s + 3 * P);
    memcpy(s + P, "PAGE", 4);
    CHECK(msync(s, 3 * P, MS_SYNC) == 0);
    CHECK(pread(fd, buf, 8, 2 * P) == 8 && memcmp(buf, "PAGE two", 8) == 0);
    char *v = mmap(NULL, P, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 2 * P);
    memcpy(v, "mine", 4);
    CHECK(memcmp(s + P, "PAGE", 4) == 0);
    CHECK(madvise(v, P, MADV_DONTNEED) == 0 && memcmp(v, "PAGE", 4) == 0);
    CHECK(syscall(SYS_mmap2, NULL, P, PROT_READ, MAP_PRIVATE, fd, 0xfffffu) !=
          -1); // 4 GiB - 4 KiB: behind its end
    close(fd);
    const int ro = open("/proc/self/exe", O_RDONLY);
    CHECK(ro >= 0 && mmap(NULL, P, PROT_WRITE, MAP_SHARED, ro, 0) == MAP_FAILED && errno == EACCES);
    char *e = mmap(NULL, P, PROT_READ, MAP_PRIVATE, ro, 0);
    CHECK(e != MAP_FAILED && memcmp(e, "\177ELF", 4) == 0 && e[18] == 40);
    close(ro);
}

static void remap(void)
{
    char *p = anon(8 * P, PROT_READ | PROT_WRITE);
    memset(p, 3, 8 * P);
    CHECK(mremap(p, 8 * P, 4 * P, 0) == p && touch(p + 4 * P, 0) == SIGSEGV && touch(p + 3 * P, 0) == 0);
    CHECK(mremap(p, 4 * P, 6 * P, 0) == p && p[4 * P] == 0 && p[4 * P - 1] == 3);
    CHECK(mmap(p + 6 * P, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + 6 * P);
    p[5 * P] = 5;
    CHECK(mremap(p, 6 * P, 8 * P, 0) == MAP_FAILED && errno == ENOMEM);
    char *q = mremap(p, 6 * P, 64 * P, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED && q != p && q[0] == 3 && q[5 * P] == 5 && q[63 * P] == 0);
    CHECK(touch(p, 0) == SIGSEGV && code == SEGV_MAPERR && touch(p + 6 * P, 0) == 0);
    char *to = anon(64 * P, PROT_NONE);
    CHECK(mremap(q, 64 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    CHECK(to[0] == 3 && touch(to + 2 * P, 0) == SIGSEGV && touch(q, 0) == SIGSEGV &&
          touch(q + 3 * P, 0) == SIGSEGV);
    CHECK(mremap(to, 2 * P, 2 * P, MREMAP_FIXED, q) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(to, 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, to + P) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(to + 1, P, P, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(to, 0, P, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
    char *s = mmap(NULL, P, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    strcpy(s, "shared");
    char *twice = mremap(s, 0, P, MREMAP_MAYMOVE);
    CHECK(twice != MAP_FAILED && twice != s && strcmp(twice, "shared") == 0);
    s[0] = 'S';
    CHECK(twice[0] == 'S');
    munmap(s, P);
    CHECK(twice[0] == 'S');
    for (size_t n = P; n < 300 * P; n += P) { // as realloc does
        char *grown = mremap(to, n, n + P, MREMAP_MAYMOVE);
        if (n == P) munmap(to + 2 * P, P), to = grown;
        CHECK(grown != MAP_FAILED);
        to = grown;
        to[n] = 9;
        if (failures) break;
    }
    CHECK(to[0] == 3 && to[299 * P] == 9);
    munmap(to, 300 * P);
}

static void advice(void)
{
    unsigned char vec[4];
    char *p = anon(4 * P, PROT_READ | PROT_WRITE);
    memset(p, 1, 4 * P);
    CHECK(madvise(p + P, P, MADV_DONTNEED) == 0 && p[P] == 0 && p[0] == 1 && p[2 * P] == 1);
    CHECK(mincore(p, 4 * P, vec) == 0 && (vec[0] & 1));
    CHECK(mincore(p + 1, P, vec) == -1 && errno == EINVAL);
    CHECK(mincore(p, P, (void *)8) == -1 && errno == EFAULT);
    munmap(p + P, P);
    CHECK(mincore(p, 4 * P, vec) == -1 && errno == ENOMEM);
    CHECK(madvise(p, 4 * P, MADV_DONTNEED) == -1 && errno == ENOMEM && p[0] == 0 && p[3 * P] == 0);
    CHECK(madvise(p, P, 9999) == -1 && errno == EINVAL);
    CHECK(madvise(p + 1, P, MADV_DONTNEED) == -1 && errno == EINVAL);
    CHECK(msync(p, 4 * P, MS_ASYNC) == -1 && errno == ENOMEM);
    CHECK(mlock(p, P) == 0 && munlock(p, P) == 0);
    CHECK(mlock(p, 2 * P) == -1 && errno == ENOMEM);
    munmap(p, 4 * P);
}

static void breaks(void)
{
    char *b = sbrk(0), *raw = (char *)syscall(SYS_brk, 0);
    CHECK(b == raw);
    CHECK(sbrk(3 * P) == b && sbrk(0) == b + 3 * P);
    memset(b, 1, 3 * P);
    CHECK((char *)syscall(SYS_brk, 0x1000) == b + 3 * P); // below the start: refused
    CHECK((char *)syscall(SYS_brk, 0xfffff000) == b + 3 * P);
    CHECK(sbrk(-3 * (int)P) == b + 3 * P && sbrk(0) == b);
    char *page = (char *)(((unsigned)b + 2 * P - 1) & ~(P - 1));
    CHECK(touch(page, 0) == SIGSEGV);
    CHECK(sbrk(3 * P) == b && page[0] == 0);
    char *wall =
        mmap((char *)(((unsigned)b + 16 * P) & ~(P - 1)), P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK((char *)syscall(SYS_brk, b + 64 * P) == b + 3 * P);
    munmap(wall, P);
}

static void growing(void)
{
    char *p = mmap((void *)0x30000000, P, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
    CHECK(p == (char *)0x30000000);
    CHECK(touch(p - 1, 1) == 0 && touch(p - 8 * P, 1) == 0 && touch(p - 4 * P, 0) == 0);
    CHECK(touch(p + P, 0) == SIGSEGV && code == SEGV_MAPERR);
    CHECK(mprotect(p, P, PROT_READ | PROT_GROWSDOWN) == 0 && touch(p - 8 * P, 1) == SIGSEGV &&
          code == SEGV_ACCERR);
    CHECK(munmap(p - 8 * P, 9 * P) == 0 && touch(p - P, 0) == SIGSEGV);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    basics();
    fixed();
    files();
    remap();
    advice();
    breaks();
    growing();
    return failures != 0;
}
