// System V IPC and POSIX message queues.
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "user/abi/time.h"
#include "user/mm.h"
#include "user/policy.h"
#include "user/signal.h"
#include "user/sys/common.h"

enum {
    ABI_IPC_64 = 0x0100
}; // or-ed to the command: the structures below; without it (old ones) nobody asks any more

struct abi_ipc_perm {
    uint32_t key, uid, gid, cuid, cgid;
    uint16_t mode, pad1, seq, pad2;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct abi_ipc_perm) == 36, "struct ipc64_perm of the ARM EABI");

static void perm_from_host(struct abi_ipc_perm *to, const struct ipc_perm *from)
{
    const int32_t *key = (const int32_t *)from; // its name differs between C libraries
    *to = (struct abi_ipc_perm){.key = (uint32_t)*key,
                                .uid = from->uid,
                                .gid = from->gid,
                                .cuid = from->cuid,
                                .cgid = from->cgid,
                                .mode = (uint16_t)from->mode};
}

// Times are 64 bits in two halves.
struct abi_semid_ds {
    struct abi_ipc_perm perm;
    uint32_t otime, otime_high, ctime, ctime_high, nsems, unused[2];
};
_Static_assert(sizeof(struct abi_semid_ds) == 64, "struct semid64_ds of the ARM EABI");

struct abi_shmid_ds {
    struct abi_ipc_perm perm;
    uint32_t segsz, atime, atime_high, dtime, dtime_high, ctime, ctime_high;
    int32_t cpid, lpid;
    uint32_t nattch, unused[2];
};
_Static_assert(sizeof(struct abi_shmid_ds) == 84, "struct shmid64_ds of the ARM EABI");

struct abi_msqid_ds {
    struct abi_ipc_perm perm;
    uint32_t stime, stime_high, rtime, rtime_high, ctime, ctime_high, cbytes, qnum, qbytes;
    int32_t lspid, lrpid;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct abi_msqid_ds) == 88, "struct msqid64_ds of the ARM EABI");

// Semaphores

static int64_t operate(struct thread *t, const struct sysargs *s, uint64_t timeout, bool time64)
{
    struct timespec ts;
    if (timeout && !abi_get_timespec(t, &ts, timeout, time64)) return -EFAULT;
    return block(t, SYS_semtimedop, (int)s->a[0], guest_ptr(t, s->a[1]), s->a[2], timeout ? &ts : NULL, 0, 0);
}

SYSCALL(semop)
{
    return operate(t, s, 0, false);
}

SYSCALL(semtimedop)
{
    return operate(t, s, s->a[3], false);
}

SYSCALL(semtimedop_time64)
{
    return operate(t, s, s->a[3], true);
}

SYSCALL(semget)
{
    (void)t;
    return host3(SYS_semget, (int)s->a[0], (int)s->a[1], (int)s->a[2]);
}

SYSCALL(semctl)
{
    const int id = (int)s->a[0], num = (int)s->a[1], cmd = (int)s->a[2] & ~ABI_IPC_64;
    struct semid_ds h;
    struct abi_semid_ds g = {0};
    int64_t r;
    switch (cmd) {
    case IPC_STAT:
    case 18: // SEM_STAT
    case 20: // SEM_STAT_ANY
        r = host4(SYS_semctl, id, num, cmd, &h);
        if (r < 0) return r;
        perm_from_host(&g.perm, &h.sem_perm);
        g.otime = (uint32_t)h.sem_otime, g.ctime = (uint32_t)h.sem_ctime, g.nsems = (uint32_t)h.sem_nsems;
        return put_guest(t, g, s->a[3]) ? r : -EFAULT;
    case IPC_SET:
        if (!get_guest(t, g, s->a[3])) return -EFAULT;
        h.sem_perm.uid = g.perm.uid, h.sem_perm.gid = g.perm.gid, h.sem_perm.mode = g.perm.mode;
        return host4(SYS_semctl, id, num, cmd, &h);
    case SETVAL: return host4(SYS_semctl, id, num, cmd, (int)s->a[3]);
    default: // GETALL, SETALL: arrays of shorts; IPC_INFO: ints; the others take no argument
        return host4(SYS_semctl, id, num, cmd, guest_out_ptr_or_null(t, s->a[3], 65536));
    }
}

// Shared memory: the segment is attached where the guest's memory manager says.

SYSCALL(shmget)
{
    (void)t;
    return host3(SYS_shmget, (int)s->a[0], s->a[1], (int)s->a[2]);
}

SYSCALL(shmat)
{
    return mm_shmat(t->p, (int)s->a[0], (uint32_t)s->a[1], (int)s->a[2]);
}

SYSCALL(shmdt)
{
    return mm_shmdt(t->p, (uint32_t)s->a[0]);
}

// What ipcs(1) asks: struct shminfo and struct shm_info, all longs but one.
static int64_t shm_info(struct thread *t, int id, int cmd, uint64_t addr)
{
    union {
        unsigned long limits[9];
        struct {
            int used_ids;
            unsigned long use[5];
        } info;
    } h = {0};
    const int64_t r = host3(SYS_shmctl, id, cmd, &h);
    if (r < 0) return r;
    uint32_t g[9];
    const bool limits = cmd == IPC_INFO;
    const uint32_t n = limits ? 9 : 6;
    for (uint32_t i = 0; i < n; i++) {
        const unsigned long v = limits ? h.limits[i] : i ? h.info.use[i - 1] : (unsigned long)h.info.used_ids;
        g[i] = v > INT32_MAX ? INT32_MAX : (uint32_t)v;
    }
    return uas_write(&t->p->as, (uint32_t)addr, g, n * sizeof g[0]) ? r : -EFAULT;
}

SYSCALL(shmctl)
{
    const int id = (int)s->a[0], cmd = (int)s->a[1] & ~ABI_IPC_64;
    struct shmid_ds h;
    struct abi_shmid_ds g = {0};
    int64_t r;
    switch (cmd) {
    case IPC_STAT:
    case 13: // SHM_STAT
    case 15: // SHM_STAT_ANY
        r = host3(SYS_shmctl, id, cmd, &h);
        if (r < 0) return r;
        perm_from_host(&g.perm, &h.shm_perm);
        g.segsz = (uint32_t)h.shm_segsz, g.cpid = h.shm_cpid, g.lpid = h.shm_lpid,
        g.nattch = (uint32_t)h.shm_nattch;
        g.atime = (uint32_t)h.shm_atime, g.dtime = (uint32_t)h.shm_dtime, g.ctime = (uint32_t)h.shm_ctime;
        return put_guest(t, g, s->a[2]) ? r : -EFAULT;
    case IPC_SET:
        if (!get_guest(t, g, s->a[2])) return -EFAULT;
        h.shm_perm.uid = g.perm.uid, h.shm_perm.gid = g.perm.gid, h.shm_perm.mode = g.perm.mode;
        return host3(SYS_shmctl, id, cmd, &h);
    case IPC_RMID:
    case 11: // SHM_LOCK
    case 12: // SHM_UNLOCK
        return host3(SYS_shmctl, id, cmd, 0);
    case IPC_INFO:
    case 14: // SHM_INFO
        return shm_info(t, id, cmd, s->a[2]);
    default: return -EINVAL;
    }
}

// Messages: the type is a long in front of the text

SYSCALL(msgget)
{
    (void)t;
    return host2(SYS_msgget, (int)s->a[0], (int)s->a[1]);
}

enum { MSG_MAX_SIZE = 65536 };

SYSCALL(msgsnd)
{
    struct {
        long type;
        char text[MSG_MAX_SIZE];
    } h;
    int32_t type;
    if (s->a[2] > sizeof h.text) return -EINVAL;
    if (!get_guest(t, type, s->a[1]) || !uas_read(&t->p->as, h.text, (uint32_t)s->a[1] + 4, s->a[2]))
        return -EFAULT;
    h.type = type;
    return block(t, SYS_msgsnd, (int)s->a[0], &h, s->a[2], (int)s->a[3], 0, 0);
}

SYSCALL(msgrcv)
{
    struct {
        long type;
        char text[MSG_MAX_SIZE];
    } h;
    const uint64_t size = s->a[2] < sizeof h.text ? s->a[2] : sizeof h.text;
    if ((int32_t)s->a[2] < 0) return -EINVAL;
    const int64_t r = block(t, SYS_msgrcv, (int)s->a[0], &h, size, (int32_t)s->a[3], (int)s->a[4], 0);
    if (r < 0) return r;
    const int32_t type = (int32_t)h.type;
    return put_guest(t, type, s->a[1]) && uas_write(&t->p->as, (uint32_t)s->a[1] + 4, h.text, (size_t)r)
               ? r
               : -EFAULT;
}

SYSCALL(msgctl)
{
    const int id = (int)s->a[0], cmd = (int)s->a[1] & ~ABI_IPC_64;
    struct msqid_ds h;
    struct abi_msqid_ds g = {0};
    int64_t r;
    switch (cmd) {
    case IPC_STAT:
    case 11: // MSG_STAT
    case 13: // MSG_STAT_ANY
        r = host3(SYS_msgctl, id, cmd, &h);
        if (r < 0) return r;
        perm_from_host(&g.perm, &h.msg_perm);
        g.stime = (uint32_t)h.msg_stime, g.rtime = (uint32_t)h.msg_rtime, g.ctime = (uint32_t)h.msg_ctime;
        g.qnum = (uint32_t)h.msg_qnum, g.qbytes = (uint32_t)h.msg_qbytes, g.lspid = h.msg_lspid,
        g.lrpid = h.msg_lrpid, g.cbytes = (uint32_t)h.msg_cbytes;
        return put_guest(t, g, s->a[2]) ? r : -EFAULT;
    case IPC_SET:
        if (!get_guest(t, g, s->a[2])) return -EFAULT;
        h.msg_perm.uid = g.perm.uid, h.msg_perm.gid = g.perm.gid, h.msg_perm.mode = g.perm.mode;
        h.msg_qbytes = g.qbytes;
        return host3(SYS_msgctl, id, cmd, &h);
    case IPC_RMID: return host3(SYS_msgctl, id, cmd, 0);
    case IPC_INFO:
    case 12: // MSG_INFO: struct msginfo is the same everywhere
        return host3(SYS_msgctl, id, cmd, guest_out_ptr(t, s->a[2], 32));
    default: return -EINVAL;
    }
}

// POSIX message queues

struct abi_mq_attr {
    int32_t flags, maxmsg, msgsize, curmsgs, reserved[4];
};
_Static_assert(sizeof(struct abi_mq_attr) == 32, "struct mq_attr of the ARM EABI");

static struct mq_attr attr_to_host(const struct abi_mq_attr *g)
{
    return (struct mq_attr){
        .mq_flags = g->flags, .mq_maxmsg = g->maxmsg, .mq_msgsize = g->msgsize, .mq_curmsgs = g->curmsgs};
}

SYSCALL(mq_open)
{
    struct abi_mq_attr g;
    struct mq_attr h;
    if (s->a[3]) {
        if (!get_guest(t, g, s->a[3])) return -EFAULT;
        h = attr_to_host(&g);
    }
    return policy_new_fd(
        t, host4(SYS_mq_open, guest_ptr(t, s->a[0]), (int)s->a[1], (unsigned)s->a[2], s->a[3] ? &h : NULL));
}

SYSCALL(mq_unlink)
{
    return host1(SYS_mq_unlink, guest_ptr(t, s->a[0]));
}

static int64_t mq_transfer(struct thread *t, const struct sysargs *s, long nr, bool receives, bool time64)
{
    struct timespec ts;
    if (s->a[4] && !abi_get_timespec(t, &ts, s->a[4], time64)) return -EFAULT;
    return block(t, nr, (int)s->a[0], receives ? guest_out_ptr(t, s->a[1], s->a[2]) : guest_ptr(t, s->a[1]),
                 s->a[2], receives ? guest_out_ptr_or_null(t, s->a[3], 4) : (void *)(uintptr_t)s->a[3],
                 s->a[4] ? &ts : NULL, 0);
}

SYSCALL(mq_timedsend)
{
    return mq_transfer(t, s, SYS_mq_timedsend, false, false);
}

SYSCALL(mq_timedreceive)
{
    return mq_transfer(t, s, SYS_mq_timedreceive, true, false);
}

SYSCALL(mq_timedsend_time64)
{
    return mq_transfer(t, s, SYS_mq_timedsend, false, true);
}

SYSCALL(mq_timedreceive_time64)
{
    return mq_transfer(t, s, SYS_mq_timedreceive, true, true);
}

SYSCALL(mq_notify)
{
    struct {
        uint32_t value;
        int32_t signo, notify;
    } g;
    struct sigevent h = {0};
    if (!s->a[1]) return host2(SYS_mq_notify, (int)s->a[0], NULL);
    if (!get_guest(t, g, s->a[1])) return -EFAULT;
    // SIGEV_THREAD: signo is libc's netlink socket, the value points to what the kernel is to send there.
    if (g.notify == SIGEV_THREAD)
        h.sigev_value.sival_ptr = guest_ptr(t, g.value);
    else
        h.sigev_value.sival_ptr = (void *)(uintptr_t)g.value;
    h.sigev_signo = g.signo;
    h.sigev_notify = g.notify;
    return host2(SYS_mq_notify, (int)s->a[0], &h);
}

SYSCALL(mq_getsetattr)
{
    struct abi_mq_attr g = {0};
    struct mq_attr new, old;
    if (s->a[1]) {
        if (!get_guest(t, g, s->a[1])) return -EFAULT;
        new = attr_to_host(&g);
    }
    const int64_t r = host3(SYS_mq_getsetattr, (int)s->a[0], s->a[1] ? &new : NULL, &old);
    if (r || !s->a[2]) return r;
    g = (struct abi_mq_attr){.flags = (int32_t)old.mq_flags,
                             .maxmsg = (int32_t)old.mq_maxmsg,
                             .msgsize = (int32_t)old.mq_msgsize,
                             .curmsgs = (int32_t)old.mq_curmsgs};
    return put_guest(t, g, s->a[2]) ? 0 : -EFAULT;
}

const struct syscall_row sys_ipc_rows[] = {
    {274, CALL_UNSAFE, "mq_open", sys_mq_open, {ARG_STR, ARG_OPEN_FLAGS, ARG_OCTAL, ARG_PTR}},
    {275, CALL_UNSAFE, "mq_unlink", sys_mq_unlink, {ARG_STR}},
    {276, CALL_FD, "mq_timedsend", sys_mq_timedsend, {ARG_FD, ARG_BUF, ARG_UINT, ARG_UINT, ARG_TIMESPEC}},
    {277,
     CALL_FD,
     "mq_timedreceive",
     sys_mq_timedreceive,
     {ARG_FD, ARG_OUTBUF, ARG_UINT, ARG_PTR, ARG_TIMESPEC}},
    {278, CALL_FD, "mq_notify", sys_mq_notify, {ARG_FD, ARG_PTR}},
    {279, CALL_FD, "mq_getsetattr", sys_mq_getsetattr, {ARG_FD, ARG_PTR, ARG_PTR}},
    {298, CALL_UNSAFE, "semop", sys_semop, {ARG_INT, ARG_PTR, ARG_UINT}},
    {299, CALL_UNSAFE, "semget", sys_semget, {ARG_HEX, ARG_INT, ARG_HEX}},
    {300, CALL_UNSAFE, "semctl", sys_semctl, {ARG_INT, ARG_INT, ARG_INT, ARG_HEX}},
    {301, CALL_UNSAFE, "msgsnd", sys_msgsnd, {ARG_INT, ARG_PTR, ARG_UINT, ARG_HEX}},
    {302, CALL_UNSAFE, "msgrcv", sys_msgrcv, {ARG_INT, ARG_PTR, ARG_UINT, ARG_INT, ARG_HEX}},
    {303, CALL_UNSAFE, "msgget", sys_msgget, {ARG_HEX, ARG_HEX}},
    {304, CALL_UNSAFE, "msgctl", sys_msgctl, {ARG_INT, ARG_INT, ARG_PTR}},
    {305, CALL_UNSAFE, "shmat", sys_shmat, {ARG_INT, ARG_PTR, ARG_HEX}},
    {306, CALL_UNSAFE, "shmdt", sys_shmdt, {ARG_PTR}},
    {307, CALL_UNSAFE, "shmget", sys_shmget, {ARG_HEX, ARG_UINT, ARG_HEX}},
    {308, CALL_UNSAFE, "shmctl", sys_shmctl, {ARG_INT, ARG_INT, ARG_PTR}},
    {312, CALL_UNSAFE, "semtimedop", sys_semtimedop, {ARG_INT, ARG_PTR, ARG_UINT, ARG_TIMESPEC}},
    {418,
     CALL_FD,
     "mq_timedsend_time64",
     sys_mq_timedsend_time64,
     {ARG_FD, ARG_BUF, ARG_UINT, ARG_UINT, ARG_TIMESPEC64}},
    {419,
     CALL_FD,
     "mq_timedreceive_time64",
     sys_mq_timedreceive_time64,
     {ARG_FD, ARG_OUTBUF, ARG_UINT, ARG_PTR, ARG_TIMESPEC64}},
    {420,
     CALL_UNSAFE,
     "semtimedop_time64",
     sys_semtimedop_time64,
     {ARG_INT, ARG_PTR, ARG_UINT, ARG_TIMESPEC64}},
    {0},
};
