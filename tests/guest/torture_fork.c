// Processes out of a program with threads: fork with handlers (pthread_atfork) while threads start, end,
// allocate and print; vfork and posix_spawn from threads; exit_group while threads are in every state. Each
// child is whole, its locks are free, and every process ends. The argument: rounds.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread" args=20 fullargs=400
// stinkarm-test: stdout="ok\n" timeout=600
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "torture.h"

static int count;
static volatile int stop;
static char self[4096];
extern char **environ;

static int status_of(pid_t child)
{
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// ---- pthread_atfork: the locks of a library stay usable ----

static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;
static int prepared, parents, children, guarded[2];

static void prepare(void)
{
    pthread_mutex_lock(&library);
    prepared++;
}

static void in_parent(void)
{
    parents++;
    pthread_mutex_unlock(&library);
}

static void in_child(void)
{
    children++;
    pthread_mutex_unlock(&library);
}

static void *use_library(void *arg)
{
    while (!stop) {
        pthread_mutex_lock(&library);
        guarded[0]++, guarded[1]++;
        pthread_mutex_unlock(&library);
        free(malloc(1 + (size_t)guarded[0] % 5000));
    }
    return arg;
}

static void *nothing(void *arg)
{
    return arg;
}

// Threads that come and go, and mappings that do.
static void *churn(void *arg)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    while (!stop) {
        pthread_t t;
        void *r;
        if (pthread_create(&t, &small, nothing, &count)) continue;
        pthread_join(t, &r);
        char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        p[4096] = 1;
        munmap(p, 3 * 4096);
        if (r != &count) return (void *)self;
    }
    (void)arg;
    return NULL;
}

// The child uses what the other threads of the parent used, and threads of its own.
static int child_works(void)
{
    pthread_t t;
    void *r = NULL;
    if (children != 1 || guarded[0] != guarded[1]) return 2;
    pthread_mutex_lock(&library);
    pthread_mutex_unlock(&library);
    char *p = malloc(100000);
    if (!p) return 3;
    memset(p, 1, 100000);
    free(p);
    if (pthread_create(&t, NULL, nothing, &count)) return 4;
    pthread_join(t, &r);
    return r == &count ? 7 : 5;
}

static void *fork_storm(void *arg)
{
    (void)arg;
    for (int i = 0; i < count; i++) {
        const pid_t child = fork();
        if (child == 0) _exit(child_works());
        const int status = child > 0 ? status_of(child) : 1;
        if (status != 7) {
            printf("child of fork: %d\n", status);
            return &count;
        }
    }
    return NULL;
}

static void test_fork(void)
{
    pthread_t t[6];
    void *(*const what[6])(void *) = {use_library, use_library, churn, churn, fork_storm, fork_storm};
    pthread_atfork(prepare, in_parent, in_child);
    stop = 0;
    for (int i = 0; i < 6; i++)
        CHECK(pthread_create(&t[i], NULL, what[i], NULL) == 0);
    for (int i = 5; i >= 0; i--) {
        void *r;
        if (i == 3) stop = 1;
        pthread_join(t[i], &r);
        CHECK(r == NULL);
    }
    CHECK(prepared == 2 * count && parents == 2 * count && children == 0);
}

// ---- vfork and posix_spawn, from several threads at once ----

static int vfork_and_exec(int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    char *const argv[] = {self, "exit", text, NULL};
    const pid_t child = vfork();
    if (child == 0) {
        execv(self, argv);
        _exit(99);
    }
    return child > 0 ? status_of(child) : 98;
}

static int vfork_and_exit(int value)
{
    const pid_t child = vfork();
    if (child == 0) _exit(value);
    return child > 0 ? status_of(child) : 98;
}

static int spawn(int value)
{
    char text[16];
    pid_t child;
    snprintf(text, sizeof text, "%d", value);
    char *const argv[] = {self, "exit", text, NULL};
    const int e = posix_spawn(&child, self, NULL, NULL, argv, environ);
    return e ? 97 : status_of(child);
}

static void *start_others(void *arg)
{
    const int me = (int)(intptr_t)arg;
    for (int i = 0; i < count; i++) {
        const int want = (me * 31 + i) & 63;
        const int got = i % 4 == 1 ? vfork_and_exec(want) : i % 4 == 3 ? spawn(want) : vfork_and_exit(want);
        if (got != want) {
            printf("vfork or spawn %d: %d, wanted %d\n", i % 4, got, want);
            return &count;
        }
    }
    return NULL;
}

static void test_spawn(void)
{
    pthread_t t[2];
    stop = 0;
    CHECK(pthread_create(&t[0], NULL, use_library, NULL) == 0);
    CHECK(pthread_create(&t[1], NULL, churn, NULL) == 0);
    CHECK(together(4, start_others) == 4);
    stop = 1;
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
}

// ---- the end, whatever the others are doing ----

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];
static volatile unsigned spun;
static sem_t begun;

enum { STATES = 12 };

static void *busy(void *arg)
{
    char c;
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    sigset_t all;
    sem_post(&begun);
    switch ((int)(intptr_t)arg) {
    case 0: pthread_mutex_lock(&held); break;
    case 1: (void)!read(ends[0], &c, 1); break;
    case 2: poll(&p, 1, -1); break;
    case 3: sleep(1000); break;
    case 4:
        for (;;)
            spun++;
    case 5:
        for (;;)
            getppid();
    case 6: churn(NULL); break;
    case 7:
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
        for (;;)
            spun++;
    case 8: pause(); break;
    case 9:
        for (;;)
            status_of(fork() ?: (_exit(0), 0));
    case 10:
        for (;;)
            vfork_and_exit(1);
    default:
        for (;;)
            free(malloc(200000));
    }
    return NULL;
}

static int end_amidst(int round)
{
    pthread_t t;
    pthread_mutex_lock(&held);
    sem_init(&begun, 0, 0);
    for (int i = 0; i < STATES; i++)
        if (pthread_create(&t, NULL, busy, (void *)(intptr_t)i)) return 90;
    for (int i = 0; i < round % STATES; i++)
        sem_wait(&begun);
    if (round % 3 == 0) usleep(2000);
    if (round % 4 == 1) syscall(SYS_exit_group, 40 + round % 8);
    if (round % 4 == 3) kill(getpid(), SIGTERM), sleep(100);
    _exit(40 + round % 8);
}

static void test_end(void)
{
    CHECK(pipe(ends) == 0);
    for (int round = 0; round < count; round++) {
        const pid_t child = fork();
        if (child == 0) _exit(end_amidst(round));
        const int status = status_of(child), want = round % 4 == 3 ? -SIGTERM : 40 + round % 8;
        if (status != want) printf("round %d: %d, wanted %d\n", round, status, want);
        CHECK(status == want);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "exit")) return atoi(argv[2]);
    count = rounds(argc, argv, 20);
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    CHECK(n > 0);
    test_fork();
    test_spawn();
    test_end();
    return finish();
}
