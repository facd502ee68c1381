#include "jit/jit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "jit/log.h"
#include "jit/translate.h"
#include "jit/x64/emit_internal.h"
#include "jit/x64/fp.h"

enum {
    CODE_SIZE = 32 << 20,
    DATA_SIZE = 32 << 20,  // records of units, their sites, links and calls
    UNIT_ROOM = 192 << 10, // no unit's code is longer
    HOT = 64,
    HOT_REGION = 1000,
};

struct jit_unit {
    uint8_t *start;
    uint32_t size;
    bool dead, loops, thumb;
    uint8_t nentries;
    unsigned nsites, ninsns;
    const struct emit_site *sites;
    const struct tier_call *calls;
    int8_t home[15];
    struct emit_entry *entries;
};

// A unit has something of a block.
struct jit_cover {
    uint64_t key;
    struct jit_unit *unit;
    struct jit_cover *next;
};
enum { COVERS = 4096 };

struct jit {
    struct tier tier; // first
    pthread_mutex_t lock;
    uint8_t *code, *data; // writable
    ptrdiff_t to_exec;
    size_t code_used, data_used;
    bool full;
    unsigned fp_form, fp_wanted; // enum fp_form: of the code there is, and of that after the next flush
    uint32_t hot_region;         // runs of compiled code until it becomes a region; 0: never
    int fork_fd;                 // the child's code memory, around fork
    struct jit_unit **units;     // in the order of their code, at the data's end, growing downwards
    unsigned nunits;
    struct jit_cover *covers[COVERS];
    struct emit_shared shared;
    struct translation translation; // of the unit being made
    struct emit emit;
};

static struct jit *jit_of(struct tier *t)
{
    return (struct jit *)t;
}

static int code_file(void)
{
    const int fd = (int)syscall(SYS_memfd_create, "stinkarm-code", 1 /* MFD_CLOEXEC */);
    if (fd >= 0 && !ftruncate(fd, CODE_SIZE)) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

// Memory that is writable here and executable there, never both at one address.
static bool map_code(struct jit *j, int fd, int flags)
{
    uint8_t *exec = flags ? j->code + j->to_exec : NULL;
    j->code = mmap(j->code, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);
    exec = mmap(exec, CODE_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED | flags, fd, 0);
    if (j->code == MAP_FAILED || exec == MAP_FAILED) return false;
    j->to_exec = exec - j->code;
    return true;
}

static bool map_memory(struct jit *j)
{
    const int fd = code_file();
    const bool ok = fd >= 0 && map_code(j, fd, 0);
    if (fd >= 0) close(fd);
    j->data =
        mmap(NULL, DATA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ok && j->data != MAP_FAILED) return true;
    j->code = NULL;
    j->full = true;
    return false;
}

static bool begin(struct jit *j)
{
    if (j->code) return true;
    if (!map_memory(j)) return false;
    struct x64 a = {.p = j->code, .end = j->code + CODE_SIZE};
    emit_shared_code(&a, &j->shared);
    j->code_used = (size_t)(a.p - j->code);
    return true;
}

static void *data(struct jit *j, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (j->data_used + size + (j->nunits + 1) * sizeof *j->units > DATA_SIZE) {
        j->full = true;
        return NULL;
    }
    void *p = j->data + j->data_used;
    j->data_used += size;
    return p;
}

// What a fault has found in the host's flags goes where compiled code keeps the rest.
static void take_flags(struct cpu *c, const struct emit_flags *f, uint64_t eflags)
{
    if (f->host & IR_N) c->host_flags.n = eflags >> 7 & 1;
    if (f->host & IR_Z) c->host_flags.z = eflags >> 6 & 1;
    if (f->host & IR_C) c->host_flags.borrow = (eflags & 1) == (f->kind == HOST_SUB);
    if (f->host & IR_V) c->host_flags.overflow = eflags >> 11 & 1;
}

// Handlers that touch the flags find them where the interpreter keeps them.

static void flags_out(struct cpu *c)
{
    c->nf = (uint32_t)c->host_flags.n << 31;
    c->zf = !c->host_flags.z;
    c->cf = !c->host_flags.borrow;
    c->vf = (uint32_t)c->host_flags.overflow << 31;
}

static void flags_in(struct cpu *c)
{
    c->host_flags.n = (uint8_t)(c->nf >> 31);
    c->host_flags.z = c->zf == 0;
    c->host_flags.borrow = !c->cf;
    c->host_flags.overflow = (uint8_t)(c->vf >> 31);
}

static const void *call_with_state(struct cpu *c, const void *inner)
{
    const struct tier_call *call = inner;
    if (call->flags) flags_out(c);
    const void *r = call->fp ? fp_call(c, call) : call->fn(c, call->step);
    if (call->flags) flags_in(c);
    return r;
}

// Finds the handlers that the operations may call; NULL: no memory.
static struct tier_call *make_calls(struct jit *j, struct cpu *c)
{
    const struct translation *t = &j->translation;
    struct tier_call *calls = data(j, 2 * t->ninsns * sizeof *calls); // each with its inner one
    for (unsigned k = 0; calls && k < t->ir.n; k++) {
        const struct ir_insn *i = &t->ir.insn[k];
        if (!emit_may_call(i)) continue;
        struct tier_call *call = &calls[i->imm];
        const unsigned n = i->op == IR_CALL && i->n ? i->n : 1;
        if (!j->tier.source->handler(c, &t->insns[i->imm], n, i->count, t->ir.thumb, call)) return NULL;
        call->fp = call->fp && j->fp_form & FP_USED;
        if (!call->flags && !call->fp) continue;
        calls[t->ninsns + i->imm] = *call;
        call->fn = call_with_state;
        call->step = &calls[t->ninsns + i->imm];
    }
    return calls;
}

static void cover(struct jit *j, struct jit_cover *k, uint64_t key, struct jit_unit *unit)
{
    struct jit_cover **head = &j->covers[key / 2 % COVERS];
    *k = (struct jit_cover){key, unit, *head};
    __atomic_store_n(head, k, __ATOMIC_RELEASE);
}

// The unit's record, from what the emitter says.
static struct jit_unit *record(struct jit *j, const struct translation *t, const struct tier_call *calls)
{
    const struct emit *e = &j->emit;
    struct jit_unit *u = data(j, sizeof *u);
    struct emit_site *sites = data(j, e->nsites * sizeof *sites);
    struct jit_cover *covers = data(j, e->nblocks * sizeof *covers);
    if (!u || !sites || !covers) return NULL;
    memcpy(sites, e->sites, e->nsites * sizeof *sites);
    *u = (struct jit_unit){.start = e->start,
                           .size = (uint32_t)(e->a.p - e->start),
                           .thumb = t->ir.thumb,
                           .nsites = e->nsites,
                           .ninsns = t->ninsns,
                           .sites = sites,
                           .calls = calls,
                           .nentries = (uint8_t)e->nentries,
                           .entries = e->entry_at};
    memcpy(u->home, e->home, sizeof u->home);
    for (unsigned k = 0; k < e->nblocks; k++) {
        u->loops |= e->blocks[k].loop;
        cover(j, &covers[k], e->blocks[k].key, u);
    }
    for (unsigned k = 0; k < e->nentries; k++)
        e->entry_at[k].unit = u;
    return u;
}

static struct jit_unit *emit_into(struct jit *j, const struct tier_call *calls, bool region)
{
    struct emit *e = &j->emit;
    int8_t home[15];
    struct emit_entry *entries = data(j, j->translation.ir.nblocks * sizeof *entries);
    struct emit_link *links = data(j, EMIT_MAX_LINKS * sizeof *links);
    if (!entries || !links || j->code_used + UNIT_ROOM > CODE_SIZE) {
        j->full = true;
        return NULL;
    }
    e->a = (struct x64){.p = j->code + j->code_used};
    e->a.end = e->a.p + UNIT_ROOM;
    e->shared = &j->shared;
    e->calls = calls;
    e->fp_form = (uint8_t)j->fp_form;
    e->link_at = links;
    e->entry_at = entries;
    e->counts = j->tier.counts;
    e->counted = !region && j->hot_region;
    e->home = emit_home;
    if (region) {
        translate_homes(&j->translation.ir, emit_home, home);
        if (memcmp(home, emit_home, sizeof home)) e->home = home;
    }
    if (!emit_unit(e, &j->translation.ir)) return NULL;
    j->data_used -= (EMIT_MAX_LINKS - e->nlinks) * sizeof *links & ~(size_t)15;
    memcpy(links, e->links, e->nlinks * sizeof *links);
    struct jit_unit *u = record(j, &j->translation, calls);
    if (!u) return NULL;
    e->home = u->home; // this function's own array ends with it
    j->code_used = (size_t)(e->a.p - j->code);
    j->units--;
    *j->units = u;
    __atomic_store_n(&j->nunits, j->nunits + 1, __ATOMIC_RELEASE);
    return u;
}

// Code must be able to do more from now on: all of it is made anew.
static void want_fp(struct jit *j, struct cpu *c, unsigned form)
{
    __atomic_fetch_or(&j->fp_wanted, form, __ATOMIC_RELAXED);
    j->full = true;
    c->exit_request = 1;
}

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
    if (!j->full && begin(j)) {
        if (!j->units) j->units = (struct jit_unit **)(j->data + DATA_SIZE);
        const struct tier_call *calls;
        j->emit.alone = !c->memory_shared;
        const bool code = translate(&j->translation, c, tier, key, region);
        const unsigned missing = code ? needed_form(&j->translation.ir) & ~j->fp_form : 0;
        if (missing)
            want_fp(j, c, missing);
        else if (code && (calls = make_calls(j, c)))
            u = emit_into(j, calls, region);
        if (u && log_on(LOG_IR)) jit_log_ir(&j->translation.ir);
        if (u && log_on(LOG_JIT)) jit_log_unit(c, &j->translation, &j->emit);
    }
    out->n = u ? u->nentries : 0;
    for (unsigned k = 0; k < out->n; k++) {
        out->entry[k].key = u->entries[k].key;
        out->entry[k].code = &u->entries[k];
    }
    pthread_mutex_unlock(&j->lock);
    return u;
}

static bool prepare(struct jit *j, struct cpu *c)
{
    struct emit_jump *jumps =
        mmap(NULL, EMIT_JUMPS * sizeof *jumps, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (jumps == MAP_FAILED) return false;
    for (unsigned i = 0; i < EMIT_JUMPS; i++)
        jumps[i].target = JUMP_EMPTY;
    c->host_jump = jumps;
    for (unsigned i = 0; i < CPU_HOST_HEAT; i++)
        c->host_heat[i] = (int32_t)j->hot_region;
    return true;
}

// The guest's state is where C expects it, and MXCSR what it expects.
static void out_of_code(const struct jit *j, struct cpu *c)
{
    c->in_tier = 0;
    flags_out(c);
    if (j->fp_form & FP_USED) fp_leave(c);
}

enum { ARCH_SET_GS_ = 0x1001 };
enum { STALE = 1 }; // in a link: it is the entry of code that has been forgotten

static bool entry_is_dead(const struct emit_entry *entry)
{
    return __atomic_load_n(&((const struct jit_unit *)entry->unit)->dead, __ATOMIC_ACQUIRE);
}

static struct tier_result run(struct tier *t, struct cpu *c, void *code)
{
    struct jit *j = jit_of(t);
    const struct emit_entry *entry = code;
    if (entry_is_dead(entry)) return (struct tier_result){TIER_DEAD, entry->key, NULL};
    if (!c->host_jump) { // the first compiled code of this thread
        if (!prepare(j, c)) return (struct tier_result){TIER_ONE, entry->key, NULL};
        syscall(SYS_arch_prctl, ARCH_SET_GS_, c->window);
    }
    const unsigned missing = (fp_needs(c->fpscr) | c->host_fp.wants) & ~j->fp_form;
    if (j->fp_form & FP_USED && missing) {
        want_fp(j, c, missing);
        return (struct tier_result){TIER_ONE, entry->key, NULL};
    }
    flags_in(c);
    if (j->fp_form & FP_USED) fp_enter(c, j->fp_form);
    uint64_t (*enter)(struct cpu *, const void *) =
        (uint64_t(*)(struct cpu *, const void *))(uintptr_t)(j->shared.enter + j->to_exec);
    c->in_tier = 1;
    const uint64_t r = enter(c, entry->code + j->to_exec);
    out_of_code(j, c);
    const uint64_t key = r & ~(7ull << EXIT_SHIFT);
    switch ((enum emit_exit)(r >> EXIT_SHIFT)) {
    case EXIT_LINK: {
        struct emit_link *l = (struct emit_link *)(uintptr_t)key;
        return (struct tier_result){TIER_BRANCH, l->key, l->disp ? l : NULL};
    }
    case EXIT_INDIRECT: {
        const uint32_t target = (uint32_t)key & (key & 1 ? ~0u : ~3u);
        c->thumb = target & 1;
        return (struct tier_result){TIER_BRANCH, target | (key >> 32 << 32), NULL};
    }
    case EXIT_LEAVE: return (struct tier_result){TIER_ONE, key, NULL};
    case EXIT_HOT:
        c->host_heat[emit_heat_slot(key)] = (int32_t)j->hot_region;
        return (struct tier_result){TIER_HOT, key, NULL};
    case EXIT_STALE:
        return (struct tier_result){TIER_BRANCH, ((const struct emit_entry *)(uintptr_t)key)->key,
                                    (void *)(uintptr_t)(key | STALE)};
    case EXIT_STOP: break;
    }
    return (struct tier_result){TIER_STOP, 0, NULL};
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
    if (!entry_is_dead(entry)) {
        if ((uintptr_t)link & STALE)
            emit_stale(((const struct emit_entry *)((uintptr_t)link - STALE))->code, entry->code);
        else
            x64_patch(((struct emit_link *)link)->disp, entry->code);
    }
    pthread_mutex_unlock(&j->lock);
}

static void remember(struct tier *t, struct cpu *c, uint64_t key, void *code)
{
    struct emit_jump *jump = &((struct emit_jump *)c->host_jump)[emit_jump_hash((uint32_t)key)];
    jump->target = (uint32_t)key;
    jump->code = ((struct emit_entry *)code)->code + jit_of(t)->to_exec;
}

static bool forget(struct tier *t, uint64_t key)
{
    bool loops = false;
    struct jit_cover *k = __atomic_load_n(&jit_of(t)->covers[key / 2 % COVERS], __ATOMIC_ACQUIRE);
    for (; k; k = k->next) {
        struct jit_unit *u = k->unit;
        if (k->key != key || u->dead) continue;
        __atomic_store_n(&u->dead, true, __ATOMIC_RELEASE);
        loops |= u->loops;
        for (unsigned i = 0; i < u->nentries; i++)
            emit_stale(u->entries[i].code, u->entries[i].stale);
    }
    return loops;
}

static void replace(struct tier *t, void *code, void *by)
{
    (void)t;
    emit_stale(((struct emit_entry *)code)->code, ((struct emit_entry *)by)->code);
}

static bool wants_flush(const struct tier *t)
{
    return ((const struct jit *)t)->full;
}

static void flush(struct tier *t)
{
    struct jit *j = jit_of(t);
    pthread_mutex_lock(&j->lock);
    if (j->code) {
        struct x64 a = {.p = j->code, .end = j->code + CODE_SIZE};
        emit_shared_code(&a, &j->shared);
        j->code_used = (size_t)(a.p - j->code);
        j->data_used = 0;
        j->nunits = 0;
        j->units = (struct jit_unit **)(j->data + DATA_SIZE);
        memset(j->covers, 0, sizeof j->covers);
        j->full = false;
        j->fp_form |= j->fp_wanted;
    }
    pthread_mutex_unlock(&j->lock);
}

static void detach(struct tier *t, struct cpu *c)
{
    (void)t;
    if (c->host_jump) munmap(c->host_jump, EMIT_JUMPS * sizeof(struct emit_jump));
    c->host_jump = NULL;
}

// The unit whose code holds a host pc (in the writable view): the newest that starts at or below it.
static const struct jit_unit *unit_at(const struct jit *j, const uint8_t *pc)
{
    const unsigned n = __atomic_load_n(&j->nunits, __ATOMIC_ACQUIRE);
    struct jit_unit *const *newest = (struct jit_unit *const *)(j->data + DATA_SIZE) - n;
    unsigned lo = 0, hi = n;
    while (lo < hi) {
        const unsigned mid = (lo + hi) / 2;
        if (newest[mid]->start <= pc)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo < n && pc < newest[lo]->start + newest[lo]->size ? newest[lo] : NULL;
}

// The site of a host instruction (in the executable view), and its unit.
static const struct emit_site *site_at(const struct jit *j, uintptr_t host_pc, const struct jit_unit **u)
{
    if (!j->code) return NULL;
    const uint8_t *pc = (const uint8_t *)host_pc - j->to_exec;
    if (pc < j->code || pc >= j->code + CODE_SIZE || !(*u = unit_at(j, pc))) return NULL;
    const struct emit_site *site = NULL;
    for (unsigned i = 0; i < (*u)->nsites && (*u)->start + (*u)->sites[i].offset <= pc; i++)
        site = &(*u)->sites[i];
    return site;
}

static void take_registers(struct cpu *c, const struct jit_unit *u, const struct emit_site *site,
                           const uint64_t reg[17])
{
    for (unsigned r = 0; r < 15; r++)
        if (u->home[r] >= 0) c->r[r] = (uint32_t)reg[u->home[r]];
    take_flags(c, &site->flags, reg[16]);
}

static bool trap(struct tier *t, struct cpu *c, const uint64_t reg[17], uintptr_t *pc, uintptr_t *stack,
                 uintptr_t *arg)
{
    struct jit *j = jit_of(t);
    const struct jit_unit *u;
    const struct emit_site *site = site_at(j, *pc, &u);
    if (site && site->leave) {
        take_registers(c, u, site, reg);
        if (t->counts) c->budget -= site->count - 1;
        *arg = site->pc | u->thumb | (uint64_t)site->it << 32 | (uint64_t)EXIT_LEAVE << EXIT_SHIFT;
        *pc = (uintptr_t)(j->shared.leave_saved + j->to_exec);
        return true;
    }
    if (!site || !site->back) return false;
    const uintptr_t back = (uintptr_t)(u->start + site->back + j->to_exec);
    *stack -= sizeof back;
    memcpy((void *)*stack, &back, sizeof back);
    *arg = (uintptr_t)&u->calls[site->call] | site->compare;
    *pc = (uintptr_t)(j->shared.trap + j->to_exec);
    return true;
}

static bool fault(struct tier *t, struct cpu *c, uintptr_t host_pc, const uint64_t reg[17],
                  struct tier_insn *where, unsigned *count, uint32_t *addr)
{
    struct jit *j = jit_of(t);
    const struct jit_unit *u;
    const struct emit_site *site = site_at(j, host_pc, &u);
    if (!site) return false;
    take_registers(c, u, site, reg);
    out_of_code(j, c);
    c->thumb = u->thumb;
    where->pc = site->pc;
    where->it = site->it;
    *count = site->count;
    if (site->probe) *addr &= ~0xfffu; // the access that it stands for comes from below
    return true;
}

static void aborted(struct tier *t, struct cpu *c)
{
    if (c->in_tier) out_of_code(jit_of(t), c);
}

static void fork_before(struct tier *t)
{
    pthread_mutex_lock(&jit_of(t)->lock);
}

// Code memory is shared between processes, as its two views must be: the child gets a copy, at the same
// addresses.
static void fork_copy(struct tier *t)
{
    struct jit *j = jit_of(t);
    j->fork_fd = -1;
    if (!j->code) return;
    j->fork_fd = code_file();
    for (size_t done = 0; j->fork_fd >= 0 && done < j->code_used;) {
        const ssize_t n = pwrite(j->fork_fd, j->code + done, j->code_used - done, (off_t)done);
        if (n <= 0) {
            close(j->fork_fd);
            j->fork_fd = -1;
        } else {
            done += (size_t)n;
        }
    }
}

static void fork_after(struct tier *t, bool child, struct cpu *self)
{
    struct jit *j = jit_of(t);
    (void)self;
    if (j->code && child && (j->fork_fd < 0 || !map_code(j, j->fork_fd, MAP_FIXED))) {
        warn("no memory for compiled code behind fork");
        _exit(125);
    }
    if (j->fork_fd >= 0) close(j->fork_fd);
    pthread_mutex_unlock(&j->lock);
}

static void destroy(struct tier *t)
{
    struct jit *j = jit_of(t);
    if (j->code) {
        munmap(j->code + j->to_exec, CODE_SIZE);
        munmap(j->code, CODE_SIZE);
        munmap(j->data, DATA_SIZE);
    }
    pthread_mutex_destroy(&j->lock);
    munmap(j, sizeof *j);
}

struct tier *jit_new(uint32_t hot, uint32_t hot_region)
{
    struct jit *j =
        mmap(NULL, sizeof *j, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (j == MAP_FAILED) return NULL;
    j->tier = (struct tier){.hot = hot ? hot : HOT,
                            .compile = compile,
                            .run = run,
                            .length = length,
                            .link = link_code,
                            .remember = remember,
                            .forget = forget,
                            .replace = replace,
                            .wants_flush = wants_flush,
                            .flush = flush,
                            .detach = detach,
                            .fault = fault,
                            .trap = trap,
                            .aborted = aborted,
                            .fork_before = fork_before,
                            .fork_copy = fork_copy,
                            .fork_after = fork_after,
                            .destroy = destroy};
    j->hot_region = hot_region ? hot_region : HOT_REGION;
    pthread_mutex_init(&j->lock, NULL);
    return &j->tier;
}
