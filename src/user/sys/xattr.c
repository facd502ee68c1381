// Extended attributes.
#include "user/sys/common.h"
#include "user/sys/path.h"

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

// The calls with a directory and flags: a value that goes in or out comes in a struct xattr_args, which
// holds its address in 64 bits (include/uapi/linux/xattr.h).
struct xattr_args {
    uint64_t value;
    uint32_t size, flags;
};

static int64_t get_xattr_args(struct thread *t, struct xattr_args *a, const struct sysargs *s, bool out)
{
    if (s->a[5] < sizeof *a) return -EINVAL;
    if (s->a[5] > UAS_PAGE) return -E2BIG;
    if (!get_guest(t, *a, s->a[4])) return -EFAULT;
    if (a->value >> 32) return -EFAULT;
    if (a->value) a->value = (uintptr_t)(out ? guest_out_ptr(t, a->value, a->size) : guest_ptr(t, a->value));
    return 0;
}

SYSCALL(setxattrat)
{
    struct xattr_args a;
    const int64_t e = get_xattr_args(t, &a, s, false);
    if (e) return e;
    return host6(HOST_SETXATTRAT, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2], STR_ARG(3), &a, sizeof a);
}

SYSCALL(getxattrat)
{
    struct xattr_args a;
    const int64_t e = get_xattr_args(t, &a, s, true);
    if (e) return e;
    return host6(HOST_GETXATTRAT, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2], STR_ARG(3), &a, sizeof a);
}

SYSCALL(listxattrat)
{
    return host5(HOST_LISTXATTRAT, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2],
                 guest_out_ptr_or_null(t, s->a[3], s->a[4]), s->a[4]);
}

SYSCALL(removexattrat)
{
    return host4(HOST_REMOVEXATTRAT, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2], STR_ARG(3));
}

const struct syscall_row sys_xattr_rows[] = {
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
    {463,
     CALL_UNSAFE,
     "setxattrat",
     sys_setxattrat,
     {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_STR, ARG_PTR, ARG_UINT}},
    {464,
     CALL_UNSAFE,
     "getxattrat",
     sys_getxattrat,
     {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_STR, ARG_PTR, ARG_UINT}},
    {465,
     CALL_UNSAFE,
     "listxattrat",
     sys_listxattrat,
     {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_OUTBUF, ARG_UINT}},
    {466, CALL_UNSAFE, "removexattrat", sys_removexattrat, {ARG_DIRFD, ARG_PATH, ARG_AT_FLAGS, ARG_STR}},
    {0},
};
