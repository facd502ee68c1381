#include "system/log.h"

#include <stdio.h>

// What a status means: FS of the short format (B3.13.3), STATUS of the long one.
static const char *short_fault(uint32_t status)
{
    switch ((enum fault_status)(status & 0xf)) {
    case FS_ALIGNMENT: return "alignment";
    case FS_DEBUG: return "debug event";
    case FS_ACCESS_SECTION: return "access flag of a section";
    case FS_TRANSLATION_SECTION: return "translation of a section";
    case FS_ACCESS_PAGE: return "access flag of a page";
    case FS_TRANSLATION_PAGE: return "translation of a page";
    case FS_EXTERNAL: return "external abort";
    case FS_DOMAIN_SECTION: return "domain of a section";
    case FS_DOMAIN_PAGE: return "domain of a page";
    case FS_WALK_L1: return "external abort on a walk, level 1";
    case FS_PERMISSION_SECTION: return "permission of a section";
    case FS_WALK_L2: return "external abort on a walk, level 2";
    case FS_PERMISSION_PAGE: return "permission of a page";
    }
    return "another fault";
}

static void describe(const struct sys_cpu *s, uint32_t status, char *buf, size_t size)
{
    static const char *const kinds[16] = {[1] = "translation",
                                          [2] = "access flag",
                                          [3] = "permission",
                                          [4] = "external abort",
                                          [5] = "external abort on a walk",
                                          [8] = "alignment or debug event"};
    if (!mmu_long_descriptors(s)) {
        snprintf(buf, size, "%s", short_fault(status));
        return;
    }
    const char *kind = kinds[status >> 2 & 15];
    snprintf(buf, size, "%s, level %u", kind ? kind : "another fault", status & 3);
}

void system_log_exception(struct sys_cpu *s, unsigned vector, uint32_t pc)
{
    static const char *const names[] = {
        "reset", "undefined instruction", "svc", "prefetch abort", "data abort", "hyp trap", "irq", "fiq"};
    enum { PREFETCH = 3, DATA = 4 };
    struct cpu *c = &s->cpu;
    const unsigned n = vector / 4 & 7;
    const uint32_t psr = *cpu_spsr(c);
    char about[160] = "", fault[60];
    if (n == PREFETCH || n == DATA) {
        const uint32_t fsr = n == DATA ? s->cp15.dfsr : s->cp15.ifsr;
        describe(s, fsr & 0x3f, fault, sizeof fault);
        snprintf(about, sizeof about,
                 n == DATA ? ", dfsr 0x%x dfar 0x%08x (%s, %s)" : ", ifsr 0x%x ifar 0x%08x (%s)", fsr,
                 n == DATA ? s->cp15.dfar : s->cp15.ifar, fault, fsr >> 11 & 1 ? "write" : "read");
    }
    log_event("exception: %s at 0x%08x in %s to 0x%08x, lr 0x%08x spsr 0x%08x%s", names[n], pc,
              cpu_mode_name(psr & PSR_M), c->r[15], c->r[14], psr, about);
}

void system_log_descriptor(uint32_t va, unsigned level, uint64_t at, uint64_t descriptor)
{
    log_event("mmu: walk of 0x%08x, level %u: 0x%llx at 0x%llx", va, level, (unsigned long long)descriptor,
              (unsigned long long)at);
}

static void access_of(uint8_t perms, char buf[8])
{
    for (int i = 0; i < 6; i++)
        buf[i + i / 3] = perms >> i & 1 ? "rwx"[i % 3] : '-';
    buf[3] = '/'; // privileged, and user mode's
    buf[7] = 0;
}

void system_log_walk(const struct sys_cpu *s, uint32_t va, const struct sys_page *page, uint32_t status)
{
    char text[60], asid[16] = "global";
    if (status) {
        describe(s, status, text, sizeof text);
        log_event("mmu: walk of 0x%08x: fault, status 0x%x (%s)", va, status, text);
        return;
    }
    access_of(page->perms, text);
    if (!page->global) snprintf(asid, sizeof asid, "ASID %u", page->asid);
    log_event("mmu: walk of 0x%08x: 0x%08llx %s, %s, domain %u%s", va,
              (unsigned long long)(page->pa_page | (va & 0xfff)), text, asid, page->domain,
              page->device ? ", device" : "");
}

void system_log_fault(const struct sys_cpu *s, uint32_t va, enum access access, bool user, uint32_t status)
{
    static const char *const accesses[] = {
        [ACCESS_READ] = "read", [ACCESS_WRITE] = "write", [ACCESS_FETCH] = "fetch"};
    char text[60];
    describe(s, status, text, sizeof text);
    log_event("mmu: %s %s of 0x%08x: fault, status 0x%x (%s), domain %u", user ? "user" : "privileged",
              accesses[access], va, status & ~0xf0u, text, status >> 4 & 15);
}

void system_log_control(const char *name, uint64_t v)
{
    log_event("mmu: %s = 0x%llx", name, (unsigned long long)v);
}
