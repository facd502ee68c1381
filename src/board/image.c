// Kernel images by content: zImage, uImage, ELF, Image, anything else is raw.
#include <string.h>

#include "base/log.h"
#include "board/boot.h"

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

enum { ZIMAGE_MAGIC_AT = 0x24, ZIMAGE_MAGIC = 0x016f2818, ZIMAGE_OFFSET = 0x10000, IMAGE_OFFSET = 0x8000 };

static void single(struct kernel_image *image, const char *kind, uint64_t base, const uint8_t *data,
                   size_t size)
{
    *image = (struct kernel_image){.kind = kind, .nparts = 1, .entry = (uint32_t)base, .wants_tree = true};
    image->part[0] = (struct kernel_part){.base = base, .data = data, .size = size};
}

bool kernel_recognise(struct machine *m, const struct blob *file, struct kernel_image *image)
{
    const uint64_t ram = m->board->ram_base;
    if (file->size > ZIMAGE_MAGIC_AT + 12 && le32(file->data + ZIMAGE_MAGIC_AT) == ZIMAGE_MAGIC)
        single(image, "zImage", ram + ZIMAGE_OFFSET, file->data, file->size);
    else
        single(image, "Image", ram + IMAGE_OFFSET, file->data, file->size);
    if (m->opt.have_load) image->part[0].base = image->entry = (uint32_t)m->opt.load_address;
    if (m->opt.have_entry) image->entry = (uint32_t)m->opt.entry;
    return true;
}
