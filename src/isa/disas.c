// The disassembler: templates of the tables into text that agrees with objdump -d.
#include "isa/disas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void dis_put(struct disas *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int room = d->size - d->len;
    const int n = vsnprintf(d->buf + d->len, (size_t)room, fmt, ap);
    va_end(ap);
    d->len += n < room ? n : room - 1;
}

void dis_reg(struct disas *d, unsigned r)
{
    static const char names[16][4] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7",
                                      "r8", "r9", "sl", "fp", "ip", "sp", "lr", "pc"};
    dis_put(d, "%s", names[r & 15]);
}

void dis_note_address(struct disas *d, uint32_t addr)
{
    dis_put(d, "\t@ 0x%x", addr);
}

static isa_format_fn *find(const struct isa_formatter *f, const char *name, size_t len)
{
    for (; f->name; f++)
        if (!strncmp(f->name, name, len) && !f->name[len]) return f->fn;
    return NULL;
}

static isa_format_fn *find_formatter(const struct isa_space *sp, const char *name, size_t len)
{
    isa_format_fn *fn = NULL;
    if (sp == &isa_vfp) fn = find(isa_vfp_formatters, name, len);
    if (sp == &isa_neon) fn = find(isa_neon_formatters, name, len);
    return fn ? fn : find(isa_formatters, name, len);
}

bool isa_has_formatter(const struct isa_space *sp, const char *name)
{
    return find_formatter(sp, name, strlen(name)) != NULL;
}

static void expand(struct disas *d, const struct isa_space *sp, const char *syntax)
{
    for (const char *p = syntax; *p;) {
        if (*p != '{') {
            const size_t n = strcspn(p, "{");
            dis_put(d, "%.*s", (int)n, p);
            p += n;
            continue;
        }
        const char *name = p + 1;
        const size_t len = strcspn(name, ":}");
        const char *arg = name + len + (name[len] == ':');
        const size_t arg_len = strcspn(arg, "}");
        snprintf(d->arg, sizeof d->arg, "%.*s", (int)arg_len, arg);
        isa_format_fn *fn = find_formatter(sp, name, len);
        if (fn)
            fn(d);
        else
            dis_put(d, "{%.*s}", (int)len, name);
        p = arg + arg_len + (arg[arg_len] == '}');
    }
}

int isa_disassemble(uint32_t raw, bool thumb, bool wide, uint8_t itstate, uint32_t pc, char *buf, int size)
{
    struct insn in;
    const enum isa_result r =
        thumb ? isa_decode_thumb(raw, wide, itstate, ~0u, &in) : isa_decode_a32(raw, ~0u, &in);
    struct disas d = {.in = &in,
                      .raw = raw,
                      .pc = pc,
                      .thumb = thumb,
                      .it = thumb && (itstate & 15),
                      .buf = buf,
                      .size = size};
    const struct isa_space *sp = isa_space_of(&d.raw, thumb, wide);
    buf[0] = 0;
    if (r == ISA_UNDEFINED) {
        dis_put(&d, "\t\t@ <UNDEFINED> instruction: 0x%0*x", thumb && !wide ? 4 : 8, raw);
        return d.len;
    }
    d.unpredictable = r == ISA_UNPREDICTABLE;
    expand(&d, sp, sp->syntax[in.row]);
    if (d.comment < -16 || d.comment > 32) dis_put(&d, "\t@ 0x%x", (uint32_t)d.comment);
    if (d.unpredictable) dis_put(&d, "\t@ <UNPREDICTABLE>");
    return d.len;
}
