// For a terminal: waits, as its argument says: "spin"; "ignore", "block" and "catch" SIGINT; "raw", with the terminal in raw mode;
// "read", a line; "thread", which reads while the first one spins.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile unsigned turns;

static void on_interrupt(int sig)
{
    (void)sig;
    write(1, "caught\n", 7);
}

static void show_mode(void)
{
    struct termios t;
    tcgetattr(0, &t);
    printf("mode %s\n", t.c_lflag & ICANON ? "cooked" : "raw");
    fflush(stdout);
}

__attribute__((noinline)) void halfway(void)
{
    turns++;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "spin";
    struct termios t;
    tcgetattr(0, &t);
    const struct termios before = t;
    if (!strcmp(what, "ignore")) signal(SIGINT, SIG_IGN);
    if (!strcmp(what, "catch")) signal(SIGINT, on_interrupt);
    if (!strcmp(what, "block")) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigprocmask(SIG_BLOCK, &set, NULL);
    }
    if (!strcmp(what, "raw")) {
        t.c_lflag &= ~(ICANON | ECHO);
        tcsetattr(0, TCSANOW, &t);
        halfway();
        show_mode();
        tcsetattr(0, TCSANOW, &before);
        return 4;
    }
    if (!strcmp(what, "read")) {
        char line[100];
        halfway();
        if (!fgets(line, sizeof line, stdin)) strcpy(line, "nothing\n");
        printf("got %s", line);
        return 5;
    }
    puts("waits");
    fflush(stdout);
    for (;;) {
        turns++;
        if (turns % 1024 == 0) usleep(1000);
    }
}
