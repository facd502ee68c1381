// Room for new code: the oldest part of it is forgotten, while no CPU runs.
#include "jit/internal.h"

static bool in(const struct jit *j, const struct jit_part *p, const uint8_t *code)
{
    return code >= p->code && code < p->code + j->part_size;
}

static void forget_covers(struct jit *j)
{
    for (unsigned k = 0; k < JIT_COVERS; k++)
        for (struct jit_cover **at = &j->work->covers[k]; *at;)
            if (jit_evicted(&j->tier, *at))
                *at = (*at)->next;
            else
                at = &(*at)->next;
}

static const uint8_t *target(const uint8_t *disp)
{
    int32_t rel;
    memcpy(&rel, disp, sizeof rel);
    return disp + sizeof rel + rel;
}

// Branches of a unit that lead to the part lead out again, as before they were linked, as do ways in that
// newer code there had replaced.
static void lead_out(const struct jit *j, const struct jit_part *p, struct jit_unit *u)
{
    for (unsigned k = 0; k < u->nlinks; k++) {
        struct emit_link *l = &u->links[k];
        if (l->disp && in(j, p, target(l->disp))) x64_patch(l->disp, l->disp + sizeof(int32_t) + l->unlinked);
    }
    for (unsigned k = 0; k < u->nentries; k++) {
        const struct emit_entry *e = &u->entries[k];
        if (emit_is_stale(e->code) && in(j, p, target(e->code + 1))) emit_stale(e->code, e->stale);
    }
}

void jit_all_anew(struct jit *j)
{
    j->evicted[0] = (uintptr_t)j->data;
    j->evicted[1] = (uintptr_t)(j->data + j->size);
    jit_memory_reset(j);
    j->fp_form |= j->fp_wanted;
    if (j->work) j->work->translation.flags_cross = j->tier.crosses;
}

static void evict_oldest(struct jit *j)
{
    const unsigned oldest = (j->now + 1) % JIT_PARTS;
    struct jit_part *p = &j->parts[oldest];
    j->evicted[0] = (uintptr_t)p->data;
    j->evicted[1] = (uintptr_t)(p->data + p->data_size);
    forget_covers(j);
    for (unsigned k = 0; k < JIT_PARTS; k++)
        for (unsigned u = 0; u < j->parts[k].nunits && k != oldest; u++)
            lead_out(j, p, j->parts[k].units[u]);
    jit_part_reset(j, oldest);
    j->now = oldest;
    j->full = false;
}

void jit_evict(struct tier *t)
{
    struct jit *j = jit_of(t);
    pthread_mutex_lock(&j->lock);
    j->anew ? jit_all_anew(j) : evict_oldest(j);
    pthread_mutex_unlock(&j->lock);
}

bool jit_evicted(const struct tier *t, const void *code)
{
    const struct jit *j = (const struct jit *)t;
    return (uintptr_t)code >= j->evicted[0] && (uintptr_t)code < j->evicted[1];
}
