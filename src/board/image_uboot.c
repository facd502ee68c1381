// uImage: the legacy image format of U-Boot (include/image.h, doc/uImage.FIT has its successor): a header of
// 64 bytes, big-endian, in front of a kernel, or of kernel, initrd and device tree.
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "board/boot.h"

enum {
    UIMAGE_MAGIC = 0x27051956,
    HEADER = 64,
    HEADER_CRC = 4,
    SIZE = 12,
    LOAD = 16,
    ENTRY = 20,
    DATA_CRC = 24,
    OS = 28,
    ARCH = 29,
    TYPE = 30,
    COMPRESSION = 31,
};
enum { OS_LINUX = 5, OS_UBOOT = 17, ARCH_ARM = 2 };
enum { TYPE_STANDALONE = 1, TYPE_KERNEL = 2, TYPE_MULTI = 4, TYPE_FIRMWARE = 5, TYPE_KERNEL_NOLOAD = 14 };

// CRC-32 of IEEE 802.3, bits reversed, over two pieces.
static uint32_t crc32_add(uint32_t crc, const uint8_t *p, size_t n)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    for (; n; n--, p++) {
        crc = crc >> 4 ^ table[(crc ^ *p) & 15];
        crc = crc >> 4 ^ table[(crc ^ *p >> 4) & 15];
    }
    return crc;
}

bool kernel_is_uboot(const struct bytes *file)
{
    return file->size >= HEADER && get_be32(file->data) == UIMAGE_MAGIC;
}

static bool check(struct machine *m, const struct bytes *file)
{
    static const char *const compressions[] = {"none", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd"};
    const uint8_t *h = file->data;
    const char *name = m->opt.kernel;
    uint32_t crc = crc32_add(~0u, h, HEADER_CRC);
    crc = crc32_add(crc, (const uint8_t[4]){0}, 4);
    crc = ~crc32_add(crc, h + HEADER_CRC + 4, HEADER - HEADER_CRC - 4);
    const uint32_t size = get_be32(h + SIZE);
    if (crc != get_be32(h + HEADER_CRC)) {
        warn("kernel '%s': uImage: the header's CRC is %08x, the header says %08x: it is damaged", name, crc,
             get_be32(h + HEADER_CRC));
    } else if (size > file->size - HEADER || !size) {
        warn("kernel '%s': uImage: %u bytes of data according to its header, %zu in the file", name, size,
             file->size - HEADER);
    } else if ((crc = ~crc32_add(~0u, h + HEADER, size)) != get_be32(h + DATA_CRC)) {
        warn("kernel '%s': uImage: the data's CRC is %08x, the header says %08x: it is damaged", name, crc,
             get_be32(h + DATA_CRC));
    } else if (h[ARCH] != ARCH_ARM) {
        warn("kernel '%s': uImage: for architecture %u, wanted is %u (32-bit ARM)", name, h[ARCH], ARCH_ARM);
    } else if (h[COMPRESSION]) {
        const unsigned c = h[COMPRESSION];
        warn("kernel '%s': uImage: packed with %s; unpack it first: tail -c +%d '%s' | %s -dc > Image", name,
             c < 7 ? compressions[c] : "something unknown", HEADER + 1, name,
             c < 7 ? compressions[c] : "...");
    } else {
        return true;
    }
    return false;
}

// The images of a multi-file image: kernel, initrd, device tree. Their sizes come first, then 0; each begins
// at a multiple of 4.
static bool split(struct machine *m, const struct bytes *data, struct kernel_image *image,
                  struct bytes *kernel)
{
    uint32_t n = 0;
    size_t at;
    while (4ull * n + 4 <= data->size && get_be32(data->data + 4 * n))
        n++;
    at = 4ull * n + 4;
    for (uint32_t i = 0; i < n && i < 3; i++) {
        const uint32_t size = get_be32(data->data + 4 * i);
        if (at > data->size || size > data->size - at) {
            warn("kernel '%s': uImage: its part %u of %u bytes ends behind the data", m->opt.kernel, i + 1,
                 size);
            return false;
        }
        *(i == 0 ? kernel : i == 1 ? &image->initrd : &image->tree) = (struct bytes){data->data + at, size};
        at += (size + 3ull) & ~3ull;
    }
    if (!n) warn("kernel '%s': uImage: a multi-file image without files", m->opt.kernel);
    return n;
}

bool kernel_uboot(struct machine *m, const struct bytes *file, struct kernel_image *image)
{
    if (!check(m, file)) return false;
    const uint8_t *h = file->data;
    const struct bytes all = {h + HEADER, get_be32(h + SIZE)};
    struct bytes data = all;
    uint64_t load = get_be32(h + LOAD);
    const uint32_t into = get_be32(h + ENTRY) - (uint32_t)load;
    bool placed = true; // by its header
    switch (h[TYPE]) {
    case TYPE_KERNEL_NOLOAD: placed = false; break;
    case TYPE_KERNEL:
    case TYPE_STANDALONE:
    case TYPE_FIRMWARE: break;
    case TYPE_MULTI:
        if (!split(m, &all, image, &data)) return false;
        break;
    default:
        warn("kernel '%s': uImage: its type is %u, wanted is 2 (kernel) or 4 (multi-file)", m->opt.kernel,
             h[TYPE]);
        return false;
    }
    if (m->opt.have_load)
        load = m->opt.load_address;
    else if (!placed)
        load = 0;
    const struct bytes initrd = image->initrd, tree = image->tree;
    if (!kernel_recognise_at(m, &data, load, image)) return false;
    if (tree.data) image->tree = tree;
    image->initrd = initrd;
    image->wants_tree |= h[OS] == OS_LINUX && h[TYPE] != TYPE_STANDALONE && h[TYPE] != TYPE_FIRMWARE;
    if (placed) image->entry += into;
    return true;
}
