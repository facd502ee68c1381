// The device tree that a kernel gets: a given one with memory, command line, initrd and virtio slots filled
// in, or one made from the board's tables.
#include "board/tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "board/boot.h"

// What /chosen and /memory say.
struct content {
    const struct machine *m;
    uint64_t initrd, initrd_size;
};

static void add_chosen(struct fdt *f, const struct content *c)
{
    if (c->m->opt.append) fdt_string(f, "bootargs", c->m->opt.append);
    if (!c->initrd_size) return;
    fdt_u32(f, "linux,initrd-start", (uint32_t)c->initrd);
    fdt_u32(f, "linux,initrd-end", (uint32_t)(c->initrd + c->initrd_size));
}

static void add_memory(struct fdt *f, const struct machine *m, struct tree_cells cells)
{
    fdt_begin_at(f, "memory", m->board->ram_base);
    fdt_string(f, "device_type", "memory");
    tree_reg(f, cells, m->board->ram_base, m->opt.memory);
    fdt_end(f);
}

// What must be known of a given tree before it is copied.
enum { MAX_MEMORY_NODES = 16 };

struct survey {
    struct tree_cells cells;
    const char *memory[MAX_MEMORY_NODES]; // where the names of the memory nodes stand
    unsigned nmemory;
    bool has_chosen, has_virtio;
    uint32_t interrupt_parent; // phandle of the GIC, 0: none
};

static bool has_string(const uint8_t *list, uint32_t len, const char *s)
{
    const size_t n = strlen(s) + 1;
    for (uint32_t at = 0; at + n <= len;) {
        if (!memcmp(list + at, s, n)) return true;
        const uint8_t *nul = memchr(list + at, 0, len - at);
        if (!nul) return false;
        at = (uint32_t)(nul - list) + 1;
    }
    return false;
}

static bool is_gic(const uint8_t *compatible, uint32_t len)
{
    return has_string(compatible, len, "arm,cortex-a9-gic") ||
           has_string(compatible, len, "arm,cortex-a15-gic") || has_string(compatible, len, "arm,gic-400");
}

static void note_memory(struct survey *s, const char *name)
{
    for (unsigned i = 0; i < s->nmemory; i++)
        if (s->memory[i] == name) return;
    if (s->nmemory < MAX_MEMORY_NODES) s->memory[s->nmemory++] = name;
}

static bool is_memory(const struct survey *s, const struct fdt_walk *w)
{
    for (unsigned i = 0; i < s->nmemory; i++)
        if (w->depth >= 2 && s->memory[i] == w->node[1]) return true;
    return false;
}

static void survey_prop(struct survey *s, const struct fdt_walk *w, bool *gic, uint32_t *phandle)
{
    const uint32_t word = w->len == 4 ? fdt_get_u32(w->data) : 0;
    if (w->depth == 1 && !strcmp(w->name, "#address-cells")) s->cells.address = word;
    if (w->depth == 1 && !strcmp(w->name, "#size-cells")) s->cells.size = word;
    if (w->depth == 2 && !strcmp(w->name, "device_type") && has_string(w->data, w->len, "memory"))
        note_memory(s, w->node[1]);
    if (!strcmp(w->name, "phandle") || !strcmp(w->name, "linux,phandle")) *phandle = word;
    if (!strcmp(w->name, "compatible")) {
        *gic = is_gic(w->data, w->len);
        s->has_virtio |= has_string(w->data, w->len, "virtio,mmio");
    }
    if (*gic && *phandle) s->interrupt_parent = *phandle;
}

static void survey(struct survey *s, const uint8_t *blob)
{
    struct fdt_walk w;
    bool gic = false;
    uint32_t phandle = 0;
    *s = (struct survey){.cells = {2, 1}}; // what the specification says if the root does not
    fdt_walk_start(&w, blob);
    for (enum fdt_token token; (token = fdt_walk_next(&w)) != FDT_END;) {
        if (token == FDT_BEGIN_NODE) {
            gic = false, phandle = 0;
            if (w.depth == 2 && fdt_walk_in(&w, "/memory")) note_memory(s, w.name);
            if (fdt_walk_in(&w, "/chosen")) s->has_chosen = true;
        } else if (token == FDT_PROP) {
            survey_prop(s, &w, &gic, &phandle);
        }
    }
}

static bool is_replaced(const struct fdt_walk *w, const struct content *c)
{
    if (!fdt_walk_in(w, "/chosen")) return false;
    if (!strcmp(w->name, "bootargs")) return c->m->opt.append;
    return !strcmp(w->name, "linux,initrd-start") || !strcmp(w->name, "linux,initrd-end");
}

static void end_root(struct fdt *f, const struct survey *s, const struct content *c)
{
    if (!s->has_chosen) {
        fdt_begin(f, "chosen");
        add_chosen(f, c);
        fdt_end(f);
    }
    add_memory(f, c->m, s->cells);
    if (!s->has_virtio && s->interrupt_parent) tree_virtio(c->m, f, s->cells, s->interrupt_parent);
}

// Copies a given tree, without its memory nodes, changed where the machine knows better.
static void patch(struct fdt *f, const uint8_t *blob, const struct survey *s, const struct content *c)
{
    struct fdt_walk w;
    fdt_init(f);
    fdt_copy_reserve(f, blob);
    fdt_walk_start(&w, blob);
    for (enum fdt_token token; (token = fdt_walk_next(&w)) != FDT_END;) {
        if (is_memory(s, &w)) continue;
        switch (token) {
        case FDT_BEGIN_NODE:
            fdt_begin(f, w.name);
            if (fdt_walk_in(&w, "/chosen")) add_chosen(f, c);
            break;
        case FDT_PROP:
            if (!is_replaced(&w, c)) fdt_prop(f, w.name, w.data, w.len);
            break;
        case FDT_END_NODE:
            if (w.depth == 1) end_root(f, s, c);
            fdt_end(f);
            break;
        case FDT_END: break;
        }
    }
}

static bool patch_given(struct fdt *f, const struct blob *given, const char *name, const struct content *c)
{
    struct survey s;
    const char *error = fdt_check(given->data, given->size);
    if (!error) {
        survey(&s, given->data);
        const uint64_t end = c->m->board->ram_base + c->m->opt.memory;
        if (!s.nmemory)
            error = "it has no memory node; a tree for this machine has /memory or /memory@…";
        else if (s.cells.address - 1 > 1 || s.cells.size - 1 > 1)
            error = "#address-cells and #size-cells of the root node must be 1 or 2";
        else if (end > 1ull << 32 && (s.cells.address == 1 || (s.cells.size == 1 && c->m->opt.memory >> 32)))
            error =
                "its 32-bit cells cannot hold so much memory: use a tree with 64-bit cells, or less memory";
    }
    if (error) {
        warn("device tree '%s': %s", name, error);
        return false;
    }
    patch(f, given->data, &s, c);
    return true;
}

static void generate(struct fdt *f, const struct content *c)
{
    tree_generate(c->m, f);
    fdt_begin(f, "chosen");
    fdt_string(f, "stdout-path", "serial0:115200n8");
    uint8_t seed[32];
    // A run that counts instructions is the same every time.
    if (!c->m->opt.icount && getrandom(seed, sizeof seed, 0) == sizeof seed)
        fdt_prop(f, "rng-seed", seed, sizeof seed);
    add_chosen(f, c);
    fdt_end(f);
    add_memory(f, c->m, tree_root_cells(c->m));
    fdt_end(f);
}

bool tree_make(struct machine *m, const struct blob *given, const char *name, uint64_t initrd,
               uint64_t initrd_size, struct blob *tree)
{
    const struct content c = {m, initrd, initrd_size};
    struct fdt f;
    if (!given->data)
        generate(&f, &c);
    else if (!patch_given(&f, given, name, &c))
        return false;
    tree->data = fdt_finish(&f, &tree->size);
    if (!tree->data) warn("device tree: out of memory");
    return tree->data;
}
