#include "user/abi/time.h"

#include "user/syscall.h"

static struct timespec from32(struct abi_timespec v)
{
    return (struct timespec){v.sec, v.nsec};
}

static struct timespec from64(struct abi_timespec64 v)
{
    return (struct timespec){v.sec, (int32_t)v.nsec};
}

static struct abi_timespec to32(const struct timespec *v)
{
    return (struct abi_timespec){(int32_t)v->tv_sec, (int32_t)v->tv_nsec};
}

static struct abi_timespec64 to64(const struct timespec *v)
{
    return (struct abi_timespec64){v->tv_sec, v->tv_nsec};
}

bool abi_get_timespec(struct thread *t, struct timespec *to, uint64_t addr, bool time64)
{
    if (time64) {
        struct abi_timespec64 v;
        if (!get_guest(t, v, addr)) return false;
        *to = from64(v);
    } else {
        struct abi_timespec v;
        if (!get_guest(t, v, addr)) return false;
        *to = from32(v);
    }
    return true;
}

bool abi_put_timespec(struct thread *t, uint64_t addr, const struct timespec *from, bool time64)
{
    if (time64) {
        const struct abi_timespec64 v = to64(from);
        return put_guest(t, v, addr);
    }
    const struct abi_timespec v = to32(from);
    return put_guest(t, v, addr);
}

bool abi_get_timeval(struct thread *t, struct timeval *to, uint64_t addr)
{
    struct abi_timeval v;
    if (!get_guest(t, v, addr)) return false;
    *to = (struct timeval){v.sec, v.usec};
    return true;
}

bool abi_put_timeval(struct thread *t, uint64_t addr, const struct timeval *from)
{
    const struct abi_timeval v = {(int32_t)from->tv_sec, (int32_t)from->tv_usec};
    return put_guest(t, v, addr);
}

bool abi_get_itimerspec(struct thread *t, struct itimerspec *to, uint64_t addr, bool time64)
{
    if (time64) {
        struct abi_itimerspec64 v;
        if (!get_guest(t, v, addr)) return false;
        *to = (struct itimerspec){from64(v.interval), from64(v.value)};
    } else {
        struct abi_itimerspec v;
        if (!get_guest(t, v, addr)) return false;
        *to = (struct itimerspec){from32(v.interval), from32(v.value)};
    }
    return true;
}

bool abi_put_itimerspec(struct thread *t, uint64_t addr, const struct itimerspec *from, bool time64)
{
    if (time64) {
        const struct abi_itimerspec64 v = {to64(&from->it_interval), to64(&from->it_value)};
        return put_guest(t, v, addr);
    }
    const struct abi_itimerspec v = {to32(&from->it_interval), to32(&from->it_value)};
    return put_guest(t, v, addr);
}
