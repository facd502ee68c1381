// The frames that signal handlers run on: arch/arm/include/uapi/asm/{sigcontext,ucontext}.h,
// arch/arm/kernel/signal.h.
#ifndef STINKARM_USER_ABI_SIGFRAME_H
#define STINKARM_USER_ABI_SIGFRAME_H

#include <stddef.h>
#include <stdint.h>

#include "user/abi/siginfo.h"
#include "user/abi/signal.h"

struct abi_sigcontext {
    uint32_t trap_no, error_code, oldmask;
    uint32_t r[16];
    uint32_t cpsr, fault_address;
};
_Static_assert(sizeof(struct abi_sigcontext) == 84, "struct sigcontext");

#define ABI_VFP_MAGIC 0x56465001u

struct abi_vfp_sigframe {
    uint32_t magic, size;
    uint64_t d[32];
    uint32_t fpscr, pad;
    uint32_t fpexc, fpinst, fpinst2, pad2;
};
_Static_assert(sizeof(struct abi_vfp_sigframe) == 0x120, "VFP_STORAGE_SIZE");

struct abi_ucontext {
    uint32_t flags, link;
    struct abi_stack stack;
    struct abi_sigcontext mcontext;
    uint32_t sigmask[2];
    uint32_t unused[30];
    struct {
        struct abi_vfp_sigframe vfp;
        uint32_t end_magic; // 0
        uint32_t unused[55];
    } regspace __attribute__((aligned(8)));
};
_Static_assert(offsetof(struct abi_ucontext, mcontext) == 20, "uc_mcontext");
_Static_assert(offsetof(struct abi_ucontext, sigmask) == 104, "uc_sigmask");
_Static_assert(offsetof(struct abi_ucontext, regspace) == 232, "uc_regspace");
_Static_assert(sizeof(struct abi_ucontext) == 744, "struct ucontext");

struct abi_sigframe {
    struct abi_ucontext uc;
    uint32_t retcode[4];
};

struct abi_rt_sigframe {
    struct abi_siginfo info;
    struct abi_sigframe sig;
};
_Static_assert(sizeof(struct abi_rt_sigframe) == 888, "struct rt_sigframe");

#define ABI_SIGFRAME_MAGIC 0x5ac3c35au // uc_flags of a frame without siginfo

enum {
    ABI_SS_ONSTACK = 1,
    ABI_SS_DISABLE = 2,
    ABI_MINSIGSTKSZ = 2048,
};
#define ABI_SS_AUTODISARM 0x80000000u

#endif
