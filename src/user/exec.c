// execve: ARM programs run under stinkarm again, host programs as they are, scripts by whichever their
// interpreter is.
//
// Strings of argv and envp go to the host kernel as they lie in guest memory: it checks and copies them.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own_fd.h"
#include "base/pages.h"
#include "base/stats.h"
#include "cpu/debug.h"
#include "symbols/coverage.h"
#include "user/clone.h"
#include "user/handover.h"
#include "user/image.h"
#include "user/policy.h"
#include "user/proc.h"
#include "user/script.h"
#include "user/seccomp.h"
#include "user/signal.h"
#include "user/syscall.h"
#include "user/sysroot.h"

#define ABI_AT_FDCWD            (-100)
#define ABI_AT_SYMLINK_NOFOLLOW 0x100
#define ABI_AT_EMPTY_PATH       0x1000

#define PATH_SIZE 4096u

enum kind { KIND_ARM, KIND_SCRIPT, KIND_HOST };

struct strings {
    const char **v; // ends with NULL
    size_t n, cap;
};

struct exec {
    struct thread *t;
    int fd;               // of the file named by (directory, path); -1: not opened
    char path[PATH_SIZE]; // names the program, from the current directory, for the host
    char name[PATH_SIZE]; // … and for the guest
    struct strings argv, envp;
    char header[SCRIPT_HEADER + 1];
    struct {
        char line[SCRIPT_HEADER], name[PATH_SIZE];
    } scripts[SCRIPTS_NESTED]; // interpreters that are scripts; argv points to them
    int nscripts;
    char log_option[32]; // where the next stinkarm finds the log
    int handover;        // … and what else it inherits; -1: nothing
    char handover_option[32];
    char sandbox_option[32], program_option[32];
    char coverage_option[sizeof "--coverage=" + 4096];
    char inherit[DEBUG_INHERIT], debug_option[sizeof "--gdb-inherit=" + DEBUG_INHERIT];
    int program; // in the sandbox: the file, open
};

static bool strings_insert(struct strings *s, size_t at, const char *str)
{
    if (s->n + 2 > s->cap) {
        const size_t cap = s->cap ? s->cap * 2 : 512, size = cap * sizeof *s->v;
        void *v = s->v ? mremap(s->v, s->cap * sizeof *s->v, size, MREMAP_MAYMOVE) : pages_new(size);
        if (!v || v == MAP_FAILED) return false;
        s->v = v;
        s->cap = cap;
    }
    memmove(s->v + at + 1, s->v + at, (s->n - at) * sizeof *s->v);
    s->v[at] = str;
    s->v[++s->n] = NULL;
    return true;
}

static void strings_free(struct strings *s)
{
    if (s->v) munmap(s->v, s->cap * sizeof *s->v);
}

static void strings_shift(struct strings *s)
{
    if (s->n) memmove(s->v, s->v + 1, s->n-- * sizeof *s->v);
}

// A guest's array of string pointers; none is an empty one.
static int strings_read(struct thread *t, struct strings *s, uint32_t addr)
{
    s->n = 0;
    if (!strings_insert(s, 0, NULL)) return -ENOMEM; // so that there is an end
    s->n = 0;
    for (; addr; addr += 4) {
        uint32_t p;
        if (!get_guest(t, p, addr)) return -EFAULT;
        if (!p) break;
        if (!strings_insert(s, s->n, guest_ptr(t, p))) return -ENOMEM;
    }
    return 0;
}

// ---- what kind of file ----

static int check_file(int fd, const char *path)
{
    struct stat st;
    if (fd >= 0 ? fstat(fd, &st) : stat(path, &st)) return -errno;
    if (!S_ISREG(st.st_mode)) return -EACCES;
    // With the effective IDs, and mounts without execution respected.
    long r = host_syscall(SYS_faccessat2, AT_FDCWD, (long)path, X_OK, AT_EACCESS, 0, 0);
    if (r == -ENOSYS) r = host_syscall(SYS_faccessat, AT_FDCWD, (long)path, X_OK, 0, 0, 0);
    return (int)r;
}

// Reads the beginning of e->path. A file that cannot be read is left to the host kernel.
static int read_header(struct exec *e)
{
    memset(e->header, 0, sizeof e->header);
    const int fd = open(e->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return errno == EACCES ? 0 : -errno;
    const ssize_t n = pread(fd, e->header, SCRIPT_HEADER, 0);
    const int err = n < 0 ? -errno : 0;
    close(fd);
    return err;
}

static enum kind kind_of(const char *h)
{
    static const char arm32[7] = "\177ELF\1\1\1"; // class, byte order, version
    if (script_is(h, SCRIPT_HEADER)) return KIND_SCRIPT;
    const bool is_arm = memcmp(h, arm32, 7) == 0 && h[18] == 40 && h[19] == 0; // e_machine
    return is_arm ? KIND_ARM : KIND_HOST;
}

// Whether a path is that of an open file, which the next program may not have any more.
static bool is_descriptor(const char *path)
{
    return strncmp(path, "/dev/fd/", 8) == 0 || (strncmp(path, "/proc/", 6) == 0 && strstr(path, "/fd/"));
}

// In the sandbox it is what was found, whatever its name leads to afterwards.
static int take_program(struct exec *e, int fd)
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const int program = open(link, O_RDONLY | O_NOCTTY | O_NONBLOCK); // the next stinkarm gets it
    if (program < 0) return -errno;
    if (e->program >= 0) close(e->program);
    e->program = program;
    snprintf(e->path, sizeof e->path, "/proc/self/fd/%d", program);
    return 0;
}

static int find_in_sandbox(struct exec *e, int dirfd, const char *given, bool follow)
{
    const bool empty = !*given;
    int fd = dirfd, err = empty ? policy_check_fd(e->t, dirfd, false) : 0;
    if (!err && !empty) err = fd = policy_find_program(e->t, dirfd, given, follow);
    if (err < 0) return err;
    err = take_program(e, fd);
    const ssize_t n = err ? 0 : readlink(e->path, e->name, sizeof e->name - 1);
    if (!empty) close(fd);
    if (err) return err;
    if (*given == '/')
        snprintf(e->name, sizeof e->name, "%s", given);
    else if (n > 0)
        e->name[n] = 0, memmove(e->name, sysroot_guest_path(e->t->p, e->name),
                                strlen(sysroot_guest_path(e->t->p, e->name)) + 1);
    return 0;
}

// What the program is called, on both sides. 1: that is not known here, relative to a descriptor.
static int name_program(struct exec *e, int dirfd, const char *given, bool follow)
{
    const struct process *p = e->t->p;
    if (p->sandbox) return find_in_sandbox(e, dirfd, given, follow);
    const char *exe = proc_translate(e->t, dirfd, given, e->path, sizeof e->path);
    if (exe != given && !follow) return -ELOOP;
    if (exe != given) {
        snprintf(e->name, sizeof e->name, "%s", sysroot_guest_path(p, exe));
        return 0;
    }
    const int err = sysroot_resolve(p, dirfd, given, follow, e->path);
    if (err < 0) return err;
    if (err && given[0] != '/' && dirfd != ABI_AT_FDCWD) return 1;
    if (err) snprintf(e->path, sizeof e->path, "%s", given);
    if (is_descriptor(e->path)) return 1;
    const bool there = given[0] == '/' || dirfd == ABI_AT_FDCWD;
    snprintf(e->name, sizeof e->name, "%s", there ? given : sysroot_guest_path(p, e->path));
    return 0;
}

// "#! interpreter argument" in front of argv, instead of argv[0]; e->path becomes the interpreter.
static int enter_script(struct exec *e)
{
    if (e->nscripts == SCRIPTS_NESTED) return -ELOOP;
    char *line = strncpy(e->scripts[e->nscripts].line, e->header + 2, SCRIPT_HEADER - 2), *name, *arg;
    char *script = strcpy(e->scripts[e->nscripts++].name, e->name);
    if (!script_parse(line, strlen(line) < SCRIPT_HEADER - 2, &name, &arg)) return -ENOEXEC;

    strings_shift(&e->argv);
    if (!strings_insert(&e->argv, 0, script)) return -ENOMEM;
    if (*arg && !strings_insert(&e->argv, 0, arg)) return -ENOMEM;
    if (!strings_insert(&e->argv, 0, name)) return -ENOMEM;
    const int unknown = name_program(e, AT_FDCWD, name, true);
    return unknown > 0 ? -ENOENT : unknown;
}

// ---- the call ----

// Makes e->path name the program from the current directory, whatever dirfd is.
static int find_program(struct exec *e, int dirfd, uint32_t path_at, int flags)
{
    char given[PATH_SIZE], link[32];
    const int len = uas_read_string(&e->t->p->as, given, path_at, sizeof given);
    if (len < 0) return len;
    if (flags & ~(ABI_AT_EMPTY_PATH | ABI_AT_SYMLINK_NOFOLLOW)) return -EINVAL;
    if (!len && !(flags & ABI_AT_EMPTY_PATH)) return -ENOENT;
    const bool follow = !(flags & ABI_AT_SYMLINK_NOFOLLOW);
    const int unknown = len || e->t->p->sandbox ? name_program(e, dirfd, given, follow) : 1;
    if (unknown < 0 || e->t->p->sandbox) return unknown;
    if (!unknown) {
        struct stat st;
        return !follow && lstat(e->path, &st) == 0 && S_ISLNK(st.st_mode) ? -ELOOP : 0;
    }
    // Relative to a descriptor, or a descriptor itself: by the file's own name, if it has one.
    if (len || dirfd == ABI_AT_FDCWD)
        e->fd = openat(dirfd, len ? given : ".", O_PATH | (follow ? 0 : O_NOFOLLOW));
    else
        e->fd = (int)host_syscall(SYS_fcntl, dirfd, F_DUPFD, 0, 0, 0, 0);
    if (e->fd < 0) return len ? -errno : e->fd;
    struct stat st, named;
    if (fstat(e->fd, &st)) return -errno;
    if (S_ISLNK(st.st_mode)) return -ELOOP;
    snprintf(link, sizeof link, "/proc/self/fd/%d", e->fd);
    const ssize_t n = readlink(link, e->path, sizeof e->path - 1);
    if (n > 0) e->path[n] = 0;
    if (n <= 0 || stat(e->path, &named) || named.st_ino != st.st_ino || named.st_dev != st.st_dev) {
        memcpy(e->path, link, sizeof link); // deleted, or never in a directory: the new program inherits it
        memcpy(e->name, link, sizeof link);
        return 0;
    }
    snprintf(e->name, sizeof e->name, "%s", sysroot_guest_path(e->t->p, e->path));
    close(e->fd);
    e->fd = -1;
    return 0;
}

// stinkarm's own file. Where /proc is not mounted, the name that it was started by.
static const char *own_path(void)
{
    static const char exe[] = "/proc/self/exe";
    return access(exe, X_OK) == 0 ? exe : (const char *)getauxval(AT_EXECFN);
}

// The sysroot may be another by chroot, and the options' one may be relative to where we were. Where the
// options end with it, they do already: they must not grow with each program.
static bool insert_sysroot(struct exec *e, size_t *at)
{
    const struct sysroot *root = e->t->p->sysroot;
    if (!root) return true;
    const char *const option = root->only ? "--root" : "--sysroot", *const dir = root->len ? root->dir : "/";
    const char *const *v = e->argv.v;
    if (*at > 2 && strcmp(v[*at - 2], option) == 0 && strcmp(v[*at - 1], dir) == 0) return true;
    return strings_insert(&e->argv, (*at)++, option) && strings_insert(&e->argv, (*at)++, dir);
}

// stinkarm's own command line in front of the program's.
static int prepend_self(struct exec *e)
{
    const struct process_options *opt = &e->t->p->opt;
    const char *argv0 = e->argv.n ? e->argv.v[0] : "";
    const char *const own[] = {"-0", argv0, "--", e->name};
    size_t at = 0;
    strings_shift(&e->argv);
    if (!strings_insert(&e->argv, at++, "stinkarm")) return -ENOMEM;
    for (char *const *a = opt->self_args; a && *a; a++)
        if (!strings_insert(&e->argv, at++, *a)) return -ENOMEM;
    if (!insert_sysroot(e, &at)) return -ENOMEM;
    if (e->t->p->sandbox) {
        snprintf(e->sandbox_option, sizeof e->sandbox_option, "--sandbox-fd=%d", e->t->p->sandbox->fd);
        snprintf(e->program_option, sizeof e->program_option, "--program-fd=%d", e->program);
        if (!strings_insert(&e->argv, at++, e->sandbox_option)) return -ENOMEM;
        if (!strings_insert(&e->argv, at++, e->program_option)) return -ENOMEM;
    }
    if (own_fd(log_fd)) {
        snprintf(e->log_option, sizeof e->log_option, "--log-fd=%d", log_fd);
        if (!strings_insert(&e->argv, at++, e->log_option)) return -ENOMEM;
    }
    if (e->handover >= 0) {
        snprintf(e->handover_option, sizeof e->handover_option, "--handover-fd=%d", e->handover);
        if (!strings_insert(&e->argv, at++, e->handover_option)) return -ENOMEM;
    }
    if (e->inherit[0]) {
        snprintf(e->debug_option, sizeof e->debug_option, "--gdb-inherit=%s", e->inherit);
        if (!strings_insert(&e->argv, at++, e->debug_option)) return -ENOMEM;
    }
    if (opt->coverage) {
        char *const to = e->coverage_option;
        const int n = snprintf(to, sizeof e->coverage_option, "--coverage=");
        coverage_next(opt->coverage, e->t->vforked, to + n, sizeof e->coverage_option - (size_t)n);
        if (!strings_insert(&e->argv, at++, to)) return -ENOMEM;
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (!strings_insert(&e->argv, at++, own[i])) return -ENOMEM;
    return 0;
}

// SIGSEGV, SIGBUS and SIGFPE, which stinkarm has taken over, and with --stats SIGUSR1 are inherited as
// ignored if the guest ignores them.
static void set_ignored(struct thread *t, struct sigaction own[4], bool exec)
{
    static const int kept[4] = {SIGSEGV, SIGBUS, SIGFPE, SIGUSR1};
    for (int i = 0; i < (stats_on ? 4 : 3); i++) {
        if (!signal_is_ignored(t, kept[i])) continue;
        struct sigaction ignore;
        memset(&ignore, 0, sizeof ignore);
        ignore.sa_handler = SIG_IGN;
        sigaction(kept[i], exec ? &ignore : &own[i], exec ? &own[i] : NULL);
    }
}

// Up to the call the thread is as it was; after it, only if it failed. Signals that were caught come first.
static int64_t call_host(struct thread *t, const char *path, const struct exec *e)
{
    struct sigaction own[4];
    const uint64_t mask = t->sigmask;
    long r = host_syscall_blocking(t, SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
    t->queue->mask_stale = 1;
    if (t->p->opt.coverage && !t->vforked) coverage_write(t->p->opt.coverage);
    user_image_save(t->p);
    set_ignored(t, own, true);
    if (r == 0)
        r = host_syscall_blocking(t, SYS_execve, (long)path, (long)e->argv.v, (long)e->envp.v, 0, 0, 0);
    set_ignored(t, own, false);
    return r;
}

// An ARM program, by another stinkarm.
static int64_t exec_self(struct exec *e)
{
    if (handover_needed(e->t) && (e->handover = handover_write(e->t)) < 0) return e->handover;
    struct debugger *const d = e->t->cpu.debugger;
    if (d) d->exec(d, &e->t->cpu, e->inherit, sizeof e->inherit);
    int64_t r = prepend_self(e);
    if (!r) {
        if (e->t->p->sandbox) sandbox_leave_fds(e->t);
        log_inherit(true);
        r = call_host(e->t, own_path(), e);
        log_inherit(false);
    }
    if (d) d->exec_failed(d, &e->t->cpu);
    return r;
}

static int refuse_host(const struct exec *e)
{
    static const char elf[] = "\177ELF";
    if (e->header[0] && memcmp(e->header, elf, 4)) return -ENOEXEC;
    if (log_on(LOG_UNIMP))
        log_line("%d: %s is not executed: it is not for ARM, and would heed neither seccomp nor the sandbox",
                 e->t->tid, e->path);
    return -EACCES;
}

static int64_t exec_prepared(struct exec *e, int dirfd, uint32_t path, uint32_t argv, uint32_t envp,
                             int flags)
{
    int err = find_program(e, dirfd, path, flags);
    if (!err) err = check_file(e->fd, e->path);
    if (!err) err = strings_read(e->t, &e->argv, argv);
    if (!err) err = strings_read(e->t, &e->envp, envp);
    if (!err) err = read_header(e);
    if (err) return err;

    char first[PATH_SIZE];
    memcpy(first, e->path, sizeof first);
    enum kind kind = kind_of(e->header);
    while (!err && kind == KIND_SCRIPT) {
        err = enter_script(e);
        if (!err) err = check_file(-1, e->path);
        if (!err) err = read_header(e);
        kind = kind_of(e->header);
    }
    if (err) return err;
    const struct sysroot *root = e->t->p->sysroot;
    const bool own = !e->t->p->opt.by_kernel || (root && root->changed) || handover_needed(e->t);
    if (kind == KIND_ARM && own) return exec_self(e);
    // A program that is not ARM's would be rid of them.
    if (kind == KIND_HOST && (e->t->seccomp || e->t->p->sandbox)) return refuse_host(e);
    // The host kernel does the scripts itself, and what it has been told about: with the arguments as they
    // were.
    if (e->nscripts) err = strings_read(e->t, &e->argv, argv);
    struct debugger *const d = e->t->cpu.debugger;
    if (d && !err) d->end(d, &e->t->cpu, 0, 0); // to a debugger it is gone
    return err ? err : call_host(e->t, first, e);
}

void exec_forget(struct thread *t)
{
    struct exec *e = t->exec;
    if (!e) return;
    t->exec = NULL;
    strings_free(&e->argv);
    strings_free(&e->envp);
    munmap(e, sizeof *e);
}

int64_t exec_guest(struct thread *t, int dirfd, uint32_t path, uint32_t argv, uint32_t envp, int flags)
{
    struct exec *e = t->exec = pages_new(sizeof *e);
    if (!e) return -ENOMEM;
    e->t = t;
    e->fd = e->handover = e->program = -1;
    const int64_t r = exec_prepared(e, dirfd, path, argv, envp, flags);
    if (e->fd >= 0) close(e->fd);
    if (e->handover >= 0) close(e->handover);
    if (e->program >= 0) close(e->program);
    exec_forget(t);
    return r;
}
