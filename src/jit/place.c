// Which guest instruction's the host's code is: for who asks where a CPU is while it runs, and who names the
// code.
#include "jit/internal.h"

enum { NOWHERE = 1 };

static bool in_code(const struct jit *j, const uint8_t *pc)
{
    return pc >= j->code && pc < j->code + j->size;
}

// The instruction's address, or something odd.
static uint32_t place_at(const struct jit_unit *u, const uint8_t *pc)
{
    const uint32_t offset = (uint32_t)(pc - u->start);
    unsigned lo = 0, hi = u->nplaces; // the first that begins behind it
    while (lo < hi) {
        const unsigned mid = (lo + hi) / 2;
        if (u->places[mid].offset > offset)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo ? u->places[lo - 1].pc : NOWHERE;
}

static bool in_unit(const struct cpu *c, const struct jit_unit *u, const uint8_t *pc,
                    const struct host_registers *h, uint32_t r[16], bool *thumb)
{
    const uint32_t at = place_at(u, pc);
    if (at & 1) return false;
    for (unsigned k = 0; k < 15; k++)
        r[k] = h && u->home[k] >= 0 ? (uint32_t)h->r[u->home[k]] : c->r[k];
    r[15] = at;
    *thumb = u->thumb;
    return true;
}

// In a function that compiled code has called: through which code, the innermost return address to it tells.
static bool in_called(const struct jit *j, const struct cpu *c, const uintptr_t *stack, uint32_t r[16],
                      bool *thumb)
{
    const struct host_registers *saved = NULL;
    bool found = false;
    for (const uintptr_t *end = c->host_sp; stack < end && !found; stack++) {
        const uint8_t *pc = (const uint8_t *)*stack - j->to_exec - 1;
        if (!in_code(j, pc)) continue;
        const struct emit_shared *s = &j->shared;
        const struct jit_unit *u = jit_unit_at(j, pc);
        if (u && (found = in_unit(c, u, pc, saved, r, thumb))) continue;
        // Handlers of the unit's own calls, or of all units', find the guest's registers in struct cpu.
        const bool handler = u || (pc >= s->call[0] && pc < s->call_end);
        if (!handler && !(pc >= s->tlb_miss && pc < s->tlb_miss_end)) return false;
        if (!handler) saved = (const struct host_registers *)(stack + 1);
    }
    return found;
}

enum engine_where jit_where(struct tier *t, struct cpu *c, uintptr_t host_pc, const struct host_registers *h,
                            uint32_t r[16], bool *thumb)
{
    const struct jit *j = jit_of(t);
    const uint8_t *pc = (const uint8_t *)host_pc - j->to_exec;
    if (!c->in_tier) return ENGINE_UNKNOWN;
    if (!in_code(j, pc)) {
        const uintptr_t *stack = (const uintptr_t *)(uintptr_t)h->r[RSP];
        return in_called(j, c, stack, r, thumb) ? ENGINE_CALLED : ENGINE_UNKNOWN;
    }
    const struct jit_unit *u = jit_unit_at(j, pc);
    return u && in_unit(c, u, pc, h, r, thumb) ? ENGINE_CODE : ENGINE_UNKNOWN;
}

void jit_tell_made(struct jit *j, struct cpu *c, const struct jit_unit *u)
{
    const struct tier_code code = {.start = (uintptr_t)(u->start + j->to_exec),
                                   .size = u->size,
                                   .bytes = u->start,
                                   .thumb = u->thumb,
                                   .region = u->region,
                                   .places = u->places,
                                   .nplaces = u->nplaces};
    j->tier.made(&j->tier, c, &code);
}

void jit_tell_all(struct tier *t, struct cpu *c)
{
    struct jit *j = jit_of(t);
    for (unsigned k = 0; k < JIT_PARTS && j->code; k++)
        for (unsigned u = j->parts[k].nunits; u--;)
            if (!j->parts[k].units[u]->dead) jit_tell_made(j, c, j->parts[k].units[u]);
}
