// Flattened device trees: building, checking, finding, walking.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdt.h"

// A small tree with everything in it.
static uint8_t *sample(size_t *size)
{
    struct fdt f;
    fdt_init(&f);
    fdt_reserve(&f, 0x1000, 0x2000);
    fdt_begin(&f, "");
    fdt_u32(&f, "#address-cells", 1);
    fdt_strings(&f, "compatible", "one", "two", NULL);
    fdt_begin_at(&f, "memory", 0x60000000);
    fdt_u32s(&f, "reg", (const uint32_t[]){0x60000000, 0x100000}, 2);
    fdt_empty(&f, "flag");
    fdt_end(&f);
    fdt_begin(&f, "chosen");
    fdt_string(&f, "bootargs", "console=ttyAMA0");
    fdt_begin(&f, "inner");
    fdt_u32(&f, "#address-cells", 2);
    fdt_end(&f);
    fdt_end(&f);
    fdt_end(&f);
    return fdt_finish(&f, size);
}

Test(fdt, what_is_built_is_well_formed)
{
    size_t size;
    uint8_t *b = sample(&size);
    cr_assert(b);
    cr_expect_null(fdt_check(b, size));
    cr_expect_eq(fdt_get_u32(b), 0xd00dfeed);
    cr_expect_eq(fdt_get_u32(b + 4), size);
    free(b);
}

Test(fdt, find)
{
    size_t size;
    uint32_t len;
    uint8_t *b = sample(&size);
    const uint8_t *p = fdt_find(b, "/memory", "reg", &len);
    cr_assert(p && len == 8);
    cr_expect_eq(fdt_get_u32(p), 0x60000000);
    cr_expect_eq(fdt_get_u32(p + 4), 0x100000);
    cr_expect_eq(fdt_find(b, "/memory@60000000", "reg", &len), p);
    cr_expect_null(fdt_find(b, "/memory@70000000", "reg", &len));
    cr_expect_null(fdt_find(b, "/mem", "reg", &len));
    p = fdt_find(b, "/memory", "flag", &len);
    cr_expect(p && len == 0);
    p = fdt_find(b, "/", "compatible", &len);
    cr_assert(p && len == 8);
    cr_expect(!memcmp(p, "one\0two", 8));
    p = fdt_find(b, "/chosen/inner", "#address-cells", &len);
    cr_expect(p && fdt_get_u32(p) == 2);
    p = fdt_find(b, "/", "#address-cells", &len);
    cr_expect(p && fdt_get_u32(p) == 1);
    cr_expect_null(fdt_find(b, "/chosen", "reg", &len));
    free(b);
}

Test(fdt, walk_and_copy)
{
    size_t size, copied;
    uint8_t *b = sample(&size);
    struct fdt f;
    struct fdt_walk w;
    fdt_init(&f);
    fdt_copy_reserve(&f, b);
    fdt_walk_start(&w, b);
    for (enum fdt_token token; (token = fdt_walk_next(&w)) != FDT_END;) {
        if (token == FDT_BEGIN_NODE) fdt_begin(&f, w.name);
        if (token == FDT_PROP) fdt_prop(&f, w.name, w.data, w.len);
        if (token == FDT_END_NODE) fdt_end(&f);
    }
    uint8_t *c = fdt_finish(&f, &copied);
    cr_assert(c);
    cr_expect_eq(copied, size);
    cr_expect(!memcmp(b, c, size));
    free(b);
    free(c);
}

Test(fdt, unbalanced_nodes_are_not_finished)
{
    struct fdt f;
    size_t size;
    fdt_init(&f);
    fdt_begin(&f, "");
    cr_expect_null(fdt_finish(&f, &size));
    fdt_init(&f);
    fdt_begin(&f, "");
    fdt_end(&f);
    fdt_end(&f);
    cr_expect_null(fdt_finish(&f, &size));
}

Test(fdt, no_damaged_tree_passes_and_harms)
{
    size_t size;
    uint8_t *b = sample(&size);
    cr_expect_not_null(fdt_check(b, 39));
    for (size_t n = 0; n < size; n++) { // shorter than it says; in a block of its own so that ASan sees
        uint8_t *cut = malloc(n ? n : 1);
        memcpy(cut, b, n);
        cr_expect_not_null(fdt_check(cut, n));
        free(cut);
    }
    for (size_t i = 0; i < size; i++)
        for (int v = 0; v < 4; v++) {
            static const uint8_t value[] = {0, 1, 0x7f, 0xff};
            uint8_t *bad = malloc(size);
            memcpy(bad, b, size);
            bad[i] = value[v];
            if (!fdt_check(bad, size)) { // still a tree: everything in it can be reached
                struct fdt f;
                struct fdt_walk w;
                uint32_t len;
                fdt_init(&f);
                fdt_copy_reserve(&f, bad);
                free(fdt_finish(&f, &(size_t){0}));
                fdt_walk_start(&w, bad);
                while (fdt_walk_next(&w) != FDT_END) {
                }
                fdt_find(bad, "/chosen/inner", "nothing", &len);
            }
            free(bad);
        }
    free(b);
}
