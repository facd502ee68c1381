// Sockets on the loopback interface: TCP with a threaded server, UDP, Unix, descriptors in messages, select.
// stinkarm-test: build=arm,armel,musl cflags="-pthread" timeout=30
// stinkarm-test: stdout="tcp 6 clients, 600000 bytes\nudp hello from 127.0.0.1\nunix abstract\n"
// stinkarm-test: stdout="fd passed: through the fd\npeer closed\nselect 1\nv6 ok\nrefused\ngetaddrinfo 127.0.0.1\n"
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void check(int ok, const char *what)
{
    if (ok) return;
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

static void *serve(void *arg)
{
    const int fd = (int)(long)arg;
    char buf[4096];
    long n;
    while ((n = recv(fd, buf, sizeof buf, 0)) > 0) {
        for (long i = 0; i < n; i++)
            buf[i] ^= 0x55;
        for (long done = 0; done < n;) {
            const long k = send(fd, buf + done, (size_t)(n - done), 0);
            check(k > 0, "send");
            done += k;
        }
    }
    close(fd);
    return NULL;
}

static void *server(void *arg)
{
    pthread_t t[6];
    for (int i = 0; i < 6; i++) {
        struct sockaddr_in from;
        socklen_t len = sizeof from;
        const int fd = accept4((int)(long)arg, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
        check(fd >= 0 && from.sin_family == AF_INET && len == sizeof from, "accept");
        pthread_create(&t[i], NULL, serve, (void *)(long)fd);
    }
    for (int i = 0; i < 6; i++)
        pthread_join(t[i], NULL);
    return NULL;
}

static struct sockaddr_in listen_at, nobody;
static long total;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *client(void *arg)
{
    const int seed = (int)(long)arg, fd = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(fd, (struct sockaddr *)&listen_at, sizeof listen_at) == 0, "connect");
    int one = 1;
    check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0, "setsockopt");
    char out[1000], in[1000];
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 1000; i++)
            out[i] = (char)(i * 7 + seed + round);
        check(write(fd, out, 1000) == 1000, "write");
        for (int got = 0; got < 1000;) {
            const long n = read(fd, in + got, (size_t)(1000 - got));
            check(n > 0, "read");
            got += (int)n;
        }
        for (int i = 0; i < 1000; i++)
            check(in[i] == (char)(out[i] ^ 0x55), "data");
        pthread_mutex_lock(&lock);
        total += 1000;
        pthread_mutex_unlock(&lock);
    }
    shutdown(fd, SHUT_WR);
    check(read(fd, in, 1) == 0, "end");
    close(fd);
    return NULL;
}

static int bound(int type, struct sockaddr_in *at)
{
    const int fd = socket(AF_INET, type, 0);
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(bind(fd, (struct sockaddr *)at, sizeof *at) == 0, "bind");
    socklen_t len = sizeof *at;
    check(getsockname(fd, (struct sockaddr *)at, &len) == 0, "getsockname");
    return fd;
}

static void tcp(void)
{
    const int fd = bound(SOCK_STREAM, &listen_at);
    check(listen(fd, 10) == 0, "listen");
    pthread_t s, c[6];
    pthread_create(&s, NULL, server, (void *)(long)fd);
    for (int i = 0; i < 6; i++)
        pthread_create(&c[i], NULL, client, (void *)(long)i);
    for (int i = 0; i < 6; i++)
        pthread_join(c[i], NULL);
    pthread_join(s, NULL);
    close(fd);
    printf("tcp 6 clients, %ld bytes\n", total);
}

static void udp(void)
{
    struct sockaddr_in a, b, from;
    const int x = bound(SOCK_DGRAM, &a), y = bound(SOCK_DGRAM, &b);
    check(sendto(x, "hello", 5, 0, (struct sockaddr *)&b, sizeof b) == 5, "sendto");
    char buf[20] = "", name[32];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr m = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &iov, .msg_iovlen = 1};
    check(recvmsg(y, &m, 0) == 5 && from.sin_port == a.sin_port, "recvmsg");
    printf("udp %s from %s\n", buf, inet_ntop(AF_INET, &from.sin_addr, name, sizeof name));
    nobody = b;
    close(x);
    close(y);
}

static void local(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "stinkarm-%d", getpid());
    const socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(at.sun_path + 1));
    const int s = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
    check(bind(s, (struct sockaddr *)&at, len) == 0 && listen(s, 1) == 0, "unix bind");
    check(connect(c, (struct sockaddr *)&at, len) == 0, "unix connect");
    const int a = accept(s, NULL, NULL);
    check(write(c, "abstract", 9) == 9, "unix write");
    char buf[32];
    check(read(a, buf, sizeof buf) == 9, "unix read");
    printf("unix %s\n", buf);

    int pair[2], p[2];
    check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0 && pipe(p) == 0, "socketpair");
    union {
        struct cmsghdr h;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    struct iovec iov = {"x", 1};
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET, h->cmsg_type = SCM_RIGHTS, h->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(h), &p[1], sizeof(int));
    check(sendmsg(pair[0], &m, 0) == 1, "sendmsg");
    memset(&control, 0, sizeof control);
    char one;
    iov.iov_base = &one;
    check(recvmsg(pair[1], &m, 0) == 1 && CMSG_FIRSTHDR(&m), "recvmsg");
    int fd;
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
    check(fd != p[1] && write(fd, "through the fd", 15) == 15, "passed fd");
    check(read(p[0], buf, sizeof buf) == 15, "pipe");
    printf("fd passed: %s\n", buf);
    close(c);
    if (read(a, buf, 1) == 0) printf("peer closed\n");
}

int main(void)
{
    tcp();
    udp();
    local();
    int pair[2];
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
    check(write(pair[0], "!", 1) == 1, "write");
    fd_set r;
    FD_ZERO(&r);
    FD_SET(pair[0], &r), FD_SET(pair[1], &r);
    struct timeval tv = {1, 0};
    printf("select %d\n", select(pair[1] + 1, &r, NULL, NULL, &tv));
    const int v6 = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    printf("v6 %s\n", v6 < 0 || bind(v6, (struct sockaddr *)&at, sizeof at) == 0 || errno == EADDRNOTAVAIL
                          ? "ok"
                          : "bad");
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&listen_at, sizeof listen_at) < 0 && errno == ECONNREFUSED)
        printf("refused\n");
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_family = AF_INET, .ai_socktype = SOCK_STREAM},
                    *info;
    check(getaddrinfo("127.0.0.1", "80", &hints, &info) == 0, "getaddrinfo");
    char name[32];
    printf("getaddrinfo %s\n",
           inet_ntop(AF_INET, &((struct sockaddr_in *)info->ai_addr)->sin_addr, name, sizeof name));
    freeaddrinfo(info);
    return 0;
}
