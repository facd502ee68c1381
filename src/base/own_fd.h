// Descriptors of stinkarm's own, beside those of the guest, which must neither close nor replace them.
#ifndef STINKARM_BASE_OWN_FD_H
#define STINKARM_BASE_OWN_FD_H

#include <stdbool.h>

// Keeps one, close-on-exec, at a number from 1000 on, so that a guest that takes the lowest free one gets
// what it would get without. Returns that number, or fd itself if there is none free.
int own_fd_keep(int fd);
// The same, and the one given is closed. None (-1) stays none.
int own_fd_move(int fd);
void own_fd_add(int fd); // as it is
void own_fd_close(int fd);

bool own_fd(int fd);
// The lowest one from `from` on; -1: there is none.
int own_fd_from(unsigned from);

#endif
