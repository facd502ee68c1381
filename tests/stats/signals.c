// SIGUSR1 from outside and from inside. Argument: what to make of it: handle, ignore, nothing.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int got;

static void count(int sig)
{
    (void)sig;
    got++;
}

static void say(const char *what)
{
    printf("%s, %d\n", what, got);
    fflush(stdout);
}

static void *wait_for_it(void *arg)
{
    while (!got)
        pthread_testcancel();
    return arg;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    char c;
    if (!strcmp(how, "handle")) signal(SIGUSR1, count);
    if (!strcmp(how, "ignore")) signal(SIGUSR1, SIG_IGN);
    say("ready");
    if (read(0, &c, 1) != 1) return 1; // reports meanwhile
    say("read");
    if (!strcmp(how, "executed")) {
        raise(SIGUSR1); // still ignored
        say("executed");
    } else if (!strcmp(how, "ignore")) {
        raise(SIGUSR1);
        execl("/proc/self/exe", argv[0], "executed", NULL);
    } else if (!strcmp(how, "handle")) {
        raise(SIGUSR1);
        say("raised");
        const pid_t child = fork(); // with its last breath
        if (!child) {
            kill(getppid(), SIGUSR1);
            _exit(0);
        }
        while (waitpid(child, NULL, 0) < 0)
            ;
        say("from the child");
        got = 0;
        pthread_t t;
        pthread_create(&t, NULL, wait_for_it, NULL);
        pthread_kill(t, SIGUSR1);
        pthread_join(t, NULL);
        say("in a thread");
    } else {
        raise(SIGUSR1); // the end
    }
    return 0;
}
