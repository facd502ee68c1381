#include "debug/trace.h"

#include <stdio.h>

#include "base/log.h"
#include "cpu/engine.h"
#include "isa/insn.h"
#include "mem/access.h"

// The halfwords of the instruction at the PC. False if they cannot be fetched: the engine will find that,
// too.
static bool fetch(struct cpu *c, uint16_t hw[2], bool *wide)
{
    uint32_t frame;
    c->in_engine = 1;
    const bool ok = sigsetjmp(c->abort_jmp, 0) == 0;
    if (ok) {
        memcpy(&hw[0], c->mem->fetch_page(c, c->r[15], &frame) + (c->r[15] & 0xfff), 2);
        *wide = !c->thumb || isa_thumb_is_wide(hw[0]);
        const uint32_t next = c->r[15] + 2;
        if (*wide) memcpy(&hw[1], c->mem->fetch_page(c, next, &frame) + (next & 0xfff), 2);
    }
    c->in_engine = 0;
    return ok;
}

void trace_instruction(struct cpu *c)
{
    uint16_t hw[2] = {0, 0};
    bool wide = false;
    if (!fetch(c, hw, &wide)) return;
    char bytes[16], text[160];
    uint32_t raw;
    if (!c->thumb) {
        raw = hw[0] | (uint32_t)hw[1] << 16;
        snprintf(bytes, sizeof bytes, "%08x ", raw);
    } else if (wide) {
        raw = (uint32_t)hw[0] << 16 | hw[1];
        snprintf(bytes, sizeof bytes, "%04x %04x ", hw[0], hw[1]);
    } else {
        raw = hw[0];
        snprintf(bytes, sizeof bytes, "%04x      ", raw);
    }
    isa_disassemble(raw, c->thumb, wide, c->itstate, c->r[15], text, sizeof text);
    log_line("%8x:\t%s\t%s", c->r[15], bytes, text);
}

enum cpu_exit trace_run(struct cpu *c)
{
    for (;;) {
        trace_instruction(c);
        const enum cpu_exit e = c->engine->run(c, 1);
        if (e != CPU_EXIT_BUDGET) return e;
        if (c->exit_request) return CPU_EXIT_INTERRUPT;
    }
}
