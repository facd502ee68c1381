#include "user/abi/stat.h"

#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

// The kernel's encoding of device numbers for user space (new_encode_dev, huge_encode_dev is the same in 64
// bits).
static uint32_t encode_dev(dev_t dev)
{
    const uint32_t maj = major(dev), min = minor(dev);
    return (min & 0xff) | maj << 8 | (min & ~0xffu) << 12;
}

void abi_stat64_from_host(struct abi_stat64 *to, const struct stat *from)
{
    *to = (struct abi_stat64){
        .dev = encode_dev(from->st_dev),
        .ino_low = (uint32_t)from->st_ino,
        .mode = from->st_mode,
        .nlink = (uint32_t)from->st_nlink,
        .uid = from->st_uid,
        .gid = from->st_gid,
        .rdev = encode_dev(from->st_rdev),
        .size = from->st_size,
        .blksize = (uint32_t)from->st_blksize,
        .blocks = (uint64_t)from->st_blocks,
        .atime = (uint32_t)from->st_atim.tv_sec,
        .atime_nsec = (uint32_t)from->st_atim.tv_nsec,
        .mtime = (uint32_t)from->st_mtim.tv_sec,
        .mtime_nsec = (uint32_t)from->st_mtim.tv_nsec,
        .ctime = (uint32_t)from->st_ctim.tv_sec,
        .ctime_nsec = (uint32_t)from->st_ctim.tv_nsec,
        .ino = from->st_ino,
    };
}

int abi_stat_from_host(struct abi_stat *to, const struct stat *from)
{
    if (from->st_size > INT32_MAX || from->st_ino > UINT32_MAX || from->st_nlink > UINT16_MAX)
        return -EOVERFLOW;
    *to = (struct abi_stat){
        .dev = encode_dev(from->st_dev),
        .ino = (uint32_t)from->st_ino,
        .mode = (uint16_t)from->st_mode,
        .nlink = (uint16_t)from->st_nlink,
        .uid = from->st_uid > UINT16_MAX ? 65534 : (uint16_t)from->st_uid,
        .gid = from->st_gid > UINT16_MAX ? 65534 : (uint16_t)from->st_gid,
        .rdev = encode_dev(from->st_rdev),
        .size = (uint32_t)from->st_size,
        .blksize = (uint32_t)from->st_blksize,
        .blocks = (uint32_t)from->st_blocks,
        .atime = (uint32_t)from->st_atim.tv_sec,
        .atime_nsec = (uint32_t)from->st_atim.tv_nsec,
        .mtime = (uint32_t)from->st_mtim.tv_sec,
        .mtime_nsec = (uint32_t)from->st_mtim.tv_nsec,
        .ctime = (uint32_t)from->st_ctim.tv_sec,
        .ctime_nsec = (uint32_t)from->st_ctim.tv_nsec,
    };
    return 0;
}

int abi_statfs_from_host(struct abi_statfs *to, const struct statfs *from)
{
    if ((from->f_blocks | from->f_bfree | from->f_bavail | (unsigned long)from->f_bsize) >> 32)
        return -EOVERFLOW;
    // "Unknown" counts of files are all ones, which do fit.
    if ((from->f_files != ~0ul && from->f_files >> 32) || (from->f_ffree != ~0ul && from->f_ffree >> 32))
        return -EOVERFLOW;
    *to = (struct abi_statfs){
        .type = (uint32_t)from->f_type,
        .bsize = (uint32_t)from->f_bsize,
        .blocks = (uint32_t)from->f_blocks,
        .bfree = (uint32_t)from->f_bfree,
        .bavail = (uint32_t)from->f_bavail,
        .files = (uint32_t)from->f_files,
        .ffree = (uint32_t)from->f_ffree,
        .namelen = (uint32_t)from->f_namelen,
        .frsize = (uint32_t)from->f_frsize,
        .flags = (uint32_t)from->f_flags,
    };
    memcpy(to->fsid, &from->f_fsid, sizeof to->fsid);
    return 0;
}

void abi_statfs64_from_host(struct abi_statfs64 *to, const struct statfs *from)
{
    *to = (struct abi_statfs64){
        .type = (uint32_t)from->f_type,
        .bsize = (uint32_t)from->f_bsize,
        .blocks = from->f_blocks,
        .bfree = from->f_bfree,
        .bavail = from->f_bavail,
        .files = from->f_files,
        .ffree = from->f_ffree,
        .namelen = (uint32_t)from->f_namelen,
        .frsize = (uint32_t)from->f_frsize,
        .flags = (uint32_t)from->f_flags,
    };
    memcpy(to->fsid, &from->f_fsid, sizeof to->fsid);
}
