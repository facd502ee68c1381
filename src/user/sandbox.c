#include "user/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own_fd.h"
#include "base/pages.h"
#include "user/limit.h"
#include "user/signal.h"
#include "user/syscall.h"
#include "user/sysroot.h"

#define PROC_SUPER_MAGIC 0x9fa0

static size_t size_of(unsigned processes)
{
    return sizeof(struct sandbox) + processes * sizeof(struct sandbox_slot);
}

// Out of the way of a program that gives descriptors numbers. Not closed by execve: only stinkarm is ever
// executed.
static int move_up(int fd)
{
    const int up = fcntl(fd, F_DUPFD, SANDBOX_HIGH_FD);
    if (up < 0) return fcntl(fd, F_SETFD, 0) ? -1 : fd;
    close(fd);
    return up;
}

// ---- grants ----

// An absolute path without "." and doubled slashes; with ".." it is none that a program would use.
static size_t plain_name(const char *path, char *out)
{
    size_t n = 0;
    if (*path != '/') n = getcwd(out, SANDBOX_PATH) ? strlen(out) : 0;
    if (n == 1) n = 0; // the root
    for (const char *p = path; *p;) {
        p += strspn(p, "/");
        const size_t len = strcspn(p, "/");
        if (len == 2 && p[0] == '.' && p[1] == '.') return 0;
        if (n + 1 + len >= SANDBOX_PATH) return 0;
        if (len && !(len == 1 && *p == '.')) {
            out[n++] = '/';
            memcpy(out + n, p, len);
            n += len;
        }
        p += len;
    }
    out[n] = 0;
    return n;
}

// NULL, or what is wrong.
static const char *open_grant(struct sandbox_grant *g, const char *path, bool write)
{
    struct stat st;
    struct statfs fs;
    if (!realpath(path, g->path)) return strerror(errno);
    const int fd = open(g->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || fstatfs(fd, &fs)) return strerror(errno);
    if ((long)fs.f_type == PROC_SUPER_MAGIC) {
        close(fd);
        return "what is in /proc cannot be granted";
    }
    g->fd = move_up(fd);
    g->dir = S_ISDIR(st.st_mode);
    g->parent = -1;
    g->write = write;
    g->len = strcmp(g->path, "/") ? strlen(g->path) : 0;
    g->path[g->len] = 0;
    if (!g->dir) { // where it can be looked at without being followed
        char *slash = strrchr(g->path, '/');
        *slash = 0;
        const int parent = open(slash == g->path ? "/" : g->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        *slash = '/';
        if (parent < 0) return strerror(errno);
        g->parent = move_up(parent);
    }
    g->alias_len = plain_name(path, g->alias);
    if (!g->alias_len) g->alias_len = g->len, strcpy(g->alias, g->path);
    return g->fd < 0 ? strerror(errno) : NULL;
}

bool sandbox_grant(struct sandbox *s, const char *path, bool write)
{
    if (s->ngrants == SANDBOX_GRANTS || open_grant(&s->grant[s->ngrants], path, write)) return false;
    s->ngrants++;
    return true;
}

static bool grant_all(struct process *p, const struct sandbox_options *o)
{
    static const char *const devices[] = {"/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    struct sandbox *s = p->sandbox;
    for (unsigned i = 0; i < o->n; i++) {
        const char *wrong = open_grant(&s->grant[s->ngrants], o->grant[i].path, o->grant[i].write);
        if (wrong) {
            warn("--allow-%s: %s: %s", o->grant[i].write ? "write" : "read", o->grant[i].path, wrong);
            return false;
        }
        s->ngrants++;
    }
    if (p->sysroot) sandbox_grant(s, p->sysroot->len ? p->sysroot->dir : "/", false);
    if (!s->ngrants && !s->exec) return true;
    sandbox_grant(s, "/dev/null", true); // what is not there need not be
    for (unsigned i = 0; i < sizeof devices / sizeof *devices; i++)
        sandbox_grant(s, devices[i], false);
    return true;
}

// ---- the beginning ----

static struct sandbox *map_shared(int fd, size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

static bool begin_first(struct process *p, const struct sandbox_options *o)
{
    const unsigned processes = o->processes ? o->processes : 1;
    int fd = (int)syscall(SYS_memfd_create, "stinkarm-sandbox", 1 /* MFD_CLOEXEC */);
    if (fd >= 0) fd = move_up(fd);
    if (fd < 0 || ftruncate(fd, (off_t)size_of(processes)) ||
        !(p->sandbox = map_shared(fd, size_of(processes)))) {
        warn("the sandbox: %s", strerror(errno));
        return false;
    }
    struct sandbox *s = p->sandbox;
    s->fd = fd;
    s->exec = o->exec;
    s->net = o->net;
    s->memory = o->memory;
    s->time = o->time;
    s->max_processes = processes;
    s->first_group = getpgrp();
    s->slot[0].pid = getpid();
    return grant_all(p, o);
}

static struct sandbox_slot *own_slot(struct sandbox *s)
{
    const int pid = getpid();
    for (unsigned i = 0; i < s->max_processes; i++)
        if (s->slot[i].pid == pid) return &s->slot[i];
    return NULL;
}

// Those that execve has closed are not the guest's any more: the numbers are free for the emulator.
static void take_fds(struct process *p)
{
    const struct sandbox_slot *slot = own_slot(p->sandbox);
    for (int fd = 3; slot && fd < SANDBOX_FDS; fd++)
        if (slot->fds[fd / 64] >> fd % 64 & 1 && fcntl(fd, F_GETFD) >= 0)
            p->sandbox_fds[fd / 64] |= 1ull << fd % 64;
}

static bool begin_next(struct process *p, int fd)
{
    struct stat st;
    if (fstat(fd, &st) || (size_t)st.st_size < size_of(1) ||
        !(p->sandbox = map_shared(fd, (size_t)st.st_size))) {
        warn("--sandbox-fd: %s", strerror(errno));
        return false;
    }
    p->sandbox_inherited = true;
    take_fds(p);
    return true;
}

bool sandbox_begin(struct process *p, const struct sandbox_options *o)
{
    static const struct sandbox_options none = {.fd = -1, .program = -1};
    if (p->opt.policy != POLICY_SANDBOX) return true;
    if (!o) o = &none;
    if (!(o->fd >= 0 ? begin_next(p, o->fd) : begin_first(p, o))) return false;
    const uint64_t memory = p->sandbox->memory;
    const struct limits l = {memory, memory};
    return !memory || p->limit[RLIMIT_AS].set || limit_set(p, RLIMIT_AS, &l) == 0;
}

// ---- closing the door ----

static bool is_own(const struct sandbox *s, int fd)
{
    bool own = fd == s->fd || own_fd(fd);
    for (unsigned i = 0; i < s->ngrants && !own; i++)
        own = fd == s->grant[i].fd || fd == s->grant[i].parent;
    return own;
}

// What the user's shell has left open is not for the program, nor for one that has taken over the emulator.
static void close_foreign(const struct sandbox *s)
{
    unsigned from = 3;
    for (unsigned fd = 3; fd < SANDBOX_FDS + 2 * SANDBOX_GRANTS; fd++) {
        if (!is_own(s, (int)fd)) continue;
        if (fd > from) syscall(SYS_close_range, from, fd - 1, 0);
        from = fd + 1;
    }
    if (syscall(SYS_close_range, from, ~0u, 0) == 0 || errno != ENOSYS) return;
    for (int fd = 3; fd < 65536; fd++) // before Linux 5.9
        if (!is_own(s, fd)) close(fd);
}

static void time_is_up(int sig, siginfo_t *si, void *context)
{
    static const char text[] = "stinkarm: the time limit is reached\n";
    (void)sig, (void)context;
    if (si->si_code <= 0) return; // somebody has sent it
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(EXIT_TIME_LIMIT);
    _exit(EXIT_TIME_LIMIT);
}

static void watch_time(const struct sandbox *s)
{
    if (!s->time) return;
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = time_is_up;
    sa.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&sa.sa_mask);
    sigaction(SIGXCPU, &sa, NULL);
    signal_keep(SIGXCPU);
}

bool sandbox_close(struct process *p)
{
    struct sandbox *s = p->sandbox;
    if (!s) return true;
    watch_time(s);
    if (p->sandbox_inherited) return true; // limits, filter and all are
    // What it is made of, it may read, as it may execute itself.
    if (sandbox_has_files(s) && !sandbox_grant(s, process_exe(p), false)) {
        warn("%s: %s", process_exe(p), strerror(errno));
        return false;
    }
    if (!p->engine->prepare(p->engine)) {
        warn("the sandbox: there is no memory for compiled code");
        return false;
    }
    close_foreign(s);
    if (!sandbox_limits(s) || (s->time && !sandbox_time(s->time))) {
        warn("the sandbox's limits: %s", strerror(errno));
        return false;
    }
    return sandbox_restrict(s);
}

// ---- processes ----

// A zombie is still there, as for the kernel; of another user is none of the tree.
static bool is_gone(int pid)
{
    return host_syscall(SYS_kill, pid, 0, 0, 0, 0, 0) < 0;
}

int sandbox_reserve(struct sandbox *s)
{
    const int self = (int)host_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
    for (unsigned i = 0; i < s->max_processes; i++) {
        int pid = s->slot[i].pid;
        if (pid && !is_gone(pid < 0 ? -pid : pid)) continue;
        if (atomic_compare_exchange_strong(&s->slot[i].pid, &pid, -self)) return (int)i;
    }
    return -EAGAIN;
}

void sandbox_enter(struct sandbox *s, int slot, int pid)
{
    s->slot[slot].pid = pid;
}

bool sandbox_has_process(const struct sandbox *s, int pid)
{
    for (unsigned i = 0; pid > 0 && i < s->max_processes; i++)
        if (s->slot[i].pid == pid) return true;
    return false;
}

// Its leader is one, and so is whoever it has let in.
bool sandbox_has_group(const struct sandbox *s, int group)
{
    return group != s->first_group && sandbox_has_process(s, group);
}

void sandbox_leave_fds(const struct thread *t)
{
    struct sandbox_slot *slot = own_slot(t->p->sandbox);
    if (slot) memcpy(slot->fds, t->sandbox_fds, sizeof slot->fds);
}
