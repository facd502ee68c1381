#include "debug/perf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "base/own_fd.h"
#include "base/pages.h"
#include "debug/debug.h"
#include "symbols/symbols.h"

enum { MAGIC = 0x4a695444, VERSION = 1, EM_X86_64 = 62, CODE_LOAD = 0 };

struct dump_header {
    uint32_t magic, version, size, machine, pad, pid;
    uint64_t time, flags;
};

struct dump_load {
    uint32_t id, size;
    uint64_t time;
    uint32_t pid, tid;
    uint64_t vma, code, code_size, index;
};

static const char option[] = "--perf=";

static struct perf {
    char option[4000];
    int fd;
    pid_t pid;
    uint64_t index;
    struct debug_target target;
    struct symbols *symbols; // of the unit's CPU
    pthread_mutex_t lock;
} * perf;

// perf record sees that a file with such a name is mapped to be executed.
static bool show(int fd)
{
    return mmap(NULL, PAGE_SIZE_HOST, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED;
}

static bool begin(void)
{
    char path[sizeof perf->option + 32];
    perf->pid = getpid();
    snprintf(path, sizeof path, "%s/jit-%d.dump", perf->option + sizeof option - 1, (int)perf->pid);
    const int fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC | O_APPEND, 0666);
    const struct dump_header h = {MAGIC,          VERSION, sizeof h, EM_X86_64, 0, (uint32_t)perf->pid,
                                  monotonic_ns(), 0};
    if (fd >= 0 && write(fd, &h, sizeof h) == sizeof h && show(fd)) {
        perf->fd = own_fd_move(fd);
        return true;
    }
    warn("--perf: %s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    perf->fd = -1;
    return false;
}

bool perf_start(const char *dir)
{
    char path[PATH_MAX];
    perf = pages_new(sizeof *perf);
    if (!perf || !realpath(dir, path)) {
        warn("--perf: %s: %s", dir, strerror(errno));
        return false;
    }
    const int n = snprintf(perf->option, sizeof perf->option, "%s%s", option, path);
    if (n >= (int)sizeof perf->option) {
        warn("--perf: %s: %s", dir, strerror(ENAMETOOLONG));
        return false;
    }
    pthread_mutex_init(&perf->lock, NULL);
    return begin();
}

char *perf_option(void)
{
    return perf->option;
}

void perf_target(const struct debug_target *t)
{
    perf->target = *t;
}

// In the child of a fork: a file of its own.
static void begin_anew(void)
{
    if (perf->fd >= 0) own_fd_close(perf->fd);
    pthread_mutex_init(&perf->lock, NULL);
    begin();
}

static void put(const struct tier_code *code, const char *name, uint32_t from, uint32_t to)
{
    struct dump_load r = {.id = CODE_LOAD,
                          .time = monotonic_ns(),
                          .pid = (uint32_t)perf->pid,
                          .tid = (uint32_t)syscall(SYS_gettid),
                          .vma = code->start + from,
                          .code = code->start + from,
                          .code_size = to - from,
                          .index = perf->index++};
    const struct iovec v[] = {
        {&r, sizeof r}, {(char *)name, strlen(name) + 1}, {(void *)(code->bytes + from), to - from}};
    for (unsigned k = 0; k < sizeof v / sizeof *v; k++)
        r.size += (uint32_t)v[k].iov_len;
    if (writev(perf->fd, v, sizeof v / sizeof *v) != r.size) {
        warn("--perf: %s", strerror(errno));
        own_fd_close(perf->fd);
        perf->fd = -1;
    }
}

// The function that a guest instruction is in; addr 0 and an empty name: nobody knows.
static struct symbol function_at(uint32_t pc)
{
    struct symbol s;
    if (perf->symbols && symbols_at(perf->symbols, pc, &s)) return s;
    return (struct symbol){.name = "", .addr = 0};
}

static void put_piece(const struct tier_code *code, uint32_t pc, uint32_t from, uint32_t to)
{
    char name[512];
    const struct symbol s = function_at(pc);
    const char *set = code->thumb ? "thumb" : "arm";
    if (*s.name)
        snprintf(name, sizeof name, "[%s] %s+0x%x", set, s.name, (unsigned)(pc - s.addr));
    else
        snprintf(name, sizeof name, "[%s] 0x%08x", set, (unsigned)pc);
    if (to > from && perf->fd >= 0) put(code, name, from, to);
}

static void put_unit(const struct tier_code *code)
{
    uint32_t from = 0, pc = code->nplaces ? code->places[0].pc : 0, function = function_at(pc).addr;
    for (unsigned k = 1; k < code->nplaces; k++) {
        const struct tier_place *p = &code->places[k];
        const uint32_t other = p->pc & 1 ? function : function_at(p->pc).addr;
        if (other == function) continue;
        put_piece(code, pc, from, p->offset);
        from = p->offset, pc = p->pc, function = other;
    }
    put_piece(code, pc, from, code->size);
}

// A unit may have several functions' code, inlined ones': each piece has its own name. What belongs to no
// instruction is the one's in front of it.
void perf_made(struct tier *t, struct cpu *c, const struct tier_code *code)
{
    if (perf->pid != getpid()) {
        begin_anew();
        t->tell(t, c);
        return;
    }
    pthread_mutex_lock(&perf->lock);
    perf->symbols = debug_symbols(&perf->target, c);
    if (perf->fd >= 0) put_unit(code);
    pthread_mutex_unlock(&perf->lock);
}
