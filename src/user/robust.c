// Robust futexes: what the kernel's exit_robust_list does for a thread that ends. The host kernel cannot: it
// knows 64-bit lists only. So mutexes of a process that SIGKILL ends stay locked.
#include <limits.h>
#include <sys/syscall.h>

#include "user/clone.h"
#include "user/syscall.h"

#define FUTEX_WAKE       1
#define FUTEX_WAITERS    0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK   0x3fffffffu
#define ROBUST_LIMIT     2048

struct abi_robust_list_head {
    uint32_t next;
    int32_t futex_offset;
    uint32_t pending;
};

// An atomic exchange in guest memory; a fault ends it like one of the engine's own accesses.
static bool guest_exchange(struct thread *self, uint32_t addr, uint32_t *expected, uint32_t to, bool *done)
{
    struct cpu *c = &self->cpu;
    if (sigsetjmp(c->abort_jmp, 0)) {
        c->in_engine = 0;
        return false;
    }
    c->in_engine = 1;
    *done = __atomic_compare_exchange_n((uint32_t *)(c->window + addr), expected, to, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST);
    c->in_engine = 0;
    return true;
}

static void wake_one(struct thread *self, uint32_t addr)
{
    host_syscall(SYS_futex, (long)guest_ptr(self, addr), FUTEX_WAKE, 1, 0, 0, 0);
}

// False: the list leads nowhere.
static bool release_one(struct thread *self, int tid, uint32_t addr, bool pi, bool pending)
{
    uint32_t value;
    if (addr & 3 || !get_guest(self, value, addr)) return false;
    for (;;) {
        if (pending && !pi && value == 0) { // unlocked, but not yet woken
            wake_one(self, addr);
            return true;
        }
        if ((value & FUTEX_TID_MASK) != (uint32_t)tid) return true;
        bool done = false;
        if (!guest_exchange(self, addr, &value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, &done))
            return false;
        if (!done) continue;
        if (!pi && value & FUTEX_WAITERS) wake_one(self, addr);
        return true;
    }
}

static bool concerns(struct thread *self, uint32_t addr, bool shared_only)
{
    struct uas_map m;
    return !shared_only || (uas_lookup(&self->p->as, addr, &m) && m.shared);
}

// Bit 0 of a pointer in the list says that it is a priority-inheritance mutex, which the host kernel takes
// care of as far as its waiters go.
void robust_release(struct thread *self, struct thread *t, bool shared_only)
{
    struct abi_robust_list_head head;
    if (!t->robust_list || !get_guest(self, head, t->robust_list)) return;
    uint32_t entry = head.next;
    for (int i = 0; i < ROBUST_LIMIT && (entry & ~1u) != t->robust_list; i++) {
        uint32_t next;
        const uint32_t at = entry & ~1u, futex = at + (uint32_t)head.futex_offset;
        const bool more = get_guest(self, next, at); // before somebody else gets the mutex
        if (at != (head.pending & ~1u) && concerns(self, futex, shared_only) &&
            !release_one(self, t->tid, futex, entry & 1, false))
            return;
        if (!more) return;
        entry = next;
    }
    const uint32_t futex = (head.pending & ~1u) + (uint32_t)head.futex_offset;
    if (head.pending && concerns(self, futex, shared_only))
        release_one(self, t->tid, futex, head.pending & 1, true);
}
