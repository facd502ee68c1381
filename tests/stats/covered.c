// What is executed and what is not. Arguments: fork, exec, vfork, fault, wait: one of them.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define APART __attribute__((noinline, noclone, used))

APART int never(int x) { return x * 3 + 1; }
APART int odd(int x) { return x & 1 ? x + 7 : x / 2; }
APART int rare(int x) { return x ^ 5; }
APART int parent_only(int x) { return x + 11; }
APART int child_only(int x) { return x + 12; }
APART int executed_only(int x) { return x + 13; }

static volatile int sum;

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    for (int i = 0; i < 50000; i++)
        sum += odd(i) + (i == 49999 ? rare(i) : 0);
    if (argc > 5) sum += never(sum);
    if (!strcmp(how, "executed")) sum += executed_only(sum);
    if (!strcmp(how, "exec")) execl(argv[0], argv[0], "executed", NULL);
    if (!strcmp(how, "fault")) *(volatile int *)8 = 1;
    if (!strcmp(how, "wait")) raise(SIGTERM);
    if (!strcmp(how, "fork") || !strcmp(how, "vfork")) {
        const pid_t child = how[0] == 'f' ? fork() : vfork();
        if (!child) {
            if (how[0] == 'v') execl(argv[0], argv[0], "executed", NULL);
            sum += child_only(sum);
            exit(0);
        }
        printf("%d\n", (int)child);
        waitpid(child, NULL, 0);
        sum += parent_only(sum);
    }
    return 0;
}
