// Paths are walked here, component by component, since links with absolute targets lead to the sysroot's
// files. What has no links the host's kernel walks at once.
#include "user/sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"

enum { LINKS = 40 }; // MAXSYMLINKS

static bool is_inside(const struct sysroot *s, const char *host)
{
    return strncmp(host, s->dir, s->len) == 0 && (host[s->len] == '/' || !host[s->len]);
}

// Who starts outside of what is all that there is, starts at its top.
static bool go_inside(const struct sysroot *s)
{
    char cwd[SYSROOT_PATH];
    if (getcwd(cwd, sizeof cwd) && is_inside(s, cwd)) return true;
    if (chdir(s->len ? s->dir : "/") == 0) return true;
    warn("%s: %s", s->dir, strerror(errno));
    return false;
}

bool sysroot_set(struct process *p, const char *dir, bool only)
{
    struct stat st;
    struct sysroot *s = pages_new(sizeof *s);
    if (!s || !realpath(dir, s->dir) || stat(s->dir, &st)) {
        warn("%s: %s", dir, strerror(s ? errno : ENOMEM));
        return false;
    }
    if (!S_ISDIR(st.st_mode)) {
        warn("%s: %s", dir, strerror(ENOTDIR));
        return false;
    }
    s->only = only;
    s->len = strcmp(s->dir, "/") == 0 ? 0 : strlen(s->dir);
    s->dir[s->len] = 0;
    p->sysroot = s;
    return !only || go_inside(s);
}

int sysroot_change(struct process *p, const char *dir)
{
    struct stat st;
    if (stat(dir, &st)) return -errno;
    if (!S_ISDIR(st.st_mode)) return -ENOTDIR;
    if (access(dir, X_OK)) return -errno;
    if (geteuid()) return -EPERM;
    // Other threads may be looking at the old one.
    struct sysroot *s = pages_new(sizeof *s);
    if (!s) return -ENOMEM;
    if (!realpath(dir, s->dir)) return -errno;
    s->only = s->changed = true;
    s->len = strcmp(s->dir, "/") == 0 ? 0 : strlen(s->dir);
    s->dir[s->len] = 0;
    p->sysroot = s;
    return 0;
}

const char *sysroot_guest_path(const struct process *p, const char *host)
{
    const struct sysroot *s = p->sysroot;
    if (!s || !is_inside(s, host)) return host;
    return host[s->len] ? host + s->len : "/";
}

struct walk {
    const struct sysroot *s;
    bool alone; // nobody else in this process would see a descriptor that is there for a moment
    char *out;
    size_t n;     // bytes in out
    bool missing; // there is no such file
    bool host;    // it is one of the host's
    unsigned links;
    char rest[SYSROOT_PATH], link[SYSROOT_PATH];
};

static bool is_hosts(const char *name, size_t n)
{
    return (n == 3 && memcmp(name, "dev", n) == 0) || (n == 3 && memcmp(name, "sys", n) == 0) ||
           (n == 4 && memcmp(name, "proc", n) == 0);
}

static void up(struct walk *w)
{
    while (w->n > w->s->len && w->out[--w->n] != '/') {
    }
    w->out[w->n] = 0;
}

static int append(struct walk *w, const char *name, size_t n)
{
    if (w->n + 1 + n >= SYSROOT_PATH) return -ENAMETOOLONG;
    w->out[w->n++] = '/';
    memcpy(w->out + w->n, name, n);
    w->out[w->n += n] = 0;
    return 0;
}

// The link at out leads on: its target stands in front of what is left.
static int enter_link(struct walk *w, size_t length, const char *rest)
{
    const size_t left = strlen(rest);
    if (++w->links > LINKS) return -ELOOP;
    if (length + left >= sizeof w->rest) return -ENAMETOOLONG;
    memmove(w->rest + length, rest, left + 1);
    memcpy(w->rest, w->link, length);
    if (w->rest[0] == '/') {
        w->n = w->s->len;
        w->out[w->n] = 0;
    } else {
        up(w);
    }
    return 0;
}

// The last link at the top that was seen while there was one thread, as /lib: a path that begins with it is not asked for
// at once.
static char link_at_top[32];

static bool begins_with_link(const struct walk *w, const char *path)
{
    const size_t n = strlen(link_at_top);
    return w->n == w->s->len && n && strncmp(path, link_at_top, n) == 0 && path[n] == '/';
}

// It is the last component of out.
static void note_link(const struct walk *w, const char *name, size_t n)
{
    if (!w->alone || w->n != w->s->len + 1 + n || n >= sizeof link_at_top) return;
    memcpy(link_at_top, name, n);
    link_at_top[n] = 0;
}

// One component of w->rest, at name; *rest is behind it.
static int step(struct walk *w, const char *name, size_t n, const char **rest, bool follow)
{
    if (n == 1 && name[0] == '.') return 0;
    if (n == 2 && name[0] == '.' && name[1] == '.') {
        up(w);
        return 0;
    }
    if (w->n == w->s->len && is_hosts(name, n)) {
        w->host = true;
        return snprintf(w->out, SYSROOT_PATH, "/%s", name) < SYSROOT_PATH ? 0 : -ENAMETOOLONG;
    }
    int err = append(w, name, n);
    if (err) return err;
    const ssize_t length = readlink(w->out, w->link, sizeof w->link);
    if (length < 0) {
        w->missing = errno != EINVAL; // that is no link
        return 0;
    }
    if (!**rest && !follow) return 0;
    note_link(w, name, n);
    err = enter_link(w, (size_t)length, *rest);
    *rest = w->rest;
    return err;
}

enum { FEW_COMPONENTS = 3 }; // fewer cost less one by one than a descriptor does

// Whether a path has several components, none of which needs a look of its own.
static bool is_plain(const char *path)
{
    unsigned n = 0;
    for (const char *p = path;; p++) {
        const size_t length = strcspn(p, "/");
        if (!length || (p[0] == '.' && (length == 1 || (length == 2 && p[1] == '.')))) return false;
        n++;
        p += length;
        if (!*p) return n >= FEW_COMPONENTS;
    }
}

// Opens a path if there are no links on the way. -1 with errno.
static int open_without_links(const char *path, bool follow)
{
    static const uint64_t no_symlinks = 4; // RESOLVE_NO_SYMLINKS
    const struct {
        uint64_t flags, mode, resolve;
    } how = {O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW), 0, no_symlinks};
    return (int)syscall(437 /* openat2 */, AT_FDCWD, path, &how, sizeof how);
}

// All of a path, as far as it is there, if there are no links on the way. False: nothing is known.
static bool go_straight(struct walk *w, const char *path, bool follow)
{
    static bool none; // kernels before 5.6, containers that forbid it
    const size_t n = w->n, length = strlen(path);
    if (none || !w->alone || !is_plain(path) || begins_with_link(w, path)) return false;
    if (n == w->s->len && is_hosts(path, strcspn(path, "/"))) return false;
    if (append(w, path, length)) return false;
    const int fd = open_without_links(w->out, follow);
    if (fd >= 0) close(fd);
    w->missing = fd < 0;
    if (fd >= 0 || errno == ENOENT || errno == ENOTDIR) return true;
    none = errno == ENOSYS || errno == EPERM;
    w->missing = false;
    w->out[w->n = n] = 0;
    return false;
}

// From the directory in out.
static int walk(struct walk *w, const char *path, bool follow)
{
    const size_t length = strlen(path);
    if (length >= sizeof w->rest) return -ENAMETOOLONG;
    memcpy(w->rest, path, length + 1);
    const bool slash = length && path[length - 1] == '/';
    for (const char *rest = w->rest;;) {
        rest += strspn(rest, "/");
        if ((rest == w->rest || rest == w->rest + 1) && go_straight(w, rest, follow)) return 0;
        const size_t n = strcspn(rest, "/");
        const char *name = rest;
        if (!n) break;
        rest += n;
        const int err = step(w, name, n, &rest, follow);
        if (err || w->host) return err;
        if (w->missing && !w->s->only) return 0; // what is behind that is the host's, too
    }
    return slash || w->n == 0 ? append(w, "", 0) : 0;
}

// The directory that a relative path starts at. False: it is not in the sysroot.
static bool start(struct walk *w, int dirfd)
{
    ssize_t n;
    if (dirfd == AT_FDCWD) {
        if (!getcwd(w->out, SYSROOT_PATH)) return false;
        n = (ssize_t)strlen(w->out);
    } else {
        char link[40];
        snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
        n = readlink(link, w->out, SYSROOT_PATH - 1);
        if (n <= 0) return false;
        w->out[n] = 0;
    }
    w->n = (size_t)n;
    if (w->n == 1) w->out[w->n = 0] = 0;
    return is_inside(w->s, w->out);
}

// Beside a sysroot only links matter in what is relative to a descriptor.
static bool is_link(int dirfd, const char *path, char *out)
{
    return readlinkat(dirfd, path, out, SYSROOT_PATH) >= 0;
}

int sysroot_resolve(const struct process *p, int dirfd, const char *path, bool follow, char *out)
{
    const struct sysroot *s = p->sysroot;
    if (!s || !*path) return 1;
    struct walk w;
    w.s = s;
    w.alone = p->nthreads <= 1 && !p->sandbox;
    w.out = out;
    w.missing = w.host = false;
    w.links = 0;
    if (*path == '/') {
        memcpy(out, s->dir, s->len + 1);
        w.n = s->len;
    } else if ((!s->only && dirfd != AT_FDCWD && (!follow || !is_link(dirfd, path, out))) ||
               !start(&w, dirfd)) {
        return 1;
    }
    const int err = walk(&w, path, follow);
    if (err) return err;
    return w.missing && !w.host && !s->only;
}

void sysroot_path(const struct process *p, const char *path, char *out)
{
    if (sysroot_resolve(p, AT_FDCWD, path, true, out)) snprintf(out, SYSROOT_PATH, "%s", path);
}
