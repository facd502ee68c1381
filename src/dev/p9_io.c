// 9P2000.L: what is done with opened files.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dev/p9_ops.h"

// Flags of lopen and lcreate: Linux's generic ones. The others change nothing for the server: the guest's
// kernel appends at the offset it knows, and follows symbolic links itself.
enum { L_ACCMODE = 03, L_EXCL = 0200, L_TRUNC = 01000, L_DSYNC = 010000 };
enum { IOHDRSZ = 24 }; // of a read or write, in the largest message

static int host_flags(uint32_t flags)
{
    // NONBLOCK, NOCTTY: should the name have become a FIFO or a terminal
    return (int)(flags & L_ACCMODE) | (flags & L_TRUNC ? O_TRUNC : 0) | (flags & L_DSYNC ? O_DSYNC : 0) |
           O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
}

static int open_folder(struct p9_fid *f)
{
    f->io = openat(f->node->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->io < 0) return errno;
    f->dir = fdopendir(f->io);
    if (f->dir) return 0;
    close(f->io);
    f->io = -1;
    return ENOMEM;
}

static void put_opened(const struct p9 *p, struct p9_out *out, const struct p9_node *n)
{
    p9_put_qid(p, out, n);
    p9_put(out, 4, p->msize - IOHDRSZ); // iounit
}

// lopen: fid[4] flags[4] → qid iounit[4]
int p9_lopen(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct p9_fid *f = p9_fid(p, p9_get32(in));
    const uint32_t flags = p9_get32(in);
    struct stat st;
    if (in->bad) return EINVAL;
    if (!f || f->io >= 0) return EBADF;
    if (p->share->read_only && flags & (L_ACCMODE | L_TRUNC)) return EROFS;
    if (fstat(f->node->fd, &st)) return errno;
    if (S_ISDIR(st.st_mode)) {
        if (flags & L_ACCMODE) return EISDIR;
        const int error = open_folder(f);
        if (error) return error;
    } else if (S_ISREG(st.st_mode)) {
        char path[32];
        p9_proc_path(path, f->node->fd);
        f->io = open(path, host_flags(flags));
        if (f->io < 0) return errno;
    } else {
        return S_ISLNK(st.st_mode) ? ELOOP : EACCES; // the host's devices are not the guest's
    }
    put_opened(p, out, f->node);
    return 0;
}

// lcreate: fid[4] name[s] flags[4] mode[4] gid[4] → qid iounit[4]; the fid becomes the new file's
int p9_lcreate(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    struct p9_fid *f = p9_fid(p, p9_get32(in));
    char name[NAME_MAX + 1];
    p9_get_string(in, name, sizeof name);
    const uint32_t flags = p9_get32(in), mode = p9_get32(in);
    struct stat st;
    struct p9_node *node;
    if (in->bad || !p9_name_ok(name)) return EINVAL;
    if (!f || f->io >= 0) return EBADF;
    if (!fstatat(f->node->fd, name, &st, AT_SYMLINK_NOFOLLOW) && !S_ISREG(st.st_mode)) return EEXIST;
    const int create = O_CREAT | O_NOFOLLOW | (flags & L_EXCL ? O_EXCL : 0);
    const int io = openat(f->node->fd, name, host_flags(flags) | create, mode & P9_MODE_BITS);
    if (io < 0) return errno;
    const int error = p9_node_find(p, f->node, name, &node);
    if (error) {
        close(io);
        return error;
    }
    p9_fid_move(f, node);
    f->io = io;
    put_opened(p, out, node);
    return 0;
}

// read: fid[4] offset[8] count[4] → count[4] data
int p9_read(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    const uint64_t offset = p9_get(in, 8);
    size_t count = p9_get32(in);
    if (in->bad) return EINVAL;
    if (!f || f->io < 0 || f->dir) return f && f->dir ? EISDIR : EBADF;
    if (out->cap - out->len < 4) return EMSGSIZE;
    const size_t room = out->cap - out->len - 4;
    if (count > room) count = room;
    const ssize_t n = pread(f->io, out->p + out->len + 4, count, (off_t)offset);
    if (n < 0) return errno;
    p9_put(out, 4, (uint64_t)n);
    out->len += (size_t)n;
    return 0;
}

// write: fid[4] offset[8] count[4] data → count[4]
int p9_write(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    const uint64_t offset = p9_get(in, 8);
    const size_t count = p9_get32(in);
    if (in->bad || count > in->left) return EINVAL;
    if (!f || f->io < 0) return EBADF;
    const ssize_t n = pwrite(f->io, in->p, count, (off_t)offset);
    if (n < 0) return errno;
    p9_put(out, 4, (uint64_t)n);
    return 0;
}

// One entry, as qid offset[8] type[1] name[s]; false: no room.
static bool put_entry(struct p9_out *out, const struct dirent *e)
{
    const uint8_t qid_type = e->d_type == DT_DIR ? P9_QT_DIR : e->d_type == DT_LNK ? P9_QT_SYMLINK : 0;
    const size_t len = strlen(e->d_name);
    if (out->cap - out->len < P9_QID + 11 + len) return false;
    p9_put(out, 1, qid_type);
    p9_put(out, 4, 0);
    p9_put(out, 8, e->d_ino);
    p9_put(out, 8, (uint64_t)e->d_off);
    p9_put(out, 1, e->d_type);
    p9_put_string(out, e->d_name, len);
    return true;
}

// readdir: fid[4] offset[8] count[4] → count[4] entries; an offset is the host's own
int p9_readdir(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    const uint64_t offset = p9_get(in, 8);
    const size_t count = p9_get32(in);
    if (in->bad) return EINVAL;
    if (!f || !f->dir) return f && f->io >= 0 ? ENOTDIR : EBADF;
    if (out->cap - out->len < 4) return EMSGSIZE;
    struct p9_out entries = {.p = out->p + out->len + 4, .cap = out->cap - out->len - 4};
    if (count < entries.cap) entries.cap = count;
    if (offset)
        seekdir(f->dir, (long)offset);
    else
        rewinddir(f->dir);
    const struct dirent *e;
    bool any = false, room = true;
    while (room && (e = readdir(f->dir))) {
        any = true;
        room = put_entry(&entries, e);
    }
    if (any && !entries.len) return EINVAL; // not even one fits
    p9_put(out, 4, entries.len);
    out->len += entries.len;
    return 0;
}

// fsync: fid[4] datasync[4]
int p9_fsync(struct p9 *p, struct p9_in *in, struct p9_out *out)
{
    const struct p9_fid *f = p9_fid(p, p9_get32(in));
    const bool data = in->left >= 4 && p9_get32(in); // older drivers do not send it
    (void)out;
    if (!f || f->io < 0) return EBADF;
    return (data ? fdatasync(f->io) : fsync(f->io)) ? errno : 0;
}
