// Threads, signals, fork and execve, with enough code that some is kept: threads [again].
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 3000 };

static volatile sig_atomic_t signals;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned total;

static void on_signal(int sig)
{
    (void)sig;
    signals++;
}

static void *work(void *arg)
{
    char text[64];
    for (int k = 0; k < ROUNDS; k++) {
        snprintf(text, sizeof text, "%d %s %g", k, (const char *)arg, k / 8.0);
        pthread_mutex_lock(&lock);
        total += (unsigned)strlen(text);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[THREADS];
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &sa, NULL);
    for (int k = 0; k < THREADS; k++)
        pthread_create(&t[k], NULL, work, "thread");
    for (int k = 0; k < 200; k++)
        raise(SIGUSR1);
    for (int k = 0; k < THREADS; k++)
        pthread_join(t[k], NULL);
    printf("%u characters, %d signals\n", total, (int)signals);
    fflush(stdout);
    for (int k = 0; k < 3; k++) {
        const pid_t child = fork();
        int status;
        if (!child) {
            total = 0;
            work("child");
            if (k == 2 && argc == 1) execl(argv[0], argv[0], "again", (char *)NULL);
            _exit(total % 100);
        }
        waitpid(child, &status, 0);
        printf("child %d\n", WEXITSTATUS(status));
    }
    return 0;
}
