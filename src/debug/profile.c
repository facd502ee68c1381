// Samples. A thread of the host's own looks now and then at the CPU time of those that run CPUs. One that has
// used some since it was looked at last gets a signal, in whose handler the engine tells where the guest is,
// and the guest's stack is walked. Where that may not be done at any moment the stack is copied, and walked
// when the CPU has left the engine, which it is asked to do. Where the engine cannot tell, the sample is
// taken where it has left, a block further on. Threads that are in no engine take theirs when they come back:
// for what they did in between.
#include "debug/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/file_name.h"
#include "base/log.h"
#include "base/pages.h"
#include "cpu/engine.h"
#include "debug/debug.h"
#include "symbols/backtrace.h"

enum {
    SHORT_NS = 1000000, // between samples of a thread, as long as there are but FEW, …
    FEW = 100,
    LONG_NS = 4000000,  // … and later, when each may stand for more
    IDLE_NS = 16000000, // between looks, when nobody runs
    FRAMES = 256,
    STACK = 4 << 10, // bytes of the guest's that are copied: what may change until it has left the engine
};

enum state {
    IDLE,
    ASKED, // a sample is wanted
    FOUND, // … and was taken in the signal's handler
    LATE,  // … or it is going to be where the engine is left
};

struct profile_thread {
    struct profile_thread *next;
    struct profile *p;
    int tid;
    const struct cpu *first; // that it has run
    struct cpu *cpu;         // … and that it runs, or has run last
    enum cpu_exit why;       // that has left the engine
    atomic_bool inside;
    atomic_int state;  // enum state
    uint64_t ns, seen; // CPU time that the sample is for; that there was when it was wanted
    unsigned name;     // 1 + the number; 0: not known yet
    unsigned samples;  // up to FEW
    bool thumb;
    uint32_t r[16];
    uint32_t copied; // of the stack, from r[13] on
    uint32_t end;    // where the last copy found nothing more to read
    uint8_t stack[STACK];
};

struct profile {
    struct debugger base; // first
    struct debug_target target;
    pthread_mutex_t lock; // of all below
    struct profile_thread *threads;
    struct profile_data data;
    char *option;        // for other processes
    const char *pattern; // … of which this is the file's name, absolute
    bool callgrind, append;
    bool ended;
    bool child; // of a fork, that has run nothing yet
    uint32_t random;
};

static _Thread_local struct profile_thread *self;

static struct profile *profile_of(struct debugger *d)
{
    return (struct profile *)d;
}

static uint64_t cpu_time(int tid)
{
    struct timespec ts;
    const clockid_t clock = (clockid_t)(~(unsigned)tid << 3 | 6); // CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED
    if (clock_gettime(clock, &ts)) return 0;
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

// ---- a sample becomes a stack ----

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

static void account(struct profile_thread *t, bool in_call)
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
    t->samples += t->samples < FEW;
    t->seen = cpu_time(t->tid); // what looking took is not the guest's
    pthread_mutex_unlock(&p->lock);
    atomic_store(&t->state, IDLE);
}

// The CPU stands still, outside of the engine.
static void account_here(struct profile_thread *t, bool in_call)
{
    memcpy(t->r, t->cpu->r, sizeof t->r);
    t->thumb = t->cpu->thumb;
    t->copied = 0;
    account(t, in_call);
}

// ---- looking ----

static void send(const struct profile_thread *t)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    si.si_code = SI_QUEUE;
    si.si_value.sival_ptr = t->p;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), t->tid, SIGFPE, &si);
}

// When to look again.
static uint64_t look(struct profile_thread *t)
{
    const uint64_t now = cpu_time(t->tid), used = now - t->seen,
                   period = t->samples < FEW ? SHORT_NS : LONG_NS;
    if (now <= t->seen || used < period / 4) return IDLE_NS;
    if (used < period / 2) return period;
    if (atomic_load(&t->state) != IDLE) return period; // the next one is for that time, too
    t->seen = now;
    t->ns = used;
    atomic_store(&t->state, ASKED);
    if (atomic_load(&t->inside)) send(t);
    return period;
}

// Not always the same time, so that no loop of the guest's keeps step.
static void pause_for(struct profile *p, uint64_t ns)
{
    p->random = p->random * 1664525 + 1013904223;
    ns = ns * 3 / 4 + (ns / 2) * (p->random >> 16) / 65536;
    nanosleep(&(struct timespec){(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)}, NULL);
}

static void *sampler(void *arg)
{
    struct profile *p = arg;
    uint64_t ns = SHORT_NS;
    for (;;) {
        pause_for(p, ns);
        uint64_t next = ns < IDLE_NS ? 2 * ns : ns;
        pthread_mutex_lock(&p->lock);
        const bool ended = p->ended;
        for (struct profile_thread *t = p->threads; t && !ended; t = t->next) {
            const uint64_t wanted = look(t);
            if (wanted < next) next = wanted;
        }
        pthread_mutex_unlock(&p->lock);
        if (ended) return NULL;
        ns = next;
    }
}

static bool start_sampler(struct profile *p)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool ok = !pthread_create(&thread, NULL, sampler, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok && !pthread_detach(thread);
}

// ---- what the personality calls ----

// What the stack begins with, without the fault at its end, each time.
static uint32_t copy_stack(struct profile_thread *t, struct cpu *c)
{
    const uint32_t sp = t->r[13], wanted = t->end - sp < STACK ? t->end - sp : STACK;
    const uint32_t n = (uint32_t)t->p->target.peek(c, sp, t->stack, wanted);
    if (n < wanted) t->end = sp + n;
    return n;
}

// In the signal's handler.
static void asked(struct debugger *d, struct cpu *c, uintptr_t host_pc, const struct host_registers *h)
{
    struct profile_thread *t = self;
    const struct profile *p = profile_of(d);
    if (!t || t->p != p || t->cpu != c || atomic_load(&t->state) != ASKED || !c->in_engine) return;
    const enum engine_where found =
        c->engine->where ? c->engine->where(c, host_pc, h, t->r, &t->thumb) : ENGINE_UNKNOWN;
    // Compiled code holds no locks, and a program's memory can be read as it is: this is as good a place as
    // any.
    if (found == ENGINE_CODE && !c->sys) {
        t->copied = 0;
        account(t, false);
        return;
    }
    t->copied = found ? copy_stack(t, c) : 0;
    atomic_store(&t->state, found ? FOUND : LATE);
    if (!p->target.steady) c->exit_request = 1;
}

// This host thread's record. NULL: out of memory, nobody looks at it.
static struct profile_thread *begin(struct profile *p, struct cpu *c)
{
    if (self && self->p == p) return self;
    struct profile_thread *t = pages_new(sizeof *t);
    if (!t) return NULL;
    t->p = p;
    t->tid = (int)syscall(SYS_gettid);
    t->first = t->cpu = c;
    t->why = CPU_EXIT_INTERRUPT;
    t->seen = cpu_time(t->tid);
    pthread_mutex_lock(&p->lock);
    t->next = p->threads;
    p->threads = t;
    pthread_mutex_unlock(&p->lock);
    return self = t;
}

// What is to be done when the fork is over: it needs locks of those who fork.
static void begin_child(struct profile *p, struct cpu *c)
{
    p->child = false;
    p->target.symbols = debug_symbols(&p->target, c);
    if (!start_sampler(p)) p->ended = true;
}

// What it takes to put a machine's CPU to sleep, and to wake it, is nobody's.
static void skip_sleep(struct profile_thread *t)
{
    pthread_mutex_lock(&t->p->lock);
    t->seen = cpu_time(t->tid);
    atomic_store(&t->state, IDLE);
    pthread_mutex_unlock(&t->p->lock);
}

static enum cpu_exit run(struct debugger *d, struct cpu *c, uint64_t budget)
{
    struct profile_thread *t = begin(profile_of(d), c);
    if (!t) return c->engine->run(c, budget);
    t->cpu = c;
    if (t->p->child) begin_child(t->p, c);
    if (c->sys && (t->why == CPU_EXIT_WFI || t->why == CPU_EXIT_WFE)) skip_sleep(t);
    if (atomic_load(&t->state) == ASKED) account_here(t, t->why == CPU_EXIT_SVC && !c->sys);
    atomic_store(&t->inside, true);
    const enum cpu_exit why = t->why = c->engine->run(c, budget);
    atomic_store(&t->inside, false);
    const int state = atomic_load(&t->state);
    if (state == FOUND)
        account(t, false);
    else if (state == LATE)
        account_here(t, false);
    return why;
}

static void join(struct debugger *d, struct cpu *c)
{
    c->debugger = d;
}

static void leave(struct debugger *d, struct cpu *c)
{
    struct profile *p = profile_of(d);
    struct profile_thread *t = self;
    if (!t || t->first != c) return;
    if (atomic_load(&t->state) == ASKED) account_here(t, t->why == CPU_EXIT_SVC);
    pthread_mutex_lock(&p->lock);
    for (struct profile_thread **pp = &p->threads; *pp; pp = &(*pp)->next)
        if (*pp == t) {
            *pp = t->next;
            break;
        }
    self = NULL;
    pthread_mutex_unlock(&p->lock);
    munmap(t, sizeof *t);
}

static int signal_hook(struct debugger *d, struct cpu *c, int sig)
{
    (void)d, (void)c;
    return sig;
}

static void syscall_hook(struct debugger *d, struct cpu *c, unsigned nr, bool ended)
{
    (void)d, (void)c, (void)nr, (void)ended;
}

// With the lock, or alone. What has been written is not written again.
static void write_out(struct profile *p)
{
    char path[PROFILE_PATH];
    file_name_expand(path, sizeof path, p->pattern);
    p->data.symbols = p->target.symbols;
    const char *exe = p->target.exe ? p->target.exe(p->target.ctx) : NULL,
               *slash = exe ? strrchr(exe, '/') : NULL;
    p->data.program = slash ? slash + 1 : exe ? exe : "";
    const bool ok = p->callgrind ? profile_write_callgrind(&p->data, path, O_CREAT | O_TRUNC)
                                 : profile_write_folded(&p->data, path, O_CREAT | O_APPEND);
    if (!ok) warn("--profile: %s: %s", path, strerror(errno));
    profile_tree_clear(&p->data.tree);
}

// c: NULL, or of a process that shares memory, which nobody looks at.
static void end(struct debugger *d, struct cpu *c, int status, int sig)
{
    struct profile *p = profile_of(d);
    (void)c, (void)status, (void)sig;
    if (self && self->p == p && atomic_load(&self->state) == ASKED)
        account_here(self, self->why == CPU_EXIT_SVC && !self->cpu->sys);
    pthread_mutex_lock(&p->lock);
    if (!p->ended) write_out(p);
    p->ended = true;
    pthread_mutex_unlock(&p->lock);
}

// The next stinkarm has its own options for it (profile_option). If it fails there is more to come.
static void exec_hook(struct debugger *d, struct cpu *c, char *inherit, size_t size)
{
    struct profile *p = profile_of(d);
    (void)c, (void)inherit, (void)size;
    pthread_mutex_lock(&p->lock);
    if (!p->ended) write_out(p);
    pthread_mutex_unlock(&p->lock);
}

static void exec_failed(struct debugger *d, struct cpu *c)
{
    (void)d, (void)c;
}

static bool open_first(const struct profile *p)
{
    char path[PROFILE_PATH];
    file_name_expand(path, sizeof path, p->pattern);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (p->append ? 0 : O_TRUNC), 0666);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    warn("--profile: %s: %s", path, strerror(errno));
    return false;
}

static void fork_hook(struct debugger *d)
{
    pthread_mutex_lock(&profile_of(d)->lock);
}

// In the child of a fork. Its own file it begins; to one of all processes it adds. callgrind's format has no
// place for several.
static struct debugger *forked_child(struct profile *p, struct cpu *c)
{
    struct profile_thread *t = self && self->p == p ? self : NULL;
    profile_tree_clear(&p->data.tree);
    p->ended = false;
    p->threads = t;
    if (t) {
        t->next = NULL;
        t->first = t->cpu = c;
        t->tid = (int)syscall(SYS_gettid);
        t->seen = cpu_time(t->tid);
        atomic_store(&t->state, IDLE);
        atomic_store(&t->inside, false);
    }
    const bool own = file_name_has_pid(p->pattern);
    if (own) p->append = false;
    p->child = own ? open_first(p) : !p->callgrind;
    c->debugger = p->child ? &p->base : NULL;
    return c->debugger;
}

static struct debugger *forked(struct debugger *d, struct cpu *c, int pid)
{
    struct profile *p = profile_of(d);
    if (pid == 0)
        pthread_mutex_init(&p->lock, NULL);
    else
        pthread_mutex_unlock(&p->lock);
    return pid == 0 ? forked_child(p, c) : d;
}

static void vfork_hook(struct debugger *d, struct cpu *parent)
{
    (void)d, (void)parent;
}

// Until it executes another program, which is another matter.
static void vforked(struct debugger *d, struct cpu *parent, struct cpu *child)
{
    (void)d, (void)parent;
    child->debugger = NULL;
}

static void vfork_done(struct debugger *d, struct cpu *parent, struct cpu *child)
{
    (void)d, (void)parent, (void)child;
}

// ---- beginning ----

static const char callgrind_prefix[] = "callgrind:", callgrind_name[] = "callgrind.out";

// The name becomes absolute, since the guest may change the working directory.
static bool set_name(struct profile *p, const char *file)
{
    char cwd[PROFILE_PATH];
    const bool relative = *file != '/';
    if (relative && !getcwd(cwd, sizeof cwd)) return false;
    const int before =
        snprintf(p->option, PROFILE_PATH, "--profile=+%s", p->callgrind ? callgrind_prefix : "");
    const int n = snprintf(p->option + before, PROFILE_PATH - (size_t)before, "%s%s%s", relative ? cwd : "",
                           relative ? "/" : "", file);
    p->pattern = p->option + before;
    errno = ENAMETOOLONG;
    return before + n < PROFILE_PATH;
}

static bool set_file(struct profile *p, const char *file)
{
    p->append = *file == '+';
    file += p->append;
    const size_t prefix = sizeof callgrind_prefix - 1;
    p->callgrind = strncmp(file, callgrind_prefix, prefix) == 0;
    if (p->callgrind) file += prefix;
    const char *slash = strrchr(file, '/');
    p->callgrind |= strncmp(slash ? slash + 1 : file, callgrind_name, sizeof callgrind_name - 1) == 0;
    if (set_name(p, file)) return open_first(p);
    warn("--profile: %s: %s", file, strerror(errno));
    return false;
}

char *profile_option(struct debugger *d)
{
    return profile_of(d)->option;
}

struct debugger *profile_start(const char *file, const struct debug_target *t)
{
    struct profile *p = pages_new(sizeof *p + PROFILE_PATH);
    if (!p || !profile_tree_init(&p->data.tree)) {
        warn("--profile: out of memory");
        return NULL;
    }
    p->base.run = run;
    p->base.join = join;
    p->base.leave = leave;
    p->base.signal = signal_hook;
    p->base.syscall = syscall_hook;
    p->base.end = end;
    p->base.fork = fork_hook;
    p->base.forked = forked;
    p->base.vfork = vfork_hook;
    p->base.vforked = vforked;
    p->base.vfork_done = vfork_done;
    p->base.exec = exec_hook;
    p->base.exec_failed = exec_failed;
    p->base.asked = asked;
    p->target = *t;
    p->option = (char *)(p + 1);
    pthread_mutex_init(&p->lock, NULL);
    if (!set_file(p, file)) return NULL;
    if (start_sampler(p)) return &p->base;
    warn("--profile: cannot start a thread");
    return NULL;
}
