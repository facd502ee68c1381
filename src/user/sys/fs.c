// Calls on names: opening, status, directories, links, permissions, mounts.
#include <sys/stat.h>
#include <sys/statfs.h>

#include "user/abi/fcntl.h"
#include "user/abi/stat.h"
#include "user/policy.h"
#include "user/proc.h"
#include "user/sys/common.h"
#include "user/sysroot.h"

// A path for a call that follows links: /proc/self/exe is the guest's program. Buffers live in the caller.
struct path {
    char guest[GUEST_PATH_MAX], translated[GUEST_PATH_MAX];
    const char *host;
};

static int follow_path(struct thread *t, struct path *p, int dirfd, const struct sysargs *s, unsigned n)
{
    const int e = get_path(t, p->guest, s, n);
    if (e) return e;
    p->host = proc_translate(t, dirfd, p->guest, p->translated, sizeof p->translated);
    return 0;
}

// Opening

static int64_t open_at(struct thread *t, int dirfd, const struct sysargs *s, unsigned n, uint32_t abi_flags,
                       uint32_t mode)
{
    char path[GUEST_PATH_MAX];
    const int e = get_path(t, path, s, n);
    if (e) return e;
    const int flags = abi_open_flags_to_host(abi_flags), fd = proc_open(t, dirfd, path, flags);
    if (fd != PROC_NOT_MINE) return fd;
    return block(t, SYS_openat, dirfd, path, flags, mode, 0, 0);
}

SYSCALL(open)
{
    return open_at(t, AT_FDCWD, s, 0, (uint32_t)s->a[1], (uint32_t)s->a[2]);
}

SYSCALL(openat)
{
    return open_at(t, (int)s->a[0], s, 1, (uint32_t)s->a[2], (uint32_t)s->a[3]);
}

SYSCALL(creat)
{
    return open_at(t, AT_FDCWD, s, 0, O_CREAT | O_WRONLY | O_TRUNC, (uint32_t)s->a[1]);
}

struct open_how {
    uint64_t flags, mode, resolve;
};

SYSCALL(openat2)
{
    struct open_how how;
    char path[GUEST_PATH_MAX];
    if (s->a[3] < sizeof how) return -EINVAL;
    if (s->a[3] > 4096) return -E2BIG;
    const int e = get_path(t, path, s, 1);
    if (e) return e;
    if (!get_guest(t, how, s->a[2])) return -EFAULT;
    for (uint64_t i = sizeof how; i < s->a[3]; i++) { // what we do not know must be 0
        uint8_t byte;
        if (!get_guest(t, byte, s->a[2] + i)) return -EFAULT;
        if (byte) return -E2BIG;
    }
    if (how.flags >> 32) return -EINVAL;
    how.flags = (uint32_t)abi_open_flags_to_host((uint32_t)how.flags);
    if (!how.resolve) {
        const int fd = proc_open(t, (int)s->a[0], path, (int)how.flags);
        if (fd != PROC_NOT_MINE) return fd;
    }
    return block(t, SYS_openat2, (int)s->a[0], path, &how, sizeof how, 0, 0);
}

// Status

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

enum { DIRENTS_MAX = 32768 }; // as much as libc reads at once

SYSCALL(getdents64)
{
    _Alignas(8) char entries[DIRENTS_MAX];
    const int fd = (int)s->a[0];
    const uint64_t size = s->a[2] < sizeof entries ? s->a[2] : sizeof entries;
    const int64_t n = block(t, SYS_getdents64, fd, entries, size, 0, 0, 0);
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
    const int64_t n = block(t, SYS_getdents64, (int)s->a[0], host, size, 0, 0, 0);
    if (n <= 0) return n;
    const bool hashes = dir_offsets_are_hashes(t, (int)s->a[0], largest_offset(host, n));
    size_t used = 0;
    for (int64_t at = 0; at < n;) {
        const struct host_dirent64 *d = entry_at(host, at);
        const size_t name = strlen(d->name) + 1, len = (10 + name + 1 + 3) & ~(size_t)3;
        const uint32_t ino = (uint32_t)d->ino,
                       off = (uint32_t)(hashes ? dir_offset_to_guest(d->off) : d->off);
        const uint16_t reclen = (uint16_t)len;
        if (d->ino >> 32) return -EOVERFLOW;
        memset(out + used, 0, len);
        memcpy(out + used, &ino, 4);
        memcpy(out + used + 4, &off, 4);
        memcpy(out + used + 8, &reclen, 2);
        memcpy(out + used + 10, d->name, name);
        out[used + len - 1] = d->type;
        used += len;
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
    if (!t->p->sysroot) return host2(SYS_getcwd, guest_out_ptr(t, s->a[0], s->a[1]), s->a[1]);
    const int64_t n = host2(SYS_getcwd, host, sizeof host);
    if (n < 0) return n;
    const char *path = sysroot_guest_path(t->p, host);
    const size_t size = strlen(path) + 1;
    if (size > s->a[1]) return -ERANGE;
    return uas_write(&t->p->as, (uint32_t)s->a[0], path, size) ? (int64_t)size : -EFAULT;
}

// What a link leads to, in buf: size bytes, and one for a NUL.
static int64_t read_link(struct thread *t, int dirfd, const char *path, char *buf, size_t size)
{
    int64_t n = proc_readlink(t, dirfd, path, buf, size);
    if (n == PROC_NOT_MINE) n = host4(SYS_readlinkat, dirfd, path, buf, size);
    if (n <= 0 || !t->p->sysroot || strncmp(path, "/proc/", 6) != 0) return n;
    buf[n] = 0; // /proc/self/cwd and the like
    const char *guest = sysroot_guest_path(t->p, buf);
    const size_t length = strlen(guest);
    memmove(buf, guest, length);
    return (int64_t)length;
}

static int64_t read_link_at(struct thread *t, int dirfd, const struct sysargs *s, unsigned n)
{
    char path[GUEST_PATH_MAX], buf[GUEST_PATH_MAX + 1];
    const uint64_t to = s->a[n + 1], size = s->a[n + 2];
    const int e = get_path(t, path, s, n);
    if (e) return e;
    if ((int32_t)size <= 0) return -EINVAL;
    const int64_t length = read_link(t, dirfd, path, buf, size < GUEST_PATH_MAX ? size : GUEST_PATH_MAX);
    if (length < 0) return length;
    return uas_write(&t->p->as, (uint32_t)to, buf, (size_t)length) ? length : -EFAULT;
}

SYSCALL(readlink)
{
    return read_link_at(t, AT_FDCWD, s, 0);
}

SYSCALL(readlinkat)
{
    return read_link_at(t, (int)s->a[0], s, 1);
}

// Calls that hand their strings straight to the host kernel, which reports bad pointers itself. n: argument
// number.
#define PATH_ARG(n) path_ptr(t, s, n)
#define STR_ARG(n)  guest_ptr_or_null(t, s->a[n])

SYSCALL(access)
{
    struct path p;
    const int e = follow_path(t, &p, AT_FDCWD, s, 0);
    return e ? e : host2(SYS_access, p.host, (int)s->a[1]);
}

SYSCALL(faccessat)
{
    struct path p;
    const int e = follow_path(t, &p, (int)s->a[0], s, 1);
    return e ? e : host3(SYS_faccessat, (int)s->a[0], p.host, (int)s->a[2]);
}

SYSCALL(faccessat2)
{
    struct path p;
    const int e = follow_path(t, &p, (int)s->a[0], s, 1);
    return e ? e : host4(SYS_faccessat2, (int)s->a[0], p.host, (int)s->a[2], (int)s->a[3]);
}

SYSCALL(link)
{
    return host2(SYS_link, PATH_ARG(0), PATH_ARG(1));
}

SYSCALL(linkat)
{
    return host5(SYS_linkat, (int)s->a[0], PATH_ARG(1), (int)s->a[2], PATH_ARG(3), (int)s->a[4]);
}

SYSCALL(symlink)
{
    return host2(SYS_symlink, STR_ARG(0), PATH_ARG(1));
}

SYSCALL(symlinkat)
{
    return host3(SYS_symlinkat, STR_ARG(0), (int)s->a[1], PATH_ARG(2));
}

SYSCALL(unlink)
{
    return host1(SYS_unlink, PATH_ARG(0));
}

SYSCALL(unlinkat)
{
    return host3(SYS_unlinkat, (int)s->a[0], PATH_ARG(1), (int)s->a[2]);
}

SYSCALL(rename)
{
    return host2(SYS_rename, PATH_ARG(0), PATH_ARG(1));
}

SYSCALL(renameat)
{
    return host4(SYS_renameat, (int)s->a[0], PATH_ARG(1), (int)s->a[2], PATH_ARG(3));
}

SYSCALL(renameat2)
{
    return host5(SYS_renameat2, (int)s->a[0], PATH_ARG(1), (int)s->a[2], PATH_ARG(3), (unsigned)s->a[4]);
}

SYSCALL(mkdir)
{
    return host2(SYS_mkdir, PATH_ARG(0), (unsigned)s->a[1]);
}

SYSCALL(mkdirat)
{
    return host3(SYS_mkdirat, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2]);
}

SYSCALL(rmdir)
{
    return host1(SYS_rmdir, PATH_ARG(0));
}

SYSCALL(mknod)
{
    return host3(SYS_mknod, PATH_ARG(0), (unsigned)s->a[1], (unsigned)s->a[2]);
}

SYSCALL(mknodat)
{
    return host4(SYS_mknodat, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2], (unsigned)s->a[3]);
}

SYSCALL(chmod)
{
    return host2(SYS_chmod, PATH_ARG(0), (unsigned)s->a[1]);
}

SYSCALL(fchmod)
{
    (void)t;
    return host2(SYS_fchmod, (int)s->a[0], (unsigned)s->a[1]);
}

SYSCALL(fchmodat)
{
    return host3(SYS_fchmodat, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2]);
}

SYSCALL(umask)
{
    (void)t;
    return host1(SYS_umask, (unsigned)s->a[0]);
}

// 16-bit user IDs: -1 stays "no change".
static int64_t id16(uint64_t id)
{
    return (uint16_t)id == 0xffff ? -1 : (int64_t)(uint16_t)id;
}

SYSCALL(chown)
{
    return host3(SYS_chown, PATH_ARG(0), id16(s->a[1]), id16(s->a[2]));
}

SYSCALL(lchown)
{
    return host3(SYS_lchown, PATH_ARG(0), id16(s->a[1]), id16(s->a[2]));
}

SYSCALL(fchown)
{
    (void)t;
    return host3(SYS_fchown, (int)s->a[0], id16(s->a[1]), id16(s->a[2]));
}

SYSCALL(chown32)
{
    return host3(SYS_chown, PATH_ARG(0), (unsigned)s->a[1], (unsigned)s->a[2]);
}

SYSCALL(lchown32)
{
    return host3(SYS_lchown, PATH_ARG(0), (unsigned)s->a[1], (unsigned)s->a[2]);
}

SYSCALL(fchown32)
{
    (void)t;
    return host3(SYS_fchown, (int)s->a[0], (unsigned)s->a[1], (unsigned)s->a[2]);
}

SYSCALL(fchownat)
{
    return host5(SYS_fchownat, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2], (unsigned)s->a[3], (int)s->a[4]);
}

SYSCALL(truncate)
{
    return host2(SYS_truncate, PATH_ARG(0), (int32_t)s->a[1]);
}

SYSCALL(truncate64)
{
    return host2(SYS_truncate, PATH_ARG(0), s->a[1]);
}

SYSCALL(sync)
{
    (void)t, (void)s;
    return host0(SYS_sync);
}

SYSCALL(mount)
{
    return host5(SYS_mount, PATH_ARG(0), PATH_ARG(1), STR_ARG(2), s->a[3], STR_ARG(4));
}

SYSCALL(umount2)
{
    return host2(SYS_umount2, PATH_ARG(0), (int)s->a[1]);
}

SYSCALL(pivot_root)
{
    return host2(SYS_pivot_root, PATH_ARG(0), PATH_ARG(1));
}

SYSCALL(chroot)
{
    return host1(SYS_chroot, PATH_ARG(0));
}

SYSCALL(swapon)
{
    return host2(SYS_swapon, PATH_ARG(0), (int)s->a[1]);
}

SYSCALL(swapoff)
{
    return host1(SYS_swapoff, PATH_ARG(0));
}

SYSCALL(acct)
{
    return host1(SYS_acct, PATH_ARG(0));
}

SYSCALL(name_to_handle_at)
{
    return host5(SYS_name_to_handle_at, (int)s->a[0], PATH_ARG(1), guest_out_ptr(t, s->a[2], 136),
                 guest_out_ptr(t, s->a[3], 4), (int)s->a[4]);
}

SYSCALL(open_by_handle_at)
{
    return host3(SYS_open_by_handle_at, (int)s->a[0], PATH_ARG(1), abi_open_flags_to_host((uint32_t)s->a[2]));
}

// Extended attributes

SYSCALL(setxattr)
{
    return host5(SYS_setxattr, PATH_ARG(0), STR_ARG(1), STR_ARG(2), s->a[3], (int)s->a[4]);
}

SYSCALL(lsetxattr)
{
    return host5(SYS_lsetxattr, PATH_ARG(0), STR_ARG(1), STR_ARG(2), s->a[3], (int)s->a[4]);
}

SYSCALL(fsetxattr)
{
    return host5(SYS_fsetxattr, (int)s->a[0], STR_ARG(1), STR_ARG(2), s->a[3], (int)s->a[4]);
}

SYSCALL(getxattr)
{
    return host4(SYS_getxattr, PATH_ARG(0), STR_ARG(1), guest_out_ptr_or_null(t, s->a[2], s->a[3]), s->a[3]);
}

SYSCALL(lgetxattr)
{
    return host4(SYS_lgetxattr, PATH_ARG(0), STR_ARG(1), guest_out_ptr_or_null(t, s->a[2], s->a[3]), s->a[3]);
}

SYSCALL(fgetxattr)
{
    return host4(SYS_fgetxattr, (int)s->a[0], STR_ARG(1), guest_out_ptr_or_null(t, s->a[2], s->a[3]),
                 s->a[3]);
}

SYSCALL(listxattr)
{
    return host3(SYS_listxattr, PATH_ARG(0), guest_out_ptr_or_null(t, s->a[1], s->a[2]), s->a[2]);
}

SYSCALL(llistxattr)
{
    return host3(SYS_llistxattr, PATH_ARG(0), guest_out_ptr_or_null(t, s->a[1], s->a[2]), s->a[2]);
}

SYSCALL(flistxattr)
{
    return host3(SYS_flistxattr, (int)s->a[0], guest_out_ptr_or_null(t, s->a[1], s->a[2]), s->a[2]);
}

SYSCALL(removexattr)
{
    return host2(SYS_removexattr, PATH_ARG(0), STR_ARG(1));
}

SYSCALL(lremovexattr)
{
    return host2(SYS_lremovexattr, PATH_ARG(0), STR_ARG(1));
}

SYSCALL(fremovexattr)
{
    return host2(SYS_fremovexattr, (int)s->a[0], STR_ARG(1));
}

// inotify: struct inotify_event is the same everywhere

SYSCALL(inotify_init)
{
    (void)s;
    return policy_new_fd(t, host1(SYS_inotify_init1, 0));
}

SYSCALL(inotify_init1)
{
    return policy_new_fd(t, host1(SYS_inotify_init1, (int)s->a[0]));
}

SYSCALL(inotify_add_watch)
{
    return host3(SYS_inotify_add_watch, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2]);
}

SYSCALL(inotify_rm_watch)
{
    (void)t;
    return host2(SYS_inotify_rm_watch, (int)s->a[0], (int)s->a[1]);
}

const struct syscall_row sys_fs_rows[] = {
    {5, CALL_UNSAFE, "open", sys_open, {ARG_PATH, ARG_OPEN_FLAGS, ARG_OCTAL}},
    {8, CALL_UNSAFE, "creat", sys_creat, {ARG_PATH, ARG_OCTAL}},
    {9, CALL_UNSAFE, "link", sys_link, {ARG_LINK, ARG_LINK}},
    {10, CALL_UNSAFE, "unlink", sys_unlink, {ARG_LINK}},
    {12, CALL_UNSAFE, "chdir", sys_chdir, {ARG_PATH}},
    {14, CALL_UNSAFE, "mknod", sys_mknod, {ARG_LINK, ARG_OCTAL, ARG_HEX}},
    {15, CALL_UNSAFE, "chmod", sys_chmod, {ARG_PATH, ARG_OCTAL}},
    {16, CALL_UNSAFE, "lchown", sys_lchown, {ARG_LINK, ARG_INT, ARG_INT}},
    {21, CALL_UNSAFE, "mount", sys_mount, {ARG_PATH, ARG_PATH, ARG_STR, ARG_HEX, ARG_PTR}},
    {33, CALL_UNSAFE, "access", sys_access, {ARG_PATH, ARG_ACCESS_MODE}},
    {36, CALL_UNSAFE, "sync", sys_sync, {ARG_NONE}},
    {38, CALL_UNSAFE, "rename", sys_rename, {ARG_LINK, ARG_LINK}},
    {39, CALL_UNSAFE, "mkdir", sys_mkdir, {ARG_LINK, ARG_OCTAL}},
    {40, CALL_UNSAFE, "rmdir", sys_rmdir, {ARG_LINK}},
    {51, CALL_UNSAFE, "acct", sys_acct, {ARG_PATH}},
    {52, CALL_UNSAFE, "umount2", sys_umount2, {ARG_PATH, ARG_HEX}},
    {60, CALL_PURE, "umask", sys_umask, {ARG_OCTAL}},
    {61, CALL_UNSAFE, "chroot", sys_chroot, {ARG_PATH}},
    {62, CALL_UNSAFE, "ustat", sys_ustat, {ARG_HEX, ARG_PTR}},
    {83, CALL_UNSAFE, "symlink", sys_symlink, {ARG_STR, ARG_LINK}},
    {85, CALL_UNSAFE, "readlink", sys_readlink, {ARG_LINK, ARG_OUTBUF, ARG_UINT}},
    {87, CALL_UNSAFE, "swapon", sys_swapon, {ARG_PATH, ARG_HEX}},
    {92, CALL_UNSAFE, "truncate", sys_truncate, {ARG_PATH, ARG_INT}},
    {94, CALL_UNSAFE, "fchmod", sys_fchmod, {ARG_FD, ARG_OCTAL}},
    {95, CALL_UNSAFE, "fchown", sys_fchown, {ARG_FD, ARG_INT, ARG_INT}},
    {99, CALL_UNSAFE, "statfs", sys_statfs, {ARG_PATH, ARG_PTR}},
    {100, CALL_FD, "fstatfs", sys_fstatfs, {ARG_FD, ARG_PTR}},
    {106, CALL_UNSAFE, "stat", sys_stat, {ARG_PATH, ARG_PTR}},
    {107, CALL_UNSAFE, "lstat", sys_lstat, {ARG_LINK, ARG_PTR}},
    {108, CALL_FD, "fstat", sys_fstat, {ARG_FD, ARG_PTR}},
    {115, CALL_UNSAFE, "swapoff", sys_swapoff, {ARG_PATH}},
    {133, CALL_UNSAFE, "fchdir", sys_fchdir, {ARG_FD}},
    {141, CALL_FD, "getdents", sys_getdents, {ARG_FD, ARG_PTR, ARG_UINT}},
    {182, CALL_UNSAFE, "chown", sys_chown, {ARG_PATH, ARG_INT, ARG_INT}},
    {183, CALL_UNSAFE, "getcwd", sys_getcwd, {ARG_OUTBUF, ARG_UINT}},
    {193, CALL_UNSAFE, "truncate64", sys_truncate64, {ARG_PATH, ARG_I64}},
    {195, CALL_UNSAFE, "stat64", sys_stat64, {ARG_PATH, ARG_PTR}},
    {196, CALL_UNSAFE, "lstat64", sys_lstat64, {ARG_LINK, ARG_PTR}},
    {197, CALL_FD, "fstat64", sys_fstat64, {ARG_FD, ARG_PTR}},
    {198, CALL_UNSAFE, "lchown32", sys_lchown32, {ARG_LINK, ARG_INT, ARG_INT}},
    {207, CALL_UNSAFE, "fchown32", sys_fchown32, {ARG_FD, ARG_INT, ARG_INT}},
    {212, CALL_UNSAFE, "chown32", sys_chown32, {ARG_PATH, ARG_INT, ARG_INT}},
    {217, CALL_FD, "getdents64", sys_getdents64, {ARG_FD, ARG_PTR, ARG_UINT}},
    {218, CALL_UNSAFE, "pivot_root", sys_pivot_root, {ARG_PATH, ARG_PATH}},
    {226, CALL_UNSAFE, "setxattr", sys_setxattr, {ARG_PATH, ARG_STR, ARG_BUF, ARG_UINT, ARG_HEX}},
    {227, CALL_UNSAFE, "lsetxattr", sys_lsetxattr, {ARG_LINK, ARG_STR, ARG_BUF, ARG_UINT, ARG_HEX}},
    {228, CALL_UNSAFE, "fsetxattr", sys_fsetxattr, {ARG_FD, ARG_STR, ARG_BUF, ARG_UINT, ARG_HEX}},
    {229, CALL_UNSAFE, "getxattr", sys_getxattr, {ARG_PATH, ARG_STR, ARG_OUTBUF, ARG_UINT}},
    {230, CALL_UNSAFE, "lgetxattr", sys_lgetxattr, {ARG_LINK, ARG_STR, ARG_OUTBUF, ARG_UINT}},
    {231, CALL_FD, "fgetxattr", sys_fgetxattr, {ARG_FD, ARG_STR, ARG_OUTBUF, ARG_UINT}},
    {232, CALL_UNSAFE, "listxattr", sys_listxattr, {ARG_PATH, ARG_OUTBUF, ARG_UINT}},
    {233, CALL_UNSAFE, "llistxattr", sys_llistxattr, {ARG_LINK, ARG_OUTBUF, ARG_UINT}},
    {234, CALL_FD, "flistxattr", sys_flistxattr, {ARG_FD, ARG_OUTBUF, ARG_UINT}},
    {235, CALL_UNSAFE, "removexattr", sys_removexattr, {ARG_PATH, ARG_STR}},
    {236, CALL_UNSAFE, "lremovexattr", sys_lremovexattr, {ARG_LINK, ARG_STR}},
    {237, CALL_UNSAFE, "fremovexattr", sys_fremovexattr, {ARG_FD, ARG_STR}},
    {266, CALL_UNSAFE, "statfs64", sys_statfs64, {ARG_PATH, ARG_UINT, ARG_PTR}},
    {267, CALL_FD, "fstatfs64", sys_fstatfs64, {ARG_FD, ARG_UINT, ARG_PTR}},
    {316, CALL_UNSAFE, "inotify_init", sys_inotify_init, {ARG_NONE}},
    {317, CALL_UNSAFE, "inotify_add_watch", sys_inotify_add_watch, {ARG_FD, ARG_PATH, ARG_HEX}},
    {318, CALL_FD, "inotify_rm_watch", sys_inotify_rm_watch, {ARG_FD, ARG_INT}},
    {322, CALL_UNSAFE, "openat", sys_openat, {ARG_DIRFD, ARG_PATH, ARG_OPEN_FLAGS, ARG_OCTAL}},
    {323, CALL_UNSAFE, "mkdirat", sys_mkdirat, {ARG_DIRFD, ARG_LINK, ARG_OCTAL}},
    {324, CALL_UNSAFE, "mknodat", sys_mknodat, {ARG_DIRFD, ARG_LINK, ARG_OCTAL, ARG_HEX}},
    {325, CALL_UNSAFE, "fchownat", sys_fchownat, {ARG_DIRFD, ARG_PATH, ARG_INT, ARG_INT, ARG_AT_FLAGS}},
    {327, CALL_UNSAFE, "fstatat64", sys_fstatat64, {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_AT_FLAGS}},
    {328, CALL_UNSAFE, "unlinkat", sys_unlinkat, {ARG_DIRFD, ARG_LINK, ARG_AT_FLAGS}},
    {329, CALL_UNSAFE, "renameat", sys_renameat, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK}},
    {330, CALL_UNSAFE, "linkat", sys_linkat, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK, ARG_AT_FLAGS}},
    {331, CALL_UNSAFE, "symlinkat", sys_symlinkat, {ARG_STR, ARG_DIRFD, ARG_LINK}},
    {332, CALL_UNSAFE, "readlinkat", sys_readlinkat, {ARG_DIRFD, ARG_LINK, ARG_OUTBUF, ARG_UINT}},
    {333, CALL_UNSAFE, "fchmodat", sys_fchmodat, {ARG_DIRFD, ARG_PATH, ARG_OCTAL}},
    {334, CALL_UNSAFE, "faccessat", sys_faccessat, {ARG_DIRFD, ARG_PATH, ARG_ACCESS_MODE}},
    {360, CALL_UNSAFE, "inotify_init1", sys_inotify_init1, {ARG_HEX}},
    {370,
     CALL_UNSAFE,
     "name_to_handle_at",
     sys_name_to_handle_at,
     {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_PTR, ARG_HEX}},
    {371, CALL_UNSAFE, "open_by_handle_at", sys_open_by_handle_at, {ARG_DIRFD, ARG_PTR, ARG_OPEN_FLAGS}},
    {382, CALL_UNSAFE, "renameat2", sys_renameat2, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK, ARG_HEX}},
    {397, CALL_UNSAFE, "statx", sys_statx, {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_HEX, ARG_PTR}},
    {437, CALL_UNSAFE, "openat2", sys_openat2, {ARG_DIRFD, ARG_PATH, ARG_OPEN_HOW, ARG_UINT}},
    {439, CALL_UNSAFE, "faccessat2", sys_faccessat2, {ARG_DIRFD, ARG_PATH, ARG_ACCESS_MODE, ARG_AT_FLAGS}},
    {0},
};
