// Memory and code, as the monitor shows them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/monitor_session.h"
#include "isa/insn.h"

void memory_place(struct monitor *m, uint32_t addr, char *buf, size_t size)
{
    char name[256] = "";
    if (m->symbols) symbols_format(m->symbols, addr, name, sizeof name);
    char *offset = strrchr(name, '+');
    if (offset && !strcmp(offset, "+0x0")) *offset = 0;
    snprintf(buf, size, *name ? "0x%08x <%s>" : "0x%08x", addr, name);
}

static size_t read_guest(struct monitor *m, struct debug_cpu *e, uint32_t addr, void *to, size_t n)
{
    return m->k->target->read(e->cpu, addr, to, n);
}

static void put_unreadable(struct monitor *m, uint32_t addr)
{
    monitor_put(m, "there is no memory at 0x%08x\n", addr);
}

// ---- code ----

// The state that follows an IT instruction or any other (A2.5.2).
static uint8_t next_itstate(uint32_t raw, bool wide, uint8_t itstate)
{
    if (!wide && (raw & 0xff00) == 0xbf00 && raw & 0xf) return (uint8_t)raw;
    return isa_it_advance(itstate);
}

// Mnemonic and operands in columns.
static void spread(const char *text, char *to, size_t size)
{
    const int mnemonic = (int)strcspn(text, "\t");
    const char *rest = text[mnemonic] ? text + mnemonic + 1 : "";
    snprintf(to, size, *rest ? "%-7.*s %s" : "%.*s", mnemonic, text, rest);
    for (char *tab; (tab = strchr(to, '\t'));)
        *tab = ' ';
}

// Where a branch leads, by name, if the text says.
static void put_target(struct monitor *m, const char *text)
{
    const char *hex = strstr(text, "0x");
    const bool branch = *text == 'b' || !strncmp(text, "cb", 2);
    char place[300];
    if (!branch || !hex || !m->symbols) return;
    memory_place(m, (uint32_t)strtoul(hex, NULL, 16), place, sizeof place);
    const char *name = strchr(place, '<');
    if (name) monitor_put(m, " %s", name);
}

unsigned memory_instruction(struct monitor *m, struct debug_cpu *e, uint32_t addr, bool thumb,
                            uint8_t *itstate)
{
    uint16_t hw[2] = {0, 0};
    const size_t got = read_guest(m, e, addr, hw, 4);
    const bool wide = !thumb || isa_thumb_is_wide(hw[0]);
    if (got < (wide ? 4 : 2)) return 0;
    char place[300], bytes[16], text[160], line[200];
    uint32_t raw = hw[0];
    if (!thumb) {
        raw = hw[0] | (uint32_t)hw[1] << 16;
        snprintf(bytes, sizeof bytes, "%08x", raw);
    } else if (wide) {
        raw = (uint32_t)hw[0] << 16 | hw[1];
        snprintf(bytes, sizeof bytes, "%04x %04x", hw[0], hw[1]);
    } else {
        snprintf(bytes, sizeof bytes, "%04x", hw[0]);
    }
    isa_disassemble(raw, thumb, wide, *itstate, addr, text, sizeof text);
    spread(text, line, sizeof line);
    memory_place(m, addr, place, sizeof place);
    const bool here = addr == e->cpu->r[15];
    monitor_put(m, "%s %s  %-9s  %s", here ? "=>" : "  ", place, bytes, line);
    put_target(m, text);
    monitor_put(m, "\n");
    *itstate = thumb ? next_itstate(raw, wide, *itstate) : 0;
    return wide ? 4 : 2;
}

// Whether code is Thumb: as the CPU is in the function where it stands, else as the symbol says.
static bool is_thumb(struct monitor *m, const struct debug_cpu *e, uint32_t addr)
{
    struct symbol there, here;
    if (!m->symbols || !symbols_at(m->symbols, addr, &there) || !there.function) return e->cpu->thumb;
    if (symbols_at(m->symbols, e->cpu->r[15], &here) && here.addr == there.addr) return e->cpu->thumb;
    return there.thumb;
}

static void disassemble(struct monitor *m, struct debug_cpu *e, uint32_t addr, unsigned n)
{
    const bool thumb = addr & 1 || is_thumb(m, e, addr);
    uint8_t itstate = addr == m->next_code ? m->next_itstate : 0;
    addr &= thumb ? ~1u : ~3u;
    while (n--) {
        if (addr == e->cpu->r[15]) itstate = e->cpu->itstate;
        const unsigned bytes = memory_instruction(m, e, addr, thumb, &itstate);
        if (!bytes) {
            put_unreadable(m, addr);
            return;
        }
        addr += bytes;
    }
    m->next_code = addr | thumb;
    m->next_itstate = itstate;
}

void memory_disassemble(struct monitor *m, struct parse *p)
{
    struct debug_cpu *e = monitor_cpu(m);
    const struct parse_names names = monitor_names(m);
    uint32_t addr = e->cpu->r[15] | e->cpu->thumb;
    uint64_t n = 8;
    p->names = &names;
    if (!parse_end(p) && !strcmp(p->at, "+"))
        addr = m->next_code;
    else if (!parse_end(p) && !parse_value(p, &addr))
        n = 0;
    else if (!parse_end(p) && (!parse_number(p, &n) || !parse_end(p) || !n || n > 4096))
        n = 0;
    if (n)
        disassemble(m, e, addr, (unsigned)n);
    else
        monitor_put(m, "%s\n", *p->why ? p->why : "dis [ADDR] [N]: N is from 1 to 4096");
    snprintf(m->again, sizeof m->again, "dis +");
}

// ---- data ----

static unsigned size_of(char letter)
{
    return letter == 'b' ? 1 : letter == 'h' ? 2 : 4;
}

// In the order of the CPU's data accesses.
static uint32_t item(const struct cpu *c, const uint8_t *bytes, unsigned size)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++)
        v |= (uint32_t)bytes[i] << 8 * (c->bigend ? size - 1 - i : i);
    return v;
}

static void put_character(struct monitor *m, uint8_t c)
{
    static const char escaped[] = "\\\"'\n\r\t\0", as[] = "\\\"'nrt0";
    const char *e = memchr(escaped, c, sizeof as - 1);
    if (e)
        monitor_put(m, "\\%c", as[e - escaped]);
    else
        monitor_put(m, c >= ' ' && c < 127 ? "%c" : "\\x%02x", c);
}

static void put_item(struct monitor *m, char letter, unsigned size, uint32_t v)
{
    const unsigned unused = 32 - 8 * size;
    switch (letter) {
    case 'd': monitor_put(m, " %11d", (int32_t)(v << unused) >> unused); break;
    case 'u': monitor_put(m, " %10u", v); break;
    case 'c':
        monitor_put(m, " '");
        put_character(m, (uint8_t)v);
        monitor_put(m, "'");
        break;
    default: monitor_put(m, " 0x%0*x", (int)size * 2, v);
    }
}

static void put_items(struct monitor *m, struct debug_cpu *e, uint32_t addr)
{
    const unsigned size = size_of(m->format.size), line = size == 1 ? 8 : 16 / size;
    for (unsigned i = 0; i < m->format.count; i++, addr += size) {
        uint8_t bytes[4];
        char place[300];
        const bool readable = read_guest(m, e, addr, bytes, size) == size;
        if (i && (i % line == 0 || !readable)) monitor_put(m, "\n");
        if (!readable) {
            put_unreadable(m, addr);
            return;
        }
        memory_place(m, addr, place, sizeof place);
        if (i % line == 0) monitor_put(m, "%s:", place);
        put_item(m, m->format.letter, size, item(e->cpu, bytes, size));
    }
    monitor_put(m, "\n");
    m->next_data = addr;
}

static void put_strings(struct monitor *m, struct debug_cpu *e, uint32_t addr)
{
    enum { LONGEST = 1000 };
    for (unsigned i = 0; i < m->format.count; i++) {
        char place[300];
        uint8_t c = 0;
        if (!read_guest(m, e, addr, &c, 1)) {
            put_unreadable(m, addr);
            return;
        }
        memory_place(m, addr, place, sizeof place);
        monitor_put(m, "%s: \"", place);
        unsigned n = 0;
        while (n++ < LONGEST && read_guest(m, e, addr++, &c, 1) && c)
            put_character(m, c);
        monitor_put(m, c ? "\"…\n" : "\"\n");
    }
    m->next_data = addr;
}

void memory_examine(struct monitor *m, struct parse *p)
{
    struct debug_cpu *e = monitor_cpu(m);
    const struct parse_names names = monitor_names(m);
    struct parse_format f = {.letter = m->format.letter, .size = m->format.size};
    uint32_t addr = m->next_data;
    p->names = &names;
    if (!parse_end(p) && !strcmp(p->at, "+"))
        f.count = m->format.count;
    else if (parse_end(p)) {
        monitor_put(m, "x ADDR [N][x|d|u|c|s|i][b|h|w]: an address is missing\n");
        return;
    } else if (!parse_value(p, &addr) || !parse_format(p, &f)) {
        monitor_put(m, "%s\n", p->why);
        return;
    }
    if (!f.count) f.count = 1;
    m->format = f;
    snprintf(m->again, sizeof m->again, "x +");
    if (f.letter == 'i') {
        disassemble(m, e, addr, f.count);
        m->next_data = m->next_code;
    } else if (f.letter == 's') {
        put_strings(m, e, addr);
    } else {
        put_items(m, e, addr);
    }
}
