#include <stdlib.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/pages.h"
#include "jit/internal.h"
#include "jit/log.h"

enum {
    HOT = 16,         // what has run so often will run on …
    HOT_FIRST = 3000, // … but with the first one come code memory and its page faults, …
    HOT_YOUNG = 256,  // … and a program that has few units yet may be about to end
    YOUNG = 48,
    HOT_REGION = 16000, // a block has taken about as long then as a region takes to compile
};

static unsigned needed_form(const struct ir_block *b)
{
    unsigned form = 0;
    for (unsigned k = 0; k < b->n; k++)
        form |= emit_fp_form(&b->insn[k]);
    return form;
}

static bool compile(struct tier *tier, struct cpu *c, uint64_t key, bool region, struct tier_unit *out)
{
    struct jit *j = jit_of(tier);
    struct jit_unit *u = NULL;
    pthread_mutex_lock(&j->lock);
    j->system = c->sys;
    if (!j->full && !j->anew && jit_memory(j)) {
        j->work->translation.system = j->system;
        const bool young = j->tries++ < YOUNG && !j->hot_given && !j->settled;
        __atomic_store_n(&tier->hot, young ? HOT_YOUNG : j->hot, __ATOMIC_RELAXED);
        const struct tier_call *calls;
        j->work->emit.alone = !c->memory_shared;
        j->work->emit.windowed = region && c->sys && (c->window || !cpu_privileged(c));
        const struct ir_block *b = &j->work->translation.ir;
        const bool code = translate(&j->work->translation, c, tier, key, region);
        const unsigned missing = code && ir_seen_of(b, IR_VADD, IR_VEC) ? needed_form(b) & ~j->fp_form : 0;
        if (missing && !jit_begin_fp(j, c, missing))
            jit_want_fp(j, c, missing);
        else if (code && (calls = jit_calls(j, c)))
            u = jit_emit(j, calls, region);
        if (u && log_on_at(LOG_IR, b->pc)) jit_log_ir(b);
        if (u && log_on_at(LOG_JIT, b->pc)) jit_log_unit(c, &j->work->translation, &j->work->emit);
    }
    if (j->full) c->exit_request = 1; // for room to be made
    out->n = u ? u->nentries : 0;
    out->nblocks = u ? j->work->translation.ir.nblocks : 0;
    out->ninsns = u ? u->ninsns : 0;
    out->bytes = u ? u->size : 0;
    for (unsigned k = 0; k < out->n; k++) {
        out->entry[k].key = u->entries[k].key;
        out->entry[k].code = &u->entries[k];
    }
    pthread_mutex_unlock(&j->lock);
    if (u && tier->made) jit_tell_made(j, c, u);
    return u;
}

static unsigned length(const struct tier *t, const void *code)
{
    (void)t;
    return ((const struct jit_unit *)((const struct emit_entry *)code)->unit)->ninsns;
}

static void link_code(struct tier *t, void *link, void *code)
{
    struct jit *j = jit_of(t);
    const struct emit_entry *entry = code;
    pthread_mutex_lock(&j->lock);
    if (!jit_is_dead(entry)) {
        if ((uintptr_t)link & JIT_STALE)
            emit_stale(((const struct emit_entry *)((uintptr_t)link - JIT_STALE))->code, entry->code);
        else
            x64_patch(((struct emit_link *)link)->disp, entry->code);
    }
    pthread_mutex_unlock(&j->lock);
}

static void remember(struct tier *t, struct cpu *c, uint64_t key, void *code)
{
    const struct emit_entry *entry = code;
    const struct jit_unit *u = entry->unit;
    if (u->reads_flags && entry == u->entries) jit_flags_cross(t, c);
    jit_remember(jit_of(t), c, (uint32_t)key, entry);
}

static void replace(struct tier *t, void *code, void *by)
{
    (void)t;
    emit_stale(((struct emit_entry *)code)->code, ((struct emit_entry *)by)->code);
}

static bool wants_room(const struct tier *t)
{
    const struct jit *j = (const struct jit *)t;
    return j->full || j->anew;
}

static void flush(struct tier *t)
{
    struct jit *j = jit_of(t);
    pthread_mutex_lock(&j->lock);
    jit_all_anew(j);
    pthread_mutex_unlock(&j->lock);
}

static bool prepare(struct tier *t)
{
    struct jit *j = jit_of(t);
    pthread_mutex_lock(&j->lock);
    const bool ok = jit_memory(j);
    pthread_mutex_unlock(&j->lock);
    return ok;
}

static void destroy(struct tier *t)
{
    struct jit *j = jit_of(t);
    jit_memory_unmap(j);
    pthread_mutex_destroy(&j->lock);
    munmap(j, sizeof *j);
}

struct tier *jit_new(uint32_t hot, uint32_t hot_region, uint32_t memory)
{
    struct jit *j = pages_sparse(sizeof *j);
    if (!j) return NULL;
    j->tier = (struct tier){.hot = hot ? hot : HOT_FIRST,
                            .compile = compile,
                            .run = jit_run,
                            .length = length,
                            .link = link_code,
                            .remember = remember,
                            .forget = jit_forget,
                            .share = jit_share,
                            .replace = replace,
                            .flags_cross = jit_flags_cross,
                            .flush = flush,
                            .wants_room = wants_room,
                            .evict = jit_evict,
                            .evicted = jit_evicted,
                            .image = &jit_image,
                            .detach = jit_detach,
                            .fault = jit_fault,
                            .trap = jit_trap,
                            .where = jit_where,
                            .tell = jit_tell_all,
                            .aborted = jit_aborted,
                            .fork_before = jit_fork_before,
                            .fork_copy = jit_fork_copy,
                            .fork_after = jit_fork_after,
                            .prepare = prepare,
                            .destroy = destroy};
    j->size = memory ? (size_t)memory << 20 : JIT_MEMORY;
    j->part_size = (j->size - JIT_SHARED_ROOM) / JIT_PARTS & ~(size_t)0xfff;
    j->hot = hot ? hot : HOT;
    j->hot_given = hot;
    j->hot_region = hot_region ? hot_region : HOT_REGION;
    pthread_mutex_init(&j->lock, NULL);
    return &j->tier;
}
