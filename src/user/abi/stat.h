// File status structures of the ARM EABI: arch/arm/include/uapi/asm/{stat,statfs}.h.
#ifndef STINKARM_USER_ABI_STAT_H
#define STINKARM_USER_ABI_STAT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statfs.h>

struct abi_stat64 {
    uint64_t dev;
    uint32_t pad0, ino_low, mode, nlink, uid, gid;
    uint64_t rdev;
    uint64_t pad3;
    int64_t size;
    uint32_t blksize, pad4;
    uint64_t blocks;
    uint32_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
    uint64_t ino;
};
_Static_assert(sizeof(struct abi_stat64) == 104, "struct stat64 of the ARM EABI");
_Static_assert(offsetof(struct abi_stat64, size) == 48 && offsetof(struct abi_stat64, blocks) == 64 &&
                   offsetof(struct abi_stat64, ino) == 96,
               "struct stat64 of the ARM EABI");

struct abi_stat {
    uint32_t dev, ino;
    uint16_t mode, nlink, uid, gid;
    uint32_t rdev, size, blksize, blocks;
    uint32_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct abi_stat) == 64, "struct stat of the ARM EABI");

struct abi_statfs {
    uint32_t type, bsize, blocks, bfree, bavail, files, ffree, fsid[2], namelen, frsize, flags, spare[4];
};
_Static_assert(sizeof(struct abi_statfs) == 64, "struct statfs of the ARM EABI");

struct abi_statfs64 {
    uint32_t type, bsize;
    uint64_t blocks, bfree, bavail, files, ffree;
    uint32_t fsid[2], namelen, frsize, flags, spare[4];
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct abi_statfs64) == 84, "struct statfs64 of the ARM EABI");

void abi_stat64_from_host(struct abi_stat64 *to, const struct stat *from);
// -EOVERFLOW if a value does not fit.
int abi_stat_from_host(struct abi_stat *to, const struct stat *from);
int abi_statfs_from_host(struct abi_statfs *to, const struct statfs *from);
void abi_statfs64_from_host(struct abi_statfs64 *to, const struct statfs *from);

#endif
