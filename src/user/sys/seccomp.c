// seccomp(2), and what prctl(2) has of it.
#include "user/seccomp.h"

#include "base/log.h"
#include "user/sys/common.h"

enum { SET_STRICT, SET_FILTER, GET_ACTION_AVAIL };

static int64_t action_available(struct thread *t, uint64_t addr)
{
    int32_t action;
    if (!get_guest(t, action, addr)) return -EFAULT;
    switch (action) {
    case SECCOMP_KILL_PROCESS:
    case SECCOMP_KILL_THREAD:
    case SECCOMP_TRAP:
    case SECCOMP_ERRNO:
    case SECCOMP_TRACE:
    case SECCOMP_LOGGED:
    case SECCOMP_ALLOW: return 0;
    default: return -EOPNOTSUPP; // SECCOMP_NOTIFY, too: nobody can listen
    }
}

SYSCALL(seccomp)
{
    const uint32_t flags = (uint32_t)s->a[1];
    switch ((uint32_t)s->a[0]) {
    case SET_STRICT: return flags || s->a[2] ? -EINVAL : seccomp_set_strict(t);
    case SET_FILTER: return seccomp_add_filter(t, flags, (uint32_t)s->a[2]);
    case GET_ACTION_AVAIL: return flags ? -EINVAL : action_available(t, s->a[2]);
    default: return -EINVAL; // SECCOMP_GET_NOTIF_SIZES, likewise
    }
}

int64_t seccomp_prctl_set(struct thread *t, uint32_t mode, uint32_t filter)
{
    switch (mode) {
    case SECCOMP_STRICT: return seccomp_set_strict(t);
    case SECCOMP_FILTERS: return seccomp_add_filter(t, 0, filter);
    default: return -EINVAL;
    }
}

const struct syscall_row sys_seccomp_rows[] = {
    {383, CALL_PURE, "seccomp", sys_seccomp, {ARG_INT, ARG_HEX, ARG_PTR}},
    {0},
};
