#include "debug/registers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned registers_count(const struct debug_target *t, const struct cpu *c)
{
    unsigned n = REG_OTHERS;
    const char *group;
    while (t->reg_name && t->reg_name(c, n - REG_OTHERS, &group))
        n++;
    return n;
}

unsigned register_size(const struct debug_target *t, const struct cpu *c, unsigned n)
{
    const char *group;
    if (n >= REG_D0 && n < REG_FPSCR) return 8;
    if (n >= REG_Q0 && n < REG_TPIDRURO) return 16;
    if (n < REG_OTHERS) return 4;
    return t->reg_name && t->reg_name(c, n - REG_OTHERS, &group) ? 4 : 0;
}

void register_get(const struct debug_target *t, struct cpu *c, unsigned n, uint8_t value[REG_BYTES])
{
    uint64_t v;
    memset(value, 0, REG_BYTES);
    if (n >= REG_Q0 && n < REG_TPIDRURO) {
        memcpy(value, &c->d[2 * (n - REG_Q0)], 16);
        return;
    }
    if (n < 16)
        v = c->r[n];
    else if (n == REG_CPSR)
        v = cpu_cpsr_get(c);
    else if (n < REG_FPSCR)
        v = c->d[n - REG_D0];
    else if (n == REG_FPSCR)
        v = c->fpscr;
    else if (n == REG_TPIDRURO)
        v = c->tpidruro;
    else
        v = t->reg_get(c, n - REG_OTHERS);
    memcpy(value, &v, 8);
}

// A debugger that sets the PC to a Thumb function sets bit 0, or CPSR.T.
static void set_pc(struct cpu *c, uint32_t v)
{
    if (v & 1) c->thumb = true;
    c->r[15] = v & (c->thumb ? ~1u : ~3u);
    c->itstate = 0;
}

bool register_set(struct cpu *c, unsigned n, const uint8_t value[REG_BYTES])
{
    uint64_t v;
    memcpy(&v, value, 8);
    if (n == 15)
        set_pc(c, (uint32_t)v);
    else if (n < 15)
        c->r[n] = (uint32_t)v;
    else if (n == REG_CPSR && (c->sys ? cpu_mode_exists(v & PSR_M) : (v & PSR_M) == MODE_USR))
        cpu_cpsr_set(c, (uint32_t)v);
    else if (n >= REG_D0 && n < REG_FPSCR)
        c->d[n - REG_D0] = v;
    else if (n == REG_FPSCR)
        c->fpscr = (uint32_t)v;
    else if (n >= REG_Q0 && n < REG_TPIDRURO)
        memcpy(&c->d[2 * (n - REG_Q0)], value, 16);
    else if (n == REG_TPIDRURO)
        c->tpidruro = (uint32_t)v;
    else
        return false;
    return true;
}

void registers_text(const struct cpu *c, char text[REG_TEXT])
{
    const uint32_t psr = cpu_cpsr_get(c);
    int n = 0;
    for (unsigned i = 0; i < 16; i++)
        n += snprintf(text + n, REG_TEXT - (size_t)n, "%-5s%08x%s", cpu_register_name[i], c->r[i],
                      i % 4 == 3 ? "\n" : "  ");
    snprintf(text + n, REG_TEXT - (size_t)n, "cpsr %08x  %c%c%c%c%c %s %s%s%s%s%s  fpscr %08x\n", psr,
             psr & PSR_N ? 'N' : 'n', psr & PSR_Z ? 'Z' : 'z', psr & PSR_C ? 'C' : 'c',
             psr & PSR_V ? 'V' : 'v', psr & PSR_Q ? 'Q' : 'q', c->thumb ? "thumb" : "arm",
             cpu_mode_name(psr & PSR_M), c->bigend ? " big-endian" : "", c->sys && psr & PSR_A ? " A" : "",
             c->sys && psr & PSR_I ? " I" : "", c->sys && psr & PSR_F ? " F" : "", c->fpscr);
}

// A window into a text that is made from its beginning each time.
struct piece {
    size_t at, from, n, room;
    char *to;
};

static void put(struct piece *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct piece *p, const char *fmt, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    const int len = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    for (int i = 0; i < len && i < (int)sizeof line - 1; i++, p->at++)
        if (p->at >= p->from && p->n < p->room) p->to[p->n++] = line[i];
}

// Each as bytes, integers or floating-point numbers.
static void put_quads(struct piece *p)
{
    static const struct {
        const char *name, *type;
        int count;
    } views[] = {
        {"u8", "uint8", 16},  {"u16", "uint16", 8},      {"u32", "uint32", 4},
        {"u64", "uint64", 2}, {"f32", "ieee_single", 4}, {"f64", "ieee_double", 2},
    };
    enum { VIEWS = sizeof views / sizeof *views };
    for (int i = 0; i < VIEWS; i++)
        put(p, "<vector id=\"neon_%s\" type=\"%s\" count=\"%d\"/>", views[i].name, views[i].type,
            views[i].count);
    put(p, "<union id=\"neon_q\">");
    for (int i = 0; i < VIEWS; i++)
        put(p, "<field name=\"%s\" type=\"neon_%s\"/>", views[i].name, views[i].name);
    put(p, "</union>");
    for (int i = 0; i < 16; i++)
        put(p, "<reg name=\"q%d\" bitsize=\"128\" type=\"neon_q\" save-restore=\"no\"/>", i);
}

static void put_others(struct piece *p, const struct debug_target *t, const struct cpu *c)
{
    const char *name, *group;
    if (!t->reg_name || !t->reg_name(c, 0, &group)) return;
    put(p, "<feature name=\"org.stinkarm.system\">");
    for (unsigned i = 0; (name = t->reg_name(c, i, &group)); i++)
        put(p, "<reg name=\"%s\" bitsize=\"32\" group=\"%s\" save-restore=\"no\"/>", name, group);
    put(p, "</feature>");
}

size_t registers_xml(const struct debug_target *t, const struct cpu *c, size_t offset, char *to, size_t n)
{
    struct piece p = {.from = offset, .room = n, .to = to};
    put(&p, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\">"
            "<architecture>arm</architecture>");
    if (!c->sys) put(&p, "<osabi>GNU/Linux</osabi>");
    put(&p, "<feature name=\"org.gnu.gdb.arm.core\">");
    for (int i = 0; i < 13; i++)
        put(&p, "<reg name=\"r%d\" bitsize=\"32\" type=\"uint32\"/>", i);
    put(&p, "<reg name=\"sp\" bitsize=\"32\" type=\"data_ptr\"/><reg name=\"lr\" bitsize=\"32\"/>"
            "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\"/><reg name=\"cpsr\" bitsize=\"32\"/></feature>"
            "<feature name=\"org.gnu.gdb.arm.vfp\">");
    for (int i = 0; i < 32; i++)
        put(&p, "<reg name=\"d%d\" bitsize=\"64\" type=\"ieee_double\"/>", i);
    put(&p, "<reg name=\"fpscr\" bitsize=\"32\" type=\"int\" group=\"float\"/>");
    put_quads(&p);
    put(&p, "</feature><feature name=\"org.gnu.gdb.arm.tls\">"
            "<reg name=\"tpidruro\" bitsize=\"32\" type=\"data_ptr\"/></feature>");
    put_others(&p, t, c);
    put(&p, "</target>");
    return p.n;
}
