// The TLBs: a fast direct-mapped one for each recent translation regime, which loads, stores and generated
// code look into inline, over a larger one of walked pages.
//
// A regime is privilege, ASID and DACR: so a context switch, an exception, and the DACR write that opens user
// memory to a kernel with software PAN only change c->tlb. Slots are few, recycled round robin.
//
// A page of RAM that translated code was made from is never in a fast TLB for writing: a store to it comes to
// the slow path, which makes the engine forget the code. Every CPU touches its own TLB only (smp.c); so the
// page says in which CPUs' TLBs it is for writing, and they are asked.
#include "base/log.h"
#include "base/stats.h"
#include "system/system.h"

static void clear(struct sys_slot *slot)
{
    for (unsigned i = 0; i < TLB_ENTRIES; i++)
        slot->tlb[i].read = slot->tlb[i].write = tlb_none(i);
}

static void mark_asid(struct sys_cpu *s, uint16_t asid)
{
    const uint64_t bit = 1ull << (asid & 63);
    if (!(atomic_load_explicit(&s->asids[asid >> 6 & 3], memory_order_relaxed) & bit))
        atomic_fetch_or(&s->asids[asid >> 6 & 3], bit);
}

static unsigned region_bit(uint32_t va)
{
    return 1u << (va >> 27);
}

bool tlb_mark_global(struct sys_cpu *s, const struct sys_page *page)
{
    unsigned regions = region_bit(page->va_page);
    if (page->size == 30) regions = 0xffu << (page->va_page >> 30) * 8;
    if ((atomic_load_explicit(&s->globals, memory_order_relaxed) & regions) == regions) return false;
    atomic_fetch_or(&s->globals, regions);
    return true;
}

bool tlb_may_hold(const struct sys_cpu *s, uint32_t va, int asid)
{
    if (asid < 0 || atomic_load(&s->globals) & region_bit(va)) return true;
    return atomic_load(&s->asids[asid >> 6 & 3]) >> (asid & 63) & 1;
}

static uint64_t present_regime(struct sys_cpu *s)
{
    uint64_t r = REGIME_VALID;
    if (!cpu_privileged(&s->cpu)) r |= REGIME_USER;
    if (!(s->cp15.sctlr & 1)) return r;
    if (!mmu_long_descriptors(s)) r |= s->cp15.dacr;
    return r | REGIME_MMU | (uint64_t)mmu_asid(s) << 32;
}

static struct sys_slot *new_slot(struct sys_cpu *s, uint64_t regime)
{
    const unsigned i = s->next_slot++ % SYS_SLOTS;
    stats_add(STAT_TLB_SLOTS, 1);
    s->regime[i] = regime;
    clear(&s->slots[i]);
    s->slots[i].context = context_of(s, regime);
    return &s->slots[i];
}

void tlb_regime_changed(struct cpu *c)
{
    struct sys_cpu *s = sys_of(c);
    const uint64_t want = present_regime(s);
    unsigned i = 0;
    stats_add(STAT_TLB_REGIMES, 1);
    while (i < SYS_SLOTS && s->regime[i] != want)
        i++;
    s->slot = i < SYS_SLOTS ? &s->slots[i] : new_slot(s, want);
    mark_asid(s, REGIME_ASID(want));
    c->tlb = s->slot->tlb;
    c->code_context = s->slot->context;
    c->vfp_units = (uint8_t)vfp_units(c);
    c->mem_mode = c->bigend || c->watched || s->cp15.sctlr & 2 || (stats_on && stats_sees_accesses())
                      ? CPU_MEM_SLOW
                      : CPU_MEM_TLB;
    window_regime_changed(s, want);
}

static uint64_t regime_of(const struct sys_cpu *s)
{
    return s->regime[s->slot - s->slots];
}

static struct sys_page *l2_set(struct sys_cpu *s, uint32_t va)
{
    return s->l2[va >> 12 & (SYS_L2_SETS - 1)];
}

static bool l2_is(const struct sys_page *p, uint32_t va, uint16_t asid)
{
    return p->va_page == ((va & ~0xfffu) | PAGE_VALID) && (p->global || p->asid == asid);
}

struct sys_page *tlb_l2_find(struct sys_cpu *s, uint32_t va, uint16_t asid)
{
    struct sys_page *set = l2_set(s, va);
    if (l2_is(&set[0], va, asid)) return &set[0];
    if (!l2_is(&set[1], va, asid)) return NULL;
    const struct sys_page hit = set[1]; // most recently used first
    set[1] = set[0];
    set[0] = hit;
    return &set[0];
}

static void mark_large(struct sys_cpu *s, const struct sys_page *page)
{
    const uint32_t first = page->va_page >> page->size << page->size >> 20;
    const uint32_t n = page->size > 20 ? 1u << (page->size - 20) : 1;
    for (uint32_t i = first; i < first + n; i++)
        s->large[i >> 5] |= 1u << (i & 31);
}

void tlb_l2_insert(struct sys_cpu *s, const struct sys_page *page)
{
    struct sys_page *set = l2_set(s, page->va_page);
    set[1] = set[0];
    set[0] = *page;
    if (page->size > 12) mark_large(s, page);
}

void tlb_flush_all(struct sys_cpu *s)
{
    stats_add(STAT_TLB_FLUSH_ALL, 1);
    for (unsigned i = 0; i < SYS_SLOTS; i++) {
        if (&s->slots[i] == s->slot)
            clear(&s->slots[i]);
        else
            s->regime[i] = 0; // cleared when it comes into use again
    }
    memset(s->l2, 0, sizeof s->l2);
    memset(s->large, 0, sizeof s->large);
    for (unsigned i = 0; i < 4; i++)
        atomic_store(&s->asids[i], 0);
    atomic_store(&s->globals, 0);
    memset(s->contexts.fetched, 0, sizeof s->contexts.fetched);
    if (s->slot) mark_asid(s, REGIME_ASID(regime_of(s)));
    context_drop_all(s);
    window_flush_all(s);
}

void tlb_flush_asid(struct sys_cpu *s, uint16_t asid)
{
    stats_add(STAT_TLB_FLUSH_ASID, 1);
    for (unsigned i = 0; i < SYS_SLOTS; i++) {
        if (!s->regime[i] || REGIME_ASID(s->regime[i]) != asid) continue;
        if (&s->slots[i] == s->slot)
            clear(s->slot);
        else
            s->regime[i] = 0;
    }
    for (unsigned i = 0; i < SYS_L2_SETS; i++)
        for (unsigned w = 0; w < SYS_L2_WAYS; w++) {
            struct sys_page *p = &s->l2[i][w];
            if (!p->global && p->asid == asid) p->va_page = 0;
        }
    if (s->slot && asid != REGIME_ASID(regime_of(s)))
        atomic_fetch_and(&s->asids[asid >> 6 & 3], ~(1ull << (asid & 63)));
    context_drop_asid(s, asid);
    window_flush_asid(s, asid);
}

void tlb_flush_page(struct sys_cpu *s, uint32_t va, int asid)
{
    if (s->large[va >> 25] >> (va >> 20 & 31) & 1) {
        tlb_flush_all(s);
        return;
    }
    stats_add(STAT_TLB_FLUSH_PAGE, 1);
    struct sys_page *set = l2_set(s, va);
    for (unsigned w = 0; w < SYS_L2_WAYS; w++)
        if (set[w].va_page == ((va & ~0xfffu) | PAGE_VALID) &&
            (asid < 0 || set[w].global || set[w].asid == asid))
            set[w].va_page = 0;
    for (unsigned i = 0; i < SYS_SLOTS; i++) {
        struct tlb_entry *e = tlb_entry_of(s->slots[i].tlb, va);
        e->read = e->write = tlb_none(tlb_index(va));
    }
    context_drop_page(s, va, asid);
    window_flush_page(s, va);
}

static void stop_writing(struct sys_cpu *s, const uint8_t *host)
{
    for (unsigned i = 0; i < SYS_SLOTS; i++) {
        if (!s->regime[i]) continue;
        for (unsigned k = 0; k < TLB_ENTRIES; k++) {
            struct tlb_entry *e = &s->slots[i].tlb[k];
            if (e->host == host) e->write = tlb_none(k);
        }
    }
}

void tlb_stop_writing(struct sys_cpu *s, const uint8_t *host, uint8_t *flags)
{
    stop_writing(s, host);
    window_stop_writing(s, host);
    __atomic_fetch_and(flags, (uint8_t) ~(PAGE_WRITER << s->index), __ATOMIC_SEQ_CST);
}

static uint8_t *flags_of(const struct bus_range *r, uint64_t pa_page)
{
    return &r->code[(pa_page - r->base) >> 12];
}

// Code is about to be decoded from a page of RAM: nobody must write to it unnoticed. False: others still may;
// they are asked, and it has to be tried again when they have answered.
static bool watch(struct sys_cpu *s, const struct bus_range *r, uint64_t pa_page)
{
    uint8_t *flags = flags_of(r, pa_page);
    const uint8_t *host = r->host + (pa_page - r->base);
    uint8_t now = __atomic_load_n(flags, __ATOMIC_SEQ_CST);
    if (now == PAGE_CODE) return true;
    now = __atomic_fetch_or(flags, PAGE_CODE, __ATOMIC_SEQ_CST);
    const uint8_t own = (uint8_t)(PAGE_WRITER << s->index);
    if (now & own) tlb_stop_writing(s, host, flags);
    now &= (uint8_t) ~(own | PAGE_CODE);
    bool done = true;
    for (unsigned i = 0; i < s->machine->ncpus; i++)
        if (now & PAGE_WRITER << i)
            done &= smp_post(s, s->machine->cpu[i],
                             (struct tlb_request){.what = TLB_REQUEST_CODE, .host = host, .flags = flags});
    return done;
}

static void unwatch(struct sys_machine *m, const struct bus_range *r, uint64_t pa_page)
{
    if (!r->code) return;
    uint8_t *flags = flags_of(r, pa_page);
    if (!(__atomic_load_n(flags, __ATOMIC_SEQ_CST) & PAGE_CODE)) return;
    stats_add(STAT_CODE_WRITTEN, 1);
    __atomic_fetch_and(flags, (uint8_t)~PAGE_CODE, __ATOMIC_SEQ_CST);
    m->engine->invalidate(m->engine, pa_page, 0x1000);
}

// A page of RAM is about to be written by this CPU: from here to its next block at least it is no code.
static void claim(struct sys_cpu *s, const struct bus_range *r, uint64_t pa_page)
{
    if (!r->code) return;
    uint8_t *flags = flags_of(r, pa_page);
    const uint8_t own = (uint8_t)(PAGE_WRITER << s->index);
    for (;;) {
        uint8_t now = __atomic_load_n(flags, __ATOMIC_SEQ_CST);
        if (!(now & own)) now = __atomic_fetch_or(flags, own, __ATOMIC_SEQ_CST);
        if (!(now & PAGE_CODE)) return;
        unwatch(s->machine, r, pa_page);
    }
}

bool tlb_claim_data(struct sys_cpu *s, const struct bus_range *r, const uint8_t *host)
{
    const uint64_t pa = r->base + (uint64_t)(host - r->host);
    if (r->code && __atomic_load_n(flags_of(r, pa), __ATOMIC_SEQ_CST) & PAGE_CODE) return false;
    claim(s, r, pa);
    return true;
}

void tlb_memory_written(void *machine, uint64_t pa, uint64_t len)
{
    struct sys_machine *m = machine;
    const struct bus_range *r = bus_find(m->bus, pa);
    if (!r || !len) return;
    if (!r->code) { // flash
        m->engine->invalidate(m->engine, pa, len);
        return;
    }
    for (uint64_t page = pa & ~0xfffull; page < pa + len; page += 0x1000)
        unwatch(m, r, page);
}

void tlb_memory_withdrawn(void *machine, const uint8_t *host, uint64_t size)
{
    struct sys_machine *m = machine;
    struct sys_cpu *s = m->cpu[bus_master];
    for (unsigned k = 0; k < SYS_SLOTS * TLB_ENTRIES; k++) {
        struct tlb_entry *e = &s->slots[k / TLB_ENTRIES].tlb[k % TLB_ENTRIES];
        if ((uintptr_t)e->host - (uintptr_t)host < size) e->read = tlb_none(k % TLB_ENTRIES);
    }
    for (unsigned i = 0; i < m->ncpus; i++)
        if (m->cpu[i] != s) smp_post(s, m->cpu[i], (struct tlb_request){.what = TLB_REQUEST_ALL});
}

// Enters a page of RAM or ROM into the present slot; for writing only if it has been claimed.
static void fill(struct sys_cpu *s, uint32_t va, const struct bus_range *r, const struct sys_page *page,
                 bool write)
{
    const bool user = regime_of(s) & REGIME_USER;
    const uint32_t tag = va & ~0xfffu;
    bool readable = page->perms & (user ? PAGE_UR : PAGE_PR),
         writable = page->perms & (user ? PAGE_UW : PAGE_PW);
    if (!page->no_domain && (s->cp15.dacr >> 2 * page->domain & 3) == 3) readable = writable = true;
    struct tlb_entry *e = tlb_entry_of(s->slot->tlb, va);
    if (__atomic_load_n(&r->kind, __ATOMIC_SEQ_CST) == BUS_MMIO)
        readable = false; // withdrawn since it was found
    if (r->kind != BUS_RAM)
        writable = false;
    else if (!write && r->code) // as others know it
        writable &= (*flags_of(r, page->pa_page) & ((PAGE_WRITER << s->index) | PAGE_CODE)) ==
                    PAGE_WRITER << s->index;
    e->host = r->host + (page->pa_page - r->base);
    e->read = readable ? tag : tlb_none(tlb_index(va));
    e->write = writable ? tag : tlb_none(tlb_index(va));
}

static _Noreturn void abort_access(struct sys_cpu *s, uint32_t va, enum access access, uint32_t status)
{
    cpu_abort_fault(&s->cpu, (struct cpu_fault){.addr = va,
                                                .kind = CPU_FAULT_TRANSLATION,
                                                .write = access == ACCESS_WRITE,
                                                .status = status});
}

// An access to memory, before its page is entered.
static void count_lookup(const struct sys_cpu *s, uint32_t va, bool write)
{
    const struct tlb_entry *e = tlb_entry_of(s->slot->tlb, va);
    stats_add((write ? e->write : e->read) == (va & ~0xfffu) ? STAT_TLB_HITS : STAT_TLB_MISSES, 1);
}

static uint32_t look_up(struct sys_cpu *s, uint32_t va, bool unaligned, enum access access, bool user,
                        struct sys_page *page, const struct bus_range **range)
{
    const uint32_t alignment = mmu_long_descriptors(s) ? 0x21 : FS_ALIGNMENT;
    if (unaligned && s->cp15.sctlr & 2) return alignment;
    const uint32_t fault = mmu_translate(s, va, access, user, page);
    if (fault) return fault;
    if (unaligned && page->device) return alignment;
    const struct bus_range *r = *range = bus_find(s->machine->bus, page->pa_page | (va & 0xfff));
    if (!r || r->kind == BUS_MMIO) return 0;
    const bool write = access == ACCESS_WRITE && r->kind == BUS_RAM;
    if (stats_on) count_lookup(s, va, write);
    if (write) claim(s, r, page->pa_page);
    if (user == !!(regime_of(s) & REGIME_USER)) fill(s, va, r, page, write);
    return 0;
}

// The range and page behind an address, for an access that stays inside the page and is allowed: what is
// memory is then in the fast TLB. Or a fault status.
static uint32_t try_reach(struct sys_cpu *s, uint32_t va, bool unaligned, enum access access, bool user,
                          struct sys_page *page, const struct bus_range **range)
{
    // Where all accesses come here, the clock would take longer than they do.
    if (stats_on && stats_sees_accesses()) return look_up(s, va, unaligned, access, user, page, range);
    const enum stats_part former = stats_enter(PART_TRANSLATION);
    const uint32_t fault = look_up(s, va, unaligned, access, user, page, range);
    stats_enter(former);
    return fault;
}

// The same, but an abort if it is not allowed.
static const struct bus_range *reach(struct sys_cpu *s, uint32_t va, unsigned bytes, enum access access,
                                     bool user, struct sys_page *page)
{
    const struct bus_range *r = NULL;
    const uint32_t fault = try_reach(s, va, va & (bytes - 1), access, user, page, &r);
    if (fault) abort_access(s, va, access, fault);
    return r;
}

// Memory as CPUs beside each other must see it: aligned accesses are single (A3.5.3).
static uint64_t read_host(const uint8_t *p, unsigned bytes)
{
    uint8_t b;
    uint16_t h;
    uint32_t w;
    uint64_t d;
    switch (bytes) {
    case 1: memcpy(&b, p, 1); return b;
    case 2: memcpy(&h, p, 2); return h;
    case 4: memcpy(&w, p, 4); return w;
    default: memcpy(&d, p, 8); return d;
    }
}

static void write_host(uint8_t *p, unsigned bytes, uint64_t v)
{
    switch (bytes) {
    case 1: *p = (uint8_t)v; return;
    case 2: memcpy(p, &v, 2); return;
    case 4: memcpy(p, &v, 4); return;
    default: memcpy(p, &v, 8); return;
    }
}

static uint64_t load_page(struct sys_cpu *s, uint32_t va, unsigned bytes, bool user)
{
    struct sys_page page;
    const struct bus_range *r = reach(s, va, bytes, ACCESS_READ, user, &page);
    const uint64_t pa = page.pa_page | (va & 0xfff);
    uint64_t v = 0;
    if (r && r->kind != BUS_MMIO) return read_host(r->host + (pa - r->base), bytes);
    for (unsigned i = 0; i < bytes; i += 4) {
        uint32_t part;
        bus_read(s->machine->bus, pa + i, bytes < 4 ? bytes : 4, &part);
        v |= (uint64_t)part << 8 * i;
    }
    return v;
}

static void store_page(struct sys_cpu *s, uint32_t va, unsigned bytes, uint64_t v, bool user)
{
    struct sys_page page;
    const struct bus_range *r = reach(s, va, bytes, ACCESS_WRITE, user, &page);
    const uint64_t pa = page.pa_page | (va & 0xfff);
    if (r && r->kind == BUS_RAM) {
        write_host(r->host + (pa - r->base), bytes, v);
        return;
    }
    for (unsigned i = 0; i < bytes; i += 4)
        bus_write(s->machine->bus, pa + i, bytes < 4 ? bytes : 4, (uint32_t)(v >> 8 * i));
}

static bool crosses_page(uint32_t va, unsigned bytes)
{
    return (va & 0xfff) + bytes > 0x1000;
}

// An access over the end of a page: what aborts on either side does so before anything is read or written.
static void reach_both(struct sys_cpu *s, uint32_t va, enum access access, bool user)
{
    const uint32_t alignment = mmu_long_descriptors(s) ? 0x21 : FS_ALIGNMENT;
    struct sys_page page;
    if (s->cp15.sctlr & 2) abort_access(s, va, access, alignment);
    reach(s, va, 1, access, user, &page);
    if (page.device) abort_access(s, va, access, alignment);
    reach(s, (va | 0xfff) + 1, 1, access, user, &page);
    if (page.device) abort_access(s, va, access, alignment);
}

static uint64_t swap(uint64_t v, unsigned bytes)
{
    return __builtin_bswap64(v) >> (64 - 8 * bytes);
}

static uint64_t load(struct cpu *c, uint32_t va, unsigned bytes, bool user)
{
    struct sys_cpu *s = sys_of(c);
    uint64_t v = 0;
    if (crosses_page(va, bytes)) {
        reach_both(s, va, ACCESS_READ, user);
        for (unsigned i = 0; i < bytes; i++)
            v |= load_page(s, va + i, 1, user) << 8 * i;
    } else {
        v = load_page(s, va, bytes, user);
    }
    return c->bigend ? swap(v, bytes) : v;
}

static void store(struct cpu *c, uint32_t va, unsigned bytes, uint64_t v, bool user)
{
    struct sys_cpu *s = sys_of(c);
    if (c->bigend) v = swap(v, bytes);
    if (!crosses_page(va, bytes)) {
        store_page(s, va, bytes, v, user);
        return;
    }
    reach_both(s, va, ACCESS_WRITE, user);
    for (unsigned i = 0; i < bytes; i++)
        store_page(s, va + i, 1, v >> 8 * i & 0xff, user);
}

static uint64_t load_here(struct cpu *c, uint32_t va, unsigned bytes)
{
    return load(c, va, bytes, !cpu_privileged(c));
}

static void store_here(struct cpu *c, uint32_t va, unsigned bytes, uint64_t v)
{
    store(c, va, bytes, v, !cpu_privileged(c));
}

static uint64_t load_user(struct cpu *c, uint32_t va, unsigned bytes)
{
    return load(c, va, bytes, true);
}

static void store_user(struct cpu *c, uint32_t va, unsigned bytes, uint64_t v)
{
    store(c, va, bytes, v, true);
}

static void *atomic_ptr(struct cpu *c, uint32_t va, unsigned bytes, bool write)
{
    struct sys_cpu *s = sys_of(c);
    struct sys_page page;
    const struct bus_range *r =
        reach(s, va, bytes, write ? ACCESS_WRITE : ACCESS_READ, !cpu_privileged(c), &page);
    // Exclusives to devices are UNPREDICTABLE (A3.4.5): an external abort.
    if (!r || r->kind != BUS_RAM)
        abort_access(s, va, write ? ACCESS_WRITE : ACCESS_READ, mmu_long_descriptors(s) ? 0x10 : FS_EXTERNAL);
    return r->host + (page.pa_page - r->base) + (va & 0xfff);
}

static void *plain_ptr(struct cpu *c, uint32_t va, unsigned bytes, bool write)
{
    struct sys_cpu *s = sys_of(c);
    struct sys_page page;
    const struct bus_range *r = NULL;
    const bool unaligned = va & (bytes < 8 ? bytes - 1 : 3);
    const enum access access = write ? ACCESS_WRITE : ACCESS_READ;
    if (crosses_page(va, bytes)) return NULL;
    if (try_reach(s, va, unaligned, access, !cpu_privileged(c), &page, &r)) return NULL;
    if (!r || (write ? r->kind != BUS_RAM : r->kind == BUS_MMIO)) return NULL;
    return r->host + (page.pa_page - r->base) + (va & 0xfff);
}

static void probe(struct cpu *c, uint32_t va, unsigned bytes, bool write)
{
    const enum access access = write ? ACCESS_WRITE : ACCESS_READ;
    struct sys_page page;
    if (crosses_page(va, bytes))
        reach_both(sys_of(c), va, access, !cpu_privileged(c));
    else
        reach(sys_of(c), va, bytes, access, !cpu_privileged(c), &page);
}

bool tlb_plain(struct sys_cpu *s, uint32_t va_page, bool write, struct tlb_plain *p)
{
    struct sys_page page;
    p->range = NULL;
    if (try_reach(s, va_page, false, write ? ACCESS_WRITE : ACCESS_READ, !cpu_privileged(&s->cpu), &page,
                  &p->range))
        return false;
    if (!p->range || p->range->kind != BUS_RAM) return false;
    p->host = p->range->host + (page.pa_page - p->range->base);
    p->va = va_page;
    p->size = page.size;
    p->writable = tlb_entry_of(s->slot->tlb, va_page)->write == va_page;
    return true;
}

// Where an instruction is fetched from. Aborts if that is not memory.
static const struct bus_range *reach_code(struct sys_cpu *s, uint32_t va, struct sys_page *page)
{
    stats_add(STAT_TLB_FETCHES, 1);
    const uint32_t fault = mmu_translate(s, va, ACCESS_FETCH, !cpu_privileged(&s->cpu), page);
    if (fault) abort_access(s, va, ACCESS_FETCH, fault);
    const struct bus_range *r = bus_find(s->machine->bus, page->pa_page);
    if (!r || r->kind == BUS_MMIO)
        abort_access(s, va, ACCESS_FETCH, mmu_long_descriptors(s) ? 0x10 : FS_EXTERNAL);
    context_fetched(s, va, page);
    return r;
}

static const uint8_t *fetch_page(struct cpu *c, uint32_t va, uint32_t *frame)
{
    struct sys_cpu *s = sys_of(c);
    struct sys_page page;
    const struct bus_range *r = reach_code(s, va, &page);
    if (r->code && !watch(s, r, page.pa_page))
        cpu_abort_fault(c, (struct cpu_fault){.addr = va, .kind = CPU_FAULT_RETRY});
    *frame = (uint32_t)(page.pa_page >> 12);
    return r->host + (page.pa_page - r->base);
}

// 21 bits of physical page number (8 GiB).
static uint32_t code_frame(struct cpu *c, uint32_t va)
{
    struct sys_cpu *s = sys_of(c);
    struct sys_page page;
    reach_code(s, va, &page);
    return (uint32_t)(page.pa_page >> 12);
}

const struct cpu_mem sys_cpu_mem = {
    .load = load_here,
    .store = store_here,
    .fetch_page = fetch_page,
    .code_frame = code_frame,
    .load_user = load_user,
    .store_user = store_user,
    .atomic_ptr = atomic_ptr,
    .plain_ptr = plain_ptr,
    .probe = probe,
};
