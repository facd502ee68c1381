#include "user/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "user/abi/sigframe.h"
#include "user/layout.h"
#include "user/proc_maps.h"

// ---- mapped files ----

static uint64_t changes(void *ctx)
{
    struct process *p = ctx;
    return uas_changes(&p->as);
}

// The host's name of a file that has no other any more, and the one that it had.
static void use_deleted(struct symbols_file *f, const struct host_line *h, char *path, size_t size)
{
    static const char mark[] = " (deleted)";
    const size_t n = strlen(h->path), m = strlen(mark);
    if (n <= m || strcmp(h->path + n - m, mark) != 0) return;
    h->path[n - m] = 0;
    const unsigned long long base = UAS_WINDOW;
    snprintf(path, size, "/proc/self/map_files/%llx-%llx", base + h->start, base + h->end);
    f->path = path;
}

static void put_line(struct process *p, const struct host_line *h,
                     void (*put)(void *to, const struct symbols_file *f), void *to)
{
    struct uas_map m;
    char path[80];
    if (h->path[0] != '/' || !uas_next(&p->as, (uint32_t)h->start, &m) || m.start >= h->end) return;
    struct symbols_file f = {.path = h->path,
                             .name = h->path,
                             .start = (uint32_t)h->start,
                             .end = h->end,
                             .offset = (uint32_t)h->offset,
                             .code = m.prot & UAS_EXEC};
    use_deleted(&f, h, path, sizeof path);
    put(to, &f);
}

void process_files(struct process *p, void (*put)(void *to, const struct symbols_file *f), void *to)
{
    FILE *in = fopen("/proc/self/maps", "re");
    char *text = NULL;
    size_t size = 0;
    struct host_line h;
    while (in && getline(&text, &size, in) > 0)
        if (proc_parse_line(text, &h)) put_line(p, &h, put, to);
    free(text);
    if (in) fclose(in);
}

static void files(void *ctx, void (*put)(void *to, const struct symbols_file *f), void *to)
{
    process_files(ctx, put, to);
}

static size_t read_process(void *ctx, uint32_t addr, void *to, size_t n)
{
    struct process *p = ctx;
    return uas_read_part(&p->as, to, addr, n);
}

struct symbols_source process_symbols_source(struct process *p)
{
    return (struct symbols_source){.ctx = p, .changes = changes, .files = files, .read = read_process};
}

struct symbols *process_symbols(struct process *p)
{
    const struct symbols_source source = process_symbols_source(p);
    pthread_mutex_lock(&p->lock);
    if (!p->symbols) p->symbols = symbols_new(&source);
    struct symbols *s = p->symbols;
    pthread_mutex_unlock(&p->lock);
    return s;
}

// ---- stacks ----

enum { CALL_SIGRETURN = 119, CALL_RT_SIGRETURN = 173 };

// The call that the code at an address makes, if that is what handlers return to: mov r7, #number; svc 0, as
// the kernel and the C libraries have it. 0: it is something else.
static unsigned returning_call(struct uas *as, uint32_t pc, bool thumb)
{
    uint16_t h[4] = {0};
    const size_t n = uas_read_part(as, h, pc, sizeof h) / 2;
    if (thumb && n >= 2 && h[0] >> 8 == 0x27 && h[1] == 0xdf00) return h[0] & 0xff;
    if (thumb && n >= 3 && h[0] == 0xf04f && h[1] >> 8 == 7 && h[2] == 0xdf00) return h[1] & 0xff;
    if (!thumb && n == 4 && h[1] == 0xe3a0 && h[0] >> 8 == 0x70 && h[3] >> 8 == 0xef) return h[0] & 0xff;
    return 0;
}

static bool trampoline(void *ctx, uint32_t r[16], bool *thumb)
{
    const struct thread *t = ctx;
    struct abi_sigcontext mc;
    unsigned call = 0;
    for (uint32_t back = 0; back <= 4 && !call; back += *thumb ? 2 : 4) // also at its second instruction
        call = returning_call(&t->p->as, r[15] - back, *thumb);
    if (call != CALL_SIGRETURN && call != CALL_RT_SIGRETURN) return false;
    const size_t at = offsetof(struct abi_ucontext, mcontext) +
                      (call == CALL_RT_SIGRETURN ? offsetof(struct abi_rt_sigframe, sig.uc) : 0);
    if (!uas_read(&t->p->as, &mc, r[13] + (uint32_t)at, sizeof mc)) return false;
    memcpy(r, mc.r, sizeof mc.r);
    *thumb = mc.cpsr & PSR_T;
    return true;
}

static size_t read_thread(void *ctx, uint32_t addr, void *to, size_t n)
{
    const struct thread *t = ctx;
    return uas_read_part(&t->p->as, to, addr, n);
}

struct backtrace_space thread_stack(struct thread *t)
{
    return (struct backtrace_space){
        .symbols = process_symbols(t->p), .ctx = t, .read = read_thread, .trampoline = trampoline};
}
