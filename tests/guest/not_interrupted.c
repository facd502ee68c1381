// A call that does not wait is never interrupted: a signal comes before it or behind it, also if its handler
// does not ask for calls to be repeated.
// stinkarm-test: build=arm
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
    (void)sig;
    ticks++;
}

int main(void)
{
    struct sigaction act = {.sa_handler = tick}; // no SA_RESTART
    const struct itimerval often = {{0, 50}, {0, 50}};
    const int null = open("/dev/null", O_RDWR);
    unsigned interrupted = 0;
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (ticks < 2000) {
        char c = 0;
        struct stat st;
        interrupted += write(null, &c, 1) != 1;
        interrupted += read(null, &c, 1) != 0;
        interrupted += fstat(null, &st) != 0;
    }
    printf("%u interrupted\n", interrupted);
    return interrupted != 0;
}
