// Device trees for kernels: the generated one, and what is changed in a given one.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdt.h"
#include "board/boot.h"
#include "board/vexpress.h"
#include "dev/devices.h"

static struct machine m;

// A board with its devices, but nothing that runs.
static void make(const struct board *board, unsigned ncpus, uint64_t memory)
{
    memset(&m, 0, sizeof m);
    m.board = board;
    m.opt = (struct machine_options){.memory = memory, .icount = true};
    m.sys.ncpus = ncpus;
    for (unsigned i = 0; i < ncpus; i++) // where the interrupt controller's lines lead
        m.sys.cpu[i] = calloc(1, sizeof *m.sys.cpu[i]);
    bus_init(&m.bus);
    clock_init(&m.clock, true, NULL);
    for (unsigned i = 0; i < sizeof m.slot / sizeof *m.slot; i++)
        m.slot[i].cls = &virtio_mmio_class;
    cr_assert(board_build(&m));
}

static uint8_t *tree_of(const struct blob *given, uint64_t initrd, uint64_t initrd_size)
{
    struct blob tree = {0};
    cr_assert(tree_make(&m, given, "given", initrd, initrd_size, &tree));
    cr_assert_null(fdt_check(tree.data, tree.size));
    return tree.data;
}

static uint32_t cell(const uint8_t *b, const char *path, const char *prop, unsigned i)
{
    uint32_t len = 0;
    const uint8_t *p = fdt_find(b, path, prop, &len);
    cr_assert(p && len >= 4 * (i + 1), "%s %s has no cell %u", path, prop, i);
    return fdt_get_u32(p + 4 * i);
}

static const char *text(const uint8_t *b, const char *path, const char *prop)
{
    uint32_t len;
    return (const char *)fdt_find(b, path, prop, &len);
}

// Every reference to a node leads to one: clocks, interrupt parents, supplies.
static bool has_phandle(const uint8_t *b, uint32_t phandle)
{
    struct fdt_walk w;
    fdt_walk_start(&w, b);
    for (enum fdt_token token; (token = fdt_walk_next(&w)) != FDT_END;)
        if (token == FDT_PROP && !strcmp(w.name, "phandle") && fdt_get_u32(w.data) == phandle) return true;
    return false;
}

static void check_references(const uint8_t *b)
{
    static const char *const name[] = {"interrupt-parent", "clocks",        "vmmc-supply",
                                       "vdd33a-supply",    "cd-gpios",      "gpios",
                                       "next-level-cache", "memory-region", "arm,vexpress,config-bridge"};
    struct fdt_walk w;
    fdt_walk_start(&w, b);
    for (enum fdt_token token; (token = fdt_walk_next(&w)) != FDT_END;)
        for (unsigned i = 0; i < sizeof name / sizeof *name; i++)
            if (token == FDT_PROP && !strcmp(w.name, name[i]))
                cr_expect(has_phandle(b, fdt_get_u32(w.data)), "%s of %s leads nowhere", w.name,
                          w.node[w.depth - 1]);
}

Test(tree, generated_a9)
{
    make(&board_vexpress_a9, 4, 512 << 20);
    m.opt.append = "console=ttyAMA0";
    uint8_t *b = tree_of(&(struct blob){0}, 0x68000000, 0x1234);
    cr_expect_str_eq(text(b, "/", "compatible"), "arm,vexpress,v2p-ca9");
    cr_expect_eq(cell(b, "/", "arm,hbi", 0), 0x191);
    cr_expect_eq(cell(b, "/memory", "reg", 0), 0x60000000);
    cr_expect_eq(cell(b, "/memory", "reg", 1), 512 << 20);
    cr_expect_str_eq(text(b, "/memory", "device_type"), "memory");
    cr_expect_str_eq(text(b, "/chosen", "bootargs"), "console=ttyAMA0");
    cr_expect_str_eq(text(b, "/chosen", "stdout-path"), "serial0:115200n8");
    cr_expect_eq(cell(b, "/chosen", "linux,initrd-start", 0), 0x68000000);
    cr_expect_eq(cell(b, "/chosen", "linux,initrd-end", 0), 0x68001234);
    cr_expect_null(text(b, "/chosen", "rng-seed")); // a run that counts instructions is reproducible
    cr_expect_str_eq(text(b, "/cpus/cpu@3", "compatible"), "arm,cortex-a9");
    cr_expect_str_eq(text(b, text(b, "/aliases", "serial0"), "compatible"), "arm,pl011");
    cr_expect_eq(cell(b, "/motherboard-bus/timer@10011000", "interrupts", 1), 2);
    cr_expect_eq(cell(b, "/interrupt-controller", "reg", 2), 0x1e000100);
    check_references(b);
    free(b);
}

Test(tree, generated_a15)
{
    make(&board_vexpress_a15, 2, 2ull << 30);
    uint8_t *b = tree_of(&(struct blob){0}, 0, 0);
    cr_expect_str_eq(text(b, "/", "compatible"), "arm,vexpress,v2p-ca15,tc1");
    cr_expect_eq(cell(b, "/memory", "reg", 1), 0x80000000);
    cr_expect_eq(cell(b, "/memory", "reg", 2), 0);
    cr_expect_eq(cell(b, "/memory", "reg", 3), 0x80000000);
    cr_expect_null(text(b, "/chosen", "bootargs"));
    cr_expect_null(text(b, "/chosen", "linux,initrd-start"));
    cr_expect_null(text(b, "/cpus/cpu@2", "compatible"));
    cr_expect_str_eq(text(b, "/timer", "compatible"), "arm,armv7-timer");
    cr_expect_str_eq(text(b, "/motherboard-bus/serial@1c090000", "compatible"), "arm,pl011");
    check_references(b);
    free(b);
}

Test(tree, the_same_every_time)
{
    struct blob one = {0}, two = {0};
    make(&board_vexpress_a9, 1, 64 << 20);
    cr_assert(tree_make(&m, &(struct blob){0}, NULL, 0, 0, &one));
    cr_assert(tree_make(&m, &(struct blob){0}, NULL, 0, 0, &two));
    cr_expect_eq(one.size, two.size);
    cr_expect(!memcmp(one.data, two.data, one.size));
    free(one.data);
    free(two.data);
}

// A given tree: cells of the root, name of the memory node (NULL: none), with its type, with a GIC, with
// virtio.
struct given {
    unsigned address, size;
    const char *memory;
    bool typed, gic, virtio;
};

static struct blob given_tree(const struct given *g)
{
    struct fdt f;
    struct blob b;
    fdt_init(&f);
    fdt_begin(&f, "");
    if (g->address) fdt_u32(&f, "#address-cells", g->address);
    if (g->size) fdt_u32(&f, "#size-cells", g->size);
    fdt_begin(&f, "chosen");
    fdt_string(&f, "stdout-path", "/uart");
    fdt_string(&f, "bootargs", "old");
    fdt_u32(&f, "linux,initrd-start", 1);
    fdt_begin(&f, "framebuffer");
    fdt_string(&f, "bootargs", "of somebody else");
    fdt_end(&f);
    fdt_end(&f);
    if (g->memory) {
        fdt_begin(&f, g->memory);
        if (g->typed) fdt_string(&f, "device_type", "memory");
        fdt_u32s(&f, "reg", (const uint32_t[]){0, 1, 2, 3}, 4);
        fdt_end(&f);
    }
    if (g->gic) {
        fdt_begin(&f, "gic");
        fdt_u32(&f, "phandle", 77);
        fdt_strings(&f, "compatible", "arm,cortex-a15-gic", "arm,cortex-a9-gic", NULL);
        fdt_end(&f);
    }
    if (g->virtio) {
        fdt_begin(&f, "virtio@1");
        fdt_string(&f, "compatible", "virtio,mmio");
        fdt_end(&f);
    }
    fdt_end(&f);
    b.data = fdt_finish(&f, &b.size);
    cr_assert(b.data);
    return b;
}

Test(tree, given_memory_and_chosen)
{
    static const struct given row[] = {{1, 1, "memory", true, true, false},
                                       {2, 2, "memory@60000000", false, true, false},
                                       {2, 1, "memory@80000000", false, false, false},
                                       {0, 0, "ram", true, true, true}};
    make(&board_vexpress_a9, 1, 256 << 20);
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        const unsigned a = row[i].address ? row[i].address : 2, s = row[i].size ? row[i].size : 1;
        struct blob g = given_tree(&row[i]);
        m.opt.append = i & 1 ? "new" : NULL;
        uint8_t *b = tree_of(&g, 0x64000000, 0x100);
        uint32_t len;
        cr_expect(fdt_find(b, "/memory@60000000", "reg", &len) && len == 4 * (a + s), "row %u", i);
        cr_expect_eq(cell(b, "/memory", "reg", a - 1), 0x60000000, "row %u", i);
        cr_expect_eq(cell(b, "/memory", "reg", a + s - 1), 256 << 20, "row %u", i);
        cr_expect_str_eq(text(b, "/memory", "device_type"), "memory");
        cr_expect_null(text(b, "/ram", "reg"));
        cr_expect_null(text(b, "/memory@80000000", "reg"));
        cr_expect_str_eq(text(b, "/chosen", "stdout-path"), "/uart");
        cr_expect_str_eq(text(b, "/chosen", "bootargs"), i & 1 ? "new" : "old");
        cr_expect_str_eq(text(b, "/chosen/framebuffer", "bootargs"), "of somebody else");
        cr_expect_eq(cell(b, "/chosen", "linux,initrd-start", 0), 0x64000000);
        const bool added = text(b, "/virtio@10013600", "compatible");
        cr_expect_eq(added, row[i].gic && !row[i].virtio, "row %u", i);
        if (added) cr_expect_eq(cell(b, "/virtio@10013000", "interrupt-parent", 0), 77);
        free(b);
        free(g.data);
    }
}

Test(tree, given_trees_that_cannot_work)
{
    static const struct given none = {1, 1, NULL, false, true, false},
                              odd = {3, 1, "memory", true, true, false},
                              narrow = {1, 1, "memory", true, true, false};
    const struct given *const bad[] = {&none, &odd, &narrow};
    make(&board_vexpress_a15, 1, 4ull << 30); // more than one cell can say
    for (unsigned i = 0; i < 3; i++) {
        struct blob g = given_tree(bad[i]), tree = {0};
        cr_expect(!tree_make(&m, &g, "bad", 0, 0, &tree), "row %u", i);
        free(g.data);
    }
    struct blob junk = {(uint8_t *)"not a tree at all, but long enough to be one", 44}, tree = {0};
    cr_expect(!tree_make(&m, &junk, "junk", 0, 0, &tree));
}
