#include "base/own_fd.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

enum { MOST = 8192, WORD = 64, HIGH = 1000, LESS_HIGH = 20 };

static _Atomic uint64_t kept[MOST / WORD]; // a bit each; 0 to 2 are the guest's

static uint64_t bit_of(int fd)
{
    return 1ull << fd % WORD;
}

bool own_fd(int fd)
{
    return fd > 2 && fd < MOST && kept[fd / WORD] & bit_of(fd);
}

int own_fd_from(unsigned from)
{
    uint64_t wanted = ~0ull << from % WORD;
    for (unsigned i = from / WORD; i < MOST / WORD; i++, wanted = ~0ull) {
        const uint64_t there = kept[i] & wanted;
        if (there) return (int)(i * WORD) + __builtin_ctzll(there);
    }
    return -1;
}

void own_fd_add(int fd)
{
    if (fd > 2 && fd < MOST) kept[fd / WORD] |= bit_of(fd);
}

// -1: none is free there.
static int copy_from(int fd, int from)
{
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, from);
    if (copy < MOST) return copy;
    close(copy);
    return -1;
}

int own_fd_keep(int fd)
{
    int high = copy_from(fd, HIGH);
    if (high < 0) high = copy_from(fd, LESS_HIGH); // few descriptors are allowed
    if (high < 0) high = fd;
    own_fd_add(high);
    return high;
}

int own_fd_move(int fd)
{
    if (fd < 0) return -1;
    const int high = own_fd_keep(fd);
    if (high != fd) close(fd);
    return high;
}

void own_fd_close(int fd)
{
    if (own_fd(fd)) kept[fd / WORD] &= ~bit_of(fd);
    close(fd);
}
