#include "base/own_fd.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MOST = 8, HIGH = 1000, LESS_HIGH = 20 };

static atomic_int kept[MOST]; // 0: free; 0 to 2 are the guest's

int own_fd_from(unsigned from)
{
    int least = -1;
    for (unsigned i = 0; i < MOST; i++) {
        const int fd = kept[i];
        if (fd > 0 && (unsigned)fd >= from && (least < 0 || fd < least)) least = fd;
    }
    return least;
}

void own_fd_add(int fd)
{
    for (unsigned i = 0; i < MOST && fd > 2; i++) {
        int none = 0;
        if (atomic_compare_exchange_strong(&kept[i], &none, fd)) return;
    }
}

int own_fd_keep(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);
    if (high < 0) high = fcntl(fd, F_DUPFD_CLOEXEC, LESS_HIGH); // few descriptors are allowed
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
    for (unsigned i = 0; i < MOST; i++) {
        int this = fd;
        if (fd > 2) atomic_compare_exchange_strong(&kept[i], &this, 0);
    }
    close(fd);
}
