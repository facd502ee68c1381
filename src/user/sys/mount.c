// File systems: mounting them, the root directory, swapping, accounting, quotas.
#include <sys/mount.h>

#include "user/sys/common.h"
#include "user/sys/path.h"
#include "user/sysroot.h"

// What is mounted is named by a path only if it is a directory or a device: "proc" is none.
static bool is_file(const char *source, uint64_t flags)
{
    return *source == '/' || flags & (MS_BIND | MS_MOVE);
}

SYSCALL(mount)
{
    char buf[SYSROOT_PATH];
    const char *source = STR_ARG(0);
    if (source && t->p->sysroot) {
        const int length = uas_read_string(&t->p->as, buf, (uint32_t)s->a[0], sizeof buf);
        if (length < 0) return length;
        const int e = is_file(buf, s->a[3]) ? look_up_path(t, AT_FDCWD, s->a[0], true, buf) : 0;
        if (e) return e;
        source = buf;
    }
    return host5(SYS_mount, source, PATH_ARG(1), STR_ARG(2), s->a[3], STR_ARG(4));
}

SYSCALL(umount2)
{
    char path[SYSROOT_PATH];
    const int e = look_up_path(t, AT_FDCWD, s->a[0], !(s->a[1] & UMOUNT_NOFOLLOW), path);
    return e ? e : host2(SYS_umount2, path, (int)s->a[1]);
}

SYSCALL(pivot_root)
{
    return host2(SYS_pivot_root, PATH_ARG(0), PATH_ARG(1));
}

// With a sysroot the new root is one of ours, too: stinkarm's own file is outside of it. Programs that are
// executed from now on are told where it is: exec.c.
SYSCALL(chroot)
{
    if (!t->p->sysroot) return host1(SYS_chroot, PATH_ARG(0));
    char path[SYSROOT_PATH];
    const int e = look_up_path(t, AT_FDCWD, s->a[0], true, path);
    return e ? e : sysroot_change(t->p, path);
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

// Quotas: struct if_dqblk, if_dqinfo and those of XFS are the same everywhere; they are no longer than this.
enum { QUOTA_DATA = 256 };

SYSCALL(quotactl)
{
    return host4(SYS_quotactl, (unsigned)s->a[0], PATH_ARG(1), (int)s->a[2],
                 guest_out_ptr_or_null(t, s->a[3], QUOTA_DATA));
}

SYSCALL(quotactl_fd)
{
    return host4(HOST_QUOTACTL_FD, (int)s->a[0], (unsigned)s->a[1], (int)s->a[2],
                 guest_out_ptr_or_null(t, s->a[3], QUOTA_DATA));
}

// The calls that make a mount step by step. Their structures have fixed widths.

SYSCALL(open_tree)
{
    return host3(HOST_OPEN_TREE, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2]);
}

SYSCALL(open_tree_attr)
{
    return host5(HOST_OPEN_TREE_ATTR, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2], STR_ARG(3), s->a[4]);
}

SYSCALL(move_mount)
{
    return host5(HOST_MOVE_MOUNT, (int)s->a[0], PATH_ARG(1), (int)s->a[2], PATH_ARG(3), (unsigned)s->a[4]);
}

SYSCALL(fsopen)
{
    return host2(HOST_FSOPEN, STR_ARG(0), (unsigned)s->a[1]);
}

SYSCALL(fsconfig)
{
    return host5(HOST_FSCONFIG, (int)s->a[0], (unsigned)s->a[1], STR_ARG(2), STR_ARG(3), (int)s->a[4]);
}

SYSCALL(fsmount)
{
    (void)t;
    return host3(HOST_FSMOUNT, (int)s->a[0], (unsigned)s->a[1], (unsigned)s->a[2]);
}

SYSCALL(fspick)
{
    return host3(HOST_FSPICK, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2]);
}

SYSCALL(mount_setattr)
{
    return host5(HOST_MOUNT_SETATTR, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2], STR_ARG(3), s->a[4]);
}

SYSCALL(statmount)
{
    return host4(HOST_STATMOUNT, STR_ARG(0), guest_out_ptr(t, s->a[1], s->a[2]), s->a[2], (unsigned)s->a[3]);
}

SYSCALL(listmount)
{
    return host4(HOST_LISTMOUNT, STR_ARG(0), guest_out_ptr(t, s->a[1], s->a[2] * 8), s->a[2],
                 (unsigned)s->a[3]);
}

const struct syscall_row sys_mount_rows[] = {
    {21, CALL_UNSAFE, "mount", sys_mount, {ARG_STR, ARG_PATH, ARG_STR, ARG_HEX, ARG_PTR}},
    {51, CALL_UNSAFE, "acct", sys_acct, {ARG_PATH}},
    {52, CALL_UNSAFE, "umount2", sys_umount2, {ARG_STR, ARG_HEX}},
    {61, CALL_UNSAFE, "chroot", sys_chroot, {ARG_PATH}},
    {87, CALL_UNSAFE, "swapon", sys_swapon, {ARG_PATH, ARG_HEX}},
    {115, CALL_UNSAFE, "swapoff", sys_swapoff, {ARG_PATH}},
    {131, CALL_UNSAFE, "quotactl", sys_quotactl, {ARG_HEX, ARG_PATH, ARG_INT, ARG_PTR}},
    {218, CALL_UNSAFE, "pivot_root", sys_pivot_root, {ARG_PATH, ARG_PATH}},
    {428, CALL_UNSAFE, "open_tree", sys_open_tree, {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS}},
    {429, CALL_UNSAFE, "move_mount", sys_move_mount, {ARG_DIRFD, ARG_LINK, ARG_DIRFD, ARG_LINK, ARG_HEX}},
    {430, CALL_UNSAFE, "fsopen", sys_fsopen, {ARG_STR, ARG_HEX}},
    {431, CALL_UNSAFE, "fsconfig", sys_fsconfig, {ARG_FD, ARG_INT, ARG_STR, ARG_PTR, ARG_INT}},
    {432, CALL_UNSAFE, "fsmount", sys_fsmount, {ARG_FD, ARG_HEX, ARG_HEX}},
    {433, CALL_UNSAFE, "fspick", sys_fspick, {ARG_DIRFD, ARG_PATH, ARG_HEX}},
    {442,
     CALL_UNSAFE,
     "mount_setattr",
     sys_mount_setattr,
     {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_PTR, ARG_UINT}},
    {443, CALL_UNSAFE, "quotactl_fd", sys_quotactl_fd, {ARG_FD, ARG_HEX, ARG_INT, ARG_PTR}},
    {457, CALL_UNSAFE, "statmount", sys_statmount, {ARG_PTR, ARG_PTR, ARG_UINT, ARG_HEX}},
    {458, CALL_UNSAFE, "listmount", sys_listmount, {ARG_PTR, ARG_PTR, ARG_UINT, ARG_HEX}},
    {467,
     CALL_UNSAFE,
     "open_tree_attr",
     sys_open_tree_attr,
     {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_PTR, ARG_UINT}},
    {0},
};
