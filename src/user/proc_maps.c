// /proc/self/maps and smaps of the guest: the list of mappings says addresses and permissions, the host's own
// file says what files are behind them and how much memory is in use.
#include "user/proc_maps.h"

#include <stdlib.h>
#include <string.h>

#include "user/sysroot.h"

// A line to print.
struct piece {
    uint64_t start, end, offset;
    struct uas_map map;
    char dev[24];
    unsigned long long ino;
    char path[4096];
};

bool proc_parse_line(char *text, struct host_line *h)
{
    unsigned long long start, end, offset;
    int at = 0;
    if (sscanf(text, "%llx-%llx %7s %llx %23s %llu %n", &start, &end, h->perms, &offset, h->dev, &h->ino,
               &at) != 6 ||
        !at)
        return false;
    const unsigned long long base = UAS_WINDOW;
    if (start < base || start >= base + (1ull << 32)) return false;
    h->start = start - base;
    h->end = end - base;
    if (h->end > 1ull << 32) h->end = 1ull << 32; // the guard behind the window
    h->offset = offset;
    h->path = text + at;
    h->path[strcspn(h->path, "\n")] = 0;
    return true;
}

static void print_piece(FILE *out, const struct process *p, const struct piece *e)
{
    const struct uas_map *m = &e->map;
    const char *name = m->name ? m->name : p ? sysroot_guest_path(p, e->path) : e->path;
    const int n = fprintf(out, "%08llx-%08llx %c%c%c%c %08llx %s %llu ", (unsigned long long)e->start,
                          (unsigned long long)e->end, m->prot & UAS_READ ? 'r' : '-',
                          m->prot & UAS_WRITE ? 'w' : '-', m->prot & UAS_EXEC ? 'x' : '-',
                          m->shared ? 's' : 'p', (unsigned long long)e->offset, e->dev, e->ino);
    // Names begin at one column: 25 + 6 * sizeof(void *) in the kernel's fs/proc/task_mmu.c.
    if (*name) fprintf(out, "%*s%s", n < 49 ? 49 - n : 0, "", name);
    fputc('\n', out);
}

static bool continues(const struct piece *a, const struct piece *b)
{
    if (a->end != b->start || a->map.prot != b->map.prot || a->map.shared != b->map.shared ||
        a->map.name != b->map.name || a->ino != b->ino || strcmp(a->dev, b->dev) || strcmp(a->path, b->path))
        return false;
    return a->ino == 0 || a->offset + (a->end - a->start) == b->offset;
}

static struct piece make_piece(const struct host_line *h, const struct uas_map *m)
{
    struct piece e = {.map = *m, .ino = h->ino};
    e.start = h->start > m->start ? h->start : m->start;
    e.end = h->end < m->end ? h->end : m->end;
    e.offset = h->ino ? h->offset + (e.start - h->start) : 0;
    memcpy(e.dev, h->dev, sizeof e.dev);
    if (h->path[0] == '/') strncpy(e.path, h->path, sizeof e.path - 1);
    return e;
}

// p: file names are as its guest knows them; NULL: as the host does.
static void print_maps(struct uas *as, const struct process *p, FILE *out)
{
    FILE *in = fopen("/proc/self/maps", "re");
    char *text = NULL;
    size_t size = 0;
    struct host_line h;
    struct uas_map m;
    struct piece *last = calloc(2, sizeof *last), *now = last + 1;
    while (in && last && getline(&text, &size, in) > 0) {
        if (!proc_parse_line(text, &h)) continue;
        for (uint64_t at = h.start; at < h.end && uas_next(as, (uint32_t)at, &m) && m.start < h.end;
             at = m.end) {
            *now = make_piece(&h, &m);
            if (continues(last, now)) {
                last->end = now->end;
                continue;
            }
            if (last->end) print_piece(out, p, last);
            *last = *now;
        }
    }
    if (last && last->end) print_piece(out, p, last);
    free(last);
    free(text);
    if (in) fclose(in);
}

void proc_print_maps(struct process *p, FILE *out)
{
    print_maps(&p->as, p, out);
}

// The details that follow a line of smaps: those of the host's mapping, with the piece's own size.
static void print_detail(FILE *out, const char *text, const struct piece *e)
{
    if (strncmp(text, "Size:", 5) == 0)
        fprintf(out, "Size:           %8llu kB\n", (unsigned long long)(e->end - e->start) / 1024);
    else
        fputs(text, out);
}

void proc_print_smaps(struct process *p, FILE *out)
{
    struct uas *const as = &p->as;
    FILE *in = fopen("/proc/self/smaps", "re");
    char *text = NULL;
    size_t size = 0;
    struct host_line h;
    struct uas_map m;
    struct piece *e = calloc(1, sizeof *e);
    bool inside = false; // the last header was the guest's
    while (in && e && getline(&text, &size, in) > 0) {
        const bool header = strspn(text, "0123456789abcdef") > 4;
        if (!header) {
            if (inside) print_detail(out, text, e);
            continue;
        }
        inside = proc_parse_line(text, &h) && uas_next(as, (uint32_t)h.start, &m) && m.start < h.end;
        if (!inside) continue;
        // One mapping of the host may be several of the guest's; memory in use is then shown with the first.
        for (uint64_t at = h.start; at < h.end && uas_next(as, (uint32_t)at, &m) && m.start < h.end;
             at = m.end) {
            if (at != h.start)
                fprintf(out, "Size:           %8llu kB\n", (unsigned long long)(e->end - e->start) / 1024);
            *e = make_piece(&h, &m);
            print_piece(out, p, e);
        }
    }
    free(e);
    free(text);
    if (in) fclose(in);
}

bool proc_find_map(struct uas *as, uint32_t addr, char *buf, size_t size)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out) return false;
    print_maps(as, NULL, out);
    fclose(out);
    bool found = false;
    for (char *line = text, *next; line && *line && !found; line = next) {
        unsigned start, end;
        next = line + strcspn(line, "\n");
        if (*next) *next++ = 0;
        found = sscanf(line, "%x-%x", &start, &end) == 2 && addr >= start && addr - start < end - start;
        if (found) snprintf(buf, size, "%s", line);
    }
    free(text);
    return found;
}

bool proc_find_path(struct uas *as, uint32_t addr, char *buf, size_t size)
{
    char line[4200];
    int at = 0;
    if (!proc_find_map(as, addr, line, sizeof line)) return false;
    sscanf(line, "%*s %*s %*s %*s %*s %n", &at);
    return at && line[at] == '/' && snprintf(buf, size, "%s", line + at) < (int)size;
}
