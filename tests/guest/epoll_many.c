// epoll_wait gives as many events as were asked for: 5,000 at once.
// stinkarm-test: build=arm,thumb oracle=qemu stdout="5000 5000\n-1 -1\n"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MANY = 5000 };

int main(void)
{
    struct rlimit most = {MANY + 100, MANY + 100};
    if (setrlimit(RLIMIT_NOFILE, &most)) return 1;
    const int ep = epoll_create1(0), ready = eventfd(1, 0);
    static struct epoll_event got[MANY + 1];
    for (int i = 0; i < MANY; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.u64 = (uint64_t)i << 33};
        if (epoll_ctl(ep, EPOLL_CTL_ADD, dup(ready), &e)) return 2;
    }
    static char seen[MANY];
    const int n = epoll_wait(ep, got, MANY + 1, 1000);
    int different = 0;
    for (int i = 0; i < n; i++)
        different += !seen[got[i].data.u64 >> 33]++;
    printf("%d %d\n", n, different);
    printf("%d %d\n", epoll_wait(ep, got, 0x10000000, 0), epoll_wait(ep, got, 0, 0));
}
