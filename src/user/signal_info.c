// siginfo_t between the host's layout and ARM's, which differ in pointer width and alignment.
#include <string.h>

#include "user/signal.h"

enum si_class { CLASS_RT, CLASS_TIMER, CLASS_POLL, CLASS_CHLD, CLASS_FAULT, CLASS_SYS };

// Which member of the union is in use: the kernel's siginfo_layout.
static enum si_class class_of(int sig, int code)
{
    if (code == ABI_SI_TIMER) return CLASS_TIMER;
    if (code == ABI_SI_SIGIO) return CLASS_POLL;
    if (code <= ABI_SI_USER || code >= ABI_SI_KERNEL) return CLASS_RT;
    switch (sig) {
    case ABI_SIGCHLD: return CLASS_CHLD;
    case ABI_SIGIO: return CLASS_POLL;
    case ABI_SIGSYS: return CLASS_SYS;
    case ABI_SIGILL:
    case ABI_SIGTRAP:
    case ABI_SIGBUS:
    case ABI_SIGFPE:
    case ABI_SIGSEGV: return CLASS_FAULT;
    default: return code <= ABI_POLL_HUP ? CLASS_POLL : CLASS_RT; // instead of SIGIO: F_SETSIG
    }
}

void siginfo_from_host(struct abi_siginfo *to, const siginfo_t *from)
{
    memset(to, 0, sizeof *to);
    to->signo = from->si_signo;
    to->errnum = from->si_errno;
    to->code = from->si_code;
    switch (class_of(from->si_signo, from->si_code)) {
    case CLASS_RT:
        to->rt.pid = from->si_pid;
        to->rt.uid = from->si_uid;
        to->rt.value = (uint32_t)from->si_value.sival_int;
        break;
    case CLASS_TIMER:
        to->timer.tid = from->si_timerid;
        to->timer.overrun = from->si_overrun;
        to->timer.value = (uint32_t)from->si_value.sival_int;
        break;
    case CLASS_POLL:
        to->poll.band = (int32_t)from->si_band;
        to->poll.fd = from->si_fd;
        break;
    case CLASS_CHLD:
        to->chld.pid = from->si_pid;
        to->chld.uid = from->si_uid;
        to->chld.status = from->si_status;
        to->chld.utime = (int32_t)from->si_utime;
        to->chld.stime = (int32_t)from->si_stime;
        break;
    case CLASS_FAULT:
        to->fault.addr = (uint32_t)(uintptr_t)from->si_addr;
        to->fault.lsb = (uint16_t)from->si_addr_lsb;
        break;
    case CLASS_SYS:
        to->sys.call_addr = (uint32_t)(uintptr_t)from->si_call_addr;
        to->sys.nr = from->si_syscall;
        to->sys.arch = from->si_arch;
        break;
    }
}

void siginfo_to_host(siginfo_t *to, const struct abi_siginfo *from)
{
    memset(to, 0, sizeof *to);
    to->si_signo = from->signo;
    to->si_errno = from->errnum;
    to->si_code = from->code;
    switch (class_of(from->signo, from->code)) {
    case CLASS_RT:
        to->si_pid = from->rt.pid;
        to->si_uid = from->rt.uid;
        to->si_value.sival_int = (int)from->rt.value;
        break;
    case CLASS_TIMER:
        to->si_timerid = from->timer.tid;
        to->si_overrun = from->timer.overrun;
        to->si_value.sival_int = (int)from->timer.value;
        break;
    case CLASS_POLL:
        to->si_band = from->poll.band;
        to->si_fd = from->poll.fd;
        break;
    case CLASS_CHLD:
        to->si_pid = from->chld.pid;
        to->si_uid = from->chld.uid;
        to->si_status = from->chld.status;
        to->si_utime = from->chld.utime;
        to->si_stime = from->chld.stime;
        break;
    case CLASS_FAULT:
        to->si_addr = (void *)(uintptr_t)from->fault.addr;
        to->si_addr_lsb = (short)from->fault.lsb;
        break;
    case CLASS_SYS:
        to->si_call_addr = (void *)(uintptr_t)from->sys.call_addr;
        to->si_syscall = from->sys.nr;
        to->si_arch = from->sys.arch;
        break;
    }
}
