// Compiled code in images: what is written, and what becomes of it in a later process.
//
// The code, the units' records and the table of covers lie at the same addresses in each process, so that
// everything in them that points there stays right: entries, links, sites, places, covers, units' lists,
// handlers' calls and what these call inside (unit.c). To the interpreter's steps point calls; the blocks,
// which it writes with them, point to entries. Functions and tables of stinkarm are where they were, since it
// is the same build. Nothing else is pointed at; what depends on the process (struct emit_shared's owner) is
// set anew, or is a machine's.
//
// In an image branches from unit to unit are linked only where the one implies that the other can be used, as
// in the same page: what others lead to is found out anew.
#include "base/image.h"

#include <string.h>
#include <sys/mman.h>

#include "base/pages.h"
#include "jit/internal.h"
#include "jit/x64/host.h"

enum { LITTLE = 512 << 10 };

struct state {
    uint64_t size, shared_used;
    uint32_t host, fp_form, crosses, now;
    struct {
        uint64_t code_used, data_used, nunits;
    } part[JIT_PARTS];
    struct emit_shared shared;
};
_Static_assert(sizeof(struct state) <= IMAGE_STATE, "there is room");

static bool restore(struct tier *t, const void *from)
{
    struct jit *j = jit_of(t);
    const struct state *s = from;
    if (!s->size) return true; // there was no code yet
    if (s->size != j->size || s->host != host_features() || s->now >= JIT_PARTS || j->code) return false;
    if (!jit_memory_map(j)) return false;
    if (!t->fixed) {
        jit_memory_unmap(j);
        return false;
    }
    // What is read goes to small pages if it is little: a large one costs as much as a hundred of them.
    if (s->part[0].data_used < LITTLE) madvise(j->work, sizeof *j->work + j->size, MADV_NOHUGEPAGE);
    j->shared = s->shared;
    j->shared.owner = j;
    j->shared_used = s->shared_used;
    for (unsigned k = 0; k < JIT_PARTS; k++) {
        struct jit_part *p = &j->parts[k];
        jit_part_reset(j, k);
        p->code_used = s->part[k].code_used;
        p->data_used = s->part[k].data_used;
        p->nunits = (unsigned)s->part[k].nunits;
    }
    j->now = s->now;
    const struct jit_part *now = &j->parts[j->now];
    j->large =
        (size_t)(now->code + now->code_used - j->code) / PAGES_LARGE + 1; // that is not made in a hurry
    j->fp_form = s->fp_form;
    t->crosses |= s->crosses;
    j->work->translation.flags_cross = t->crosses;
    t->hot = j->hot; // there is memory for code, and what is compiled may be for later runs, too
    j->settled = true;
    return true;
}

static void drop(struct tier *t)
{
    struct jit *j = jit_of(t);
    jit_memory_unmap(j);
    j->fp_form = 0;
    t->crosses = false;
    j->settled = false;
}

static unsigned ranges(struct tier *t, struct image_range *r, void *to)
{
    struct jit *j = jit_of(t);
    struct state *s = to;
    if (!j->code || j->anew) return 0;
    *s = (struct state){.size = j->size,
                        .shared_used = j->shared_used,
                        .host = host_features(),
                        .fp_form = j->fp_form,
                        .crosses = t->crosses,
                        .now = j->now,
                        .shared = j->shared};
    unsigned n = image_add(r, 0, j->code, j->shared_used);
    n = image_add(r, n, j->work->covers, sizeof j->work->covers);
    for (unsigned k = 0; k < JIT_PARTS; k++) {
        const struct jit_part *p = &j->parts[k];
        s->part[k].code_used = p->code_used;
        s->part[k].data_used = p->data_used;
        s->part[k].nunits = p->nunits;
        n = image_add(r, n, p->code, p->code_used);
        n = image_add(r, n, p->units, p->nunits * sizeof *p->units);
        n = image_add(r, n, p->data, p->data_used);
    }
    return n;
}

static void unlock(struct tier *t)
{
    pthread_mutex_unlock(&jit_of(t)->lock);
}

// ---- the copy ----

static const struct jit_unit *in_copy_of(const struct image_copy *copy, const struct jit_unit *u)
{
    return image_in_copy(copy, u);
}

static bool has_page(const struct jit_unit *u, uint64_t key)
{
    for (unsigned k = 0; k < u->ncovers; k++)
        if ((uint32_t)(u->covers[k].key ^ key) >> 12 == 0) return true;
    return false;
}

// Whether a branch may lead to code that has not been asked for: wherever the unit can be used, that can,
// too.
static bool implies(const struct image_copy *copy, const struct jit_unit *u, const struct jit_unit *other)
{
    if (in_copy_of(copy, other)->dead || (other->alone && !u->alone)) return false;
    for (unsigned k = 0; k < other->ncovers; k++)
        if (!has_page(u, other->covers[k].key)) return false;
    return true;
}

static void put_relative(const struct image_copy *copy, const uint8_t *disp, const uint8_t *to)
{
    const int32_t rel = (int32_t)(to - (disp + sizeof rel));
    memcpy(image_in_copy(copy, disp), &rel, sizeof rel);
}

static bool stays_linked(const struct jit *j, const struct image_copy *copy, const struct jit_unit *u,
                         const struct emit_link *l)
{
    int32_t rel;
    memcpy(&rel, l->disp, sizeof rel);
    if (rel == l->unlinked) return true;
    const struct jit_unit *other = jit_unit_at(j, l->disp + sizeof rel + rel);
    return other && implies(copy, u, other);
}

static void clean_links(const struct jit *j, const struct image_copy *copy, const struct jit_unit *u)
{
    for (unsigned k = 0; k < u->nlinks; k++) {
        const struct emit_link *l = &u->links[k];
        if (l->disp && !stays_linked(j, copy, u, l))
            memcpy(image_in_copy(copy, l->disp), &l->unlinked, sizeof l->unlinked);
    }
}

static void clean_entries(const struct image_copy *copy, const struct jit_unit *u, bool dead)
{
    for (unsigned k = 0; k < u->nentries; k++) {
        const struct emit_entry *e = &u->entries[k];
        ((struct emit_entry *)image_in_copy(copy, e))->dead = dead;
        if (emit_is_stale(e->code)) put_relative(copy, e->code + 1, e->stale);
    }
}

static void clean(struct tier *t, const struct image_copy *copy, bool (*keeps)(void *ctx, uint64_t key),
                  void *ctx)
{
    struct jit *j = jit_of(t);
    for (unsigned k = 0; k < JIT_PARTS; k++)
        for (unsigned i = 0; i < j->parts[k].nunits; i++) {
            const struct jit_unit *u = j->parts[k].units[i];
            struct jit_unit *to = image_in_copy(copy, u);
            for (unsigned n = 0; n < u->ncovers && !to->dead; n++)
                to->dead = !keeps(ctx, u->covers[n].key);
            to->known = false;
            clean_entries(copy, u, to->dead);
        }
    for (unsigned k = 0; k < JIT_PARTS; k++)
        for (unsigned i = 0; i < j->parts[k].nunits; i++)
            clean_links(j, copy, j->parts[k].units[i]);
}

static bool in_copy(const struct image_copy *copy, const void *code)
{
    const struct emit_entry *e = image_in_copy(copy, code);
    return e && !e->dead;
}

// ---- restored code ----

static bool usable(struct tier *t, const struct cpu *c, const void *code,
                   bool (*is_same)(void *ctx, uint64_t key), void *ctx)
{
    (void)t;
    const struct emit_entry *entry = code;
    struct jit_unit *u = entry->unit;
    if (jit_is_dead(entry)) return false;
    if (u->known) return true;
    bool ok = !u->alone || !c->memory_shared;
    for (unsigned k = 0; k < u->ncovers && ok; k++)
        ok = is_same(ctx, u->covers[k].key);
    u->known = ok;
    if (!ok) jit_forget_unit(u);
    return ok;
}

static unsigned made(const struct tier *t)
{
    const struct jit *j = (const struct jit *)t;
    unsigned n = 0;
    for (unsigned k = 0; k < JIT_PARTS; k++)
        n += j->parts[k].nunits;
    return n;
}

const struct tier_image jit_image = {restore, drop, ranges, unlock, clean, in_copy, usable, made};
