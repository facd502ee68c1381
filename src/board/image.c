// Kernel images by content: zImage (Linux's arch/arm/boot/compressed/head.S), Image, and what is neither.
#include <ctype.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "board/boot.h"

// Where they go, from the start of memory. A zImage unpacks to KERNEL_OFFSET whatever its own place is.
enum { ZIMAGE_OFFSET = 0x10000, KERNEL_OFFSET = 0x8000, PAGE_TABLES_OFFSET = 0x3000 };

// Fields of a zImage
enum {
    ZIMAGE_MAGIC_AT = 0x24,
    ZIMAGE_START_AT = 0x28,
    ZIMAGE_END_AT = 0x2c,
    ZIMAGE_ENDIAN_AT = 0x30,
    ZIMAGE_TABLE_MAGIC_AT = 0x34,
    ZIMAGE_TABLE_AT = 0x38,
    ZIMAGE_HEADER = 0x3c,
    ZIMAGE_MAGIC = 0x016f2818,
    ZIMAGE_TABLE_MAGIC = 0x45454545,
    ZIMAGE_TAG_SIZES = 0x5a534c4b, // where the unpacked size is, size of .bss, KERNEL_OFFSET, malloc's
};

static uint64_t align_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) / to * to;
}

static void single(struct kernel_image *image, const char *kind, uint64_t base, const uint8_t *data,
                   size_t size)
{
    image->kind = kind;
    image->nparts = 1;
    image->entry = (uint32_t)base;
    image->part[0] = (struct kernel_part){.base = base, .data = data, .size = size};
    image->use_base = base;
    image->use_end = base + size;
}

// Sizes of what a zImage unpacks: the kernel, its .bss, and where from the start of memory it goes.
struct unpacked {
    uint64_t size, bss, offset;
};

// What the table says (since Linux 4.15). False: no table.
static bool zimage_table(const uint8_t *z, uint32_t size, struct unpacked *u)
{
    if (size < ZIMAGE_HEADER || get_le32(z + ZIMAGE_TABLE_MAGIC_AT) != ZIMAGE_TABLE_MAGIC) return false;
    // Entries are words: length in words, tag, values. Length 0 ends.
    for (uint64_t at = get_le32(z + ZIMAGE_TABLE_AT); at + 16 <= size;) {
        const uint32_t words = get_le32(z + at);
        if (get_le32(z + at + 4) == ZIMAGE_TAG_SIZES) {
            const uint32_t size_at = get_le32(z + at + 8);
            if (size_at > size - 4) return false;
            u->size = get_le32(z + size_at);
            u->bss = get_le32(z + at + 12);
            if (words > 4 && at + 20 <= size) u->offset = get_le32(z + at + 16);
            return u->offset < 128 << 20;
        }
        if (!words) return false;
        at += 4ull * words;
    }
    return false;
}

// Without a table: the packed data ends with its unpacked size, and the few words behind it (.got, padding)
// are smaller than the file. Nothing of that kind: four times the file.
static uint64_t zimage_guess(const uint8_t *z, uint32_t size)
{
    for (uint32_t at = size & ~3u; at >= 4 && at + 256 > size; at -= 4) {
        const uint32_t v = get_le32(z + at - 4);
        if (v > size + size / 8 && v / 16 < size) return v;
    }
    return 4ull * size;
}

static bool zimage(struct machine *m, const struct bytes *file, uint64_t base, struct kernel_image *image)
{
    const uint8_t *z = file->data;
    const uint32_t start = get_le32(z + ZIMAGE_START_AT), end = get_le32(z + ZIMAGE_END_AT);
    const uint32_t size = end - start, endian = get_le32(z + ZIMAGE_ENDIAN_AT);
    if (endian == 0x01020304) {
        warn("kernel '%s': a big-endian zImage; the machine runs little-endian kernels only", m->opt.kernel);
        return false;
    }
    if (end <= start || size > file->size) {
        warn("kernel '%s': its header says that it is a zImage of %u bytes, but it has %zu: it is truncated",
             m->opt.kernel, size, file->size);
        return false;
    }
    if (!base) base = m->board->ram_base + ZIMAGE_OFFSET;
    image->wants_tree = true;
    const size_t left = file->size - size;
    if (left >= 4 && get_be32(z + size) == 0xd00dfeed) image->tree = (struct bytes){z + size, left};
    // With tags, the kernel is to find the tree behind itself; else it gets it from us.
    single(image, "zImage", base, z, m->opt.atags ? file->size : size);

    struct unpacked u = {.offset = KERNEL_OFFSET};
    image->exact = zimage_table(z, size, &u);
    if (!image->exact) {
        u.size = zimage_guess(z, size);
        u = (struct unpacked){u.size, u.size / 4, KERNEL_OFFSET};
    }
    // It unpacks itself at the start of its 128 MiB; if it lies in its own way it first moves behind that.
    const uint64_t low = base & ~0x7ffffffull, to = low + u.offset, moved = to + u.size + size + 0x20000;
    image->use_base = base < low + PAGE_TABLES_OFFSET ? base : low + PAGE_TABLES_OFFSET;
    if (image->use_end < moved) image->use_end = moved;
    if (image->use_end < to + u.size + u.bss) image->use_end = to + u.size + u.bss;
    image->use_end = align_up(image->use_end, 0x1000);
    return true;
}

bool kernel_is_linux(const uint8_t *code, size_t size)
{
    // MRC p15, 0, r9, c0, c0, 0: every stext since 2.6 begins with asking for the CPU, in A32 or T32.
    static const uint8_t a32[] = {0x10, 0x9f, 0x10, 0xee}, t32[] = {0x10, 0xee, 0x10, 0x9f};
    for (size_t i = 0; i + 4 <= size && i < 128; i += 2)
        if (!memcmp(code + i, a32, 4) || !memcmp(code + i, t32, 4)) return true;
    return false;
}

// Files that are certainly something else, and what to do.
static const char *foreign(const struct bytes *f)
{
    static const struct {
        uint16_t at, len;
        const char *magic, *what;
    } files[] = {
        {0x38, 4, "ARM\x64", "a kernel for 64-bit ARM; the machine is a 32-bit one"},
        {0x202, 4, "HdrS", "a kernel for x86; wanted is one for 32-bit ARM"},
        {0, 4, "\xd0\x0d\xfe\xed", "a device tree or FIT image; a tree goes with --dtb"},
        {0, 3, "\x1f\x8b\x08", "packed with gzip; unpack it first"},
        {0, 6,
         "\xfd"
         "7zXZ\0",
         "packed with xz; unpack it first"},
        {0, 4, "\x28\xb5\x2f\xfd", "packed with zstd; unpack it first"},
        {0, 4, "\x02\x21\x4c\x18", "packed with lz4; unpack it first"},
        {0, 3, "BZh", "packed with bzip2; unpack it first"},
        {0, 6, "070701", "a cpio archive; an initial file system goes with --initrd"},
        {0, 8, "ANDROID!", "an Android boot image; take the kernel out of it first"},
        {0, 7, "!<arch>", "an archive (a Debian package?); take the kernel out of it first"},
        {0, 4, "QFI\xfb", "a disk image; raw ones go with --drive"},
    };
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
        if (f->size >= files[i].at + files[i].len &&
            !memcmp(f->data + files[i].at, files[i].magic, files[i].len))
            return files[i].what;
    size_t n = 0;
    while (n < f->size && n < 4096 && (isprint(f->data[n]) || isspace(f->data[n])))
        n++;
    if (n == f->size || n == 4096) return "a text; wanted is a zImage, uImage, Image, ELF file or raw code";
    while (n < f->size && n < 4096 && !f->data[n])
        n++;
    if (n == f->size || n == 4096)
        return "all zeros; wanted is a zImage, uImage, Image, ELF file or raw code";
    return NULL;
}

static bool raw(struct machine *m, const struct bytes *file, uint64_t base, struct kernel_image *image)
{
    const uint64_t ram = m->board->ram_base;
    if (kernel_is_linux(file->data, file->size)) {
        image->wants_tree = true;
        single(image, "Image", base ? base : ram + KERNEL_OFFSET, file->data, file->size);
        // Its page tables lie in front of it, its .bss behind.
        if (image->use_base - ram <= KERNEL_OFFSET) image->use_base = ram + PAGE_TABLES_OFFSET;
        image->use_end = align_up(image->use_end + file->size / 4, 0x1000);
        return true;
    }
    const char *what = foreign(file);
    if (what) {
        warn("kernel '%s' is %s", m->opt.kernel, what);
        return false;
    }
    image->wants_tree = true; // whatever it is, it may look
    single(image, "raw kernel", base ? base : ram + ZIMAGE_OFFSET, file->data, file->size);
    return true;
}

bool kernel_recognise_at(struct machine *m, const struct bytes *file, uint64_t base,
                         struct kernel_image *image)
{
    const uint8_t *f = file->data;
    if (file->size >= ZIMAGE_HEADER && get_le32(f + ZIMAGE_MAGIC_AT) == ZIMAGE_MAGIC)
        return zimage(m, file, base, image);
    if (file->size >= ZIMAGE_HEADER && get_be32(f + ZIMAGE_MAGIC_AT) == ZIMAGE_MAGIC) {
        warn("kernel '%s': a big-endian zImage; the machine runs little-endian kernels only", m->opt.kernel);
        return false;
    }
    return raw(m, file, base, image);
}

bool kernel_recognise(struct machine *m, const struct blob *blob, struct kernel_image *image)
{
    const struct bytes file = {blob->data, blob->size};
    *image = (struct kernel_image){0};
    if (file.size >= 4 && !memcmp(file.data, "\177ELF", 4)) {
        if (!kernel_elf(m, &file, image)) return false;
    } else if (kernel_is_uboot(&file)) {
        if (!kernel_uboot(m, &file, image)) return false;
    } else if (!kernel_recognise_at(m, &file, m->opt.have_load ? m->opt.load_address : 0, image)) {
        return false;
    }
    if (m->opt.have_entry) image->entry = (uint32_t)m->opt.entry;
    return true;
}
