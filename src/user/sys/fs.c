// Calls on names: opening, links, making and removing, permissions.
#include <sys/stat.h>

#include "user/abi/fcntl.h"
#include "user/policy.h"
#include "user/sys/common.h"
#include "user/sys/path.h"
#include "user/sysroot.h"

// In the sandbox: a program that others execute with this one's rights would be a way out.
static unsigned mode_of(struct thread *t, uint64_t mode)
{
    return (unsigned)mode & (policy_sandboxed(t) ? ~(unsigned)(S_ISUID | S_ISGID) : ~0u);
}

// Opening

// Without O_LARGEFILE a file that a 32-bit off_t cannot describe is not opened (fs/open.c,
// generic_file_open): to the host kernel every file of ours is a large one.
static int64_t check_size(int64_t fd, int flags)
{
    struct stat st;
    if (fd < 0 || flags & (HOST_O_LARGEFILE | O_PATH)) return fd;
    if (host2(SYS_fstat, fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= INT32_MAX) return fd;
    host1(SYS_close, fd);
    return -EOVERFLOW;
}

// In the sandbox: the n-th argument is what it is, or is no link.
static int open_as_found(const struct sysargs *s, unsigned n, int flags)
{
    return (s->nofollow >> n & 1 ? flags | O_NOFOLLOW : flags & ~O_NOFOLLOW) | O_NOCTTY;
}

static int64_t open_at(struct thread *t, int dirfd, const struct sysargs *s, unsigned n, uint32_t abi_flags,
                       uint32_t mode)
{
    char path[GUEST_PATH_MAX];
    const int e = get_path(t, path, s, n);
    if (e) return e;
    int flags = abi_open_flags_to_host(abi_flags);
    if (policy_sandboxed(t)) {
        flags = open_as_found(s, n, flags);
        mode = mode_of(t, mode);
    }
    const int fd = proc_open(t, dirfd, path, flags);
    if (fd != PROC_NOT_MINE) return policy_new_fd(t, fd);
    return policy_new_fd(t, check_size(block(t, SYS_openat, dirfd, path, flags, mode, 0, 0), flags));
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

// include/uapi/linux/openat2.h
struct open_how {
    uint64_t flags, mode, resolve;
};

enum { RESOLVE_BENEATH = 8, RESOLVE_IN_ROOT = 16 };

// The guest's struct open_how, which may be longer than ours if the rest is 0 (copy_struct_from_user).
static int64_t get_open_how(struct thread *t, struct open_how *how, uint64_t addr, uint64_t size)
{
    if (size < sizeof *how) return -EINVAL;
    if (size > UAS_PAGE) return -E2BIG;
    if (!get_guest(t, *how, addr)) return -EFAULT;
    for (uint64_t i = sizeof *how; i < size; i++) {
        uint8_t byte;
        if (!get_guest(t, byte, addr + i)) return -EFAULT;
        if (byte) return -E2BIG;
    }
    if (how->flags >> 32) return -EINVAL;
    how->flags = (uint32_t)abi_open_flags_to_host((uint32_t)how->flags);
    return 0;
}

static int64_t open_how(struct thread *t, int dirfd, const char *path, const struct open_how *how)
{
    return check_size(block(t, SYS_openat2, dirfd, path, how, sizeof *how, 0, 0), (int)how->flags);
}

// With restrictions the host kernel has to see the path as it is. An absolute one in a sysroot is one in the
// sysroot's directory as a root; the host's own (/proc…), and what is not in the sysroot, is the host's.
static int64_t open_restricted(struct thread *t, int dirfd, const char *path, struct open_how *how)
{
    const struct sysroot *s = t->p->sysroot;
    char host[SYSROOT_PATH];
    if (!s || !s->len || *path != '/' || how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT) ||
        sysroot_resolve(t->p, AT_FDCWD, path, false, host) || strncmp(host, s->dir, s->len) != 0)
        return open_how(t, dirfd, path, how);
    const int root = open(s->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return -errno;
    how->resolve |= RESOLVE_IN_ROOT;
    const int64_t fd = open_how(t, root, path, how);
    close(root);
    return fd;
}

SYSCALL(openat2)
{
    struct open_how how;
    char path[SYSROOT_PATH];
    int64_t e = get_open_how(t, &how, s->a[2], s->a[3]);
    if (e) return e;
    if (how.resolve) {
        e = get_path(t, path, s, 1);
        return e ? e : open_restricted(t, (int)s->a[0], path, &how);
    }
    const uint64_t once = O_CREAT | O_EXCL;
    const bool follow = !(how.flags & O_NOFOLLOW) && (how.flags & once) != once;
    e = look_up_path(t, (int)s->a[0], s->a[1], follow, path);
    if (e) return e;
    const int fd = proc_open(t, (int)s->a[0], path, (int)how.flags);
    return fd != PROC_NOT_MINE ? fd : open_how(t, (int)s->a[0], path, &how);
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
    return host2(SYS_chmod, PATH_ARG(0), mode_of(t, s->a[1]));
}

SYSCALL(fchmod)
{
    return host2(SYS_fchmod, (int)s->a[0], mode_of(t, s->a[1]));
}

SYSCALL(fchmodat)
{
    return host3(SYS_fchmodat, (int)s->a[0], PATH_ARG(1), mode_of(t, s->a[2]));
}

SYSCALL(fchmodat2)
{
    return host4(HOST_FCHMODAT2, (int)s->a[0], PATH_ARG(1), mode_of(t, s->a[2]), (int)s->a[3]);
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

// struct file_handle: a size, a type, and at most 128 bytes. The mount's ID has 64 bits if the flags say so.
SYSCALL(name_to_handle_at)
{
    return host5(SYS_name_to_handle_at, (int)s->a[0], PATH_ARG(1), guest_out_ptr(t, s->a[2], 136),
                 guest_out_ptr(t, s->a[3], 8), (int)s->a[4]);
}

SYSCALL(open_by_handle_at)
{
    const int flags = abi_open_flags_to_host((uint32_t)s->a[2]);
    return check_size(host3(SYS_open_by_handle_at, (int)s->a[0], guest_ptr(t, s->a[1]), flags), flags);
}

// struct file_attr is the same everywhere, and its size is an argument.
SYSCALL(file_getattr)
{
    return host5(HOST_FILE_GETATTR, (int)s->a[0], PATH_ARG(1), guest_out_ptr(t, s->a[2], s->a[3]), s->a[3],
                 (unsigned)s->a[4]);
}

SYSCALL(file_setattr)
{
    return host5(HOST_FILE_SETATTR, (int)s->a[0], PATH_ARG(1), guest_ptr(t, s->a[2]), s->a[3],
                 (unsigned)s->a[4]);
}

const struct syscall_row sys_fs_rows[] = {
    {5, CALL_OPENS, "open", sys_open, {ARG_PATH, ARG_OPEN_FLAGS, ARG_OCTAL}},
    {8, CALL_OPENS, "creat", sys_creat, {ARG_PATH, ARG_OCTAL}},
    {9, CALL_CHANGES, "link", sys_link, {ARG_LINK, ARG_LINK}},
    {10, CALL_CHANGES, "unlink", sys_unlink, {ARG_LINK}},
    {14, CALL_UNSAFE, "mknod", sys_mknod, {ARG_LINK, ARG_OCTAL, ARG_HEX}},
    {15, CALL_CHANGES, "chmod", sys_chmod, {ARG_PATH, ARG_OCTAL}},
    {16, CALL_CHANGES, "lchown", sys_lchown, {ARG_LINK, ARG_INT, ARG_INT}},
    {33, CALL_LOOKS, "access", sys_access, {ARG_PATH, ARG_ACCESS_MODE}},
    {36, CALL_UNSAFE, "sync", sys_sync, {ARG_NONE}},
    {38, CALL_CHANGES, "rename", sys_rename, {ARG_LINK, ARG_LINK}},
    {39, CALL_CHANGES, "mkdir", sys_mkdir, {ARG_LINK, ARG_OCTAL}},
    {40, CALL_CHANGES, "rmdir", sys_rmdir, {ARG_LINK}},
    {60, CALL_PURE, "umask", sys_umask, {ARG_OCTAL}},
    {83, CALL_CHANGES, "symlink", sys_symlink, {ARG_STR, ARG_LINK}},
    {85, CALL_LOOKS, "readlink", sys_readlink, {ARG_LINK, ARG_OUTBUF, ARG_UINT}},
    {92, CALL_CHANGES, "truncate", sys_truncate, {ARG_PATH, ARG_INT}},
    {94, CALL_CHANGES, "fchmod", sys_fchmod, {ARG_FD, ARG_OCTAL}},
    {95, CALL_CHANGES, "fchown", sys_fchown, {ARG_FD, ARG_INT, ARG_INT}},
    {182, CALL_CHANGES, "chown", sys_chown, {ARG_PATH, ARG_INT, ARG_INT}},
    {193, CALL_CHANGES, "truncate64", sys_truncate64, {ARG_PATH, ARG_I64}},
    {198, CALL_CHANGES, "lchown32", sys_lchown32, {ARG_LINK, ARG_INT, ARG_INT}},
    {207, CALL_CHANGES, "fchown32", sys_fchown32, {ARG_FD, ARG_INT, ARG_INT}},
    {212, CALL_CHANGES, "chown32", sys_chown32, {ARG_PATH, ARG_INT, ARG_INT}},
    {322, CALL_OPENS, "openat", sys_openat, {ARG_DIRFD, ARG_PATH, ARG_OPEN_FLAGS, ARG_OCTAL}},
    {323, CALL_CHANGES, "mkdirat", sys_mkdirat, {ARG_DIRFD, ARG_LINK, ARG_OCTAL}},
    {324, CALL_UNSAFE, "mknodat", sys_mknodat, {ARG_DIRFD, ARG_LINK, ARG_OCTAL, ARG_HEX}},
    {325, CALL_CHANGES, "fchownat", sys_fchownat, {ARG_DIRFD, ARG_PATH, ARG_INT, ARG_INT, ARG_AT_FLAGS}},
    {328, CALL_CHANGES, "unlinkat", sys_unlinkat, {ARG_DIRFD, ARG_LINK, ARG_AT_FLAGS}},
    {329, CALL_CHANGES, "renameat", sys_renameat, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK}},
    {330, CALL_CHANGES, "linkat", sys_linkat, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK, ARG_AT_FLAGS}},
    {331, CALL_CHANGES, "symlinkat", sys_symlinkat, {ARG_STR, ARG_DIRFD, ARG_LINK}},
    {332, CALL_LOOKS, "readlinkat", sys_readlinkat, {ARG_DIRFD, ARG_LINK, ARG_OUTBUF, ARG_UINT}},
    {333, CALL_CHANGES, "fchmodat", sys_fchmodat, {ARG_DIRFD, ARG_PATH, ARG_OCTAL}},
    {334, CALL_LOOKS, "faccessat", sys_faccessat, {ARG_DIRFD, ARG_PATH, ARG_ACCESS_MODE}},
    {370,
     CALL_UNSAFE,
     "name_to_handle_at",
     sys_name_to_handle_at,
     {ARG_DIRFD, ARG_LINK, ARG_PTR, ARG_PTR, ARG_AT_FLAGS}},
    {371, CALL_UNSAFE, "open_by_handle_at", sys_open_by_handle_at, {ARG_DIRFD, ARG_PTR, ARG_OPEN_FLAGS}},
    {382, CALL_CHANGES, "renameat2", sys_renameat2, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK, ARG_HEX}},
    {437, CALL_UNSAFE, "openat2", sys_openat2, {ARG_DIRFD, ARG_STR, ARG_OPEN_HOW, ARG_UINT}},
    {439, CALL_LOOKS, "faccessat2", sys_faccessat2, {ARG_DIRFD, ARG_PATH, ARG_ACCESS_MODE, ARG_AT_FLAGS}},
    {452, CALL_CHANGES, "fchmodat2", sys_fchmodat2, {ARG_DIRFD, ARG_PATH, ARG_OCTAL, ARG_AT_FLAGS}},
    {468,
     CALL_UNSAFE,
     "file_getattr",
     sys_file_getattr,
     {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_UINT, ARG_AT_FLAGS}},
    {469,
     CALL_UNSAFE,
     "file_setattr",
     sys_file_setattr,
     {ARG_DIRFD, ARG_PATH, ARG_PTR, ARG_UINT, ARG_AT_FLAGS}},
    {0},
};
