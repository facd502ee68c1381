// Guest memory while the machine is being loaded: who has which addresses, and what lies there.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "board/boot.h"

bool file_read(const char *path, const char *what, struct blob *b)
{
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        warn("cannot read %s '%s': %s", what, path, strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    *b = (struct blob){.size = (size_t)st.st_size};
    if (!S_ISREG(st.st_mode) || !st.st_size)
        warn("%s '%s' is %s", what, path, S_ISREG(st.st_mode) ? "empty" : "not a file");
    else if (!(b->data = malloc(b->size)))
        warn("no memory for %s '%s'", what, path);
    for (size_t got = 0; b->data && got < b->size;) {
        const ssize_t n = read(fd, b->data + got, b->size - got);
        if (n <= 0) {
            warn("cannot read %s '%s': %s", what, path, n ? strerror(errno) : "it became shorter");
            free(b->data);
            b->data = NULL;
        } else {
            got += (size_t)n;
        }
    }
    close(fd);
    return b->data;
}

static bool fits(struct machine *m, uint64_t base, uint64_t size)
{
    const struct bus_range *r = bus_find(&m->bus, base);
    return r && r->kind == BUS_RAM && size <= r->base + r->size - base;
}

bool place_claim(struct placement *b, const char *what, uint64_t base, uint64_t size)
{
    const uint64_t ram = b->m->board->ram_base;
    if (!fits(b->m, base, size)) {
        warn("%s: %llu bytes at 0x%llx do not fit into memory (0x%llx to 0x%llx)", what,
             (unsigned long long)size, (unsigned long long)base, (unsigned long long)ram,
             (unsigned long long)(ram + b->m->opt.memory - 1));
        return false;
    }
    for (unsigned i = 0; i < b->n; i++) {
        const struct placed *p = &b->placed[i];
        if (base >= p->base + p->size || p->base >= base + size) continue;
        warn("%s (0x%llx to 0x%llx) would lie over %s (0x%llx to 0x%llx)", what, (unsigned long long)base,
             (unsigned long long)(base + size - 1), p->what, (unsigned long long)p->base,
             (unsigned long long)(p->base + p->size - 1));
        return false;
    }
    if (log_on(LOG_MEMORY))
        log_line("%s at 0x%llx to 0x%llx", what, (unsigned long long)base,
                 (unsigned long long)(base + size - 1));
    b->placed[b->n++] = (struct placed){what, base, size}; // there is room for every option's
    return true;
}

void place_bytes(struct placement *b, uint64_t base, const void *data, uint64_t size)
{
    pthread_mutex_lock(&b->m->bus.lock);
    bus_dma_write(&b->m->bus, base, data, size);
    pthread_mutex_unlock(&b->m->bus.lock);
}

void place_zeros(struct placement *b, uint64_t base, uint64_t size)
{
    static const uint8_t zeros[4096];
    while (size) {
        const uint64_t n = size < sizeof zeros ? size : sizeof zeros;
        place_bytes(b, base, zeros, n);
        base += n;
        size -= n;
    }
}

bool place(struct placement *b, const char *what, uint64_t base, const void *data, uint64_t size)
{
    if (!place_claim(b, what, base, size)) return false;
    place_bytes(b, base, data, size);
    return true;
}
