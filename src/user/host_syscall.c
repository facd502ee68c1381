// System calls of the host, without libc: no errno, no cancellation, and atomic towards guest signals.
#include "base/stats.h"
#include "user/signal.h"
#include "user/syscall.h"

// long host_syscall_raw(const atomic_int *pending, long nr, const long args[6]): does the call unless
// *pending. A signal that is caught anywhere from the test to the syscall instruction, which the kernel also
// goes back to when a call is to be repeated, sends the thread elsewhere: signal_leave_syscall.
extern const char host_syscall_test[], host_syscall_done[], host_syscall_not_begun[],
    host_syscall_interrupted[];
long host_syscall_raw(const atomic_int *pending, long nr, const long *args);

__asm__(".pushsection .text\n"
        ".globl host_syscall_raw, host_syscall_test, host_syscall_done\n"
        ".globl host_syscall_not_begun, host_syscall_interrupted\n"
        ".type host_syscall_raw, @function\n"
        "host_syscall_raw:\n"
        "    mov %rdi, %rcx\n"
        "    mov %rsi, %rax\n"
        "    mov %rdx, %r11\n"
        "    mov (%r11), %rdi\n"
        "    mov 8(%r11), %rsi\n"
        "    mov 16(%r11), %rdx\n"
        "    mov 24(%r11), %r10\n"
        "    mov 32(%r11), %r8\n"
        "    mov 40(%r11), %r9\n"
        "host_syscall_test:\n"
        "    cmpl $0, (%rcx)\n"
        "    jne host_syscall_not_begun\n"
        "    syscall\n"
        "host_syscall_done:\n"
        "    ret\n"
        "host_syscall_not_begun:\n"
        "    mov $-513, %rax\n" // -ERESTARTNOINTR
        "    ret\n"
        "host_syscall_interrupted:\n"
        "    mov $-512, %rax\n" // -ERESTARTSYS
        "    ret\n"
        ".size host_syscall_raw, . - host_syscall_raw\n"
        ".popsection\n");

_Static_assert(ERESTARTSYS == 512 && ERESTARTNOINTR == 513, "as above");

uintptr_t signal_leave_syscall(uintptr_t pc, uintptr_t rcx)
{
    if (pc < (uintptr_t)host_syscall_test || pc >= (uintptr_t)host_syscall_done) return pc;
    // The instruction leaves the address behind it in RCX.
    return rcx == (uintptr_t)host_syscall_done ? (uintptr_t)host_syscall_interrupted
                                               : (uintptr_t)host_syscall_not_begun;
}

long host_syscall_blocking(struct thread *t, long nr, long a, long b, long c, long d, long e, long f)
{
    const long args[6] = {a, b, c, d, e, f};
    const enum stats_part former = stats_enter(PART_SLEEP);
    const long r = host_syscall_raw(&t->signal_pending, nr, args);
    stats_enter(former);
    return r == -EINTR ? -ERESTARTNOHAND : r;
}
