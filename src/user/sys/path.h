// Paths as arguments of system calls.
#ifndef STINKARM_USER_SYS_PATH_H
#define STINKARM_USER_SYS_PATH_H

#include <fcntl.h>

#include "user/proc.h"
#include "user/sys/common.h"
#include "user/sysroot.h"

// A path for a call that follows links: /proc/self/exe is the guest's program. Buffers live in the caller.
struct path {
    char guest[GUEST_PATH_MAX], translated[GUEST_PATH_MAX];
    const char *host;
};

static inline int follow_path(struct thread *t, struct path *p, int dirfd, const struct sysargs *s,
                              unsigned n)
{
    const int e = get_path(t, p->guest, s, n);
    if (e) return e;
    p->host = proc_translate(t, dirfd, p->guest, p->translated, sizeof p->translated);
    return 0;
}

// For calls that have to decide themselves how a path is looked up: the host's name of the one at addr, in
// out, SYSROOT_PATH bytes. 0 or a negative errno.
static inline int look_up_path(struct thread *t, int dirfd, uint64_t addr, bool follow, char *out)
{
    char guest[SYSROOT_PATH];
    const int length = uas_read_string(&t->p->as, guest, (uint32_t)addr, sizeof guest);
    if (length < 0) return length;
    const int same = sysroot_resolve(t->p, dirfd, guest, follow, out);
    if (same > 0) memcpy(out, guest, (size_t)length + 1);
    return same < 0 ? same : 0;
}

// Calls that hand their strings straight to the host kernel, which reports bad pointers itself. n: argument
// number.
#define PATH_ARG(n) path_ptr(t, s, n)
#define STR_ARG(n)  guest_ptr_or_null(t, s->a[n])

#endif
