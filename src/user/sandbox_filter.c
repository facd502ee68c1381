// The filter of system calls (seccomp): a program of the classic BPF that the host kernel runs in front of
// each of them. What is not named here is EPERM: a list of what the emulator needs after its start, by what
// is granted, arguments included where they decide. The kernel remembers which calls pass whatever their
// arguments, so that the list's length costs those nothing.
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/pages.h"
#include "user/policy.h"
#include "user/sandbox.h"

// include/uapi/linux/{filter,bpf_common,seccomp,audit}.h
enum { LOAD = 0x20, JUMP_EQUAL = 0x15, JUMP_SET = 0x45, JUMP_GE = 0x35, AND = 0x54, RETURN = 0x06 };
#define RET_ALLOW    0x7fff0000u
#define RET_ERROR    0x00050000u
#define RET_KILL     0x80000000u // the process
#define ARCH_X86_64  0xc000003eu
#define X32_CALL     0x40000000u
#define FILTER_MODE  2 // SECCOMP_MODE_FILTER
#define SYS_CLONE3   435
#define SYS_FACCESS2 439
#define NEW_ANY      0x7e020000u // CLONE_NEW*: namespaces

struct seccomp_data {
    int nr;
    uint32_t arch;
    uint64_t pc, args[6];
};

struct bpf {
    uint16_t code;
    uint8_t yes, no; // instructions to skip
    uint32_t k;
};

enum { LENGTH = 1200 };

struct program {
    unsigned n, block; // block: where the test of the call's number is
    struct bpf at[LENGTH];
};

static void put(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
    if (p->n < LENGTH) p->at[p->n] = (struct bpf){code, yes, no, k};
    p->n++;
}

static void allow(struct program *p, long nr)
{
    put(p, JUMP_EQUAL, (uint32_t)nr, 0, 1);
    put(p, RETURN, RET_ALLOW, 0, 0);
}

static void allow_all(struct program *p, const short *nr)
{
    for (; *nr >= 0; nr++)
        allow(p, *nr);
}

// ---- calls whose arguments decide: a block each, which ends with a return ----

static void begin(struct program *p, long nr)
{
    p->block = p->n;
    put(p, JUMP_EQUAL, (uint32_t)nr, 0, 0);
}

static void end(struct program *p, uint32_t result)
{
    put(p, RETURN, result, 0, 0);
    if (p->n < LENGTH) p->at[p->block].no = (uint8_t)(p->n - p->block - 1);
}

static void load(struct program *p, int arg, int half)
{
    put(p, LOAD, (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (unsigned)arg + 4 * (unsigned)half), 0,
        0);
}

static void refuse_bits(struct program *p, int arg, uint32_t bits)
{
    load(p, arg, 0);
    put(p, JUMP_SET, bits, 0, 1);
    put(p, RETURN, RET_ERROR | EPERM, 0, 0);
}

static void want_bits(struct program *p, int arg, uint32_t mask, uint32_t value)
{
    load(p, arg, 0);
    put(p, AND, mask, 0, 0);
    put(p, JUMP_EQUAL, value, 1, 0);
    put(p, RETURN, RET_ERROR | EPERM, 0, 0);
}

static void want(struct program *p, int arg, uint32_t value)
{
    want_bits(p, arg, ~0u, value);
}

static void want_null(struct program *p, int arg)
{
    want(p, arg, 0);
    load(p, arg, 1);
    put(p, JUMP_EQUAL, 0, 1, 0);
    put(p, RETURN, RET_ERROR | EPERM, 0, 0);
}

static void refuse(struct program *p, int arg, uint32_t value)
{
    load(p, arg, 0);
    put(p, JUMP_EQUAL, value, 0, 1);
    put(p, RETURN, RET_ERROR | EPERM, 0, 0);
}

// One of the values; the block ends.
static void one_of(struct program *p, int arg, const uint32_t *value, unsigned n)
{
    load(p, arg, 0);
    for (unsigned i = 0; i < n; i++) {
        put(p, JUMP_EQUAL, value[i], 0, 1);
        put(p, RETURN, RET_ALLOW, 0, 0);
    }
    end(p, RET_ERROR | EPERM);
}

// ---- what everybody needs ----

static const short always[] = {
    // memory
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_msync, SYS_mincore, SYS_mlock, SYS_munlock,
    SYS_mlockall, SYS_munlockall, SYS_mlock2,
    // threads
    SYS_futex, SYS_set_robust_list, SYS_set_tid_address, SYS_gettid, SYS_exit, SYS_exit_group,
    SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_getparam, SYS_sched_getscheduler,
    SYS_sched_get_priority_max, SYS_sched_get_priority_min, SYS_sched_rr_get_interval, SYS_sched_getattr,
    SYS_getcpu, 334 /* rseq */, 449 /* futex_waitv */, 454 /* futex_wake */, 455 /* futex_wait */,
    456 /* futex_requeue */, SYS_membarrier,
    // signals
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_rt_sigsuspend,
    SYS_rt_sigreturn, SYS_sigaltstack, SYS_pause, SYS_signalfd4, SYS_restart_syscall,
    // time
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_time,
    SYS_times, SYS_getitimer, SYS_setitimer, SYS_timer_create, SYS_timer_settime, SYS_timer_gettime,
    SYS_timer_getoverrun, SYS_timer_delete, SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime,
    // descriptors
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev,
    SYS_preadv2, SYS_pwritev2, SYS_close, SYS_lseek, SYS_dup, SYS_dup2, SYS_dup3, SYS_pipe2, SYS_fstat,
    SYS_fstatfs, SYS_ftruncate, SYS_fsync, SYS_fdatasync, SYS_flock, SYS_sendfile, SYS_splice, SYS_tee,
    SYS_vmsplice, SYS_copy_file_range, SYS_fallocate, SYS_fadvise64, SYS_readahead, SYS_sync_file_range,
    SYS_memfd_create, SYS_getdents64, SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6, SYS_epoll_create,
    SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait, SYS_eventfd2, SYS_fgetxattr,
    SYS_flistxattr, 451 /* cachestat */, SYS_umask, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_shutdown,
    SYS_getsockname, SYS_getpeername, SYS_getsockopt,
    // what there is to know
    SYS_getpid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getresuid, SYS_getresgid,
    SYS_getgroups, SYS_getpgid, SYS_getpgrp, SYS_getsid, SYS_capget, SYS_getpriority, SYS_ioprio_get,
    SYS_getrusage, SYS_getrlimit, SYS_sysinfo, SYS_uname, SYS_getrandom, SYS_wait4, SYS_waitid, -1};

static const short names[] = {SYS_open,       SYS_openat,    SYS_stat,     SYS_lstat,
                              SYS_newfstatat, SYS_statx,     SYS_readlink, SYS_readlinkat,
                              SYS_access,     SYS_faccessat, SYS_FACCESS2, SYS_statfs,
                              SYS_getcwd,     SYS_chdir,     SYS_fchdir,   -1};

static const short changes[] = {SYS_unlink,   SYS_unlinkat,  SYS_rename,    SYS_renameat,  SYS_renameat2,
                                SYS_mkdir,    SYS_mkdirat,   SYS_rmdir,     SYS_link,      SYS_linkat,
                                SYS_symlink,  SYS_symlinkat, SYS_chown,     SYS_lchown,    SYS_fchown,
                                SYS_fchownat, SYS_truncate,  SYS_utimensat, SYS_futimesat, -1};

static const short network[] = {SYS_connect, SYS_bind, SYS_listen, SYS_accept4, SYS_sendto, -1};
static const short forks[] = {SYS_fork, SYS_setpgid, SYS_setsid, -1};
// The next stinkarm's start.
static const short execution[] = {SYS_execve, -1};

static bool any_writable(const struct sandbox *s)
{
    bool any = false;
    for (unsigned i = 0; i < s->ngrants; i++)
        any |= s->grant[i].write;
    return any;
}

// Memory is never writable and executable. If there will be no other process and no other program, code
// memory is there already, and there is no more of it.
static void memory(struct program *p, const struct sandbox *s)
{
    const bool more = s->max_processes > 1 || s->exec;
    begin(p, SYS_mprotect);
    refuse_bits(p, 2, PROT_EXEC);
    end(p, RET_ALLOW);
    if (more) {
        begin(p, SYS_mmap);
        want_bits(p, 2, PROT_EXEC | PROT_WRITE, PROT_EXEC);
        want_bits(p, 3, MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED);
        end(p, RET_ALLOW);
    }
}

static void tasks(struct program *p, const struct sandbox *s)
{
    enum { SET_GS = 0x1001, SET_FS = 0x1002 }; // the window's base in compiled code; thread-local memory
    static const uint32_t bases[] = {SET_GS, SET_FS};
    begin(p, SYS_arch_prctl);
    one_of(p, 0, bases, s->exec ? 2 : 1);
    const uint32_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    put(p, JUMP_EQUAL, SYS_CLONE3, 0, 1); // its arguments are out of sight: libc goes on to clone
    put(p, RETURN, RET_ERROR | ENOSYS, 0, 0);
    begin(p, SYS_clone);
    refuse_bits(p, 0, NEW_ANY | CLONE_PARENT | CLONE_PTRACE);
    if (s->max_processes == 1) want_bits(p, 0, thread, thread);
    end(p, RET_ALLOW);
    if (s->max_processes > 1) {
        allow_all(p, forks);
        allow(p, SYS_kill); // Landlock looks at whom
        allow(p, SYS_tgkill);
        allow(p, SYS_rt_sigqueueinfo);
        allow(p, SYS_rt_tgsigqueueinfo);
        return;
    }
    static const short kills[] = {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo};
    for (unsigned i = 0; i < sizeof kills / sizeof *kills; i++) {
        begin(p, kills[i]);
        want(p, 0, (uint32_t)getpid());
        end(p, RET_ALLOW);
    }
}

static void descriptors(struct program *p)
{
    enum { SETOWN = 8, SETSIG = 10, SETOWN_EX = 15, SETLEASE = 1024, NOTIFY = 1026 };
    static const uint32_t refused[] = {SETOWN, SETSIG, SETOWN_EX, SETLEASE, NOTIFY};
    uint32_t requests[64];
    begin(p, SYS_fcntl);
    for (unsigned i = 0; i < sizeof refused / sizeof *refused; i++)
        refuse(p, 1, refused[i]);
    end(p, RET_ALLOW);
    begin(p, SYS_ioctl);
    one_of(p, 1, requests, policy_ioctls(requests, sizeof requests / sizeof *requests));
}

static void process(struct program *p, const struct sandbox *s)
{
    static const uint32_t ops[] = {
        PR_SET_PDEATHSIG,       PR_GET_PDEATHSIG,    PR_GET_DUMPABLE,     PR_SET_DUMPABLE,
        PR_GET_KEEPCAPS,        PR_SET_NAME,         PR_GET_NAME,         PR_CAPBSET_READ,
        PR_CAPBSET_DROP,        PR_GET_SECUREBITS,   PR_GET_SECCOMP,      PR_SET_TIMERSLACK,
        PR_GET_TIMERSLACK,      PR_MCE_KILL,         PR_MCE_KILL_GET,     PR_SET_CHILD_SUBREAPER,
        PR_GET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE,
        PR_SET_THP_DISABLE,
    };
    begin(p, SYS_prctl);
    one_of(p, 0, ops, sizeof ops / sizeof *ops);
    if (s->time && s->max_processes > 1) { // of a child, less than its parent's
        begin(p, SYS_setrlimit);
        want(p, 0, RLIMIT_CPU);
        end(p, RET_ALLOW);
    }
    begin(p, SYS_prlimit64);
    want(p, 0, 0);
    if (s->time && s->max_processes > 1) {
        load(p, 1, 0);
        put(p, JUMP_EQUAL, RLIMIT_CPU, 0, 1);
        put(p, RETURN, RET_ALLOW, 0, 0);
    }
    want_null(p, 2);
    end(p, RET_ALLOW);
}

static void want_type(struct program *p, uint32_t a, uint32_t b)
{
    load(p, 1, 0);
    put(p, AND, 0xf, 0, 0); // the others are flags
    put(p, JUMP_EQUAL, a, 2, 0);
    put(p, JUMP_EQUAL, b, 1, 0);
    put(p, RETURN, RET_ERROR | EPERM, 0, 0);
}

static void sockets(struct program *p, const struct sandbox *s)
{
    static const uint32_t families[] = {AF_INET, AF_INET6};
    enum { LEVEL_TCP = 6, LEVEL_IPV6 = 41 };
    const uint32_t levels[] = {SOL_SOCKET, LEVEL_TCP, s->net ? LEVEL_IPV6 : SOL_SOCKET};
    static const uint32_t programs[] = {26, 50, 51, 52}; // SO_ATTACH_*: filters
    begin(p, SYS_setsockopt);
    for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++)
        refuse(p, 2, programs[i]);
    one_of(p, 1, levels, sizeof levels / sizeof *levels);
    begin(p, SYS_socketpair); // datagrams could go to others than the peer
    want(p, 0, AF_UNIX);
    want_type(p, SOCK_STREAM, SOCK_SEQPACKET);
    end(p, RET_ALLOW);
    if (s->net) {
        begin(p, SYS_socket);
        want_type(p, SOCK_STREAM, SOCK_DGRAM);
        one_of(p, 0, families, sizeof families / sizeof *families);
        allow_all(p, network);
        return;
    }
    begin(p, SYS_sendto);
    want_null(p, 4);
    end(p, RET_ALLOW);
}

// Modes without set-user-ID and set-group-ID, by which others would get this user's rights.
static void modes(struct program *p)
{
    static const struct {
        short nr;
        int arg;
    } calls[] = {{SYS_chmod, 1}, {SYS_fchmod, 1}, {SYS_fchmodat, 2}, {452 /* fchmodat2 */, 2}};
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
        begin(p, calls[i].nr);
        refuse_bits(p, calls[i].arg, 06000);
        end(p, RET_ALLOW);
    }
}

static void build(struct program *p, const struct sandbox *s)
{
    put(p, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
    put(p, JUMP_EQUAL, ARCH_X86_64, 1, 0);
    put(p, RETURN, RET_KILL, 0, 0);
    put(p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
    put(p, JUMP_GE, X32_CALL, 0, 1);
    put(p, RETURN, RET_KILL, 0, 0);
    // mmap without PROT_EXEC, which is nearly all of it, in front of the rest.
    begin(p, SYS_mmap);
    load(p, 2, 0);
    put(p, JUMP_SET, PROT_EXEC, 1, 0);
    put(p, RETURN, RET_ALLOW, 0, 0);
    put(p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
    if (p->n < LENGTH) p->at[p->block].no = (uint8_t)(p->n - p->block - 1);
    allow_all(p, always);
    if (sandbox_has_files(s)) allow_all(p, names);
    if (any_writable(s)) {
        allow_all(p, changes);
        modes(p);
    }
    if (s->exec) allow_all(p, execution);
    memory(p, s);
    tasks(p, s);
    descriptors(p);
    process(p, s);
    sockets(p, s);
    put(p, RETURN, RET_ERROR | EPERM, 0, 0);
}

int sandbox_filter(const struct sandbox *s)
{
    static PAGES_APART struct program p;
    p.n = 0;
    build(&p, s);
    if (p.n > LENGTH) return -E2BIG;
    const struct {
        unsigned short n;
        const struct bpf *at;
    } filter = {(unsigned short)p.n, p.at};
    return prctl(PR_SET_SECCOMP, FILTER_MODE, &filter, 0, 0) ? -errno : 0;
}
