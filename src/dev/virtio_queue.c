// Split virtqueues. Virtual I/O Device (VIRTIO) 1.1, 2.6.
//
// Everything in a ring is the driver's word: addresses must lie in RAM, indices below the queue's size, a
// chain never has more buffers than the queue has descriptors; else the device stops (virtio_fail).
#include "dev/virtio_mmio.h"

#include <stdatomic.h>
#include <string.h>

enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4 };
enum { AVAIL_NO_INTERRUPT = 1 };

struct desc { // 2.6.5
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};

struct used_elem { // 2.6.8
    uint32_t id, len;
};

static uint8_t *ram(const struct virtio *v, uint64_t addr, uint64_t len)
{
    const struct bus_range *r = bus_find(v->d.env.bus, addr);
    if (!r || r->kind != BUS_RAM || len > r->base + r->size - addr) return NULL;
    return r->host + (addr - r->base);
}

// Accesses to shared 16-bit fields; other CPUs of the guest may write them at the same time.
static uint16_t load16(const uint8_t *p)
{
    return __atomic_load_n((const uint16_t *)p, __ATOMIC_ACQUIRE);
}

static void store16(uint8_t *p, uint16_t value)
{
    __atomic_store_n((uint16_t *)p, value, __ATOMIC_RELEASE);
}

// Code may have been made from the bytes that the device just wrote.
static void wrote(const struct virtio *v, uint64_t addr, uint64_t len)
{
    struct bus *b = v->d.env.bus;
    if (b->written) b->written(b->written_ctx, addr, len);
}

bool virtio_queue_start(struct virtio *v, struct virtio_queue *q)
{
    if (!q->num || q->desc & 15 || q->avail & 1 || q->used & 3) return false;
    q->desc_p = ram(v, q->desc, 16ull * q->num);
    q->avail_p = ram(v, q->avail, 6ull + 2 * q->num);
    q->used_p = ram(v, q->used, 6ull + 8 * q->num);
    q->ready = q->desc_p && q->avail_p && q->used_p;
    return q->ready;
}

void virtio_queue_reset(struct virtio_queue *q)
{
    q->ready = q->signalled_valid = false;
    q->next_avail = q->next_used = 0;
    q->epoch++;
}

// The fields behind the rings' last elements (2.6.7.2, 2.6.8).
static uint8_t *used_event(const struct virtio_queue *q)
{
    return q->avail_p + 4 + 2 * q->num;
}

static void set_avail_event(struct virtio *v, struct virtio_queue *q)
{
    const uint32_t offset = 4 + 8 * q->num;
    store16(q->used_p + offset, q->next_avail);
    wrote(v, q->used + offset, 2);
}

// How many chains wait; -1: the index is wrong.
static int available(struct virtio *v, struct virtio_queue *q)
{
    const uint16_t n = (uint16_t)(load16(q->avail_p + 2) - q->next_avail);
    if (n > q->num) {
        virtio_fail(v, "an available index too far ahead");
        return -1;
    }
    return n;
}

static bool add_buffer(struct virtio *v, struct virtio_chain *c, const struct desc *d)
{
    const unsigned n = c->nout + c->nin;
    const bool in = d->flags & DESC_WRITE;
    uint8_t *host = ram(v, d->addr, d->len);
    if (!host) {
        virtio_fail(v, "a buffer that is not in memory");
        return false;
    }
    if (!in && c->nin) {
        virtio_fail(v, "a buffer to read behind one to write");
        return false;
    }
    c->iov[n] = (struct iovec){host, d->len};
    c->addr[n] = d->addr;
    if (in)
        c->nin++, c->in_len += d->len;
    else
        c->nout++, c->out_len += d->len;
    return true;
}

// Walks a table of n descriptors from one on. indirect: may an entry name a table of its own?
static bool walk(struct virtio *v, struct virtio_chain *c, const uint8_t *table, uint32_t n, uint32_t i,
                 bool indirect)
{
    for (uint32_t count = 0;; count++) {
        struct desc d;
        if (i >= n || count >= n || c->nout + c->nin == VIRTIO_QUEUE_SIZE) {
            virtio_fail(v, i >= n ? "a descriptor outside its table" : "a chain without end");
            return false;
        }
        memcpy(&d, table + 16ull * i, sizeof d);
        if (d.flags & DESC_INDIRECT) {
            const uint8_t *inner = ram(v, d.addr, d.len);
            if (!indirect || d.flags & DESC_NEXT || !inner || d.len % 16 || !d.len) {
                virtio_fail(v, "a bad indirect table");
                return false;
            }
            return walk(v, c, inner, d.len / 16, 0, false);
        }
        if (!add_buffer(v, c, &d)) return false;
        if (!(d.flags & DESC_NEXT)) return true;
        i = d.next;
    }
}

bool virtio_pop(struct virtio *v, unsigned queue, struct virtio_chain *c)
{
    struct virtio_queue *q = &v->queue[queue];
    if (v->broken || !q->ready) return false;
    int n = available(v, q);
    if (n == 0 && virtio_has(v, VIRTIO_F_EVENT_IDX)) {
        // Asks to be told of the next one; it may have come meanwhile (2.6.7.2).
        set_avail_event(v, q);
        atomic_thread_fence(memory_order_seq_cst);
        n = available(v, q);
    }
    if (n <= 0) return false;
    c->head = load16(q->avail_p + 4 + 2 * (q->next_avail & (q->num - 1)));
    c->nout = c->nin = 0;
    c->out_len = c->in_len = 0;
    if (!walk(v, c, q->desc_p, q->num, c->head, true)) return false;
    q->next_avail++;
    return true;
}

void virtio_unpop(struct virtio *v, unsigned queue)
{
    v->queue[queue].next_avail--;
}

size_t virtio_read(const struct virtio_chain *c, size_t offset, void *to, size_t len)
{
    size_t done = 0;
    for (unsigned i = 0; i < c->nout && done < len; i++) {
        const struct iovec *b = &c->iov[i];
        if (offset >= b->iov_len) {
            offset -= b->iov_len;
            continue;
        }
        const size_t left = b->iov_len - offset, n = len - done < left ? len - done : left;
        memcpy((uint8_t *)to + done, (const uint8_t *)b->iov_base + offset, n);
        done += n;
        offset = 0;
    }
    return done;
}

// The pieces of the in part's [offset, offset + len): copied to from a buffer, or (NULL) told of to the bus.
static size_t each(struct virtio *v, const struct virtio_chain *c, size_t offset, const void *from,
                   size_t len)
{
    size_t done = 0;
    for (unsigned i = c->nout; i < c->nout + c->nin && done < len; i++) {
        const struct iovec *b = &c->iov[i];
        if (offset >= b->iov_len) {
            offset -= b->iov_len;
            continue;
        }
        const size_t left = b->iov_len - offset, n = len - done < left ? len - done : left;
        if (from)
            memcpy((uint8_t *)b->iov_base + offset, (const uint8_t *)from + done, n);
        else
            wrote(v, c->addr[i] + offset, n);
        done += n;
        offset = 0;
    }
    return done;
}

size_t virtio_fill(const struct virtio_chain *c, size_t offset, const void *from, size_t len)
{
    return each(NULL, c, offset, from, len);
}

void virtio_written(struct virtio *v, const struct virtio_chain *c, size_t offset, size_t len)
{
    each(v, c, offset, NULL, len);
}

size_t virtio_write(struct virtio *v, const struct virtio_chain *c, size_t offset, const void *from,
                    size_t len)
{
    const size_t n = virtio_fill(c, offset, from, len);
    virtio_written(v, c, offset, n);
    return n;
}

unsigned virtio_part(const struct virtio_chain *c, bool in, size_t front, size_t back, struct iovec *iov,
                     size_t *len)
{
    const size_t whole = in ? c->in_len : c->out_len;
    size_t left = *len = whole < front + back ? 0 : whole - front - back;
    unsigned n = 0;
    for (const struct iovec *b = c->iov + (in ? c->nout : 0); left; b++) {
        if (front >= b->iov_len) {
            front -= b->iov_len;
            continue;
        }
        const size_t here = b->iov_len - front < left ? b->iov_len - front : left;
        iov[n++] = (struct iovec){(uint8_t *)b->iov_base + front, here};
        left -= here;
        front = 0;
    }
    return n;
}

void virtio_push(struct virtio *v, unsigned queue, const struct virtio_chain *c, size_t written)
{
    struct virtio_queue *q = &v->queue[queue];
    if (v->broken || !q->ready) return;
    const uint32_t offset = 4 + 8 * (q->next_used & (q->num - 1));
    const struct used_elem e = {c->head, (uint32_t)written};
    memcpy(q->used_p + offset, &e, sizeof e);
    wrote(v, q->used + offset, sizeof e);
    store16(q->used_p + 2, ++q->next_used);
    wrote(v, q->used + 2, 2);
}

// 2.6.7: the driver may not want to hear of it.
static bool wants_interrupt(struct virtio *v, struct virtio_queue *q)
{
    if (!virtio_has(v, VIRTIO_F_EVENT_IDX)) return !(load16(q->avail_p) & AVAIL_NO_INTERRUPT);
    const uint16_t event = load16(used_event(q)), now = q->next_used, before = q->signalled;
    const bool first = !q->signalled_valid;
    q->signalled = now;
    q->signalled_valid = true;
    return first || (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}

void virtio_signal(struct virtio *v, unsigned queue)
{
    struct virtio_queue *q = &v->queue[queue];
    if (v->broken || !q->ready) return;
    atomic_thread_fence(memory_order_seq_cst); // the used index is out before the driver's wish is read
    if (wants_interrupt(v, q)) virtio_interrupt(v, VIRTIO_ISR_USED);
}
