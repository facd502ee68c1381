// The sandbox with the emulator taken over: what is left when somebody makes host system calls as he likes
// under the filter, Landlock and the limits that a real start installs. And the walk along names.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/sandbox.h"
#include "user/syscall.h"

static char top[] = "/tmp/sandbox-XXXXXX", place[8][64];
static struct process p;
static int bad;

static bool prepare(struct engine *e)
{
    (void)e;
    return true;
}

static struct engine engine = {.prepare = prepare};

// top/r may be read, top/w changed, top/secret neither.
static void begin(void)
{
    static const char *const names[] = {"r", "w", "secret", "r/file", "w/file", "secret/file"};
    cr_assert(mkdtemp(top));
    for (int i = 0; i < 6; i++) {
        snprintf(place[i], sizeof place[i], "%s/%s", top, names[i]);
        if (i < 3)
            cr_assert_eq(mkdir(place[i], 0755), 0);
        else
            close(creat(place[i], 0644));
    }
    p.opt.policy = POLICY_SANDBOX;
    p.engine = &engine;
    p.path = "/bin/true";
}

static void end(void)
{
    char command[64] = "rm -rf ";
    cr_expect_eq(system(strcat(command, top)), 0);
}

TestSuite(sandbox, .init = begin, .fini = end);

static struct sandbox_options options(void)
{
    struct sandbox_options o = {.fd = -1, .program = -1, .n = 2};
    o.grant[0].path = place[0];
    o.grant[1].path = place[1];
    o.grant[1].write = true;
    return o;
}

// The call's errno.
static int call(long nr, long a, long b, long c, long d, long e)
{
    errno = 0;
    return syscall(nr, a, b, c, d, e, 0) < 0 ? errno : 0;
}

#define SAYS(want, nr, ...) says(want, #nr " " #__VA_ARGS__, call(nr, __VA_ARGS__))
static void says(int want, const char *what, int got)
{
    if (got == want) return;
    dprintf(2, "%s: %s instead of %s\n", what, strerror(got), strerror(want));
    bad++;
}

// In a process of its own, which the sandbox closes for good: the number of calls that did what they must
// not.
static int inside(const struct sandbox_options *o, void (*tries)(void))
{
    const pid_t pid = fork();
    if (pid == 0) {
        if (!sandbox_begin(&p, o) || !sandbox_close(&p)) _exit(99);
        tries();
        _exit(bad);
    }
    int status;
    waitpid(pid, &status, 0);
    return status;
}

static void *thread(void *arg)
{
    return arg;
}

static void calls_that_work(void)
{
    pthread_t t;
    void *r = NULL;
    if (pthread_create(&t, NULL, thread, &bad) || pthread_join(t, &r) || r != &bad)
        dprintf(2, "threads\n"), bad++;
    void *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SAYS(0, SYS_mprotect, (long)m, 4096, PROT_READ, 0, 0);
    SAYS(0, SYS_kill, getpid(), 0, 0, 0, 0);
    SAYS(0, SYS_tgkill, getpid(), getpid(), 0, 0, 0);
    int pair[2];
    SAYS(0, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)pair, 0);
}

static void without_grants(void)
{
    static char path[] = "/etc/passwd", *const argv[] = {path, NULL};
    struct sockaddr_un u = {.sun_family = AF_UNIX};
    char buf[256];
    int pair[2];
    const int parent = getppid();
    void *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    calls_that_work();
    // files
    SAYS(EPERM, SYS_open, (long)path, O_RDONLY, 0, 0, 0);
    SAYS(EPERM, SYS_openat, AT_FDCWD, (long)path, O_RDONLY, 0, 0);
    SAYS(EPERM, 437 /* openat2 */, AT_FDCWD, (long)path, (long)buf, 24, 0);
    SAYS(EPERM, SYS_open_by_handle_at, AT_FDCWD, (long)buf, 0, 0, 0);
    SAYS(EPERM, SYS_newfstatat, AT_FDCWD, (long)path, (long)buf, 0, 0);
    SAYS(EPERM, SYS_unlink, (long)path, 0, 0, 0, 0);
    SAYS(EPERM, SYS_mount, (long)path, (long)path, 0, 0, 0);
    SAYS(EPERM, SYS_chroot, (long)"/", 0, 0, 0, 0);
    // others
    SAYS(EPERM, SYS_ptrace, PTRACE_ATTACH, parent, 0, 0, 0);
    SAYS(EPERM, SYS_process_vm_readv, parent, (long)buf, 1, (long)buf, 1);
    SAYS(EPERM, SYS_process_vm_writev, parent, (long)buf, 1, (long)buf, 1);
    SAYS(EPERM, SYS_kill, parent, 0, 0, 0, 0);
    SAYS(EPERM, SYS_kill, 0, 0, 0, 0, 0);
    SAYS(EPERM, SYS_kill, -1, 0, 0, 0, 0);
    SAYS(EPERM, SYS_tkill, parent, 0, 0, 0, 0);
    SAYS(EPERM, SYS_tgkill, parent, parent, 0, 0, 0);
    SAYS(EPERM, SYS_rt_sigqueueinfo, parent, SIGTERM, (long)buf, 0, 0);
    SAYS(EPERM, 434 /* pidfd_open */, parent, 0, 0, 0, 0);
    SAYS(EPERM, SYS_prlimit64, parent, RLIMIT_CORE, 0, (long)buf, 0);
    // processes and programs
    SAYS(EPERM, SYS_fork, 0, 0, 0, 0, 0);
    SAYS(EPERM, SYS_vfork, 0, 0, 0, 0, 0);
    SAYS(EPERM, SYS_clone, SIGCHLD, 0, 0, 0, 0);
    SAYS(EPERM, SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    SAYS(EPERM, SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    SAYS(ENOSYS, 435 /* clone3 */, (long)buf, 88, 0, 0, 0);
    SAYS(EPERM, SYS_unshare, CLONE_NEWUSER, 0, 0, 0, 0);
    SAYS(EPERM, SYS_setns, 0, 0, 0, 0, 0);
    SAYS(EPERM, SYS_execve, (long)"/bin/true", (long)argv, 0, 0, 0);
    SAYS(EPERM, SYS_execveat, 0, (long)"", (long)argv, 0, 0x1000);
    // memory that could be executed
    SAYS(EPERM, SYS_mprotect, (long)m, 4096, PROT_READ | PROT_EXEC, 0, 0);
    SAYS(EPERM, SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    SAYS(EPERM, SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    SAYS(EPERM, SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_SHARED,
         (long)syscall(SYS_memfd_create, "x", 0));
    SAYS(EPERM, 329 /* pkey_mprotect */, (long)m, 4096, PROT_EXEC, -1, 0);
    SAYS(EPERM, SYS_shmat, 0, 0, 0100000 /* SHM_EXEC */, 0, 0);
    SAYS(EPERM, SYS_personality, 0x0400000 /* READ_IMPLIES_EXEC */, 0, 0, 0, 0);
    // network, local sockets
    SAYS(EPERM, SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0);
    SAYS(EPERM, SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0, 0);
    SAYS(EPERM, SYS_socket, AF_NETLINK, SOCK_RAW, 0, 0, 0);
    SAYS(EPERM, SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, (long)pair, 0);
    SAYS(EPERM, SYS_connect, 0, (long)&u, sizeof u, 0, 0);
    SAYS(EPERM, SYS_sendto, 1, (long)buf, 1, 0, (long)&u);
    // the terminal, owners of files, the filter itself
    SAYS(EPERM, SYS_ioctl, 0, 0x5412 /* TIOCSTI */, (long)buf, 0, 0);
    SAYS(EPERM, SYS_ioctl, 0, 0x541c /* TIOCLINUX */, (long)buf, 0, 0);
    SAYS(EPERM, SYS_fcntl, 0, F_SETOWN, parent, 0, 0);
    SAYS(EPERM, SYS_prctl, PR_SET_MM, 1, 0, 0, 0);
    SAYS(EPERM, SYS_prctl, PR_SET_SECCOMP, 0, 0, 0, 0);
    SAYS(EPERM, 317 /* seccomp */, 1, 0, (long)buf, 0, 0);
    struct rlimit more = {1 << 20, 1 << 20};
    SAYS(EPERM, SYS_setrlimit, RLIMIT_NOFILE, (long)&more, 0, 0, 0);
    SAYS(EPERM, SYS_prlimit64, 0, RLIMIT_CORE, (long)&more, 0, 0);
    // what has brought others down
    SAYS(EPERM, 425 /* io_uring_setup */, 8, (long)buf, 0, 0, 0);
    SAYS(EPERM, 321 /* bpf */, 0, (long)buf, sizeof buf, 0, 0);
    SAYS(EPERM, SYS_perf_event_open, (long)buf, 0, -1, -1, 0);
    SAYS(EPERM, 323 /* userfaultfd */, 0, 0, 0, 0, 0);
    SAYS(EPERM, SYS_keyctl, 0, 0, 0, 0, 0);
    SAYS(EPERM, SYS_setuid, 0, 0, 0, 0, 0);
    SAYS(EPERM, SYS_init_module, (long)buf, 1, (long)"", 0, 0);
}

Test(sandbox, compromised)
{
    const struct sandbox_options o = {.fd = -1, .program = -1};
    const int status = inside(&o, without_grants);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x", status);
}

static void inherited(void)
{
    for (int fd = 3; fd < 64; fd++)
        SAYS(EBADF, SYS_fcntl, fd, F_GETFD, 0, 0, 0);
}

Test(sandbox, descriptors_of_others_are_closed)
{
    const struct sandbox_options o = {.fd = -1, .program = -1};
    const int fd = open("/etc/passwd", O_RDONLY);
    cr_assert(fd >= 3);
    const int status = inside(&o, inherited);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x", status);
    close(fd);
}

static void with_grants(void)
{
    static char program[] = "/bin/true", *const argv[] = {program, NULL};
    struct rlimit core;
    calls_that_work();
    const bool landlock = syscall(444, NULL, 0, 1) != -1 || errno != ENOSYS;
    SAYS(EPERM, 444 /* landlock_create_ruleset */, 0, 0, 1, 0, 0);
    SAYS(0, SYS_open, (long)place[3], O_RDONLY, 0, 0, 0);
    SAYS(0, SYS_open, (long)place[4], O_RDWR, 0, 0, 0);
    SAYS(EPERM, SYS_chmod, (long)place[4], 04755, 0, 0, 0);
    SAYS(EPERM, SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    SAYS(EPERM, SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    SAYS(EPERM, SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    SAYS(EPERM, SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0, 0);
    if (getrlimit(RLIMIT_CORE, &core) || core.rlim_max) bad++;
    if (!landlock) return;
    SAYS(EACCES, SYS_open, (long)place[3], O_RDWR, 0, 0, 0);
    SAYS(EACCES, SYS_open, (long)place[5], O_RDONLY, 0, 0, 0);
    SAYS(EACCES, SYS_open, (long)"/etc/passwd", O_RDONLY, 0, 0, 0);
    SAYS(EACCES, SYS_open, (long)"/proc/1/cmdline", O_RDONLY, 0, 0, 0);
    SAYS(EACCES, SYS_open, (long)place[2], O_RDONLY | O_DIRECTORY, 0, 0, 0);
    SAYS(EACCES, SYS_unlink, (long)place[3], 0, 0, 0, 0);
    SAYS(EACCES, SYS_unlink, (long)place[5], 0, 0, 0, 0);
    SAYS(EACCES, SYS_truncate, (long)place[5], 0, 0, 0, 0);
    SAYS(EACCES, SYS_symlink, (long)"x", (long)"/tmp/sandbox-link", 0, 0, 0);
    SAYS(EACCES, SYS_rename, (long)place[5], (long)place[4], 0, 0, 0);
    SAYS(EXDEV, SYS_link, (long)place[3], (long)strcat(strcpy(place[6], place[1]), "/new"), 0, 0, 0);
    SAYS(EACCES, SYS_execve, (long)program, (long)argv, 0, 0, 0);
    SAYS(EPERM, SYS_kill, getppid(), 0, 0, 0, 0); // scoped signals, Linux 6.12
}

Test(sandbox, compromised_with_grants)
{
    struct sandbox_options o = options();
    o.exec = true;
    o.processes = 4;
    const int status = inside(&o, with_grants);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x", status);
}

static void old_call(void)
{
    int r;
    __asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory"); // getpid of i386
    bad = 1;
}

static void x32_call(void)
{
    syscall(0x40000000 | SYS_getpid);
    bad = 1;
}

Test(sandbox, calls_of_other_architectures_kill)
{
    const struct sandbox_options o = {.fd = -1, .program = -1};
    int status = inside(&o, old_call);
    cr_expect(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV), "%#x",
              status);
    status = inside(&o, x32_call);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%#x", status);
}

// ---- names ----

static int find(const char *path, unsigned want)
{
    struct sandbox_found f;
    const int err = sandbox_find(p.sandbox, path, want, &f);
    if (!err) close(f.fd);
    return err;
}

static const char *in(int i, const char *rest)
{
    static char path[2][256];
    static int n;
    snprintf(path[n ^= 1], sizeof path[0], "%s%s", place[i], rest);
    return path[n];
}

Test(sandbox, names)
{
    const struct sandbox_options o = options();
    cr_assert(sandbox_begin(&p, &o));
    cr_assert_eq(symlink("/etc/passwd", in(1, "/out")), 0);
    cr_assert_eq(symlink(place[3], in(1, "/across")), 0);
    cr_assert_eq(symlink("../secret", in(1, "/beside")), 0);
    cr_assert_eq(symlink("loop", in(1, "/loop")), 0);
    cr_assert_eq(symlink("/proc/self/root/etc/passwd", in(1, "/magic")), 0);
    cr_expect_eq(find(place[3], SANDBOX_FOLLOW), 0);
    cr_expect_eq(find(place[3], SANDBOX_FOLLOW | SANDBOX_WRITE), -EACCES);
    cr_expect_eq(find(place[4], SANDBOX_FOLLOW | SANDBOX_WRITE), 0);
    cr_expect_eq(find(place[5], SANDBOX_FOLLOW), -EACCES);
    cr_expect_eq(find(in(0, "/../secret/file"), SANDBOX_FOLLOW), -EACCES);
    cr_expect_eq(find(in(0, "/../w/file"), SANDBOX_FOLLOW | SANDBOX_WRITE), 0);
    cr_expect_eq(find(in(0, "/../../../../../etc/passwd"), SANDBOX_FOLLOW), -EACCES);
    cr_expect_eq(find(in(1, "/out"), SANDBOX_FOLLOW), -EACCES);
    cr_expect_eq(find(in(1, "/out"), SANDBOX_LOOK), 0);
    cr_expect_eq(find(in(1, "/out/"), SANDBOX_LOOK), -EACCES);
    cr_expect_eq(find(in(1, "/across"), SANDBOX_FOLLOW), 0);
    cr_expect_eq(find(in(1, "/across"), SANDBOX_FOLLOW | SANDBOX_WRITE), -EACCES);
    cr_expect_eq(find(in(1, "/beside/file"), SANDBOX_FOLLOW), -EACCES);
    cr_expect_eq(find(in(1, "/loop"), SANDBOX_FOLLOW), -ELOOP);
    cr_expect_eq(find(in(1, "/magic"), SANDBOX_FOLLOW), -EACCES);
    cr_expect_eq(find(in(1, "/none"), SANDBOX_FOLLOW), -ENOENT);
    cr_expect_eq(find(in(1, "/none"), SANDBOX_FOLLOW | SANDBOX_WRITE | SANDBOX_MAKE), 0);
    cr_expect_eq(find(in(1, "/none/x"), SANDBOX_WRITE | SANDBOX_MAKE), -ENOENT);
    cr_expect_eq(find(in(0, "/file/x"), SANDBOX_FOLLOW), -ENOTDIR);
    cr_expect_eq(find(top, SANDBOX_FOLLOW), -EACCES);
    cr_expect_eq(find(top, SANDBOX_LOOK), 0);
    cr_expect_eq(find("/", SANDBOX_LOOK), 0);
    cr_expect_eq(find("/etc", SANDBOX_LOOK), -EACCES);
    cr_expect_eq(find("/dev/null", SANDBOX_FOLLOW | SANDBOX_WRITE), 0);
    cr_expect_eq(find("/dev/zero", SANDBOX_FOLLOW | SANDBOX_WRITE), -EACCES);
    cr_expect(sandbox_may_change(p.sandbox, place[4]));
    cr_expect_not(sandbox_may_change(p.sandbox, place[3]));
    cr_expect_not(sandbox_may_change(p.sandbox, in(1, "ide")));
}

// A call that is allowed for what it names has names that are looked up, and no others.
Test(sandbox, rows_of_calls_with_names)
{
    static const char *const by_fd[] = {"fchdir", "fchmod", "fchown", "fchown32"};
    for (uint32_t nr = 0; nr < 512; nr++) {
        const struct syscall_row *row = syscall_row(nr);
        if (!row || row->call_class < CALL_LOOKS || row->call_class > CALL_OPENS) continue;
        bool named = false;
        for (int i = 0; i < 6; i++)
            named |= row->args[i] == ARG_PATH || row->args[i] == ARG_LINK;
        for (int i = 0; i < 4; i++)
            named |= !strcmp(row->name, by_fd[i]);
        cr_expect(named, "%s", row->name);
    }
}

// The place is another one by now: what was granted stays what it was.
Test(sandbox, the_place_has_moved)
{
    const struct sandbox_options o = options();
    cr_assert(sandbox_begin(&p, &o));
    cr_assert_eq(rename(place[1], in(1, "-old")), 0);
    cr_assert_eq(symlink(place[2], place[1]), 0);
    struct sandbox_found f;
    struct stat found, old;
    cr_assert_eq(sandbox_find(p.sandbox, place[4], SANDBOX_FOLLOW | SANDBOX_WRITE, &f), 0);
    cr_expect_eq(fstat(f.fd, &found) | stat(in(1, "-old/file"), &old), 0);
    cr_expect_eq(found.st_ino, old.st_ino);
    close(f.fd);
}

Test(sandbox, grants_that_are_wrong, .init = cr_redirect_stderr)
{
    struct sandbox_options o = {.fd = -1, .program = -1, .n = 1};
    p.opt.policy = POLICY_SANDBOX;
    o.grant[0].path = "/none";
    cr_expect_not(sandbox_begin(&p, &o));
    o.grant[0].path = "/proc/self";
    o.grant[0].write = true;
    cr_expect_not(sandbox_begin(&p, &o));
    cr_assert_stderr_eq_str("stinkarm: --allow-read: /none: No such file or directory\n"
                            "stinkarm: --allow-write: /proc/self: what is in /proc cannot be granted\n");
}
