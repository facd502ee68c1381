// Where mappings go: hints, the top of memory, the stack's neighbourhood, until nothing is left.
// stinkarm-test: build=arm,thumb
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define P 4096u
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static void *map(uintptr_t at, size_t len, int flags)
{
    return mmap((void *)at, len, PROT_READ | PROT_WRITE, ANON | MAP_NORESERVE | flags, -1, 0);
}

static void hints(void)
{
    CHECK(map(0x60000000, P, 0) == (void *)0x60000000);
    CHECK(map(0x60000000, P, 0) != (void *)0x60000000);          // taken
    CHECK(map(0x60001123, P, 0) == (void *)0x60001000);          // rounded down
    CHECK(map(0xbe000000, P, 0) == (void *)0xbe000000);          // between mmap's own and the stack
    CHECK(map(0xfffff000, P, 0) < (void *)0xbf000000);           // nobody's: it goes where there is room
    CHECK(map(0xc0000000, P, 0) < (void *)0xbf000000);
    char *low = map(0x1000, P, 0);
    CHECK(low == (void *)0x1000);
    low[0] = 1;
    CHECK(map(0xfffff000, P, MAP_FIXED) == MAP_FAILED && errno == ENOMEM);
    CHECK(map(0xbf000000, P, MAP_FIXED) == MAP_FAILED && errno == ENOMEM);
    CHECK(map(0xbeff0000, 0x20000, MAP_FIXED) == MAP_FAILED && errno == ENOMEM);
    CHECK(map(0, P, MAP_FIXED) == MAP_FAILED && errno == EPERM);
    CHECK(mmap((void *)0x60000000, P, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED && errno == EEXIST);
    CHECK(mmap((void *)0x5ffff000, 2 * P, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED && errno == EEXIST);
    CHECK(mmap((void *)0x5ffff000, P, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0) == (void *)0x5ffff000);
    CHECK(mmap((void *)0x5fffe100, P, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap((void *)0xffff0000, P, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
    munmap(low, P);
    munmap((void *)0x5ffff000, 3 * P);
    munmap((void *)0xbe000000, P);
    // Not over ourselves unless we say so: code, stack and heap are no free places.
    CHECK(map((uintptr_t)&hints & ~(P - 1), P, 0) != (void *)((uintptr_t)&hints & ~(P - 1)));
    int here;
    CHECK(map((uintptr_t)&here & ~(P - 1), P, 0) != (void *)((uintptr_t)&here & ~(P - 1)));
    errno = 0;
    CHECK(mmap((void *)((uintptr_t)&here & ~(P - 1)), P, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED &&
          errno == EEXIST);
}

// All that there is, in pieces of this size: how many, and then as many again when they are gone.
static unsigned fill(size_t piece)
{
    static char *got[4096];
    unsigned n = 0;
    while (n < 4096 && (got[n] = map(0, piece, 0)) != MAP_FAILED) {
        got[n][0] = (char)n; // first and last page are there
        got[n][piece - 1] = (char)n;
        n++;
    }
    CHECK(n < 4096 && errno == ENOMEM);
    CHECK(mremap(got[0], piece, 2 * piece, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM);
    void *heap = malloc(2 * piece); // an honest NULL
    CHECK(!heap);
    for (unsigned i = 0; i < n; i++)
        CHECK(got[i][0] == (char)i && got[i][piece - 1] == (char)i);
    for (unsigned i = 0; i < n; i++)
        CHECK(munmap(got[i], piece) == 0);
    return n;
}

static void exhausted(void)
{
    const unsigned n = fill(64 << 20);
    CHECK(n >= 40 && n <= 48); // of 3056 MiB
    CHECK(fill(64 << 20) == n);
    CHECK(fill(1 << 20) >= n * 64);
    CHECK(map(0, 0xbf000000, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(map(0, 0xc0000000, 0) == MAP_FAILED && errno == ENOMEM);
    char *most = map(0, 2000u << 20, 0);
    CHECK(most != MAP_FAILED);
    most[0] = most[(2000u << 20) - 1] = 1;
    // A child of a process that is nearly full.
    const pid_t pid = fork();
    if (!pid) _exit(most[0] + most[(2000u << 20) - 1]);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 2);
    CHECK(munmap(most, 2000u << 20) == 0);
}

int main(void)
{
    hints();
    exhausted();
    if (!failures) puts("ok");
    return failures != 0;
}
