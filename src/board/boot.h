// Inside the boot code: files, kernel images, device trees and tag lists.
#ifndef STINKARM_BOARD_BOOT_H
#define STINKARM_BOARD_BOOT_H

#include "board/machine.h"

struct blob {
    uint8_t *data; // malloc'ed
    size_t size;
};

// Bytes that lie in another's memory.
struct bytes {
    const uint8_t *data;
    size_t size;
};

// Reads a whole file; false with a message that names it as `what`.
bool file_read(const char *path, const char *what, struct blob *b);

// boot_place.c: what has been placed in memory.
struct placed {
    const char *what;
    uint64_t base, size;
};

struct placement {
    struct machine *m;
    struct placed placed[MACHINE_MAX_LOADS + 24];
    unsigned n;
};

// Takes a range for something; false with a message if it is not memory, or taken.
bool place_claim(struct placement *b, const char *what, uint64_t base, uint64_t size);
// Fills a range that was claimed.
void place_bytes(struct placement *b, uint64_t base, const void *data, uint64_t size);
void place_zeros(struct placement *b, uint64_t base, uint64_t size);
// Claims and fills
bool place(struct placement *b, const char *what, uint64_t base, const void *data, uint64_t size);

// A piece of a kernel and where it goes. zeros: bytes behind it that must be 0.
struct kernel_part {
    uint64_t base;
    const uint8_t *data;
    size_t size;
    uint64_t zeros;
};

enum { KERNEL_MAX_PARTS = 16 };

struct kernel_image {
    const char *kind; // for messages: "zImage"
    struct kernel_part part[KERNEL_MAX_PARTS];
    unsigned nparts;
    uint32_t entry;
    bool wants_tree; // a device tree (or tags); false: only if the command line names something in it
    // What it takes of memory until it runs: unpacked kernel, decompressor, its variables. Known from the
    // file, or (not exact) guessed, so that nobody is in the way who has a choice.
    uint64_t use_base, use_end;
    bool exact;
    struct bytes tree;   // appended, or of a multi-file image; no data: none
    struct bytes initrd; // of a multi-file image
};

// image.c: what kind of kernel a file is, by content, and where it goes. False with a message.
bool kernel_recognise(struct machine *m, const struct blob *file, struct kernel_image *image);
// The same of what is inside a uImage: loaded to base, unless that is 0.
bool kernel_recognise_at(struct machine *m, const struct bytes *file, uint64_t base,
                         struct kernel_image *image);
// image_elf.c, image_uboot.c: false with a message
bool kernel_elf(struct machine *m, const struct bytes *file, struct kernel_image *image);
bool kernel_uboot(struct machine *m, const struct bytes *file, struct kernel_image *image);
bool kernel_is_uboot(const struct bytes *file);
// Whether code is the start of a Linux kernel that is not packed.
bool kernel_is_linux(const uint8_t *code, size_t size);

// tree.c: the device tree for the kernel: the given one (name: of the file it is from) with memory, command
// line, initrd and virtio slots filled in; without data one made from the board's tables. False with a
// message.
bool tree_make(struct machine *m, const struct blob *given, const char *name, uint64_t initrd,
               uint64_t initrd_size, struct blob *tree);

// atags.c: the tag list: made, or the file that the command line names. At most `room` bytes. False with a
// message.
bool atags_make(struct machine *m, uint64_t initrd, uint64_t initrd_size, size_t room, struct blob *tags);
// A ready list from a file; *initrd: where its INITRD2 says, or 0.
bool atags_read(const char *path, size_t room, struct blob *tags, uint64_t *initrd);

#endif
