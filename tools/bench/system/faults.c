// Page faults that a handler repairs, as garbage collectors have them.
#include <signal.h>
#include <sys/mman.h>
#include "program.h"

enum { PAGE = 4096, PAGES = 16 };
static char *area;
static volatile sig_atomic_t faults;

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    faults++;
    const uintptr_t page = (uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1);
    if (mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE)) abort();
}

static void work(long rounds)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
    area = mmap(NULL, PAGE * PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) abort();
    for (long r = 0; r < rounds; r++) {
        mprotect(area, PAGE * PAGES, PROT_READ);
        for (int i = 0; i < PAGES; i++)
            ((volatile char *)area)[i * PAGE + (r & 0xff)] = (char)i;
    }
    printf("%d\n", (int)faults);
}
