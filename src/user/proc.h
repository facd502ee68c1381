// What /proc says about the guest's own process, and others of ours: the host's files would show stinkarm
// instead.
#ifndef STINKARM_USER_PROC_H
#define STINKARM_USER_PROC_H

#include "user/process.h"

enum proc_entry {
    ENTRY_NONE, // the host's file will do
    ENTRY_EXE,
    ENTRY_MAPS,
    ENTRY_SMAPS,
    ENTRY_AUXV,
    ENTRY_CMDLINE,
    ENTRY_ENVIRON,
    ENTRY_STAT,
    ENTRY_STATM,
    ENTRY_STATUS,
    ENTRY_RAW, // mem, pagemap: positions in them are host addresses
    ENTRY_CPUINFO,
};

// No file of ours: go on with the host's.
#define PROC_NOT_MINE (-4095)

// open: if the path, taken relative to dirfd (a host fd, AT_FDCWD), names a file whose content must be the
// guest's, returns a new file descriptor with a snapshot of it (or with the file it stands for, like
// /proc/self/exe), or a negative errno. flags: the host's O_*. Cheap for paths that cannot be meant.
int proc_open(struct thread *t, int dirfd, const char *path, int flags);

// For the sandbox: whether an absolute path names a file of the process itself that is made here ("maps"), or
// its program ("exe"): which. NULL: it does not.
const char *proc_own_name(struct thread *t, const char *path);

// readlink: the length of the target, put into buf without a NUL, at most size.
int proc_readlink(struct thread *t, int dirfd, const char *path, char *buf, size_t size);

// For calls that follow a link and take a path (stat, access, execve…): "/proc/self/exe" becomes the
// program's path in buf, other paths that show the guest stay; returns the path to use.
const char *proc_translate(struct thread *t, int dirfd, const char *path, char *buf, size_t size);

#endif
