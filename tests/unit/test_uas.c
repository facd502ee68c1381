// The user address space: its list against a model, its copies, the watch on code pages.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/uas.h"
#include "user/process.h"

#define BASE  0x10000000u
#define PAGES 64

static struct process process;
static struct thread thread;

static volatile unsigned ninvalidated; // counted up from the fault handler, too
static uint64_t invalidated_addr, invalidated_len;

static void invalidate(struct engine *e, uint64_t addr, uint64_t len)
{
    (void)e;
    ninvalidated++;
    invalidated_addr = addr;
    invalidated_len = len;
}

static struct engine engine = {.name = "none", .invalidate = invalidate};

static struct uas *as = &process.as;

static void set_up(void)
{
    cr_assert(uas_init(as));
    as->engine = &engine;
    thread.p = &process;
    thread.cpu.engine = &engine;
    thread.cpu.window = as->window;
    thread.cpu.mem = &uas_cpu_mem;
    thread.cpu.mem_ctx = as;
    current_thread = &thread;
    ninvalidated = 0;
    fault_init();
}

static void tear_down(void)
{
    uas_destroy(as);
}

TestSuite(uas, .init = set_up, .fini = tear_down);

static void check_list(void)
{
    for (size_t i = 0; i < as->nmaps; i++) {
        const struct uas_map *m = &as->maps[i];
        cr_assert(m->start < m->end && m->start % UAS_PAGE == 0 && m->end % UAS_PAGE == 0);
        if (!i) continue;
        const struct uas_map *b = m - 1;
        cr_assert(b->end <= m->start, "mappings overlap");
        cr_assert(b->end < m->start || b->prot != m->prot || b->shared != m->shared || b->name != m->name,
                  "mappings that are alike are merged");
    }
}

static void check_page(uint32_t addr, int prot)
{
    struct uas_map m;
    uint8_t byte = 0;
    const bool mapped = uas_lookup(as, addr, &m);
    cr_assert_eq(mapped, prot >= 0, "0x%x", addr);
    if (mapped) cr_assert_eq(m.prot, prot);
    cr_assert_eq(uas_read(as, &byte, addr + 5, 1), prot > 0);
    cr_assert_eq(uas_write(as, addr + 5, &byte, 1), prot > 0 && (prot & UAS_WRITE));
}

static int model_protect(int *model, unsigned at, unsigned n, int prot)
{
    for (unsigned i = at; i < at + n; i++) {
        if (model[i] < 0) return -ENOMEM;
        model[i] = prot;
    }
    return 0;
}

Test(uas, list_agrees_with_a_model)
{
    int model[PAGES];
    for (int i = 0; i < PAGES; i++)
        model[i] = -1;
    srand(1);
    for (int round = 0; round < 3000; round++) {
        const unsigned at = (unsigned)rand() % PAGES, n = 1 + (unsigned)rand() % (PAGES - at);
        const uint32_t addr = BASE + at * UAS_PAGE, len = n * UAS_PAGE;
        const int prot = rand() % 8;
        switch (rand() % 3) {
        case 0:
            cr_assert_eq(uas_map(as, addr, len, (unsigned)prot, UAS_NORESERVE, -1, 0, NULL), 0);
            for (unsigned i = at; i < at + n; i++)
                model[i] = prot;
            break;
        case 1:
            cr_assert_eq(uas_unmap(as, addr, len), 0);
            for (unsigned i = at; i < at + n; i++)
                model[i] = -1;
            break;
        default: cr_assert_eq(uas_protect(as, addr, len, (unsigned)prot), model_protect(model, at, n, prot));
        }
        check_list();
        for (unsigned i = 0; i < PAGES; i++)
            check_page(BASE + i * UAS_PAGE, model[i]);
    }
}

// A hole in the midst of a mapping cuts it twice before it is taken out: the list must have room for both,
// also where it is as long as it can be without memory of its own.
Test(uas, a_hole_in_a_full_list_writes_nothing_behind_it)
{
    enum { KEPT = sizeof as->first / sizeof as->first[0] };
    struct engine *const behind = process.engine = &engine;
    cr_assert_eq(uas_map(as, BASE, 4 * UAS_PAGE, UAS_READ, 0, -1, 0, NULL), 0);
    for (unsigned k = 0; as->nmaps < KEPT - 1; k++)
        cr_assert_eq(uas_map(as, BASE + (8 + 2 * k) * UAS_PAGE, UAS_PAGE, UAS_READ, 0, -1, 0, NULL), 0);
    cr_assert_eq(uas_unmap(as, BASE + UAS_PAGE, UAS_PAGE), 0);
    cr_assert_eq(as->nmaps, KEPT);
    cr_assert_eq(process.engine, behind);
}

Test(uas, finds_the_highest_free_range)
{
    srand(2);
    bool used[PAGES] = {false};
    for (int round = 0; round < 2000; round++) {
        const unsigned at = (unsigned)rand() % PAGES;
        used[at] = !used[at];
        if (used[at])
            cr_assert_eq(uas_map(as, BASE + at * UAS_PAGE, UAS_PAGE, UAS_READ, 0, -1, 0, NULL), 0);
        else
            cr_assert_eq(uas_unmap(as, BASE + at * UAS_PAGE, UAS_PAGE), 0);
        const unsigned n = 1 + (unsigned)rand() % 5, low = (unsigned)rand() % 10,
                       high = 20 + (unsigned)rand() % 44;
        uint32_t want = 0;
        for (unsigned start = low; start + n <= high; start++) {
            bool is_free = true;
            for (unsigned i = start; i < start + n; i++)
                is_free &= !used[i];
            cr_assert_eq(uas_is_free(as, BASE + start * UAS_PAGE, n * UAS_PAGE), is_free);
            if (is_free) want = BASE + start * UAS_PAGE;
        }
        cr_assert_eq(uas_find_free(as, n * UAS_PAGE, BASE + low * UAS_PAGE, BASE + high * UAS_PAGE, UAS_PAGE),
                     want);
    }
}

Test(uas, find_free_aligns_and_gives_up)
{
    cr_assert_eq(uas_find_free(as, 0x3000, 0x1000, 0xbf000000, 0x100000), 0xbef00000);
    cr_assert_eq(uas_find_free(as, 0xc0000000, 0x1000, 0xbf000000, UAS_PAGE), 0);
    cr_assert_eq(uas_find_free(as, UAS_PAGE, 0x1000, 1ull << 32, UAS_PAGE), 0xfffff000);
}

Test(uas, copies_stop_at_what_is_not_accessible)
{
    uint8_t buf[3 * UAS_PAGE];
    memset(buf, 0xa5, sizeof buf);
    cr_assert_eq(uas_map(as, BASE, 2 * UAS_PAGE, UAS_READ | UAS_WRITE, 0, -1, 0, NULL), 0);
    cr_assert(uas_write(as, BASE, buf, 2 * UAS_PAGE));
    cr_assert_not(uas_write(as, BASE, buf, 2 * UAS_PAGE + 1));
    cr_assert_not(uas_read(as, buf, BASE + UAS_PAGE, sizeof buf));
    cr_assert_not(uas_read(as, buf, BASE - 1, 2));
    cr_assert_not(uas_read(as, buf, 0, 1));
    cr_assert(uas_read(as, buf, 0, 0));
    cr_assert_eq(uas_map(as, 0xfffff000, UAS_PAGE, UAS_READ | UAS_WRITE, 0, -1, 0, NULL), 0);
    cr_assert(uas_read(as, buf, 0xfffffffe, 2));
    cr_assert_not(uas_read(as, buf, 0xfffffffe, 3), "no wrap-around");
    cr_assert_not(uas_write(as, 0xfffffffe, buf, (size_t)-1));
    cr_assert_eq(uas_protect(as, BASE, UAS_PAGE, UAS_READ), 0);
    cr_assert_not(uas_write(as, BASE, buf, 1));
    cr_assert(uas_read(as, buf, BASE, 1));
    cr_assert_eq(buf[0], 0xa5);
}

Test(uas, strings)
{
    char buf[5000];
    cr_assert_eq(uas_map(as, BASE, 2 * UAS_PAGE, UAS_READ | UAS_WRITE, 0, -1, 0, NULL), 0);
    cr_assert(uas_write(as, BASE + 2 * UAS_PAGE - 4, "abc", 4));
    cr_assert_eq(uas_read_string(as, buf, BASE + 2 * UAS_PAGE - 4, sizeof buf), 3);
    cr_assert_str_eq(buf, "abc");
    cr_assert_eq(uas_read_string(as, buf, BASE + 2 * UAS_PAGE - 4, 3), -ENAMETOOLONG);
    cr_assert_eq(uas_read_string(as, buf, BASE + 2 * UAS_PAGE - 4, 4), 3);
    cr_assert(uas_write(as, BASE + 2 * UAS_PAGE - 1, "d", 1));
    cr_assert_eq(uas_read_string(as, buf, BASE + 2 * UAS_PAGE - 4, sizeof buf), -EFAULT);
    memset(buf, 'x', sizeof buf);
    buf[sizeof buf - 1] = 0;
    cr_assert(uas_write(as, BASE + 100, buf, sizeof buf));
    cr_assert_eq(uas_read_string(as, buf, BASE + 100, sizeof buf), (int)sizeof buf - 1);
    cr_assert_eq(uas_read_string(as, buf, 0, sizeof buf), -EFAULT);
}

// Fetches a page; returns -1 or the kind of the abort.
static int fetch(uint32_t va, const uint8_t **page)
{
    uint32_t frame;
    thread.cpu.in_engine = 1;
    if (sigsetjmp(thread.cpu.abort_jmp, 0)) {
        thread.cpu.in_engine = 0;
        cr_assert_eq(thread.cpu.fault.addr, va);
        return thread.cpu.fault.kind;
    }
    const uint8_t *p = uas_cpu_mem.fetch_page(&thread.cpu, va, &frame);
    thread.cpu.in_engine = 0;
    cr_assert_eq(frame, va / UAS_PAGE);
    if (page) *page = p;
    return -1;
}

Test(uas, fetching_needs_permission)
{
    const uint8_t *page;
    cr_assert_eq(uas_map(as, BASE, UAS_PAGE, UAS_READ | UAS_EXEC, 0, -1, 0, NULL), 0);
    cr_assert_eq(uas_map(as, BASE + UAS_PAGE, UAS_PAGE, UAS_READ | UAS_WRITE, 0, -1, 0, NULL), 0);
    cr_assert_eq(fetch(BASE + 8, &page), -1);
    cr_assert_eq(page, as->window + BASE);
    cr_assert_eq(fetch(BASE + UAS_PAGE, NULL), CPU_FAULT_PERMISSION);
    cr_assert_eq(fetch(BASE + 2 * UAS_PAGE, NULL), CPU_FAULT_TRANSLATION);
    cr_assert_eq(ninvalidated, 0);
    cr_assert_eq(uas_protect(as, BASE, UAS_PAGE, UAS_READ), 0);
    cr_assert_eq(ninvalidated, 1, "translations are dropped with the permission");
    cr_assert_eq(fetch(BASE, NULL), CPU_FAULT_PERMISSION);
}

Test(uas, stores_to_code_are_seen)
{
    const uint32_t word = 0x12345678, addr = BASE + UAS_PAGE + 16;
    uint32_t back;
    cr_assert_eq(uas_map(as, BASE, 3 * UAS_PAGE, UAS_READ | UAS_WRITE | UAS_EXEC, 0, -1, 0, NULL), 0);
    cr_assert_eq(fetch(addr, NULL), -1);
    cr_assert_eq(as->nwatched, 1);
    cr_assert(uas_write(as, BASE, &word, 4), "another page");
    cr_assert_eq(ninvalidated, 0);
    *(volatile uint32_t *)(as->window + addr) = word; // as an engine does
    cr_assert_eq(ninvalidated, 1);
    cr_assert_eq(invalidated_addr, BASE + UAS_PAGE);
    cr_assert_eq(invalidated_len, UAS_PAGE);
    cr_assert_eq(as->nwatched, 0);
    cr_assert(uas_read(as, &back, addr, 4) && back == word);

    cr_assert_eq(fetch(addr, NULL), -1);
    cr_assert(uas_write(as, BASE + UAS_PAGE - 2, &word, 4), "a copy across the boundary");
    cr_assert_eq(ninvalidated, 2);
    cr_assert_eq(fetch(addr, NULL), -1);
    uas_prepare_write(as, BASE, 3 * UAS_PAGE);
    cr_assert_eq(ninvalidated, 3);
    uas_prepare_write(as, BASE, 3 * UAS_PAGE);
    cr_assert_eq(ninvalidated, 3);
    cr_assert_eq(fetch(addr, NULL), -1);
    cr_assert_eq(uas_unmap(as, BASE, 3 * UAS_PAGE), 0);
    cr_assert_eq(ninvalidated, 4);
    cr_assert_eq(as->nwatched, 0);
}

static int load(uint32_t addr, bool write)
{
    thread.cpu.in_engine = 1;
    if (sigsetjmp(thread.cpu.abort_jmp, 0)) {
        thread.cpu.in_engine = 0;
        cr_assert_eq(thread.cpu.fault.addr, addr);
        cr_assert_eq(thread.cpu.fault.write, write);
        return thread.cpu.fault.kind;
    }
    volatile uint8_t *p = as->window + addr;
    if (write)
        *p = 1;
    else
        (void)*p;
    thread.cpu.in_engine = 0;
    return -1;
}

Test(uas, host_faults_become_aborts)
{
    cr_assert_eq(uas_map(as, BASE, UAS_PAGE, UAS_READ, 0, -1, 0, NULL), 0);
    cr_assert_eq(uas_map(as, BASE + UAS_PAGE, UAS_PAGE, 0, 0, -1, 0, NULL), 0);
    cr_assert_eq(load(BASE, false), -1);
    cr_assert_eq(load(BASE, true), CPU_FAULT_PERMISSION);
    cr_assert_eq(load(BASE + UAS_PAGE, false), CPU_FAULT_PERMISSION);
    cr_assert_eq(load(0, false), CPU_FAULT_TRANSLATION);
    cr_assert_eq(load(0xfffffff0, true), CPU_FAULT_TRANSLATION);

    FILE *f = tmpfile();
    fputs("short", f);
    fflush(f);
    cr_assert_eq(uas_map(as, BASE, 2 * UAS_PAGE, UAS_READ | UAS_EXEC, UAS_SHARED, fileno(f), 0, NULL), 0);
    cr_assert_eq(load(BASE, false), -1);
    cr_assert_eq(load(BASE + UAS_PAGE, false), CPU_FAULT_BUS);
    cr_assert_eq(fetch(BASE + UAS_PAGE, NULL), CPU_FAULT_BUS);
    fclose(f);
}

Test(uas, moving)
{
    char buf[8];
    const unsigned rw = UAS_READ | UAS_WRITE;
    cr_assert_eq(uas_map(as, BASE, 4 * UAS_PAGE, rw, 0, -1, 0, NULL), 0);
    cr_assert(uas_write(as, BASE + UAS_PAGE, "content", 8));
    cr_assert_eq(uas_move(as, BASE + UAS_PAGE, UAS_PAGE, BASE + 0x100000, 3 * UAS_PAGE, false), 0);
    cr_assert(uas_is_free(as, BASE + UAS_PAGE, UAS_PAGE));
    cr_assert_not(uas_read(as, buf, BASE + UAS_PAGE, 1));
    cr_assert(uas_read(as, buf, BASE + 0x100000, 8));
    cr_assert_str_eq(buf, "content");
    cr_assert(uas_write(as, BASE + 0x102000, "end", 4));
    cr_assert_eq(uas_extend(as, BASE + 0x100000, 3 * UAS_PAGE, 5 * UAS_PAGE), 0);
    cr_assert(uas_write(as, BASE + 0x104000, "end", 4));
    cr_assert(uas_read(as, buf, BASE + 0x100000, 8));
    cr_assert_str_eq(buf, "content");
    cr_assert_eq(uas_move(as, BASE, 4 * UAS_PAGE, BASE + 0x200000, 4 * UAS_PAGE, false), -EFAULT,
                 "it has a hole");
    cr_assert_eq(uas_move(as, BASE + 0x100000, UAS_PAGE, BASE + 0x200000, UAS_PAGE, true), 0);
    cr_assert(uas_read(as, buf, BASE + 0x200000, 8));
    cr_assert_str_eq(buf, "content");
    cr_assert(uas_read(as, buf, BASE + 0x100000, 8));
    cr_assert_str_eq(buf, "", "MREMAP_DONTUNMAP leaves empty pages");
    check_list();
}

Test(uas, big_endian_accesses)
{
    const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t back[8];
    struct cpu *c = &thread.cpu;
    cr_assert_eq(uas_map(as, BASE, UAS_PAGE, UAS_READ | UAS_WRITE, 0, -1, 0, NULL), 0);
    cr_assert(uas_write(as, BASE, bytes, 8));
    c->bigend = true;
    c->mem_mode = CPU_MEM_SLOW;
    cr_assert_eq(mem_ld8(c, BASE), 1);
    cr_assert_eq(mem_ld16(c, BASE), 0x0102);
    cr_assert_eq(mem_ld32(c, BASE), 0x01020304);
    cr_assert_eq(mem_ld64(c, BASE), 0x0102030405060708);
    mem_st32(c, BASE, 0x0a0b0c0d);
    mem_st16(c, BASE + 4, 0x0e0f);
    mem_st8(c, BASE + 6, 0x10);
    cr_assert(uas_read(as, back, BASE, 8));
    cr_assert_arr_eq(back, ((uint8_t[]){10, 11, 12, 13, 14, 15, 16, 8}), 8);
    mem_st64(c, BASE, 0x0102030405060708);
    cr_assert(uas_read(as, back, BASE, 8));
    cr_assert_arr_eq(back, bytes, 8);
}
