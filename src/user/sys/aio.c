// The kernel's asynchronous I/O (fs/aio.c). A context is for the guest the address of a page of its own, as
// libaio expects: it looks for the kernel's ring there, finds none, and asks by io_getevents. Requests go to
// the host as copies, which know where the guest's are.
#include <sys/mman.h>

#include "base/pages.h"
#include "user/abi/mman.h"
#include "user/abi/time.h"
#include "user/mm.h"
#include "user/signal.h"
#include "user/sys/common.h"

// struct iocb, the same on both sides but for what aio_buf means.
struct iocb {
    uint64_t data;
    uint32_t key, rw_flags;
    uint16_t opcode;
    int16_t reqprio;
    int32_t fd;
    uint64_t buf, nbytes;
    int64_t offset;
    uint64_t reserved;
    uint32_t flags, resfd;
};
_Static_assert(sizeof(struct iocb) == 64, "struct iocb");

struct io_event {
    uint64_t data, obj;
    int64_t res, res2;
};

enum { OP_PREAD, OP_PWRITE, OP_FSYNC, OP_FDSYNC, OP_POLL = 5, OP_NOOP, OP_PREADV, OP_PWRITEV };

enum { MOST_REQUESTS = 65536 };

struct aio_request {
    struct iocb iocb;
    uint32_t guest; // its address; 0: not in use
};

struct aio_context {
    struct aio_context *next;
    size_t size;    // of all this
    uint32_t guest; // the context's name there
    unsigned long host;
    unsigned n;
    struct aio_request requests[];
};

// Where a context is in the list. The process's lock is held.
static struct aio_context **find(struct process *p, uint64_t guest)
{
    struct aio_context **at = &p->aio;
    while (*at && (*at)->guest != guest)
        at = &(*at)->next;
    return at;
}

static struct aio_context *context(struct thread *t, uint64_t guest)
{
    pthread_mutex_lock(&t->p->lock);
    struct aio_context *c = *find(t->p, guest);
    pthread_mutex_unlock(&t->p->lock);
    return c;
}

static void enlist(struct process *p, struct aio_context *c)
{
    pthread_mutex_lock(&p->lock);
    c->next = p->aio;
    p->aio = c;
    pthread_mutex_unlock(&p->lock);
}

static struct aio_context *delist(struct process *p, uint64_t guest)
{
    pthread_mutex_lock(&p->lock);
    struct aio_context **at = find(p, guest), *c = *at;
    if (c) *at = c->next;
    pthread_mutex_unlock(&p->lock);
    return c;
}

SYSCALL(io_setup)
{
    uint32_t guest;
    const uint32_t n = (uint32_t)s->a[0];
    if (!get_guest(t, guest, s->a[1])) return -EFAULT;
    if (guest || !n) return -EINVAL;
    if (n > MOST_REQUESTS) return -EAGAIN;
    const size_t size = sizeof(struct aio_context) + n * sizeof(struct aio_request);
    struct aio_context *c = pages_new(size);
    if (!c) return -ENOMEM;
    c->size = size;
    c->n = n;
    int64_t r = host2(SYS_io_setup, n, &c->host);
    if (!r) {
        r = mm_mmap(t->p, 0, UAS_PAGE, ABI_PROT_READ | ABI_PROT_WRITE, ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS,
                    -1, 0);
        if (r < 0) host1(SYS_io_destroy, c->host);
    }
    if (r < 0) {
        munmap(c, size);
        return r;
    }
    c->guest = guest = (uint32_t)r;
    enlist(t->p, c);
    return put_guest(t, guest, s->a[1]) ? 0 : -EFAULT;
}

SYSCALL(io_destroy)
{
    struct aio_context *c = delist(t->p, s->a[0]);
    if (!c) return -EINVAL;
    const int64_t r = host1(SYS_io_destroy, c->host); // waits for what is under way
    mm_munmap(t->p, c->guest, UAS_PAGE);
    munmap(c, c->size);
    return r;
}

static struct aio_request *request_new(struct thread *t, struct aio_context *c, uint32_t guest)
{
    struct aio_request *r = NULL;
    pthread_mutex_lock(&t->p->lock);
    for (unsigned i = 0; i < c->n && !r; i++)
        if (!c->requests[i].guest) r = &c->requests[i];
    if (r) r->guest = guest;
    pthread_mutex_unlock(&t->p->lock);
    return r;
}

// Turns the guest's addresses into the host's; vectors are read by the host before io_submit returns.
static int convert(struct thread *t, struct iocb *b, struct iovec *iov)
{
    const bool in = b->opcode == OP_PREAD || b->opcode == OP_PREADV;
    switch (b->opcode) {
    case OP_PREAD:
    case OP_PWRITE:
        if (b->nbytes > INT32_MAX) return -EINVAL;
        b->buf = (uintptr_t)(in ? guest_out_ptr(t, b->buf, b->nbytes) : guest_ptr(t, b->buf));
        return 0;
    case OP_PREADV:
    case OP_PWRITEV: {
        const int err = b->nbytes > GUEST_IOV_MAX ? -EINVAL : get_iovec(t, iov, b->buf, b->nbytes, in);
        b->buf = (uintptr_t)iov;
        return err;
    }
    case OP_POLL: return 0; // buf has the events
    case OP_FSYNC:
    case OP_FDSYNC:
    case OP_NOOP: return 0;
    default: return -EINVAL;
    }
}

static int64_t submit_one(struct thread *t, struct aio_context *c, uint32_t guest)
{
    struct iovec iov[GUEST_IOV_MAX];
    struct aio_request *r = request_new(t, c, guest);
    if (!r) return -EAGAIN;
    struct iocb *const b = &r->iocb;
    int64_t err = get_guest(t, *b, guest) ? convert(t, b, iov) : -EFAULT;
    if (!err) err = host3(SYS_io_submit, c->host, 1, &b);
    if (err < 0) __atomic_store_n(&r->guest, 0, __ATOMIC_RELEASE);
    return err;
}

SYSCALL(io_submit)
{
    struct aio_context *c = context(t, s->a[0]);
    const int32_t n = (int32_t)s->a[1];
    int32_t done = 0;
    if (!c || n < 0) return -EINVAL;
    for (int64_t r = 0; done < n; done++) {
        uint32_t guest;
        r = get_guest(t, guest, s->a[2] + (uint32_t)done * 4) ? submit_one(t, c, guest) : -EFAULT;
        if (r < 0) return done ? done : r;
    }
    return done;
}

SYSCALL(io_cancel)
{
    struct aio_context *c = context(t, s->a[0]);
    struct io_event ignored;
    if (!c) return -EINVAL;
    for (unsigned i = 0; s->a[1] && i < c->n; i++)
        if (c->requests[i].guest == s->a[1])
            return host3(SYS_io_cancel, c->host, &c->requests[i].iocb, &ignored);
    return -EINVAL;
}

enum { EVENTS_AT_ONCE = 64 };

// The requests of these events are done with.
static bool put_events(struct thread *t, const struct io_event *from, int64_t n, uint64_t to)
{
    bool ok = true;
    for (int64_t i = 0; i < n; i++) {
        struct io_event e = from[i];
        struct aio_request *r = (struct aio_request *)(uintptr_t)e.obj;
        e.obj = r->guest;
        __atomic_store_n(&r->guest, 0, __ATOMIC_RELEASE);
        ok = put_guest(t, e, to + (uint64_t)i * sizeof e) && ok;
    }
    return ok;
}

// Waits for as many as fit here at once, then takes what else is there.
static int64_t get_events(struct thread *t, const struct sysargs *s, bool time64, const uint64_t *mask)
{
    const struct {
        const uint64_t *mask;
        size_t size;
    } sig = {mask, sizeof *mask};
    struct aio_context *c = context(t, s->a[0]);
    struct io_event events[EVENTS_AT_ONCE];
    struct timespec ts;
    const int32_t least = (int32_t)s->a[1], most = (int32_t)s->a[2];
    int32_t got = 0;
    if (s->a[4] && !abi_get_timespec(t, &ts, s->a[4], time64)) return -EFAULT;
    if (!c || least < 0 || most < 0 || least > most) return -EINVAL;
    while (got < most) {
        const int32_t room = most - got < EVENTS_AT_ONCE ? most - got : EVENTS_AT_ONCE;
        const int32_t wanted = least - got < 0 ? 0 : least - got < room ? least - got : room;
        const int64_t r = block(t, mask ? SYS_io_pgetevents : SYS_io_getevents, c->host, wanted, room, events,
                                s->a[4] ? &ts : NULL, &sig);
        if (r < 0) return got ? got : r;
        if (!put_events(t, events, r, s->a[3] + (uint64_t)got * sizeof events[0])) return got ? got : -EFAULT;
        got += (int32_t)r;
        if (r < room) break;
    }
    return got;
}

SYSCALL(io_getevents)
{
    return get_events(t, s, false, NULL);
}

static int64_t get_events_masked(struct thread *t, const struct sysargs *s, bool time64)
{
    struct {
        uint32_t mask, size;
    } g = {0, 0};
    uint64_t mask;
    const uint64_t *host;
    if (s->a[5] && !get_guest(t, g, s->a[5])) return -EFAULT;
    const int err = signal_temp_mask(t, g.mask, g.size, &mask, &host);
    return err ? err : get_events(t, s, time64, host);
}

SYSCALL(io_pgetevents)
{
    return get_events_masked(t, s, false);
}

SYSCALL(io_pgetevents_time64)
{
    return get_events_masked(t, s, true);
}

const struct syscall_row sys_aio_rows[] = {
    {243, CALL_UNSAFE, "io_setup", sys_io_setup, {ARG_UINT, ARG_PTR}},
    {244, CALL_UNSAFE, "io_destroy", sys_io_destroy, {ARG_HEX}},
    {245, CALL_UNSAFE, "io_getevents", sys_io_getevents, {ARG_HEX, ARG_INT, ARG_INT, ARG_PTR, ARG_TIMESPEC}},
    {246, CALL_UNSAFE, "io_submit", sys_io_submit, {ARG_HEX, ARG_INT, ARG_PTR}},
    {247, CALL_UNSAFE, "io_cancel", sys_io_cancel, {ARG_HEX, ARG_PTR, ARG_PTR}},
    {399,
     CALL_UNSAFE,
     "io_pgetevents",
     sys_io_pgetevents,
     {ARG_HEX, ARG_INT, ARG_INT, ARG_PTR, ARG_TIMESPEC, ARG_PTR}},
    {416,
     CALL_UNSAFE,
     "io_pgetevents_time64",
     sys_io_pgetevents_time64,
     {ARG_HEX, ARG_INT, ARG_INT, ARG_PTR, ARG_TIMESPEC64, ARG_PTR}},
    {0},
};
