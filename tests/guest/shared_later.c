// Memory that is shared for reading, and for writing only later, when code for its atomics is there already.
// stinkarm-test: build=arm
#include <stdlib.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { ROUNDS = 20000000 };

static atomic_uint private_counter;

static void count(atomic_uint *n)
{
    for (int i = 0; i < ROUNDS; i++)
        atomic_fetch_add(n, 1);
}

int main(void)
{
    char name[] = "/tmp/shared-XXXXXX";
    const int fd = mkstemp(name);
    CHECK(fd >= 0 && unlink(name) == 0 && ftruncate(fd, 4096) == 0);
    atomic_uint *shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(shared != MAP_FAILED && atomic_load(shared) == 0);
    count(&private_counter);
    CHECK(private_counter == ROUNDS);
    CHECK(mprotect(shared, 4096, PROT_READ | PROT_WRITE) == 0);
    const pid_t child = fork();
    count(shared);
    if (child == 0) _exit(0);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(atomic_load(shared) == 2 * ROUNDS);
    puts(failures ? "lost" : "none lost");
    return failures != 0;
}
