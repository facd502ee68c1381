// spawn N PROGRAM [ARGUMENT...]: forks and executes PROGRAM N times, one after the other.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    int good = 0;
    for (int i = 0; i < atoi(argv[1]); i++) {
        const pid_t pid = fork();
        if (pid == 0) {
            execv(argv[2], argv + 2);
            _exit(127);
        }
        int status;
        if (waitpid(pid, &status, 0) == pid && status == 0) good++;
    }
    printf("%d\n", good);
    return good != atoi(argv[1]);
}
