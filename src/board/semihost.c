// Semihosting for AArch32 and AArch64, release 2.0: a program asks the host by number (r0) with a block of
// words in memory (at r1), and gets an answer in r0. SYS_SYSTEM is refused: a guest runs no commands of the
// host's.
#include "board/semihost.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "board/semihost_file.h"

enum operation {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_ISERROR = 0x08,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0a,
    SYS_FLEN = 0x0c,
    SYS_TMPNAM = 0x0d,
    SYS_REMOVE = 0x0e,
    SYS_RENAME = 0x0f,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_HEAPINFO = 0x16,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31,
};

enum { STOPPED_APPLICATION_EXIT = 0x20026, NAME_MAX_SIZE = 4096, TICKS_PER_SECOND = 1000000000 };

struct call {
    struct semihost *h;
    struct sys_cpu *s;
    uint32_t r1, arg[4]; // the block
};

static int fail(struct semihost *h, int error)
{
    h->error = error;
    return -1;
}

// A name of a given length, with or without a NUL behind it.
static bool get_name(const struct call *c, uint32_t at, uint32_t len, char name[NAME_MAX_SIZE])
{
    if (len >= NAME_MAX_SIZE) {
        c->h->error = ENAMETOOLONG;
        return false;
    }
    if (!mmu_copy_in(c->s, name, at, len)) {
        c->h->error = EFAULT;
        return false;
    }
    name[len] = 0;
    return true;
}

static int open_file(const struct call *c)
{
    char name[NAME_MAX_SIZE];
    return get_name(c, c->arg[0], c->arg[2], name) ? semihost_open(c->h, name, c->arg[1]) : -1;
}

static int remove_file(const struct call *c)
{
    char name[NAME_MAX_SIZE];
    if (!get_name(c, c->arg[0], c->arg[1], name)) return -1;
    return remove(name) ? fail(c->h, errno) : 0;
}

static int rename_file(const struct call *c)
{
    char from[NAME_MAX_SIZE], to[NAME_MAX_SIZE];
    if (!get_name(c, c->arg[0], c->arg[1], from) || !get_name(c, c->arg[2], c->arg[3], to)) return -1;
    return rename(from, to) ? fail(c->h, errno) : 0;
}

// Text for a buffer of the program's, with its NUL.
static int put_text(const struct call *c, const char *text, uint32_t to, uint32_t room)
{
    const size_t n = strlen(text) + 1;
    if (n > room) return fail(c->h, ERANGE);
    return mmu_copy_out(c->s, to, text, n) ? 0 : fail(c->h, EFAULT);
}

static int temporary_name(const struct call *c)
{
    char name[64];
    snprintf(name, sizeof name, "/tmp/semihosting-%ld-%u", (long)getpid(), c->arg[1] & 0xff);
    return put_text(c, name, c->arg[0], c->arg[2]);
}

static int command_line(const struct call *c)
{
    const struct machine_options *o = &c->h->m->opt;
    const char *kernel = o->kernel ? o->kernel : ""; // none: what runs is in flash
    const char *append = o->append ? o->append : "";
    const size_t n = strlen(kernel) + strlen(append) + 2;
    char *line = malloc(n);
    if (!line) return fail(c->h, ENOMEM);
    snprintf(line, n, "%s%s%s", kernel, *kernel && *append ? " " : "", append);
    const int status = put_text(c, line, c->arg[0], c->arg[1]);
    uint8_t len[4];
    put_le32(len, (uint32_t)strlen(line));
    free(line);
    return status || mmu_copy_out(c->s, c->r1 + 4, len, 4) ? status : fail(c->h, EFAULT);
}

// The heap begins behind the program and the stack at the end of memory; where they meet is the program's
// business.
static int heap_info(const struct call *c)
{
    const struct machine *m = c->h->m;
    uint64_t end = m->board->ram_base + m->opt.memory;
    if (end > 0xfffff000) end = 0xfffff000;
    const uint32_t word[4] = {(uint32_t)m->boot.free, (uint32_t)end, (uint32_t)end, (uint32_t)m->boot.free};
    uint8_t block[16];
    for (unsigned i = 0; i < 4; i++)
        put_le32(block + 4 * i, word[i]);
    return mmu_copy_out(c->s, c->arg[0], block, sizeof block) ? 0 : fail(c->h, EFAULT);
}

static int print_string(const struct call *c)
{
    uint8_t line[256];
    size_t n = 0;
    for (uint32_t at = c->r1;; at++) {
        if (!mmu_copy_in(c->s, line + n, at, 1)) return fail(c->h, EFAULT);
        const bool end = !line[n];
        if (!end) n++;
        if (end || n == sizeof line) {
            semihost_print(c->h, STDOUT_FILENO, line, n);
            n = 0;
        }
        if (end) return 0;
    }
}

static int print_char(const struct call *c)
{
    uint8_t ch;
    if (!mmu_copy_in(c->s, &ch, c->r1, 1)) return fail(c->h, EFAULT);
    semihost_print(c->h, STDOUT_FILENO, &ch, 1);
    return 0;
}

static int elapsed(const struct call *c)
{
    uint8_t ticks[8];
    const uint64_t ns = clock_ns(&c->h->m->clock);
    put_le32(ticks, (uint32_t)ns);
    put_le32(ticks + 4, (uint32_t)(ns >> 32));
    return mmu_copy_out(c->s, c->r1, ticks, sizeof ticks) ? 0 : fail(c->h, EFAULT);
}

static int stop(const struct call *c, uint32_t reason, uint32_t status)
{
    struct machine *m = c->h->m;
    pthread_mutex_lock(&m->bus.lock);
    machine_exit(m, reason == STOPPED_APPLICATION_EXIT ? (int)(status & 0xff) : 1);
    pthread_mutex_unlock(&m->bus.lock);
    return 0;
}

// How many words of the block a call reads.
static unsigned words(enum operation op)
{
    switch (op) {
    case SYS_OPEN:
    case SYS_WRITE:
    case SYS_READ:
    case SYS_TMPNAM: return 3;
    case SYS_RENAME: return 4;
    case SYS_SEEK:
    case SYS_REMOVE:
    case SYS_GET_CMDLINE:
    case SYS_EXIT_EXTENDED: return 2;
    case SYS_CLOSE:
    case SYS_ISERROR:
    case SYS_ISTTY:
    case SYS_FLEN:
    case SYS_HEAPINFO: return 1;
    case SYS_WRITEC:
    case SYS_WRITE0:
    case SYS_READC:
    case SYS_CLOCK:
    case SYS_TIME:
    case SYS_SYSTEM:
    case SYS_ERRNO:
    case SYS_EXIT:
    case SYS_ELAPSED:
    case SYS_TICKFREQ: return 0;
    }
    return 0;
}

static uint32_t perform(const struct call *c, enum operation op)
{
    struct semihost *h = c->h;
    switch (op) {
    case SYS_OPEN: return (uint32_t)open_file(c);
    case SYS_CLOSE: return (uint32_t)semihost_close(h, c->arg[0]);
    case SYS_WRITEC: return (uint32_t)print_char(c);
    case SYS_WRITE0: return (uint32_t)print_string(c);
    case SYS_WRITE: return semihost_write(h, c->s, c->arg[0], c->arg[1], c->arg[2]);
    case SYS_READ: return semihost_read(h, c->s, c->arg[0], c->arg[1], c->arg[2]);
    case SYS_READC: return (uint32_t)semihost_getc(h);
    case SYS_ISERROR: return (int32_t)c->arg[0] < 0;
    case SYS_ISTTY: return (uint32_t)semihost_is_tty(h, c->arg[0]);
    case SYS_SEEK: return (uint32_t)semihost_seek(h, c->arg[0], c->arg[1]);
    case SYS_FLEN: return (uint32_t)semihost_length(h, c->arg[0]);
    case SYS_TMPNAM: return (uint32_t)temporary_name(c);
    case SYS_REMOVE: return (uint32_t)remove_file(c);
    case SYS_RENAME: return (uint32_t)rename_file(c);
    case SYS_CLOCK: return (uint32_t)(clock_ns(&h->m->clock) / 10000000);
    case SYS_TIME: return (uint32_t)time(NULL);
    case SYS_SYSTEM: return (uint32_t)fail(h, EPERM);
    case SYS_ERRNO: return (uint32_t)h->error;
    case SYS_GET_CMDLINE: return (uint32_t)command_line(c);
    case SYS_HEAPINFO: return (uint32_t)heap_info(c);
    case SYS_EXIT: return (uint32_t)stop(c, c->r1, 0);
    case SYS_EXIT_EXTENDED: return (uint32_t)stop(c, c->arg[0], c->arg[1]);
    case SYS_ELAPSED: return (uint32_t)elapsed(c);
    case SYS_TICKFREQ: return TICKS_PER_SECOND;
    }
    if (log_on(LOG_UNIMP)) log_line("semihosting: there is no operation 0x%x", (unsigned)op);
    return (uint32_t)fail(h, ENOSYS);
}

static void called(void *ctx, struct sys_cpu *s)
{
    const struct machine *m = ctx;
    uint32_t *r = s->cpu.r;
    struct call c = {.h = m->semihost, .s = s, .r1 = r[1]};
    uint8_t block[16];
    const unsigned n = words((enum operation)r[0]);
    pthread_mutex_lock(&c.h->lock);
    if (n && !mmu_copy_in(s, block, c.r1, 4 * n)) {
        r[0] = (uint32_t)fail(c.h, EFAULT);
    } else {
        for (unsigned i = 0; i < n; i++)
            c.arg[i] = get_le32(block + 4 * i);
        r[0] = perform(&c, (enum operation)r[0]);
    }
    pthread_mutex_unlock(&c.h->lock);
}

struct semihost *semihost_new(struct machine *m)
{
    struct semihost *h = calloc(1, sizeof *h);
    if (!h) return NULL;
    h->m = m;
    pthread_mutex_init(&h->lock, NULL);
    m->sys.semihosting = called;
    return h;
}

void semihost_free(struct semihost *h)
{
    for (unsigned i = 0; i < SEMIHOST_FILES; i++)
        if (h->file[i].open && h->file[i].fd > STDERR_FILENO) close(h->file[i].fd);
    pthread_mutex_destroy(&h->lock);
    free(h);
}
