// Sockets where layouts differ between 32 and 64 bits: times in options and messages, descriptors and
// credentials, many messages at once. The kernel's old and new forms of each.
// stinkarm-test: build=arm,musl timeout=60
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int opt(int fd, int name, const void *value, socklen_t size)
{
    return (int)syscall(SYS_setsockopt, fd, SOL_SOCKET, name, value, size);
}

static int get(int fd, int name, void *value, socklen_t *size)
{
    return (int)syscall(SYS_getsockopt, fd, SOL_SOCKET, name, value, size);
}

static void times(void)
{
    int p[2];
    int32_t old[4] = {0, 250000, 7, 7};
    int64_t new[2] = {0, 0};
    socklen_t len;
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, p) == 0);
    CHECK(opt(p[0], 20, old, 8) == 0); // SO_RCVTIMEO_OLD
    len = sizeof new;
    CHECK(get(p[0], 66, new, &len) == 0 && len == 16 && new[0] == 0 && new[1] >= 250000 && new[1] <= 260000); // in ticks
    new[0] = 5000000000ll, new[1] = 0;
    CHECK(opt(p[0], 67, new, 16) == 0); // SO_SNDTIMEO_NEW
    len = sizeof new, new[0] = 0;
    CHECK(get(p[0], 67, new, &len) == 0 && new[0] == 5000000000ll);
    old[0] = 0, old[1] = 20000;
    CHECK(opt(p[0], 20, old, 8) == 0 && opt(p[0], 20, old, 4) == -1 && errno == EINVAL);
    old[1] = 1000000;
    CHECK(opt(p[0], 20, old, 8) == -1 && errno == EDOM);
    len = sizeof old, old[2] = 7;
    CHECK(get(p[0], 20, old, &len) == 0 && len == 8 && old[0] == 0 && old[1] >= 20000 && old[2] == 7);
    char c;
    CHECK(recv(p[0], &c, 1, 0) == -1 && errno == EAGAIN);
    const struct linger on = {1, 5};
    struct linger is = {0, 0};
    const int tcp = socket(AF_INET, SOCK_STREAM, 0);
    len = sizeof is;
    CHECK(opt(tcp, SO_LINGER, &on, sizeof on) == 0 && get(tcp, SO_LINGER, &is, &len) == 0 && is.l_onoff == 1 && is.l_linger == 5);
    close(tcp);
    close(p[0]);
    close(p[1]);
}

// The control message that comes with a datagram, of the type wanted: its data's length.
static int control(int fd, int level, int type, void *data, size_t size)
{
    char buf[16], space[512] __attribute__((aligned(8)));
    struct iovec v = {buf, sizeof buf};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    if (recvmsg(fd, &m, 0) < 0) return -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        if (c->cmsg_level != level || c->cmsg_type != type) continue;
        const int n = (int)(c->cmsg_len - CMSG_LEN(0));
        memcpy(data, CMSG_DATA(c), (size_t)n < size ? (size_t)n : size);
        return n;
    }
    return 0;
}

static void stamps(void)
{
    static const struct {
        int option, bytes, unit;
    } kinds[] = {{29, 8, 1000000}, {63, 16, 1000000}, {35, 8, 1000000000}, {64, 16, 1000000000}};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    for (unsigned i = 0; i < 4; i++) {
        const int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
        int64_t data[6] = {0};
        at.sin_port = 0;
        CHECK(bind(fd, (void *)&at, sizeof at) == 0 && getsockname(fd, (void *)&at, &len) == 0);
        CHECK(opt(fd, kinds[i].option, &one, sizeof one) == 0);
        CHECK(sendto(fd, "x", 1, 0, (void *)&at, sizeof at) == 1);
        const int n = control(fd, SOL_SOCKET, kinds[i].option, data, sizeof data);
        const int64_t sec = n == 8 ? ((int32_t *)data)[0] : data[0], part = n == 8 ? ((int32_t *)data)[1] : data[1];
        const int64_t now = time(NULL);
        if (n != kinds[i].bytes || sec > now || sec < now - 5 || part < 0 || part >= kinds[i].unit)
            printf("stamp %d: %d bytes, %lld %lld\n", kinds[i].option, n, (long long)sec, (long long)part), failures++;
        close(fd);
    }
    const int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1, all = 1 << 3 | 1 << 4; // RX_SOFTWARE, SOFTWARE
    struct in_pktinfo info = {0};
    int64_t three[6] = {0};
    at.sin_port = 0;
    CHECK(bind(fd, (void *)&at, sizeof at) == 0 && getsockname(fd, (void *)&at, &len) == 0);
    CHECK(setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one) == 0);
    CHECK(sendto(fd, "x", 1, 0, (void *)&at, sizeof at) == 1);
    CHECK(control(fd, IPPROTO_IP, IP_PKTINFO, &info, sizeof info) == sizeof info && info.ipi_addr.s_addr == at.sin_addr.s_addr && info.ipi_ifindex > 0);
    for (int old = 0; old < 2; old++) {
        const int name = old ? 37 : 65; // SO_TIMESTAMPING
        CHECK(opt(fd, name, &all, sizeof all) == 0);
        int n = 0;
        for (int i = 0; i < 200 && n <= 0; i++) { // the kernel may take its time to begin with it
            CHECK(sendto(fd, "x", 1, 0, (void *)&at, sizeof at) == 1);
            n = control(fd, SOL_SOCKET, name, three, sizeof three);
            if (n <= 0) usleep(10000);
        }
        CHECK(n == (old ? 24 : 48) && (old ? ((int32_t *)three)[0] : three[0]) > 1600000000);
    }
    close(fd);
}

static void rights(void)
{
    int p[2], one = 1, n[2] = {0, 1};
    struct ucred who, peer;
    socklen_t len = sizeof peer;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0 && opt(p[1], SO_PASSCRED, &one, sizeof one) == 0);
    union {
        struct cmsghdr h;
        char space[CMSG_SPACE(sizeof n) + CMSG_SPACE(sizeof who)];
    } c = {0};
    struct iovec v = {"hello", 5};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof c};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof n), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(h), n, sizeof n);
    h = CMSG_NXTHDR(&m, h);
    who = (struct ucred){getpid(), getuid(), getgid()};
    *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof who), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_CREDENTIALS};
    memcpy(CMSG_DATA(h), &who, sizeof who);
    CHECK(sendmsg(p[0], &m, 0) == 5);
    char buf[8], space[128] __attribute__((aligned(8)));
    struct iovec to = {buf, sizeof buf};
    struct msghdr r = {.msg_iov = &to, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    CHECK(recvmsg(p[1], &r, MSG_CMSG_CLOEXEC) == 5 && !(r.msg_flags & MSG_CTRUNC));
    int seen = 0;
    for (h = CMSG_FIRSTHDR(&r); h; h = CMSG_NXTHDR(&r, h)) {
        if (h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof n)) {
            memcpy(n, CMSG_DATA(h), sizeof n);
            CHECK(fcntl(n[0], F_GETFD) == FD_CLOEXEC && fcntl(n[1], F_GETFD) == FD_CLOEXEC);
            seen |= 1;
        } else if (h->cmsg_type == SCM_CREDENTIALS && h->cmsg_len == CMSG_LEN(sizeof who)) {
            CHECK(memcmp(CMSG_DATA(h), &who, sizeof who) == 0);
            seen |= 2;
        }
    }
    CHECK(seen == 3 && getsockopt(p[0], SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid == getpid());
    CHECK(len == sizeof peer);
    // Room for one descriptor of two: the other one is not left open.
    opt(p[1], SO_PASSCRED, &(int){0}, 4);
    const int before = dup(0);
    close(before);
    m.msg_controllen = CMSG_SPACE(sizeof n);
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), (int[]){0, 1}, sizeof n);
    CHECK(sendmsg(p[0], &m, 0) == 5);
    r.msg_controllen = CMSG_LEN(sizeof(int));
    CHECK(recvmsg(p[1], &r, 0) == 5 && r.msg_flags & MSG_CTRUNC);
    const int after = dup(0);
    CHECK(after == before + 1);
    close(p[0]);
    close(p[1]);
}

static void many(void)
{
    int p[2];
    char buf[4][8] = {{0}};
    struct iovec out[3] = {{"one", 3}, {"three", 5}, {"five", 4}}, in[4];
    struct mmsghdr m[4];
    memset(m, 0, sizeof m);
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, p) == 0);
    for (int i = 0; i < 3; i++)
        m[i].msg_hdr = (struct msghdr){.msg_iov = &out[i], .msg_iovlen = 1};
    CHECK(sendmmsg(p[0], m, 3, 0) == 3 && m[0].msg_len == 3 && m[1].msg_len == 5 && m[2].msg_len == 4);
    memset(m, 0, sizeof m);
    for (int i = 0; i < 4; i++) {
        in[i] = (struct iovec){buf[i], sizeof buf[i]};
        m[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
    }
    CHECK(recvmmsg(p[1], m, 4, MSG_WAITFORONE, NULL) == 3 && m[1].msg_len == 5 && !strcmp(buf[1], "three") && !strcmp(buf[2], "five"));
    int32_t old[2] = {0, 1000000};
    int64_t new[2] = {0, 1000000};
    CHECK(send(p[0], "a", 1, 0) == 1 && send(p[0], "b", 1, 0) == 1);
    CHECK(syscall(365, p[1], m, 1, 0, old) == 1 && syscall(417, p[1], m, 1, 0, new) == 1 && buf[0][0] == 'b');
    CHECK(old[0] == 0 && old[1] < 1000000 && new[0] == 0 && new[1] < 1000000); // what was left
    old[1] = 1000000000;
    CHECK(syscall(365, p[1], m, 1, MSG_DONTWAIT, old) == -1 && errno == EINVAL);
    CHECK(recvmmsg(p[1], m, 4, MSG_DONTWAIT, NULL) == -1 && errno == EAGAIN);
    close(p[0]);
    close(p[1]);
}

int main(void)
{
    times();
    stamps();
    rights();
    many();
    return failures != 0;
}
