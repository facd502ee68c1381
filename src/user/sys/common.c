#include "user/sys/common.h"

int get_iovec(struct thread *t, struct iovec *to, uint64_t addr, uint64_t count, bool writes)
{
    struct {
        uint32_t base, len;
    } v[64];
    if (count > GUEST_IOV_MAX) return -EINVAL;
    uint64_t total = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (i % 64 == 0) {
            const uint64_t n = count - i < 64 ? count - i : 64;
            if (!uas_read(&t->p->as, v, (uint32_t)(addr + i * sizeof v[0]), n * sizeof v[0])) return -EFAULT;
        }
        const uint32_t len = v[i % 64].len;
        if (len > INT32_MAX || (total += len) > INT32_MAX) return -EINVAL;
        to[i].iov_len = len;
        to[i].iov_base = writes ? guest_out_ptr(t, v[i % 64].base, len) : guest_ptr(t, v[i % 64].base);
    }
    return 0;
}
