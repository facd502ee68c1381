// Sockets. Addresses and most options have one layout everywhere; messages, control data and times have not.
#include <sys/socket.h>

#include "user/abi/time.h"
#include "user/policy.h"
#include "user/sys/common.h"
#include "user/sys/sockaddr.h"

struct abi_msghdr {
    uint32_t name;
    uint32_t namelen;
    uint32_t iov, iovlen, control, controllen;
    uint32_t flags;
};
_Static_assert(sizeof(struct abi_msghdr) == 28, "struct msghdr of the ARM EABI");

struct abi_cmsghdr {
    uint32_t len;
    int32_t level, type;
};
_Static_assert(sizeof(struct abi_cmsghdr) == 12, "struct cmsghdr of the ARM EABI");

enum { CONTROL_MAX = 16384, MMSG_MAX = 1024, SOCKET_TYPE = 0xf };

static uint32_t align4(uint32_t n)
{
    return (n + 3) & ~3u;
}

SYSCALL(socket)
{
    const int family = (int)s->a[0], type = (int)s->a[1] & SOCKET_TYPE;
    if (policy_sandboxed(t) &&
        ((family != AF_INET && family != AF_INET6) || (type != SOCK_STREAM && type != SOCK_DGRAM)))
        return policy_refuse(t, EPERM);
    return policy_new_fd(t, host3(SYS_socket, family, (int)s->a[1], (int)s->a[2]));
}

SYSCALL(socketpair)
{
    int fd[2];
    const int type = (int)s->a[1] & SOCKET_TYPE; // datagrams could be sent to others than the peer
    if (policy_sandboxed(t) && ((int)s->a[0] != AF_UNIX || (type != SOCK_STREAM && type != SOCK_SEQPACKET)))
        return policy_refuse(t, EPERM);
    const int64_t r = host4(SYS_socketpair, (int)s->a[0], (int)s->a[1], (int)s->a[2], fd);
    return r ? r : policy_new_pair(t, fd, s->a[3]);
}

SYSCALL(bind)
{
    struct socket_address a;
    int64_t r = socket_address(t, &a, s->a[1], s->a[2]);
    if (!r) r = host3(SYS_bind, (int)s->a[0], a.at, a.len);
    socket_address_close(&a);
    return r;
}

SYSCALL(connect)
{
    struct socket_address a;
    int64_t r = socket_address(t, &a, s->a[1], s->a[2]);
    if (!r) r = block(t, SYS_connect, (int)s->a[0], a.at, a.len, 0, 0, 0);
    socket_address_close(&a);
    return r;
}

SYSCALL(listen)
{
    (void)t;
    return host2(SYS_listen, (int)s->a[0], (int)s->a[1]);
}

// The length argument of calls that return an address is read and written by the host kernel.
static void *address_out(struct thread *t, uint64_t addr)
{
    return guest_out_ptr_or_null(t, addr, 128);
}

static void *length_out(struct thread *t, uint64_t addr)
{
    return guest_out_ptr_or_null(t, addr, 4);
}

static int64_t accept_flags(struct thread *t, const struct sysargs *s, int flags)
{
    const int64_t r =
        block(t, SYS_accept4, (int)s->a[0], address_out(t, s->a[1]), length_out(t, s->a[2]), flags, 0, 0);
    if (r >= 0) socket_address_given(t, s->a[1], s->a[2]);
    return policy_new_fd(t, r);
}

SYSCALL(accept)
{
    return accept_flags(t, s, 0);
}

SYSCALL(accept4)
{
    return accept_flags(t, s, (int)s->a[3]);
}

static int64_t get_name(struct thread *t, long nr, const struct sysargs *s)
{
    const int64_t r = host3(nr, (int)s->a[0], address_out(t, s->a[1]), length_out(t, s->a[2]));
    if (!r) socket_address_given(t, s->a[1], s->a[2]);
    return r;
}

SYSCALL(getsockname)
{
    return get_name(t, SYS_getsockname, s);
}

SYSCALL(getpeername)
{
    return get_name(t, SYS_getpeername, s);
}

SYSCALL(sendto)
{
    if (s->a[4] && policy_sandboxed(t) && !t->p->sandbox->net)
        return policy_refuse(t, EPERM); // to others than the socket's peer
    struct socket_address a;
    int64_t r = socket_address(t, &a, s->a[4], s->a[5]);
    if (!r) r = block(t, SYS_sendto, (int)s->a[0], guest_ptr(t, s->a[1]), s->a[2], (int)s->a[3], a.at, a.len);
    socket_address_close(&a);
    return r;
}

SYSCALL(send)
{
    return block(t, SYS_sendto, (int)s->a[0], guest_ptr(t, s->a[1]), s->a[2], (int)s->a[3], 0, 0);
}

SYSCALL(recvfrom)
{
    const int64_t r = block(t, SYS_recvfrom, (int)s->a[0], guest_out_ptr(t, s->a[1], s->a[2]), s->a[2],
                            (int)s->a[3], address_out(t, s->a[4]), length_out(t, s->a[5]));
    if (r >= 0) socket_address_given(t, s->a[4], s->a[5]);
    return r;
}

SYSCALL(recv)
{
    return block(t, SYS_recvfrom, (int)s->a[0], guest_out_ptr(t, s->a[1], s->a[2]), s->a[2], (int)s->a[3], 0,
                 0);
}

SYSCALL(shutdown)
{
    (void)t;
    return host2(SYS_shutdown, (int)s->a[0], (int)s->a[1]);
}

// Control messages: headers of 12 and 16 bytes, aligned to 4 and 8. The data differs for times alone.

static int64_t control_to_host(struct thread *t, const struct abi_msghdr *g, struct msghdr *h, void *buf)
{
    uint32_t at = 0;
    size_t used = 0;
    if (g->controllen > CONTROL_MAX / 2) return -ENOBUFS;
    while (at + sizeof(struct abi_cmsghdr) <= g->controllen) {
        struct abi_cmsghdr c;
        if (!get_guest(t, c, g->control + at)) return -EFAULT;
        if (c.len < sizeof c || c.len > g->controllen - at) return -EINVAL;
        const uint32_t data = c.len - (uint32_t)sizeof c;
        struct cmsghdr *hc = (struct cmsghdr *)((char *)buf + used);
        if (used + CMSG_SPACE(data) > CONTROL_MAX) return -ENOBUFS;
        memset(hc, 0, CMSG_SPACE(data));
        hc->cmsg_len = CMSG_LEN(data);
        hc->cmsg_level = c.level;
        hc->cmsg_type = c.type;
        if (!uas_read(&t->p->as, CMSG_DATA(hc), g->control + at + (uint32_t)sizeof c, data)) return -EFAULT;
        used += CMSG_SPACE(data);
        at += align4(c.len);
    }
    h->msg_control = used ? buf : NULL;
    h->msg_controllen = (socklen_t)used;
    return 0;
}

// SCM_TIMESTAMP and SCM_TIMESTAMPNS carry two longs, SCM_TIMESTAMPING six.
static uint32_t narrow_times(int level, int type, const void *data, uint32_t len, int32_t *out)
{
    enum { TIMESTAMP_OLD = 29, TIMESTAMPNS_OLD = 35, TIMESTAMPING_OLD = 37 };
    if (level != SOL_SOCKET || (type != TIMESTAMP_OLD && type != TIMESTAMPNS_OLD && type != TIMESTAMPING_OLD))
        return 0;
    int64_t v[6];
    if (len > sizeof v) return 0;
    memcpy(v, data, len);
    for (uint32_t i = 0; i < len / 8; i++)
        out[i] = (int32_t)v[i];
    return len / 2;
}

// Descriptors that the host installed and the guest has no room for: the kernel would not have installed
// them.
static void close_surplus(const struct cmsghdr *c, const void *data, uint32_t from, uint32_t len)
{
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) return;
    for (; from + sizeof(int) <= len; from += sizeof(int)) {
        int fd;
        memcpy(&fd, (const char *)data + from, sizeof fd);
        host1(SYS_close, fd);
    }
}

static int64_t control_to_guest(struct thread *t, struct abi_msghdr *g, struct msghdr *h)
{
    uint32_t at = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        const void *data = CMSG_DATA(c);
        uint32_t len = (uint32_t)(c->cmsg_len - CMSG_LEN(0));
        int32_t times[6];
        const uint32_t narrowed = narrow_times(c->cmsg_level, c->cmsg_type, data, len, times);
        if (narrowed) data = times, len = narrowed;
        const uint32_t room = g->controllen - at;
        if (room < sizeof(struct abi_cmsghdr)) {
            g->flags |= MSG_CTRUNC;
            close_surplus(c, data, 0, len);
            continue;
        }
        if (len > room - sizeof(struct abi_cmsghdr)) {
            uint32_t fits = room - (uint32_t)sizeof(struct abi_cmsghdr);
            if (c->cmsg_type == SCM_RIGHTS && c->cmsg_level == SOL_SOCKET) fits &= ~3u;
            g->flags |= MSG_CTRUNC;
            close_surplus(c, data, fits, len);
            len = fits;
        }
        const struct abi_cmsghdr gc = {(uint32_t)sizeof gc + len, c->cmsg_level, c->cmsg_type};
        if (!put_guest(t, gc, g->control + at) ||
            !uas_write(&t->p->as, g->control + at + (uint32_t)sizeof gc, data, len))
            return -EFAULT;
        at += align4(gc.len);
        if (at > g->controllen) at = g->controllen;
    }
    g->controllen = at;
    return 0;
}

struct message {
    struct abi_msghdr g;
    struct msghdr h;
    struct iovec iov[GUEST_IOV_MAX];
    _Alignas(16) char control[CONTROL_MAX];
};

static int64_t message_in(struct thread *t, struct message *m, uint64_t addr, bool receives)
{
    if (!get_guest(t, m->g, addr)) return -EFAULT;
    if (m->g.iovlen > GUEST_IOV_MAX) return -EMSGSIZE;
    const int e = get_iovec(t, m->iov, m->g.iov, m->g.iovlen, receives);
    if (e) return e;
    m->h = (struct msghdr){.msg_iov = m->iov, .msg_iovlen = (int)m->g.iovlen, .msg_flags = (int)m->g.flags};
    if (m->g.name) {
        m->h.msg_name = receives ? address_out(t, m->g.name) : guest_ptr(t, m->g.name);
        m->h.msg_namelen = m->g.namelen;
    }
    if (policy_sandboxed(t)) { // no receivers but the socket's peer, no descriptors in either direction
        if (!receives && ((m->g.name && !t->p->sandbox->net) || (m->g.control && m->g.controllen)))
            return policy_refuse(t, EPERM);
        return 0;
    }
    if (!m->g.control) return 0;
    if (!receives) return control_to_host(t, &m->g, &m->h, m->control);
    m->h.msg_control = m->control;
    m->h.msg_controllen = m->g.controllen < CONTROL_MAX / 2 ? m->g.controllen * 2 : CONTROL_MAX;
    return 0;
}

static int64_t send_message(struct thread *t, int fd, uint64_t addr, int flags)
{
    struct message m;
    struct socket_address a;
    int64_t r = message_in(t, &m, addr, false);
    if (r) return r;
    r = socket_address(t, &a, m.g.name, m.g.namelen);
    m.h.msg_name = (void *)a.at;
    m.h.msg_namelen = a.at ? a.len : 0;
    if (!r) r = block(t, SYS_sendmsg, fd, &m.h, flags, 0, 0, 0);
    socket_address_close(&a);
    return r;
}

static int64_t receive_message(struct thread *t, int fd, uint64_t addr, int flags)
{
    struct message m;
    int64_t e = message_in(t, &m, addr, true);
    if (e) return e;
    const int64_t r = block(t, SYS_recvmsg, fd, &m.h, flags, 0, 0, 0);
    if (r < 0) return r;
    m.g.flags = (uint32_t)m.h.msg_flags;
    if (m.g.name) m.g.namelen = m.h.msg_namelen;
    if (m.h.msg_control) {
        e = control_to_guest(t, &m.g, &m.h);
        if (e) return e;
    } else {
        m.g.controllen = 0;
    }
    if (!put_guest(t, m.g, addr)) return -EFAULT;
    socket_address_given(t, m.g.name, addr + offsetof(struct abi_msghdr, namelen));
    return r;
}

SYSCALL(sendmsg)
{
    return send_message(t, (int)s->a[0], s->a[1], (int)s->a[2]);
}

SYSCALL(recvmsg)
{
    return receive_message(t, (int)s->a[0], s->a[1], (int)s->a[2]);
}

// struct mmsghdr: a message header and the number of bytes. One message after the other: an error or an
// interruption behind the first one ends the call with what is done.
enum { MMSG_SIZE = sizeof(struct abi_msghdr) + 4 };

SYSCALL(sendmmsg)
{
    const uint64_t n = s->a[2] < MMSG_MAX ? s->a[2] : MMSG_MAX;
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t addr = s->a[1] + i * MMSG_SIZE;
        const int64_t r = send_message(t, (int)s->a[0], addr, (int)s->a[3]);
        if (r < 0) return i ? (int64_t)i : r;
        const uint32_t len = (uint32_t)r;
        if (!put_guest(t, len, addr + sizeof(struct abi_msghdr))) return -EFAULT;
    }
    return (int64_t)n;
}

// limit - now, or nothing
static struct timespec time_left(const struct timespec *limit)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t sec = limit->tv_sec - now.tv_sec, nsec = limit->tv_nsec - now.tv_nsec;
    const struct timespec left = {nsec < 0 ? sec - 1 : sec, nsec < 0 ? nsec + 1000000000 : nsec};
    return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

static int64_t receive_some(struct thread *t, const struct sysargs *s, const struct timespec *limit)
{
    const uint64_t n = s->a[2] < MMSG_MAX ? s->a[2] : MMSG_MAX;
    int flags = (int)s->a[3];
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t addr = s->a[1] + i * MMSG_SIZE;
        const int64_t r = receive_message(t, (int)s->a[0], addr, flags & ~MSG_WAITFORONE);
        if (r < 0) return i ? (int64_t)i : r;
        const uint32_t len = (uint32_t)r;
        if (!put_guest(t, len, addr + sizeof(struct abi_msghdr))) return -EFAULT;
        if (flags & MSG_WAITFORONE) flags |= MSG_DONTWAIT;
        if (!limit) continue;
        const struct timespec left = time_left(limit); // looked at after each message, as the kernel does
        if (!left.tv_sec && !left.tv_nsec) return (int64_t)i + 1;
    }
    return (int64_t)n;
}

static int64_t receive_many(struct thread *t, const struct sysargs *s, bool time64)
{
    struct timespec limit, now;
    if (!s->a[4]) return receive_some(t, s, NULL);
    if (!abi_get_timespec(t, &limit, s->a[4], time64)) return -EFAULT;
    if (limit.tv_sec < 0 || limit.tv_nsec < 0 || limit.tv_nsec > 999999999) return -EINVAL;
    clock_gettime(CLOCK_MONOTONIC, &now);
    limit.tv_nsec += now.tv_nsec;
    limit.tv_sec += now.tv_sec + limit.tv_nsec / 1000000000;
    limit.tv_nsec %= 1000000000;
    const int64_t r = receive_some(t, s, &limit);
    if (r <= 0) return r;
    const struct timespec left = time_left(&limit);
    return abi_put_timespec(t, s->a[4], &left, time64) ? r : -EFAULT;
}

SYSCALL(recvmmsg)
{
    return receive_many(t, s, false);
}

SYSCALL(recvmmsg_time64)
{
    return receive_many(t, s, true);
}

// Options: times as two 32-bit words, and the filter program, which holds a pointer

// include/uapi/asm-generic/socket.h
enum {
    REUSEADDR = 2,
    SNDBUF = 7,
    RCVBUF = 8,
    KEEPALIVE = 9,
    LINGER = 13,
    RCVLOWAT = 18,
    RCVTIMEO_OLD = 20,
    SNDTIMEO_OLD = 21,
    ATTACH_FILTER = 26,
    ATTACH_REUSEPORT_CBPF = 51,
    RCVTIMEO_NEW = 66,
    SNDTIMEO_NEW = 67,
};

// What the sandbox allows: what is about the connection that is there. Others take descriptors, or reach out.
static bool is_own_option(const struct thread *t, int level, int name)
{
    enum { TCP = 6, TCP_NODELAY = 1, TCP_CORK = 3, TCP_QUICKACK = 12, IPV6 = 41, V6ONLY = 26 };
    if (t->p->sandbox->net && level == IPV6) return name == V6ONLY;
    if (level == TCP) return name == TCP_NODELAY || name == TCP_CORK || name == TCP_QUICKACK;
    if (level != SOL_SOCKET) return false;
    switch (name) {
    case REUSEADDR:
    case SNDBUF:
    case RCVBUF:
    case KEEPALIVE:
    case LINGER:
    case RCVLOWAT:
    case RCVTIMEO_OLD:
    case SNDTIMEO_OLD:
    case RCVTIMEO_NEW:
    case SNDTIMEO_NEW: return true;
    default: return false;
    }
}

// Multicast groups: a word and one or two struct sockaddr_storage, which the host aligns to 8 bytes.
// include/uapi/linux/in.h: struct group_req, struct group_source_req
static bool is_group_option(int level, int name)
{
    enum { IP = 0, IPV6 = 41, MCAST_JOIN_GROUP = 42, MCAST_LEAVE_SOURCE_GROUP = 47 };
    return (level == IP || level == IPV6) && name >= MCAST_JOIN_GROUP && name <= MCAST_LEAVE_SOURCE_GROUP;
}

static int64_t set_group(struct thread *t, const struct sysargs *s)
{
    enum { ADDRESS = 128, HOST_AT = 8, ABI_AT = 4 };
    uint8_t h[HOST_AT + 2 * ADDRESS] = {0};
    const uint32_t size = s->a[4] >= ABI_AT + 2 * ADDRESS ? 2 * ADDRESS : ADDRESS;
    if (s->a[4] < ABI_AT + ADDRESS || s->a[4] > INT32_MAX) return -EINVAL;
    if (!uas_read(&t->p->as, h, (uint32_t)s->a[3], 4)) return -EFAULT;
    if (!uas_read(&t->p->as, h + HOST_AT, (uint32_t)s->a[3] + ABI_AT, size)) return -EFAULT;
    return host5(SYS_setsockopt, (int)s->a[0], (int)s->a[1], (int)s->a[2], h, HOST_AT + size);
}

static bool is_time_option(int level, int name)
{
    return level == SOL_SOCKET && (name == RCVTIMEO_OLD || name == SNDTIMEO_OLD);
}

SYSCALL(setsockopt)
{
    const int fd = (int)s->a[0], level = (int)s->a[1], name = (int)s->a[2];
    if (policy_sandboxed(t) && !is_own_option(t, level, name)) return policy_refuse(t, EPERM);
    if (is_group_option(level, name)) return set_group(t, s);
    if (is_time_option(level, name)) {
        struct timeval tv;
        if (s->a[4] < sizeof(struct abi_timeval)) return -EINVAL;
        if (!abi_get_timeval(t, &tv, s->a[3])) return -EFAULT;
        return host5(SYS_setsockopt, fd, level, name, &tv, sizeof tv);
    }
    if (level == SOL_SOCKET && (name == ATTACH_FILTER || name == ATTACH_REUSEPORT_CBPF)) {
        struct {
            uint16_t len, pad;
            uint32_t filter;
        } g;
        if (s->a[4] != sizeof g) return -EINVAL;
        if (!get_guest(t, g, s->a[3])) return -EFAULT;
        const struct {
            uint16_t len;
            void *filter;
        } h = {g.len, guest_ptr(t, g.filter)};
        return host5(SYS_setsockopt, fd, level, name, &h, sizeof h);
    }
    return host5(SYS_setsockopt, fd, level, name, guest_ptr_or_null(t, s->a[3]), (int)s->a[4]);
}

SYSCALL(getsockopt)
{
    const int fd = (int)s->a[0], level = (int)s->a[1], name = (int)s->a[2];
    if (is_time_option(level, name)) {
        struct timeval tv;
        uint32_t size, len = sizeof tv;
        if (!get_guest(t, size, s->a[4])) return -EFAULT;
        if ((int32_t)size < 0) return -EINVAL;
        const int64_t r = host5(SYS_getsockopt, fd, level, name, &tv, &len);
        if (r) return r;
        const struct abi_timeval g = {(int32_t)tv.tv_sec, (int32_t)tv.tv_usec};
        if (size > sizeof g) size = sizeof g;
        return uas_write(&t->p->as, (uint32_t)s->a[3], &g, size) && put_guest(t, size, s->a[4]) ? 0 : -EFAULT;
    }
    uint32_t len;
    if (!get_guest(t, len, s->a[4])) return -EFAULT;
    return host5(SYS_getsockopt, fd, level, name, guest_out_ptr_or_null(t, s->a[3], len),
                 guest_out_ptr(t, s->a[4], 4));
}

const struct syscall_row sys_socket_rows[] = {
    {281, CALL_NET, "socket", sys_socket, {ARG_AF, ARG_SOCK_TYPE, ARG_INT}},
    {282, CALL_NET, "bind", sys_bind, {ARG_FD, ARG_SOCKADDR, ARG_UINT}},
    {283, CALL_NET, "connect", sys_connect, {ARG_FD, ARG_SOCKADDR, ARG_UINT}},
    {284, CALL_NET, "listen", sys_listen, {ARG_FD, ARG_INT}},
    {285, CALL_NET, "accept", sys_accept, {ARG_FD, ARG_PTR, ARG_PTR}},
    {286, CALL_FD, "getsockname", sys_getsockname, {ARG_FD, ARG_PTR, ARG_PTR}},
    {287, CALL_FD, "getpeername", sys_getpeername, {ARG_FD, ARG_PTR, ARG_PTR}},
    {288, CALL_CHECKED, "socketpair", sys_socketpair, {ARG_AF, ARG_SOCK_TYPE, ARG_INT, ARG_PTR}},
    {289, CALL_FD, "send", sys_send, {ARG_FD, ARG_BUF, ARG_UINT, ARG_HEX}},
    {290, CALL_CHECKED, "sendto", sys_sendto, {ARG_FD, ARG_BUF, ARG_UINT, ARG_HEX, ARG_SOCKADDR, ARG_UINT}},
    {291, CALL_FD, "recv", sys_recv, {ARG_FD, ARG_OUTBUF, ARG_UINT, ARG_HEX}},
    {292, CALL_FD, "recvfrom", sys_recvfrom, {ARG_FD, ARG_OUTBUF, ARG_UINT, ARG_HEX, ARG_PTR, ARG_PTR}},
    {293, CALL_FD, "shutdown", sys_shutdown, {ARG_FD, ARG_INT}},
    {294, CALL_CHECKED, "setsockopt", sys_setsockopt, {ARG_FD, ARG_INT, ARG_INT, ARG_PTR, ARG_UINT}},
    {295, CALL_FD, "getsockopt", sys_getsockopt, {ARG_FD, ARG_INT, ARG_INT, ARG_PTR, ARG_PTR}},
    {296, CALL_CHECKED, "sendmsg", sys_sendmsg, {ARG_FD, ARG_PTR, ARG_HEX}},
    {297, CALL_CHECKED, "recvmsg", sys_recvmsg, {ARG_FD, ARG_PTR, ARG_HEX}},
    {365, CALL_CHECKED, "recvmmsg", sys_recvmmsg, {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX, ARG_TIMESPEC}},
    {366, CALL_NET, "accept4", sys_accept4, {ARG_FD, ARG_PTR, ARG_PTR, ARG_SOCK_TYPE}},
    {374, CALL_CHECKED, "sendmmsg", sys_sendmmsg, {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX}},
    {417,
     CALL_CHECKED,
     "recvmmsg_time64",
     sys_recvmmsg_time64,
     {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX, ARG_TIMESPEC64}},
    {0},
};
