// 9P2000.L: attributes, and names in folders.
#include "dev/p9_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

bool p9_name_ok(const char *name)
{
    return *name && strcmp(name, ".") && strcmp(name, "..") && !strchr(name, '/');
}

void p9_proc_path(char path[static 32], int fd)
{
    snprintf(path, 32, "/proc/self/fd/%d", fd);
}

static uint8_t qid_type(mode_t mode)
{
    return S_ISDIR(mode) ? P9_QT_DIR : S_ISLNK(mode) ? P9_QT_SYMLINK : 0;
}

static void put_stat_qid(const struct p9 *p, struct p9_out *out, const struct stat *st)
{
    // Files of another file system that is mounted in the folder may have the same inode numbers.
    const uint64_t device = st->st_dev == p->device ? 0 : st->st_dev << 40;
    p9_put(out, 1, qid_type(st->st_mode));
    p9_put(out, 4, (uint32_t)st->st_mtim.tv_nsec ^ (uint32_t)st->st_mtim.tv_sec ^ (uint32_t)st->st_size << 8);
    p9_put(out, 8, st->st_ino ^ device);
}

void p9_put_qid(const struct p9 *p, struct p9_out *out, const struct p9_node *n)
{
    struct stat st = {0};
    fstat(n->fd, &st);
    put_stat_qid(p, out, &st);
}

int p9_refuse(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    (void)p, (void)in, (void)out;
    return EOPNOTSUPP;
}

// statfs: fid[4] → type[4] bsize[4] blocks[8] bfree[8] bavail[8] files[8] ffree[8] fsid[8] namelen[4]
int p9_statfs(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    struct statfs st;
    uint64_t fsid;
    if (!f) return EBADF;
    if (fstatfs(f->node->fd, &st)) return errno;
    _Static_assert(sizeof fsid == sizeof st.f_fsid, "fsid");
    memcpy(&fsid, &st.f_fsid, sizeof fsid);
    p9_put(out, 4, (uint64_t)st.f_type);
    p9_put(out, 4, (uint64_t)st.f_bsize);
    const uint64_t counts[] = {st.f_blocks, st.f_bfree, st.f_bavail, st.f_files, st.f_ffree, fsid};
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++)
        p9_put(out, 8, counts[i]);
    p9_put(out, 4, (uint64_t)st.f_namelen);
    return 0;
}

// getattr: fid[4] mask[8] → valid[8] qid mode[4] uid[4] gid[4] nlink[8] rdev[8] size[8] blksize[8] blocks[8],
// seconds and nanoseconds of access, modification, change, birth, then gen[8] data_version[8]
int p9_getattr(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    enum { BASIC = 0x7ff };
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    struct stat st;
    if (!f) return EBADF;
    if (fstat(f->node->fd, &st)) return errno;
    p9_put(out, 8, BASIC);
    put_stat_qid(p, out, &st);
    p9_put(out, 4, st.st_mode);
    p9_put(out, 4, st.st_uid);
    p9_put(out, 4, st.st_gid);
    const uint64_t rest[] = {
        st.st_nlink,
        st.st_rdev,
        (uint64_t)st.st_size,
        (uint64_t)st.st_blksize,
        (uint64_t)st.st_blocks,
        (uint64_t)st.st_atim.tv_sec,
        (uint64_t)st.st_atim.tv_nsec,
        (uint64_t)st.st_mtim.tv_sec,
        (uint64_t)st.st_mtim.tv_nsec,
        (uint64_t)st.st_ctim.tv_sec,
        (uint64_t)st.st_ctim.tv_nsec,
        0,
        0,
        0,
        0,
    };
    for (unsigned i = 0; i < sizeof rest / sizeof *rest; i++)
        p9_put(out, 8, rest[i]);
    return 0;
}

enum {
    SET_MODE = 0x01,
    SET_UID = 0x02,
    SET_GID = 0x04,
    SET_SIZE = 0x08,
    SET_ATIME = 0x10,
    SET_MTIME = 0x20,
    SET_ATIME_GIVEN = 0x80,
    SET_MTIME_GIVEN = 0x100,
};

struct attributes {
    uint32_t valid, mode, uid, gid;
    uint64_t size;
    struct timespec times[2];
};

static struct timespec get_time(struct p9_in *in, bool set, bool given)
{
    struct timespec t = {.tv_sec = (time_t)p9_get(in, 8)};
    t.tv_nsec = (long)p9_get(in, 8);
    if (!given) t.tv_nsec = set ? UTIME_NOW : UTIME_OMIT;
    return t;
}

static int change(const struct p9_node *n, const struct attributes *a)
{
    char path[32];
    struct stat st;
    p9_proc_path(path, n->fd);
    if (fstat(n->fd, &st)) return errno;
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && a->valid & ~(SET_UID | SET_GID)) return EOPNOTSUPP;
    if (a->valid & (SET_UID | SET_GID) &&
        fchownat(n->fd, "", a->valid & SET_UID ? a->uid : (uid_t)-1, a->valid & SET_GID ? a->gid : (gid_t)-1,
                 AT_EMPTY_PATH) &&
        errno != EPERM) // the host's user cannot give files away, and the guest's need not know
        return errno;
    if (a->valid & SET_MODE && chmod(path, a->mode & (S_ISDIR(st.st_mode) ? 01777 : P9_MODE_BITS)))
        return errno;
    if (a->valid & SET_SIZE && truncate(path, (off_t)a->size)) return errno;
    if (a->valid & (SET_ATIME | SET_MTIME) && utimensat(AT_FDCWD, path, a->times, 0)) return errno;
    return 0;
}

// setattr: fid[4] valid[4] mode[4] uid[4] gid[4] size[8] atime_sec[8] atime_nsec[8] mtime_sec[8]
// mtime_nsec[8]
int p9_setattr(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    struct attributes a = {.valid = p9_get32(in)};
    (void)out;
    a.mode = p9_get32(in);
    a.uid = p9_get32(in);
    a.gid = p9_get32(in);
    a.size = p9_get(in, 8);
    a.times[0] = get_time(in, a.valid & SET_ATIME, a.valid & SET_ATIME_GIVEN);
    a.times[1] = get_time(in, a.valid & SET_MTIME, a.valid & SET_MTIME_GIVEN);
    if (in->bad) return EINVAL;
    return f ? change(f->node, &a) : EBADF;
}
