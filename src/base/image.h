// Images: memory that a later process of the same stinkarm finds at the same addresses, in a file.
//
// A file is a header and the bytes of ranges of memory, one behind the other. Whoever owns the memory keeps
// what else is to be known in the header, and says which addresses he takes back.
#ifndef STINKARM_BASE_IMAGE_H
#define STINKARM_BASE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Below the guest's window (mem/uas.c says why nobody else is there). Blocks, what is known about pages;
// code, twice, and its records within 4 GiB from there.
#define IMAGE_BLOCKS 0x1f0000000000ull
#define IMAGE_PAGES  0x1f0100000000ull
#define IMAGE_CODE   0x1f1000000000ull

enum {
    IMAGE_RANGES = 108,
    IMAGE_STATE = 1024,
    IMAGE_MOST = 64 << 20, // bytes of a file
    IMAGE_KEYS = 8,
};

struct image_range {
    uint64_t at, size;
};

struct image_header {
    char magic[8];
    uint64_t own, content;     // checksums: of what follows here, and of the ranges
    uint64_t keys[IMAGE_KEYS]; // what else must be the same
    uint32_t nranges, reserved;
    struct image_range range[IMAGE_RANGES];
    uint64_t cache[IMAGE_STATE / 8], tier[IMAGE_STATE / 8]; // their owners'
};

// One range more, unless it is empty; how many there are then.
static inline unsigned image_add(struct image_range *r, unsigned n, const void *at, size_t size)
{
    if (!size) return n;
    r[n] = (struct image_range){(uintptr_t)at, size};
    return n + 1;
}

// A file's place: name is made from what the image is for.
struct image_file {
    const char *dir; // absolute
    uint64_t name;
    uint64_t keys[IMAGE_KEYS];
};

// A copy of the ranges' memory, one behind the other.
struct image_copy {
    const struct image_header *h;
    uint8_t *bytes;
};

// 64 bits that another content hardly ever has.
uint64_t image_hash(const void *p, size_t n, uint64_t seed);
// Names this build of stinkarm; 0: that is not known.
uint64_t image_build(void);

// Opens a file and reads its header. -1: there is none that can be used, and *why says so.
int image_open(const struct image_file *f, struct image_header *h, const char **why);
// Reads the ranges to where they belong, in mapped memory: into large pages, which costs less than to map the
// file and have a page fault for each page that is touched. False: they are not what was written.
bool image_read(int fd, const struct image_header *h);

// The ranges' bytes as they are now, to be changed and written. NULL bytes: no memory.
struct image_copy image_copy(const struct image_header *h);
void image_copy_free(struct image_copy *c);
// Where an address of a range is in the copy; NULL: in none.
void *image_in_copy(const struct image_copy *c, const void *p);
// Writes a file in place of the former one, with the checksums. NULL, or why not.
const char *image_write(const struct image_file *f, struct image_header *h, const struct image_copy *c);
void image_remove(const struct image_file *f);

#endif
