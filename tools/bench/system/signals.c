// A signal that a program sends to itself, and its handler.
#include <signal.h>
#include "program.h"

static volatile sig_atomic_t count;

static void handler(int signal)
{
    count += signal == SIGUSR1;
}

static void work(long rounds)
{
    signal(SIGUSR1, handler);
    for (long i = 0; i < rounds; i++)
        raise(SIGUSR1);
    printf("%d\n", (int)count);
}
