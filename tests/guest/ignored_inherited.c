// A program that starts with ignored signals sees them in its /proc/self/status before it has asked for any.
// stinkarm-test: build=arm stdout="SigIgn:\t0000000000001200\n"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc == 1) {
        signal(SIGPIPE, SIG_IGN);
        signal(SIGUSR1, SIG_IGN);
        execl(argv[0], argv[0], "again", NULL);
        return 1;
    }
    char line[200];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "SigIgn:", 7)) fputs(line, stdout);
    return 0;
}
