// Calls on names: opening, links, making and removing, permissions.
#include "user/abi/fcntl.h"
#include "user/sys/common.h"
#include "user/sys/path.h"
#include "user/sysroot.h"

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

SYSCALL(name_to_handle_at)
{
    return host5(SYS_name_to_handle_at, (int)s->a[0], PATH_ARG(1), guest_out_ptr(t, s->a[2], 136),
                 guest_out_ptr(t, s->a[3], 4), (int)s->a[4]);
}

SYSCALL(open_by_handle_at)
{
    return host3(SYS_open_by_handle_at, (int)s->a[0], PATH_ARG(1), abi_open_flags_to_host((uint32_t)s->a[2]));
}

const struct syscall_row sys_fs_rows[] = {
    {5, CALL_UNSAFE, "open", sys_open, {ARG_PATH, ARG_OPEN_FLAGS, ARG_OCTAL}},
    {8, CALL_UNSAFE, "creat", sys_creat, {ARG_PATH, ARG_OCTAL}},
    {9, CALL_UNSAFE, "link", sys_link, {ARG_LINK, ARG_LINK}},
    {10, CALL_UNSAFE, "unlink", sys_unlink, {ARG_LINK}},
    {14, CALL_UNSAFE, "mknod", sys_mknod, {ARG_LINK, ARG_OCTAL, ARG_HEX}},
    {15, CALL_UNSAFE, "chmod", sys_chmod, {ARG_PATH, ARG_OCTAL}},
    {16, CALL_UNSAFE, "lchown", sys_lchown, {ARG_LINK, ARG_INT, ARG_INT}},
    {33, CALL_UNSAFE, "access", sys_access, {ARG_PATH, ARG_ACCESS_MODE}},
    {36, CALL_UNSAFE, "sync", sys_sync, {ARG_NONE}},
    {38, CALL_UNSAFE, "rename", sys_rename, {ARG_LINK, ARG_LINK}},
    {39, CALL_UNSAFE, "mkdir", sys_mkdir, {ARG_LINK, ARG_OCTAL}},
    {40, CALL_UNSAFE, "rmdir", sys_rmdir, {ARG_LINK}},
    {60, CALL_PURE, "umask", sys_umask, {ARG_OCTAL}},
    {83, CALL_UNSAFE, "symlink", sys_symlink, {ARG_STR, ARG_LINK}},
    {85, CALL_UNSAFE, "readlink", sys_readlink, {ARG_LINK, ARG_OUTBUF, ARG_UINT}},
    {92, CALL_UNSAFE, "truncate", sys_truncate, {ARG_PATH, ARG_INT}},
    {94, CALL_UNSAFE, "fchmod", sys_fchmod, {ARG_FD, ARG_OCTAL}},
    {95, CALL_UNSAFE, "fchown", sys_fchown, {ARG_FD, ARG_INT, ARG_INT}},
    {182, CALL_UNSAFE, "chown", sys_chown, {ARG_PATH, ARG_INT, ARG_INT}},
    {193, CALL_UNSAFE, "truncate64", sys_truncate64, {ARG_PATH, ARG_I64}},
    {198, CALL_UNSAFE, "lchown32", sys_lchown32, {ARG_LINK, ARG_INT, ARG_INT}},
    {207, CALL_UNSAFE, "fchown32", sys_fchown32, {ARG_FD, ARG_INT, ARG_INT}},
    {212, CALL_UNSAFE, "chown32", sys_chown32, {ARG_PATH, ARG_INT, ARG_INT}},
    {322, CALL_UNSAFE, "openat", sys_openat, {ARG_DIRFD, ARG_PATH, ARG_OPEN_FLAGS, ARG_OCTAL}},
    {323, CALL_UNSAFE, "mkdirat", sys_mkdirat, {ARG_DIRFD, ARG_LINK, ARG_OCTAL}},
    {324, CALL_UNSAFE, "mknodat", sys_mknodat, {ARG_DIRFD, ARG_LINK, ARG_OCTAL, ARG_HEX}},
    {325, CALL_UNSAFE, "fchownat", sys_fchownat, {ARG_DIRFD, ARG_PATH, ARG_INT, ARG_INT, ARG_AT_FLAGS}},
    {328, CALL_UNSAFE, "unlinkat", sys_unlinkat, {ARG_DIRFD, ARG_LINK, ARG_AT_FLAGS}},
    {329, CALL_UNSAFE, "renameat", sys_renameat, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK}},
    {330, CALL_UNSAFE, "linkat", sys_linkat, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK, ARG_AT_FLAGS}},
    {331, CALL_UNSAFE, "symlinkat", sys_symlinkat, {ARG_STR, ARG_DIRFD, ARG_LINK}},
    {332, CALL_UNSAFE, "readlinkat", sys_readlinkat, {ARG_DIRFD, ARG_LINK, ARG_OUTBUF, ARG_UINT}},
    {333, CALL_UNSAFE, "fchmodat", sys_fchmodat, {ARG_DIRFD, ARG_PATH, ARG_OCTAL}},
    {334, CALL_UNSAFE, "faccessat", sys_faccessat, {ARG_DIRFD, ARG_PATH, ARG_ACCESS_MODE}},
    {370,
     CALL_UNSAFE,
     "name_to_handle_at",
     sys_name_to_handle_at,
     {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_PTR, ARG_HEX}},
    {371, CALL_UNSAFE, "open_by_handle_at", sys_open_by_handle_at, {ARG_DIRFD, ARG_PTR, ARG_OPEN_FLAGS}},
    {382, CALL_UNSAFE, "renameat2", sys_renameat2, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK, ARG_HEX}},
    {437, CALL_UNSAFE, "openat2", sys_openat2, {ARG_DIRFD, ARG_PATH, ARG_OPEN_HOW, ARG_UINT}},
    {439, CALL_UNSAFE, "faccessat2", sys_faccessat2, {ARG_DIRFD, ARG_PATH, ARG_ACCESS_MODE, ARG_AT_FLAGS}},
    {0},
};
