// Dies in one of many ways: its first argument says in which.
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

volatile int sum;

__attribute__((noinline)) int fault(int *p)
{
    return *p + 1;
}

__attribute__((noinline)) int inner(int *p, int n)
{
    char bytes[64];
    memset(bytes, n, sizeof bytes);
    return fault(p) + bytes[n & 63];
}

__attribute__((noinline)) int deep(int *p, int n)
{
    return n ? deep(p, n - 1) + n : inner(p, n) * 2;
}

__attribute__((noinline)) int room(int *p, int n)
{
    char *bytes = __builtin_alloca(n);
    memset(bytes, n, n);
    return inner(p, bytes[n / 2]) + bytes[n - 1];
}

__attribute__((noinline)) double floats(int *p, double x)
{
    const double y = x * 3;
    return inner(p, (int)x) + y;
}

static int compare(const void *a, const void *b)
{
    return inner((int *)8, *(const char *)a - *(const char *)b);
}

static void handler(int sig)
{
    sum += inner((int *)8, sig) + 1;
}

static void handler_info(int sig, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    sum += inner((int *)8, sig) + 1;
}

__attribute__((noinline)) void gives_up(void)
{
    abort();
}

int main(int argc, char **argv)
{
    char text[] = "xab";
    struct sigaction act = {.sa_sigaction = handler_info, .sa_flags = SA_SIGINFO};
    int *const nowhere = (int *)8;
    switch (argc > 1 ? argv[1][0] : 0) {
    case 'p': return inner(nowhere, 1) + 1;
    case 'd': return deep(nowhere, atoi(argv[1] + 1)) + 1;
    case 'r': return room(nowhere, 100) + 1;
    case 'f': return (int)floats(nowhere, argc) + 1;
    case 'q': qsort(text, 3, 1, compare); return text[0] + sum;
    case 'h':
        signal(SIGUSR1, handler);
        raise(SIGUSR1);
        return sum;
    case 'i':
        sigaction(SIGUSR1, &act, NULL);
        raise(SIGUSR1);
        return sum;
    case 'j': ((void (*)(void))(uintptr_t)(argc - 2))(); return sum;
    case 'a': gives_up(); return sum;
    default: return 0;
    }
}
