// Paths are walked here, component by component, since links with absolute targets lead to the sysroot's
// files.
#include "user/sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    err = enter_link(w, (size_t)length, *rest);
    *rest = w->rest;
    return err;
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
