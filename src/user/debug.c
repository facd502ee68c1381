#include "user/debug.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpu/engine.h"
#include "mem/by_pages.h"
#include "user/proc.h"
#include "user/symbols.h"
#include "user/sysroot.h"

static struct thread *thread_behind(const struct cpu *c)
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

// A debugger's thread is none of the guest's, and blocks signals. While it copies guest memory it passes for
// one, or a fault would be stinkarm's own.
struct guise {
    struct thread *before;
    sigset_t mask;
};

static struct guise guise_of(struct thread *t)
{
    struct guise g = {.before = current_thread};
    sigset_t faults;
    sigemptyset(&faults);
    sigaddset(&faults, SIGSEGV);
    sigaddset(&faults, SIGBUS);
    current_thread = t;
    pthread_sigmask(SIG_UNBLOCK, &faults, &g.mask);
    return g;
}

static void guise_end(const struct guise *g)
{
    pthread_sigmask(SIG_SETMASK, &g->mask, NULL);
    current_thread = g->before;
}

static bool page_out(void *as, uint32_t addr, void *host, size_t n)
{
    return uas_write(as, addr, host, n);
}

static size_t read_memory(struct cpu *c, uint32_t addr, void *to, size_t n)
{
    const struct guise g = guise_of(thread_behind(c));
    const size_t done = uas_read_part(c->mem_ctx, to, addr, n);
    guise_end(&g);
    return done;
}

static size_t write_memory(struct cpu *c, uint32_t addr, const void *from, size_t n)
{
    struct uas *as = c->mem_ctx;
    const struct guise g = guise_of(thread_behind(c));
    const size_t done = mem_by_pages(page_out, as, addr, (void *)from, n);
    if (done) uas_invalidate(as, addr, done);
    guise_end(&g);
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

static void quit(void *ctx, int status)
{
    (void)ctx;
    if (status >= 0) _exit(status);
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
    const struct guise g = guise_of(p->threads);
    const bool there = uas_read(&p->as, to, p->auxv_addr + offset, n);
    guise_end(&g);
    return there ? n : 0;
}

static int open_file(void *ctx, const char *path)
{
    struct process *p = ctx;
    char host[SYSROOT_PATH];
    const struct guise g = guise_of(p->threads);
    const int own = proc_open(p->threads, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    guise_end(&g);
    if (own != PROC_NOT_MINE) return own;
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
        .peek = read_memory,
        .symbols = process_symbols(p),
        .stack = stack_of,
        .invalidate = invalidate,
        .quit = quit,
        .exe = exe_of,
        .auxv = read_auxv,
        .open = open_file,
    };
}
