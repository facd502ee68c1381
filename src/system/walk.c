// Translation table walks: short descriptors (B3.5) and long descriptors (B3.6), stage 1 of PL1&0.
#include "system/log.h"

static bool read_word(struct sys_cpu *s, uint64_t pa, uint32_t *v)
{
    const struct bus_range *r = bus_find(s->machine->bus, pa);
    if (!r || !r->host || r->kind == BUS_MMIO) return false;
    memcpy(v, r->host + (pa - r->base), 4);
    return true;
}

static bool read_long(struct sys_cpu *s, uint64_t pa, uint64_t *v)
{
    uint32_t low, high;
    if (!read_word(s, pa, &low) || !read_word(s, pa + 4, &high)) return false;
    *v = (uint64_t)high << 32 | low;
    return true;
}

// Access permissions of the short format (B3.7.1); AFE uses AP[2:1] alone, AP[0] being the access flag.
static uint8_t short_perms(unsigned ap, bool afe, bool xn, bool pxn)
{
    static const uint8_t full[] = {
        0,
        PAGE_PR | PAGE_PW,
        PAGE_PR | PAGE_PW | PAGE_UR,
        PAGE_PR | PAGE_PW | PAGE_UR | PAGE_UW,
        0,
        PAGE_PR,
        PAGE_PR | PAGE_UR, // deprecated
        PAGE_PR | PAGE_UR,
    };
    uint8_t p = full[afe ? ap | 1 : ap];
    if (!xn && p & PAGE_PR && !pxn) p |= PAGE_PX;
    if (!xn && p & PAGE_UR) p |= PAGE_UX;
    return p;
}

// The memory type of TEX, C, B and S, with and without remapping (B3.8.2, B3.8.3), in the PAR's terms
// (B4.1.112): NOS 10, SH 7, inner 6:4, outer 3:2. Device and Strongly-ordered memory is where accesses must
// be aligned.
static void short_attributes(const struct sys_cpu *s, unsigned tex, unsigned cb, bool shared,
                             struct sys_page *page)
{
    enum { STRONGLY_ORDERED, DEVICE, NORMAL } type = NORMAL;
    const uint32_t prrr = s->cp15.prrr, nmrr = s->cp15.nmrr;
    unsigned inner = cb,
             outer = cb; // 0 not cached, 1 write-back, allocating on writes, 2 write-through, 3 write-back
    bool not_outer = false;
    if (s->cp15.sctlr & 1u << 28) {
        const unsigned n = (tex & 1) << 2 | cb;
        type = prrr >> 2 * n & 3;
        inner = nmrr >> 2 * n & 3, outer = nmrr >> (2 * n + 16) & 3;
        shared = type == STRONGLY_ORDERED || prrr >> ((type == DEVICE ? 16 : 18) + shared) & 1;
        not_outer = prrr >> (24 + n) & 1;
    } else if (tex & 4) {
        outer = tex & 3;
    } else if (tex == 1) {
        inner = outer = cb == 3 ? 1 : 0;
    } else if (cb < 2) {
        type = tex == 0 && cb == 0 ? STRONGLY_ORDERED : DEVICE;
        shared = tex == 0;
    }
    page->device = type < NORMAL;
    if (page->device)
        inner = type == DEVICE ? 3 : 1, outer = 0;
    else if (inner)
        inner |= 4;
    page->attributes =
        (uint16_t)((shared && not_outer) << 10 | (unsigned)shared << 7 | inner << 4 | outer << 2);
}

// Without PXN bit 0 of a section makes it no descriptor, and bit 2 of a table means nothing (B3.5.1).
static bool has_pxn(const struct sys_cpu *s)
{
    return (s->model->mmfr[0] & 15) > 3;
}

static uint32_t section(struct sys_cpu *s, uint32_t va, uint32_t desc, struct sys_page *page)
{
    const bool super = desc >> 18 & 1, afe = s->cp15.sctlr >> 29 & 1;
    const unsigned ap = (desc >> 13 & 4) | (desc >> 10 & 3);
    page->domain = super ? 0 : desc >> 5 & 15;
    if (afe && !(ap & 1)) return FS_ACCESS_SECTION;
    uint64_t base = desc & 0xfff00000u;
    uint32_t offset = va & 0x000ff000u;
    if (super) {
        base = (desc & 0xff000000u) | (uint64_t)(desc >> 20 & 15) << 32 | (uint64_t)(desc >> 5 & 15) << 36;
        offset = va & 0x00fff000u;
    }
    page->pa_page = base | offset;
    page->perms = short_perms(ap, afe, desc >> 4 & 1, desc & 1);
    page->global = !(desc >> 17 & 1);
    page->size = super ? 24 : 20;
    short_attributes(s, desc >> 12 & 7, desc >> 2 & 3, desc >> 16 & 1, page);
    page->attributes |= desc >> 10 & 1u << 9; // NS
    return 0;
}

static uint32_t walk_short(struct sys_cpu *s, uint32_t va, struct sys_page *page, unsigned *level)
{
    const struct cp15 *r = &s->cp15;
    const unsigned n = r->ttbcr & 7;
    const bool second = n && va >> (32 - n);
    *level = 1;
    if (r->ttbcr & (second ? 0x20u : 0x10u)) return FS_TRANSLATION_SECTION; // PD1, PD0
    const uint32_t base =
        second ? (uint32_t)r->ttbr1 & 0xffffc000u : (uint32_t)r->ttbr0 & ~((1u << (14 - n)) - 1);
    const uint32_t index = second ? va >> 20 : (va << n) >> n >> 20;
    uint32_t l1, l2;
    const uint64_t at1 = base | index << 2;
    if (!read_word(s, at1, &l1)) return FS_WALK_L1;
    if (log_on(LOG_MMU)) system_log_descriptor(va, 1, at1, l1);
    if ((l1 & 3) == 0 || ((l1 & 3) == 3 && !has_pxn(s))) return FS_TRANSLATION_SECTION;
    if (l1 & 2) return section(s, va, l1, page);

    *level = 2;
    page->domain = l1 >> 5 & 15;
    const uint64_t at2 = (l1 & 0xfffffc00u) | (va >> 12 & 0xff) << 2;
    if (!read_word(s, at2, &l2)) return FS_WALK_L2;
    if (log_on(LOG_MMU)) system_log_descriptor(va, 2, at2, l2);
    if ((l2 & 3) == 0) return FS_TRANSLATION_PAGE;
    const bool afe = r->sctlr >> 29 & 1, small = l2 & 2;
    const unsigned ap = (l2 >> 7 & 4) | (l2 >> 4 & 3);
    if (afe && !(ap & 1)) return FS_ACCESS_PAGE;
    page->pa_page = small ? l2 & 0xfffff000u : (l2 & 0xffff0000u) | (va & 0xf000u);
    page->perms = short_perms(ap, afe, small ? l2 & 1 : l2 >> 15 & 1, l1 >> 2 & 1 && has_pxn(s));
    page->global = !(l2 >> 11 & 1);
    page->size = small ? 12 : 16;
    short_attributes(s, small ? l2 >> 6 & 7 : l2 >> 12 & 7, l2 >> 2 & 3, l2 >> 10 & 1, page);
    page->attributes |= l1 << 6 & 1u << 9; // NS
    return 0;
}

// Long-descriptor fault status: type in bits 5:2, level in 1:0 (B3.13.3).
enum { LFS_TRANSLATION = 0x04, LFS_ACCESS = 0x08, LFS_WALK = 0x14 };

static uint32_t walk_long(struct sys_cpu *s, uint32_t va, struct sys_page *page, unsigned *level)
{
    const struct cp15 *r = &s->cp15;
    const unsigned t0sz = r->ttbcr & 7, t1sz = r->ttbcr >> 16 & 7;
    // TTBR1's region is what T1SZ says, or all that is not TTBR0's; TTBR0's, what is left without T0SZ
    // (B3.6.5).
    const bool low = !t0sz || !(va >> (32 - t0sz));
    const bool in1 = t1sz ? va >> (32 - t1sz) == (1u << t1sz) - 1 : !low;
    const bool in0 = low && !in1;
    *level = 1;
    if (!in0 && !in1) return LFS_TRANSLATION | 1;
    if (r->ttbcr & (in0 ? 1u << 7 : 1u << 23)) return LFS_TRANSLATION | 1; // EPD0, EPD1
    const unsigned tsz = in0 ? t0sz : t1sz;
    const uint64_t ttbr = in0 ? r->ttbr0 : r->ttbr1;
    const uint32_t input = tsz ? va & (~0u >> tsz) : va;

    // Start at level 1 with 1 GiB entries, or at level 2 where the region is no larger than one.
    unsigned lvl = tsz >= 2 ? 2 : 1;
    const unsigned first_bits = lvl == 1 ? 2 - tsz : 9 - (tsz - 2);
    uint64_t table = ttbr & 0xffffffffffull & ~((8ull << first_bits) - 1);
    bool ro = false, no_user = false, xn = false, pxn = false, ns = false;
    for (;; lvl++) {
        const unsigned shift = 39 - 9 * lvl;
        const uint32_t index = (uint32_t)(input >> shift) & (lvl == 1 ? 3 : 511);
        uint64_t d;
        *level = lvl;
        const uint64_t at = table | (uint64_t)index << 3;
        if (!read_long(s, at, &d)) return LFS_WALK | lvl;
        if (log_on(LOG_MMU)) system_log_descriptor(va, lvl, at, d);
        if (!(d & 1) || (lvl == 3 && !(d & 2))) return LFS_TRANSLATION | lvl;
        if (lvl < 3 && d & 2) { // table, with hierarchical attributes
            table = d & 0xfffffff000ull;
            ns |= d >> 63;
            ro |= d >> 62 & 1;
            no_user |= d >> 61 & 1;
            xn |= d >> 60 & 1;
            pxn |= d >> 59 & 1;
            continue;
        }
        if (!(d >> 10 & 1)) return LFS_ACCESS | lvl;
        ro |= d >> 7 & 1;
        no_user |= !(d >> 6 & 1);
        xn |= d >> 54 & 1;
        pxn |= d >> 53 & 1;
        page->pa_page =
            (d & 0xffffffffffull & ~((1ull << shift) - 1)) | (input & ((1u << shift) - 1) & ~0xfffu);
        page->perms = (uint8_t)(PAGE_PR | (ro ? 0 : PAGE_PW) | (no_user ? 0 : PAGE_UR | (ro ? 0 : PAGE_UW)));
        if (!xn) page->perms |= (uint8_t)((pxn ? 0 : PAGE_PX) | (no_user ? 0 : PAGE_UX));
        page->global = !(d >> 11 & 1);
        const unsigned attr = d >> 2 & 7;
        const uint8_t mair = (attr < 4 ? r->prrr : r->nmrr) >> 8 * (attr & 3) & 0xff;
        page->device = !(mair & 0xf0);
        page->attributes = (uint16_t)(mair << 8 | (ns || d >> 5 & 1) << 2 | (d >> 8 & 3));
        page->size = (uint8_t)shift;
        page->no_domain = true;
        return 0;
    }
}

uint32_t mmu_walk(struct sys_cpu *s, uint32_t va, struct sys_page *page, unsigned *level)
{
    *page = (struct sys_page){.va_page = (va & ~0xfffu) | PAGE_VALID, .asid = mmu_asid(s)};
    const uint32_t status =
        mmu_long_descriptors(s) ? walk_long(s, va, page, level) : walk_short(s, va, page, level);
    if (log_on(LOG_MMU)) system_log_walk(s, va, page, status);
    return status;
}
