// siginfo_t of the ARM EABI, signal numbers and si_code values (asm-generic/siginfo.h, asm/signal.h of ARM).
#ifndef STINKARM_USER_ABI_SIGINFO_H
#define STINKARM_USER_ABI_SIGINFO_H

#include <stdint.h>

enum {
    ABI_SIGILL = 4,
    ABI_SIGTRAP = 5,
    ABI_SIGBUS = 7,
    ABI_SIGFPE = 8,
    ABI_SIGKILL = 9,
    ABI_SIGSEGV = 11,
    ABI_SIGCHLD = 17,
    ABI_SIGCONT = 18,
    ABI_SIGSTOP = 19,
    ABI_SIGTSTP = 20,
    ABI_SIGTTIN = 21,
    ABI_SIGTTOU = 22,
    ABI_SIGURG = 23,
    ABI_SIGWINCH = 28,
    ABI_SIGIO = 29,
    ABI_SIGSYS = 31,

    ABI_SI_USER = 0,
    ABI_SI_KERNEL = 0x80,
    ABI_SI_QUEUE = -1,
    ABI_SI_TIMER = -2,
    ABI_SI_SIGIO = -5,
    ABI_SI_TKILL = -6,
    ABI_ILL_ILLOPC = 1,
    ABI_ILL_ILLTRP = 4,
    ABI_TRAP_BRKPT = 1,
    ABI_SEGV_MAPERR = 1,
    ABI_SEGV_ACCERR = 2,
    ABI_BUS_ADRALN = 1,
    ABI_BUS_ADRERR = 2,
    ABI_POLL_HUP = 6, // the highest
};

struct abi_siginfo {
    int32_t signo, errnum, code;
    union {
        struct {
            int32_t pid;
            uint32_t uid;
            uint32_t value;
        } rt; // kill, tgkill (without value), sigqueue, message queues
        struct {
            int32_t tid, overrun;
            uint32_t value;
        } timer;
        struct {
            int32_t pid;
            uint32_t uid;
            int32_t status, utime, stime;
        } chld;
        struct {
            uint32_t addr;
            uint32_t lsb; // si_addr_lsb, or the padding before the bounds
            uint32_t lower, upper;
        } fault;
        struct {
            int32_t band, fd;
        } poll;
        struct {
            uint32_t call_addr;
            int32_t nr;
            uint32_t arch;
        } sys;
        uint32_t pad[29];
    };
};
_Static_assert(sizeof(struct abi_siginfo) == 128, "siginfo_t of the ARM EABI");

#endif
