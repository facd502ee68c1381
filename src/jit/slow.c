// What compiled code does not find in the TLB.
#include "jit/internal.h"
#include "mem/access.h"

uint64_t jit_tlb_miss(void *owner, struct cpu *c, struct host_registers *h, uintptr_t back)
{
    struct jit *j = owner;
    const uint32_t what = (uint32_t)h->r[RCX];
    uint8_t *p = c->mem->plain_ptr(c, (uint32_t)h->r[RAX], what & 0xffff, what >> 31);
    if (p) {
        h->r[RCX] = (uintptr_t)p;
        h->r[RAX] = 0;
        return 0;
    }
    const struct jit_unit *u;
    const struct emit_site *site = jit_site_at(j, back, &u);
    return jit_leave_at(j, c, u, site, h);
}
