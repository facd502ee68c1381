// clone3: clone with its arguments in a structure that may grow.
#include "user/clone.h"
#include "user/sys/common.h"

// include/uapi/linux/sched.h: the same everywhere, addresses in 64 bits
struct clone3_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; // Linux 5.3
    uint64_t set_tid, set_tid_size;                                                    // 5.5
    uint64_t cgroup;                                                                   // 5.7
};

enum { SIZE_VER0 = 64, SIZE_VER2 = 88, MAX_PID_NS_LEVEL = 32 };
_Static_assert(sizeof(struct clone3_args) == SIZE_VER2, "struct clone_args of Linux");

#define CLONE_CLEAR_SIGHAND 0x100000000ull

// What is behind the members that the guest has, or that we know, is 0.
static int64_t get_args(struct thread *t, struct clone3_args *a, uint64_t addr, uint64_t size)
{
    if (size > UAS_PAGE) return -E2BIG;
    if (size < SIZE_VER0) return -EINVAL;
    memset(a, 0, sizeof *a);
    if (!uas_read(&t->p->as, a, (uint32_t)addr, size < sizeof *a ? size : sizeof *a)) return -EFAULT;
    for (uint64_t i = sizeof *a; i < size; i++) {
        uint8_t byte;
        if (!get_guest(t, byte, addr + i)) return -EFAULT;
        if (byte) return -E2BIG;
    }
    return 0;
}

// kernel/fork.c: copy_clone_args_from_user, clone3_args_valid. Control groups (CLONE_INTO_CGROUP) are refused
// as by a kernel that does not know them.
static int64_t check(const struct clone3_args *a)
{
    const uint64_t known = 0xffffff00ull | CLONE_CLEAR_SIGHAND;
    if (a->set_tid_size > MAX_PID_NS_LEVEL || !a->set_tid != !a->set_tid_size) return -EINVAL;
    if (a->exit_signal & ~(uint64_t)ABI_CSIGNAL || a->exit_signal > ABI_NSIG) return -EINVAL;
    if (a->flags & ~known || a->flags & ABI_CLONE_DETACHED) return -EINVAL;
    if (a->flags & ABI_CLONE_SIGHAND && a->flags & CLONE_CLEAR_SIGHAND) return -EINVAL;
    if (a->flags & (ABI_CLONE_THREAD | ABI_CLONE_PARENT) && a->exit_signal) return -EINVAL;
    if (!a->stack != !a->stack_size) return -EINVAL;
    if (a->stack >> 32 || a->stack_size >> 32 || (a->stack + a->stack_size) >> 32) return -EINVAL;
    // Numbers that the caller chooses need a privilege which stinkarm does not use.
    return a->set_tid ? -EPERM : 0;
}

SYSCALL(clone3)
{
    struct clone3_args a;
    int64_t e = get_args(t, &a, s->a[0], s->a[1]);
    if (!e) e = check(&a);
    if (e) return e;
    const struct clone_args args = {
        .flags = (uint32_t)a.flags | (uint32_t)a.exit_signal,
        .stack = (uint32_t)(a.stack + a.stack_size),
        .parent_tid = (uint32_t)a.parent_tid,
        .child_tid = (uint32_t)a.child_tid,
        .tls = (uint32_t)a.tls,
        .pidfd = (uint32_t)a.pidfd,
        .clear_handlers = (a.flags & CLONE_CLEAR_SIGHAND) != 0,
    };
    return clone_guest(t, &args);
}

const struct syscall_row sys_clone3_rows[] = {
    {435, CALL_CHECKED, "clone3", sys_clone3, {ARG_PTR, ARG_UINT}},
    {0},
};
