// A process with as many mappings as the host kernel allows (vm.max_map_count): ENOMEM, and life goes on, code that changes included.
// stinkarm-test: build=arm timeout=600
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define P 4096u

static int call(void *code)
{
    return ((int (*)(void))code)();
}

static void write_code(uint32_t *code, unsigned n)
{
    code[0] = 0xe3a00000 | n; // mov r0, #n
    code[1] = 0xe12fff1e;     // bx lr
    __builtin___clear_cache((char *)code, (char *)code + 8);
}

static void *thread(void *arg)
{
    return arg;
}

int main(void)
{
    const unsigned pages = 300000;
    char *p = mmap(NULL, pages * P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint32_t *code = mmap(NULL, P, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && code != MAP_FAILED);
    write_code(code, 1);
    CHECK(call(code) == 1);
    unsigned n = 0; // every second page is another mapping
    while (n < pages / 2 && mprotect(p + 2 * n * P, P, PROT_READ) == 0)
        n++;
    CHECK(n > 1000);
    if (n < pages / 2) {
        CHECK(errno == ENOMEM);
        int more = 0; // the last one or two
        while (more < 5 && mmap(NULL, P, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
            more++;
        CHECK(more < 5 && errno == ENOMEM);
        CHECK(munmap(p + (2 * n + 10) * P, P) == -1 && errno == ENOMEM); // it would make two of one
        p[(2 * n + 10) * P] = 1;                                         // it is still there
    }
    // Code: new, changed, changed again and again; in a page whose neighbours are another mapping.
    for (unsigned i = 2; i < 40; i++) {
        write_code(code, i);
        CHECK(call(code) == (int)i);
    }
    for (unsigned i = 1; i < 60; i++) {
        code[0] = 0xe3a00000 | i;
        __builtin___clear_cache((char *)code, (char *)code + 8);
        for (int k = 0; k < 30; k++)
            CHECK(call(code) == (int)i);
    }
    pthread_t t;
    void *result = NULL;
    const int r = pthread_create(&t, NULL, thread, &t);
    CHECK(r == EAGAIN || r == ENOMEM || (r == 0 && pthread_join(t, &result) == 0 && result == &t));
    int status;
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) _exit(call(code));
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 59);
    CHECK(mprotect(p, pages * P, PROT_READ | PROT_WRITE) == 0); // all one again
    CHECK(mmap(NULL, P, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    write_code(code, 99);
    CHECK(call(code) == 99);
    if (!failures) puts("ok");
    return failures != 0;
}
