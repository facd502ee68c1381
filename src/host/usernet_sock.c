#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "host/usernet.h"

static struct sockaddr_in sock_addr(uint32_t addr, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(addr)};
}

static int new_socket(int type, int protocol)
{
    return socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

static int close_failed(int fd)
{
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

// The guest's TCP does its own gathering of small pieces.
static void no_delay(int fd)
{
    const int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

int un_sock_tcp(uint32_t addr, uint16_t port)
{
    const int fd = new_socket(SOCK_STREAM, 0);
    if (fd < 0) return -1;
    no_delay(fd);
    const struct sockaddr_in a = sock_addr(addr, port);
    if (connect(fd, (const struct sockaddr *)&a, sizeof a) && errno != EINPROGRESS) return close_failed(fd);
    return fd;
}

int un_sock_udp(void)
{
    const int fd = new_socket(SOCK_DGRAM, 0), one = 1;
    if (fd < 0) return -1;
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof one);
    return fd;
}

int un_sock_listen(const struct un_forward *f)
{
    const struct sockaddr_in a = sock_addr(f->host_addr, f->host_port);
    const int fd = f->udp ? un_sock_udp() : new_socket(SOCK_STREAM, 0), one = 1;
    if (fd >= 0 && !f->udp) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd >= 0 && !bind(fd, (const struct sockaddr *)&a, sizeof a) && (f->udp || !listen(fd, 64))) return fd;
    warn("network: hostfwd: cannot listen on %s port %u of %s: %s", f->udp ? "UDP" : "TCP", f->host_port,
         inet_ntoa(a.sin_addr), strerror(errno));
    return fd < 0 ? -1 : close_failed(fd);
}

int un_sock_accept(int listener, uint32_t *addr, uint16_t *port)
{
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    const int fd = accept4(listener, (struct sockaddr *)&a, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return -1;
    no_delay(fd);
    *addr = ntohl(a.sin_addr.s_addr);
    *port = ntohs(a.sin_port);
    return fd;
}

int un_sock_ping(void)
{
    return new_socket(SOCK_DGRAM, IPPROTO_ICMP);
}

bool un_sock_send_to(int fd, uint32_t addr, uint16_t port, const void *data, size_t len)
{
    const struct sockaddr_in a = sock_addr(addr, port);
    // A full socket loses the datagram, as a full wire does. An error may be an earlier datagram's.
    for (int tries = 0; tries < 2; tries++)
        if (sendto(fd, data, len, MSG_NOSIGNAL, (const struct sockaddr *)&a, sizeof a) >= 0 ||
            errno == EAGAIN)
            return true;
    return false;
}

long un_sock_receive_from(int fd, uint32_t *addr, uint16_t *port, void *data, size_t len)
{
    struct sockaddr_in a = {0};
    socklen_t alen = sizeof a;
    const ssize_t n = recvfrom(fd, data, len, 0, (struct sockaddr *)&a, &alen);
    *addr = ntohl(a.sin_addr.s_addr);
    *port = ntohs(a.sin_port);
    return n;
}

int un_sock_next_error(int fd, uint32_t *addr, uint16_t *port)
{
    struct sockaddr_in a = {0};
    union {
        struct cmsghdr align;
        char bytes[256];
    } control;
    char data[8];
    struct iovec iov = {data, sizeof data};
    struct msghdr m = {.msg_name = &a,
                       .msg_namelen = sizeof a,
                       .msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof control};
    if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return 0;
    *addr = ntohl(a.sin_addr.s_addr);
    *port = ntohs(a.sin_port);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        uint32_t error; // the first member of struct sock_extended_err
        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR || c->cmsg_len < CMSG_LEN(sizeof error))
            continue;
        memcpy(&error, CMSG_DATA(c), sizeof error);
        return (int)error;
    }
    return EHOSTUNREACH;
}

uint32_t un_sock_resolver(void)
{
    FILE *f = fopen("/etc/resolv.conf", "re");
    if (!f) return 0;
    char line[256], name[64];
    struct in_addr a = {0};
    while (fgets(line, sizeof line, f) && !a.s_addr)
        if (sscanf(line, "nameserver %63s", name) == 1 && !inet_aton(name, &a)) a.s_addr = 0;
    fclose(f);
    return ntohl(a.s_addr);
}
