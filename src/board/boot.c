// Getting a kernel into memory as its boot protocol wants it: Linux's Documentation/arm/booting.rst, and what
// boot loaders do where that is silent.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "board/boot.h"

// What has been placed in memory, to find overlaps.
struct placed {
    const char *what;
    uint64_t base, size;
};

struct boot {
    struct machine *m;
    struct placed placed[MACHINE_MAX_LOADS + 8];
    unsigned nplaced;
};

bool file_read(const char *path, const char *what, struct blob *b)
{
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        warn("cannot read %s '%s': %s", what, path, strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    *b = (struct blob){.size = (size_t)st.st_size};
    if (!S_ISREG(st.st_mode) || !st.st_size)
        warn("%s '%s' is %s", what, path, S_ISREG(st.st_mode) ? "empty" : "not a file");
    else if (!(b->data = malloc(b->size)))
        warn("no memory for %s '%s'", what, path);
    for (size_t got = 0; b->data && got < b->size;) {
        const ssize_t n = read(fd, b->data + got, b->size - got);
        if (n <= 0) {
            warn("cannot read %s '%s': %s", what, path, n ? strerror(errno) : "it became shorter");
            free(b->data);
            b->data = NULL;
        } else {
            got += (size_t)n;
        }
    }
    close(fd);
    return b->data;
}

// Copies bytes into RAM; complains about what does not fit or lies over something else.
static bool place(struct boot *b, const char *what, uint64_t base, const void *data, size_t size,
                  size_t reserve)
{
    const struct bus_range *r = bus_find(&b->m->bus, base);
    const uint64_t need = size > reserve ? size : reserve;
    if (!r || r->kind != BUS_RAM || need > r->base + r->size - base) {
        warn("%s: %zu bytes at %#llx do not fit into memory (%#llx to %#llx)", what, size,
             (unsigned long long)base, (unsigned long long)b->m->board->ram_base,
             (unsigned long long)(b->m->board->ram_base + b->m->opt.memory - 1));
        return false;
    }
    for (unsigned i = 0; i < b->nplaced; i++) {
        const struct placed *p = &b->placed[i];
        if (base < p->base + p->size && p->base < base + need) {
            warn("%s (%#llx to %#llx) would lie over %s (%#llx to %#llx)", what, (unsigned long long)base,
                 (unsigned long long)(base + need - 1), p->what, (unsigned long long)p->base,
                 (unsigned long long)(p->base + p->size - 1));
            return false;
        }
    }
    if (b->nplaced < sizeof b->placed / sizeof *b->placed)
        b->placed[b->nplaced++] = (struct placed){what, base, need};
    memcpy(r->host + (base - r->base), data, size);
    return true;
}

// --load
static bool place_loads(struct boot *b)
{
    for (unsigned i = 0; i < b->m->opt.nloads; i++) {
        const struct load_option *l = &b->m->opt.load[i];
        struct blob blob;
        if (!file_read(l->path, "file", &blob)) return false;
        const bool ok = place(b, l->path, l->address, blob.data, blob.size, 0);
        free(blob.data);
        if (!ok) return false;
    }
    return true;
}

// Secondary CPUs wait here until SYS_FLAGS says where to go: enable the CPU interface of the GIC, sleep,
// look.
static bool place_pen(struct boot *b)
{
    const struct board *board = b->m->board;
    const uint32_t code[] = {
        0xe59f0028, // ldr r0, =GICC
        0xe3a010ff, // mov r1, #0xff
        0xe5801004, // str r1, [r0, #4]      @ PMR: all priorities
        0xe3a01001, // mov r1, #1
        0xe5801000, // str r1, [r0]          @ CTLR: enable
        0xe59f0018, // ldr r0, =SYS_FLAGS
        0xe320f003, // 1: wfi
        0xe5901000, // ldr r1, [r0]
        0xe3510000, // cmp r1, #0
        0x0afffffb, // beq 1b
        0xe12fff11, // bx r1
        0xe1a00000, // nop
        (uint32_t)board->gicc,
        (uint32_t)board->flags_reg,
    };
    return place(b, "holding pen", board->pen, code, sizeof code, 0);
}

bool machine_load(struct machine *m)
{
    struct boot b = {.m = m};
    struct blob kernel = {0}, initrd = {0}, given = {0}, tree = {0};
    struct kernel_image image;
    bool ok = false;
    if (!place_pen(&b) || !place_loads(&b)) goto out;
    if (!file_read(m->opt.kernel, "kernel", &kernel) || !kernel_recognise(m, &kernel, &image)) goto out;
    if (m->opt.initrd && !file_read(m->opt.initrd, "initrd", &initrd)) goto out;

    const uint64_t ram = m->board->ram_base;
    const uint64_t half = m->opt.memory / 2, initrd_at = ram + (half < 128 << 20 ? half : 128 << 20);
    for (unsigned i = 0; i < image.nparts; i++) {
        const struct kernel_part *p = &image.part[i];
        if (!place(&b, "kernel", p->base, p->data, p->size, p->reserve)) goto out;
    }
    if (initrd.data && !place(&b, "initrd", initrd_at, initrd.data, initrd.size, 0)) goto out;
    m->boot = (struct boot_entry){.pc = image.entry};
    if (image.wants_tree) {
        const uint64_t tree_at = (initrd_at + initrd.size + 0xfffff) & ~0xfffffull;
        if (m->opt.dtb && !file_read(m->opt.dtb, "device tree", &given)) goto out;
        if (!tree_make(m, &given, m->opt.dtb, initrd.data ? initrd_at : 0, initrd.size, &tree)) goto out;
        if (!place(&b, "device tree", tree_at, tree.data, tree.size, 0)) goto out;
        m->boot.r[1] = 0xffffffffu;
        m->boot.r[2] = (uint32_t)tree_at;
    }
    ok = true;
out:
    free(kernel.data);
    free(initrd.data);
    free(given.data);
    free(tree.data);
    return ok;
}
