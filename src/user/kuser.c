// The page at 0xffff0000: what the kernel offers to user code at fixed addresses (kernel_user_helpers.rst).
// The helpers are guest code, so that their atomicity is that of the engine's exclusives.
#include <string.h>
#include <sys/mman.h>

#include "user/layout.h"

#define AT(addr) (((addr)&0xfff) / 4)

static const uint32_t page[UAS_PAGE / 4] = {
    // Exception vectors: nobody may branch there. udf #0
    [0] = 0xe7f000f0,
    0xe7f000f0,
    0xe7f000f0,
    0xe7f000f0,
    0xe7f000f0,
    0xe7f000f0,
    0xe7f000f0,
    0xe7f000f0,

    // Signal trampolines, see layout.h
    [AT(0x500)] = 0xe3a07077, // mov r7, #119 (sigreturn)
    0xef000000,               // svc 0
    0xe3a070ad,               // mov r7, #173 (rt_sigreturn)
    0xef000000,               // svc 0
    0xdf002777,               // movs r7, #119; svc 0
    0xdf0027ad,               // movs r7, #173; svc 0

    // Where __kuser_cmpxchg goes when the value differs: returns r0 != 0, C clear.
    [AT(0x540)] = 0xf57ff01f, // clrex
    0xe3b00001,               // movs r0, #1
    0xe3500002,               // cmp r0, #2
    0xf57ff05b,               // dmb ish
    0xe12fff1e,               // bx lr

    // … and when it was exchanged: r0 = 0, C set.
    [AT(0x560)] = 0xf57ff05b, // dmb ish
    0xe3a00000,               // mov r0, #0
    0xe3500000,               // cmp r0, #0
    0xe12fff1e,               // bx lr

    // int __kuser_cmpxchg64(const int64_t *oldval, const int64_t *newval, volatile int64_t *ptr)
    [AT(0xf60)] = 0xe92d00f0, // push {r4-r7}
    0xe8900030,               // ldm r0, {r4, r5}
    0xe8910003,               // ldm r1, {r0, r1}
    0xf57ff05b,               // dmb ish
    0xe1b26f9f,               // ldrexd r6, r7, [r2]          (1)
    0xe0363004,               // eors r3, r6, r4
    0x00373005,               // eorseq r3, r7, r5
    0x01a23f90,               // strexdeq r3, r0, r1, [r2]
    0x03330001,               // teqeq r3, #1
    0x0afffff9,               // beq (1)
    0xe8bd00f0,               // pop {r4-r7}
    0xe2730000,               // rsbs r0, r3, #0
    0xf57ff05b,               // dmb ish
    0xe12fff1e,               // bx lr

    // void __kuser_memory_barrier(void)
    [AT(0xfa0)] = 0xf57ff05b, // dmb ish
    0xe12fff1e,               // bx lr

    // int __kuser_cmpxchg(int oldval, int newval, volatile int *ptr)
    [AT(0xfc0)] = 0xf57ff05b, // dmb ish
    0xe1923f9f,               // ldrex r3, [r2]               (1)
    0xe1530000,               // cmp r3, r0
    0x1afffd5b,               // bne 0xffff0540
    0xe1823f91,               // strex r3, r1, [r2]
    0xe3530000,               // cmp r3, #0
    0x1afffff9,               // bne (1)
    0xeafffd5f,               // b 0xffff0560

    // void *__kuser_get_tls(void)
    [AT(0xfe0)] = 0xee1d0f70, // mrc 15, 0, r0, c13, c0, 3
    0xe12fff1e,               // bx lr

    [AT(0xffc)] = 5, // __kuser_helper_version: how many of them there are
};

int kuser_note(struct process *p)
{
    p->sigpage = ABI_VECTORS + 0x500;
    return uas_note(&p->as, &(struct uas_map){.start = ABI_VECTORS,
                                               .end = (uint64_t)ABI_VECTORS + UAS_PAGE,
                                               .prot = UAS_READ | UAS_EXEC,
                                               .name = "[vectors]"});
}

// Made elsewhere and moved to its place, so that other threads see all of it or nothing.
static int map_page(struct process *p)
{
    void *tmp = mmap(NULL, UAS_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (tmp == MAP_FAILED) return -errno;
    memcpy(tmp, page, sizeof page);
    mprotect(tmp, UAS_PAGE, PROT_READ);
    void *to = p->as.window + ABI_VECTORS;
    return mremap(tmp, UAS_PAGE, UAS_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED ? -errno : 0;
}

bool kuser_ensure(struct process *p)
{
    pthread_mutex_lock(&p->as.mm_lock);
    if (!p->kuser_mapped) p->kuser_mapped = map_page(p) == 0;
    const bool mapped = p->kuser_mapped;
    pthread_mutex_unlock(&p->as.mm_lock);
    return mapped;
}
