// Memory for compiled code, in two views: one writable, one executable; and for its records.
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "jit/internal.h"

static int code_file(void)
{
    const int fd = (int)syscall(SYS_memfd_create, "stinkarm-code", 1 /* MFD_CLOEXEC */);
    if (fd >= 0 && !ftruncate(fd, JIT_CODE_SIZE)) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

// Memory that is writable here and executable there, never both at one address.
static bool map_code(struct jit *j, int fd, int flags)
{
    uint8_t *exec = flags ? j->code + j->to_exec : NULL;
    j->code = mmap(j->code, JIT_CODE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);
    exec = mmap(exec, JIT_CODE_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED | flags, fd, 0);
    if (j->code == MAP_FAILED || exec == MAP_FAILED) return false;
    j->to_exec = exec - j->code;
    return true;
}

static bool map_memory(struct jit *j)
{
    const int fd = code_file();
    const bool ok = fd >= 0 && map_code(j, fd, 0);
    if (fd >= 0) close(fd);
    j->data =
        mmap(NULL, JIT_DATA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ok && j->data != MAP_FAILED) return true;
    j->code = NULL;
    j->full = true;
    return false;
}

static void start_of_code(struct jit *j)
{
    struct x64 a = {.p = j->code, .end = j->code + JIT_CODE_SIZE};
    emit_shared_code(&a, &j->shared);
    j->code_used = (size_t)(a.p - j->code);
    j->units = (struct jit_unit **)(j->data + JIT_DATA_SIZE);
}

bool jit_memory(struct jit *j)
{
    if (j->code) return true;
    if (!map_memory(j)) return false;
    start_of_code(j);
    return true;
}

void *jit_data(struct jit *j, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (j->data_used + size + (j->nunits + 1) * sizeof *j->units > JIT_DATA_SIZE) {
        j->full = true;
        return NULL;
    }
    void *p = j->data + j->data_used;
    j->data_used += size;
    return p;
}

void jit_memory_reset(struct jit *j)
{
    if (!j->code) return;
    start_of_code(j);
    j->data_used = 0;
    j->nunits = 0;
    memset(j->covers, 0, sizeof j->covers);
    j->full = false;
}

void jit_memory_unmap(struct jit *j)
{
    if (!j->code) return;
    munmap(j->code + j->to_exec, JIT_CODE_SIZE);
    munmap(j->code, JIT_CODE_SIZE);
    munmap(j->data, JIT_DATA_SIZE);
}

void jit_fork_before(struct tier *t)
{
    pthread_mutex_lock(&jit_of(t)->lock);
}

// Code memory is shared between processes, as its two views must be: the child gets a copy, at the same
// addresses.
void jit_fork_copy(struct tier *t)
{
    struct jit *j = jit_of(t);
    j->fork_fd = -1;
    if (!j->code) return;
    j->fork_fd = code_file();
    for (size_t done = 0; j->fork_fd >= 0 && done < j->code_used;) {
        const ssize_t n = pwrite(j->fork_fd, j->code + done, j->code_used - done, (off_t)done);
        if (n <= 0) {
            close(j->fork_fd);
            j->fork_fd = -1;
        } else {
            done += (size_t)n;
        }
    }
}

void jit_fork_after(struct tier *t, bool child, struct cpu *self)
{
    struct jit *j = jit_of(t);
    (void)self;
    if (j->code && child && (j->fork_fd < 0 || !map_code(j, j->fork_fd, MAP_FIXED))) {
        warn("no memory for compiled code behind fork");
        _exit(125);
    }
    if (j->fork_fd >= 0) close(j->fork_fd);
    pthread_mutex_unlock(&j->lock);
}
