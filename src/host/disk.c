#include "host/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
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

static bool inside(const struct disk *d, uint64_t offset, size_t len)
{
    return offset <= d->size && len <= d->size - offset;
}

bool disk_read(const struct disk *d, uint64_t offset, void *to, size_t len)
{
    if (!inside(d, offset, len)) return false;
    for (uint8_t *p = to; len;) {
        const ssize_t n = pread(d->fd, p, len, (off_t)offset);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n, len -= (size_t)n, offset += (uint64_t)n;
    }
    return true;
}

bool disk_write(const struct disk *d, uint64_t offset, const void *from, size_t len)
{
    if (d->read_only || !inside(d, offset, len)) return false;
    for (const uint8_t *p = from; len;) {
        const ssize_t n = pwrite(d->fd, p, len, (off_t)offset);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n, len -= (size_t)n, offset += (uint64_t)n;
    }
    return true;
}

bool disk_flush(const struct disk *d)
{
    return d->read_only || fdatasync(d->fd) == 0;
}
