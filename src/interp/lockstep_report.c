// What there is to know about a difference between compiled code and the interpreter.
#include <stdio.h>

#include "base/log.h"
#include "interp/lockstep_state.h"
#include "interp/tier.h"

enum { MAX_PATH = 200 }; // instructions of the way there that are shown

static void line(const char *name, uint64_t before, uint64_t interp, uint64_t compiled, int width)
{
    warn("  %-8s %0*llx %*s%0*llx  %0*llx%s", name, width, (unsigned long long)before, 18 - width, "", width,
         (unsigned long long)interp, width, (unsigned long long)compiled, interp == compiled ? "" : "  <--");
}

static void states(const struct lockstep_state *s, const struct lockstep_state *a,
                   const struct lockstep_state *b)
{
    static const char *const names[] = {"r0", "r1", "r2",  "r3",  "r4",  "r5", "r6", "r7",
                                        "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};
    char name[16];
    warn("           at the entry       interpreter, compiled code");
    for (int i = 0; i < 16; i++)
        line(names[i], s->r[i], a->r[i], b->r[i], 8);
    line("cpsr", s->cpsr, a->cpsr, b->cpsr, 8);
    line("fpscr", s->fpscr, a->fpscr, b->fpscr, 8);
    line("tpidrurw", s->tpidrurw, a->tpidrurw, b->tpidrurw, 8);
    line("monitor", s->excl_addr, a->excl_addr, b->excl_addr, 8);
    line("size", s->excl_size, a->excl_size, b->excl_size, 8);
    line("value", s->excl_value, a->excl_value, b->excl_value, 16);
    for (int i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "d%d", i);
        if (a->d[i] != b->d[i] || a->d[i] != s->d[i]) line(name, s->d[i], a->d[i], b->d[i], 16);
    }
}

// The guest instruction at a state's PC, which has been fetched before.
static void instruction(struct cpu *c, const struct lockstep_state *s)
{
    const bool thumb = s->cpsr & PSR_T;
    const uint32_t pc = s->r[15];
    const uint8_t it = (uint8_t)((s->cpsr >> 25 & 3) | (s->cpsr >> 8 & 0xfc));
    uint32_t raw, frame;
    uint16_t second = 0;
    bool wide;
    char text[160];
    if (!interp_fetch(c->mem->fetch_page(c, pc, &frame), pc, thumb, &raw, &wide)) {
        memcpy(&second, c->mem->fetch_page(c, pc + 2, &frame), 2);
        raw = raw << 16 | second;
    }
    isa_disassemble(raw, thumb, wide, it, pc, text, sizeof text);
    warn("  %8x:\t%0*x\t%s", pc, wide ? 8 : 4, raw, text);
}

static const char *end_name(enum cpu_exit end)
{
    static const char *const names[] = {[CPU_EXIT_SVC] = "a system call",
                                        [CPU_EXIT_UNDEF] = "an undefined instruction",
                                        [CPU_EXIT_BKPT] = "a breakpoint",
                                        [CPU_EXIT_PREFETCH_ABORT] = "code that cannot be fetched",
                                        [CPU_EXIT_DATA_ABORT] = "a data abort"};
    return end <= CPU_EXIT_DATA_ABORT ? names[end] : NULL;
}

void lockstep_report(struct cpu *c, const struct lockstep *l, struct block *b, unsigned n, const char *why)
{
    warn("lockstep: compiled code for 0x%08x differs behind %u instructions: %s", (uint32_t)b->key & ~1u, n,
         why);
    if (end_name(l->end)) warn("the interpreter executed %u, up to %s", l->n, end_name(l->end));
    states(&l->state[0], &l->state[n < l->n ? n : l->n], &l->compiled);
    const unsigned shown = n < l->n ? n : l->n;
    warn("instructions executed, and the next one:");
    for (unsigned i = shown > MAX_PATH ? shown - MAX_PATH : 0; i <= shown; i++)
        instruction(c, &l->state[i]);
    // Compiled once more, for what the compiler has to tell.
    log_enable("jit");
    interp_tier_compile(c, b, false);
    interp_tier_compile(c, b, true);
}
