// Inside the boot code: files, kernel images, device trees and tag lists.
#ifndef STINKARM_BOARD_BOOT_H
#define STINKARM_BOARD_BOOT_H

#include "board/machine.h"

struct blob {
    uint8_t *data; // malloc'ed
    size_t size;
};

// Reads a whole file; false with a message that names it as `what`.
bool file_read(const char *path, const char *what, struct blob *b);

// A piece of a kernel and where it goes; reserve: bytes that it will use, if more than its size.
struct kernel_part {
    uint64_t base;
    const uint8_t *data;
    size_t size, reserve;
};

enum { KERNEL_MAX_PARTS = 8 };

struct kernel_image {
    const char *kind;
    struct kernel_part part[KERNEL_MAX_PARTS];
    unsigned nparts;
    uint32_t entry;
    bool wants_tree; // a Linux kernel: device tree or tags
};

// image.c: what kind of kernel it is, by content, and where it goes. False with a message.
bool kernel_recognise(struct machine *m, const struct blob *file, struct kernel_image *image);

// tree.c: the device tree for the kernel: the given one (name: of the file it is from) with memory, command
// line, initrd and virtio slots filled in; without data one made from the board's tables. False with a
// message.
bool tree_make(struct machine *m, const struct blob *given, const char *name, uint64_t initrd,
               uint64_t initrd_size, struct blob *tree);

#endif
