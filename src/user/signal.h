// Signals: what the parts of signal*.c, thread.c and the system calls tell each other.
//
// The host kernel does the queueing. The guest's mask is the host thread's mask (SIGSEGV, SIGBUS and SIGFPE
// apart, which the emulator itself needs), so a signal that the guest blocks stays pending in the host
// kernel, in its order, with its value, and the kernel picks the thread for one that is sent to the process.
// A signal that the host delivers is one that the guest must get now: the host handler puts it into the
// thread's queue, blocks all others, asks the engine to stop, and takes a system call that has not begun back
// out. Between two guest instructions signal_deliver_pending builds the guest's frame, sets the host's mask
// to the guest's new one, which may bring the next signal, and so on until none is left.
#ifndef STINKARM_USER_SIGNAL_H
#define STINKARM_USER_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/signal_names.h"
#include "user/abi/siginfo.h"
#include "user/process.h"

// More than one signal is caught only if one arrives inside fault.c's handler.
#define SIGNAL_RING 8u

struct signal_queue {
    struct abi_siginfo ring[SIGNAL_RING]; // written by the host handler, read by the thread it interrupts
    volatile unsigned head, tail;
    // SIGSEGV, SIGBUS and SIGFPE that somebody sent: never blocked at the host, so kept here while the guest
    // blocks them.
    volatile uint64_t held;
    struct abi_siginfo held_info[3];
    uint64_t entered; // signals that are blocked since their handlers have been entered
    volatile sig_atomic_t mask_stale;            // the host's mask is not what the guest's mask asks for
    uint32_t trap_no, error_code, fault_address; // of the last fault, for the frame
};

static inline uint64_t signal_bit(int sig)
{
    return 1ull << (sig - 1);
}

// The host's mask for a guest mask.
uint64_t signal_host_mask(uint64_t guest);

// Another signal that the emulator needs itself (SIGXCPU, for the sandbox's time limit): the host's
// disposition and mask stay as they are, whatever the guest says. Before there are threads.
void signal_keep(int sig);

// host_syscall.c: where a thread goes on that a signal has interrupted at this host pc, with this in RCX.
uintptr_t signal_leave_syscall(uintptr_t pc, uintptr_t rcx);

// Changes the guest's mask; the host's follows at the next signal_deliver_pending.
void signal_set_mask(struct thread *t, uint64_t mask);

// The first thread: takes over the mask that stinkarm was started with.
void signal_thread_init(struct thread *t);

// Blocks all signals around something that must not be interrupted (fork, thread creation). False: a signal
// was caught before, and must be delivered first (-ERESTARTNOINTR); nothing is blocked then.
bool signal_block_all(struct thread *t);
// Sets the host's mask to the guest's.
void signal_unblock(struct thread *t);

// For calls with a temporary mask (ppoll, pselect6, epoll_pwait): reads the guest's sigset at addr (0: none).
// *host is then what to hand to the host kernel as an 8-byte mask, or NULL. The mask in force comes back by
// itself after the system call.
int signal_temp_mask(struct thread *t, uint32_t addr, uint32_t size, uint64_t *buf, const uint64_t **host);

// signal_frame.c: makes the thread enter the handler; false: no memory for the frame.
bool signal_frame_push(struct thread *t, const struct abi_sigaction *act, const struct abi_siginfo *info,
                       uint64_t mask);
// sigreturn and rt_sigreturn; false: a bad frame.
bool signal_frame_pop(struct thread *t, bool rt);
int signal_altstack(struct thread *t, const struct abi_stack *new, struct abi_stack *old, uint32_t sp);

// A signal that the kernel would force on the thread: without an address, or with all that there is to say.
void signal_force(struct thread *t, int sig);
void signal_force_info(struct thread *t, const struct abi_siginfo *info);

// Takes a signal of the set from those that the emulator has to keep itself.
bool signal_take_held(struct thread *t, uint64_t set, struct abi_siginfo *info);

bool signal_dumps_core(int sig); // … by default

// A debugger wants to see signals first, or something is to be written at the end: those that would end the
// program are caught, too, and with --stats SIGUSR1 in any case. Before it runs.
void signal_catch_defaults(struct thread *t);

// signal_stats.c, with --stats: signals are counted from now on; one is delivered; and whether this one is
// the user's, who wants a report; a process has been forked (0: this is the child).
void signal_stats_init(void);
void signal_count(int sig);
void signal_stats_forked(int pid);
bool signal_asks_for_stats(const struct thread *t, const struct abi_siginfo *info);

// The disposition of a signal and its host counterpart.
int signal_action(struct thread *t, int sig, const struct abi_sigaction *new, struct abi_sigaction *old);

bool signal_is_ignored(struct thread *t, int sig);

// signal_log.c: a delivery as strace tells it, for --log syscalls; and for --log signals that, a return from
// a handler, and what is to become of a signal from now on.
void signal_log_strace(const struct thread *t, const struct abi_siginfo *info);
void signal_log_delivery(const struct thread *t, const struct abi_siginfo *info,
                         const struct abi_sigaction *act);
void signal_log_return(const struct thread *t);
void signal_log_action(int sig, const struct abi_sigaction *act, int err);

// signal_info.c
void siginfo_from_host(struct abi_siginfo *to, const siginfo_t *from);
void siginfo_to_host(siginfo_t *to, const struct abi_siginfo *from);

#endif
