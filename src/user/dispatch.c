// From the registers of a system call to its row, and back.
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "base/own_fd.h"
#include "base/pages.h"
#include "base/stats.h"
#include "cpu/debug.h"
#include "user/abi/fcntl.h"
#include "user/policy.h"
#include "user/seccomp.h"
#include "user/signal.h"
#include "user/strace.h"
#include "user/syscall.h"
#include "user/sysroot.h"

static const struct syscall_row *const families[] = {
    sys_file_rows,   sys_fs_rows,     sys_stat_rows,    sys_dir_rows,    sys_mount_rows,  sys_xattr_rows,
    sys_notify_rows, sys_lsm_rows,    sys_futex2_rows,  sys_clone3_rows, sys_mem_rows,    sys_process_rows,
    sys_thread_rows, sys_signal_rows, sys_time_rows,    sys_poll_rows,   sys_ioctl_rows,  sys_socket_rows,
    sys_ipc_rows,    sys_aio_rows,    sys_seccomp_rows, sys_misc_rows,   sys_absent_rows,
};

enum { NR_LIMIT = 512, PRIVATE_BASE = 0xf0000 };

static const struct syscall_row *search(uint32_t nr)
{
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++)
        for (const struct syscall_row *r = families[i]; r->name; r++)
            if (r->nr == nr) return r;
    return NULL;
}

// Rows stand beside their implementations; the first use of a number remembers where.
const struct syscall_row *syscall_row(uint32_t nr)
{
    static _Atomic(const struct syscall_row *) found[NR_LIMIT];
    if (nr >= NR_LIMIT) return nr > PRIVATE_BASE ? search(nr) : NULL;
    const struct syscall_row *r = atomic_load_explicit(&found[nr], memory_order_relaxed);
    if (r) return r;
    r = search(nr);
    atomic_store_explicit(&found[nr], r, memory_order_relaxed);
    return r;
}

// Arguments in r0–r5: a 64-bit one starts in an even register (AAPCS).
static void read_args(struct sysargs *s, const struct cpu *c, const struct syscall_row *row)
{
    memset(s->host, 0, sizeof s->host);
    s->nofollow = 0;
    for (int i = 0; i < 6; i++)
        s->a[i] = c->r[i];
    unsigned reg = 0;
    for (int i = 0; i < 6 && row->args[i] != ARG_NONE; i++) {
        if (row->args[i] != ARG_I64) {
            s->a[i] = c->r[reg++];
            continue;
        }
        reg += reg & 1;
        s->a[i] = c->r[reg] | (uint64_t)c->r[reg + 1] << 32;
        reg += 2;
    }
}

// Numbers beyond the table share its places.
bool syscall_first_time(struct thread *t, uint32_t nr)
{
    const uint64_t bit = 1ull << nr % 64;
    return !(__atomic_fetch_or(&t->p->absent_calls[nr / 64 % (NR_LIMIT / 64)], bit, __ATOMIC_RELAXED) & bit);
}

// A call that is known by name alone. Those that C libraries ask for to see whether they are there (class
// CALL_PURE: rseq) are no news.
static int64_t absent(struct thread *t, const struct syscall_row *row)
{
    if (log_on(LOG_UNIMP) && row->call_class != CALL_PURE && syscall_first_time(t, row->nr))
        log_line("%d: system call %s is not implemented", t->tid, row->name);
    return -ENOSYS;
}

static int64_t unknown(struct thread *t, uint32_t nr)
{
    if (log_on(LOG_UNIMP) && syscall_first_time(t, nr))
        log_line("%d: system call %u is not known", t->tid, nr);
    return -ENOSYS;
}

bool syscall_follows(const struct syscall_row *row, const struct sysargs *s, bool follow)
{
    for (int i = 0; i < 6; i++) {
        const uint8_t kind = row->args[i];
        const uint64_t flags = s->a[i];
        if (kind == ARG_AT_FLAGS && flags & AT_SYMLINK_NOFOLLOW) return false;
        if (kind == ARG_AT_FLAGS && flags & AT_SYMLINK_FOLLOW) return true;
        if (kind != ARG_OPEN_FLAGS) continue;
        const int host = abi_open_flags_to_host((uint32_t)flags);
        if (host & O_NOFOLLOW || (host & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) return false;
    }
    return follow;
}

// A call with names of files, which are looked up in the sysroot.
static int64_t call_with_paths(struct thread *t, const struct syscall_row *row, struct sysargs *s)
{
    char guest[SYSROOT_PATH], host[2][SYSROOT_PATH];
    for (int i = 0, n = 0; i < 6 && n < 2; i++) {
        const uint8_t kind = row->args[i];
        if ((kind != ARG_PATH && kind != ARG_LINK) || !s->a[i]) continue;
        const int dirfd = i && row->args[i - 1] == ARG_DIRFD ? (int)s->a[i - 1] : AT_FDCWD;
        const int length = uas_read_string(&t->p->as, guest, (uint32_t)s->a[i], sizeof guest);
        if (length < 0) return length;
        const bool follow = kind == ARG_PATH;
        // What flags say is about the first path: the second one of linkat is new.
        const int e =
            sysroot_resolve(t->p, dirfd, guest, n ? follow : syscall_follows(row, s, follow), host[n]);
        if (e < 0) return e;
        if (!e) s->host[i] = host[n++];
    }
    const int64_t r = row->fn(t, s);
    memset(s->host, 0, sizeof s->host);
    return r;
}

static bool has_paths(const struct syscall_row *row)
{
    for (int i = 0; i < 6; i++)
        if (row->args[i] == ARG_PATH || row->args[i] == ARG_LINK) return true;
    return false;
}

// A descriptor of stinkarm's own is none to the guest.
static bool names_own_fd(const struct syscall_row *row, const struct sysargs *s)
{
    for (int i = 0; i < 6 && row->args[i] != ARG_NONE; i++)
        if ((row->args[i] == ARG_FD || row->args[i] == ARG_DIRFD) && own_fd((int)s->a[i])) return true;
    return false;
}

static int64_t call(struct thread *t, const struct syscall_row *row, struct sysargs *s)
{
    if (names_own_fd(row, s)) return -EBADF;
    const int refused = policy_check(t, row, s);
    if (refused) return refused;
    if (row->host) return host_syscall(row->host, 0, 0, 0, 0, 0, 0);
    if (!row->fn) return absent(t, row);
    if (policy_sandboxed(t) && has_paths(row)) return policy_call_with_paths(t, row, s);
    return t->p->sysroot && has_paths(row) ? call_with_paths(t, row, s) : row->fn(t, s);
}

static PAGES_APART struct stats_row counted[NR_LIMIT];

static const char *syscall_name(const struct stats_list *l, unsigned nr)
{
    (void)l;
    const struct syscall_row *row = syscall_row(nr);
    return row ? row->name : nr == NR_LIMIT - 1 ? "ARM's own" : "unknown";
}

void syscall_stats_init(void)
{
    static struct stats_list calls = {
        .key = "system_calls",
        .title = "system calls:",
        .timed = true,
        .n = NR_LIMIT,
        .row = counted,
        .name = syscall_name,
    };
    stats_add_list(&calls);
}

// The private calls stand behind the others, and share a place.
static struct stats_row *counted_call(uint32_t nr)
{
    return &counted[nr < NR_LIMIT ? nr : NR_LIMIT - 1];
}

static uint64_t begin_call(uint32_t nr)
{
    if (!stats_on) return 0;
    stats_enter(PART_CALLS);
    stats_row(counted_call(nr));
    return monotonic_ns();
}

static void end_call(uint32_t nr, uint64_t start)
{
    if (!stats_on) return;
    stats_row_since(counted_call(nr), start);
    stats_enter(PART_OTHER);
}

unsigned syscall_quick(struct cpu *c)
{
    struct thread *t = c->owner;
    if (t->p->opt.policy != POLICY_FORWARD || t->seccomp || c->debugger || log_any(LOG_SYSCALLS) || stats_on)
        return 0;
    const struct syscall_row *row = syscall_row(c->r[7]);
    if (!row || !row->quick) return row ? row->host : 0;
    const struct sysargs s = {.a = {c->r[0], c->r[1]}};
    c->r[0] = (uint32_t)row->fn(t, &s);
    return CPU_SVC_DONE;
}

void syscall_dispatch(struct thread *t)
{
    struct cpu *c = &t->cpu;
    struct debugger *debugger = c->debugger;
    if (debugger) debugger->syscall(debugger, c, c->r[7], false);
    const uint32_t nr = c->r[7];
    const struct syscall_row *row = syscall_row(nr);
    t->syscall_nr = nr;
    t->syscall_r0 = c->r[0];
    t->in_syscall = true;
    int64_t r;
    if (t->seccomp && !seccomp_allows(t, &r)) {
        if (r != -ESIGRETURN) c->r[0] = (uint32_t)r;
        return;
    }
    const uint64_t start = begin_call(nr);
    if (row) {
        struct sysargs s;
        read_args(&s, c, row);
        t->refused = false;
        const bool logged = log_on_at(LOG_SYSCALLS, c->r[15] - (c->thumb ? 2 : 4));
        if (logged) strace_enter(t, row, &s);
        r = call(t, row, &s);
        if (logged || (t->refused && log_on(LOG_UNIMP))) strace_leave(t, row, &s, r);
    } else {
        r = unknown(t, nr);
    }
    end_call(nr, start);
    if (r != -ESIGRETURN) c->r[0] = (uint32_t)r;
    if (c->debugger) c->debugger->syscall(c->debugger, c, nr, true);
}
