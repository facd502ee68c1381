// Translation and permission of one address (B3.2 – B3.7), on top of the second-level TLB and the walks.
#include "base/stats.h"
#include "system/log.h"

bool mmu_long_descriptors(const struct sys_cpu *s)
{
    return s->cp15.ttbcr >> 31;
}

uint16_t mmu_asid(const struct sys_cpu *s)
{
    if (!mmu_long_descriptors(s)) return s->cp15.contextidr & 0xff;
    return (s->cp15.ttbcr >> 22 & 1 ? s->cp15.ttbr1 : s->cp15.ttbr0) >> 48 & 0xff;
}

// With the MMU off addresses are physical and everything is allowed (B3.2).
static void flat_page(uint32_t va, struct sys_page *page)
{
    *page = (struct sys_page){.va_page = (va & ~0xfffu) | PAGE_VALID,
                              .pa_page = va & ~0xfffu,
                              .perms = PAGE_PR | PAGE_PW | PAGE_PX | PAGE_UR | PAGE_UW | PAGE_UX,
                              .global = true,
                              .no_domain = true};
    // Strongly-ordered, but Linux's decompressor and others do make unaligned accesses to RAM there; real
    // cores abort.
}

static uint8_t wanted(enum access access, bool user)
{
    switch (access) {
    case ACCESS_READ: return user ? PAGE_UR : PAGE_PR;
    case ACCESS_WRITE: return user ? PAGE_UW : PAGE_PW;
    case ACCESS_FETCH: return user ? PAGE_UX : PAGE_PX;
    }
    return 0;
}

static uint32_t permission_fault(bool long_format, unsigned level)
{
    if (long_format) return 0x0c | level;
    return level == 1 ? FS_PERMISSION_SECTION : FS_PERMISSION_PAGE;
}

// The level that a page was mapped at, for the status of a permission or domain fault: walked again, since it
// is rare.
static unsigned level_of(struct sys_cpu *s, uint32_t va)
{
    struct sys_page page;
    unsigned level = 1;
    mmu_walk(s, va, &page, &level);
    return level;
}

static uint32_t check(struct sys_cpu *s, uint32_t va, enum access access, bool user,
                      const struct sys_page *page)
{
    if (!page->no_domain) {
        switch (s->cp15.dacr >> 2 * page->domain & 3) {
        case 1: break; // client: permissions count
        case 3:        // manager
            return 0;
        default: {
            const uint32_t fs = level_of(s, va) == 1 ? FS_DOMAIN_SECTION : FS_DOMAIN_PAGE;
            return fs | (uint32_t)page->domain << 4;
        }
        }
    }
    uint8_t allowed = page->perms;
    // SCTLR.WXN, UWXN: what is writable is not executable.
    if (s->cp15.sctlr >> 19 & 1) {
        if (allowed & PAGE_PW) allowed &= (uint8_t)~PAGE_PX;
        if (allowed & PAGE_UW) allowed &= (uint8_t)~PAGE_UX;
    }
    if (s->cp15.sctlr >> 20 & 1 && allowed & PAGE_UW) allowed &= (uint8_t)~PAGE_PX;
    if (allowed & wanted(access, user)) return 0;
    return permission_fault(mmu_long_descriptors(s), level_of(s, va)) | (uint32_t)page->domain << 4;
}

uint32_t mmu_translate(struct sys_cpu *s, uint32_t va, enum access access, bool user, struct sys_page *page)
{
    if (!(s->cp15.sctlr & 1)) {
        flat_page(va, page);
        return 0;
    }
    const struct sys_page *known = tlb_l2_find(s, va, mmu_asid(s));
    if (known) {
        *page = *known;
    } else {
        unsigned level;
        stats_add(STAT_TLB_WALKS, 1);
        const uint32_t fault = mmu_walk(s, va, page, &level);
        if (fault) return fault | (uint32_t)page->domain << 4;
        if (page->global && tlb_mark_global(s, page)) return mmu_translate(s, va, access, user, page);
        tlb_l2_insert(s, page);
    }
    const uint32_t fault = check(s, va, access, user, page);
    if (fault && log_on(LOG_MMU)) system_log_fault(s, va, access, user, fault);
    return fault;
}

static bool copy(struct sys_cpu *s, uint32_t va, void *host, size_t n, enum access access)
{
    uint8_t *p = host;
    while (n) {
        const size_t left = 0x1000 - (va & 0xfff), part = n < left ? n : left;
        struct sys_page page = {0};
        if (mmu_translate(s, va, access, false, &page)) return false;
        const uint64_t pa = page.pa_page | (va & 0xfff);
        struct bus *b = s->machine->bus;
        pthread_mutex_lock(&b->lock);
        const bool ok = access == ACCESS_WRITE ? bus_dma_write(b, pa, p, part) : bus_dma_read(b, pa, p, part);
        pthread_mutex_unlock(&b->lock);
        if (!ok) return false;
        va += (uint32_t)part;
        p += part;
        n -= part;
    }
    return true;
}

bool mmu_copy_in(struct sys_cpu *s, void *to, uint32_t va, size_t n)
{
    return copy(s, va, to, n, ACCESS_READ);
}

bool mmu_copy_out(struct sys_cpu *s, uint32_t va, const void *from, size_t n)
{
    return copy(s, va, (void *)from, n, ACCESS_WRITE);
}
