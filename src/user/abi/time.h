// Time structures of the ARM EABI, with 32-bit seconds and, in the time64 calls, 64-bit ones.
#ifndef STINKARM_USER_ABI_TIME_H
#define STINKARM_USER_ABI_TIME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#include "user/process.h"

struct abi_timespec {
    int32_t sec, nsec;
};

struct abi_timespec64 {
    int64_t sec;
    int64_t nsec; // the upper half is padding that the kernel ignores
};

struct abi_timeval {
    int32_t sec, usec;
};

struct abi_itimerval {
    struct abi_timeval interval, value;
};

struct abi_itimerspec {
    struct abi_timespec interval, value;
};

struct abi_itimerspec64 {
    struct abi_timespec64 interval, value;
};

// Read from and write to the guest, in one form or the other; false: EFAULT.
bool abi_get_timespec(struct thread *t, struct timespec *to, uint64_t addr, bool time64);
bool abi_put_timespec(struct thread *t, uint64_t addr, const struct timespec *from, bool time64);
bool abi_get_timeval(struct thread *t, struct timeval *to, uint64_t addr);
bool abi_put_timeval(struct thread *t, uint64_t addr, const struct timeval *from);
bool abi_get_itimerspec(struct thread *t, struct itimerspec *to, uint64_t addr, bool time64);
bool abi_put_itimerspec(struct thread *t, uint64_t addr, const struct itimerspec *from, bool time64);

#endif
