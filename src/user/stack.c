// The initial stack, from the top down as fs/binfmt_elf.c makes it: a null word, the file name, environment
// strings, argument strings, the platform string, 16 random bytes, and 16-byte aligned below them auxv, envp,
// argv and argc.
#include <errno.h>
#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

#include "isa/insn.h"
#include "user/layout.h"

#ifndef AT_HWCAP2
#define AT_HWCAP2 26
#endif

// arch/arm/include/uapi/asm/hwcap.h
enum {
    HWCAP_SWP = 1 << 0,
    HWCAP_HALF = 1 << 1,
    HWCAP_THUMB = 1 << 2,
    HWCAP_FAST_MULT = 1 << 4,
    HWCAP_VFP = 1 << 6,
    HWCAP_EDSP = 1 << 7,
    HWCAP_NEON = 1 << 12,
    HWCAP_VFPv3 = 1 << 13,
    HWCAP_TLS = 1 << 15,
    HWCAP_VFPv4 = 1 << 16,
    HWCAP_IDIVA = 1 << 17,
    HWCAP_IDIVT = 1 << 18,
    HWCAP_VFPD32 = 1 << 19,
    HWCAP_LPAE = 1 << 20,
    HWCAP_EVTSTRM = 1 << 21,
    HWCAP2_AES = 1 << 0,
    HWCAP2_PMULL = 1 << 1,
    HWCAP2_SHA1 = 1 << 2,
    HWCAP2_SHA2 = 1 << 3,
    HWCAP2_CRC32 = 1 << 4,
};

uint32_t process_hwcap(const struct process *p)
{
    const uint32_t f = p->opt.features;
    uint32_t caps = HWCAP_SWP | HWCAP_HALF | HWCAP_THUMB | HWCAP_FAST_MULT | HWCAP_EDSP | HWCAP_TLS |
                    HWCAP_LPAE | HWCAP_EVTSTRM;
    if (f & ISA_VFP) caps |= HWCAP_VFP | HWCAP_VFPv3 | HWCAP_VFPD32;
    if (f & ISA_VFP4) caps |= HWCAP_VFPv4;
    if (f & ISA_NEON) caps |= HWCAP_NEON;
    if (f & ISA_DIV) caps |= HWCAP_IDIVA | HWCAP_IDIVT;
    return caps;
}

uint32_t process_hwcap2(const struct process *p)
{
    const uint32_t f = p->opt.features;
    return (f & ISA_CRYPTO ? HWCAP2_AES | HWCAP2_PMULL | HWCAP2_SHA1 | HWCAP2_SHA2 : 0) |
           (f & ISA_CRC ? HWCAP2_CRC32 : 0);
}

static int count(char *const *v)
{
    int n = 0;
    while (v[n])
        n++;
    return n;
}

static size_t strings_size(char *const *v)
{
    size_t n = 0;
    for (; *v; v++)
        n += strlen(*v) + 1;
    return n;
}

// Writes below sp. The stack is freshly mapped and sp was checked: plain stores are safe.
static uint32_t push(struct process *p, uint32_t sp, const void *bytes, size_t len)
{
    sp -= (uint32_t)len;
    memcpy(p->as.window + sp, bytes, len);
    return sp;
}

// Copies n strings upwards from `at`, their addresses and a null pointer to *pointers; both move on.
static uint32_t put_strings(struct process *p, uint32_t at, uint32_t **pointers, char *const *v, int n)
{
    char *to = (char *)p->as.window + at;
    for (int i = 0; i < n; i++) {
        *(*pointers)++ = (uint32_t)(to - (char *)p->as.window);
        to = stpcpy(to, v[i]) + 1;
    }
    *(*pointers)++ = 0;
    return (uint32_t)(to - (char *)p->as.window);
}

bool stack_map(struct process *p)
{
    const unsigned exec = p->personality & ABI_READ_IMPLIES_EXEC ? UAS_EXEC : 0;
    const uint32_t size = (p->opt.stack_size + UAS_PAGE - 1) & ~(UAS_PAGE - 1);
    p->stack_top = ABI_TASK_SIZE;
    if (size < UAS_PAGE || size > ABI_TASK_SIZE / 6 * 5) {
        errno = ENOMEM;
        return false;
    }
    p->stack_bottom = p->stack_top - size;
    // mmap keeps off the stack as the kernel's mmap_base() does, by at least 128 MiB and at most 5/6 of
    // everything.
    const uint32_t guard = 256 * UAS_PAGE, min_gap = 128u << 20, max_gap = ABI_TASK_SIZE / 6 * 5;
    uint32_t gap = size + guard;
    if (gap < min_gap) gap = min_gap;
    if (gap > max_gap) gap = max_gap;
    p->mmap_top = (ABI_TASK_SIZE - gap) & ~(UAS_PAGE - 1);
    const int err = uas_map(&p->as, p->stack_bottom, size, UAS_READ | UAS_WRITE | exec,
                            UAS_STACK | UAS_NORESERVE | UAS_GROWS, -1, 0, "[stack]");
    errno = -err;
    return err == 0;
}

uint32_t stack_build(struct process *p, const char *execfn, int argc, char *const *argv, char *const *envp)
{
    const int envc = count(envp);
    const size_t arg_size = strings_size(argv), env_size = strings_size(envp), name_size = strlen(execfn) + 1;
    // As execve does, refuses what would take more than a quarter of the stack.
    if (arg_size + env_size + name_size + ((size_t)argc + (size_t)envc) * 4 > p->opt.stack_size / 4) {
        errno = E2BIG;
        return 0;
    }
    uint32_t sp = push(p, p->stack_top - 4, execfn, name_size);
    const uint32_t filename = sp;
    sp = p->arg_start = filename - (uint32_t)(env_size + arg_size);
    sp = push(p, sp, "v7l", 4);
    const uint32_t platform = sp;
    // The kernel gave stinkarm 16 random bytes for this purpose; a call for others can be spared.
    sp = push(p, sp, (const void *)getauxval(AT_RANDOM), 16);
    const uint32_t random = sp;

    const uint32_t auxv[][2] = {
        {AT_HWCAP, process_hwcap(p)},
        {AT_PAGESZ, UAS_PAGE},
        {AT_CLKTCK, 100},
        {AT_PHDR, p->phdr},
        {AT_PHENT, sizeof(Elf32_Phdr)},
        {AT_PHNUM, p->phnum},
        {AT_BASE, p->interp_base},
        {AT_FLAGS, 0},
        {AT_ENTRY, p->entry},
        {AT_UID, (uint32_t)getauxval(AT_UID)},
        {AT_EUID, (uint32_t)getauxval(AT_EUID)},
        {AT_GID, (uint32_t)getauxval(AT_GID)},
        {AT_EGID, (uint32_t)getauxval(AT_EGID)},
        {AT_SECURE, (uint32_t)getauxval(AT_SECURE)},
        {AT_RANDOM, random},
        {AT_HWCAP2, process_hwcap2(p)},
        {AT_EXECFN, filename},
        {AT_PLATFORM, platform},
        {AT_NULL, 0},
    };
    const uint32_t words = 1 + (uint32_t)argc + 1 + (uint32_t)envc + 1;
    sp = (sp - (uint32_t)sizeof auxv - words * 4) & ~15u;
    p->auxv_addr = sp + words * 4;
    p->auxv_len = sizeof auxv;
    memcpy(p->as.window + p->auxv_addr, auxv, sizeof auxv);
    uint32_t *at = (uint32_t *)(p->as.window + sp);
    *at++ = (uint32_t)argc;
    p->arg_end = p->env_start = put_strings(p, p->arg_start, &at, argv, argc);
    p->env_end = put_strings(p, p->env_start, &at, envp, envc);
    return sp;
}
