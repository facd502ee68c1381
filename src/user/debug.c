#include "user/debug.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpu/engine.h"
#include "user/symbols.h"
#include "user/sysroot.h"

static const struct thread *thread_behind(const struct cpu *c)
{
    return c->owner;
}

static unsigned id_of(const struct cpu *c)
{
    return (unsigned)thread_behind(c)->tid;
}

static void name_of(const struct cpu *c, char *name, size_t size)
{
    char path[64];
    *name = 0;
    snprintf(path, sizeof path, "/proc/%d/comm", thread_behind(c)->tid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    const ssize_t n = read(fd, name, size - 1);
    close(fd);
    name[n > 0 ? n - (name[n - 1] == '\n') : 0] = 0;
}

// Bytes up to the end of addr's page.
static size_t in_page(uint32_t addr, size_t n)
{
    const size_t left = UAS_PAGE - addr % UAS_PAGE;
    return n < left ? n : left;
}

static size_t read_memory(struct cpu *c, uint32_t addr, void *to, size_t n)
{
    return uas_read_part(c->mem_ctx, to, addr, n);
}

static size_t write_memory(struct cpu *c, uint32_t addr, const void *from, size_t n)
{
    struct uas *as = c->mem_ctx;
    size_t done = 0, piece;
    for (; done < n; done += piece) {
        piece = in_page(addr + (uint32_t)done, n - done);
        if (!uas_write(as, addr + (uint32_t)done, (const uint8_t *)from + done, piece)) break;
    }
    if (done) uas_invalidate(as, addr, done);
    return done;
}

static void stack_of(struct cpu *c, struct backtrace_space *space)
{
    *space = thread_stack(c->owner);
}

static void invalidate(void *ctx, uint32_t addr)
{
    struct process *p = ctx;
    p->engine->invalidate(p->engine, addr, 4);
}

static void quit(void *ctx)
{
    (void)ctx;
    kill(getpid(), SIGKILL);
}

static const char *exe_of(void *ctx)
{
    struct process *p = ctx;
    return sysroot_guest_path(p, process_exe(p));
}

static size_t read_auxv(void *ctx, uint32_t offset, void *to, size_t n)
{
    struct process *p = ctx;
    if (offset >= p->auxv_len) return 0;
    if (n > p->auxv_len - offset) n = p->auxv_len - offset;
    return uas_read(&p->as, to, p->auxv_addr + offset, n) ? n : 0;
}

static int open_file(void *ctx, const char *path)
{
    const struct process *p = ctx;
    char host[SYSROOT_PATH];
    const int other = p->sysroot ? sysroot_resolve(p, AT_FDCWD, path, true, host) : 1;
    if (other < 0) return other;
    const int fd = open(other ? path : host, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

struct debug_target process_debug_target(struct process *p)
{
    return (struct debug_target){
        .ctx = p,
        .pid = (unsigned)getpid(),
        .id = id_of,
        .name = name_of,
        .read = read_memory,
        .write = write_memory,
        .symbols = process_symbols(p),
        .stack = stack_of,
        .invalidate = invalidate,
        .quit = quit,
        .exe = exe_of,
        .auxv = read_auxv,
        .open = open_file,
    };
}
