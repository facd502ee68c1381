// The image file behind a block device: bytes at offsets. Calls may wait for the host's file system.
#ifndef STINKARM_HOST_DISK_H
#define STINKARM_HOST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

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
// The same from and to up to IOV_MAX pieces of memory.
bool disk_readv(const struct disk *d, uint64_t offset, const struct iovec *iov, unsigned n);
bool disk_writev(const struct disk *d, uint64_t offset, const struct iovec *iov, unsigned n);
// Makes a range zero; unmap: and takes it from the host's disk where its file system can.
bool disk_clear(const struct disk *d, uint64_t offset, uint64_t len, bool unmap);
// Maps the first len bytes, whole pages, to be read at an address that the caller owns.
bool disk_map(const struct disk *d, void *at, size_t len);
bool disk_flush(const struct disk *d); // what was written is on the host's disk

#endif
