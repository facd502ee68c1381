// What happens to files: inotify, whose struct inotify_event is the same everywhere.
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
    return host3(SYS_inotify_add_watch, (int)s->a[0], PATH_ARG(1), (unsigned)s->a[2]);
}

SYSCALL(inotify_rm_watch)
{
    (void)t;
    return host2(SYS_inotify_rm_watch, (int)s->a[0], (int)s->a[1]);
}

const struct syscall_row sys_notify_rows[] = {
    {316, CALL_UNSAFE, "inotify_init", sys_inotify_init, {ARG_NONE}},
    {317, CALL_UNSAFE, "inotify_add_watch", sys_inotify_add_watch, {ARG_FD, ARG_PATH, ARG_HEX}},
    {318, CALL_FD, "inotify_rm_watch", sys_inotify_rm_watch, {ARG_FD, ARG_INT}},
    {360, CALL_UNSAFE, "inotify_init1", sys_inotify_init1, {ARG_HEX}},
    {0},
};
