#include "user/sys/sockaddr.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

#include "user/policy.h"
#include "user/sys/common.h"
#include "user/sysroot.h"

enum { FAMILY = offsetof(struct sockaddr_un, sun_path) };

// A path that has no room in an address is that of a file in a directory, by the directory's descriptor.
static int shorten(struct socket_address *a, char *path)
{
    char *name = strrchr(path, '/');
    *name++ = 0;
    a->dir = open(*path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (a->dir < 0) return -errno;
    const int n = snprintf(a->own.sun_path, sizeof a->own.sun_path, "/proc/self/fd/%d/%s", a->dir, name);
    return n < (int)sizeof a->own.sun_path ? 0 : -ENAMETOOLONG;
}

// In the sandbox: of the internet protocols, and read once, so that it stays what it was.
static int copy_address(struct thread *t, struct socket_address *a, uint64_t addr)
{
    if (a->len < sizeof a->own.sun_family || a->len > sizeof a->own) return -EINVAL;
    if (!uas_read(&t->p->as, &a->own, (uint32_t)addr, a->len)) return -EFAULT;
    const uint16_t family = a->own.sun_family;
    if (family != AF_INET && family != AF_INET6 && family != AF_UNSPEC) return policy_refuse(t, EPERM);
    a->at = &a->own;
    return 0;
}

int socket_address(struct thread *t, struct socket_address *a, uint64_t addr, uint64_t len)
{
    char guest[sizeof a->own.sun_path + 1] = "", host[SYSROOT_PATH];
    uint16_t family;
    a->at = guest_ptr_or_null(t, addr);
    a->len = (uint32_t)len;
    a->dir = -1;
    if (policy_sandboxed(t) && addr) return copy_address(t, a, addr);
    if (!t->p->sysroot || !addr || len <= FAMILY || len > sizeof a->own) return 0;
    if (!get_guest(t, family, addr) || !uas_read(&t->p->as, guest, (uint32_t)addr + FAMILY, len - FAMILY))
        return -EFAULT;
    if (family != AF_UNIX || !*guest) return 0; // an abstract name
    const int e = sysroot_resolve(t->p, AT_FDCWD, guest, true, host);
    if (e) return e < 0 ? e : 0;
    const size_t n = strlen(host);
    a->own.sun_family = AF_UNIX;
    if (n < sizeof a->own.sun_path) {
        memcpy(a->own.sun_path, host, n + 1);
    } else {
        const int too_long = shorten(a, host);
        if (too_long) return too_long;
    }
    a->at = &a->own;
    a->len = (uint32_t)(FAMILY + strlen(a->own.sun_path) + 1);
    return 0;
}

void socket_address_close(const struct socket_address *a)
{
    if (a->dir >= 0) close(a->dir);
}

void socket_address_given(struct thread *t, uint64_t addr, uint64_t len_at)
{
    struct sockaddr_un u;
    uint32_t len;
    if (!t->p->sysroot || !addr || !get_guest(t, len, len_at) || len <= FAMILY || len > sizeof u) return;
    memset(&u, 0, sizeof u);
    if (!uas_read(&t->p->as, &u, (uint32_t)addr, len) || u.sun_family != AF_UNIX || u.sun_path[0] != '/')
        return;
    u.sun_path[sizeof u.sun_path - 1] = 0;
    const char *path = sysroot_guest_path(t->p, u.sun_path);
    if (path == u.sun_path) return;
    const uint32_t now = (uint32_t)(FAMILY + strlen(path) + 1);
    uas_write(&t->p->as, (uint32_t)addr + FAMILY, path, now - FAMILY);
    put_guest(t, now, len_at);
}
