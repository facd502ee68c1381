// Memory for compiled code, in two views: one writable, one executable; and for its records.
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/image.h"
#include "base/log.h"
#include "base/pages.h"
#include "jit/internal.h"

static int code_file(size_t size)
{
    const int fd = (int)syscall(SYS_memfd_create, "stinkarm-code", 1 /* MFD_CLOEXEC */);
    if (fd >= 0 && !ftruncate(fd, (off_t)size)) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

// Memory that is writable here and executable there, never both at one address.
static bool map_code(struct jit *j, int fd, uint8_t *code, uint8_t *exec, int flags)
{
    j->code = mmap(code, j->size, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);
    exec = mmap(exec, j->size, PROT_READ | PROT_EXEC, MAP_SHARED | flags, fd, 0);
    if (j->code == MAP_FAILED || exec == MAP_FAILED) return false;
    j->to_exec = exec - j->code;
    return true;
}

// Of the work and all records.
static size_t work_size(const struct jit *j)
{
    return (sizeof *j->work + j->size + PAGES_LARGE - 1) & ~(size_t)(PAGES_LARGE - 1);
}

// Where images expect it: 2 GiB are more than two views of the code are ever to have.
static struct jit_work *fixed_work(struct jit *j)
{
    struct jit_work *work = j->tier.fixed ? pages_large_at(IMAGE_CODE + (2ull << 30), work_size(j)) : NULL;
    j->tier.fixed = work;
    return work ? work : pages_large(work_size(j));
}

// The code's two views lie below the work, if there is room, where they may have large pages.
bool jit_memory_map(struct jit *j)
{
    struct jit_work *work = fixed_work(j);
    const int fd = work ? code_file(j->size) : -1;
    uint8_t *below = (uint8_t *)work - j->size;
    const bool ok = fd >= 0 && map_code(j, fd, below, below - j->size, 0);
    if (fd >= 0) close(fd);
    j->tier.fixed = j->tier.fixed && j->code == below && j->code + j->to_exec == below - j->size;
    if (ok) {
        j->data = (uint8_t *)(work + 1);
        work->translation.flags_cross = j->tier.crosses;
        __atomic_store_n(&j->work, work, __ATOMIC_RELEASE);
        return true;
    }
    j->code = NULL;
    j->none = true;
    return false;
}

enum { UNITS = 16 }; // of a part's records: the share of the list of its units

void jit_part_reset(struct jit *j, unsigned k)
{
    const size_t size = j->size / JIT_PARTS, units = size / UNITS;
    uint8_t *data = j->data + k * size;
    j->parts[k] = (struct jit_part){.code = j->code + JIT_SHARED_ROOM + k * j->part_size,
                                    .data = data + units,
                                    .data_size = size - units,
                                    .units = (struct jit_unit **)(void *)data};
}

static void start(struct jit *j)
{
    struct x64 a = {.p = j->code, .end = j->code + JIT_SHARED_ROOM};
    j->shared.owner = j;
    j->shared.places = j->tier.places;
    emit_shared_code(&a, &j->shared, j->data, j->system);
    j->shared_used = (size_t)(a.p - j->code);
    for (unsigned k = 0; k < JIT_PARTS; k++)
        jit_part_reset(j, k);
    j->now = 0;
}

bool jit_memory(struct jit *j)
{
    if (j->code) return true;
    if (j->none || !jit_memory_map(j)) return false;
    start(j);
    return true;
}

void *jit_data(struct jit *j, size_t size)
{
    struct jit_part *p = &j->parts[j->now];
    size = (size + 15) & ~(size_t)15;
    if (p->data_used + size > p->data_size || (uint8_t *)&p->units[p->nunits + 1] > p->data) {
        j->full = true;
        return NULL;
    }
    void *at = p->data + p->data_used;
    p->data_used += size;
    return at;
}

// Page by page the kernel would be asked twice for code, once in each view: behind this it finds neighbours
// for the other. Small programs get little.
static void expect(uint8_t *start, size_t used, size_t *ready, size_t size)
{
    enum { LEAST = 4 << 10, SMALL = 16 << 10, LARGE = 64 << 10 };
    const size_t more = *ready < LARGE ? SMALL : LARGE;
    if (used + LEAST <= *ready || *ready + more > size) return;
    pages_expect(start + *ready, more);
    *ready += more;
}

// The large page of the memory file that is in use becomes one indeed, in both views, when much of it is
// filled: before that it would cost more than the small ones. The kernel may have none.
static void enlarge(struct jit *j)
{
    enum { MUCH = 256 << 10 };
    const struct jit_part *p = &j->parts[j->now];
    const size_t used = (size_t)(p->code + p->code_used - j->code), page = used / PAGES_LARGE;
    if (used % PAGES_LARGE < MUCH || page < j->large) return;
    if ((page + 1) * PAGES_LARGE > j->size || (uintptr_t)j->code % PAGES_LARGE) return;
    j->large = page + 1;
    madvise(j->code + page * PAGES_LARGE, PAGES_LARGE, MADV_COLLAPSE);
    madvise(j->code + j->to_exec + page * PAGES_LARGE, PAGES_LARGE, MADV_COLLAPSE);
}

void jit_pages(struct jit *j)
{
    struct jit_part *p = &j->parts[j->now];
    enlarge(j);
    expect(p->code, p->code_used, &p->ready, j->part_size);
    expect(p->data, p->data_used, &p->data_ready, p->data_size);
}

void jit_memory_reset(struct jit *j)
{
    j->anew = j->full = false;
    if (!j->code) return;
    start(j);
    memset(j->work->covers, 0, sizeof j->work->covers);
}

void jit_memory_unmap(struct jit *j)
{
    if (!j->code) return;
    munmap(j->code + j->to_exec, j->size);
    munmap(j->code, j->size);
    munmap(j->work, work_size(j));
    j->code = NULL;
    j->work = NULL;
}

void jit_fork_before(struct tier *t)
{
    pthread_mutex_lock(&jit_of(t)->lock);
}

static bool copy(const struct jit *j, int fd, const uint8_t *from, size_t size)
{
    while (size) {
        const ssize_t n = pwrite(fd, from, size, from - j->code);
        if (n <= 0) return false;
        from += n;
        size -= (size_t)n;
    }
    return true;
}

static bool map_copy(struct jit *j, int fd)
{
    uint8_t *const code = j->code, *const exec = code + j->to_exec;
    if (map_code(j, fd, code, exec, MAP_FIXED)) return true;
    // The guest has as many mappings as there may be: the old ones make room.
    munmap(exec, j->size);
    munmap(code, j->size);
    return map_code(j, fd, code, exec, MAP_FIXED);
}

// Code memory is shared between processes, as its two views must be: the child gets a copy, at the same
// addresses.
void jit_fork_copy(struct tier *t)
{
    struct jit *j = jit_of(t);
    j->fork_fd = -1;
    if (!j->code) return;
    j->fork_fd = code_file(j->size);
    bool ok = j->fork_fd >= 0 && copy(j, j->fork_fd, j->code, JIT_SHARED_ROOM);
    for (unsigned k = 0; k < JIT_PARTS && ok; k++)
        ok = copy(j, j->fork_fd, j->parts[k].code, j->parts[k].code_used);
    if (ok || j->fork_fd < 0) return;
    close(j->fork_fd);
    j->fork_fd = -1;
}

void jit_fork_after(struct tier *t, bool child, struct cpu *self)
{
    struct jit *j = jit_of(t);
    (void)self;
    if (j->code && child && (j->fork_fd < 0 || !map_copy(j, j->fork_fd))) {
        warn("no memory for compiled code behind fork");
        _exit(125);
    }
    if (j->fork_fd >= 0) close(j->fork_fd);
    pthread_mutex_unlock(&j->lock);
}
