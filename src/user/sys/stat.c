// The status of files and file systems.
#include <sys/stat.h>
#include <sys/statfs.h>

#include "user/abi/stat.h"
#include "user/sys/common.h"
#include "user/sys/path.h"

enum { LAYOUT_STAT, LAYOUT_STAT64 };

static int64_t put_stat(struct thread *t, uint64_t addr, const struct stat *h, int layout)
{
    if (layout == LAYOUT_STAT64) {
        struct abi_stat64 g;
        abi_stat64_from_host(&g, h);
        return put_guest(t, g, addr) ? 0 : -EFAULT;
    }
    struct abi_stat g;
    const int e = abi_stat_from_host(&g, h);
    if (e) return e;
    return put_guest(t, g, addr) ? 0 : -EFAULT;
}

// The path is the n-th argument, what it points to the next one.
static int64_t stat_at(struct thread *t, int dirfd, const struct sysargs *s, unsigned n, int flags,
                       int layout)
{
    struct path p;
    struct stat h;
    int64_t r = flags & AT_SYMLINK_NOFOLLOW ? get_path(t, p.guest, s, n) : follow_path(t, &p, dirfd, s, n);
    if (r) return r;
    r = host4(SYS_newfstatat, dirfd, flags & AT_SYMLINK_NOFOLLOW ? p.guest : p.host, &h, flags);
    return r ? r : put_stat(t, s->a[n + 1], &h, layout);
}

static int64_t stat_fd(struct thread *t, int fd, uint64_t addr, int layout)
{
    struct stat h;
    const int64_t r = host2(SYS_fstat, fd, &h);
    return r ? r : put_stat(t, addr, &h, layout);
}

SYSCALL(stat)
{
    return stat_at(t, AT_FDCWD, s, 0, 0, LAYOUT_STAT);
}

SYSCALL(lstat)
{
    return stat_at(t, AT_FDCWD, s, 0, AT_SYMLINK_NOFOLLOW, LAYOUT_STAT);
}

SYSCALL(fstat)
{
    return stat_fd(t, (int)s->a[0], s->a[1], LAYOUT_STAT);
}

SYSCALL(stat64)
{
    return stat_at(t, AT_FDCWD, s, 0, 0, LAYOUT_STAT64);
}

SYSCALL(lstat64)
{
    return stat_at(t, AT_FDCWD, s, 0, AT_SYMLINK_NOFOLLOW, LAYOUT_STAT64);
}

SYSCALL(fstat64)
{
    return stat_fd(t, (int)s->a[0], s->a[1], LAYOUT_STAT64);
}

SYSCALL(fstatat64)
{
    return stat_at(t, (int)s->a[0], s, 1, (int)s->a[3], LAYOUT_STAT64);
}

SYSCALL(statx)
{
    struct path p;
    const int flags = (int)s->a[2];
    const int e =
        flags & AT_SYMLINK_NOFOLLOW ? get_path(t, p.guest, s, 1) : follow_path(t, &p, (int)s->a[0], s, 1);
    if (e) return e;
    // struct statx is the same everywhere.
    return host5(SYS_statx, (int)s->a[0], flags & AT_SYMLINK_NOFOLLOW ? p.guest : p.host, flags,
                 (unsigned)s->a[3], guest_out_ptr(t, s->a[4], 256));
}

static int64_t put_statfs(struct thread *t, uint64_t addr, const struct statfs *h)
{
    struct abi_statfs g;
    const int e = abi_statfs_from_host(&g, h);
    if (e) return e;
    return put_guest(t, g, addr) ? 0 : -EFAULT;
}

// The size argument may be the one of the naturally aligned structure (fs/statfs.c of the kernel takes 88,
// too).
static int64_t put_statfs64(struct thread *t, uint64_t size, uint64_t addr, const struct statfs *h)
{
    struct abi_statfs64 g;
    if (size != sizeof g && size != 88) return -EINVAL;
    abi_statfs64_from_host(&g, h);
    return put_guest(t, g, addr) ? 0 : -EFAULT;
}

static int64_t host_statfs(struct thread *t, const struct sysargs *s, struct statfs *h)
{
    struct path p;
    const int e = follow_path(t, &p, AT_FDCWD, s, 0);
    return e ? e : host2(SYS_statfs, p.host, h);
}

SYSCALL(statfs)
{
    struct statfs h;
    const int64_t r = host_statfs(t, s, &h);
    return r ? r : put_statfs(t, s->a[1], &h);
}

SYSCALL(fstatfs)
{
    struct statfs h;
    const int64_t r = host2(SYS_fstatfs, (int)s->a[0], &h);
    return r ? r : put_statfs(t, s->a[1], &h);
}

SYSCALL(statfs64)
{
    struct statfs h;
    const int64_t r = host_statfs(t, s, &h);
    return r ? r : put_statfs64(t, s->a[1], s->a[2], &h);
}

SYSCALL(fstatfs64)
{
    struct statfs h;
    const int64_t r = host2(SYS_fstatfs, (int)s->a[0], &h);
    return r ? r : put_statfs64(t, s->a[1], s->a[2], &h);
}

SYSCALL(ustat)
{
    struct { // both sides: blocks, inodes, two names of six characters
        int32_t tfree, tinode;
        char names[12];
    } g = {0};
    struct {
        int32_t tfree;
        long tinode;
        char names[12];
    } h;
    const int64_t r = host2(SYS_ustat, (unsigned)s->a[0], &h);
    if (r) return r;
    g.tfree = h.tfree;
    g.tinode = (int32_t)h.tinode;
    return put_guest(t, g, s->a[1]) ? 0 : -EFAULT;
}

const struct syscall_row sys_stat_rows[] = {
    {62, CALL_UNSAFE, "ustat", sys_ustat, {ARG_HEX, ARG_PTR}},
    {99, CALL_LOOKS, "statfs", sys_statfs, {ARG_PATH, ARG_PTR}},
    {100, CALL_FD, "fstatfs", sys_fstatfs, {ARG_FD, ARG_PTR}},
    {106, CALL_LOOKS, "stat", sys_stat, {ARG_PATH, ARG_PTR}},
    {107, CALL_LOOKS, "lstat", sys_lstat, {ARG_LINK, ARG_PTR}},
    {108, CALL_FD, "fstat", sys_fstat, {ARG_FD, ARG_PTR}},
    {195, CALL_LOOKS, "stat64", sys_stat64, {ARG_PATH, ARG_PTR}},
    {196, CALL_LOOKS, "lstat64", sys_lstat64, {ARG_LINK, ARG_PTR}},
    {197, CALL_FD, "fstat64", sys_fstat64, {ARG_FD, ARG_PTR}},
    {266, CALL_LOOKS, "statfs64", sys_statfs64, {ARG_PATH, ARG_UINT, ARG_PTR}},
    {267, CALL_FD, "fstatfs64", sys_fstatfs64, {ARG_FD, ARG_UINT, ARG_PTR}},
    {327, CALL_LOOKS, "fstatat64", sys_fstatat64, {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_AT_FLAGS}},
    {397, CALL_LOOKS, "statx", sys_statx, {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_HEX, ARG_PTR}},
    {0},
};
