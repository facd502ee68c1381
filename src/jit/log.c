#include "jit/log.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "jit/disas.h"

static void log_operations(const struct ir_block *b, const char *before)
{
    char line[128];
    for (unsigned k = 0; k < b->n; k++) {
        ir_print(&b->insn[k], line, sizeof line);
        log_line("%s%s", before, line);
    }
}

void jit_log_ir(const struct ir_block *b)
{
    log_line("block 0x%08x %s", b->pc, b->thumb ? "Thumb" : "ARM");
    log_operations(b, "    ");
}

static uint32_t raw_at(const struct cpu *c, uint32_t pc, bool thumb, bool wide)
{
    uint16_t hw[2];
    memcpy(hw, c->window + pc, sizeof hw);
    return !thumb ? hw[0] | (uint32_t)hw[1] << 16 : wide ? (uint32_t)hw[0] << 16 | hw[1] : hw[0];
}

static void log_guest(const struct cpu *c, const struct translation *t)
{
    char text[160];
    for (unsigned k = 0; k < t->ninsns; k++) {
        const struct tier_insn *i = &t->insns[k];
        const bool thumb = t->ir.thumb, wide = i->in.len == 4;
        const uint32_t raw = c->sys ? i->in.raw : raw_at(c, i->pc, thumb, wide);
        isa_disassemble(raw, thumb, wide, i->it, i->pc, text, sizeof text);
        log_line("guest %x:\t%s", i->pc, text);
    }
}

static void log_bytes(const uint8_t *p, const uint8_t *end, const char *what)
{
    enum { A_LINE = 32 };
    while (p < end) {
        char line[5 * A_LINE + 1];
        int n = 0;
        for (unsigned k = 0; k < A_LINE && p < end; k++)
            n += snprintf(line + n, sizeof line - (size_t)n, " %02x", *p++);
        log_line("%s%s", what, line);
    }
}

static void put_line(void *cold, const char *line)
{
    const bool is_cold = strtoul(line, NULL, 16) >= *(const unsigned *)cold;
    log_line("%s\t%s", is_cold ? "cold" : "host", line);
}

// Disassembled by objdump, or as bytes.
static void log_code(const struct emit *e)
{
    unsigned cold = (unsigned)(e->cold - e->start);
    if (jit_disassemble(e->start, (unsigned)(e->a.p - e->start), put_line, &cold)) return;
    log_bytes(e->start, e->cold, "host");
    log_bytes(e->cold, e->a.p, "cold");
}

// Where the host's code finds what, to read it by.
static void log_places(const struct emit *e)
{
    char line[256];
    int n = 0;
    for (unsigned r = 0; r < 15; r++)
        if (e->home[r] >= 0) n += snprintf(line + n, sizeof line - (size_t)n, " r%u=%d", r, e->home[r]);
    log_line("home%s", line);
    log_line(
        "cpu r=%zu d=%zu n=%zu z=%zu borrow=%zu overflow=%zu temp=%zu heat=%zu exit_request=%zu thumb=%zu "
        "jumps=%zu",
        offsetof(struct cpu, r), offsetof(struct cpu, d), offsetof(struct cpu, host_flags.n),
        offsetof(struct cpu, host_flags.z), offsetof(struct cpu, host_flags.borrow),
        offsetof(struct cpu, host_flags.overflow), offsetof(struct cpu, host_temp),
        offsetof(struct cpu, host_heat), offsetof(struct cpu, exit_request), offsetof(struct cpu, thumb),
        offsetof(struct cpu, host_jump));
}

void jit_log_unit(const struct cpu *c, const struct translation *t, const struct emit *e)
{
    log_line("unit 0x%08x %s", t->ir.pc, t->ir.thumb ? "Thumb" : "ARM");
    log_guest(c, t);
    log_operations(&t->ir, "ir ");
    log_places(e);
    log_code(e);
}
