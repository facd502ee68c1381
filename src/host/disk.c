#include "host/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

bool disk_open(struct disk *d, const char *path, bool read_only)
{
    struct stat st;
    *d = (struct disk){.fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC), .read_only = read_only};
    if (d->fd < 0 || fstat(d->fd, &st)) {
        warn("cannot open drive '%s'%s: %s", path, read_only ? "" : " for writing", strerror(errno));
    } else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
        warn("drive '%s' is neither a file nor a block device", path);
    } else if (flock(d->fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB)) {
        warn("drive '%s' is in use by another machine", path);
    } else {
        d->size = (uint64_t)lseek(d->fd, 0, SEEK_END); // a block device's st_size is 0
        return true;
    }
    disk_close(d);
    return false;
}

void disk_close(struct disk *d)
{
    if (d->fd >= 0) close(d->fd);
    d->fd = -1;
}

static bool inside(const struct disk *d, uint64_t offset, uint64_t len)
{
    return offset <= d->size && len <= d->size - offset;
}

typedef ssize_t vector_fn(int fd, const struct iovec *iov, int n, off_t offset);

// Everything, in as many calls as the host wants.
static bool transfer(const struct disk *d, uint64_t offset, const struct iovec *iov, unsigned n,
                     vector_fn *move)
{
    size_t len = 0, done = 0; // done: of the first piece
    for (unsigned i = 0; i < n; i++)
        len += iov[i].iov_len;
    if (!inside(d, offset, len)) return false;
    while (n) {
        struct iovec first = {(uint8_t *)iov->iov_base + done, iov->iov_len - done};
        const ssize_t r = move(d->fd, done ? &first : iov, done ? 1 : (int)n, (off_t)offset);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0 || (r == 0 && first.iov_len)) return false;
        offset += (uint64_t)r;
        for (done += (size_t)r; n && done >= iov->iov_len; iov++, n--)
            done -= iov->iov_len;
    }
    return true;
}

bool disk_readv(const struct disk *d, uint64_t offset, const struct iovec *iov, unsigned n)
{
    return transfer(d, offset, iov, n, preadv);
}

bool disk_writev(const struct disk *d, uint64_t offset, const struct iovec *iov, unsigned n)
{
    return !d->read_only && transfer(d, offset, iov, n, pwritev);
}

bool disk_read(const struct disk *d, uint64_t offset, void *to, size_t len)
{
    return disk_readv(d, offset, &(struct iovec){to, len}, 1);
}

bool disk_write(const struct disk *d, uint64_t offset, const void *from, size_t len)
{
    return disk_writev(d, offset, &(struct iovec){(void *)from, len}, 1);
}

bool disk_clear(const struct disk *d, uint64_t offset, uint64_t len, bool unmap)
{
    if (d->read_only || !inside(d, offset, len)) return false;
    const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    if (!len || (unmap && !fallocate(d->fd, punch, (off_t)offset, (off_t)len))) return true;
    static const uint8_t zeroes[1 << 16];
    for (size_t n; len; offset += n, len -= n) {
        n = len < sizeof zeroes ? (size_t)len : sizeof zeroes;
        if (!disk_write(d, offset, zeroes, n)) return false;
    }
    return true;
}

bool disk_flush(const struct disk *d)
{
    return d->read_only || fdatasync(d->fd) == 0;
}

bool disk_map(const struct disk *d, void *at, size_t len)
{
    return mmap(at, len, PROT_READ, MAP_SHARED | MAP_FIXED, d->fd, 0) != MAP_FAILED;
}
