// Addresses of local sockets are paths, which a sysroot has elsewhere.
#ifndef STINKARM_USER_SYS_SOCKADDR_H
#define STINKARM_USER_SYS_SOCKADDR_H

#include <sys/un.h>

#include "user/syscall.h"

struct socket_address {
    const void *at; // for the host kernel; NULL: there is none
    uint32_t len;
    struct sockaddr_un own;
    int dir; // a directory that own names by its descriptor, since its path is too long; -1: none
};

// The address of a guest, or what it is with a sysroot. 0 or a negative errno. Afterwards it is to be closed.
int socket_address(struct thread *t, struct socket_address *a, uint64_t addr, uint64_t len);
void socket_address_close(const struct socket_address *a);

// An address that the host kernel has just written for the guest, and its length: a path becomes what it is
// to the guest.
void socket_address_given(struct thread *t, uint64_t addr, uint64_t len_at);

#endif
