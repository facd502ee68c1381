// A program that starts with ignored signals sees them in its /proc/self/status before it has asked for any.
// stinkarm-test: build=arm stdout="1200\n"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc == 1) {
        for (int sig = SIGHUP; sig < SIGPIPE; sig++)
            signal(sig, SIG_DFL);
        signal(SIGPIPE, SIG_IGN);
        signal(SIGUSR1, SIG_IGN);
        execl(argv[0], argv[0], "again", NULL);
        return 1;
    }
    char line[200];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "SigIgn:", 7))
            printf("%llx\n", strtoull(line + 7, NULL, 16) & 0x1fff); // of 1 to 13
    return 0;
}
