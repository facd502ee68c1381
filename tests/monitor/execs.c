// Makes a child, which nobody debugs, and becomes another program.
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) void execs(char **argv)
{
    if (!fork()) _exit(0);
    wait(NULL);
    execv(argv[1], argv + 1);
}

int main(int argc, char **argv)
{
    if (argc > 1) execs(argv);
    return 1;
}
