// Work in known parts: of the time 60 % in heavy, of which first calls two thirds and second one; 30 % in middle, and 10 % in
// light. Other parts by name: work WHAT.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define APART __attribute__((noinline, noclone))

volatile unsigned sink;

// The same in each: a call that is inlined would not be known by its name. Threads have nothing in common here: a cache line
// that two of them write costs what it likes.
#define SPIN(name)                                                                                           \
    APART void name(unsigned n)                                                                              \
    {                                                                                                        \
        volatile unsigned spun = n;                                                                          \
        while (n--)                                                                                          \
            spun = spun * 5 + n;                                                                             \
    }
SPIN(heavy)
SPIN(middle)
SPIN(light)

enum { UNIT = 20000 };

APART void first(void)
{
    heavy(4 * UNIT);
    light(UNIT);
    sink++;
}

APART void second(void)
{
    heavy(2 * UNIT);
    middle(3 * UNIT);
    sink++;
}

APART void deep(unsigned n)
{
    if (n)
        deep(n - 1);
    else
        heavy(UNIT);
    sink++;
}

static void *alone(void *n)
{
    pthread_setname_np(pthread_self(), *(unsigned *)n == 3 ? "three" : "one");
    for (unsigned i = 0; i < 15000 * *(unsigned *)n; i++)
        light(UNIT);
    return NULL;
}

static void threads(void)
{
    static unsigned parts[] = {3, 1};
    pthread_t t[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, alone, &parts[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
}

// Zeros from the kernel.
APART void calls(void)
{
    static char zeros[1 << 22];
    const int fd = open("/dev/zero", O_RDONLY);
    for (int i = 0; i < 3000; i++)
        if (read(fd, zeros, sizeof zeros) < 0) exit(1);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "parts";
    const int n = argc > 2 ? atoi(argv[2]) : 700;
    if (!strcmp(what, "threads")) threads();
    if (!strcmp(what, "calls")) calls();
    if (!strcmp(what, "sleep")) nanosleep(&(struct timespec){1, 0}, NULL);
    if (!strcmp(what, "abort") || !strcmp(what, "parts"))
        for (int i = 0; i < n; i++)
            first(), second();
    if (!strcmp(what, "abort")) abort();
    if (!strcmp(what, "recursion"))
        for (int i = 0; i < 20000; i++)
            deep(20);
    if (!strcmp(what, "fork")) {
        if (fork() == 0) {
            for (int i = 0; i < 8000; i++)
                middle(UNIT);
            return 0;
        }
        wait(NULL);
        for (int i = 0; i < 8000; i++)
            light(UNIT);
        if (chdir("/")) return 1;
        execl(argv[0], argv[0], "parts", "700", NULL);
    }
    return 0;
}
