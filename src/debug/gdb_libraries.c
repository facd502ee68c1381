// qXfer:libraries-svr4: the libraries that the guest's dynamic linker has loaded, from its own list (struct
// r_debug in the System V ABI's <link.h>), which the program's dynamic section leads to.
#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "debug/gdb_session.h"

enum { MOST = 4096 }; // entries: a list that the guest has spoilt may lead in a circle

struct link_map {
    uint32_t l_addr, l_name, l_ld, l_next, l_prev;
};

struct guest {
    const struct debug_target *t;
    struct cpu *c;
};

static bool get(const struct guest *g, uint32_t addr, void *to, size_t n)
{
    return g->t->read(g->c, addr, to, n) == n;
}

static uint32_t auxiliary(const struct debug_target *t, uint32_t type)
{
    Elf32_auxv_t a;
    for (uint32_t at = 0; t->auxv(t->ctx, at, &a, sizeof a) == sizeof a && a.a_type; at += sizeof a)
        if (a.a_type == type) return a.a_un.a_val;
    return 0;
}

// Where the program's dynamic section is; 0: it has none.
static uint32_t dynamic_section(const struct guest *g)
{
    const uint32_t at = auxiliary(g->t, AT_PHDR), n = auxiliary(g->t, AT_PHNUM);
    uint32_t dynamic = 0, bias = 0;
    bool known = false, any = false;
    for (uint32_t i = 0; i < n && i < MOST; i++) {
        Elf32_Phdr p;
        if (!get(g, at + i * (uint32_t)sizeof p, &p, sizeof p)) return 0;
        if (p.p_type == PT_PHDR) bias = at - p.p_vaddr, known = true;
        if (p.p_type == PT_LOAD && !p.p_offset && !known)
            bias = at - p.p_vaddr - (uint32_t)sizeof(Elf32_Ehdr), known = true;
        if (p.p_type == PT_DYNAMIC) dynamic = p.p_vaddr, any = true;
    }
    return any && known ? dynamic + bias : 0;
}

// Where the list begins; 0: there is none, or not yet.
static uint32_t first_entry(const struct guest *g)
{
    uint32_t at = dynamic_section(g), map = 0;
    Elf32_Dyn d;
    for (unsigned i = 0; at && i < MOST && get(g, at, &d, sizeof d) && d.d_tag != DT_NULL; i++) {
        if (d.d_tag == DT_DEBUG && d.d_un.d_ptr) get(g, d.d_un.d_ptr + 4, &map, sizeof map); // r_map
        at += sizeof d;
    }
    return map;
}

static size_t put_name(char *to, size_t size, const struct guest *g, uint32_t at)
{
    size_t n = 0;
    char c;
    for (unsigned i = 0; i < PATH_MAX && n < size - 8 && get(g, at + i, &c, 1) && c; i++) {
        const char *safe = c == '<'   ? "&lt;"
                           : c == '>' ? "&gt;"
                           : c == '&' ? "&amp;"
                           : c == '"' ? "&quot;"
                                      : NULL;
        if (safe)
            n += (size_t)snprintf(to + n, size - n, "%s", safe);
        else
            to[n++] = (unsigned char)c < ' ' ? '?' : c;
    }
    return n;
}

// annex: what GDB knows already ("start=ENTRY;prev=ENTRY;"), and then only what is behind it.
static uint32_t start_of(const char *annex)
{
    uint64_t v = 0;
    if (!strncmp(annex, "start=", 6)) gdb_number(annex + 6, &v);
    return (uint32_t)v;
}

size_t gdb_libraries(struct gdb_session *s, struct cpu *c, const char *annex, char *xml, size_t size)
{
    const struct guest g = {s->k->target, c};
    const uint32_t start = start_of(annex), first = start ? start : first_entry(&g);
    size_t n = (size_t)snprintf(xml, size, "<library-list-svr4 version=\"1.0\"");
    struct link_map m;
    uint32_t at = first, prev = 0;
    if (!start && first) n += (size_t)snprintf(xml + n, size - n, " main-lm=\"0x%x\"", first);
    n += (size_t)snprintf(xml + n, size - n, ">");
    for (unsigned i = 0; at && i < MOST && get(&g, at, &m, sizeof m) && n + 2 * PATH_MAX < size; i++) {
        if (prev && m.l_prev != prev) break; // being changed
        if (start || i) {                    // the first is the program
            n += (size_t)snprintf(xml + n, size - n, "<library name=\"");
            n += put_name(xml + n, size - n - 256, &g, m.l_name);
            n += (size_t)snprintf(xml + n, size - n,
                                  "\" lm=\"0x%x\" l_addr=\"0x%x\" l_ld=\"0x%x\" lmid=\"0x0\"/>", at, m.l_addr,
                                  m.l_ld);
        }
        prev = at;
        at = m.l_next;
    }
    return n + (size_t)snprintf(xml + n, size - n, "</library-list-svr4>");
}
