// Security modules. Landlock's rules are about the host's files, as the guest's descriptors are, and the
// thread that restricts itself is the host's: the host kernel enforces them. It sees execve as that of
// stinkarm's own file, so programs can be executed only if a rule allows that one.
#include "user/sys/common.h"

SYSCALL(landlock_create_ruleset)
{
    return host3(HOST_LANDLOCK_CREATE_RULESET, guest_ptr_or_null(t, s->a[0]), s->a[1], (unsigned)s->a[2]);
}

// struct landlock_path_beneath_attr is packed, and so the same everywhere.
SYSCALL(landlock_add_rule)
{
    return host4(HOST_LANDLOCK_ADD_RULE, (int)s->a[0], (unsigned)s->a[1], guest_ptr_or_null(t, s->a[2]),
                 (unsigned)s->a[3]);
}

SYSCALL(landlock_restrict_self)
{
    (void)t;
    return host2(HOST_LANDLOCK_RESTRICT_SELF, (int)s->a[0], (unsigned)s->a[1]);
}

// Attributes come as struct lsm_ctx, the size in 32 bits.
SYSCALL(lsm_get_self_attr)
{
    uint32_t size = 0;
    if (s->a[2] && !get_guest(t, size, s->a[2])) return -EFAULT;
    return host4(HOST_LSM_GET_SELF_ATTR, (unsigned)s->a[0], guest_out_ptr_or_null(t, s->a[1], size),
                 guest_out_ptr_or_null(t, s->a[2], 4), (unsigned)s->a[3]);
}

SYSCALL(lsm_set_self_attr)
{
    return host4(HOST_LSM_SET_SELF_ATTR, (unsigned)s->a[0], guest_ptr_or_null(t, s->a[1]), (unsigned)s->a[2],
                 (unsigned)s->a[3]);
}

SYSCALL(lsm_list_modules)
{
    uint32_t size = 0;
    if (s->a[1] && !get_guest(t, size, s->a[1])) return -EFAULT;
    return host3(HOST_LSM_LIST_MODULES, guest_out_ptr_or_null(t, s->a[0], size),
                 guest_out_ptr_or_null(t, s->a[1], 4), (unsigned)s->a[2]);
}

const struct syscall_row sys_lsm_rows[] = {
    {444, CALL_UNSAFE, "landlock_create_ruleset", sys_landlock_create_ruleset, {ARG_PTR, ARG_UINT, ARG_HEX}},
    {445, CALL_UNSAFE, "landlock_add_rule", sys_landlock_add_rule, {ARG_FD, ARG_INT, ARG_PTR, ARG_HEX}},
    {446, CALL_UNSAFE, "landlock_restrict_self", sys_landlock_restrict_self, {ARG_FD, ARG_HEX}},
    {459, CALL_UNSAFE, "lsm_get_self_attr", sys_lsm_get_self_attr, {ARG_UINT, ARG_PTR, ARG_PTR, ARG_HEX}},
    {460, CALL_UNSAFE, "lsm_set_self_attr", sys_lsm_set_self_attr, {ARG_UINT, ARG_PTR, ARG_UINT, ARG_HEX}},
    {461, CALL_UNSAFE, "lsm_list_modules", sys_lsm_list_modules, {ARG_PTR, ARG_PTR, ARG_HEX}},
    {0},
};
