// Where ARM's files are: --sysroot lays a directory over the host's files, --root makes it all that there is.
//
// It is no jail: other processes may move directories while a name is looked up, and what /proc leads to is
// the host's. /dev, /proc and /sys are always the host's.
#ifndef STINKARM_USER_SYSROOT_H
#define STINKARM_USER_SYSROOT_H

#include "user/process.h"

enum { SYSROOT_PATH = 4096 };

struct sysroot {
    bool only;              // --root: there is nothing else
    bool changed;           // by chroot: not what the options say
    size_t len;             // of dir
    char dir[SYSROOT_PATH]; // absolute, without links, without a slash at its end
};

// Says what is wrong with dir, if something is.
bool sysroot_set(struct process *p, const char *dir, bool only);

// chroot, to a directory that is called dir at the host: from now on it is all that there is. 0 or a negative
// errno.
int sysroot_change(struct process *p, const char *dir);

// The host's name for what a guest means by a path relative to a host's fd or AT_FDCWD. follow: a link at its
// end, too. 0: it is in out, SYSROOT_PATH bytes; 1: it is the same; or a negative errno.
int sysroot_resolve(const struct process *p, int dirfd, const char *path, bool follow, char *out);

// The same for an absolute path, following links: always something in out.
void sysroot_path(const struct process *p, const char *path, char *out);

// The guest's name of a file whose absolute host path is known: the path itself, its end, or "/".
const char *sysroot_guest_path(const struct process *p, const char *host);

#endif
