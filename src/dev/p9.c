// The 9P2000.L server: sessions, walking, and which request is what.
#include "dev/p9.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "dev/p9_ops.h"

enum { MIN_MESSAGE = 4096, MAX_WALK = 16 };

void p9_init(struct p9 *p, const struct share *share)
{
    struct stat st = {0};
    fstat(share->fd, &st);
    *p = (struct p9){.share = share, .device = st.st_dev, .msize = P9_MAX_MESSAGE};
}

void p9_reset(struct p9 *p)
{
    for (unsigned i = 0; i < P9_BUCKETS; i++)
        while (p->bucket[i])
            p9_fid_drop(p, p->bucket[i]);
    p->msize = P9_MAX_MESSAGE;
}

// version: msize[4] version[s] → msize[4] version[s]
static int op_version(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const uint32_t msize = p9_get32(in);
    char version[32];
    p9_get_string(in, version, sizeof version);
    if (in->bad || msize < MIN_MESSAGE) return EINVAL;
    p9_reset(p);
    p->msize = msize < P9_MAX_MESSAGE ? msize : P9_MAX_MESSAGE;
    p9_put(out, 4, p->msize);
    const char *answer = strcmp(version, "9P2000.L") ? "unknown" : "9P2000.L";
    p9_put_string(out, answer, strlen(answer));
    return 0;
}

// auth: nobody has to.
static int op_auth(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    (void)p, (void)in, (void)out;
    return EOPNOTSUPP;
}

// attach: fid[4] afid[4] uname[s] aname[s] n_uname[4] → qid
static int op_attach(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const uint32_t id = p9_get32(in);
    struct p9_node *root;
    if (in->bad) return EINVAL;
    const int error = p9_node_find(p, NULL, NULL, &root);
    if (error) return error;
    p9_put_qid(p, out, root);
    return p9_fid_new(p, id, root, NULL);
}

// flush: what came earlier has been answered already.
static int op_flush(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    (void)p, (void)in, (void)out;
    return 0;
}

// walk: fid[4] newfid[4] nwname[2] wname[s]… → nwqid[2] qid…
static int op_walk(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct p9_fid *f = p9_fid(p, p9_get32(in));
    const uint32_t new = p9_get32(in);
    const unsigned n = (unsigned)p9_get(in, 2);
    if (in->bad || !f || n > MAX_WALK) return f ? EINVAL : EBADF;
    struct p9_node *node = p9_node_ref(f->node);
    struct p9_out qids = {.p = out->p + out->len + 2, .cap = out->cap - out->len - 2};
    unsigned done = 0;
    int error = 0;
    for (; done < n; done++) {
        char name[NAME_MAX + 1];
        struct p9_node *next;
        p9_get_string(in, name, sizeof name);
        error = in->bad ? EINVAL : p9_node_find(p, node, name, &next);
        if (error) break;
        p9_node_unref(node);
        node = next;
        p9_put_qid(p, &qids, node);
    }
    if (error && (done == 0 || in->bad)) {
        p9_node_unref(node);
        return error;
    }
    p9_put(out, 2, done);
    out->len += qids.len;
    out->full |= qids.full;
    if (done < n) { // as far as it goes: the new fid is not made
        p9_node_unref(node);
        return 0;
    }
    if (new != f->id) return p9_fid_new(p, new, node, NULL);
    if (f->io < 0) {
        p9_fid_move(f, node);
        return 0;
    }
    p9_node_unref(node);
    return EBADF; // an opened fid stays
}

// clunk: fid[4]
static int op_clunk(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct p9_fid *f = p9_fid(p, p9_get32(in));
    (void)out;
    if (!f) return EBADF;
    p9_fid_drop(p, f);
    return 0;
}

struct row {
    p9_op *op;
    bool changes; // refused if the folder is read-only
};

static const struct row rows[256] = {
    [P9_STATFS] = {p9_statfs, false},     [P9_LOPEN] = {p9_lopen, false},
    [P9_LCREATE] = {p9_lcreate, true},    [P9_SYMLINK] = {p9_symlink, true},
    [P9_MKNOD] = {p9_refuse, true},       [P9_RENAME] = {p9_rename, true},
    [P9_READLINK] = {p9_readlink, false}, [P9_GETATTR] = {p9_getattr, false},
    [P9_SETATTR] = {p9_setattr, true},    [P9_XATTRWALK] = {p9_refuse, false},
    [P9_XATTRCREATE] = {p9_refuse, true}, [P9_READDIR] = {p9_readdir, false},
    [P9_FSYNC] = {p9_fsync, false},       [P9_LOCK] = {p9_lock, false},
    [P9_GETLOCK] = {p9_getlock, false},   [P9_LINK] = {p9_link, true},
    [P9_MKDIR] = {p9_mkdir, true},        [P9_RENAMEAT] = {p9_renameat, true},
    [P9_UNLINKAT] = {p9_unlinkat, true},  [P9_VERSION] = {op_version, false},
    [P9_AUTH] = {op_auth, false},         [P9_ATTACH] = {op_attach, false},
    [P9_FLUSH] = {op_flush, false},       [P9_WALK] = {op_walk, false},
    [P9_READ] = {p9_read, false},         [P9_WRITE] = {p9_write, true},
    [P9_CLUNK] = {op_clunk, false},       [P9_REMOVE] = {p9_remove, false}, // gives the fid back in any case
};

size_t p9_serve(struct p9 *p, const uint8_t *request, size_t n, uint8_t *reply, size_t cap)
{
    struct p9_in in = {request, n, false};
    const uint32_t size = p9_get32(&in);
    const uint8_t type = (uint8_t)p9_get(&in, 1);
    const uint16_t tag = (uint16_t)p9_get(&in, 2);
    if (in.bad || cap < P9_HEADER + 4) return 0;
    if (cap > p->msize) cap = p->msize;
    struct p9_out out = {.p = reply, .len = P9_HEADER, .cap = cap};
    const struct row *row = &rows[type];
    int error = EOPNOTSUPP;
    if (size < P9_HEADER || size > n || size > p->msize) {
        error = EINVAL;
    } else if (row->op) {
        in.left = size - P9_HEADER;
        error = row->changes && p->share->read_only ? EROFS : row->op(p, &in, &out);
        if (!error && out.full) error = EMSGSIZE;
    }
    if (error) {
        out = (struct p9_out){.p = reply, .len = P9_HEADER, .cap = cap};
        p9_put(&out, 4, (uint64_t)error);
    }
    const size_t len = out.len;
    out.len = 0;
    p9_put(&out, 4, len);
    p9_put(&out, 1, error ? P9_LERROR + 1 : type + 1u);
    p9_put(&out, 2, tag);
    return len;
}
