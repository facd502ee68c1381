#include "jit/jit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "ir/passes.h"
#include "jit/log.h"
#include "jit/x64/emit.h"
#include "jit/x64/fp.h"
#include "jit/x64/host.h"
#include "xlate/xlate.h"

enum {
    CODE_SIZE = 32 << 20,
    DATA_SIZE = 32 << 20,  // records of blocks, their sites, links and calls
    BLOCK_ROOM = 32 << 10, // no block's code is longer
    HOT = 64,
};

struct jit_block {
    uint8_t *code;  // in the writable view
    uint8_t *stale; // where a forgotten block's entry leads
    uint32_t size;
    unsigned nsites, ninsns;
    const struct emit_site *sites;
    const struct tier_call *calls;
    uint64_t key;
};

struct jit {
    struct tier tier; // first
    pthread_mutex_t lock;
    uint8_t *code, *data; // writable
    ptrdiff_t to_exec;
    size_t code_used, data_used;
    bool full;
    unsigned fp_form, fp_wanted; // enum fp_form: of the code there is, and of that after the next flush
    int fork_fd;                 // the child's code memory, around fork
    struct jit_block **blocks;   // in the order of their code, at the data's end, growing downwards
    unsigned nblocks;
    struct emit_shared shared;
    struct ir_block ir; // of the block being made
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
    if (j->data_used + size + (j->nblocks + 1) * sizeof *j->blocks > DATA_SIZE) {
        j->full = true;
        return NULL;
    }
    void *p = j->data + j->data_used;
    j->data_used += size;
    return p;
}

// Handlers that touch the flags find them where the interpreter keeps them.

static void flags_out(struct cpu *c)
{
    c->nf = (uint32_t)c->host_flags.nz << 24;
    c->zf = !(c->host_flags.nz & 0x40);
    c->cf = !c->host_flags.borrow;
    c->vf = (uint32_t)c->host_flags.overflow << 31;
}

static void flags_in(struct cpu *c)
{
    c->host_flags.nz = (uint8_t)((c->nf >> 31) << 7 | (c->zf == 0) << 6);
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

// Finds the handlers that the block's IR_CALLs want; false: no memory.
static struct tier_call *make_calls(struct jit *j, struct cpu *c, const struct tier_block *b)
{
    struct tier_call *calls = data(j, 2 * b->ninsns * sizeof *calls); // each with its inner one
    for (unsigned k = 0; calls && k < j->ir.n; k++) {
        const struct ir_insn *i = &j->ir.insn[k];
        if (!emit_may_call(i)) continue;
        struct tier_call *call = &calls[i->imm];
        const unsigned n = i->op == IR_CALL && i->n ? i->n : 1;
        if (!b->handler(c, &b->insns[i->imm], n, i->count, j->ir.thumb, call)) return NULL;
        call->fp = call->fp && j->fp_form & FP_USED;
        if (!call->flags && !call->fp) continue;
        calls[b->ninsns + i->imm] = *call;
        call->fn = call_with_state;
        call->step = &calls[b->ninsns + i->imm];
    }
    return calls;
}

// Whether an operation is a call that may be made together with its neighbours. fp: what `first` says.
static bool merges(const struct tier_block *b, struct cpu *c, const struct ir_insn *i, bool first, bool *fp)
{
    struct tier_call call;
    if (i->op != IR_CALL || i->mode & IR_CONDITIONAL) return false;
    b->handler(c, &b->insns[i->imm], 0, 0, b->key & 1, &call);
    if (first) *fp = call.fp;
    return !call.flags && (first || (!call.sets_pc && call.fp == *fp));
}

// Calls in a row become one: the handlers go from one to the next by themselves.
static void merge_calls(struct jit *j, struct cpu *c, const struct tier_block *b)
{
    unsigned to = 0;
    for (unsigned k = 0; k < j->ir.n;) {
        struct ir_insn *i = &j->ir.insn[to++];
        bool fp;
        *i = j->ir.insn[k++];
        if (!merges(b, c, i, true, &fp)) continue;
        i->n = 1;
        while (k < j->ir.n && j->ir.insn[k].imm == i->imm + i->n && merges(b, c, &j->ir.insn[k], false, &fp))
            i->n++, k++;
    }
    j->ir.n = to;
}

// Guest code to operations. False: not even the first instruction has code or a handler.
static bool translate(struct jit *j, struct cpu *c, const struct tier_block *b)
{
    struct xlate x = {.b = &j->ir, .thumb = b->key & 1, .shuffles = host_has(HOST_SSSE3)};
    j->ir.n = j->ir.ninsns = 0;
    j->ir.pc = (uint32_t)b->key & ~1u;
    j->ir.thumb = x.thumb;
    enum xlate_result r = XLATE_NEXT;
    for (unsigned k = 0; k < b->ninsns && r == XLATE_NEXT; k++) {
        struct tier_call call;
        x.pc = b->insns[k].pc;
        x.it = b->insns[k].it;
        j->ir.ninsns = k + 1;
        const bool callable = b->handler(c, &b->insns[k], 0, 0, x.thumb, &call);
        r = j->ir.n > IR_MAX - 80 ? XLATE_LEAVE : xlate_insn(&x, &b->insns[k].in, k);
        const bool calls = r != XLATE_LEAVE && j->ir.n && j->ir.insn[j->ir.n - 1].op == IR_CALL;
        if (calls && !callable) {
            do
                j->ir.n--;
            while (j->ir.n && j->ir.insn[j->ir.n - 1].pc == x.pc);
            r = XLATE_LEAVE;
        }
        if (r == XLATE_LEAVE && k == 0) return false;
    }
    if (r == XLATE_LEAVE) xlate_leave(&x);
    if (r == XLATE_NEXT) {
        if (!b->runs_on) return false;
        xlate_goto(&x, b->next_pc, b->next_it);
    }
    merge_calls(j, c, b);
    ir_passes(&j->ir);
    if (log_on(LOG_IR)) jit_log_ir(&j->ir);
    return !ir_verify(&j->ir);
}

static struct jit_block *emit_into(struct jit *j, const struct tier_block *b, const struct tier_call *calls)
{
    struct emit *e = &j->emit;
    struct emit_link *links = data(j, EMIT_MAX_LINKS * sizeof *links);
    if (!links || j->code_used + BLOCK_ROOM > CODE_SIZE) {
        j->full = true;
        return NULL;
    }
    e->a = (struct x64){.p = j->code + j->code_used};
    e->a.end = e->a.p + BLOCK_ROOM;
    e->shared = &j->shared;
    e->calls = calls;
    e->fp_form = (uint8_t)j->fp_form;
    e->link_at = links;
    e->key = b->key;
    e->counts = j->tier.counts;
    if (!emit_block(e, &j->ir)) return NULL;
    j->data_used -= (EMIT_MAX_LINKS - e->nlinks) * sizeof *links & ~(size_t)15;
    memcpy(links, e->links, e->nlinks * sizeof *links);
    struct emit_site *sites = data(j, e->nsites * sizeof *sites);
    struct jit_block *jb = data(j, sizeof *jb);
    if (!sites || !jb) return NULL;
    memcpy(sites, e->sites, e->nsites * sizeof *sites);
    *jb = (struct jit_block){.code = e->start,
                             .stale = e->stale,
                             .size = (uint32_t)(e->a.p - e->start),
                             .nsites = e->nsites,
                             .ninsns = b->ninsns,
                             .sites = sites,
                             .calls = calls,
                             .key = b->key};
    j->code_used = (size_t)(e->a.p - j->code);
    j->blocks--;
    *j->blocks = jb;
    __atomic_store_n(&j->nblocks, j->nblocks + 1, __ATOMIC_RELEASE);
    return jb;
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

static void *compile(struct tier *t, struct cpu *c, const struct tier_block *b)
{
    struct jit *j = jit_of(t);
    struct jit_block *jb = NULL;
    pthread_mutex_lock(&j->lock);
    if (!j->full && begin(j)) {
        if (!j->blocks) j->blocks = (struct jit_block **)(j->data + DATA_SIZE);
        const struct tier_call *calls;
        const bool code = translate(j, c, b);
        const unsigned missing = code ? needed_form(&j->ir) & ~j->fp_form : 0;
        if (missing)
            want_fp(j, c, missing);
        else if (code && (calls = make_calls(j, c, b)))
            jb = emit_into(j, b, calls);
        if (jb && log_on(LOG_JIT)) jit_log_unit(c, b, &j->ir, &j->emit);
    }
    pthread_mutex_unlock(&j->lock);
    return jb;
}

static bool prepare(struct cpu *c)
{
    struct emit_jump *jumps =
        mmap(NULL, EMIT_JUMPS * sizeof *jumps, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (jumps == MAP_FAILED) return false;
    for (unsigned i = 0; i < EMIT_JUMPS; i++)
        jumps[i].target = JUMP_EMPTY;
    c->host_jump = jumps;
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

static struct tier_result run(struct tier *t, struct cpu *c, void *code)
{
    struct jit *j = jit_of(t);
    const struct jit_block *jb = code;
    if (!c->host_jump) { // the first compiled code of this thread
        if (!prepare(c)) return (struct tier_result){TIER_ONE, jb->key, NULL};
        syscall(SYS_arch_prctl, ARCH_SET_GS_, c->window);
    }
    const unsigned missing = (fp_needs(c->fpscr) | c->host_fp.wants) & ~j->fp_form;
    if (j->fp_form & FP_USED && missing) {
        want_fp(j, c, missing);
        return (struct tier_result){TIER_ONE, jb->key, NULL};
    }
    flags_in(c);
    if (j->fp_form & FP_USED) fp_enter(c, j->fp_form);
    uint64_t (*enter)(struct cpu *, const void *) =
        (uint64_t(*)(struct cpu *, const void *))(uintptr_t)(j->shared.enter + j->to_exec);
    c->in_tier = 1;
    const uint64_t r = enter(c, jb->code + j->to_exec);
    out_of_code(j, c);
    const uint64_t key = r & ~(3ull << EXIT_SHIFT);
    switch ((enum emit_exit)(r >> EXIT_SHIFT)) {
    case EXIT_LINK: {
        struct emit_link *l = (struct emit_link *)(uintptr_t)key;
        return (struct tier_result){TIER_BRANCH, l->key, l};
    }
    case EXIT_INDIRECT: {
        const uint32_t target = (uint32_t)key & (key & 1 ? ~0u : ~3u);
        c->thumb = target & 1;
        return (struct tier_result){TIER_BRANCH, target | (key >> 32 << 32), NULL};
    }
    case EXIT_LEAVE: return (struct tier_result){TIER_ONE, key, NULL};
    case EXIT_STOP: break;
    }
    return (struct tier_result){TIER_STOP, 0, NULL};
}

static unsigned length(const struct tier *t, const void *code)
{
    (void)t;
    return ((const struct jit_block *)code)->ninsns;
}

static void link_code(struct tier *t, void *link, void *code)
{
    struct jit *j = jit_of(t);
    struct emit_link *l = link;
    pthread_mutex_lock(&j->lock);
    x64_patch(l->disp, ((struct jit_block *)code)->code);
    pthread_mutex_unlock(&j->lock);
}

static void remember(struct tier *t, struct cpu *c, uint64_t key, void *code)
{
    struct emit_jump *jump = &((struct emit_jump *)c->host_jump)[emit_jump_hash((uint32_t)key)];
    jump->target = (uint32_t)key;
    jump->code = ((struct jit_block *)code)->code + jit_of(t)->to_exec;
}

static void forget(struct tier *t, void *code)
{
    struct jit_block *jb = code;
    (void)t;
    emit_stale(jb->code, jb->stale);
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
        j->nblocks = 0;
        j->blocks = (struct jit_block **)(j->data + DATA_SIZE);
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

// The block whose code holds a host pc (in the writable view): the newest that starts at or below it.
static const struct jit_block *block_at(const struct jit *j, const uint8_t *pc)
{
    const unsigned n = __atomic_load_n(&j->nblocks, __ATOMIC_ACQUIRE);
    struct jit_block *const *newest = (struct jit_block *const *)(j->data + DATA_SIZE) - n;
    unsigned lo = 0, hi = n;
    while (lo < hi) {
        const unsigned mid = (lo + hi) / 2;
        if (newest[mid]->code <= pc)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo < n && pc < newest[lo]->code + newest[lo]->size ? newest[lo] : NULL;
}

// The site of a host instruction (in the executable view), and its block.
static const struct emit_site *site_at(const struct jit *j, uintptr_t host_pc, const struct jit_block **jb)
{
    if (!j->code) return NULL;
    const uint8_t *pc = (const uint8_t *)host_pc - j->to_exec;
    if (pc < j->code || pc >= j->code + CODE_SIZE || !(*jb = block_at(j, pc))) return NULL;
    const struct emit_site *site = NULL;
    for (unsigned i = 0; i < (*jb)->nsites && (*jb)->code + (*jb)->sites[i].offset <= pc; i++)
        site = &(*jb)->sites[i];
    return site;
}

static bool trap(struct tier *t, struct cpu *c, uintptr_t *pc, uintptr_t *stack, uintptr_t *arg)
{
    struct jit *j = jit_of(t);
    const struct jit_block *jb;
    const struct emit_site *site = site_at(j, *pc, &jb);
    (void)c;
    if (!site || !site->back) return false;
    const uintptr_t back = (uintptr_t)(jb->code + site->back + j->to_exec);
    *stack -= sizeof back;
    memcpy((void *)*stack, &back, sizeof back);
    *arg = (uintptr_t)&jb->calls[site->call] | site->compare;
    *pc = (uintptr_t)(j->shared.trap + j->to_exec);
    return true;
}

static bool fault(struct tier *t, struct cpu *c, uintptr_t host_pc, const uint64_t reg[16],
                  struct tier_insn *where, unsigned *count, uint32_t *addr)
{
    struct jit *j = jit_of(t);
    const struct jit_block *jb;
    const struct emit_site *site = site_at(j, host_pc, &jb);
    if (!site) return false;
    for (unsigned r = 0; r < 15; r++)
        if (emit_home[r] >= 0) c->r[r] = (uint32_t)reg[emit_home[r]];
    out_of_code(j, c);
    c->thumb = jb->key & 1;
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

struct tier *jit_new(uint32_t hot)
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
    pthread_mutex_init(&j->lock, NULL);
    return &j->tier;
}
