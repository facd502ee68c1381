// What uses up memory, time and processes.  limits memory | burn | burn_child | bomb | hot | net PORT | exec
// PROGRAM
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void burn(void)
{
    sigset_t all;
    sigfillset(&all);
    signal(SIGXCPU, SIG_IGN); // is of no use
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (volatile unsigned i = 0;; i++) {
    }
}

static void memory(void)
{
    int n = 0;
    while (n < 4096 &&
           mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        n++;
    printf("%s %s\n", n > 40 && n < 64 ? "ok" : "wrong", strerror(errno));
    if (memfd_create("bomb", 0) != -1) puts("memfd");
    if (sbrk(64 << 20) != (void *)-1) puts("brk");
}

static void bomb(void)
{
    for (int i = 0; i < 1000; i++)
        if (fork() < 0 && errno != EAGAIN) perror("fork");
    raise(SIGKILL);
}

static void net(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    const int s = socket(AF_INET, SOCK_STREAM, 0), d = socket(AF_INET, SOCK_DGRAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int r = connect(s, (struct sockaddr *)&a, sizeof a);
    printf("%d %d %d %d %d\n", s >= 0, d >= 0, r == -1 && errno == ECONNREFUSED,
           socket(AF_UNIX, SOCK_STREAM, 0), socket(AF_INET, SOCK_RAW, 1));
}

int main(int argc, char **argv)
{
    const char *what = argv[1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(what, "memory")) memory();
    if (!strcmp(what, "burn")) burn();
    if (!strcmp(what, "burn_child")) {
        int status;
        if (fork() == 0) burn();
        if (wait(&status) > 0) printf("%d\n", WEXITSTATUS(status));
        printf("%d %s\n", fork(), strerror(errno)); // the time of those that have been waited for counts
    }
    if (!strcmp(what, "bomb")) bomb();
    if (!strcmp(what, "net")) net(argc > 2 ? atoi(argv[2]) : 1);
    if (!strcmp(what, "hot")) { // code that is compiled, until somebody has looked
        puts("hot");
        fflush(stdout);
        for (volatile unsigned i = 0, j = 0; i < 4000000000; i++)
            j += i ^ j;
    }
    if (!strcmp(what, "exec")) {
        execv(argv[2], argv + 2);
        perror("exec");
    }
    return 0;
}
