// What `monitor` tells of a machine: translations, devices, interrupts.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/debug.h"

struct printer {
    void (*put)(void *to, const char *text);
    void *to;
};

static void print(const struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void print(const struct printer *p, const char *fmt, ...)
{
    char line[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    p->put(p->to, line);
}

static void print_page(const struct printer *p, uint32_t va, const struct sys_page *page)
{
    char perms[8], asid[24] = "global";
    for (int i = 0; i < 6; i++)
        perms[i + i / 3] = page->perms >> i & 1 ? "rwx"[i % 3] : '-';
    perms[3] = '/'; // privileged, and user mode's
    perms[7] = 0;
    if (!page->global) snprintf(asid, sizeof asid, "ASID %u", page->asid);
    print(p, "%08x -> %09llx  %s  domain %u, %s%s\n", va & ~0xfffu, (unsigned long long)page->pa_page, perms,
          page->domain, asid, page->device ? ", device" : "");
}

static void show_translation(const struct printer *p, struct sys_cpu *s, const char *arg)
{
    char *end;
    const uint32_t va = (uint32_t)strtoul(arg, &end, 0);
    struct sys_page page = {0};
    unsigned level = 0;
    if (end == arg || *end) {
        print(p, "mmu wants an address\n");
        return;
    }
    if (!(s->cp15.sctlr & 1)) {
        print(p, "%08x: the MMU is off\n", va);
        return;
    }
    const uint32_t status = mmu_walk(s, va, &page, &level);
    if (status)
        print(p, "%08x: translation fault, status %#x, in level %u\n", va, status, level);
    else
        print_page(p, va, &page);
}

static void show_tlb(const struct printer *p, struct sys_cpu *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < SYS_L2_SETS; i++)
        for (unsigned w = 0; w < SYS_L2_WAYS; w++) {
            const struct sys_page *page = &s->l2[i][w];
            if (!(page->va_page & PAGE_VALID)) continue;
            print_page(p, page->va_page, page);
            n++;
        }
    print(p, "%u pages known; TTBR0 %08llx, DACR %08x, ASID %u\n", n, (unsigned long long)s->cp15.ttbr0,
          s->cp15.dacr, mmu_asid(s));
}

static void show_devices(const struct printer *p, const struct machine *m)
{
    static const char *const kinds[] = {[BUS_RAM] = "memory", [BUS_ROM] = "flash", [BUS_MMIO] = "registers"};
    for (unsigned i = 0; i < m->bus.nranges; i++) {
        const struct bus_range *r = &m->bus.range[i];
        print(p, "%09llx-%09llx  %-9s  %s\n", (unsigned long long)r->base,
              (unsigned long long)(r->base + r->size - 1), kinds[r->kind], r->name);
    }
}

// A bit of the distributor's registers (IHI 0048B, 4.3): of interrupt id, as this CPU reads it.
static bool distributor_bit(struct machine *m, uint32_t offset, unsigned id)
{
    uint32_t v = 0;
    return bus_read(&m->bus, m->gic->base + offset + id / 32 * 4, 4, &v) && v >> id % 32 & 1;
}

static void show_interrupts(const struct printer *p, struct machine *m, struct sys_cpu *s)
{
    enum { TYPER = 0x004, ISENABLER = 0x100, ISPENDR = 0x200, ISACTIVER = 0x300 };
    uint32_t typer = 0;
    const unsigned before = bus_master;
    bus_master = s->index;
    bus_read(&m->bus, m->gic->base + TYPER, 4, &typer);
    const unsigned n = ((typer & 0x1f) + 1) * 32;
    for (unsigned id = 0; id < n; id++) {
        const bool on = distributor_bit(m, ISENABLER, id), pending = distributor_bit(m, ISPENDR, id),
                   active = distributor_bit(m, ISACTIVER, id);
        if (on || pending || active)
            print(p, "%4u  %s%s%s\n", id, on ? "enabled" : "disabled", pending ? ", pending" : "",
                  active ? ", active" : "");
    }
    bus_master = before;
    print(p, "CPU %u: IRQ %s%s, FIQ %s%s\n", s->index, s->cpu.irq_lines & CPU_IRQ ? "asserted" : "quiet",
          s->cpu.masks & PSR_I ? " (masked)" : "", s->cpu.irq_lines & CPU_FIQ ? "asserted" : "quiet",
          s->cpu.masks & PSR_F ? " (masked)" : "");
}

bool machine_monitor(void *ctx, struct cpu *c, const char *command, void (*put)(void *to, const char *text),
                     void *to)
{
    struct machine *m = ctx;
    const struct printer p = {put, to};
    if (!command)
        print(&p, "mmu ADDRESS            what the tables say of an address\n"
                  "tlb                    the pages that the CPU's TLB knows\n"
                  "devices                what is where in the physical address space\n"
                  "irq                    interrupts that are enabled, pending or active\n");
    else if (!strncmp(command, "mmu ", 4))
        show_translation(&p, sys_of(c), command + 4);
    else if (!strcmp(command, "tlb"))
        show_tlb(&p, sys_of(c));
    else if (!strcmp(command, "devices"))
        show_devices(&p, m);
    else if (!strcmp(command, "irq"))
        show_interrupts(&p, m, sys_of(c));
    else
        return false;
    return true;
}
