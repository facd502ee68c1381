#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int global;
char bytes[16];
struct point {
    int x, y;
} origin = {3, -4};

__attribute__((noinline)) static int sum(int n)
{
    int s = 0;
    for (int i = 0; i < n; i++) {
        s += i;
        if (i == 7) global = s;
    }
    return s;
}

__attribute__((noinline)) static void fill(char with)
{
    for (int i = 0; i < 16; i++)
        bytes[i] = with;
}

static void on_signal(int sig)
{
    global = -sig;
}

int main(void)
{
    signal(SIGUSR1, on_signal);
    printf("%d\n", sum(10));
    fill(1);
    raise(SIGUSR1);
    printf("%d\n", sum(100000000) & 1);
    printf("%d %d\n", global, bytes[5]);
    return 3;
}
