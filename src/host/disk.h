// The image file behind a block device: bytes at offsets. Calls may wait for the host's file system.
#ifndef STINKARM_HOST_DISK_H
#define STINKARM_HOST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk {
    int fd;
    uint64_t size; // bytes
    bool read_only;
};

// Opens an image (a regular file or a block device) and locks it, for writing unless read_only: two machines
// never write the same image. False with a message on stderr.
bool disk_open(struct disk *d, const char *path, bool read_only);
void disk_close(struct disk *d);

// Transfers len bytes at offset; false (and nothing but what the host did so far) at an error of the host, or
// if the range is not inside the image, or for a write to a read-only one.
bool disk_read(const struct disk *d, uint64_t offset, void *to, size_t len);
bool disk_write(const struct disk *d, uint64_t offset, const void *from, size_t len);
bool disk_flush(const struct disk *d); // what was written is on the host's disk

#endif
