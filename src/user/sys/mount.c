// File systems: mounting them, the root directory, swapping, accounting.
#include "user/sys/common.h"
#include "user/sys/path.h"

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

const struct syscall_row sys_mount_rows[] = {
    {21, CALL_UNSAFE, "mount", sys_mount, {ARG_PATH, ARG_PATH, ARG_STR, ARG_HEX, ARG_PTR}},
    {51, CALL_UNSAFE, "acct", sys_acct, {ARG_PATH}},
    {52, CALL_UNSAFE, "umount2", sys_umount2, {ARG_PATH, ARG_HEX}},
    {61, CALL_UNSAFE, "chroot", sys_chroot, {ARG_PATH}},
    {87, CALL_UNSAFE, "swapon", sys_swapon, {ARG_PATH, ARG_HEX}},
    {115, CALL_UNSAFE, "swapoff", sys_swapoff, {ARG_PATH}},
    {218, CALL_UNSAFE, "pivot_root", sys_pivot_root, {ARG_PATH, ARG_PATH}},
    {0},
};
