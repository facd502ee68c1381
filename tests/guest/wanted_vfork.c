// vfork and posix_spawn as Linux has them: the child works in its parent's memory and has its own descriptors,
// directory and handlers; the parent waits for it, signals or not.
// stinkarm-test: build=arm,thumb,musl timeout=60
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

extern char **environ;
static volatile int shared, order, handled;
static char self[4096];

static int status_of(pid_t child)
{
    int status = -1;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void on_signal(int sig)
{
    handled = order == 2 ? sig : -1; // not before the child has gone
}

static void sharing(void)
{
    char before[4096], after[4096];
    CHECK(getcwd(before, sizeof before) != NULL);
    signal(SIGUSR1, on_signal);
    const pid_t child = vfork();
    if (child == 0) {
        shared = getpid();
        order = 1;
        chdir("/");
        umask(0);
        close(0);
        signal(SIGUSR1, SIG_IGN);
        kill(getppid(), SIGUSR1); // the parent handles it when it runs again
        usleep(30000);
        order = 2;
        _exit(3);
    }
    CHECK(order == 2 && shared == child && handled == SIGUSR1 && status_of(child) == 3);
    CHECK(getcwd(after, sizeof after) && strcmp(before, after) == 0 && fcntl(0, F_GETFD) != -1);
    struct sigaction now;
    CHECK(umask(022) != 0 && sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == on_signal);
}

static void executing(void)
{
    char *args[] = {"x", "exit", "7", NULL};
    pid_t child = vfork();
    if (child == 0) {
        execv("/nowhere/at/all", args);
        shared = errno; // the parent sees why
        execv(self, args);
        _exit(99);
    }
    CHECK(shared == ENOENT && status_of(child) == 7);
    child = vfork();
    if (child == 0) {
        kill(getpid(), SIGKILL); // raise may know the parent alone
        _exit(0);
    }
    CHECK(status_of(child) == 1000 + SIGKILL);
}

static void spawning(void)
{
    int p[2];
    char buf[64] = "", *args[] = {"x", "say", NULL}, *env[] = {"MARK=spawned", NULL};
    pid_t child;
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t at;
    sigset_t set;
    CHECK(pipe(p) == 0);
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_adddup2(&fa, p[1], 1);
    posix_spawn_file_actions_addclose(&fa, p[0]);
    posix_spawn_file_actions_addopen(&fa, 5, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_init(&at);
    posix_spawnattr_setflags(&at, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    posix_spawnattr_setsigmask(&at, &set);
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&at, &set);
    signal(SIGPIPE, SIG_IGN);
    CHECK(posix_spawn(&child, self, &fa, &at, args, env) == 0);
    close(p[1]);
    CHECK(read(p[0], buf, sizeof buf) > 0 && strcmp(buf, "spawned 1 1 1 1") == 0);
    if (strcmp(buf, "spawned 1 1 1 1")) printf("%s\n", buf);
    CHECK(status_of(child) == 0);
    CHECK(posix_spawn(&child, "/nowhere", NULL, NULL, args, env) == ENOENT);
    CHECK(posix_spawnp(&child, "no-such-program", NULL, NULL, args, env) == ENOENT);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static int say(void)
{
    struct sigaction pipe_action;
    sigset_t mask;
    sigaction(SIGPIPE, NULL, &pipe_action);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    char buf[64];
    const int n = snprintf(buf, sizeof buf, "%s %d %d %d %d", getenv("MARK"), getpgrp() == getpid(), pipe_action.sa_handler == SIG_DFL,
                           sigismember(&mask, SIGUSR2), fcntl(5, F_GETFD) == 0);
    return write(1, buf, (size_t)n) != n;
}

int main(int argc, char **argv)
{
    if (argc > 1) return strcmp(argv[1], "exit") ? say() : atoi(argv[2]);
    self[readlink("/proc/self/exe", self, sizeof self - 1)] = 0;
    sharing();
    executing();
    spawning();
    return failures != 0;
}
