// fork, vfork, posix_spawn, execve and wait: what the kernel promises, whoever runs the program.
// stinkarm-test: build=arm,thumb,armel,musl libs="-pthread" timeout=60
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char self[4096], dir[64], path[128];
extern char **environ;

// What the program does when it is started again: argv[1] says it.
static int again(int argc, char **argv)
{
    if (!strcmp(argv[1], "exit")) return atoi(argv[2]);
    if (!strcmp(argv[1], "args")) {
        for (int i = 0; i < argc; i++)
            printf("[%s]", argv[i]);
        printf("{%s}\n", getenv("MARK") ? getenv("MARK") : "");
        return 0;
    }
    if (!strcmp(argv[1], "signals")) { // SIGUSR1 ignored, SIGUSR2 default, SIGHUP and SIGSEGV blocked, SIGBUS ignored
        struct sigaction sa;
        sigset_t mask;
        int bad = 0;
        sigaction(SIGUSR1, NULL, &sa);
        bad |= sa.sa_handler != SIG_IGN;
        sigaction(SIGUSR2, NULL, &sa);
        bad |= (sa.sa_handler != SIG_DFL) << 1;
        sigaction(SIGBUS, NULL, &sa);
        bad |= (sa.sa_handler != SIG_IGN) << 2;
        sigprocmask(SIG_BLOCK, NULL, &mask);
        bad |= (sigismember(&mask, SIGHUP) != 1) << 3;
        bad |= (sigismember(&mask, SIGSEGV) != 1) << 4;
        bad |= (sigismember(&mask, SIGTERM) != 0) << 5;
        return bad;
    }
    if (!strcmp(argv[1], "fd")) return fcntl(atoi(argv[2]), F_GETFD) != -1;
    return 99;
}

static int status_of(pid_t child)
{
    int status = -1;
    if (waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// Runs a program and catches what it prints.
static int run(const char *file, char *const argv[], char *const envp[], char *out, size_t size)
{
    int fd[2];
    CHECK(pipe(fd) == 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(fd[1], 1);
        close(fd[0]);
        close(fd[1]);
        execve(file, argv, envp);
        _exit(errno);
    }
    close(fd[1]);
    size_t n = 0;
    ssize_t got;
    while ((got = read(fd[0], out + n, size - 1 - n)) > 0)
        n += (size_t)got;
    out[n] = 0;
    close(fd[0]);
    return status_of(child);
}

static void test_fork(void)
{
    volatile int value = 1;
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const pid_t parent = getpid(), child = fork();
    if (child == 0) {
        value = 2;
        *shared = 3;
        _exit(getppid() == parent && getpid() != parent && getpid() == (pid_t)syscall(SYS_gettid) ? value : 0);
    }
    CHECK(status_of(child) == 2 && value == 1 && *shared == 3);
    CHECK(wait(NULL) == -1 && errno == ECHILD);
}

static void test_wait(void)
{
    siginfo_t si;
    struct rusage ru;
    int status, fd[2];
    char c = 0;
    CHECK(pipe(fd) == 0);
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        _exit(read(fd[0], &c, 1) == 1 ? 5 : 6); // not before its going on was seen
    }
    CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    CHECK(waitpid(child, &status, WNOHANG) == 0);
    kill(child, SIGCONT);
    CHECK(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
    CHECK(write(fd[1], &c, 1) == 1);
    close(fd[0]);
    close(fd[1]);
    memset(&si, 0, sizeof si);
    CHECK(waitid(P_PID, (id_t)child, &si, WEXITED | WNOWAIT) == 0);
    CHECK(si.si_pid == child && si.si_status == 5 && si.si_code == CLD_EXITED && si.si_signo == SIGCHLD);
    CHECK(wait4(child, &status, 0, &ru) == child && WEXITSTATUS(status) == 5 && ru.ru_maxrss > 0);
    child = fork();
    if (child == 0) pause();
    memset(&si, 0xff, sizeof si);
    CHECK(waitid(P_PID, (id_t)child, &si, WEXITED | WNOHANG) == 0 && si.si_pid == 0);
    kill(child, SIGKILL);
    CHECK(waitid(P_PID, (id_t)child, &si, WEXITED) == 0 && si.si_code == CLD_KILLED && si.si_status == SIGKILL);
}

static void test_exec(void)
{
    char out[4096], expected[8192];
    char *const args[] = {"zero", "args", "two words", "", NULL};
    char *const env[] = {"MARK=here", NULL};
    CHECK(run(self, args, env, out, sizeof out) == 0);
    CHECK(!strcmp(out, "[zero][args][two words][]{here}\n"));
    CHECK(run("/proc/self/exe", args, env, out, sizeof out) == 0);
    CHECK(!strcmp(out, "[zero][args][two words][]{here}\n"));
    char *const seven[] = {"x", "exit", "7", NULL};
    CHECK(run(self, seven, env, out, sizeof out) == 7);
    // A program of the host.
    char *const echo[] = {"echo", "a", "b c", NULL};
    CHECK(run("/bin/echo", echo, env, out, sizeof out) == 0 && !strcmp(out, "a b c\n"));

    // Scripts, whose interpreter is this program, or another script, or the host's shell.
    snprintf(path, sizeof path, "%s/script", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    dprintf(fd, "#! %s \t args \nrest\n", self);
    close(fd);
    char *const more[] = {"ignored", "m1", "m2", NULL};
    snprintf(expected, sizeof expected, "[%s][args][%s][m1][m2]{here}\n", self, path);
    CHECK(run(path, more, env, out, sizeof out) == 0 && !strcmp(out, expected));
    char second[128];
    snprintf(second, sizeof second, "%s/second", dir);
    fd = open(second, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    dprintf(fd, "#!%s\n", path);
    close(fd);
    snprintf(expected, sizeof expected, "[%s][args][%s][%s][m1][m2]{here}\n", self, path, second);
    CHECK(run(second, more, env, out, sizeof out) == 0 && !strcmp(out, expected));
    unlink(second);
    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    dprintf(fd, "#!/bin/sh -e\necho \"$0\" \"$@\" $MARK\n");
    close(fd);
    snprintf(expected, sizeof expected, "%s m1 m2 here\n", path);
    CHECK(run(path, more, env, out, sizeof out) == 0 && !strcmp(out, expected));
    unlink(path);
}

static int exec_error(const char *file)
{
    char *const args[] = {"x", NULL};
    const int r = execve(file, args, environ);
    return r == -1 ? errno : 0;
}

static void make(const char *text, mode_t mode)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    chmod(path, mode);
}

static void test_exec_errors(void)
{
    CHECK(exec_error("/no/such/file") == ENOENT);
    CHECK(exec_error("") == ENOENT);
    CHECK(exec_error("/") == EACCES);
    CHECK(exec_error("/dev/null") == EACCES);
    CHECK(exec_error((char *)16) == EFAULT);
    make("no program", 0644);
    CHECK(exec_error(path) == EACCES);
    make("no program", 0755);
    CHECK(exec_error(path) == ENOEXEC);
    make("", 0755);
    CHECK(exec_error(path) == ENOEXEC);
    make("#!\n", 0755);
    CHECK(exec_error(path) == ENOEXEC);
    make("#!/no/such/interpreter\n", 0755);
    CHECK(exec_error(path) == ENOENT);
    char loop[200];
    snprintf(loop, sizeof loop, "#!%s\n", path);
    make(loop, 0755);
    CHECK(exec_error(path) == ELOOP);
    unlink(path);
    CHECK(execve(self, (char **)16, environ) == -1 && errno == EFAULT);
    char *huge = malloc(200000);
    memset(huge, 'x', 199999);
    huge[199999] = 0;
    char *const args[] = {"x", huge, NULL};
    CHECK(execve(self, args, environ) == -1 && errno == E2BIG);
    free(huge);
}

static void on_signal(int sig)
{
    (void)sig;
}

static void test_exec_inherits(void)
{
    char out[64], number[16];
    const pid_t child = fork();
    if (child == 0) {
        sigset_t s;
        signal(SIGUSR1, SIG_IGN);
        signal(SIGUSR2, on_signal);
        signal(SIGBUS, SIG_IGN);
        sigemptyset(&s);
        sigaddset(&s, SIGHUP);
        sigaddset(&s, SIGSEGV);
        sigprocmask(SIG_SETMASK, &s, NULL);
        execl(self, "x", "signals", NULL);
        _exit(98);
    }
    CHECK(status_of(child) == 0);
    const int fd = open("/dev/null", O_RDONLY), closing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    snprintf(number, sizeof number, "%d", fd);
    char *const kept[] = {"x", "fd", number, NULL};
    CHECK(run(self, kept, environ, out, sizeof out) == 1);
    snprintf(number, sizeof number, "%d", closing);
    CHECK(run(self, kept, environ, out, sizeof out) == 0);
    close(fd);
    close(closing);
    // By descriptor.
    const pid_t by_fd = fork();
    if (by_fd == 0) {
        const int program = open(self, O_RDONLY | O_CLOEXEC);
        char *const args[] = {"x", "exit", "6", NULL};
        syscall(SYS_execveat, program, "", args, environ, AT_EMPTY_PATH);
        _exit(97);
    }
    CHECK(status_of(by_fd) == 6);
}

static volatile int seen_by_parent;

static void test_vfork(void)
{
    struct sigaction sa;
    signal(SIGUSR2, SIG_DFL);
    pid_t child = vfork();
    if (child == 0) {
        seen_by_parent = 17;
        signal(SIGUSR2, SIG_IGN); // the child's own
        execl("/no/such/file", "x", NULL);
        seen_by_parent += errno == ENOENT;
        _exit(3);
    }
    CHECK(seen_by_parent == 18);
    CHECK(status_of(child) == 3);
    sigaction(SIGUSR2, NULL, &sa);
    CHECK(sa.sa_handler == SIG_DFL);
    child = vfork();
    if (child == 0) {
        execl(self, "x", "exit", "11", NULL);
        _exit(1);
    }
    CHECK(status_of(child) == 11);
    child = vfork();
    if (child == 0) {
        kill(getpid(), SIGKILL);
        _exit(1);
    }
    CHECK(status_of(child) == 1000 + SIGKILL);
}

static void test_spawn(void)
{
    pid_t child;
    char *const args[] = {"x", "exit", "12", NULL};
    for (int i = 0; i < 10; i++) {
        CHECK(posix_spawn(&child, self, NULL, NULL, args, environ) == 0);
        CHECK(status_of(child) == 12);
        CHECK(posix_spawn(&child, "/no/such/file", NULL, NULL, args, environ) == ENOENT);
        CHECK(posix_spawnp(&child, "no-such-program-anywhere", NULL, NULL, args, environ) == ENOENT);
        CHECK(posix_spawn(&child, "/", NULL, NULL, args, environ) == EACCES);
    }
    CHECK(system("exit 5") == 5 << 8);
    FILE *f = popen("echo hello", "r");
    char line[16] = "";
    CHECK(f && fgets(line, sizeof line, f) && !strcmp(line, "hello\n"));
    CHECK(pclose(f) == 0);
}

static void *spawner(void *arg)
{
    pid_t child;
    char *const args[] = {"x", "exit", "13", NULL};
    for (int i = 0; i < 10; i++)
        if (posix_spawn(&child, self, NULL, NULL, args, environ) || status_of(child) != 13) return NULL;
    return arg;
}

static void test_spawn_threads(void)
{
    pthread_t t[3];
    void *r;
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, spawner, &t[i]);
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], &r);
        CHECK(r == &t[i]);
    }
}

// A process that shares memory while its parent goes on.
static int sharing(void *arg)
{
    volatile int *v = arg;
    while (*v != 1)
        sched_yield();
    *v = 2;
    return 21;
}

static void test_clone_vm(void)
{
    static char stack[65536] __attribute__((aligned(8)));
    volatile int v = 0;
    const pid_t child = clone(sharing, stack + sizeof stack, CLONE_VM | SIGCHLD, (void *)&v);
    CHECK(child > 0);
    v = 1;
    CHECK(status_of(child) == 21 && v == 2);
    CHECK(clone(sharing, stack + sizeof stack, CLONE_THREAD, NULL) == -1 && errno == EINVAL);
}

// The other threads are gone in the new program.
static void *exec_here(void *arg)
{
    execl(self, "x", "exit", "14", NULL);
    return arg;
}

static void *sleep_here(void *arg)
{
    sleep(10);
    return arg;
}

static void test_exec_from_thread(void)
{
    const pid_t child = fork();
    if (child == 0) {
        pthread_t a, b;
        pthread_create(&a, NULL, sleep_here, NULL);
        pthread_create(&b, NULL, exec_here, NULL);
        pthread_join(a, NULL);
        _exit(1);
    }
    CHECK(status_of(child) == 14);
}

static void test_groups(void)
{
    const pid_t child = fork();
    if (child == 0) {
        const int ok = setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid() && getpgid(0) == getpid();
        _exit(ok ? 0 : 1);
    }
    CHECK(status_of(child) == 0);
    CHECK(setpgid(0, -5) == -1 && errno == EINVAL);
}

int main(int argc, char **argv)
{
    if (argc > 1) return again(argc, argv);
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    snprintf(dir, sizeof dir, "/tmp/stinkarm-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/script", dir);
    test_fork();
    test_wait();
    test_exec();
    test_exec_errors();
    test_exec_inherits();
    test_vfork();
    test_spawn();
    test_spawn_threads();
    test_clone_vm();
    test_exec_from_thread();
    test_groups();
    rmdir(dir);
    puts(failures ? "failed" : "ok");
    return failures != 0;
}
