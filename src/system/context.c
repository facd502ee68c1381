// Names of what addresses mean to instruction fetches: cpu.code_context. Under a name, an address that code
// was fetched from means the same bytes until the name is dropped.
//
// A regime of User mode has a name of its own. What is privileged is a kernel, in global pages, which are the
// same in all address spaces: its names speak of these only, so that a context switch does not void what the
// engine remembers of it; code in another page is not remembered (cpu.code_unnamed). Of DACR, which changes at
// each access to user memory, count the domains that privileged code has been fetched from.
#include "system/system.h"

static uint64_t what_counts(const struct sys_contexts *k, uint64_t regime)
{
    if (regime & REGIME_USER) return regime;
    return regime & ~(uint64_t)(0xffff00000000 | (uint32_t)~k->dacr);
}

uint32_t context_of(struct sys_cpu *s, uint64_t regime)
{
    struct sys_contexts *k = &s->contexts;
    const uint64_t counts = what_counts(k, regime);
    const unsigned i = (unsigned)(counts * 0x9e3779b97f4a7c15 >> 32) % SYS_CONTEXTS;
    if (k->regime[i] != counts) {
        k->regime[i] = counts;
        k->name[i] = ++k->next;
    }
    return k->name[i];
}

// Names have been dropped: those in use get others.
static void renew(struct sys_cpu *s)
{
    for (unsigned i = 0; i < SYS_SLOTS; i++)
        if (s->regime[i]) s->slots[i].context = context_of(s, s->regime[i]);
    if (s->slot) s->cpu.code_context = s->slot->context;
}

void context_drop_all(struct sys_cpu *s)
{
    memset(s->contexts.regime, 0, sizeof s->contexts.regime);
    renew(s);
}

void context_drop_asid(struct sys_cpu *s, int asid)
{
    struct sys_contexts *k = &s->contexts;
    for (unsigned i = 0; i < SYS_CONTEXTS; i++)
        if (k->regime[i] & REGIME_USER && (asid < 0 || REGIME_ASID(k->regime[i]) == asid)) k->regime[i] = 0;
    renew(s);
}

static bool was_fetched(const struct sys_contexts *k, bool global, uint32_t va)
{
    return k->fetched[global][va >> 17] >> (va >> 12 & 31) & 1;
}

void context_drop_page(struct sys_cpu *s, uint32_t va, int asid)
{
    if (was_fetched(&s->contexts, true, va))
        context_drop_all(s);
    else if (was_fetched(&s->contexts, false, va))
        context_drop_asid(s, asid);
}

void context_fetched(struct sys_cpu *s, uint32_t va, const struct sys_page *page)
{
    struct sys_contexts *k = &s->contexts;
    const bool privileged = cpu_privileged(&s->cpu);
    if (privileged && !page->global) {
        s->cpu.code_unnamed = true;
        return;
    }
    k->fetched[page->global][va >> 17] |= 1u << (va >> 12 & 31);
    const uint32_t domain = 3u << 2 * page->domain;
    if (!privileged || page->no_domain || k->dacr & domain) return;
    k->dacr |= domain;
    context_drop_all(s);
}
