// Names are walked here, component by component, from the descriptor of what is granted, and no step follows
// a link by itself: openat(O_NOFOLLOW) of a single component cannot lead elsewhere, whoever changes what in
// the meantime. The result is a descriptor, of the object or of the directory that it is or is to be in.
#include "user/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROC_SUPER_MAGIC 0x9fa0

enum { LINKS = 40, STEPS = 4096 }; // MAXSYMLINKS; an end for ".." that goes back and forth

struct walk {
    const struct sandbox *s;
    unsigned want;
    bool slash; // the name ended with one
    int fd;     // of the directory `at`; -1: it only leads to a grant
    bool write; // it may be changed
    unsigned links, steps;
    size_t n;              // bytes in at
    char at[SANDBOX_PATH]; // where the walk is: without links; "" is the root
    char rest[SANDBOX_PATH * 2], link[SANDBOX_PATH];
};

static void leave(struct walk *w)
{
    if (w->fd >= 0) close(w->fd);
    w->fd = -1;
    w->write = false;
}

// The grant that `at` is. NULL: none; *leads: but one is further down.
static const struct sandbox_grant *granted(const struct walk *w, bool *leads)
{
    const struct sandbox_grant *found = NULL;
    *leads = false;
    for (unsigned i = 0; i < w->s->ngrants; i++) {
        const struct sandbox_grant *g = &w->s->grant[i];
        const bool is = g->len == w->n && !memcmp(g->path, w->at, w->n);
        const bool called = g->alias_len == w->n && !memcmp(g->alias, w->at, w->n);
        if ((is || called) && (!found || g->write)) found = g;
        *leads |= g->len > w->n && g->path[w->n] == '/' && !memcmp(g->path, w->at, w->n);
        *leads |= g->alias_len > w->n && g->alias[w->n] == '/' && !memcmp(g->alias, w->at, w->n);
    }
    return found;
}

// The walk stands in a grant itself, the directory.
static int enter_grant(struct walk *w, const struct sandbox_grant *g)
{
    const int fd = fcntl(g->fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) return -errno;
    const bool write = w->write;
    leave(w);
    w->fd = fd;
    w->write = write || g->write;
    w->n = g->len;
    memcpy(w->at, g->path, g->len + 1);
    return 0;
}

// … or the file, which is only looked at, in its directory.
static int enter_parent(struct walk *w, const struct sandbox_grant *g)
{
    if (!(w->want & SANDBOX_LOOK) || (w->fd = fcntl(g->parent, F_DUPFD_CLOEXEC, 3)) < 0) return -EACCES;
    return 1;
}

static int append(struct walk *w, const char *name, size_t n)
{
    if (n > 255 || w->n + 1 + n >= SANDBOX_PATH) return -ENAMETOOLONG;
    w->at[w->n++] = '/';
    memcpy(w->at + w->n, name, n);
    w->at[w->n += n] = 0;
    return 0;
}

// What is left of the walk begins anew, at the root, with text in front of it.
static int restart(struct walk *w, const char *text, size_t length, const char *rest)
{
    const size_t left = strlen(rest);
    if (length + 1 + left >= sizeof w->rest) return -ENAMETOOLONG;
    memmove(w->rest + length + 1, rest, left + 1);
    memcpy(w->rest, text, length);
    w->rest[length] = '/';
    leave(w);
    w->at[w->n = 0] = 0;
    return 0;
}

static int follow_link(struct walk *w, size_t length, const char *rest)
{
    if (++w->links > LINKS) return -ELOOP;
    if (length == sizeof w->link) return -ENAMETOOLONG;
    if (w->link[0] == '/') return restart(w, w->link, length, rest);
    if (w->n + 1 + length >= sizeof w->link) return -ENAMETOOLONG;
    memmove(w->link + w->n + 1, w->link, length); // relative to where the walk is
    memcpy(w->link, w->at, w->n);
    w->link[w->n] = '/';
    return restart(w, w->link, w->n + 1 + length, rest);
}

static int go_up(struct walk *w, const char *rest)
{
    char up[SANDBOX_PATH];
    size_t n = w->n;
    while (n && w->at[--n] != '/') {
    }
    memcpy(up, w->at, n);
    return restart(w, up, n, rest);
}

// The walk goes on in a directory below, which is one.
static int enter(struct walk *w, const char *name, size_t n)
{
    const int fd = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -errno;
    const bool write = w->write;
    leave(w);
    w->fd = fd;
    w->write = write;
    return append(w, name, n);
}

// One component. 1: it is the last one, called so in the directory where the walk is; 0: go on at *rest.
static int step(struct walk *w, const char *component, size_t n, const char **rest)
{
    char name[256];
    bool leads;
    const bool last = !(*rest)[strspn(*rest, "/")];
    if (++w->steps > STEPS) return -ELOOP;
    if (n == 1 && component[0] == '.') return 0;
    if (n == 2 && component[0] == '.' && component[1] == '.') {
        const int err = go_up(w, *rest);
        *rest = w->rest;
        return err;
    }
    if (n > 255) return -ENAMETOOLONG;
    memcpy(name, component, n);
    name[n] = 0;
    const size_t before = w->n;
    int err = append(w, name, n);
    if (err) return err;
    const struct sandbox_grant *g = granted(w, &leads);
    if (g && (g->dir || last) && (w->fd < 0 || !last || w->want & SANDBOX_FOLLOW)) {
        if (last && !g->dir && !(w->want & SANDBOX_FOLLOW)) return enter_parent(w, g);
        return enter_grant(w, g);
    }
    if (w->fd < 0) return leads ? 0 : -EACCES;
    w->at[w->n = before] = 0;
    const ssize_t length = readlinkat(w->fd, name, w->link, sizeof w->link);
    if (length >= 0 && (!last || w->want & SANDBOX_FOLLOW || w->slash)) {
        err = follow_link(w, (size_t)length, *rest);
        *rest = w->rest;
        return err;
    }
    return last ? 1 : enter(w, name, n);
}

static int check_place(int fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs)) return -errno;
    return (long)fs.f_type == PROC_SUPER_MAGIC ? -EACCES : 0;
}

// The object called so.
static int open_object(struct walk *w, const char *name)
{
    struct stat st;
    const int fd = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | (w->slash ? O_DIRECTORY : 0));
    if (fd < 0) return -errno;
    if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode)) return fd;
    close(fd);
    return -ELOOP; // it was none a moment ago
}

// The walk has ended where it is: in a grant, or in a directory above one, which may be looked at.
static int found_here(struct walk *w, struct sandbox_found *f)
{
    f->name[0] = 0;
    if (w->fd < 0 && w->want & SANDBOX_LOOK && !(w->want & SANDBOX_WRITE))
        w->fd = open(w->n ? w->at : "/", O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    if (w->fd < 0) return -EACCES;
    f->fd = w->fd;
    w->fd = -1;
    return 0;
}

static int found_named(struct walk *w, const char *name, size_t n, struct sandbox_found *f)
{
    memcpy(f->name, name, n);
    f->name[n] = 0;
    if (w->want & SANDBOX_FOLLOW) {
        const int fd = open_object(w, f->name);
        if (fd >= 0) {
            f->fd = fd;
            f->name[0] = 0;
            return 0;
        }
        if (fd != -ENOENT || !(w->want & SANDBOX_MAKE)) return fd;
    }
    f->fd = w->fd;
    w->fd = -1;
    return 0;
}

static int walk(struct walk *w, const char *path, struct sandbox_found *f)
{
    const size_t length = strlen(path);
    bool leads;
    if (length >= SANDBOX_PATH) return -ENAMETOOLONG;
    memcpy(w->rest, path, length + 1);
    w->slash = length > 1 && path[length - 1] == '/';
    for (const char *rest = w->rest;;) {
        const struct sandbox_grant *g = w->n ? NULL : granted(w, &leads);
        if (g && w->fd < 0) { // the root itself
            const int err = enter_grant(w, g);
            if (err) return err;
        }
        rest += strspn(rest, "/");
        const size_t n = strcspn(rest, "/");
        if (!n) return found_here(w, f);
        const char *name = rest;
        rest += n;
        const int r = step(w, name, n, &rest);
        if (r == 1) return found_named(w, name, n, f);
        if (r) return r;
    }
}

int sandbox_find(const struct sandbox *s, const char *path, unsigned want, struct sandbox_found *f)
{
    struct walk w;
    f->fd = -1;
    w.s = s;
    w.want = want;
    w.fd = -1;
    w.write = false;
    w.links = w.steps = 0;
    w.at[w.n = 0] = 0;
    int err = *path == '/' ? walk(&w, path, f) : -ENOENT;
    if (!err) err = check_place(f->fd);
    if (!err && want & SANDBOX_WRITE && !w.write) err = -EACCES;
    leave(&w);
    if (err && f->fd >= 0) close(f->fd);
    if (err) return err;
    // Out of the way: what the guest opens gets the lowest number that is free.
    const int up = fcntl(f->fd, F_DUPFD_CLOEXEC, SANDBOX_HIGH_FD);
    if (up < 0) return 0;
    close(f->fd);
    f->fd = up;
    return 0;
}

bool sandbox_may_change(const struct sandbox *s, const char *path)
{
    for (unsigned i = 0; i < s->ngrants; i++) {
        const struct sandbox_grant *g = &s->grant[i];
        if (g->write && !strncmp(path, g->path, g->len) && (path[g->len] == '/' || !path[g->len]))
            return true;
    }
    return false;
}

int sandbox_open(struct process *p, const char *path)
{
    struct sandbox_found f = {.fd = -1};
    char name[40];
    const int err = sandbox_find(p->sandbox, path, SANDBOX_FOLLOW, &f);
    if (err) return err;
    snprintf(name, sizeof name, "/proc/self/fd/%d", f.fd);
    const int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    const int r = fd < 0 ? -errno : fd;
    close(f.fd);
    return r;
}
