// What is left: identity, limits, system information, prctl, randomness.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "base/log.h"
#include "user/limit.h"
#include "user/policy.h"
#include "user/seccomp.h"
#include "user/sys/common.h"

// uname: six fields of 65 bytes on both sides
SYSCALL(uname)
{
    struct utsname u;
    const int64_t r = host1(SYS_uname, &u);
    if (r) return r;
    memset(u.machine, 0, sizeof u.machine);
    strcpy(u.machine, "armv7l");
    return put_guest(t, u, s->a[0]) ? 0 : -EFAULT;
}

struct abi_sysinfo {
    int32_t uptime;
    uint32_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
    uint16_t procs, pad;
    uint32_t totalhigh, freehigh, mem_unit;
    char pad2[8];
};
_Static_assert(sizeof(struct abi_sysinfo) == 64, "struct sysinfo of the ARM EABI");

SYSCALL(sysinfo)
{
    struct sysinfo h;
    const int64_t r = host1(SYS_sysinfo, &h);
    if (r) return r;
    // Sizes are in mem_unit bytes, which grows until they fit (kernel/sys.c, compat_sysinfo).
    unsigned shift = 0;
    while ((h.totalram >> shift | h.totalswap >> shift) >> 32)
        shift++;
    if (shift && shift < 12) shift = 12;
    const struct abi_sysinfo g = {
        .uptime = (int32_t)h.uptime,
        .loads = {(uint32_t)h.loads[0], (uint32_t)h.loads[1], (uint32_t)h.loads[2]},
        .totalram = (uint32_t)(h.totalram >> shift),
        .freeram = (uint32_t)(h.freeram >> shift),
        .sharedram = (uint32_t)(h.sharedram >> shift),
        .bufferram = (uint32_t)(h.bufferram >> shift),
        .totalswap = (uint32_t)(h.totalswap >> shift),
        .freeswap = (uint32_t)(h.freeswap >> shift),
        .procs = h.procs,
        .mem_unit = h.mem_unit << shift,
    };
    return put_guest(t, g, s->a[0]) ? 0 : -EFAULT;
}

SYSCALL(getrandom)
{
    return block(t, SYS_getrandom, guest_out_ptr(t, s->a[0], s->a[1]), s->a[1], (unsigned)s->a[2], 0, 0, 0);
}

SYSCALL(sethostname)
{
    return host2(SYS_sethostname, guest_ptr(t, s->a[0]), (int)s->a[1]);
}

SYSCALL(setdomainname)
{
    return host2(SYS_setdomainname, guest_ptr(t, s->a[0]), (int)s->a[1]);
}

SYSCALL(syslog)
{
    return block(t, SYS_syslog, (int)s->a[0], guest_out_ptr_or_null(t, s->a[1], s->a[2]), (int)s->a[2], 0, 0,
                 0);
}

SYSCALL(vhangup)
{
    (void)t, (void)s;
    return host0(SYS_vhangup);
}

SYSCALL(personality)
{
    const uint32_t old = t->p->personality;
    if ((uint32_t)s->a[0] != 0xffffffffu) t->p->personality = (uint32_t)s->a[0];
    return (int64_t)old;
}

// Barriers between threads: translated code needs no more than the host's own.
SYSCALL(membarrier)
{
    (void)t;
    return host3(SYS_membarrier, (int)s->a[0], (unsigned)s->a[1], (int)s->a[2]);
}

// Users and groups

SYSCALL(getuid32)
{
    (void)t, (void)s;
    return host0(SYS_getuid);
}

SYSCALL(getgid32)
{
    (void)t, (void)s;
    return host0(SYS_getgid);
}

SYSCALL(geteuid32)
{
    (void)t, (void)s;
    return host0(SYS_geteuid);
}

SYSCALL(getegid32)
{
    (void)t, (void)s;
    return host0(SYS_getegid);
}

static uint16_t low16(int64_t id)
{
    return id > UINT16_MAX ? 65534 : (uint16_t)id;
}

static unsigned wide(uint64_t id)
{
    return (uint16_t)id == 0xffff ? ~0u : (uint16_t)id;
}

SYSCALL(getuid)
{
    return low16(sys_getuid32(t, s));
}

SYSCALL(getgid)
{
    return low16(sys_getgid32(t, s));
}

SYSCALL(geteuid)
{
    return low16(sys_geteuid32(t, s));
}

SYSCALL(getegid)
{
    return low16(sys_getegid32(t, s));
}

SYSCALL(setuid)
{
    (void)t;
    return host1(SYS_setuid, wide(s->a[0]));
}

SYSCALL(setgid)
{
    (void)t;
    return host1(SYS_setgid, wide(s->a[0]));
}

SYSCALL(setreuid)
{
    (void)t;
    return host2(SYS_setreuid, wide(s->a[0]), wide(s->a[1]));
}

SYSCALL(setregid)
{
    (void)t;
    return host2(SYS_setregid, wide(s->a[0]), wide(s->a[1]));
}

SYSCALL(setresuid)
{
    (void)t;
    return host3(SYS_setresuid, wide(s->a[0]), wide(s->a[1]), wide(s->a[2]));
}

SYSCALL(setresgid)
{
    (void)t;
    return host3(SYS_setresgid, wide(s->a[0]), wide(s->a[1]), wide(s->a[2]));
}

SYSCALL(setfsuid)
{
    (void)t;
    return host1(SYS_setfsuid, wide(s->a[0]));
}

SYSCALL(setfsgid)
{
    (void)t;
    return host1(SYS_setfsgid, wide(s->a[0]));
}

SYSCALL(setuid32)
{
    (void)t;
    return host1(SYS_setuid, (unsigned)s->a[0]);
}

SYSCALL(setgid32)
{
    (void)t;
    return host1(SYS_setgid, (unsigned)s->a[0]);
}

SYSCALL(setreuid32)
{
    (void)t;
    return host2(SYS_setreuid, (unsigned)s->a[0], (unsigned)s->a[1]);
}

SYSCALL(setregid32)
{
    (void)t;
    return host2(SYS_setregid, (unsigned)s->a[0], (unsigned)s->a[1]);
}

SYSCALL(setresuid32)
{
    (void)t;
    return host3(SYS_setresuid, (unsigned)s->a[0], (unsigned)s->a[1], (unsigned)s->a[2]);
}

SYSCALL(setresgid32)
{
    (void)t;
    return host3(SYS_setresgid, (unsigned)s->a[0], (unsigned)s->a[1], (unsigned)s->a[2]);
}

SYSCALL(setfsuid32)
{
    (void)t;
    return host1(SYS_setfsuid, (unsigned)s->a[0]);
}

SYSCALL(setfsgid32)
{
    (void)t;
    return host1(SYS_setfsgid, (unsigned)s->a[0]);
}

static int64_t get_res(struct thread *t, const struct sysargs *s, long nr, bool narrow)
{
    uint32_t id[3];
    const int64_t r = host3(nr, &id[0], &id[1], &id[2]);
    if (r) return r;
    for (int i = 0; i < 3; i++) {
        const uint16_t low = low16(id[i]);
        if (!(narrow ? put_guest(t, low, s->a[i]) : put_guest(t, id[i], s->a[i]))) return -EFAULT;
    }
    return 0;
}

SYSCALL(getresuid)
{
    return get_res(t, s, SYS_getresuid, true);
}

SYSCALL(getresgid)
{
    return get_res(t, s, SYS_getresgid, true);
}

SYSCALL(getresuid32)
{
    return get_res(t, s, SYS_getresuid, false);
}

SYSCALL(getresgid32)
{
    return get_res(t, s, SYS_getresgid, false);
}

SYSCALL(getgroups32)
{
    return host2(SYS_getgroups, (int)s->a[0], guest_out_ptr_or_null(t, s->a[1], s->a[0] * 4));
}

SYSCALL(setgroups32)
{
    return host2(SYS_setgroups, (int)s->a[0], guest_ptr_or_null(t, s->a[1]));
}

enum { GROUPS_MAX = 4096 };

SYSCALL(getgroups)
{
    uint32_t id[GROUPS_MAX];
    uint16_t low[GROUPS_MAX];
    if ((int32_t)s->a[0] < 0) return -EINVAL;
    const int64_t n = host2(SYS_getgroups, s->a[0] < GROUPS_MAX ? (int)s->a[0] : GROUPS_MAX, id);
    if (n < 0 || !s->a[0]) return n;
    for (int64_t i = 0; i < n; i++)
        low[i] = low16(id[i]);
    return uas_write(&t->p->as, (uint32_t)s->a[1], low, (size_t)n * 2) ? n : -EFAULT;
}

SYSCALL(setgroups)
{
    uint32_t id[GROUPS_MAX];
    uint16_t low[GROUPS_MAX];
    if (s->a[0] > GROUPS_MAX) return -EINVAL;
    if (!uas_read(&t->p->as, low, (uint32_t)s->a[1], s->a[0] * 2)) return -EFAULT;
    for (uint64_t i = 0; i < s->a[0]; i++)
        id[i] = wide(low[i]);
    return host2(SYS_setgroups, (int)s->a[0], id);
}

SYSCALL(capget)
{
    return host2(SYS_capget, guest_out_ptr_or_null(t, s->a[0], 8), guest_out_ptr_or_null(t, s->a[1], 24));
}

SYSCALL(capset)
{
    return host2(SYS_capset, guest_out_ptr_or_null(t, s->a[0], 8), guest_ptr_or_null(t, s->a[1]));
}

SYSCALL(ugetrlimit)
{
    struct limits l;
    const int64_t r = limit_get(t->p, (int)s->a[0], &l);
    if (r) return r;
    // 32-bit limits: all ones are infinity, and what does not fit is infinity, too.
    const uint32_t infinity = UINT32_MAX;
    const uint32_t g[2] = {l.cur > infinity ? infinity : (uint32_t)l.cur,
                           l.max > infinity ? infinity : (uint32_t)l.max};
    return put_guest(t, g, s->a[1]) ? 0 : -EFAULT;
}

SYSCALL(setrlimit)
{
    uint32_t g[2];
    if (!get_guest(t, g, s->a[1])) return -EFAULT;
    if (policy_sandboxed(t) && !limit_is_kept((int)s->a[0]))
        return policy_refuse(t, EPERM); // core dumps would be files
    const struct limits l = {g[0] == UINT32_MAX ? UINT64_MAX : g[0], g[1] == UINT32_MAX ? UINT64_MAX : g[1]};
    return limit_set(t->p, (int)s->a[0], &l);
}

SYSCALL(prlimit64)
{
    struct limits new, old;
    const int pid = (int)s->a[0], resource = (int)s->a[1];
    const bool other = pid && pid != t->tid && pid != host0(SYS_getpid);
    if (policy_sandboxed(t) && (other || (s->a[2] && !limit_is_kept(resource))))
        return policy_refuse(t, EPERM);
    if (s->a[2] && !get_guest(t, new, s->a[2])) return -EFAULT;
    // The other's limits on memory are its stinkarm's, too.
    if (other && s->a[2] && limit_is_kept(resource)) return -EPERM;
    if (other)
        return host4(SYS_prlimit64, pid, resource, s->a[2] ? &new : NULL,
                     guest_out_ptr_or_null(t, s->a[3], sizeof old));
    int64_t r = s->a[3] || s->a[2] ? limit_get(t->p, resource, &old) : 0;
    if (!r && s->a[2]) r = limit_set(t->p, resource, &new);
    if (!r && s->a[3] && !put_guest(t, old, s->a[3])) return -EFAULT;
    return r;
}

SYSCALL(getpriority)
{
    (void)t;
    return host2(SYS_getpriority, (int)s->a[0], (int)s->a[1]);
}

SYSCALL(setpriority)
{
    (void)t;
    return host3(SYS_setpriority, (int)s->a[0], (int)s->a[1], (int)s->a[2]);
}

SYSCALL(nice)
{
    (void)t;
    const int64_t old = host2(SYS_getpriority, PRIO_PROCESS, 0); // 20 - nice
    return host3(SYS_setpriority, PRIO_PROCESS, 0, 20 - old + (int)s->a[0]);
}

SYSCALL(ioprio_set)
{
    (void)t;
    return host3(SYS_ioprio_set, (int)s->a[0], (int)s->a[1], (int)s->a[2]);
}

SYSCALL(ioprio_get)
{
    (void)t;
    return host2(SYS_ioprio_get, (int)s->a[0], (int)s->a[1]);
}

// prctl: what is about this thread or process and harmless to the emulator goes on to the host, in the
// sandbox, too

enum { SET_VMA = 0x53564d41 };

SYSCALL(prctl)
{
    const int op = (int)s->a[0];
    switch (op) {
    case PR_SET_NAME: return host2(SYS_prctl, op, guest_ptr(t, s->a[1]));
    case PR_GET_NAME: return host2(SYS_prctl, op, guest_out_ptr(t, s->a[1], 16));
    case PR_GET_PDEATHSIG:
    case PR_GET_CHILD_SUBREAPER: return host2(SYS_prctl, op, guest_out_ptr(t, s->a[1], 4));
    case PR_SET_PDEATHSIG:
    case PR_SET_DUMPABLE:
    case PR_GET_DUMPABLE:
    case PR_SET_KEEPCAPS:
    case PR_GET_KEEPCAPS:
    case PR_SET_TIMERSLACK:
    case PR_GET_TIMERSLACK:
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_SET_SECUREBITS:
    case PR_GET_SECUREBITS:
    case PR_SET_CHILD_SUBREAPER:
    case PR_SET_NO_NEW_PRIVS:
    case PR_GET_NO_NEW_PRIVS:
    case PR_CAP_AMBIENT:
    case PR_GET_THP_DISABLE:
    case PR_SET_THP_DISABLE:
    case PR_MCE_KILL:
    case PR_MCE_KILL_GET:
        return host5(SYS_prctl, op, (uint32_t)s->a[1], (uint32_t)s->a[2], (uint32_t)s->a[3],
                     (uint32_t)s->a[4]);
    case PR_GET_SECCOMP: return t->seccomp;
    case PR_SET_SECCOMP: return seccomp_prctl_set(t, (uint32_t)s->a[1], (uint32_t)s->a[2]);
    case SET_VMA: return -EINVAL; // names of anonymous memory: as a kernel without them
    default: return -EINVAL;      // memory map fields, other machines' modes
    }
}

SYSCALL(getrusage)
{
    struct rusage h;
    const int64_t r = host2(SYS_getrusage, (int)s->a[0], &h);
    if (r) return r;
    // Two times and fourteen longs.
    const int32_t g[18] = {
        (int32_t)h.ru_utime.tv_sec,  (int32_t)h.ru_utime.tv_usec, (int32_t)h.ru_stime.tv_sec,
        (int32_t)h.ru_stime.tv_usec, (int32_t)h.ru_maxrss,        (int32_t)h.ru_ixrss,
        (int32_t)h.ru_idrss,         (int32_t)h.ru_isrss,         (int32_t)h.ru_minflt,
        (int32_t)h.ru_majflt,        (int32_t)h.ru_nswap,         (int32_t)h.ru_inblock,
        (int32_t)h.ru_oublock,       (int32_t)h.ru_msgsnd,        (int32_t)h.ru_msgrcv,
        (int32_t)h.ru_nsignals,      (int32_t)h.ru_nvcsw,         (int32_t)h.ru_nivcsw};
    return put_guest(t, g, s->a[1]) ? 0 : -EFAULT;
}

// Whoever traces would see stinkarm, not the program.
SYSCALL(ptrace)
{
    (void)s;
    if (log_on(LOG_UNIMP) && syscall_first_time(t, t->syscall_nr))
        log_line(
            "%d: ptrace is refused: no program can trace another here; stinkarm --strace shows system calls",
            t->tid);
    return -EPERM;
}

SYSCALL(refuse)
{
    (void)t, (void)s;
    return -EPERM;
}

const struct syscall_row sys_misc_rows[] = {
    {23, CALL_UNSAFE, "setuid", sys_setuid, {ARG_INT}},
    {24, CALL_PURE, "getuid", sys_getuid, {ARG_NONE}},
    {26, CALL_UNSAFE, "ptrace", sys_ptrace, {ARG_INT, ARG_INT, ARG_PTR, ARG_PTR}},
    {34, CALL_UNSAFE, "nice", sys_nice, {ARG_INT}},
    {46, CALL_UNSAFE, "setgid", sys_setgid, {ARG_INT}},
    {47, CALL_PURE, "getgid", sys_getgid, {ARG_NONE}},
    {49, CALL_PURE, "geteuid", sys_geteuid, {ARG_NONE}},
    {50, CALL_PURE, "getegid", sys_getegid, {ARG_NONE}},
    {70, CALL_UNSAFE, "setreuid", sys_setreuid, {ARG_INT, ARG_INT}},
    {71, CALL_UNSAFE, "setregid", sys_setregid, {ARG_INT, ARG_INT}},
    {74, CALL_UNSAFE, "sethostname", sys_sethostname, {ARG_BUF, ARG_UINT}},
    {75, CALL_CHECKED, "setrlimit", sys_setrlimit, {ARG_INT, ARG_PTR}},
    {77, CALL_PURE, "getrusage", sys_getrusage, {ARG_INT, ARG_PTR}},
    {80, CALL_PURE, "getgroups", sys_getgroups, {ARG_INT, ARG_PTR}},
    {81, CALL_UNSAFE, "setgroups", sys_setgroups, {ARG_INT, ARG_PTR}},
    {88, CALL_UNSAFE, "reboot", sys_refuse, {ARG_HEX, ARG_HEX, ARG_HEX, ARG_PTR}},
    {96, CALL_PURE, "getpriority", sys_getpriority, {ARG_INT, ARG_INT}},
    {97, CALL_UNSAFE, "setpriority", sys_setpriority, {ARG_INT, ARG_INT, ARG_INT}},
    {103, CALL_UNSAFE, "syslog", sys_syslog, {ARG_INT, ARG_PTR, ARG_INT}},
    {111, CALL_UNSAFE, "vhangup", sys_vhangup, {ARG_NONE}},
    {116, CALL_PURE, "sysinfo", sys_sysinfo, {ARG_PTR}},
    {121, CALL_UNSAFE, "setdomainname", sys_setdomainname, {ARG_BUF, ARG_UINT}},
    {122, CALL_PURE, "uname", sys_uname, {ARG_PTR}},
    {136, CALL_PURE, "personality", sys_personality, {ARG_HEX}},
    {138, CALL_UNSAFE, "setfsuid", sys_setfsuid, {ARG_INT}},
    {139, CALL_UNSAFE, "setfsgid", sys_setfsgid, {ARG_INT}},
    {164, CALL_UNSAFE, "setresuid", sys_setresuid, {ARG_INT, ARG_INT, ARG_INT}},
    {165, CALL_PURE, "getresuid", sys_getresuid, {ARG_PTR, ARG_PTR, ARG_PTR}},
    {170, CALL_UNSAFE, "setresgid", sys_setresgid, {ARG_INT, ARG_INT, ARG_INT}},
    {171, CALL_PURE, "getresgid", sys_getresgid, {ARG_PTR, ARG_PTR, ARG_PTR}},
    {172, CALL_PURE, "prctl", sys_prctl, {ARG_INT, ARG_HEX, ARG_HEX, ARG_HEX, ARG_HEX}},
    {184, CALL_PURE, "capget", sys_capget, {ARG_PTR, ARG_PTR}},
    {185, CALL_UNSAFE, "capset", sys_capset, {ARG_PTR, ARG_PTR}},
    {191, CALL_PURE, "ugetrlimit", sys_ugetrlimit, {ARG_INT, ARG_PTR}},
    {199, CALL_PURE, "getuid32", sys_getuid32, {ARG_NONE}},
    {200, CALL_PURE, "getgid32", sys_getgid32, {ARG_NONE}},
    {201, CALL_PURE, "geteuid32", sys_geteuid32, {ARG_NONE}},
    {202, CALL_PURE, "getegid32", sys_getegid32, {ARG_NONE}},
    {203, CALL_UNSAFE, "setreuid32", sys_setreuid32, {ARG_INT, ARG_INT}},
    {204, CALL_UNSAFE, "setregid32", sys_setregid32, {ARG_INT, ARG_INT}},
    {205, CALL_PURE, "getgroups32", sys_getgroups32, {ARG_INT, ARG_PTR}},
    {206, CALL_UNSAFE, "setgroups32", sys_setgroups32, {ARG_INT, ARG_PTR}},
    {208, CALL_UNSAFE, "setresuid32", sys_setresuid32, {ARG_INT, ARG_INT, ARG_INT}},
    {209, CALL_PURE, "getresuid32", sys_getresuid32, {ARG_PTR, ARG_PTR, ARG_PTR}},
    {210, CALL_UNSAFE, "setresgid32", sys_setresgid32, {ARG_INT, ARG_INT, ARG_INT}},
    {211, CALL_PURE, "getresgid32", sys_getresgid32, {ARG_PTR, ARG_PTR, ARG_PTR}},
    {213, CALL_UNSAFE, "setuid32", sys_setuid32, {ARG_INT}},
    {214, CALL_UNSAFE, "setgid32", sys_setgid32, {ARG_INT}},
    {215, CALL_UNSAFE, "setfsuid32", sys_setfsuid32, {ARG_INT}},
    {216, CALL_UNSAFE, "setfsgid32", sys_setfsgid32, {ARG_INT}},
    {314, CALL_UNSAFE, "ioprio_set", sys_ioprio_set, {ARG_INT, ARG_INT, ARG_INT}},
    {315, CALL_PURE, "ioprio_get", sys_ioprio_get, {ARG_INT, ARG_INT}},
    {369, CALL_CHECKED, "prlimit64", sys_prlimit64, {ARG_INT, ARG_INT, ARG_PTR, ARG_PTR}},
    {384, CALL_PURE, "getrandom", sys_getrandom, {ARG_OUTBUF, ARG_UINT, ARG_HEX}},
    {389, CALL_PURE, "membarrier", sys_membarrier, {ARG_INT, ARG_HEX, ARG_INT}},
    {0},
};
