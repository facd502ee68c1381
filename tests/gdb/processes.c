#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int value = 1;

__attribute__((noinline)) static void in_child(void)
{
    value += 10;
}

__attribute__((noinline)) static void in_parent(void)
{
    value += 100;
}

int main(int argc, char **argv)
{
    if (argc > 1) return value + 6; // executed
    const pid_t pid = fork();
    if (!pid) {
        in_child();
        _exit(value);
    }
    in_parent();
    int status;
    waitpid(pid, &status, 0);
    printf("fork %d\n", WEXITSTATUS(status));
    const pid_t other = vfork();
    if (!other) {
        execl(argv[0], argv[0], "x", (char *)NULL);
        _exit(9);
    }
    waitpid(other, &status, 0);
    printf("vfork %d\n", WEXITSTATUS(status));
    return 0;
}
