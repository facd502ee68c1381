// Signal structures of the ARM EABI: arch/arm/include/uapi/asm/{signal,sigcontext,ucontext}.h,
// asm-generic/siginfo.h.
#ifndef STINKARM_USER_ABI_SIGNAL_H
#define STINKARM_USER_ABI_SIGNAL_H

#include <stdint.h>

#define ABI_NSIG 64

#define ABI_SA_NOCLDSTOP 0x00000001u
#define ABI_SA_NOCLDWAIT 0x00000002u
#define ABI_SA_SIGINFO   0x00000004u
#define ABI_SA_THIRTYTWO 0x02000000u
#define ABI_SA_RESTORER  0x04000000u
#define ABI_SA_ONSTACK   0x08000000u
#define ABI_SA_RESTART   0x10000000u
#define ABI_SA_NODEFER   0x40000000u
#define ABI_SA_RESETHAND 0x80000000u

struct abi_sigaction {
    uint32_t handler; // 0 SIG_DFL, 1 SIG_IGN, or a guest address
    uint32_t flags;
    uint32_t restorer;
    uint64_t mask __attribute__((packed, aligned(4)));
};
_Static_assert(sizeof(struct abi_sigaction) == 20, "struct sigaction of the ARM EABI");

struct abi_stack {
    uint32_t sp;
    int32_t flags;
    uint32_t size;
};
_Static_assert(sizeof(struct abi_stack) == 12, "stack_t of the ARM EABI");

#endif
