// run: lockstep
// Short-descriptor translation (B3.5, B3.7, B3.13): faults and permissions of sections and pages, domains,
// the access flag, ASIDs and TLB maintenance, alignment, address translation operations.
#include "bare.h"

enum { VA = 0x20000000, FRAME = RAM + 0x01000000 };
enum {
    AP0 = 1 << 10,
    AP2 = 1 << 15,
    SECTION = 2,
    TABLE = 1,
    SECTION_XN = 1 << 4,
    SUPER = 1 << 18,
    NG = 1 << 17
};
enum {
    NORMAL = 0xc,
    PAGE = 2,
    LARGE = 1,
    PAGE_XN = 1,
    LARGE_XN = 1 << 15,
    PAGE_AP0 = 1 << 4,
    PAGE_AP2 = 1 << 9,
    PAGE_NG = 1 << 11
};

static uint32_t l1[4096] __attribute__((aligned(16384)));
static uint32_t l2[256] __attribute__((aligned(1024)));

static void flush(void)
{
    CP15_WRITE(0, 0, c8, c7, 0);
}

static void set(uint32_t *entry, uint32_t value)
{
    *(volatile uint32_t *)entry = value;
    flush();
}

static uint32_t section_ap(unsigned ap)
{
    return (ap & 3) * AP0 | (ap & 4 ? AP2 : 0);
}

static uint32_t page_ap(unsigned ap)
{
    return (ap & 3) * PAGE_AP0 | (ap & 4 ? PAGE_AP2 : 0);
}

static void sctlr(uint32_t set, uint32_t clear)
{
    CP15_WRITE((CP15_READ(0, c1, c0, 0) | set) & ~clear, 0, c1, c0, 0);
    flush();
}

// Each page begins with svc #number.
static void fill_frames(void)
{
    for (uint32_t i = 0; i < 4096; i++)
        *(volatile uint32_t *)(FRAME + i * 4096) = 0xef000000 | i;
}

static void mmu_on(void)
{
    l1[RAM >> 20] = RAM | section_ap(1) | NORMAL | SECTION;
    l1[(uint32_t)FRAME >> 20] = FRAME | section_ap(1) | NORMAL | SECTION;
    l1[UART >> 20] = (UART & 0xfff00000) | section_ap(1) | SECTION; // and the system registers
    CP15_WRITE(l1, 0, c2, c0, 0);
    CP15_WRITE(0, 0, c2, c0, 2);
    CP15_WRITE(1, 0, c3, c0, 0); // domain 0: client
    flush();
    sctlr(1, 1 << 28 | 1 << 29 | 2);
}

static void translation(void)
{
    uint32_t *e = &l1[VA >> 20];
    set(e, 0);
    show_all("section invalid", VA + 0x10);
    set(e, 5 << 5 | TABLE | (uint32_t)l2);
    for (int i = 0; i < 256; i++)
        l2[i] = 0;
    flush();
    // The domain counts once there is a descriptor to go by (B3.12.3): the peer looks at it first.
    access(LOAD, VA);
    manual("page invalid, no access to the domain", fault_seen.status, 0x57);
    CP15_WRITE(1 | 1 << 10, 0, c3, c0, 0);
    show_all("page invalid, domain 5", VA + 0x10);
    show_access("page invalid", LOAD, VA + 0x1234);
    set(&l2[1], (FRAME + 0x5000) | page_ap(3) | NORMAL | PAGE);
    show_access("small page", LOAD, VA + 0x1000);
    for (int i = 16; i < 32; i++)
        l2[i] = (FRAME + 0x20000) | page_ap(3) | NORMAL | LARGE;
    flush();
    show_access("large page", LOAD, VA + 0x10000);
    show_access("large page, its end", LOAD, VA + 0x1f000);
    show_access("behind", LOAD, VA + 0x20000);
    for (int i = 0; i < 16; i++)
        e[i] = FRAME | section_ap(3) | NORMAL | SUPER | SECTION;
    flush();
    show_access("supersection", LOAD, VA);
    show_access("supersection, its end", LOAD, VA + 0xfff000);
    for (int i = 0; i < 16; i++)
        e[i] = 0;
    flush();
}

static void permissions(void)
{
    uint32_t *e = &l1[VA >> 20];
    for (unsigned ap = 0; ap < 8; ap++) {
        print("AP"), print_hex(ap), putc('\n');
        set(e, FRAME | section_ap(ap) | NORMAL | SECTION);
        show_all("  section", VA);
        set(e, FRAME | section_ap(ap) | NORMAL | SECTION | SECTION_XN);
        show_all("  section, XN", VA);
        set(e, TABLE | (uint32_t)l2);
        set(&l2[0], FRAME | page_ap(ap) | NORMAL | PAGE);
        show_all("  page", VA);
        set(&l2[0], FRAME | page_ap(ap) | NORMAL | PAGE | PAGE_XN);
        show_all("  page, XN", VA);
        set(&l2[0], FRAME | page_ap(ap) | NORMAL | LARGE);
        show_all("  large", VA);
        set(&l2[0], FRAME | page_ap(ap) | NORMAL | LARGE | LARGE_XN);
        show_all("  large, XN", VA);
        sctlr(1 << 29, 0);
        set(&l2[0], FRAME | page_ap(ap) | NORMAL | PAGE);
        show_all("  page, AFE", VA);
        set(e, FRAME | section_ap(ap) | NORMAL | SECTION);
        show_all("  section, AFE", VA);
        sctlr(0, 1 << 29);
    }
}

static void domains(void)
{
    uint32_t *e = &l1[VA >> 20];
    set(&l2[0], FRAME | page_ap(0) | NORMAL | PAGE | PAGE_XN);
    for (uint32_t rights = 0; rights < 4; rights++) {
        CP15_WRITE(1 | rights << 18, 0, c3, c0, 0);
        print("domain 9 is"), print_hex(rights), putc('\n');
        set(e, FRAME | section_ap(5) | NORMAL | 9 << 5 | SECTION);
        show_all("  section", VA);
        set(e, 9 << 5 | TABLE | (uint32_t)l2);
        show_all("  page", VA);
        show_access("  page", STORE_USER, VA);
    }
    CP15_WRITE(1, 0, c3, c0, 0);
    access(FETCH, VA); // the domain is not in IFSR; the peer has it there
    manual("IFSR of a domain fault", fault_seen.status, 0xb);
}

// One operation forgets a section whole, and a supersection and a large page (B3.10.1: the entry that holds
// the address).
static void large_entries(void)
{
    volatile uint32_t *e = &l1[VA >> 20];
    set(&l1[VA >> 20], FRAME | section_ap(3) | NORMAL | SECTION);
    access(LOAD, VA), access(LOAD, VA + 0x5000);
    e[0] = (FRAME + 0x100000) | section_ap(3) | NORMAL | SECTION;
    CP15_WRITE(VA, 0, c8, c7, 1);
    show_access("section forgotten", LOAD, VA + 0x5000);
    e[0] = TABLE | (uint32_t)l2;
    for (unsigned i = 0; i < 16; i++)
        l2[i] = (FRAME + 0x10000) | page_ap(3) | NORMAL | LARGE;
    flush();
    access(LOAD, VA), access(LOAD, VA + 0x5000);
    for (unsigned i = 0; i < 16; i++)
        ((volatile uint32_t *)l2)[i] = (FRAME + 0x20000) | page_ap(3) | NORMAL | LARGE;
    CP15_WRITE(VA, 0, c8, c7, 1);
    show_access("large page forgotten", LOAD, VA + 0x5000);
}

// What a load or store would have got, in the PAR. Where there is an address, bits 11:2 are for attributes().
static uint32_t translate(int how, uint32_t va)
{
    switch (how) {
    case LOAD: CP15_WRITE(va, 0, c7, c8, 0); break;
    case STORE: CP15_WRITE(va, 0, c7, c8, 1); break;
    case LOAD_USER: CP15_WRITE(va, 0, c7, c8, 2); break;
    case STORE_USER: CP15_WRITE(va, 0, c7, c8, 3); break;
    }
    const uint32_t par = CP15_READ(0, c7, c4, 0);
    return par & 1 ? par : par & 0xfffff003;
}

static void show_translations(const char *name, uint32_t va)
{
    print(name);
    for (int how = LOAD; how <= STORE_USER; how++)
        print_hex(translate(how, va));
    putc('\n');
}

static void address_operations(void)
{
    for (unsigned ap = 0; ap < 8; ap++) {
        print("PAR, AP"), print_hex(ap), putc('\n');
        set(&l1[VA >> 20], FRAME | section_ap(ap) | 1 << 12 | NORMAL | SECTION);
        show_translations("  section", VA + 0x1234);
    }
    set(&l1[VA >> 20], 0);
    show_translations("PAR, no section", VA);
    set(&l1[VA >> 20], 3 << 5 | TABLE | (uint32_t)l2);
    set(&l2[0], FRAME | page_ap(3) | NORMAL | PAGE);
    show_translations("PAR, domain", VA);
    set(&l1[VA >> 20], TABLE | (uint32_t)l2);
    show_translations("PAR, page", VA);
    set(&l2[0], 0);
    show_translations("PAR, no page", VA);
    sctlr(1 << 29, 0);
    set(&l2[0], FRAME | PAGE_AP2 | NORMAL | PAGE);
    show_translations("PAR, access flag", VA);
    sctlr(0, 1 << 29);
}

// The PAR's attributes: the peer leaves them out. B3.8.2, B4.1.112.
static void attributes(void)
{
    enum { S = 1 << 16 };
    static const struct {
        uint32_t tex_cb;
        uint16_t par;
    } cases[] = {
        {0 << 12, 0x90},                                                 // strongly-ordered
        {0 << 12 | 4, 0xb0},                                             // device, shareable
        {0 << 12 | 8, 0x68},                                             // write-through
        {0 << 12 | 0xc, 0x7c},                                           // write-back
        {0 << 12 | 0xc | S, 0xfc}, {1 << 19 | 0xc, 0x27c}, {1 << 12, 0}, // not cached
        {1 << 12 | 0xc, 0x54},                                           // write-back, allocating on writes
        {2 << 12, 0x30},                                                 // device, not shareable
        {4 << 12 | 0xc, 0x70},                                           // outer, inner apart
        {5 << 12 | 8, 0x64},       {7 << 12, 0x0c},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        set(&l1[VA >> 20], FRAME | section_ap(3) | cases[i].tex_cb | SECTION);
        CP15_WRITE(VA, 0, c7, c8, 0);
        manual("PAR's attributes", CP15_READ(0, c7, c4, 0) & 0xfff, cases[i].par);
    }
}

static void map_page(unsigned i, unsigned frame, uint32_t flags)
{
    ((volatile uint32_t *)l2)[i] = (FRAME + frame * 4096) | flags;
}

// Entries that the TLB may hold stay out of the output: what is shown is what maintenance has made certain.
static void asids(void)
{
    enum { GLOBAL = 0x030 | NORMAL | PAGE, LOCAL = GLOBAL | PAGE_NG };
    set(&l1[VA >> 20], TABLE | (uint32_t)l2);
    map_page(1, 1, LOCAL), map_page(2, 2, LOCAL), map_page(3, 3, GLOBAL);
    flush();
    for (unsigned asid = 1; asid < 4; asid++) {
        CP15_WRITE(asid, 0, c13, c0, 1);
        print("ASID"), print_hex(asid), putc('\n');
        if (asid == 2) map_page(1, 0x11, LOCAL), CP15_WRITE(VA | 0x1000 | 2, 0, c8, c7, 1);
        if (asid == 3) map_page(1, 0x21, LOCAL), CP15_WRITE(3, 0, c8, c7, 2);
        for (unsigned i = 1; i < 4; i++)
            show_access("  page", LOAD, VA + i * 4096);
    }
    map_page(2, 0x12, LOCAL), map_page(3, 0x13, GLOBAL);
    CP15_WRITE(VA | 0x3000 | 99, 0, c8, c7, 1); // a global page goes whatever the ASID (B3.10.1)
    show_access("global page by MVA", LOAD, VA + 0x3000);
    CP15_WRITE(VA | 0x2000, 0, c8, c7, 3);
    for (unsigned asid = 1; asid < 4; asid++) {
        CP15_WRITE(asid, 0, c13, c0, 1);
        show_access("local page by MVA, all ASIDs", LOAD, VA + 0x2000);
    }
    map_page(1, 0x31, LOCAL), map_page(2, 0x32, LOCAL);
    for (unsigned asid = 1; asid < 4; asid++) {
        CP15_WRITE(asid, 0, c8, c3, 2); // inner shareable
        CP15_WRITE(asid, 0, c13, c0, 1);
        show_access("by ASID", LOAD, VA + 0x1000), show_access("by ASID", LOAD, VA + 0x2000);
    }
    CP15_WRITE(0, 0, c13, c0, 1);
}

// TTBR0 for the low 2^-N of the address space, a table that is short and need not be aligned to 16 KiB; TTBR1
// behind.
static void split(void)
{
    static uint32_t low[1024] __attribute__((aligned(4096)));
    for (unsigned n = 2; n < 8; n++) {
        const uint32_t edge = 1u << (32 - n);
        print("TTBCR.N"), print_hex(n), putc('\n');
        CP15_WRITE(l1, 0, c2, c0, 1);
        for (unsigned i = 0; i < 4096u >> n; i++)
            low[i] = l1[i];
        low[(edge >> 20) - 1] = FRAME | section_ap(3) | NORMAL | SECTION;
        const uint32_t saved = l1[(edge >> 20) + 1];
        l1[(edge >> 20) + 1] = (FRAME + 0x100000) | section_ap(3) | NORMAL | SECTION;
        CP15_WRITE(n, 0, c2, c0, 2);
        CP15_WRITE(low, 0, c2, c0, 0);
        flush();
        show_access("  below", LOAD, edge - 4096);
        show_access("  above", LOAD, edge + 0x100000);
        CP15_WRITE(n | 0x10, 0, c2, c0, 2); // PD0: nothing below, where the UART may be
        flush();
        access(LOAD, edge - 4096);
        const uint32_t status = fault_seen.status;
        CP15_WRITE(l1, 0, c2, c0, 0);
        CP15_WRITE(0, 0, c2, c0, 2);
        l1[(edge >> 20) + 1] = saved;
        flush();
        show("  below, PD0", status, 0);
    }
    CP15_WRITE(l1, 0, c2, c0, 1);
}

// With SCTLR.TRE the region is the one of TEX[0], C and B in PRRR and NMRR (B3.8.3).
static void remapped(void)
{
    static const uint16_t want[2][8] = {
        {0x90, 0x30, 0, 0x54, 0x68, 0x7c, 0x5c, 0x64},
        {0x90, 0xb0, 0x80, 0x4d4, 0xe8, 0xfc, 0xdc, 0x4e4},
    };
    // 0 strongly-ordered, 1 device, 2 to 7 normal; DS1 and NS1: S means shareable; NOS for 3 and 7
    CP15_WRITE(0xaaa4 | 1 << 17 | 1 << 19 | 0x88 << 24, 0, c10, c2, 0);
    const uint32_t inner = 1 << 6 | 2 << 8 | 3 << 10 | 1 << 12 | 2 << 14;
    const uint32_t outer = 1 << 6 | 2 << 8 | 3 << 10 | 3 << 12 | 1 << 14;
    CP15_WRITE(inner | outer << 16, 0, c10, c2, 1);
    sctlr(1 << 28, 0);
    for (unsigned shared = 0; shared < 2; shared++)
        for (unsigned n = 0; n < 8; n++) {
            set(&l1[VA >> 20],
                FRAME | section_ap(3) | shared << 16 | (n >> 2) << 12 | (n & 3) << 2 | SECTION);
            CP15_WRITE(VA, 0, c7, c8, 0);
            manual("PAR's attributes, remapped", CP15_READ(0, c7, c4, 0) & 0xfff, want[shared][n]);
        }
    sctlr(0, 1 << 28);
}

// PXN, and SCTLR.UWXN (B3.7.2: what User mode may write is not for PL1 to execute; the peer has it in the
// long format alone): the Cortex-A15 has them; without PXN type 3 is no descriptor (B3.5.1).
static void never(void)
{
#ifdef A15
    for (unsigned ap = 1; ap < 8; ap++) {
        show("PXN, AP", ap, 0);
        set(&l1[VA >> 20], FRAME | section_ap(ap) | NORMAL | SECTION | 1);
        show_all("  section", VA);
        set(&l1[VA >> 20], TABLE | 1 << 2 | (uint32_t)l2);
        set(&l2[0], FRAME | page_ap(ap) | NORMAL | PAGE);
        show_all("  page", VA);
    }
    set(&l1[VA >> 20], FRAME | section_ap(3) | NORMAL | SECTION);
    sctlr(1 << 20, 0);
    access(FETCH, VA), manual("UWXN, privileged", fault_seen.status, 0xd);
    access(FETCH_USER, VA), manual("UWXN, user", fault_seen.status, 0);
    set(&l1[VA >> 20], FRAME | section_ap(2) | NORMAL | SECTION);
    access(FETCH, VA), manual("UWXN, read only to User mode", fault_seen.status, 0);
    sctlr(0, 1 << 20);
#else
    set(&l1[VA >> 20], FRAME | section_ap(3) | NORMAL | SECTION | 1);
    show_all("section of type 3", VA);
    set(&l1[VA >> 20], TABLE | 1 << 2 | (uint32_t)l2);
    set(&l2[0], FRAME | page_ap(3) | NORMAL | PAGE);
    show_all("table with bit 2", VA);
    // UWXN comes with the virtualization extensions (B4.1.130); the peer keeps what is written.
    sctlr(1 << 20, 0);
    manual("SCTLR.UWXN", CP15_READ(0, c1, c0, 0) >> 19 & 3, 0);
    sctlr(0, 1 << 20);
#endif
}

static uint32_t unaligned(int how, uint32_t va)
{
    fault_seen.status = 0;
    switch (how) {
    case 0: asm volatile("ldr r0, [%0]" ::"r"(va) : "r0", "memory"); break;
    case 1: asm volatile("strh r0, [%0]" ::"r"(va) : "memory"); break;
    case 2: asm volatile("ldm %0, {r0, r1}" ::"r"(va) : "r0", "r1", "memory"); break;
    case 3: asm volatile("stm %0, {r0, r1}" ::"r"(va) : "memory"); break;
    case 4: asm volatile("ldrd r0, r1, [%0]" ::"r"(va) : "r0", "r1", "memory"); break;
    case 5: asm volatile("ldrex r0, [%0]" ::"r"(va) : "r0", "memory"); break;
    case 6: asm volatile("ldrb r0, [%0]" ::"r"(va) : "r0", "memory"); break;
    case 7: asm volatile("strd r0, r1, [%0, #3]" ::"r"(va) : "r0", "r1", "memory"); break;
    }
    return fault_seen.status;
}

static void alignment(void)
{
    set(&l1[VA >> 20], FRAME | section_ap(3) | NORMAL | SECTION);
    for (unsigned a = 0; a < 2; a++) {
        sctlr(a << 1, 0);
        print("SCTLR.A"), print_hex(a), putc('\n');
        for (int how = 0; how < 8; how++)
            show("  unaligned", unaligned(how, VA + 0x101), fault_seen.address);
        show("  a page's end", unaligned(0, VA + 0xffe), fault_seen.address);
        l1[(VA >> 20) + 1] = 0;
        show("  nothing behind", unaligned(0, VA + 0xffffe), fault_seen.address);
        show("  nothing behind, write", unaligned(1, VA + 0xfffff), fault_seen.address);
        show("  nothing mapped", unaligned(0, VA + 0x100001), fault_seen.address);
    }
    sctlr(0, 2);
    // A3.2.1, B3.12.4: unaligned in device memory faults; the peer reads on.
    set(&l1[VA >> 20], FRAME | section_ap(3) | 4 | SECTION);
    manual("device, ldr", unaligned(0, VA + 0x101), 1);
    manual("device, strh", unaligned(1, VA + 0x101), 0x801);
    manual("device, ldrb", unaligned(6, VA + 0x101), 0);
    set(&l1[VA >> 20], FRAME | section_ap(3) | SECTION);
    manual("strongly-ordered, ldr", unaligned(0, VA + 0x101), 1);
    manual("strongly-ordered, ldr over the end of a page", unaligned(0, VA + 0xffe), 1);
}

// Tables where no memory is, and accesses that fault half way: the base register stays, what was loaded
// before is UNKNOWN.
static void half_way(void)
{
    set(&l1[VA >> 20], TABLE | 0xe0000000);
    access(LOAD, VA);
    show("table outside of memory", fault_seen.status & 0x40f, fault_seen.address);
    set(&l1[VA >> 20], TABLE | (uint32_t)l2);
    l2[0] = FRAME | page_ap(3) | NORMAL | PAGE;
    set(&l2[1], 0);
    static const uint32_t offsets[] = {0xff8, 0xffc, 0x1000};
    for (unsigned i = 0; i < 3; i++) {
        uint32_t at = VA + offsets[i];
        fault_seen.status = 0;
        asm volatile("ldm %0!, {r0-r3}" : "+r"(at)::"r0", "r1", "r2", "r3", "memory");
        show("ldm with write-back", fault_seen.status, fault_seen.address);
        show("  base", at, 0);
        at = VA + offsets[i];
        asm volatile("stmia %0!, {r0-r3}" : "+r"(at)::"memory");
        show("stm with write-back", fault_seen.status, fault_seen.address);
        show("  base", at, 0);
        at = VA + offsets[i];
        asm volatile("strd r0, r1, [%0], #8" : "+r"(at)::"memory");
        show("strd with write-back", fault_seen.status, fault_seen.address);
        show("  base", at, 0);
    }
    uint32_t at = VA + 0x1000, v = 7;
    asm volatile("ldr %1, [%0], #4" : "+r"(at), "+r"(v)::"memory");
    show("ldr with write-back: base, register", at, v);
    asm volatile("ldr %0, [%0, #4]" : "+r"(at)::"memory");
    show("ldr of its base", at, 0);
    sctlr(1 << 10, 0); // SW: without it the peer swaps all the same
    asm volatile(".arch armv5te\n swp %1, %1, [%0]\n .arch armv7ve" : "+r"(at), "+r"(v)::"memory");
    show("swp", fault_seen.status, v);
    set(&l2[1], FRAME | PAGE_AP2 | PAGE_AP0 | NORMAL | PAGE);
    asm volatile(".arch armv5te\n swp %1, %1, [%0]\n .arch armv7ve" : "+r"(at), "+r"(v)::"memory");
    show("swp, read only", fault_seen.status, v);
    set(&l2[1], 0);
    sctlr(0, 1 << 10);
    asm volatile("ldrex %1, [%0]" : "+r"(at), "+r"(v)::"memory");
    show("ldrex", fault_seen.status, v);
    asm volatile("pld [%0]\n pli [%0]" : "+r"(at)::"memory");
    print("preloads do not fault\n");
}

int main(void)
{
    exceptions_on();
    fill_frames();
    mmu_on();
    print("MMU on\n");
    translation();
    permissions();
    domains();
    asids();
    split();
    large_entries();
    address_operations();
    attributes();
    remapped();
    never();
    alignment();
    half_way();
    return 0;
}
