// vFile: GDB reads the guest's files, the program's and its libraries' (GDB manual, E.9, Host I/O packets).
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debug/gdb_session.h"

// GDB's own numbers of errors and flags.
static unsigned error_of(int e)
{
    switch (e) {
    case EPERM:
    case ENOENT:
    case EINTR:
    case EBADF:
    case EACCES:
    case EFAULT:
    case EBUSY:
    case EEXIST:
    case ENODEV:
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case ENFILE:
    case EMFILE:
    case EFBIG:
    case ENOSPC:
    case ESPIPE:
    case EROFS: return (unsigned)e;
    case ENAMETOOLONG: return 91;
    case EIO: return 9997;
    case ENOSYS: return 9998;
    default: return 9999;
    }
}

static void failed(struct gdb_session *s, int e)
{
    reply_format(&s->reply, "F-1,%x", error_of(e));
}

static int *slot_of(struct gdb_session *s, uint64_t n)
{
    return n < GDB_FILES && s->file[n] ? &s->file[n] : NULL;
}

static int open_guest(struct gdb_session *s, const char *path)
{
    const struct debug_target *t = s->k->target;
    return t->open(t->ctx, path);
}

// open:name,flags,mode, for reading
static void open_file(struct gdb_session *s, const char *p)
{
    char path[PATH_MAX];
    uint64_t flags;
    const size_t n = gdb_bytes(p, path, sizeof path - 1);
    path[n] = 0;
    p += 2 * n;
    if (*p != ',') return failed(s, EINVAL);
    gdb_number(p + 1, &flags);
    if (flags & 3) return failed(s, EROFS);
    unsigned i = 0;
    while (i < GDB_FILES && s->file[i])
        i++;
    if (i == GDB_FILES) return failed(s, EMFILE);
    const int fd = open_guest(s, path);
    if (fd < 0) return failed(s, -fd);
    s->file[i] = fd + 1;
    reply_format(&s->reply, "F%x", i);
}

static void close_file(struct gdb_session *s, const char *p)
{
    uint64_t n;
    gdb_number(p, &n);
    int *f = slot_of(s, n);
    if (!f) return failed(s, EBADF);
    close(*f - 1);
    *f = 0;
    reply_text(&s->reply, "F0");
}

void gdb_files_close(struct gdb_session *s)
{
    for (unsigned i = 0; i < GDB_FILES; i++)
        if (s->file[i]) close(s->file[i] - 1);
}

static void attachment(struct gdb_session *s, const void *bytes, size_t n)
{
    reply_format(&s->reply, "F%zx;", n);
    reply_binary(&s->reply, bytes, n);
}

// pread:fd,count,offset
static void read_file(struct gdb_session *s, const char *p)
{
    char bytes[GDB_PACKET / 2];
    uint64_t n, count, offset;
    p = gdb_number(p, &n);
    if (*p != ',') return failed(s, EINVAL);
    p = gdb_number(p + 1, &count);
    if (*p != ',') return failed(s, EINVAL);
    gdb_number(p + 1, &offset);
    const int *f = slot_of(s, n);
    if (!f) return failed(s, EBADF);
    const ssize_t got = pread(*f - 1, bytes, count < sizeof bytes ? count : sizeof bytes, (off_t)offset);
    if (got < 0) return failed(s, errno);
    attachment(s, bytes, (size_t)got);
}

static void big(uint8_t *to, uint64_t v, unsigned n)
{
    while (n--)
        *to++ = (uint8_t)(v >> n * 8);
}

// fstat:fd, in GDB's own form: big-endian.
static void stat_file(struct gdb_session *s, const char *p)
{
    uint64_t n;
    struct stat st;
    gdb_number(p, &n);
    const int *f = slot_of(s, n);
    if (!f) return failed(s, EBADF);
    if (fstat(*f - 1, &st)) return failed(s, errno);
    uint8_t b[64] = {0};
    big(b, st.st_dev, 4);
    big(b + 4, st.st_ino, 4);
    big(b + 8, st.st_mode, 4);
    big(b + 12, st.st_nlink, 4);
    big(b + 16, st.st_uid, 4);
    big(b + 20, st.st_gid, 4);
    big(b + 24, st.st_rdev, 4);
    big(b + 28, (uint64_t)st.st_size, 8);
    big(b + 36, (uint64_t)st.st_blksize, 8);
    big(b + 44, (uint64_t)st.st_blocks, 8);
    big(b + 52, (uint64_t)st.st_atime, 4);
    big(b + 56, (uint64_t)st.st_mtime, 4);
    big(b + 60, (uint64_t)st.st_ctime, 4);
    attachment(s, b, sizeof b);
}

bool gdb_file_packet(struct gdb_session *s, const char *p)
{
    if (strncmp(p, "vFile:", 6) != 0 || !s->k->target->open) return false;
    p += 6;
    if (!strncmp(p, "open:", 5))
        open_file(s, p + 5);
    else if (!strncmp(p, "close:", 6))
        close_file(s, p + 6);
    else if (!strncmp(p, "pread:", 6))
        read_file(s, p + 6);
    else if (!strncmp(p, "fstat:", 6))
        stat_file(s, p + 6);
    else if (!strncmp(p, "setfs:", 6))
        reply_text(&s->reply, "F0");
    else
        failed(s, ENOSYS);
    return true;
}
