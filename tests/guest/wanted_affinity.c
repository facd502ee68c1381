// Masks of CPUs in 32-bit words, names of threads, and prctl's other operations.
// stinkarm-test: build=arm,musl timeout=60
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void affinity(void)
{
    unsigned mask[32] = {0}, one[32] = {0};
    CHECK(syscall(SYS_sched_getaffinity, 0, 3, mask) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_sched_getaffinity, 0, 0, mask) == -1 && errno == EINVAL);
    const long n = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    CHECK(n >= 4 && n % 4 == 0);
    long cpu = 0;
    while (cpu < 1024 && !(mask[cpu / 32] >> cpu % 32 & 1))
        cpu++;
    one[cpu / 32] = 1u << cpu % 32;
    CHECK(syscall(SYS_sched_setaffinity, 0, (cpu / 32 + 1) * 4, one) == 0);
    unsigned got[32] = {0}, now;
    CHECK(syscall(SYS_sched_getaffinity, gettid(), sizeof got, got) == n && memcmp(got, one, sizeof got) == 0);
    CHECK(syscall(SYS_getcpu, &now, NULL, NULL) == 0 && now == cpu);
    CHECK(sysconf(_SC_NPROCESSORS_ONLN) >= 1);
    memset(one, 0, sizeof one);
    CHECK(syscall(SYS_sched_setaffinity, 0, sizeof one, one) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) == 0);
    CHECK(syscall(SYS_sched_setaffinity, 0, 4, 8) == -1 && errno == EFAULT);
}

static pthread_barrier_t barrier;

static void *named(void *arg)
{
    char name[17] = "", path[64], comm[32] = "";
    CHECK(prctl(PR_SET_NAME, "a name that is too long") == 0 && prctl(PR_GET_NAME, name) == 0 && strcmp(name, "a name that is ") == 0);
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", gettid());
    const int fd = open(path, O_RDONLY);
    CHECK(read(fd, comm, sizeof comm) == 16 && memcmp(comm, "a name that is \n", 16) == 0);
    close(fd);
    pthread_barrier_wait(&barrier);
    return arg;
}

static void names(void)
{
    pthread_t t;
    char name[17] = "";
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&t, NULL, named, NULL);
    pthread_barrier_wait(&barrier);
    CHECK(prctl(PR_GET_NAME, name) == 0 && strncmp(name, "tests-guest-wanted_affinity", 15) == 0);
    pthread_join(t, NULL);
    CHECK(prctl(PR_SET_NAME, 8) == -1 && errno == EFAULT);
}

static void operations(void)
{
    int value = -1;
    CHECK(prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && prctl(PR_GET_PDEATHSIG, &value) == 0 && value == SIGTERM);
    CHECK(prctl(PR_SET_PDEATHSIG, 0) == 0 && prctl(PR_SET_PDEATHSIG, 100) == -1 && errno == EINVAL);
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && prctl(PR_GET_CHILD_SUBREAPER, &value) == 0 && value == 1);
    const pid_t child = fork(); // its child becomes ours
    if (child == 0) {
        if (fork() == 0) {
            usleep(50000);
            _exit(5);
        }
        _exit(4);
    }
    int status, sum = 0;
    for (int i = 0; i < 2; i++)
        if (wait(&status) > 0) sum += WEXITSTATUS(status);
    CHECK(sum == 9);
    CHECK(prctl(PR_GET_DUMPABLE) == 1 && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
    CHECK(prctl(PR_SET_TIMERSLACK, 70000) == 0 && prctl(PR_GET_TIMERSLACK) == 70000);
    CHECK(prctl(PR_CAPBSET_READ, 0) >= 0 && prctl(PR_CAPBSET_READ, 1000) == -1 && errno == EINVAL);
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    CHECK(prctl(12345, 0, 0, 0, 0) == -1 && errno == EINVAL);
}

static void limits(void)
{
    struct rlimit l, was;
    CHECK(getrlimit(RLIMIT_NOFILE, &was) == 0);
    l = (struct rlimit){20, was.rlim_max};
    CHECK(setrlimit(RLIMIT_NOFILE, &l) == 0 && fcntl(0, F_DUPFD, 15) == 15 && fcntl(0, F_DUPFD, 20) == -1 && errno == EINVAL);
    CHECK(dup2(0, 20) == -1 && errno == EBADF && setrlimit(RLIMIT_NOFILE, &was) == 0 && dup2(0, 20) == 20);
    l = (struct rlimit){10, 5};
    CHECK(setrlimit(RLIMIT_NOFILE, &l) == -1 && errno == EINVAL);
    // Small ones for memory leave the program running, and its children.
    l = (struct rlimit){1 << 20, RLIM_INFINITY};
    CHECK(setrlimit(RLIMIT_STACK, &l) == 0 && getrlimit(RLIMIT_STACK, &was) == 0 && was.rlim_cur == 1 << 20);
    l = (struct rlimit){64 << 20, 64 << 20};
    CHECK(setrlimit(RLIMIT_AS, &l) == 0 && setrlimit(RLIMIT_DATA, &l) == 0);
    CHECK(malloc(80 << 20) == NULL && errno == ENOMEM);
    const pid_t child = fork();
    int status;
    if (child == 0) {
        execl("/proc/self/exe", "x", "limited", (char *)NULL);
        _exit(99);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char **argv)
{
    (void)argv;
    struct rlimit l = {0, 0};
    if (argc > 1) // the limits are inherited
        return getrlimit(RLIMIT_AS, &l) || l.rlim_cur != 64 << 20 || malloc(80 << 20) != NULL || malloc(1 << 20) == NULL;
    affinity();
    names();
    operations();
    limits();
    return failures != 0;
}
