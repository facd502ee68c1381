// Children by fork and by vfork, one after the other and a few at once: each must end with what it was told.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 30, AT_ONCE = 3 };

int main(int argc, char **argv)
{
    if (argc > 1) return 7;
    int sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int status;
        for (int k = 0; k < AT_ONCE; k++)
            if (!fork()) {
                usleep(2000);
                _exit(k);
            }
        if (!vfork()) {
            execl(argv[0], argv[0], "x", (char *)NULL);
            _exit(99);
        }
        while (wait(&status) > 0)
            sum += WEXITSTATUS(status);
    }
    printf("%d\n", sum);
    return sum == ROUNDS * (0 + 1 + 2 + 7) ? 0 : 1;
}
