// Units of compiled code: their records, where they are found by what happens in them.
#include "jit/internal.h"

static unsigned count_calls(const struct ir_block *b)
{
    unsigned n = 0;
    if (!ir_seen(b, IR_CALL) && !ir_seen_of(b, IR_VADD, IR_VEC)) return 0;
    for (unsigned k = 0; k < b->n; k++)
        n += emit_may_call(&b->insn[k]);
    return n;
}

static bool find_handler(struct jit *j, struct cpu *c, const struct ir_insn *i, struct tier_call *call)
{
    const struct translation *t = &j->work->translation;
    const unsigned n = i->op == IR_CALL && i->n ? i->n : 1;
    if (!j->tier.source->handler(c, &t->insns[i->imm], n, i->count, t->ir.thumb, call)) return false;
    if (!call->flags && !call->fp) return true;
    struct tier_call *inner = jit_data(j, sizeof *inner);
    if (!inner) return false;
    *inner = *call;
    call->fn = jit_call_with_state;
    call->step = inner;
    return true;
}

const struct tier_call *jit_calls(struct jit *j, struct cpu *c)
{
    struct ir_block *b = &j->work->translation.ir;
    unsigned n = count_calls(b);
    struct tier_call *calls = jit_data(j, n * sizeof *calls);
    if (!n) return calls;
    n = 0;
    for (unsigned k = 0; calls && k < b->n; k++) {
        if (!emit_may_call(&b->insn[k])) continue;
        if (!find_handler(j, c, &b->insn[k], &calls[n])) return NULL;
        b->insn[k].imm = n++; // from here on
    }
    return calls;
}

static struct jit_cover **covers_of(struct jit_work *w, uint64_t key)
{
    return &w->covers[(key >> 1 ^ (key >> TIER_FRAME_SHIFT) * 0x9e3) % JIT_COVERS];
}

static void cover(struct jit *j, struct jit_cover *k, uint64_t key, struct jit_unit *unit)
{
    struct jit_cover **head = covers_of(j->work, key);
    *k = (struct jit_cover){key, unit, *head};
    __atomic_store_n(head, k, __ATOMIC_RELEASE);
}

// The unit's record, from what the emitter says.
static struct jit_unit *record(struct jit *j, const struct translation *t, const struct tier_call *calls)
{
    const struct emit *e = &j->work->emit;
    struct jit_unit *u = jit_data(j, sizeof *u);
    struct emit_site *sites = jit_data(j, e->nsites * sizeof *sites);
    struct jit_cover *covers = jit_data(j, (e->nblocks + t->nlooked) * sizeof *covers);
    struct tier_place *places = jit_data(j, e->nplaces * sizeof *places);
    if (!u || !sites || !covers || !places) return NULL;
    memcpy(sites, e->sites, e->nsites * sizeof *sites);
    memcpy(places, e->places, e->nplaces * sizeof *places);
    *u = (struct jit_unit){.start = e->start,
                           .size = (uint32_t)(e->a.p - e->start),
                           .thumb = t->ir.thumb,
                           .region = t->region,
                           .alone = e->alone && ir_seen_of(&t->ir, IR_STEX, IR_FENCE),
                           .reads_flags = t->root_reads,
                           .nsites = e->nsites,
                           .ninsns = t->ninsns,
                           .nplaces = e->nplaces,
                           .sites = sites,
                           .places = places,
                           .calls = calls,
                           .links = e->link_at,
                           .nlinks = e->nlinks,
                           .covers = covers,
                           .ncovers = e->nblocks + t->nlooked,
                           .nentries = (uint8_t)e->nentries,
                           .entries = e->entry_at};
    memcpy(u->home, e->home, sizeof u->home);
    memcpy(u->vector_home, e->vector_home, sizeof u->vector_home);
    for (unsigned k = 0; k < e->nblocks; k++) {
        u->loops |= e->blocks[k].loop;
        cover(j, &covers[k], e->blocks[k].key, u);
    }
    for (unsigned k = 0; k < t->nlooked; k++)
        cover(j, &covers[e->nblocks + k], t->looked[k].key, u);
    for (unsigned k = 0; k < e->nentries; k++)
        e->entry_at[k].unit = u;
    return u;
}

struct jit_unit *jit_emit(struct jit *j, const struct tier_call *calls, bool region)
{
    struct emit *e = &j->work->emit;
    int8_t home[15];
    struct emit_vector_home vector_home[16];
    bool vectors = false;
    __builtin_prefetch(covers_of(j->work, j->work->translation.ir.blocks[0].key), 1); // for record()
    jit_pages(j);
    struct emit_entry *entries = jit_data(j, j->work->translation.ir.nblocks * sizeof *entries);
    struct emit_link *links = jit_data(j, EMIT_MAX_LINKS * sizeof *links);
    struct jit_part *part = &j->parts[j->now];
    if (!entries || !links || part->code_used + JIT_UNIT_ROOM > j->part_size) {
        j->full = true;
        return NULL;
    }
    e->a = (struct x64){.p = part->code + part->code_used};
    e->a.end = e->a.p + JIT_UNIT_ROOM;
    e->shared = &j->shared;
    e->calls = calls;
    e->tlb = j->work->translation.system;
    e->placed = j->tier.places;
    e->fp_form = (uint8_t)j->fp_form;
    e->link_at = links;
    e->entry_at = entries;
    e->counts = j->tier.counts;
    e->counted = !region && j->hot_region;
    e->home = emit_home;
    if (region) {
        translate_homes(&j->work->translation.ir, emit_home, home);
        if (memcmp(home, emit_home, sizeof home)) e->home = home;
        memset(vector_home, 0, sizeof vector_home);
        vectors = true;
        if (!(e->fp_form & FP_CALL)) translate_vector_homes(&j->work->translation.ir, vector_home);
    }
    emit_set_vector_homes(e, vectors ? vector_home : NULL, &j->work->translation.ir);
    if (!emit_unit(e, &j->work->translation.ir)) return NULL;
    part->data_used -= (EMIT_MAX_LINKS - e->nlinks) * sizeof *links & ~(size_t)15;
    memcpy(links, e->links, e->nlinks * sizeof *links);
    struct jit_unit *u = record(j, &j->work->translation, calls);
    if (!u) return NULL;
    e->home = u->home; // this function's own array ends with it
    part->code_used = (size_t)(e->a.p - part->code);
    part->units[part->nunits] = u;
    __atomic_store_n(&part->nunits, part->nunits + 1, __ATOMIC_RELEASE);
    return u;
}

bool jit_in_region(struct jit *j, uint64_t key)
{
    const struct jit_cover *k = *covers_of(j->work, key);
    while (k && (k->key != key || !k->unit->region || k->unit->dead))
        k = k->next;
    return k;
}

void jit_forget_unit(struct jit_unit *u)
{
    __atomic_store_n(&u->dead, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < u->nentries; i++) {
        __atomic_store_n(&u->entries[i].dead, true, __ATOMIC_RELEASE);
        emit_stale(u->entries[i].code, u->entries[i].stale);
    }
}

bool jit_forget(struct tier *t, uint64_t key)
{
    bool loops = false;
    struct jit_work *w = __atomic_load_n(&jit_of(t)->work, __ATOMIC_ACQUIRE);
    struct jit_cover *k = w ? __atomic_load_n(covers_of(w, key), __ATOMIC_ACQUIRE) : NULL;
    for (; k; k = k->next) {
        struct jit_unit *u = k->unit;
        if (k->key != key || u->dead) continue;
        loops |= u->loops;
        jit_forget_unit(u);
    }
    return loops;
}

void jit_share(struct tier *t)
{
    struct jit *j = jit_of(t);
    pthread_mutex_lock(&j->lock);
    for (unsigned k = 0; k < JIT_PARTS; k++)
        for (unsigned u = 0; u < j->parts[k].nunits; u++)
            if (j->parts[k].units[u]->alone && !j->parts[k].units[u]->dead) jit_forget_unit(j->parts[k].units[u]);
    pthread_mutex_unlock(&j->lock);
}

void jit_forget_all(struct jit *j)
{
    for (unsigned k = 0; k < JIT_PARTS; k++) {
        const struct jit_part *p = &j->parts[k];
        for (unsigned u = 0; u < p->nunits; u++)
            if (!p->units[u]->dead) jit_forget_unit(p->units[u]);
    }
}

// The newest unit that starts at or below the host pc.
const struct jit_unit *jit_unit_at(const struct jit *j, const uint8_t *pc)
{
    const size_t k = (size_t)(pc - j->code - JIT_SHARED_ROOM) / j->part_size;
    if (pc < j->code + JIT_SHARED_ROOM || k >= JIT_PARTS) return NULL;
    const struct jit_part *p = &j->parts[k];
    const unsigned n = __atomic_load_n(&p->nunits, __ATOMIC_ACQUIRE);
    unsigned lo = 0, hi = n; // those below lo start at or below pc, those from hi on above
    while (lo < hi) {
        const unsigned mid = (lo + hi) / 2;
        if (p->units[mid]->start <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    const struct jit_unit *u = lo ? p->units[lo - 1] : NULL;
    return u && pc < u->start + u->size ? u : NULL;
}

// The site of a host instruction (in the executable view), and its unit.
const struct emit_site *jit_site_at(const struct jit *j, uintptr_t host_pc, const struct jit_unit **u)
{
    if (!j->code) return NULL;
    const uint8_t *pc = (const uint8_t *)host_pc - j->to_exec;
    if (!(*u = jit_unit_at(j, pc))) return NULL;
    const struct emit_site *site = NULL;
    for (unsigned i = 0; i < (*u)->nsites && (*u)->start + (*u)->sites[i].offset <= pc; i++)
        site = &(*u)->sites[i];
    return site;
}
