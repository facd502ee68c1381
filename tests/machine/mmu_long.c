// Long-descriptor translation (B3.6, B3.13.3): levels, block sizes, hierarchical attributes, permissions, the
// two regions, ASIDs, the 64-bit PAR.
#include "bare.h"

enum { VA = 0x40000000, FRAME = RAM + 0x01000000 };
enum {
    BLOCK = 1,
    TABLE = 3,
    PAGE = 3,
    USER = 1 << 6,
    READ_ONLY = 1 << 7,
    AF = 1 << 10,
    NG = 1 << 11,
    DEVICE = 1 << 2
};
#define PXN             (1ull << 53)
#define XN              (1ull << 54)
#define PXN_TABLE       (1ull << 59)
#define XN_TABLE        (1ull << 60)
#define NOT_USER_TABLE  (1ull << 61)
#define READ_ONLY_TABLE (1ull << 62)

static uint64_t l1[4] __attribute__((aligned(4096)));
static uint64_t l2[512] __attribute__((aligned(4096)));
static uint64_t l3[512] __attribute__((aligned(4096)));

static void flush(void)
{
    CP15_WRITE(0, 0, c8, c7, 0);
}

static void set(uint64_t *entry, uint64_t value)
{
    *(volatile uint64_t *)entry = value;
    flush();
}

static void set_ttbr(int n, const void *table, uint32_t asid)
{
    if (n)
        asm volatile("mcrr p15, 1, %0, %1, c2\n isb" ::"r"(table), "r"(asid << 16) : "memory");
    else
        asm volatile("mcrr p15, 0, %0, %1, c2\n isb" ::"r"(table), "r"(asid << 16) : "memory");
}

static uint64_t to(const void *table)
{
    return (uint32_t)table;
}

static void mmu_on(void)
{
    for (uint32_t i = 0; i < 4096; i++)
        *(volatile uint32_t *)(FRAME + i * 4096) = 0xef000000 | i;
    l1[0] = XN | DEVICE | AF | BLOCK;
    l1[2] = (uint32_t)RAM | AF | BLOCK;
    CP15_WRITE(0x004404ff, 0, c10, c2, 0);
    CP15_WRITE(0xffbb0400, 0, c10, c2, 1);
    CP15_WRITE(1u << 31, 0, c2, c0, 2);
    set_ttbr(0, l1, 0);
    flush();
    CP15_WRITE((CP15_READ(0, c1, c0, 0) | 1) & ~2u, 0, c1, c0, 0);
}

static void levels(void)
{
    l1[1] = 0, flush();
    show_all("level 1 invalid", VA);
    set(&l1[1], to(l2) | TABLE);
    show_all("level 2 invalid", VA);
    set(&l2[0], to(l3) | TABLE);
    show_all("level 3 invalid", VA);
    set(&l3[0], FRAME | USER | AF | BLOCK);
    show_all("level 3, no block there", VA);
    show_access("level 3, no block there", STORE, VA + 0x10);
    set(&l3[0], FRAME | USER | PAGE);
    show_all("level 3, access flag", VA);
    set(&l2[0], FRAME | USER | BLOCK);
    show_all("level 2, access flag", VA);
    set(&l1[1], (uint32_t)RAM | USER | BLOCK);
    show_all("level 1, access flag", VA);
    set(&l1[1], (uint32_t)RAM | USER | AF | BLOCK);
    show_access("1 GiB", LOAD, VA + 0x01234000);
    set(&l1[1], to(l2) | TABLE);
    set(&l2[1], FRAME | USER | AF | BLOCK);
    show_access("2 MiB", LOAD, VA + 0x3ff000);
    set(&l2[0], to(l3) | TABLE);
    set(&l3[511], (FRAME + 0x7000) | USER | AF | PAGE);
    show_access("4 KiB", LOAD, VA + 0x1ff000);
}

static void permissions(void)
{
    static const uint64_t never[] = {0, PXN, XN, PXN | XN};
    for (unsigned i = 0; i < 16; i++) {
        const uint64_t flags = (i & 3) * USER | never[i >> 2] | AF;
        show("AP, PXN, XN", i & 3, i >> 2);
        set(&l1[1], (uint32_t)RAM | flags | BLOCK);
        show_all("  1 GiB", VA + 0x01000000);
        set(&l1[1], to(l2) | TABLE);
        set(&l2[0], FRAME | flags | BLOCK);
        show_all("  2 MiB", VA);
        set(&l2[0], to(l3) | TABLE);
        set(&l3[0], FRAME | flags | PAGE);
        show_all("  4 KiB", VA);
    }
    for (unsigned i = 0; i < 16; i++) {
        const uint64_t flags = (uint64_t)i << 59;
        show("PXNTable, XNTable, APTable", i, 0);
        set(&l3[0], FRAME | USER | AF | PAGE);
        set(&l1[1], to(l2) | flags | TABLE);
        set(&l2[0], to(l3) | TABLE);
        show_all("  of level 1", VA);
        set(&l1[1], to(l2) | TABLE);
        set(&l2[0], to(l3) | flags | TABLE);
        show_all("  of level 2", VA);
    }
    set(&l1[1], to(l2) | READ_ONLY_TABLE | PXN_TABLE | TABLE);
    set(&l2[0], to(l3) | NOT_USER_TABLE | XN_TABLE | TABLE);
    show_all("tables together", VA);
    set(&l2[0], to(l3) | TABLE), set(&l1[1], to(l2) | TABLE);
}

// SCTLR.UWXN (B3.7.2): what User mode may write is not for PL1 to execute.
static void never(void)
{
    for (unsigned i = 0; i < 4; i++) {
        set(&l1[1], (uint32_t)RAM | i * USER | AF | BLOCK);
        CP15_WRITE(CP15_READ(0, c1, c0, 0) | 1 << 20, 0, c1, c0, 0);
        flush();
        show("UWXN, AP", i, 0);
        show_all("  1 GiB", VA + 0x01000000);
        CP15_WRITE(CP15_READ(0, c1, c0, 0) & ~(1 << 20), 0, c1, c0, 0);
        flush();
    }
}

static void ttbcr(uint32_t v)
{
    CP15_WRITE(1u << 31 | v, 0, c2, c0, 2);
    flush();
}

// TTBR0 for the low 2^-T0SZ of the addresses, TTBR1 for the high 2^-T1SZ, and what is between (B3.6.5).
static void regions(void)
{
    static uint64_t low[512] __attribute__((aligned(4096))), beyond[512] __attribute__((aligned(4096)));
    static uint64_t top[4] __attribute__((aligned(32))), half[2] __attribute__((aligned(16)));
    const unsigned uart = UART >> 21;
    low[uart] = beyond[uart] = (UART & ~0x1fffff) | XN | DEVICE | AF | BLOCK;
    half[0] = top[2] = l1[2];
    top[0] = to(beyond) | TABLE;
    set(&l2[0], (FRAME + 0x400000) | AF | BLOCK);
    top[1] = l1[1] = to(l2) | TABLE;
    for (unsigned n = 2; n < 8; n++) { // from 2 on the walk starts at level 2
        const uint32_t edge = 1u << (32 - n);
        low[(edge >> 21) - 1] = FRAME | AF | BLOCK;
        low[0] = (FRAME + 0x600000) | AF | BLOCK;
        if (n > 2) beyond[edge >> 21] = (FRAME + 0x200000) | AF | BLOCK;
        set_ttbr(1, top, 0);
        ttbcr(n);
        set_ttbr(0, low, 0);
        flush();
        show("T0SZ", n, 0);
        show_access("  below", LOAD, edge - 4096);
        show_access("  lowest", LOAD, 0);
        show_access("  above", LOAD, edge);
        ttbcr(n | 1 << 7);
        access(LOAD, edge - 4096);
        const uint32_t status = fault_seen.status;
        ttbcr(n);
        show("  below, EPD0", status, 0);
        set_ttbr(0, l1, 0);
        ttbcr(0);
        low[(edge >> 21) - 1] = 0;
    }
    for (unsigned n = 2; n < 8; n++) {
        const uint32_t edge = 0u - (1u << (32 - n));
        low[0] = (FRAME + 0x800000) | AF | BLOCK;
        low[(1u << (11 - n)) - 1] = (FRAME + 0xa00000) | AF | BLOCK;
        set_ttbr(1, low, 0);
        ttbcr(n << 16);
        show("T1SZ", n, 0);
        show_access("  at", LOAD, edge);
        show_access("  highest", LOAD, 0xfffff000);
        if (n > 2) show_access("  below", LOAD, edge - 4096);
        ttbcr(n << 16 | 1 << 23);
        show_access("  highest, EPD1", LOAD, 0xfffff000);
        ttbcr(0);
        low[(1u << (11 - n)) - 1] = 0;
        low[uart] = beyond[uart];
    }
    set_ttbr(1, half, 0);
    ttbcr(1 << 16);
    set_ttbr(0, low, 0);
    ttbcr(1 << 16 | 2);
    print("T0SZ 2, T1SZ 1\n");
    show_access("  low", LOAD, 0);
    show_access("  between", LOAD, VA);
    show_access("  RAM in the high half", LOAD, FRAME);
    ttbcr(1 << 16);
    set_ttbr(0, l1, 0);
    ttbcr(0);
}

// The ASID is of TTBR0 or of TTBR1, as TTBCR.A1 says.
static void asids(void)
{
    volatile uint64_t *e = l3;
    set(&l2[0], to(l3) | TABLE);
    for (unsigned a1 = 0; a1 < 2; a1++) {
        show("A1", a1, 0);
        ttbcr(a1 << 22);
        e[1] = (FRAME + 0x1000) | NG | AF | PAGE;
        flush();
        for (uint32_t asid = 1; asid < 4; asid++) {
            set_ttbr((int)a1, l1, asid);
            if (asid == 2)
                e[1] = (FRAME + 0x2000) | NG | AF | PAGE, CP15_WRITE(VA + 0x1000 + 2, 0, c8, c7, 1);
            if (asid == 3) e[1] = (FRAME + 0x3000) | NG | AF | PAGE, CP15_WRITE(3, 0, c8, c7, 2);
            show_access("  page", LOAD, VA + 0x1000);
        }
        set_ttbr((int)a1, l1, 0);
    }
    ttbcr(0);
    set(&l2[0], FRAME | AF | BLOCK);
    access(LOAD, VA), access(LOAD, VA + 0x5000);
    *(volatile uint64_t *)&l2[0] = (FRAME + 0x200000) | AF | BLOCK;
    CP15_WRITE(VA, 0, c8, c7, 1);
    show_access("2 MiB forgotten", LOAD, VA + 0x5000);
}

static void show_par(const char *name)
{
    uint32_t low, high;
    asm volatile("isb\n mrrc p15, 0, %0, %1, c7" : "=r"(low), "=r"(high)::"memory");
    show(name, high, low);
}

static void address_operations(void)
{
    for (unsigned i = 0; i < 4; i++) {
        set(&l2[0], FRAME | i * USER | AF | BLOCK);
        show("PAR, AP", i, 0);
        CP15_WRITE(VA + 0x1234, 0, c7, c8, 0), show_par("  ATS1CPR");
        CP15_WRITE(VA + 0x1234, 0, c7, c8, 1), show_par("  ATS1CPW");
        CP15_WRITE(VA + 0x1234, 0, c7, c8, 2), show_par("  ATS1CUR");
        CP15_WRITE(VA + 0x1234, 0, c7, c8, 3), show_par("  ATS1CUW");
    }
    for (unsigned i = 0; i < 8; i++) {
        set(&l2[0], FRAME | (i & 3) << 8 | i << 2 | AF | BLOCK);
        CP15_WRITE(VA, 0, c7, c8, 0), show_par("PAR, attributes");
    }
    set(&l2[0], FRAME | 1 << 5 | AF | BLOCK);
    CP15_WRITE(VA, 0, c7, c8, 0), show_par("PAR, NS");
    set(&l2[0], FRAME | BLOCK);
    CP15_WRITE(VA, 0, c7, c8, 0), show_par("PAR, access flag");
    set(&l1[1], 0);
    CP15_WRITE(VA, 0, c7, c8, 0), show_par("PAR, level 1");
}

static void other_faults(void)
{
    uint32_t v;
    set(&l1[1], 0xe0000000 | TABLE);
    show_all("table outside of memory", VA);
    set(&l1[1], (uint32_t)RAM | AF | BLOCK);
    fault_seen.status = 0;
    asm volatile("ldrex %0, [%1]" : "=r"(v) : "r"(VA + 1) : "memory");
    show("alignment", fault_seen.status, fault_seen.address);
    asm volatile("stm %0, {r0, r1}" ::"r"(VA + 2) : "memory");
    show("alignment, write", fault_seen.status, fault_seen.address);
    set(&l1[1], (uint32_t)RAM | DEVICE | AF | BLOCK);
    fault_seen.status = 0;
    asm volatile("ldr %0, [%1]" : "=r"(v) : "r"(VA + 1) : "memory");
    manual("device, unaligned", fault_seen.status, 0x221); // the peer reads
}

int main(void)
{
    exceptions_on();
    mmu_on();
    print("MMU on\n");
    levels();
    permissions();
    never();
    regions();
    asids();
    address_operations();
    other_faults();
    return 0;
}
