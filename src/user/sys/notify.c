// What happens to files: inotify and fanotify, whose events are the same everywhere.
#include <sys/fanotify.h>
#include <sys/inotify.h>

#include "user/abi/fcntl.h"
#include "user/policy.h"
#include "user/sys/common.h"
#include "user/sys/path.h"

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
    char path[SYSROOT_PATH];
    const int e = look_up_path(t, AT_FDCWD, s->a[1], !(s->a[2] & IN_DONT_FOLLOW), path);
    return e ? e : host3(SYS_inotify_add_watch, (int)s->a[0], path, (unsigned)s->a[2]);
}

SYSCALL(inotify_rm_watch)
{
    (void)t;
    return host2(SYS_inotify_rm_watch, (int)s->a[0], (int)s->a[1]);
}

// The flags of the descriptors that come with events are those of open.
SYSCALL(fanotify_init)
{
    (void)t;
    return host2(SYS_fanotify_init, (unsigned)s->a[0], (unsigned)abi_open_flags_to_host((uint32_t)s->a[1]));
}

SYSCALL(fanotify_mark)
{
    const unsigned flags = (unsigned)s->a[1];
    const int dirfd = (int)s->a[3];
    char path[SYSROOT_PATH];
    const int e = s->a[4] ? look_up_path(t, dirfd, s->a[4], !(flags & FAN_MARK_DONT_FOLLOW), path) : 0;
    return e ? e : host5(SYS_fanotify_mark, (int)s->a[0], flags, s->a[2], dirfd, s->a[4] ? path : NULL);
}

const struct syscall_row sys_notify_rows[] = {
    {316, CALL_UNSAFE, "inotify_init", sys_inotify_init, {ARG_NONE}},
    {317, CALL_UNSAFE, "inotify_add_watch", sys_inotify_add_watch, {ARG_FD, ARG_STR, ARG_HEX}},
    {318, CALL_FD, "inotify_rm_watch", sys_inotify_rm_watch, {ARG_FD, ARG_INT}},
    {360, CALL_UNSAFE, "inotify_init1", sys_inotify_init1, {ARG_HEX}},
    {367, CALL_UNSAFE, "fanotify_init", sys_fanotify_init, {ARG_HEX, ARG_OPEN_FLAGS}},
    {368, CALL_UNSAFE, "fanotify_mark", sys_fanotify_mark, {ARG_FD, ARG_HEX, ARG_I64, ARG_DIRFD, ARG_STR}},
    {0},
};
