#include "user/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/image.h"
#include "user/proc_maps.h"

void user_image_load(struct process *p, struct thread *t, const char *dir, uint64_t options)
{
    const uint64_t build = image_build(), program[] = {p->exe_dev, p->exe_ino, options};
    if (!build) return;
    const struct image_file f = {
        .dir = dir,
        .name = image_hash(program, sizeof program, 0),
        .keys = {build, options, p->exe_dev, p->exe_ino, p->opt.features},
    };
    p->engine->load(&t->cpu, &f);
    p->keeps_image = true;
}

// Parts of the guest's memory that are files'.
struct files {
    struct uas *as;
    size_t n, cap;
    struct part {
        uint64_t start, end;
    } * part;
};

static void find_files(struct files *f)
{
    FILE *in = fopen("/proc/self/maps", "re");
    char *text = NULL;
    size_t size = 0;
    struct host_line h;
    while (in && getline(&text, &size, in) > 0) {
        if (!proc_parse_line(text, &h) || !h.ino) continue;
        if (f->n == f->cap) {
            struct part *more = realloc(f->part, (f->cap = 2 * f->cap + 32) * sizeof *more);
            if (!more) break;
            f->part = more;
        }
        f->part[f->n++] = (struct part){h.start, h.end};
    }
    free(text);
    if (in) fclose(in);
}

// What may be executed and not written: what programs make themselves is another thing in each process.
static bool in_file(void *ctx, uint32_t page)
{
    struct files *f = ctx;
    struct uas_map m;
    const uint64_t at = (uint64_t)page * UAS_PAGE;
    if (!f->part) find_files(f);
    if (!uas_lookup(f->as, (uint32_t)at, &m) || !(m.prot & UAS_EXEC) || m.prot & UAS_WRITE) return false;
    size_t n = 0;
    while (n < f->n && (at < f->part[n].start || at >= f->part[n].end))
        n++;
    return n < f->n;
}

void user_image_save(struct process *p)
{
    struct files f = {.as = &p->as};
    if (!p->keeps_image || !current_thread || current_thread->vforked) return;
    p->engine->save(&current_thread->cpu, in_file, &f);
    free(f.part);
}
