// Everything that guest instructions can see: taking it down, going back to it, comparing it.
#include <string.h>

#include "interp/lockstep_state.h"

static void save_machine(struct cpu *c, struct lockstep_machine *m)
{
    m->tpidruro = c->tpidruro;
    m->tpidrprw = c->tpidrprw;
    m->elr_hyp = c->elr_hyp;
    m->event = (uint32_t)c->event;
    memcpy(m->r13, c->bank_r13, sizeof m->r13);
    memcpy(m->r14, c->bank_r14, sizeof m->r14);
    memcpy(m->spsr, c->bank_spsr, sizeof m->spsr);
    memcpy(m->r8_usr, c->bank_r8_usr, sizeof m->r8_usr);
    memcpy(m->r8_fiq, c->bank_r8_fiq, sizeof m->r8_fiq);
}

static void restore_machine(struct cpu *c, const struct lockstep_machine *m)
{
    c->tpidruro = m->tpidruro;
    c->tpidrprw = m->tpidrprw;
    c->elr_hyp = m->elr_hyp;
    c->event = (sig_atomic_t)m->event;
    memcpy(c->bank_r13, m->r13, sizeof m->r13);
    memcpy(c->bank_r14, m->r14, sizeof m->r14);
    memcpy(c->bank_spsr, m->spsr, sizeof m->spsr);
    memcpy(c->bank_r8_usr, m->r8_usr, sizeof m->r8_usr);
    memcpy(c->bank_r8_fiq, m->r8_fiq, sizeof m->r8_fiq);
}

static const struct cpu_words *present_words(struct cpu *c, struct lockstep *l)
{
    if (l->words_old || !l->nwords) {
        c->sys->words_get(c, &l->words[l->nwords++]);
        l->words_old = false;
    }
    return &l->words[l->nwords - 1];
}

void lockstep_save(struct cpu *c, struct lockstep *l, struct lockstep_state *s)
{
    memcpy(s->r, c->r, sizeof s->r);
    memcpy(s->d, c->d, sizeof s->d);
    s->cpsr = cpu_cpsr_get(c);
    s->fpscr = c->fpscr;
    s->tpidrurw = c->tpidrurw;
    s->excl_size = c->excl_size;
    // An open monitor has no address.
    s->excl_addr = c->excl_size == CPU_EXCL_OPEN ? 0 : c->excl_addr;
    s->excl_value = c->excl_size == CPU_EXCL_OPEN ? 0 : c->excl_value;
    if (!c->sys) return;
    save_machine(c, &s->machine);
    s->words = present_words(c, l);
}

void lockstep_restore(struct cpu *c, const struct lockstep_state *s)
{
    cpu_cpsr_set(c, s->cpsr); // and with it the way to memory, and the mode's registers
    memcpy(c->r, s->r, sizeof s->r);
    memcpy(c->d, s->d, sizeof s->d);
    c->fpscr = s->fpscr;
    c->tpidrurw = s->tpidrurw;
    c->excl_size = (uint8_t)s->excl_size;
    c->excl_addr = s->excl_addr;
    c->excl_value = s->excl_value;
    if (!c->sys) return;
    restore_machine(c, &s->machine);
    c->sys->words_set(c, s->words);
}

_Static_assert(sizeof(struct lockstep_machine) == 4 * (4 + 3 * BANK_COUNT + 10),
               "it is compared as bytes, all of which are something");

bool lockstep_same(const struct cpu *c, const struct lockstep_state *a, const struct lockstep_state *b)
{
    uint32_t differ = a->cpsr ^ b->cpsr;
    uint64_t wide = a->excl_value ^ b->excl_value;
    for (int i = 0; i < 16; i++)
        differ |= a->r[i] ^ b->r[i];
    for (int i = 0; i < 32; i++)
        wide |= a->d[i] ^ b->d[i];
    differ |= (a->fpscr ^ b->fpscr) | (a->tpidrurw ^ b->tpidrurw) | (a->excl_addr ^ b->excl_addr) |
              (a->excl_size ^ b->excl_size);
    if (differ || wide) return false;
    if (!c->sys) return true;
    return memcmp(&a->machine, &b->machine, sizeof a->machine) == 0 &&
           (a->words == b->words || memcmp(a->words, b->words, sizeof *a->words) == 0);
}
