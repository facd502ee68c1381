// kernel/seccomp.c for guest threads: a list of filters for each, newest first, its older part shared with
// those who were made by it.
#include "user/seccomp.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"
#include "user/bpf.h"
#include "user/clone.h"
#include "user/signal.h"
#include "user/syscall.h"

enum {
    AUDIT_ARCH_ARM = 0x40000028,
    ABI_SYS_SECCOMP = 1, // si_code
    ACTION = (int)0xffff0000,
    MOST_ERRNO = 4095,
    MOST_INSNS = 32768, // of all filters of a thread, with PENALTY for each
    PENALTY = 4,
};

struct seccomp_filter {
    atomic_int users; // threads and newer filters
    struct seccomp_filter *prev;
    uint32_t n;
    struct bpf_insn program[];
};

static size_t size_of(uint32_t n)
{
    return sizeof(struct seccomp_filter) + n * sizeof(struct bpf_insn);
}

static struct seccomp_filter *get(struct seccomp_filter *f)
{
    if (f) atomic_fetch_add(&f->users, 1);
    return f;
}

static void put(struct seccomp_filter *f)
{
    while (f && atomic_fetch_sub(&f->users, 1) == 1) {
        struct seccomp_filter *prev = f->prev;
        munmap(f, size_of(f->n));
        f = prev;
    }
}

static struct seccomp_filter *filter_new(uint32_t n)
{
    struct seccomp_filter *f = pages_new(size_of(n));
    if (!f) return NULL;
    f->users = 1;
    f->n = n;
    return f;
}

// ---- setting it up ----

int64_t seccomp_set_strict(struct thread *t)
{
    if (t->seccomp == SECCOMP_FILTERS) return -EINVAL;
    t->seccomp = SECCOMP_STRICT;
    return 0;
}

// Who could gain rights by executing a program must not choose what that may do.
static bool may_add(void)
{
    const struct {
        uint32_t version;
        int pid;
    } head = {0x20080522, 0};
    struct {
        uint32_t effective, permitted, inheritable;
    } data[2] = {{0}};
    if (host_syscall(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0) == 1) return true;
    return host_syscall(SYS_capget, (long)&head, (long)data, 0, 0, 0, 0) == 0 &&
           data[0].effective >> 21 & 1; // CAP_SYS_ADMIN
}

static int64_t read_filter(struct thread *t, uint32_t fprog, struct seccomp_filter **filter)
{
    struct {
        uint16_t n, pad;
        uint32_t program;
    } g;
    if (!get_guest(t, g, fprog)) return -EFAULT;
    if (!g.n || g.n > BPF_MOST_INSNS) return -EINVAL;
    if (!may_add()) return -EACCES;
    struct seccomp_filter *f = filter_new(g.n);
    if (!f) return -ENOMEM;
    const int64_t err = !uas_read(&t->p->as, f->program, g.program, g.n * sizeof f->program[0]) ? -EFAULT
                        : !bpf_is_valid(f->program, g.n)                                        ? -EINVAL
                                                                                                : 0;
    if (err) put(f);
    *filter = err ? NULL : f;
    return err;
}

static bool is_ancestor(const struct seccomp_filter *old, const struct seccomp_filter *f)
{
    while (f && f != old)
        f = f->prev;
    return f == old;
}

// A thread whose filters are not among the caller's; NULL: there is none. A vfork child is alone.
static const struct thread *diverging(const struct thread *t)
{
    for (const struct thread *o = t->vforked ? NULL : t->p->threads; o; o = o->next)
        if (o->seccomp == SECCOMP_STRICT ||
            (o->seccomp == SECCOMP_FILTERS && !is_ancestor(o->filters, t->filters)))
            return o;
    return NULL;
}

// The thread may be looking at its old filters: they stay, below the new one.
static void set_filters(struct thread *t, struct seccomp_filter *f)
{
    struct seccomp_filter *old = t->filters;
    __atomic_store_n(&t->filters, f, __ATOMIC_RELEASE);
    __atomic_store_n(&t->seccomp, SECCOMP_FILTERS, __ATOMIC_RELEASE);
    put(old);
}

static int64_t attach(struct thread *t, uint32_t flags, struct seccomp_filter *f)
{
    uint32_t total = f->n + PENALTY;
    for (const struct seccomp_filter *o = t->filters; o; o = o->prev)
        total += o->n + PENALTY;
    if (total > MOST_INSNS) return -ENOMEM;
    const struct thread *other = flags & SECCOMP_TSYNC ? diverging(t) : NULL;
    if (other) return flags & SECCOMP_TSYNC_ESRCH ? -ESRCH : other->tid;
    f->prev = get(t->filters);
    set_filters(t, get(f));
    for (struct thread *o = flags & SECCOMP_TSYNC && !t->vforked ? t->p->threads : NULL; o; o = o->next)
        if (o != t) set_filters(o, get(f));
    return 0;
}

int64_t seccomp_add_filter(struct thread *t, uint32_t flags, uint32_t fprog)
{
    const uint32_t known = SECCOMP_TSYNC | SECCOMP_LOG | SECCOMP_SPEC_ALLOW | SECCOMP_TSYNC_ESRCH;
    struct seccomp_filter *f;
    if (flags & ~known) return -EINVAL;
    int64_t r = read_filter(t, fprog, &f);
    if (r) return r;
    if (t->seccomp == SECCOMP_STRICT) {
        r = -EINVAL;
    } else {
        pthread_mutex_lock(&t->p->lock);
        r = attach(t, flags, f);
        pthread_mutex_unlock(&t->p->lock);
    }
    put(f);
    return r;
}

void seccomp_inherit(struct thread *to, const struct thread *from)
{
    struct seccomp_filter *old = to->filters;
    to->filters = get(from->filters);
    to->seccomp = from->seccomp;
    put(old);
}

void seccomp_forget(struct thread *t)
{
    put(t->filters);
    t->filters = NULL;
}

unsigned seccomp_count(const struct thread *t)
{
    unsigned n = 0;
    for (const struct seccomp_filter *f = t->filters; f; f = f->prev)
        n++;
    return n;
}

// ---- asking it ----

static void log_verdict(const struct thread *t, const char *what)
{
    const uint32_t nr = t->cpu.r[7];
    const struct syscall_row *row = syscall_row(nr);
    if (log_on(LOG_SYSCALLS))
        log_line("%d %s (%u): seccomp: %s", t->tid, row ? row->name : "unknown", nr, what);
}

static bool is_alone(struct thread *t)
{
    if (t->vforked) return true;
    pthread_mutex_lock(&t->p->lock);
    const bool alone = t->p->nthreads == 1;
    pthread_mutex_unlock(&t->p->lock);
    return alone;
}

// Signals that were caught before come first; then the call is made again.
static int64_t raise_sigsys(struct thread *t, uint16_t data)
{
    struct cpu *c = &t->cpu;
    const struct abi_siginfo info = {
        .signo = ABI_SIGSYS,
        .errnum = data,
        .code = ABI_SYS_SECCOMP,
        .sys = {.call_addr = c->r[15], .nr = (int32_t)c->r[7], .arch = AUDIT_ARCH_ARM},
    };
    if (!signal_block_all(t)) return -ERESTARTNOINTR;
    t->in_syscall = false;
    signal_force_info(t, &info);
    signal_unblock(t);
    return -ESIGRETURN;
}

static int64_t end_thread(struct thread *t, int sig)
{
    if (!is_alone(t)) return clone_exit(t, sig);
    process_die(t, sig, ABI_SYS_SECCOMP, 0);
}

// Only read, write, exit and rt_sigreturn are left.
static bool strict_allows(struct thread *t, int64_t *result)
{
    switch (t->cpu.r[7]) {
    case 1:
    case 3:
    case 4:
    case 173: return true;
    default: break;
    }
    log_verdict(t, "killed");
    *result = end_thread(t, ABI_SIGKILL);
    return false;
}

static uint32_t verdict(const struct thread *t)
{
    const struct cpu *c = &t->cpu;
    const struct bpf_call call = {
        .nr = (int32_t)c->r[7],
        .arch = AUDIT_ARCH_ARM,
        .pc = c->r[15],
        .args = {c->r[0], c->r[1], c->r[2], c->r[3], c->r[4], c->r[5]},
    };
    uint32_t strongest = SECCOMP_ALLOW;
    const struct seccomp_filter *f = __atomic_load_n(&t->filters, __ATOMIC_ACQUIRE);
    for (; f; f = f->prev) {
        const uint32_t v = bpf_run(f->program, &call);
        if ((int32_t)(v & (uint32_t)ACTION) < (int32_t)(strongest & (uint32_t)ACTION)) strongest = v;
    }
    return strongest;
}

bool seccomp_allows(struct thread *t, int64_t *result)
{
    if (t->seccomp == SECCOMP_STRICT) return strict_allows(t, result);
    const uint32_t v = verdict(t);
    const uint16_t data = (uint16_t)v;
    switch ((int32_t)(v & (uint32_t)ACTION)) {
    case SECCOMP_ALLOW: return true;
    case SECCOMP_LOGGED: log_verdict(t, "logged"); return true;
    case SECCOMP_ERRNO:
        log_verdict(t, "an error");
        *result = -(int64_t)(data < MOST_ERRNO ? data : MOST_ERRNO);
        return false;
    case SECCOMP_TRAP:
        log_verdict(t, "SIGSYS");
        *result = raise_sigsys(t, data);
        return false;
    case SECCOMP_NOTIFY: // nobody listens, nobody traces
    case SECCOMP_TRACE:
        log_verdict(t, "ENOSYS");
        *result = -ENOSYS;
        return false;
    case SECCOMP_KILL_THREAD:
        log_verdict(t, "killed");
        *result = end_thread(t, ABI_SIGSYS);
        return false;
    default: // KILL_PROCESS, and what is not known
        log_verdict(t, "killed");
        process_die(t, ABI_SIGSYS, ABI_SYS_SECCOMP, 0);
    }
}

// ---- for the next program ----

static int write_all(int fd, const void *from, size_t n)
{
    const long r = host_syscall(SYS_write, fd, (long)from, (long)n, 0, 0, 0);
    return r < 0 ? (int)r : (size_t)r == n ? 0 : -ENOSPC;
}

static int write_filters(const struct seccomp_filter *f, int fd)
{
    int err = f->prev ? write_filters(f->prev, fd) : 0;
    if (!err) err = write_all(fd, &f->n, sizeof f->n);
    return err ? err : write_all(fd, f->program, f->n * sizeof f->program[0]);
}

int seccomp_write(const struct thread *t, int fd)
{
    const uint8_t mode = t->seccomp;
    const int err = write_all(fd, &mode, sizeof mode);
    return err || !t->filters ? err : write_filters(t->filters, fd);
}

int seccomp_read(struct thread *t, int fd)
{
    uint32_t n;
    if (read(fd, &t->seccomp, sizeof t->seccomp) != sizeof t->seccomp) return -EIO;
    while (read(fd, &n, sizeof n) == sizeof n) {
        struct seccomp_filter *f = filter_new(n);
        if (!f) return -ENOMEM;
        f->prev = t->filters;
        t->filters = f;
        const size_t size = n * sizeof f->program[0];
        if (read(fd, f->program, size) != (ssize_t)size || !bpf_is_valid(f->program, n)) return -EIO;
    }
    return 0;
}
