// Calls on open files.
#include "base/own_fd.h"
#include "user/abi/fcntl.h"
#include "user/hostthread.h"
#include "user/policy.h"
#include "user/sys/common.h"

// The guest's size_t is 32 bits; the kernel cuts transfers to INT_MAX rounded down to a page.
SYSCALL(read)
{
    return block(t, SYS_read, (int)s->a[0], guest_out_ptr(t, s->a[1], s->a[2]), s->a[2], 0, 0, 0);
}

SYSCALL(write)
{
    return block(t, SYS_write, (int)s->a[0], guest_ptr(t, s->a[1]), s->a[2], 0, 0, 0);
}

SYSCALL(pread64)
{
    return block(t, SYS_pread64, (int)s->a[0], guest_out_ptr(t, s->a[1], s->a[2]), s->a[2], s->a[3], 0, 0);
}

SYSCALL(pwrite64)
{
    return block(t, SYS_pwrite64, (int)s->a[0], guest_ptr(t, s->a[1]), s->a[2], s->a[3], 0, 0);
}

// readv and its relatives: the position comes as two words, low and high, in any registers.
static int64_t vectored(struct thread *t, const struct sysargs *s, long nr, bool reads, uint64_t flags)
{
    struct iovec v[GUEST_IOV_MAX];
    const int e = get_iovec(t, v, s->a[1], s->a[2], reads);
    if (e) return e;
    return block(t, nr, (int)s->a[0], v, s->a[2], (s->a[3] & 0xffffffffu) | s->a[4] << 32, 0, flags);
}

SYSCALL(readv)
{
    return vectored(t, s, SYS_readv, true, 0);
}

SYSCALL(writev)
{
    return vectored(t, s, SYS_writev, false, 0);
}

SYSCALL(preadv)
{
    return vectored(t, s, SYS_preadv, true, 0);
}

SYSCALL(pwritev)
{
    return vectored(t, s, SYS_pwritev, false, 0);
}

SYSCALL(preadv2)
{
    return vectored(t, s, SYS_preadv2, true, s->a[5]);
}

SYSCALL(pwritev2)
{
    return vectored(t, s, SYS_pwritev2, false, s->a[5]);
}

SYSCALL(close)
{
    policy_close_fd(t, (int)s->a[0]);
    return host1(SYS_close, (int)s->a[0]);
}

enum { RANGE_CLOEXEC = 4 };

// In the sandbox: what is the guest's own, one by one. A table of descriptors of a thread's own
// (CLOSE_RANGE_UNSHARE) would make what is noted about them wrong for the others.
static int64_t close_own_range(struct thread *t, unsigned first, unsigned last, unsigned flags)
{
    if (first > last || flags & ~(unsigned)RANGE_CLOEXEC) return -EINVAL;
    for (unsigned fd = first; fd <= last && fd < PROCESS_SANDBOX_FDS; fd++) {
        if (!policy_owns_fd(t, (int)fd)) continue;
        if (flags) {
            host3(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
        } else {
            policy_close_fd(t, (int)fd);
            host1(SYS_close, fd);
        }
    }
    return 0;
}

SYSCALL(close_range)
{
    if (policy_sandboxed(t))
        return close_own_range(t, (unsigned)s->a[0], (unsigned)s->a[1], (unsigned)s->a[2]);
    unsigned first = (unsigned)s->a[0];
    const unsigned last = (unsigned)s->a[1];
    int64_t r = 0;
    for (int own; r == 0 && (own = own_fd_from(first)) >= 0 && (unsigned)own <= last;
         first = (unsigned)own + 1)
        if ((unsigned)own > first) r = host3(SYS_close_range, first, own - 1, s->a[2]);
    return r || (first > last && first != (unsigned)s->a[0]) ? r
                                                             : host3(SYS_close_range, first, last, s->a[2]);
}

SYSCALL(lseek)
{
    const int64_t r = seek_fd(t, (int)s->a[0], (int32_t)s->a[1], (unsigned)s->a[2]);
    return r > INT32_MAX ? -EOVERFLOW : r;
}

SYSCALL(_llseek)
{
    const int64_t r =
        seek_fd(t, (int)s->a[0], (int64_t)(s->a[1] << 32 | (uint32_t)s->a[2]), (unsigned)s->a[4]);
    if (r < 0) return r;
    return put_guest(t, r, s->a[3]) ? 0 : -EFAULT;
}

SYSCALL(dup)
{
    return policy_new_fd(t, host1(SYS_dup, (int)s->a[0]));
}

// In the sandbox nobody else gets the number between the look at it and the call: policy_path.c.
static int64_t duplicate(struct thread *t, const struct sysargs *s, long nr, int flags)
{
    const int from = (int)s->a[0], to = (int)s->a[1];
    if (!policy_sandboxed(t)) return host3(nr, from, to, flags);
    fork_prevent(t->p);
    const int64_t r =
        policy_may_replace_fd(t, to) ? policy_new_fd(t, host3(nr, from, to, flags)) : policy_refuse(t, EBADF);
    fork_allow(t->p);
    return r;
}

SYSCALL(dup2)
{
    if (own_fd((int)s->a[1])) return -EBADF;
    return duplicate(t, s, SYS_dup2, 0);
}

SYSCALL(dup3)
{
    if (own_fd((int)s->a[1])) return -EBADF;
    return duplicate(t, s, SYS_dup3, abi_open_flags_to_host((uint32_t)s->a[2]));
}

static int64_t make_pipe(struct thread *t, uint64_t addr, int flags)
{
    int fd[2];
    const int64_t r = host2(SYS_pipe2, fd, flags);
    return r ? r : policy_new_pair(t, fd, addr);
}

SYSCALL(pipe)
{
    return make_pipe(t, s->a[0], 0);
}

SYSCALL(pipe2)
{
    return make_pipe(t, s->a[0], abi_open_flags_to_host((uint32_t)s->a[1]));
}

// fcntl

static int64_t lock64(struct thread *t, int fd, int cmd, uint64_t addr, bool wait)
{
    struct abi_flock64 g;
    if (!get_guest(t, g, addr)) return -EFAULT;
    struct flock h = {
        .l_type = g.type, .l_whence = g.whence, .l_start = g.start, .l_len = g.len, .l_pid = g.pid};
    const int64_t r = wait ? block(t, SYS_fcntl, fd, cmd, &h, 0, 0, 0) : host3(SYS_fcntl, fd, cmd, &h);
    if (r < 0 || (cmd != F_GETLK && cmd != F_OFD_GETLK)) return r;
    g = (struct abi_flock64){
        .type = h.l_type, .whence = h.l_whence, .start = h.l_start, .len = h.l_len, .pid = h.l_pid};
    return put_guest(t, g, addr) ? r : -EFAULT;
}

static int64_t lock32(struct thread *t, int fd, int cmd, uint64_t addr)
{
    struct abi_flock g;
    if (!get_guest(t, g, addr)) return -EFAULT;
    struct flock h = {
        .l_type = g.type, .l_whence = g.whence, .l_start = g.start, .l_len = g.len, .l_pid = g.pid};
    const int64_t r =
        cmd == F_SETLKW ? block(t, SYS_fcntl, fd, cmd, &h, 0, 0, 0) : host3(SYS_fcntl, fd, cmd, &h);
    if (r < 0 || cmd != F_GETLK) return r;
    if (h.l_start > INT32_MAX || h.l_len > INT32_MAX) return -EOVERFLOW;
    g = (struct abi_flock){h.l_type, h.l_whence, (int32_t)h.l_start, (int32_t)h.l_len, h.l_pid};
    return put_guest(t, g, addr) ? r : -EFAULT;
}

// Commands that take a pointer to something of the same layout on both sides.
enum { F_OWNER_SETSIG = 10, F_OWNER_GETSIG = 11, F_GET_RW_HINT_ = 1035, F_SET_FILE_RW_HINT_ = 1038 };

// What the sandbox allows. Owners and signals of files would reach other processes; so would O_ASYNC, which
// makes a terminal's foreground group the owner.
static bool is_harmless(int cmd, uint64_t arg)
{
    switch (cmd) {
    case F_SETOWN:
    case F_SETOWN_EX:
    case F_OWNER_SETSIG:
    case F_SETLEASE:
    case F_NOTIFY: return false;
    case F_SETFL: return !(arg & O_ASYNC);
    default: return true;
    }
}

SYSCALL(fcntl64)
{
    const int fd = (int)s->a[0], cmd = (int)s->a[1];
    if (policy_sandboxed(t) && !is_harmless(cmd, s->a[2])) return policy_refuse(t, EPERM);
    switch (cmd) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: return policy_new_fd(t, host3(SYS_fcntl, fd, cmd, (int)s->a[2]));
    case F_GETFL: {
        const int64_t r = host3(SYS_fcntl, fd, cmd, 0);
        return r < 0 ? r : (int64_t)abi_open_flags_from_host((int)r);
    }
    case F_SETFL: return host3(SYS_fcntl, fd, cmd, abi_open_flags_to_host((uint32_t)s->a[2]));
    case 5: return lock32(t, fd, F_GETLK, s->a[2]);
    case 6: return lock32(t, fd, F_SETLK, s->a[2]);
    case 7: return lock32(t, fd, F_SETLKW, s->a[2]);
    case ABI_F_GETLK64: return lock64(t, fd, F_GETLK, s->a[2], false);
    case ABI_F_SETLK64: return lock64(t, fd, F_SETLK, s->a[2], false);
    case ABI_F_SETLKW64: return lock64(t, fd, F_SETLKW, s->a[2], true);
    case F_OFD_GETLK:
    case F_OFD_SETLK: return lock64(t, fd, cmd, s->a[2], false);
    case F_OFD_SETLKW: return lock64(t, fd, cmd, s->a[2], true);
    case F_SETOWN_EX: return host3(SYS_fcntl, fd, cmd, guest_ptr(t, s->a[2]));
    case F_GETOWN_EX: return host3(SYS_fcntl, fd, cmd, guest_out_ptr(t, s->a[2], 8));
    case F_GET_RW_HINT_:
    case F_GET_RW_HINT_ + 1:
    case F_GET_RW_HINT_ + 2:
    case F_SET_FILE_RW_HINT_: return host3(SYS_fcntl, fd, cmd, guest_out_ptr(t, s->a[2], 8));
    case F_GETFD:
    case F_SETFD:
    case F_SETOWN:
    case F_GETOWN:
    case F_OWNER_SETSIG:
    case F_OWNER_GETSIG:
    case F_SETLEASE:
    case F_GETLEASE:
    case F_NOTIFY:
    case F_SETPIPE_SZ:
    case F_GETPIPE_SZ:
    case F_ADD_SEALS:
    case F_GET_SEALS: return host3(SYS_fcntl, fd, cmd, (int)s->a[2]);
    default: return -EINVAL;
    }
}

SYSCALL(flock)
{
    return block(t, SYS_flock, (int)s->a[0], (int)s->a[1], 0, 0, 0, 0);
}

SYSCALL(ftruncate)
{
    (void)t;
    return host2(SYS_ftruncate, (int)s->a[0], (int32_t)s->a[1]);
}

SYSCALL(ftruncate64)
{
    (void)t;
    return host2(SYS_ftruncate, (int)s->a[0], s->a[1]);
}

SYSCALL(fsync)
{
    return block(t, SYS_fsync, (int)s->a[0], 0, 0, 0, 0, 0);
}

SYSCALL(fdatasync)
{
    return block(t, SYS_fdatasync, (int)s->a[0], 0, 0, 0, 0, 0);
}

SYSCALL(syncfs)
{
    (void)t;
    return host1(SYS_syncfs, (int)s->a[0]);
}

SYSCALL(sync_file_range2)
{
    (void)t;
    return host4(SYS_sync_file_range, (int)s->a[0], s->a[2], s->a[3], (unsigned)s->a[1]);
}

SYSCALL(arm_fadvise64_64)
{
    (void)t;
    return host4(SYS_fadvise64, (int)s->a[0], s->a[2], s->a[3], (int)s->a[1]);
}

SYSCALL(readahead)
{
    (void)t;
    return host3(SYS_readahead, (int)s->a[0], s->a[1], s->a[2]);
}

SYSCALL(fallocate)
{
    return block(t, SYS_fallocate, (int)s->a[0], (int)s->a[1], s->a[2], s->a[3], 0, 0);
}

// Moving data between files: offsets in guest memory go through copies of the host's width.

SYSCALL(sendfile)
{
    int32_t off32;
    int64_t off = 0;
    if (s->a[2]) {
        if (!get_guest(t, off32, s->a[2])) return -EFAULT;
        off = off32;
    }
    const int64_t r =
        block(t, SYS_sendfile, (int)s->a[0], (int)s->a[1], s->a[2] ? &off : NULL, s->a[3], 0, 0);
    if (r < 0 || !s->a[2]) return r;
    if (off > INT32_MAX) return -EOVERFLOW;
    off32 = (int32_t)off;
    return put_guest(t, off32, s->a[2]) ? r : -EFAULT;
}

SYSCALL(sendfile64)
{
    return block(t, SYS_sendfile, (int)s->a[0], (int)s->a[1], guest_out_ptr_or_null(t, s->a[2], 8), s->a[3],
                 0, 0);
}

SYSCALL(copy_file_range)
{
    return block(t, SYS_copy_file_range, (int)s->a[0], guest_out_ptr_or_null(t, s->a[1], 8), (int)s->a[2],
                 guest_out_ptr_or_null(t, s->a[3], 8), s->a[4], (unsigned)s->a[5]);
}

SYSCALL(splice)
{
    return block(t, SYS_splice, (int)s->a[0], guest_out_ptr_or_null(t, s->a[1], 8), (int)s->a[2],
                 guest_out_ptr_or_null(t, s->a[3], 8), s->a[4], (unsigned)s->a[5]);
}

SYSCALL(tee)
{
    return block(t, SYS_tee, (int)s->a[0], (int)s->a[1], s->a[2], (unsigned)s->a[3], 0, 0);
}

SYSCALL(vmsplice)
{
    struct iovec v[GUEST_IOV_MAX];
    const int e = get_iovec(t, v, s->a[1], s->a[2], true); // the direction depends on the pipe's end
    if (e) return e;
    return block(t, SYS_vmsplice, (int)s->a[0], v, s->a[2], (unsigned)s->a[3], 0, 0);
}

SYSCALL(memfd_create)
{
    // What is written there is memory that nobody counts.
    if (policy_sandboxed(t) && t->p->sandbox->memory) return policy_refuse(t, EPERM);
    return policy_new_fd(t, host2(SYS_memfd_create, guest_ptr(t, s->a[0]), (unsigned)s->a[1]));
}

// struct cachestat_range and struct cachestat are the same everywhere.
SYSCALL(cachestat)
{
    return host4(HOST_CACHESTAT, (int)s->a[0], guest_ptr(t, s->a[1]), guest_out_ptr(t, s->a[2], 40),
                 (unsigned)s->a[3]);
}

const struct syscall_row sys_file_rows[] = {
    {3, CALL_FD, "read", sys_read, {ARG_FD, ARG_OUTBUF, ARG_UINT}},
    {4, CALL_FD, "write", sys_write, {ARG_FD, ARG_BUF, ARG_UINT}},
    {6, CALL_FD, "close", sys_close, {ARG_FD}},
    {19, CALL_FD, "lseek", sys_lseek, {ARG_FD, ARG_INT, ARG_WHENCE}},
    {41, CALL_FD, "dup", sys_dup, {ARG_FD}},
    {42, CALL_PURE, "pipe", sys_pipe, {ARG_PTR}},
    {55, CALL_FD, "fcntl", sys_fcntl64, {ARG_FD, ARG_FCNTL_CMD, ARG_HEX}},
    {63, CALL_FD, "dup2", sys_dup2, {ARG_FD, ARG_INT}},
    {93, CALL_FD, "ftruncate", sys_ftruncate, {ARG_FD, ARG_INT}},
    {118, CALL_FD, "fsync", sys_fsync, {ARG_FD}},
    {140, CALL_FD, "_llseek", sys__llseek, {ARG_FD, ARG_HEX, ARG_HEX, ARG_PTR, ARG_WHENCE}},
    {143, CALL_FD, "flock", sys_flock, {ARG_FD, ARG_INT}},
    {145, CALL_FD, "readv", sys_readv, {ARG_FD, ARG_PTR, ARG_UINT}},
    {146, CALL_FD, "writev", sys_writev, {ARG_FD, ARG_PTR, ARG_UINT}},
    {148, CALL_FD, "fdatasync", sys_fdatasync, {ARG_FD}},
    {180, CALL_FD, "pread64", sys_pread64, {ARG_FD, ARG_OUTBUF, ARG_UINT, ARG_I64}},
    {181, CALL_FD, "pwrite64", sys_pwrite64, {ARG_FD, ARG_BUF, ARG_UINT, ARG_I64}},
    {187, CALL_FD, "sendfile", sys_sendfile, {ARG_FD, ARG_FD, ARG_PTR, ARG_UINT}},
    {194, CALL_FD, "ftruncate64", sys_ftruncate64, {ARG_FD, ARG_I64}},
    {221, CALL_FD, "fcntl64", sys_fcntl64, {ARG_FD, ARG_FCNTL_CMD, ARG_HEX}},
    {225, CALL_FD, "readahead", sys_readahead, {ARG_FD, ARG_I64, ARG_UINT}},
    {239, CALL_FD, "sendfile64", sys_sendfile64, {ARG_FD, ARG_FD, ARG_PTR, ARG_UINT}},
    {270, CALL_FD, "arm_fadvise64_64", sys_arm_fadvise64_64, {ARG_FD, ARG_INT, ARG_I64, ARG_I64}},
    {340, CALL_FD, "splice", sys_splice, {ARG_FD, ARG_PTR, ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX}},
    {341, CALL_FD, "sync_file_range2", sys_sync_file_range2, {ARG_FD, ARG_HEX, ARG_I64, ARG_I64}},
    {342, CALL_FD, "tee", sys_tee, {ARG_FD, ARG_FD, ARG_UINT, ARG_HEX}},
    {343, CALL_FD, "vmsplice", sys_vmsplice, {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX}},
    {352, CALL_FD, "fallocate", sys_fallocate, {ARG_FD, ARG_INT, ARG_I64, ARG_I64}},
    {358, CALL_FD, "dup3", sys_dup3, {ARG_FD, ARG_INT, ARG_OPEN_FLAGS}},
    {359, CALL_PURE, "pipe2", sys_pipe2, {ARG_PTR, ARG_OPEN_FLAGS}},
    {361, CALL_FD, "preadv", sys_preadv, {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX, ARG_HEX}},
    {362, CALL_FD, "pwritev", sys_pwritev, {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX, ARG_HEX}},
    {373, CALL_UNSAFE, "syncfs", sys_syncfs, {ARG_FD}},
    {385, CALL_PURE, "memfd_create", sys_memfd_create, {ARG_STR, ARG_HEX}},
    {391,
     CALL_FD,
     "copy_file_range",
     sys_copy_file_range,
     {ARG_FD, ARG_PTR, ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX}},
    {392, CALL_FD, "preadv2", sys_preadv2, {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX, ARG_HEX, ARG_HEX}},
    {393, CALL_FD, "pwritev2", sys_pwritev2, {ARG_FD, ARG_PTR, ARG_UINT, ARG_HEX, ARG_HEX, ARG_HEX}},
    {436, CALL_CHECKED, "close_range", sys_close_range, {ARG_UINT, ARG_UINT, ARG_HEX}},
    {451, CALL_FD, "cachestat", sys_cachestat, {ARG_FD, ARG_PTR, ARG_PTR, ARG_HEX}},
    {0},
};
