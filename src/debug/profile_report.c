#include "debug/profile_report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pages.h"
#include "symbols/symbols.h"

enum { HASH = 1 << 14, FIRST_ROOM = 1024, FIRST_TEXT = 1 << 16 };

// ---- names ----

static bool init(struct profile_functions *f, uint32_t nodes)
{
    *f = (struct profile_functions){.room = FIRST_ROOM, .size = FIRST_TEXT, .nodes = nodes};
    f->f = pages_new(f->room * sizeof *f->f);
    f->hash = pages_new(HASH * sizeof *f->hash);
    f->text = pages_new(f->size);
    f->of = pages_new(nodes * sizeof *f->of);
    return f->f && f->hash && f->text && f->of;
}

void profile_functions_free(struct profile_functions *f)
{
    if (f->f) munmap(f->f, f->room * sizeof *f->f);
    if (f->hash) munmap(f->hash, HASH * sizeof *f->hash);
    if (f->text) munmap(f->text, f->size);
    if (f->of) munmap(f->of, f->nodes * sizeof *f->of);
}

static bool grow(void *at, size_t size)
{
    void **p = at;
    void *more = mremap(*p, size, 2 * size, MREMAP_MAYMOVE);
    if (more == MAP_FAILED) return false;
    *p = more;
    return true;
}

// Files of stacks have their own use for semicolons and lines.
static bool put_text(struct profile_functions *f, const char *s, uint32_t *at)
{
    const size_t n = strlen(s) + 1;
    while (f->used + n > f->size) {
        if (!grow(&f->text, f->size)) return false;
        f->size *= 2;
    }
    *at = (uint32_t)f->used;
    for (size_t k = 0; k < n; k++)
        f->text[f->used + k] = s[k] == ';' ? ':' : s[k] > 0 && s[k] < ' ' ? '?' : s[k];
    f->used += n;
    return true;
}

static uint32_t hash_of(uint32_t h, const char *s)
{
    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 16777619u;
    return h;
}

static bool is(const struct profile_functions *f, uint32_t k, const char *name, const char *file)
{
    return !strcmp(profile_name(f, k), name) && !strcmp(profile_file(f, k), file);
}

static bool intern(struct profile_functions *f, const char *name, const char *file, uint32_t addr,
                   uint32_t *k)
{
    uint32_t *head = &f->hash[hash_of(hash_of(2166136261u, name), file) % HASH];
    for (uint32_t same = *head; same; same = f->f[same - 1].same)
        if (is(f, *k = same - 1, name, file)) return true;
    if (f->n == f->room) {
        if (!grow(&f->f, f->room * sizeof *f->f)) return false;
        f->room *= 2;
    }
    struct profile_function *new = &f->f[ *k = f->n];
    if (!put_text(f, name, &new->name) || !put_text(f, file, &new->file)) return false;
    new->addr = addr;
    new->same = *head;
    *head = ++f->n;
    return true;
}

// The function of a place. A machine's kernel has functions that nothing has called, but that are to be
// returned to, as if there were a call in front of their first instruction.
static bool function_of(const struct profile_data *data, const struct profile_node *n, struct symbol *s)
{
    if (!data->symbols) return false;
    const bool returns_behind = n->child && !*data->program;
    if (returns_behind && symbols_at(data->symbols, n->value + 4, s) && s->addr == n->value + 4) return true;
    return symbols_at(data->symbols, n->value, s);
}

static bool name_node(struct profile_functions *f, const struct profile_data *data,
                      const struct profile_node *n, uint32_t *k)
{
    static const char *const labels[] = {
        [PROFILE_CALLS] = "[system calls]", [PROFILE_USER] = "[user]", [PROFILE_DEEPER] = "[deeper]"};
    struct symbol s;
    char page[24];
    switch ((enum profile_kind)n->kind) {
    case PROFILE_THREAD: return intern(f, data->names[n->value], "", 0, k);
    case PROFILE_LABEL: return intern(f, labels[n->value], "", 0, k);
    case PROFILE_CODE: break;
    }
    if (function_of(data, n, &s)) return intern(f, s.name, s.file, s.addr, k);
    snprintf(page, sizeof page, "[0x%08x]", (unsigned)(n->value & ~0xfffu));
    return intern(f, page, "", n->value & ~0xfffu, k);
}

bool profile_functions_find(struct profile_functions *f, const struct profile_data *data)
{
    const struct profile_tree *t = &data->tree;
    bool ok = init(f, t->n);
    for (uint32_t k = 1; ok && k < t->n; k++)
        ok = name_node(f, data, &t->node[k], &f->of[k]);
    if (!ok) errno = ENOMEM;
    return ok;
}

// ---- output ----

struct profile_out *profile_out_open(const char *path, int flags)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    struct profile_out *o = fd < 0 ? NULL : pages_new(sizeof *o);
    if (o)
        o->fd = fd;
    else if (fd >= 0)
        close(fd);
    return o;
}

static void flush(struct profile_out *o, size_t n)
{
    for (size_t done = 0; done < n && !o->failed;) {
        const ssize_t w = write(o->fd, o->buf + done, n - done);
        if (w > 0)
            done += (size_t)w;
        else if (w == 0 || errno != EINTR)
            o->failed = true;
    }
    memmove(o->buf, o->buf + n, o->n - n);
    o->n -= n;
    o->whole = 0;
}

void profile_put(struct profile_out *o, const char *format, ...)
{
    for (int attempt = 0; attempt < 3; attempt++) {
        const size_t room = sizeof o->buf - o->n;
        va_list args;
        va_start(args, format);
        const size_t n = (size_t)vsnprintf(o->buf + o->n, room, format, args);
        va_end(args);
        if (n < room) {
            o->n += n;
            if (n && o->buf[o->n - 1] == '\n') o->whole = o->n;
            return;
        }
        flush(o, o->whole ? o->whole : o->n); // a very long line is written in pieces
    }
    o->failed = true; // a name that nobody has
    errno = EOVERFLOW;
}

bool profile_out_close(struct profile_out *o)
{
    flush(o, o->n);
    bool ok = !o->failed;
    if (close(o->fd)) ok = false;
    const int err = errno;
    munmap(o, sizeof *o);
    errno = err;
    return ok;
}
