// 9P2000.L: making, finding, moving and removing names in folders.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dev/p9_ops.h"

// A folder and a name in it, as many requests begin.
struct place {
    struct p9_node *dir;
    char name[NAME_MAX + 1];
};

static void get_name(struct p9_in *in, struct place *at)
{
    p9_get_string(in, at->name, sizeof at->name);
    if (!in->bad && !p9_name_ok(at->name)) in->bad = true;
}

static void get_folder(struct p9 *p, struct p9_in *in, struct place *at)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    at->dir = f ? f->node : NULL;
}

static int checked(const struct p9_in *in, const struct place *at)
{
    return in->bad ? EINVAL : at->dir ? 0 : EBADF;
}

// The new name's qid is the reply.
static int put_new(struct p9 *p, struct p9_out *out, const struct place *at)
{
    struct p9_node *n;
    const int error = p9_node_find(p, at->dir, at->name, &n);
    if (error) return error;
    p9_put_qid(p, out, n);
    p9_node_unref(n);
    return 0;
}

// mkdir: dfid[4] name[s] mode[4] gid[4] → qid
int p9_mkdir(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct place at;
    get_folder(p, in, &at);
    get_name(in, &at);
    const uint32_t mode = p9_get32(in);
    const int error = checked(in, &at);
    if (error) return error;
    if (mkdirat(at.dir->fd, at.name, mode & 01777)) return errno;
    return put_new(p, out, &at);
}

// symlink: dfid[4] name[s] target[s] gid[4] → qid; the target is the guest's affair
int p9_symlink(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct place at;
    char target[PATH_MAX];
    get_folder(p, in, &at);
    get_name(in, &at);
    p9_get_string(in, target, sizeof target);
    const int error = checked(in, &at);
    if (error) return error;
    if (symlinkat(target, at.dir->fd, at.name)) return errno;
    return put_new(p, out, &at);
}

// readlink: fid[4] → target[s]
int p9_readlink(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    char target[PATH_MAX];
    if (!f) return EBADF;
    const ssize_t n = readlinkat(f->node->fd, "", target, sizeof target);
    if (n < 0)
        return errno == ENOENT ? EINVAL : errno; // what the host says of an O_PATH file that is no link
    p9_put_string(out, target, (size_t)n);
    return 0;
}

// link: dfid[4] fid[4] name[s]
int p9_link(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct place at;
    char path[32];
    (void)out;
    get_folder(p, in, &at);
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    get_name(in, &at);
    const int error = checked(in, &at);
    if (error || !f) return error ? error : EBADF;
    p9_proc_path(path, f->node->fd);
    return linkat(AT_FDCWD, path, at.dir->fd, at.name, AT_SYMLINK_FOLLOW) ? errno : 0;
}

// renameat: olddirfid[4] oldname[s] newdirfid[4] newname[s]
int p9_renameat(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct place from, to;
    (void)out;
    get_folder(p, in, &from);
    get_name(in, &from);
    get_folder(p, in, &to);
    get_name(in, &to);
    int error = checked(in, &from);
    if (!error) error = checked(in, &to);
    if (error) return error;
    return renameat(from.dir->fd, from.name, to.dir->fd, to.name) ? errno : 0;
}

// unlinkat: dirfid[4] name[s] flags[4]
int p9_unlinkat(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    enum { L_REMOVEDIR = 0x200 };
    struct place at;
    (void)out;
    get_folder(p, in, &at);
    get_name(in, &at);
    const uint32_t flags = p9_get32(in);
    const int error = checked(in, &at);
    if (error) return error;
    return unlinkat(at.dir->fd, at.name, flags & L_REMOVEDIR ? AT_REMOVEDIR : 0) ? errno : 0;
}

// Whether a file still has the name by which it was found.
static int named(const struct p9_node *n, struct stat *st)
{
    struct stat there;
    if (!n->parent) return EBUSY; // the shared folder itself
    if (fstat(n->fd, st) || fstatat(n->parent->fd, n->name, &there, AT_SYMLINK_NOFOLLOW)) return errno;
    return there.st_ino == st->st_ino && there.st_dev == st->st_dev ? 0 : ENOENT;
}

// rename: fid[4] dfid[4] name[s]
int p9_rename(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    struct place to;
    struct stat st;
    (void)out;
    get_folder(p, in, &to);
    get_name(in, &to);
    int error = checked(in, &to);
    if (!error) error = f ? named(f->node, &st) : EBADF;
    if (error) return error;
    return renameat(f->node->parent->fd, f->node->name, to.dir->fd, to.name) ? errno : 0;
}

// remove: fid[4]; the fid is gone even if the file is not
int p9_remove(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct p9_fid *f = p9_fid(p, p9_get32(in));
    struct stat st;
    (void)out;
    if (!f) return EBADF;
    int error = p->share->read_only ? EROFS : named(f->node, &st);
    if (!error && unlinkat(f->node->parent->fd, f->node->name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0))
        error = errno;
    p9_fid_drop(p, f);
    return error;
}

// lock: fid[4] type[1] flags[4] start[8] length[8] proc_id[4] client_id[s] → status[1]. The guest is the only
// user, and its kernel has settled it among the guest's processes: granted.
int p9_lock(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    if (!p9_fid(p, p9_get32(in))) return EBADF;
    p9_put(out, 1, 0);
    return 0;
}

// getlock: fid[4] type[1] start[8] length[8] proc_id[4] client_id[s] → type[1] and the rest: nobody else has
// it
int p9_getlock(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    enum { UNLOCKED = 2 };
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    p9_get(in, 1);
    const uint64_t start = p9_get(in, 8), length = p9_get(in, 8);
    const uint32_t process = p9_get32(in);
    char client[256];
    p9_get_string(in, client, sizeof client);
    if (in->bad) return EINVAL;
    if (!f) return EBADF;
    p9_put(out, 1, UNLOCKED);
    p9_put(out, 8, start);
    p9_put(out, 8, length);
    p9_put(out, 4, process);
    p9_put_string(out, client, strlen(client));
    return 0;
}
