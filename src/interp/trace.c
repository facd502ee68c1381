#include "interp/trace.h"

#include <stdio.h>

static APART void log_instruction(const struct cpu *c, const struct step *s)
{
    char bytes[16], text[160];
    const uint32_t raw = s->imm;
    if (!c->thumb)
        snprintf(bytes, sizeof bytes, "%08x ", raw);
    else if (s->size)
        snprintf(bytes, sizeof bytes, "%04x %04x ", raw >> 16, raw & 0xffff);
    else
        snprintf(bytes, sizeof bytes, "%04x      ", raw);
    isa_disassemble(raw, c->thumb, s->size, s->it, s->pc, text, sizeof text);
    log_event("%8x:\t%s\t%s", s->pc, bytes, text);
}

const struct step *step_trace(struct cpu *c, const struct step *s)
{
    if (log_on_at(LOG_INSTRUCTIONS, s->pc)) log_instruction(c, s);
    NEXT;
}
