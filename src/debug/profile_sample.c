// A sample becomes a stack, and a stack one more in the tree of all.
#include <stdio.h>
#include <string.h>

#include "debug/profile_session.h"
#include "symbols/backtrace.h"

enum { FRAMES = 256 };

struct copied_stack {
    const struct profile_thread *t;
    struct backtrace_space behind;
};

static size_t read_copy(void *ctx, uint32_t addr, void *to, size_t n)
{
    const struct copied_stack *s = ctx;
    const uint32_t offset = addr - s->t->r[13];
    if (offset >= s->t->copied || n > s->t->copied - offset)
        return s->behind.read(s->behind.ctx, addr, to, n);
    memcpy(to, s->t->stack + offset, n);
    return n;
}

static bool trampoline(void *ctx, uint32_t r[16], bool *thumb)
{
    const struct copied_stack *s = ctx;
    return s->behind.trampoline && s->behind.trampoline(s->behind.ctx, r, thumb);
}

static size_t read_live(void *ctx, uint32_t addr, void *to, size_t n)
{
    const struct profile_thread *t = ctx;
    return t->p->target.read(t->cpu, addr, to, n);
}

static bool has_code(struct profile_thread *t, uint32_t pc)
{
    uint16_t code;
    return t->p->target.read(t->cpu, pc, &code, sizeof code) == sizeof code;
}

static unsigned walk(struct profile_thread *t, struct backtrace_frame *frames)
{
    const struct debug_target *target = &t->p->target;
    struct copied_stack s = {.t = t, .behind = {.symbols = target->symbols, .ctx = t, .read = read_live}};
    if (target->stack) target->stack(t->cpu, &s.behind);
    const struct backtrace_space space = {.symbols = s.behind.symbols,
                                          .ctx = &s,
                                          .read = read_copy,
                                          .trampoline = s.behind.trampoline ? trampoline : NULL};
    const unsigned n = backtrace_walk(&space, t->r, t->thumb, frames, FRAMES);
    for (unsigned k = 1; k < n; k++)
        if (!has_code(t, frames[k].pc)) return k; // a guess that went wrong
    return n;
}

// Of a call; or where time went.
static uint32_t address_of(const struct backtrace_frame *f)
{
    return f->interrupted ? f->pc : f->pc - (f->thumb ? 2 : 4);
}

static unsigned named(struct profile *p, const char *name)
{
    struct profile_data *d = &p->data;
    unsigned k = 0;
    while (k < d->nnames && strcmp(d->names[k], name))
        k++;
    if (k == PROFILE_NAMES) return 0;
    if (k == d->nnames) snprintf(d->names[d->nnames++], PROFILE_NAME, "%s", name);
    return k;
}

static unsigned name_of(struct profile_thread *t)
{
    struct profile *p = t->p;
    if (t->name && !p->target.in_turn) return t->name - 1;
    char name[PROFILE_NAME] = "";
    p->target.name(t->cpu, name, sizeof name);
    t->name = 1 + named(p, name);
    return t->name - 1;
}

void profile_account(struct profile_thread *t, bool in_call)
{
    struct profile *p = t->p;
    struct profile_tree *tree = &p->data.tree;
    struct backtrace_frame frames[FRAMES];
    // A machine's programs are strangers, whose stacks nobody knows.
    const bool user = t->cpu->sys && !cpu_privileged(t->cpu);
    unsigned n = user ? 0 : walk(t, frames);
    const uint64_t ns = t->ns;
    pthread_mutex_lock(&p->lock);
    uint32_t at = profile_tree_child(tree, 0, PROFILE_THREAD, name_of(t));
    if (n == FRAMES) at = profile_tree_child(tree, at, PROFILE_LABEL, PROFILE_DEEPER);
    while (n)
        at = profile_tree_child(tree, at, PROFILE_CODE, address_of(&frames[--n]));
    if (user) at = profile_tree_child(tree, at, PROFILE_LABEL, PROFILE_USER);
    if (in_call) at = profile_tree_child(tree, at, PROFILE_LABEL, PROFILE_CALLS);
    profile_tree_add(tree, at, 1, ns);
    t->samples += t->samples < PROFILE_FEW;
    t->seen = profile_cpu_time(t->tid); // what looking took is not the guest's
    pthread_mutex_unlock(&p->lock);
    atomic_store(&t->state, PROFILE_IDLE);
}

void profile_account_here(struct profile_thread *t, bool in_call)
{
    memcpy(t->r, t->cpu->r, sizeof t->r);
    t->thumb = t->cpu->thumb;
    t->copied = 0;
    profile_account(t, in_call);
}

// What the stack begins with, without the fault at its end, each time.
static uint32_t copy_stack(struct profile_thread *t, struct cpu *c)
{
    const uint32_t sp = t->r[13], wanted = t->end - sp < PROFILE_STACK ? t->end - sp : PROFILE_STACK;
    const uint32_t n = (uint32_t)t->p->target.peek(c, sp, t->stack, wanted);
    if (n < wanted) t->end = sp + n;
    return n;
}

void profile_sample(struct profile_thread *t, struct cpu *c, uintptr_t host_pc,
                    const struct host_registers *h)
{
    const enum engine_where found =
        c->engine->where ? c->engine->where(c, host_pc, h, t->r, &t->thumb) : ENGINE_UNKNOWN;
    // Compiled code holds no locks, and a program's memory can be read as it is: this is as good a place as
    // any.
    if (found == ENGINE_CODE && !c->sys) {
        t->copied = 0;
        profile_account(t, false);
        return;
    }
    t->copied = found ? copy_stack(t, c) : 0;
    atomic_store(&t->state, found ? PROFILE_FOUND : PROFILE_LATE);
    if (!t->p->target.steady) c->exit_request = 1;
}
