// The device tree that a kernel gets.
#include <stdlib.h>
#include <string.h>

#include "base/fdt.h"
#include "base/log.h"
#include "board/boot.h"

static void add_machine_nodes(struct machine *m, struct fdt *f, uint64_t initrd, uint64_t initrd_size,
                              bool wide)
{
    fdt_begin(f, "chosen");
    if (m->opt.append) fdt_string(f, "bootargs", m->opt.append);
    if (initrd_size) {
        fdt_u32(f, "linux,initrd-start", (uint32_t)initrd);
        fdt_u32(f, "linux,initrd-end", (uint32_t)(initrd + initrd_size));
    }
    fdt_end(f);
    fdt_begin_at(f, "memory", m->board->ram_base);
    fdt_string(f, "device_type", "memory");
    const uint64_t base = m->board->ram_base, size = m->opt.memory;
    if (wide)
        fdt_u32s(f, "reg",
                 (const uint32_t[]){(uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
                                    (uint32_t)size},
                 4);
    else
        fdt_u32s(f, "reg", (const uint32_t[]){(uint32_t)base, (uint32_t)size}, 2);
    fdt_end(f);
}

bool tree_make(struct machine *m, const struct blob *given, const char *name, uint64_t initrd,
               uint64_t initrd_size, struct blob *tree)
{
    const char *error = fdt_check(given->data, given->size);
    uint32_t len;
    if (!error && !fdt_find(given->data, "/memory", "reg", &len)) error = "it has no memory node";
    if (error) {
        warn("device tree '%s': %s", name, error);
        return false;
    }
    const uint8_t *cells = fdt_find(given->data, "/", "#address-cells", &len);
    static const char *const replaced[] = {"/chosen", "/memory"};
    struct fdt f;
    fdt_init(&f);
    fdt_copy(&f, given->data, replaced, 2);
    add_machine_nodes(m, &f, initrd, initrd_size, cells && len == 4 && cells[3] == 2);
    fdt_end(&f);
    tree->data = fdt_finish(&f, &tree->size);
    if (!tree->data) warn("device tree '%s': out of memory", name);
    return tree->data;
}
