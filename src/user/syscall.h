// System calls: one row a call. Dispatch, the strace printer, the policy and the coverage list read the rows.
#ifndef STINKARM_USER_SYSCALL_H
#define STINKARM_USER_SYSCALL_H

#include <stdint.h>

#include "user/process.h"

// What an argument is: how the strace printer shows it, and whether it takes one register or an aligned pair.
enum arg_kind {
    ARG_NONE,
    ARG_INT, // decimal
    ARG_UINT,
    ARG_HEX,
    ARG_OCTAL,  // a mode
    ARG_PTR,    // address
    ARG_STR,    // NUL-terminated string
    ARG_PATH,   // the same, names a file; a link at its end is followed, unless flags say otherwise
    ARG_LINK,   // … is not followed
    ARG_BUF,    // data going in, its length in the next argument
    ARG_OUTBUF, // data coming out, its length is the result
    ARG_FD,
    ARG_DIRFD, // AT_FDCWD or a file descriptor
    ARG_I64,   // 64 bits in an even/odd register pair (r2:r3, r4:r5), skipping a register if need be
    ARG_STRV,  // argv, envp
    ARG_SIG,   // signal number
    ARG_OPEN_FLAGS,
    ARG_OPEN_HOW, // struct open_how
    ARG_PROT,
    ARG_MAP_FLAGS,
    ARG_CLONE_FLAGS,
    ARG_WHENCE,
    ARG_FUTEX_OP,
    ARG_FCNTL_CMD,
    ARG_IOCTL,
    ARG_CLOCK,
    ARG_SIG_HOW,
    ARG_SIGSET,
    ARG_TIMESPEC, // 32-bit
    ARG_TIMESPEC64,
    ARG_SOCKADDR, // its length in the next argument
    ARG_AT_FLAGS,
    ARG_ACCESS_MODE,
    ARG_AF,
    ARG_SOCK_TYPE,
};

// What the sandbox thinks of a call.
enum call_class {
    CALL_PURE,    // touches only the caller's own memory, time, identity: always allowed in the sandbox
    CALL_FD,      // works on an open file descriptor (first argument): sandbox allows 0, 1, 2
    CALL_CHECKED, // its own function asks policy_* what it may do
    CALL_LOOKS,   // asks about a file by its name: if its place is granted, or leads to one that is
    CALL_READS,   // uses it as it is
    CALL_CHANGES, // changes what is there, makes or removes something; by descriptor, too
    CALL_OPENS,   // either: its flags say
    CALL_EXECS,   // executes a program: if that is granted
    CALL_NET,     // makes connections: likewise
    CALL_FORKS,   // is about several processes: if there may be several
    CALL_UNSAFE,  // devices, mounts, identities, other processes…: refused in the sandbox
};

struct sysargs {
    uint64_t a[6];       // in the row's order; pairs are one argument
    const char *host[6]; // the host's names of files, where they are others: sysroot.h, policy_path.c
    uint8_t nofollow;    // bits of those that are no links, whatever has become of them
};

// A call's implementation returns its result or a negative Linux errno (ARM's errno numbers are x86's).
typedef int64_t syscall_fn(struct thread *t, const struct sysargs *s);

// Rows leave out what is 0 at their end.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct syscall_row {
    uint32_t nr;        // ARM's private calls are 0xf0001…
    uint8_t call_class; // enum call_class
    const char *name;
    syscall_fn *fn;  // NULL: known by name, not implemented: ENOSYS
    uint8_t args[6]; // enum arg_kind, ARG_NONE ends
    uint16_t host;   // instead of fn: the host's call, which has no arguments either; 0: none
    bool quick; // fn has at most two arguments, is quick, and nothing but its result and memory changes by it
};

// Each family file offers its rows, ended by a row without name, sorted by nothing.
extern const struct syscall_row sys_file_rows[], sys_fs_rows[], sys_stat_rows[], sys_dir_rows[],
    sys_mount_rows[], sys_xattr_rows[], sys_notify_rows[], sys_lsm_rows[], sys_futex2_rows[],
    sys_clone3_rows[], sys_mem_rows[], sys_process_rows[], sys_thread_rows[], sys_signal_rows[],
    sys_time_rows[], sys_socket_rows[], sys_poll_rows[], sys_ipc_rows[], sys_ioctl_rows[], sys_aio_rows[],
    sys_seccomp_rows[], sys_misc_rows[], sys_absent_rows[];

// The row of a number, or NULL.
const struct syscall_row *syscall_row(uint32_t nr);

// Results that never reach the guest: the call was interrupted before it had an effect and is repeated after
// the handler (if SA_RESTART says so), or always when no handler runs. As in the kernel's
// include/linux/errno.h.
#define ERESTARTSYS           512
#define ERESTARTNOINTR        513
#define ERESTARTNOHAND        514
#define ERESTART_RESTARTBLOCK 516
#define ESIGRETURN            517 // registers are already as they must be (rt_sigreturn, execve)

// A host system call that may block, atomic towards signals: if a guest signal is deliverable before the host
// kernel is entered, -ERESTARTNOINTR comes back and nothing has happened. Result as the kernel gives it
// (negative errno), except that a call which the host kernel would repeat after a handler comes back as
// -ERESTARTSYS, and EINTR (never repeated: poll, nanosleep, futex with a timeout…) as -ERESTARTNOHAND: the
// guest sees EINTR if a handler of its own runs, or else the call is repeated.
long host_syscall_blocking(struct thread *t, long nr, long a, long b, long c, long d, long e, long f);
// One that never blocks: no check. Inline, since behind a system call the host predicts no return well.
static inline long host_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long r;
    __asm__ volatile("syscall"
                     : "=a"(r)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return r;
}

// Whether the call's flags say something about a link at the end of its path: that it is followed, or is not.
bool syscall_follows(const struct syscall_row *row, const struct sysargs *s, bool follow);

// Dispatches the system call in the CPU's registers (r7 = number, ARM EABI; or the SVC's immediate -
// 0x900000, OABI numbers are refused) and sets r0.
void syscall_dispatch(struct thread *t);

// For the engine, which may do such a call by itself: the host's number of the call in the registers if it is
// the host's as it is, without arguments; CPU_SVC_DONE behind a quick one, which has been done. 0: any other,
// or policy or log or statistics want to see it.
unsigned syscall_quick(struct cpu *c);

// With --stats: calls are counted from now on.
void syscall_stats_init(void);

// Whether the log has not said yet that this call is not there.
bool syscall_first_time(struct thread *t, uint32_t nr);

// Guest pointers. NULL-safe only where said.
static inline void *guest_ptr(struct thread *t, uint64_t addr)
{
    return t->p->as.window +
           (uint32_t)addr; // for handing to host system calls alone, which check it themselves
}
// The same for memory that the host kernel will write.
void *guest_out_ptr(struct thread *t, uint64_t addr, uint64_t len);

// A path for the host kernel, which checks it itself.
static inline const char *path_ptr(struct thread *t, const struct sysargs *s, unsigned n)
{
    return s->host[n] ? s->host[n] : s->a[n] ? guest_ptr(t, s->a[n]) : NULL;
}

#define get_guest(t, lvalue, addr) uas_read(&(t)->p->as, &(lvalue), (uint32_t)(addr), sizeof(lvalue))
#define put_guest(t, lvalue, addr) uas_write(&(t)->p->as, (uint32_t)(addr), &(lvalue), sizeof(lvalue))

#endif
