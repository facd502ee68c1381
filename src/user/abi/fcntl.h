// open(2) flags and lock structures of the ARM EABI: arch/arm/include/uapi/asm/fcntl.h, asm-generic/fcntl.h.
#ifndef STINKARM_USER_ABI_FCNTL_H
#define STINKARM_USER_ABI_FCNTL_H

#include <fcntl.h>
#include <stdint.h>

// The four flags that have other values on x86.
#define ABI_O_DIRECTORY 0040000u
#define ABI_O_NOFOLLOW  0100000u
#define ABI_O_DIRECT    0200000u
#define ABI_O_LARGEFILE 0400000u

// x86's value of O_LARGEFILE, which libc headers define as 0 on 64-bit hosts.
#define HOST_O_LARGEFILE 0100000u

int abi_open_flags_to_host(uint32_t flags);
uint32_t abi_open_flags_from_host(int flags);

struct abi_flock {
    int16_t type, whence;
    int32_t start, len, pid;
};
_Static_assert(sizeof(struct abi_flock) == 16, "struct flock of the ARM EABI");

struct abi_flock64 {
    int16_t type, whence;
    uint32_t pad;
    int64_t start, len;
    int32_t pid;
    uint32_t pad2;
};
_Static_assert(sizeof(struct abi_flock64) == 32, "struct flock64 of the ARM EABI");

enum { ABI_F_GETLK64 = 12, ABI_F_SETLK64 = 13, ABI_F_SETLKW64 = 14 };

#endif
