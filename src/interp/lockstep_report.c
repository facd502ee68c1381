// What there is to know about a difference between compiled code and the interpreter.
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "interp/lockstep_state.h"
#include "interp/tier.h"

enum { MAX_PATH = 200 }; // instructions of the way there that are shown

static void line(const char *name, uint64_t before, uint64_t interp, uint64_t compiled, int width)
{
    warn("  %-8s %0*llx %*s%0*llx  %0*llx%s", name, width, (unsigned long long)before, 18 - width, "", width,
         (unsigned long long)interp, width, (unsigned long long)compiled, interp == compiled ? "" : "  <--");
}

static void line_if(const char *name, unsigned n, uint32_t before, uint32_t interp, uint32_t compiled)
{
    char numbered[16];
    snprintf(numbered, sizeof numbered, "%s%u", name, n);
    if (interp != compiled || before != interp) line(numbered, before, interp, compiled, 8);
}

// Of a machine's state what has changed: banks are enum cpu_bank, CP15 is by words of what the system part
// keeps.
static void machine_states(const struct lockstep_machine *s, const struct lockstep_machine *a,
                           const struct lockstep_machine *b)
{
    line("tpidruro", s->tpidruro, a->tpidruro, b->tpidruro, 8);
    line("tpidrprw", s->tpidrprw, a->tpidrprw, b->tpidrprw, 8);
    line("event", s->event, a->event, b->event, 8);
    for (unsigned i = 0; i < BANK_COUNT; i++) {
        line_if("sp_", i, s->r13[i], a->r13[i], b->r13[i]);
        line_if("lr_", i, s->r14[i], a->r14[i], b->r14[i]);
        line_if("spsr_", i, s->spsr[i], a->spsr[i], b->spsr[i]);
    }
    for (unsigned i = 0; i < 5; i++) {
        line_if("usr_r", i + 8, s->r8_usr[i], a->r8_usr[i], b->r8_usr[i]);
        line_if("fiq_r", i + 8, s->r8_fiq[i], a->r8_fiq[i], b->r8_fiq[i]);
    }
}

static uint32_t word(const struct lockstep_state *s, unsigned i)
{
    uint32_t w;
    memcpy(&w, &s->words->bytes[i * sizeof w], sizeof w);
    return w;
}

static void states(const struct lockstep_state *s, const struct lockstep_state *a,
                   const struct lockstep_state *b)
{
    char name[16];
    warn("           at the entry       interpreter, compiled code");
    for (int i = 0; i < 16; i++)
        line(cpu_register_name[i], s->r[i], a->r[i], b->r[i], 8);
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

// The guest instruction at a state's PC.
static void instruction_at(struct cpu *c, const struct lockstep_state *s)
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

static void instruction(struct cpu *c, const struct lockstep_state *s)
{
    if (c->sys) lockstep_restore(c, s); // privilege and mapping
    if (sigsetjmp(c->abort_jmp, 0))
        warn("  %8x:\tcannot be fetched", s->r[15]);
    else
        instruction_at(c, s);
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
    const unsigned shown = n < l->n ? n : l->n;
    states(&l->state[0], &l->state[shown], &l->compiled);
    if (c->sys) machine_states(&l->state[0].machine, &l->state[shown].machine, &l->compiled.machine);
    for (unsigned i = 0; c->sys && i < sizeof(struct cpu_words) / 4; i++)
        line_if("cp15_", i, word(&l->state[0], i), word(&l->state[shown], i), word(&l->compiled, i));
    warn("instructions executed, and the next one:");
    for (unsigned i = shown > MAX_PATH ? shown - MAX_PATH : 0; i <= shown; i++)
        instruction(c, &l->state[i]);
    lockstep_restore(c, &l->state[0]);
    // Compiled once more, for what the compiler has to tell.
    log_enable("jit", (char[LOG_WHY]){0});
    interp_tier_compile(c, b, false);
    interp_tier_compile(c, b, true);
}
