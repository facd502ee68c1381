#include "user/limit.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "user/syscall.h"

bool limit_is_kept(int resource)
{
    return resource == RLIMIT_AS || resource == RLIMIT_STACK || resource == RLIMIT_DATA ||
           resource == RLIMIT_RSS;
}

int64_t limit_get(struct process *p, int resource, struct limits *l)
{
    if (limit_is_kept(resource) && p->limit[resource].set) {
        *l = (struct limits){p->limit[resource].cur, p->limit[resource].max};
        return 0;
    }
    const int64_t r = host_syscall(SYS_prlimit64, 0, resource, 0, (long)l, 0, 0);
    if (!r && resource == RLIMIT_STACK) l->cur = p->opt.stack_size;
    return r;
}

int64_t limit_set(struct process *p, int resource, const struct limits *l)
{
    if (!limit_is_kept(resource)) return host_syscall(SYS_prlimit64, 0, resource, (long)l, 0, 0, 0);
    struct limits old;
    const int64_t r = limit_get(p, resource, &old);
    if (r) return r;
    if (l->cur > l->max) return -EINVAL;
    if (l->max > old.max) return -EPERM;
    p->limit[resource].cur = l->cur;
    p->limit[resource].max = l->max;
    p->limit[resource].set = true;
    return 0;
}

// The program's own stack counts as nothing: it is mapped as a whole, which the kernel's is not.
static bool is_stack(const struct uas_map *m)
{
    return m->grows && m->name;
}

static bool is_data(const struct uas_map *m)
{
    return m->prot & UAS_WRITE && !m->shared && !m->grows;
}

// Bytes that are mapped outside of [at, at + len).
static uint64_t mapped(struct process *p, bool data, uint64_t at, uint64_t len)
{
    struct uas_map m;
    uint64_t sum = 0;
    for (uint64_t from = 0; from < ABI_TASK_SIZE && uas_next(&p->as, (uint32_t)from, &m); from = m.end) {
        if (is_stack(&m) || (data && !is_data(&m)) || m.start >= ABI_TASK_SIZE) continue;
        const uint64_t start = m.start > at ? m.start : at, end = m.end < at + len ? m.end : at + len;
        sum += m.end - m.start - (start < end ? end - start : 0);
    }
    return sum;
}

static bool fits(struct process *p, int resource, uint32_t at, uint64_t len, bool data, bool replaces)
{
    if (!p->limit[resource].set || p->limit[resource].cur == UINT64_MAX) return true;
    return mapped(p, data, at, replaces ? len : 0) + len <= p->limit[resource].cur;
}

bool limit_allows(struct process *p, uint32_t at, uint64_t len, bool data, bool replaces)
{
    return fits(p, RLIMIT_AS, at, len, false, replaces) &&
           (!data || fits(p, RLIMIT_DATA, at, len, true, replaces));
}

bool limit_allows_data(struct process *p, uint64_t len)
{
    return fits(p, RLIMIT_DATA, 0, len, true, false);
}

bool limit_allows_brk(struct process *p, uint64_t to)
{
    const uint64_t size = to - p->brk_start + (p->data_end - p->data_start);
    return !p->limit[RLIMIT_DATA].set || size <= p->limit[RLIMIT_DATA].cur;
}
