// Calls with names of files, in the sandbox. The guest's name is read once, looked up in what is granted, and
// the call's own function gets another one for what was found: /proc/self/fd/N, or /proc/self/fd/N/NAME with
// N the directory. So it does the rest as always, and nothing can come between looking and doing.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/abi/fcntl.h"
#include "user/hostthread.h"
#include "user/policy.h"
#include "user/proc.h"
#include "user/sysroot.h"

#define ABI_AT_EMPTY_PATH 0x1000u

enum { NAMES = 2, NAME_SIZE = 300 };

// The names of a call, and what keeps them true.
struct names {
    int n;
    char text[NAMES][NAME_SIZE];
    int fd[NAMES];
};

static bool has_flag(const struct syscall_row *row, const struct sysargs *s, uint32_t flag)
{
    for (int i = 0; i < 6; i++)
        if (row->args[i] == ARG_AT_FLAGS) return s->a[i] & flag;
    return false;
}

static bool opens_to_read(const struct syscall_row *row, const struct sysargs *s)
{
    for (int i = 0; i < 6 && row->call_class == CALL_OPENS; i++)
        if (row->args[i] == ARG_OPEN_FLAGS)
            return !(abi_open_flags_to_host((uint32_t)s->a[i]) & (O_ACCMODE | O_PATH | O_CREAT));
    return false;
}

static unsigned wants_of_open(const struct syscall_row *row, const struct sysargs *s)
{
    for (int i = 0; i < 6; i++) {
        if (row->args[i] != ARG_OPEN_FLAGS) continue;
        const int flags = abi_open_flags_to_host((uint32_t)s->a[i]);
        const bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC) ||
                            (flags & O_TMPFILE) == O_TMPFILE;
        return (writes ? SANDBOX_WRITE : 0) | (flags & O_CREAT ? SANDBOX_MAKE : 0);
    }
    return SANDBOX_WRITE | SANDBOX_MAKE; // creat
}

// What flags say is about the first path.
static unsigned wants(const struct syscall_row *row, const struct sysargs *s, uint8_t kind, bool first)
{
    const bool path = kind == ARG_PATH, leads = first ? syscall_follows(row, s, path) : path;
    const unsigned follow = leads ? SANDBOX_FOLLOW : 0;
    switch (row->call_class) {
    case CALL_LOOKS: return follow | SANDBOX_LOOK;
    case CALL_CHANGES: return follow | SANDBOX_WRITE;
    case CALL_OPENS: return follow | wants_of_open(row, s);
    default: return follow;
    }
}

// An absolute name for the host. 0, or a negative errno.
static int host_name(struct thread *t, int dirfd, const char *guest, bool follow, char *out)
{
    char link[40];
    if (*guest != '/' && dirfd != AT_FDCWD && !policy_owns_fd(t, dirfd)) return policy_refuse(t, EBADF);
    const int r = sysroot_resolve(t->p, dirfd, guest, follow, out);
    if (r <= 0) return r;
    if (*guest == '/') return snprintf(out, SYSROOT_PATH, "%s", guest) < SYSROOT_PATH ? 0 : -ENAMETOOLONG;
    if (dirfd == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
    const ssize_t n = readlink(link, out, SYSROOT_PATH);
    if (n < 0) return dirfd == AT_FDCWD ? -ENOENT : -EBADF;
    if (n >= SYSROOT_PATH) return -ENAMETOOLONG;
    const int left = SYSROOT_PATH - (int)n;
    return snprintf(out + n, (size_t)left, "/%s", guest) < left ? 0 : -ENAMETOOLONG;
}

static int add(struct names *x, struct sysargs *s, int i, const char *before, const char *name)
{
    snprintf(x->text[x->n], NAME_SIZE, "%s%s", before, name);
    s->host[i] = x->text[x->n++];
    return 0;
}

// While somebody walks, no other thread of the guest puts a descriptor of its own in a place that was free a
// moment ago (dup2): the walk's might be there.
static int find(struct thread *t, const char *host, unsigned want, struct sandbox_found *f)
{
    fork_prevent(t->p);
    const int err = sandbox_find(t->p->sandbox, host, want, f);
    fork_allow(t->p);
    return err;
}

static int look_up(struct thread *t, struct sysargs *s, int i, const char *host, unsigned want,
                   struct names *x)
{
    struct sandbox_found f;
    const int err = find(t, host, want, &f);
    if (err) return err == -EACCES ? policy_refuse(t, EACCES) : err;
    x->fd[x->n] = f.fd;
    char *text = x->text[x->n++];
    const char *end = f.name[0] ? "/" : want & SANDBOX_FOLLOW ? "" : "/."; // "." leads through the link
    snprintf(text, NAME_SIZE, "/proc/self/fd/%d%s%s", f.fd, end, f.name);
    if (f.name[0]) s->nofollow |= (uint8_t)(1u << i);
    s->host[i] = text;
    return 0;
}

// The descriptor alone is meant: AT_EMPTY_PATH, or no name at all (futimens).
static int by_descriptor(struct thread *t, const struct syscall_row *row, const struct sysargs *s, int i)
{
    if (!i || row->args[i - 1] != ARG_DIRFD) return s->a[i] ? -ENOENT : -EFAULT;
    const int fd = (int)s->a[i - 1];
    if (fd == AT_FDCWD) return row->call_class == CALL_LOOKS ? 0 : policy_refuse(t, EPERM);
    return policy_check_fd(t, fd, row->call_class != CALL_LOOKS);
}

// The i-th argument.
static int find_name(struct thread *t, const struct syscall_row *row, struct sysargs *s, int i,
                     struct names *x)
{
    char guest[SYSROOT_PATH], host[SYSROOT_PATH];
    const uint8_t kind = row->args[i];
    if (!s->a[i]) return by_descriptor(t, row, s, i);
    const int length = uas_read_string(&t->p->as, guest, (uint32_t)s->a[i], sizeof guest);
    if (length < 0) return length;
    if (!length) {
        const int err = has_flag(row, s, ABI_AT_EMPTY_PATH) ? by_descriptor(t, row, s, i) : -ENOENT;
        return err ? err : add(x, s, i, "", "");
    }
    const char *own = proc_own_name(t, guest);
    if (own && !strcmp(own, "exe") && (kind == ARG_PATH || row->call_class == CALL_OPENS))
        snprintf(guest, sizeof guest, "%s", sysroot_guest_path(t->p, process_exe(t->p)));
    else if (own) // of the emulator's making
        return opens_to_read(row, s) || !strcmp(own, "exe") ? add(x, s, i, "/proc/self/", own)
                                                            : policy_refuse(t, EACCES);
    const int dirfd = i && row->args[i - 1] == ARG_DIRFD ? (int)s->a[i - 1] : AT_FDCWD;
    const unsigned want = wants(row, s, kind, x->n == 0);
    const int err = host_name(t, dirfd, guest, want & SANDBOX_FOLLOW, host);
    return err ? err : look_up(t, s, i, host, want, x);
}

int policy_find_program(struct thread *t, int dirfd, const char *name, bool follow)
{
    char host[SYSROOT_PATH];
    struct sandbox_found f;
    struct stat st;
    const char *own = proc_own_name(t, name);
    const char *given = own && !strcmp(own, "exe") ? sysroot_guest_path(t->p, process_exe(t->p)) : name;
    int err = host_name(t, dirfd, given, follow, host);
    if (!err) err = find(t, host, follow ? SANDBOX_FOLLOW : 0, &f);
    if (err) return err == -EACCES ? policy_refuse(t, EACCES) : err;
    if (!f.name[0]) return f.fd;
    const int fd = openat(f.fd, f.name, O_PATH | O_NOFOLLOW | O_CLOEXEC), e = fd < 0 ? -errno : 0;
    close(f.fd);
    if (e || (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode))) return e ? e : fd;
    close(fd);
    return -ELOOP;
}

int64_t policy_call_with_paths(struct thread *t, const struct syscall_row *row, struct sysargs *s)
{
    struct names x = {.n = 0, .fd = {-1, -1}};
    int64_t r = 0;
    for (int i = 0; i < 6 && x.n < NAMES && !r; i++)
        if (row->args[i] == ARG_PATH || row->args[i] == ARG_LINK) r = find_name(t, row, s, i, &x);
    if (!r) r = row->fn(t, s);
    for (int i = 0; i < NAMES; i++)
        if (x.fd[i] >= 0) close(x.fd[i]);
    memset(s->host, 0, sizeof s->host);
    return r;
}
