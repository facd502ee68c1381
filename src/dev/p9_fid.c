// The fids of a 9P server, and the files that they stand for.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dev/p9.h"

static struct p9_fid **bucket(struct p9 *p, uint32_t id)
{
    return &p->bucket[id % P9_BUCKETS];
}

struct p9_fid *p9_fid(struct p9 *p, uint32_t id)
{
    struct p9_fid *f = *bucket(p, id);
    while (f && f->id != id)
        f = f->next;
    return f;
}

int p9_fid_new(struct p9 *p, uint32_t id, struct p9_node *node, struct p9_fid **fid)
{
    const bool taken = p9_fid(p, id);
    struct p9_fid *f = taken || p->nfids == P9_MAX_FIDS ? NULL : malloc(sizeof *f);
    if (!f) {
        p9_node_unref(node);
        return taken ? EBADF : EMFILE;
    }
    struct p9_fid **b = bucket(p, id);
    *f = (struct p9_fid){.id = id, .node = node, .io = -1, .next = *b};
    *b = f;
    p->nfids++;
    if (fid) *fid = f;
    return 0;
}

void p9_fid_drop(struct p9 *p, struct p9_fid *f)
{
    struct p9_fid **link = bucket(p, f->id);
    while (*link != f)
        link = &(*link)->next;
    *link = f->next;
    p->nfids--;
    if (f->dir)
        closedir(f->dir); // and io
    else if (f->io >= 0)
        close(f->io);
    p9_node_unref(f->node);
    free(f);
}

void p9_fid_move(struct p9_fid *f, struct p9_node *n)
{
    p9_node_unref(f->node);
    f->node = n;
}

// parent NULL: the shared folder.
static int make_node(int at, struct p9_node *parent, const char *name, struct p9_node **made)
{
    struct p9_node *n = malloc(sizeof *n + strlen(name) + 1);
    if (!n) return ENOMEM;
    n->fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (n->fd < 0) {
        const int error = errno;
        free(n);
        return error;
    }
    n->refs = 1;
    n->parent = parent ? p9_node_ref(parent) : NULL;
    strcpy(n->name, name);
    *made = n;
    return 0;
}

int p9_node_find(const struct p9 *p, struct p9_node *dir, const char *name, struct p9_node **found)
{
    if (!dir) return make_node(p->share->fd, NULL, ".", found);
    const bool up = !strcmp(name, "..");
    if (up || !strcmp(name, ".")) {
        *found = p9_node_ref(up && dir->parent ? dir->parent : dir);
        return 0;
    }
    if (!*name || strchr(name, '/')) return ENOENT;
    return make_node(dir->fd, dir, name, found);
}

struct p9_node *p9_node_ref(struct p9_node *n)
{
    n->refs++;
    return n;
}

void p9_node_unref(struct p9_node *n)
{
    while (n && --n->refs == 0) {
        struct p9_node *parent = n->parent;
        close(n->fd);
        free(n);
        n = parent;
    }
}
