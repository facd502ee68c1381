// Getting a kernel into memory as its boot protocol wants it: Linux's Documentation/arm/booting.rst, and what
// boot loaders do where that is silent.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdt.h"
#include "base/log.h"
#include "board/boot.h"

enum { MACHINE_NUMBER = 2272 }; // Versatile Express, in the list of ARM Linux's machines
enum {
    TAGS_OFFSET = 0x100,
    TAGS_ROOM = 0x3000 - TAGS_OFFSET, // the kernel's page tables are behind
    MIB = 1 << 20,
    PAGE = 4096,
    TREE_ROOM = 128 << 10, // for a tree that is made
};

struct boot {
    struct placement at;
    struct machine *m;
    struct kernel_image image;
    struct blob kernel, initrd_file, tree_file, tree, tags;
    struct bytes initrd;
    uint64_t initrd_at, tree_at;
    size_t tree_room;
    bool wants_tree, wants_tags;
};

static uint64_t align_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) / to * to;
}

// --load
static bool place_loads(struct boot *b)
{
    for (unsigned i = 0; i < b->m->opt.nloads; i++) {
        const struct load_option *l = &b->m->opt.load[i];
        struct blob blob;
        if (!file_read(l->path, "file", &blob)) return false;
        const bool ok = place(&b->at, l->path, l->address, blob.data, blob.size);
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
    return b->m->opt.smp == 1 || place(&b->at, "holding pen", board->pen, code, sizeof code);
}

static bool place_kernel(struct boot *b)
{
    const struct kernel_image *image = &b->image;
    // In one piece: with all the memory that it surely uses while it unpacks itself.
    if (image->nparts == 1 && image->exact) {
        const struct kernel_part *p = &image->part[0];
        const uint64_t end = p->base + p->size > image->use_end ? p->base + p->size : image->use_end;
        if (!place_claim(&b->at, image->kind, image->use_base, end - image->use_base)) return false;
    }
    for (unsigned i = 0; i < image->nparts; i++) {
        const struct kernel_part *p = &image->part[i];
        const bool claimed = image->nparts == 1 && image->exact;
        if (!claimed && !place_claim(&b->at, image->kind, p->base, p->size + p->zeros)) return false;
        place_bytes(&b->at, p->base, p->data, p->size);
        place_zeros(&b->at, p->base + p->size, p->zeros);
    }
    const struct bus_range *r = bus_find(&b->m->bus, image->entry & ~1u);
    if (r && r->kind != BUS_MMIO) return true;
    warn("%s: it starts at 0x%x, where there is no memory; --entry-point-address says where else",
         image->kind, image->entry);
    return false;
}

// Where initrd and tree go: at half of the memory or 128 MiB, as boot loaders have it, which is clear of the
// kernel unless one of them is large: then directly behind it, or at the end of memory.
static bool choose_addresses(struct boot *b)
{
    const uint64_t ram = b->m->board->ram_base, end = ram + b->m->opt.memory, half = b->m->opt.memory / 2;
    const struct kernel_image *image = &b->image;
    const bool in_ram = image->nparts && image->use_base >= ram && image->use_base < end;
    const uint64_t kernel_end = in_ram ? image->use_end : ram + TAGS_OFFSET + TAGS_ROOM;
    const uint64_t need = align_up(b->initrd.size, PAGE) + b->tree_room;
    uint64_t at = align_up(ram + (half < 128 * MIB ? half : 128 * MIB), PAGE);
    if (at < kernel_end) at = align_up(kernel_end, MIB);
    if (need > b->m->opt.memory || at > end - need) at = (end - need) & ~(uint64_t)(PAGE - 1);
    if (need > b->m->opt.memory || (image->exact && in_ram && at < kernel_end) || at < ram) {
        warn("initrd and device tree (%llu KiB) do not fit behind the kernel, which needs %llu KiB, into "
             "%llu MiB "
             "of memory: wanted is --memory %llu at least",
             (unsigned long long)need >> 10, (unsigned long long)(kernel_end - ram) >> 10,
             (unsigned long long)b->m->opt.memory >> 20,
             (unsigned long long)(kernel_end - ram + need + MIB - 1) >> 20);
        return false;
    }
    b->initrd_at = at;
    b->tree_at = align_up(at + b->initrd.size, PAGE);
    return true;
}

// The first kernels with device trees map only the MiB where theirs begins.
static uint64_t within_a_mib(uint64_t at, size_t size)
{
    return size > MIB || at / MIB == (at + size - 1) / MIB ? at : align_up(at, MIB);
}

static bool dump(const char *path, const struct blob *tree)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok = fd >= 0;
    for (size_t done = 0; ok && done < tree->size;) {
        const ssize_t n = write(fd, tree->data + done, tree->size - done);
        if (n > 0)
            done += (size_t)n;
        else
            ok = n < 0 && errno == EINTR;
    }
    if (!ok) warn("--dump-dtb: cannot write '%s': %s", path, strerror(errno));
    if (fd >= 0 && close(fd) && ok) {
        warn("--dump-dtb: cannot write '%s': %s", path, strerror(errno));
        return false;
    }
    return ok;
}

static bool place_tree(struct boot *b)
{
    const struct machine_options *o = &b->m->opt;
    const struct bytes inside = b->image.tree;
    const struct blob appended = {(uint8_t *)inside.data, inside.size};
    const struct blob *given = o->dtb ? &b->tree_file : &appended;
    if (!tree_make(b->m, given, o->dtb ? o->dtb : o->kernel, b->initrd.size ? b->initrd_at : 0,
                   b->initrd.size, &b->tree))
        return false;
    if (o->dump_dtb && !dump(o->dump_dtb, &b->tree)) return false;
    const uint64_t end = b->m->board->ram_base + o->memory;
    uint64_t at = within_a_mib(b->tree_at, b->tree.size);
    if (at + b->tree.size > end) at = b->tree_at;
    if (!place(&b->at, "device tree", at, b->tree.data, b->tree.size)) return false;
    b->m->boot.r[1] = 0xffffffff;
    b->m->boot.r[2] = (uint32_t)at;
    uint32_t len;
    b->m->firmware_starts_cpus = fdt_find(b->tree.data, "/psci", "compatible", &len);
    return true;
}

static bool place_tags(struct boot *b)
{
    const uint64_t at = b->m->board->ram_base + TAGS_OFFSET;
    if (!b->m->opt.atags_file && !atags_make(b->m, b->initrd_at, b->initrd.size, TAGS_ROOM, &b->tags))
        return false;
    if (!place(&b->at, "tag list", at, b->tags.data, b->tags.size)) return false;
    b->m->boot.r[1] = MACHINE_NUMBER;
    b->m->boot.r[2] = (uint32_t)at;
    return true;
}

// A ready list says itself where the initrd is, and what the command line is.
static bool read_tags(struct boot *b)
{
    const struct machine_options *o = &b->m->opt;
    if (!o->atags_file) return true;
    uint64_t initrd;
    if (!atags_read(o->atags_file, TAGS_ROOM, &b->tags, &initrd)) return false;
    if (o->append) {
        warn("--append: the tag list '%s' is used as it is; --atags without a file makes one", o->atags_file);
        return false;
    }
    if (!b->initrd.size) return true;
    if (!initrd) {
        warn("--initrd: the tag list '%s' has no tag INITRD2 that says where it goes", o->atags_file);
        return false;
    }
    b->initrd_at = initrd;
    return true;
}

static bool read_files(struct boot *b)
{
    const struct machine_options *o = &b->m->opt;
    if (o->kernel &&
        (!file_read(o->kernel, "kernel", &b->kernel) || !kernel_recognise(b->m, &b->kernel, &b->image)))
        return false;
    if (!o->kernel) b->image.entry = (uint32_t)o->entry; // or 0: the flash
    if (o->initrd && !file_read(o->initrd, "initrd", &b->initrd_file)) return false;
    b->initrd = b->image.initrd;
    if (o->initrd) b->initrd = (struct bytes){b->initrd_file.data, b->initrd_file.size};
    if (o->dtb && !file_read(o->dtb, "device tree", &b->tree_file)) return false;
    b->wants_tags = o->atags;
    b->wants_tree =
        !o->atags && (b->image.wants_tree || o->dtb || o->dump_dtb || o->append || b->initrd.size);
    if (b->wants_tree)
        b->tree_room =
            align_up(b->tree_file.size + b->image.tree.size + (o->append ? strlen(o->append) : 0), PAGE) +
            TREE_ROOM;
    return true;
}

// Where a program's heap may begin.
static uint64_t free_memory(const struct boot *b)
{
    const uint64_t ram = b->m->board->ram_base, end = b->image.use_end;
    return end > ram && end < ram + b->m->opt.memory ? align_up(end, PAGE) : ram;
}

static bool load(struct boot *b)
{
    if (!read_files(b) || !choose_addresses(b) || !read_tags(b)) return false;
    b->m->firmware_starts_cpus = false;
    b->m->boot = (struct boot_entry){.pc = b->image.entry, .free = free_memory(b)};
    if (!place_pen(b) || !place_loads(b) || (b->image.nparts && !place_kernel(b))) return false;
    if (b->initrd.size && !place(&b->at, "initrd", b->initrd_at, b->initrd.data, b->initrd.size))
        return false;
    return b->wants_tree ? place_tree(b) : !b->wants_tags || place_tags(b);
}

bool machine_load(struct machine *m)
{
    struct boot *b = calloc(1, sizeof *b);
    if (!b) {
        warn("no memory to load the kernel");
        return false;
    }
    b->m = b->at.m = m;
    const bool ok = load(b);
    free(b->kernel.data);
    free(b->initrd_file.data);
    free(b->tree_file.data);
    free(b->tree.data);
    free(b->tags.data);
    free(b);
    return ok;
}
