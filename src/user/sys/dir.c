// Reading directories, and the one that a process is in.
#include <stdlib.h>
#include <sys/vfs.h>

#include "base/own_fd.h"
#include "user/policy.h"
#include "user/sys/common.h"
#include "user/sys/path.h"
#include "user/sysroot.h"

// Directories. struct linux_dirent64 is the same everywhere.

struct host_dirent64 {
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

static const struct host_dirent64 *entry_at(const char *entries, int64_t at)
{
    return (const struct host_dirent64 *)(const void *)(entries + at);
}

static int64_t largest_offset(const char *entries, int64_t n)
{
    int64_t largest = 0;
    for (int64_t at = 0; at < n; at += entry_at(entries, at)->reclen)
        if (entry_at(entries, at)->off > largest) largest = entry_at(entries, at)->off;
    return largest;
}

// Whether an entry is that of /proc/self/fd for a descriptor of stinkarm's own.
static bool is_own_fd(int dirfd, const struct host_dirent64 *d)
{
    enum { LINK = 10, PROC_MAGIC = 0x9fa0 };
    struct statfs fs;
    return d->type == LINK && d->name[0] >= '1' && d->name[0] <= '9' && own_fd(atoi(d->name)) &&
           fstatfs(dirfd, &fs) == 0 && fs.f_type == PROC_MAGIC;
}

static int64_t leave_out_own_fds(int dirfd, char *entries, int64_t n)
{
    int64_t used = 0, len;
    for (int64_t at = 0; at < n; at += len) {
        len = entry_at(entries, at)->reclen;
        if (is_own_fd(dirfd, entry_at(entries, at))) continue;
        memmove(entries + used, entries + at, (size_t)len);
        used += len;
    }
    return used;
}

static int64_t read_entries(struct thread *t, int fd, char *entries, uint64_t size)
{
    int64_t n, left;
    do { // the end is where there are none, not where all are left out
        n = block(t, SYS_getdents64, fd, entries, size, 0, 0, 0);
        left = n > 0 ? leave_out_own_fds(fd, entries, n) : n;
    } while (n > 0 && !left);
    return left;
}

enum { DIRENTS_MAX = 32768 }; // as much as libc reads at once

SYSCALL(getdents64)
{
    _Alignas(8) char entries[DIRENTS_MAX];
    const int fd = (int)s->a[0];
    const uint64_t size = s->a[2] < sizeof entries ? s->a[2] : sizeof entries;
    const int64_t n = read_entries(t, fd, entries, size);
    if (n <= 0) return n;
    if (dir_offsets_are_hashes(t, fd, largest_offset(entries, n)))
        for (int64_t at = 0; at < n; at += entry_at(entries, at)->reclen) {
            const int64_t off = dir_offset_to_guest(entry_at(entries, at)->off);
            memcpy(entries + at + offsetof(struct host_dirent64, off), &off, sizeof off);
        }
    return uas_write(&t->p->as, (uint32_t)s->a[1], entries, (size_t)n) ? n : -EFAULT;
}

// getdents: d_ino, d_off, d_reclen, the name, and the type in the last byte. An entry of ours is never longer
// than the host's, so that what the host gives for the guest's size fits.
SYSCALL(getdents)
{
    _Alignas(8) char host[DIRENTS_MAX];
    uint8_t out[DIRENTS_MAX];
    const uint64_t size = s->a[2] < sizeof host ? s->a[2] : sizeof host;
    int64_t before = host3(SYS_lseek, (int)s->a[0], 0, SEEK_CUR);
    const int64_t n = read_entries(t, (int)s->a[0], host, size);
    if (n <= 0) return n;
    const bool hashes = dir_offsets_are_hashes(t, (int)s->a[0], largest_offset(host, n));
    size_t used = 0;
    for (int64_t at = 0; at < n;) {
        const struct host_dirent64 *d = entry_at(host, at);
        const size_t name = strlen(d->name) + 1, len = (10 + name + 1 + 3) & ~(size_t)3;
        const uint32_t ino = (uint32_t)d->ino,
                       off = (uint32_t)(hashes ? dir_offset_to_guest(d->off) : d->off);
        const uint16_t reclen = (uint16_t)len;
        if (d->ino >> 32) { // the call ends in front of it
            host3(SYS_lseek, (int)s->a[0], before, SEEK_SET);
            if (!used) return -EOVERFLOW;
            break;
        }
        memset(out + used, 0, len);
        memcpy(out + used, &ino, 4);
        memcpy(out + used + 4, &off, 4);
        memcpy(out + used + 8, &reclen, 2);
        memcpy(out + used + 10, d->name, name);
        out[used + len - 1] = d->type;
        used += len;
        before = d->off;
        at += d->reclen;
    }
    return uas_write(&t->p->as, (uint32_t)s->a[1], out, used) ? (int64_t)used : -EFAULT;
}

SYSCALL(chdir)
{
    struct path p;
    const int e = follow_path(t, &p, AT_FDCWD, s, 0);
    return e ? e : host1(SYS_chdir, p.host);
}

SYSCALL(fchdir)
{
    (void)t;
    return host1(SYS_fchdir, (int)s->a[0]);
}

SYSCALL(getcwd)
{
    char host[GUEST_PATH_MAX];
    struct sandbox_found f;
    if (policy_sandboxed(t)) { // where the user's files are is not for everybody to know
        if (host2(SYS_getcwd, host, sizeof host) < 0 || sandbox_find(t->p->sandbox, host, SANDBOX_LOOK, &f))
            return policy_refuse(t, EPERM);
        close(f.fd);
    }
    if (!t->p->sysroot) return host2(SYS_getcwd, guest_out_ptr(t, s->a[0], s->a[1]), s->a[1]);
    const int64_t n = host2(SYS_getcwd, host, sizeof host);
    if (n < 0) return n;
    const char *path = sysroot_guest_path(t->p, host);
    const size_t size = strlen(path) + 1;
    if (size > s->a[1]) return -ERANGE;
    return uas_write(&t->p->as, (uint32_t)s->a[0], path, size) ? (int64_t)size : -EFAULT;
}

const struct syscall_row sys_dir_rows[] = {
    {12, CALL_READS, "chdir", sys_chdir, {ARG_PATH}},
    {133, CALL_READS, "fchdir", sys_fchdir, {ARG_FD}},
    {141, CALL_FD, "getdents", sys_getdents, {ARG_FD, ARG_PTR, ARG_UINT}},
    {183, CALL_CHECKED, "getcwd", sys_getcwd, {ARG_OUTBUF, ARG_UINT}},
    {217, CALL_FD, "getdents64", sys_getdents64, {ARG_FD, ARG_PTR, ARG_UINT}},
    {0},
};
