#include "user/strace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "user/signal.h"

enum { LINE = 1024, STRING = 32 };

struct line {
    char s[LINE];
    int n;
};

static void put(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct line *l, const char *fmt, ...)
{
    va_list ap;
    if (l->n >= LINE) return;
    va_start(ap, fmt);
    const int n = vsnprintf(l->s + l->n, (size_t)(LINE - l->n), fmt, ap);
    va_end(ap);
    if (n > 0) l->n = l->n + n < LINE ? l->n + n : LINE - 1;
}

// Names

struct name {
    uint32_t value;
    const char *name;
};

static const struct name *name_of(const struct name *n, uint32_t value)
{
    for (; n->name; n++)
        if (n->value == value) return n;
    return NULL;
}

static void put_name(struct line *l, const struct name *names, uint32_t value)
{
    const struct name *n = name_of(names, value);
    if (n)
        put(l, "%s", n->name);
    else
        put(l, "%#x", value);
}

static void put_flags(struct line *l, const struct name *names, uint32_t value)
{
    const char *sep = "";
    for (const struct name *n = names; n->name; n++) {
        if (!n->value || (value & n->value) != n->value) continue;
        put(l, "%s%s", sep, n->name);
        value &= ~n->value;
        sep = "|";
    }
    if (value || !*sep) put(l, "%s%#x", sep, value);
}

static const struct name open_flags[] = {{0001, "O_WRONLY"},
                                         {0002, "O_RDWR"},
                                         {0100, "O_CREAT"},
                                         {0200, "O_EXCL"},
                                         {0400, "O_NOCTTY"},
                                         {01000, "O_TRUNC"},
                                         {02000, "O_APPEND"},
                                         {04000, "O_NONBLOCK"},
                                         {020040000, "O_TMPFILE"},
                                         {040000, "O_DIRECTORY"},
                                         {0100000, "O_NOFOLLOW"},
                                         {0200000, "O_DIRECT"},
                                         {0400000, "O_LARGEFILE"},
                                         {01000000, "O_NOATIME"},
                                         {02000000, "O_CLOEXEC"},
                                         {04010000, "O_SYNC"},
                                         {010000, "O_DSYNC"},
                                         {010000000, "O_PATH"},
                                         {0}};
static const struct name prot_flags[] = {{1, "PROT_READ"}, {2, "PROT_WRITE"}, {4, "PROT_EXEC"}, {0}};
static const struct name map_flags[] = {{1, "MAP_SHARED"},
                                        {2, "MAP_PRIVATE"},
                                        {0x10, "MAP_FIXED"},
                                        {0x20, "MAP_ANONYMOUS"},
                                        {0x100, "MAP_GROWSDOWN"},
                                        {0x800, "MAP_DENYWRITE"},
                                        {0x2000, "MAP_LOCKED"},
                                        {0x4000, "MAP_NORESERVE"},
                                        {0x8000, "MAP_POPULATE"},
                                        {0x20000, "MAP_STACK"},
                                        {0x100000, "MAP_FIXED_NOREPLACE"},
                                        {0}};
static const struct name clone_flags[] = {{0x100, "CLONE_VM"},
                                          {0x200, "CLONE_FS"},
                                          {0x400, "CLONE_FILES"},
                                          {0x800, "CLONE_SIGHAND"},
                                          {0x2000, "CLONE_PTRACE"},
                                          {0x4000, "CLONE_VFORK"},
                                          {0x8000, "CLONE_PARENT"},
                                          {0x10000, "CLONE_THREAD"},
                                          {0x20000, "CLONE_NEWNS"},
                                          {0x40000, "CLONE_SYSVSEM"},
                                          {0x80000, "CLONE_SETTLS"},
                                          {0x100000, "CLONE_PARENT_SETTID"},
                                          {0x200000, "CLONE_CHILD_CLEARTID"},
                                          {0x1000000, "CLONE_CHILD_SETTID"},
                                          {17, "SIGCHLD"},
                                          {0}};
static const struct name whences[] = {{0, "SEEK_SET"},  {1, "SEEK_CUR"},  {2, "SEEK_END"},
                                      {3, "SEEK_DATA"}, {4, "SEEK_HOLE"}, {0}};
static const struct name futex_ops[] = {{0, "FUTEX_WAIT"},
                                        {1, "FUTEX_WAKE"},
                                        {3, "FUTEX_REQUEUE"},
                                        {4, "FUTEX_CMP_REQUEUE"},
                                        {5, "FUTEX_WAKE_OP"},
                                        {6, "FUTEX_LOCK_PI"},
                                        {7, "FUTEX_UNLOCK_PI"},
                                        {8, "FUTEX_TRYLOCK_PI"},
                                        {9, "FUTEX_WAIT_BITSET"},
                                        {10, "FUTEX_WAKE_BITSET"},
                                        {11, "FUTEX_WAIT_REQUEUE_PI"},
                                        {12, "FUTEX_CMP_REQUEUE_PI"},
                                        {0}};
static const struct name fcntl_cmds[] = {{0, "F_DUPFD"},
                                         {1, "F_GETFD"},
                                         {2, "F_SETFD"},
                                         {3, "F_GETFL"},
                                         {4, "F_SETFL"},
                                         {5, "F_GETLK"},
                                         {6, "F_SETLK"},
                                         {7, "F_SETLKW"},
                                         {8, "F_SETOWN"},
                                         {9, "F_GETOWN"},
                                         {10, "F_SETSIG"},
                                         {11, "F_GETSIG"},
                                         {12, "F_GETLK64"},
                                         {13, "F_SETLK64"},
                                         {14, "F_SETLKW64"},
                                         {36, "F_OFD_GETLK"},
                                         {37, "F_OFD_SETLK"},
                                         {38, "F_OFD_SETLKW"},
                                         {1030, "F_DUPFD_CLOEXEC"},
                                         {1031, "F_SETPIPE_SZ"},
                                         {1032, "F_GETPIPE_SZ"},
                                         {1033, "F_ADD_SEALS"},
                                         {1034, "F_GET_SEALS"},
                                         {0}};
static const struct name clocks[] = {
    {0, "CLOCK_REALTIME"},          {1, "CLOCK_MONOTONIC"},     {2, "CLOCK_PROCESS_CPUTIME_ID"},
    {3, "CLOCK_THREAD_CPUTIME_ID"}, {4, "CLOCK_MONOTONIC_RAW"}, {5, "CLOCK_REALTIME_COARSE"},
    {6, "CLOCK_MONOTONIC_COARSE"},  {7, "CLOCK_BOOTTIME"},      {0}};
static const struct name sig_hows[] = {{0, "SIG_BLOCK"}, {1, "SIG_UNBLOCK"}, {2, "SIG_SETMASK"}, {0}};
static const struct name at_flags[] = {{0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"},
                                       {0x400, "AT_SYMLINK_FOLLOW"},   {0x800, "AT_NO_AUTOMOUNT"},
                                       {0x1000, "AT_EMPTY_PATH"},      {0}};
static const struct name access_modes[] = {{4, "R_OK"}, {2, "W_OK"}, {1, "X_OK"}, {0}};
static const struct name families[] = {{1, "AF_UNIX"},     {2, "AF_INET"},    {10, "AF_INET6"},
                                       {16, "AF_NETLINK"}, {17, "AF_PACKET"}, {0}};
static const struct name sock_types[] = {
    {1, "SOCK_STREAM"}, {2, "SOCK_DGRAM"}, {3, "SOCK_RAW"}, {5, "SOCK_SEQPACKET"}, {0}};

static const struct name errors[] = {{1, "EPERM"},
                                     {2, "ENOENT"},
                                     {3, "ESRCH"},
                                     {4, "EINTR"},
                                     {5, "EIO"},
                                     {6, "ENXIO"},
                                     {7, "E2BIG"},
                                     {8, "ENOEXEC"},
                                     {9, "EBADF"},
                                     {10, "ECHILD"},
                                     {11, "EAGAIN"},
                                     {12, "ENOMEM"},
                                     {13, "EACCES"},
                                     {14, "EFAULT"},
                                     {15, "ENOTBLK"},
                                     {16, "EBUSY"},
                                     {17, "EEXIST"},
                                     {18, "EXDEV"},
                                     {19, "ENODEV"},
                                     {20, "ENOTDIR"},
                                     {21, "EISDIR"},
                                     {22, "EINVAL"},
                                     {23, "ENFILE"},
                                     {24, "EMFILE"},
                                     {25, "ENOTTY"},
                                     {26, "ETXTBSY"},
                                     {27, "EFBIG"},
                                     {28, "ENOSPC"},
                                     {29, "ESPIPE"},
                                     {30, "EROFS"},
                                     {31, "EMLINK"},
                                     {32, "EPIPE"},
                                     {33, "EDOM"},
                                     {34, "ERANGE"},
                                     {35, "EDEADLK"},
                                     {36, "ENAMETOOLONG"},
                                     {37, "ENOLCK"},
                                     {38, "ENOSYS"},
                                     {39, "ENOTEMPTY"},
                                     {40, "ELOOP"},
                                     {42, "ENOMSG"},
                                     {43, "EIDRM"},
                                     {44, "ECHRNG"},
                                     {45, "EL2NSYNC"},
                                     {46, "EL3HLT"},
                                     {47, "EL3RST"},
                                     {48, "ELNRNG"},
                                     {49, "EUNATCH"},
                                     {50, "ENOCSI"},
                                     {51, "EL2HLT"},
                                     {52, "EBADE"},
                                     {53, "EBADR"},
                                     {54, "EXFULL"},
                                     {55, "ENOANO"},
                                     {56, "EBADRQC"},
                                     {57, "EBADSLT"},
                                     {59, "EBFONT"},
                                     {60, "ENOSTR"},
                                     {61, "ENODATA"},
                                     {62, "ETIME"},
                                     {63, "ENOSR"},
                                     {64, "ENONET"},
                                     {65, "ENOPKG"},
                                     {66, "EREMOTE"},
                                     {67, "ENOLINK"},
                                     {68, "EADV"},
                                     {69, "ESRMNT"},
                                     {70, "ECOMM"},
                                     {71, "EPROTO"},
                                     {72, "EMULTIHOP"},
                                     {73, "EDOTDOT"},
                                     {74, "EBADMSG"},
                                     {75, "EOVERFLOW"},
                                     {76, "ENOTUNIQ"},
                                     {77, "EBADFD"},
                                     {78, "EREMCHG"},
                                     {79, "ELIBACC"},
                                     {80, "ELIBBAD"},
                                     {81, "ELIBSCN"},
                                     {82, "ELIBMAX"},
                                     {83, "ELIBEXEC"},
                                     {84, "EILSEQ"},
                                     {85, "ERESTART"},
                                     {86, "ESTRPIPE"},
                                     {87, "EUSERS"},
                                     {88, "ENOTSOCK"},
                                     {89, "EDESTADDRREQ"},
                                     {90, "EMSGSIZE"},
                                     {91, "EPROTOTYPE"},
                                     {92, "ENOPROTOOPT"},
                                     {93, "EPROTONOSUPPORT"},
                                     {94, "ESOCKTNOSUPPORT"},
                                     {95, "EOPNOTSUPP"},
                                     {96, "EPFNOSUPPORT"},
                                     {97, "EAFNOSUPPORT"},
                                     {98, "EADDRINUSE"},
                                     {99, "EADDRNOTAVAIL"},
                                     {100, "ENETDOWN"},
                                     {101, "ENETUNREACH"},
                                     {102, "ENETRESET"},
                                     {103, "ECONNABORTED"},
                                     {104, "ECONNRESET"},
                                     {105, "ENOBUFS"},
                                     {106, "EISCONN"},
                                     {107, "ENOTCONN"},
                                     {108, "ESHUTDOWN"},
                                     {109, "ETOOMANYREFS"},
                                     {110, "ETIMEDOUT"},
                                     {111, "ECONNREFUSED"},
                                     {112, "EHOSTDOWN"},
                                     {113, "EHOSTUNREACH"},
                                     {114, "EALREADY"},
                                     {115, "EINPROGRESS"},
                                     {116, "ESTALE"},
                                     {117, "EUCLEAN"},
                                     {118, "ENOTNAM"},
                                     {119, "ENAVAIL"},
                                     {120, "EISNAM"},
                                     {121, "EREMOTEIO"},
                                     {122, "EDQUOT"},
                                     {123, "ENOMEDIUM"},
                                     {124, "EMEDIUMTYPE"},
                                     {125, "ECANCELED"},
                                     {126, "ENOKEY"},
                                     {127, "EKEYEXPIRED"},
                                     {128, "EKEYREVOKED"},
                                     {129, "EKEYREJECTED"},
                                     {130, "EOWNERDEAD"},
                                     {131, "ENOTRECOVERABLE"},
                                     {132, "ERFKILL"},
                                     {ERESTARTSYS, "ERESTARTSYS"},
                                     {ERESTARTNOINTR, "ERESTARTNOINTR"},
                                     {ERESTARTNOHAND, "ERESTARTNOHAND"},
                                     {ERESTART_RESTARTBLOCK, "ERESTART_RESTARTBLOCK"},
                                     {0}};

// Arguments

static void put_bytes(struct line *l, const char *s, size_t n)
{
    put(l, "\"");
    for (size_t i = 0; i < n; i++) {
        const unsigned char ch = (unsigned char)s[i];
        switch (ch) {
        case '\n': put(l, "\\n"); break;
        case '\t': put(l, "\\t"); break;
        case '\r': put(l, "\\r"); break;
        case '"':
        case '\\': put(l, "\\%c", ch); break;
        default:
            if (ch >= 32 && ch < 127)
                put(l, "%c", ch);
            else
                put(l, "\\%o", ch);
        }
    }
    put(l, "\"");
}

static void put_buffer(struct thread *t, struct line *l, uint32_t addr, uint64_t len)
{
    char s[STRING];
    const size_t n = len < sizeof s ? (size_t)len : sizeof s;
    if (!uas_read(&t->p->as, s, addr, n)) {
        put(l, "%#x", addr);
        return;
    }
    put_bytes(l, s, n);
    if (len > n) put(l, "...");
}

static void put_string(struct thread *t, struct line *l, uint32_t addr)
{
    char s[256];
    const int n = addr ? uas_read_string(&t->p->as, s, addr, sizeof s) : -EFAULT;
    if (n == -ENAMETOOLONG && uas_read(&t->p->as, s, addr, sizeof s)) {
        put_bytes(l, s, sizeof s);
        put(l, "...");
    } else if (n < 0) {
        put(l, addr ? "%#x" : "NULL", addr);
    } else {
        put_bytes(l, s, (size_t)n);
    }
}

static void put_strings(struct thread *t, struct line *l, uint32_t addr)
{
    uint32_t p;
    put(l, "[");
    for (int i = 0; i < 8 && get_guest(t, p, addr + 4u * (uint32_t)i) && p; i++) {
        if (i) put(l, ", ");
        put_string(t, l, p);
    }
    put(l, "]");
}

static void put_time(struct thread *t, struct line *l, uint32_t addr, bool time64)
{
    int32_t v[4];
    if (!addr || !uas_read(&t->p->as, v, addr, time64 ? 16 : 8)) {
        put(l, addr ? "%#x" : "NULL", addr);
        return;
    }
    put(l, "{tv_sec=%d, tv_nsec=%d}", v[0], time64 ? v[2] : v[1]);
}

static void put_sigset(struct thread *t, struct line *l, uint32_t addr)
{
    uint64_t set;
    if (!addr || !get_guest(t, set, addr)) {
        put(l, addr ? "%#x" : "NULL", addr);
        return;
    }
    put(l, "[");
    const char *sep = "";
    for (int sig = 1; sig <= 64; sig++) {
        if (!(set >> (sig - 1) & 1)) continue;
        const char *name = signal_name(sig);
        if (name)
            put(l, "%s%s", sep, name);
        else
            put(l, "%s%d", sep, sig);
        sep = " ";
    }
    put(l, "]");
}

static void put_sockaddr(struct thread *t, struct line *l, uint32_t addr, uint64_t len)
{
    uint8_t a[110] = {0};
    if (!addr || len < 2 || !uas_read(&t->p->as, a, addr, len < sizeof a ? (size_t)len : sizeof a - 1)) {
        put(l, addr ? "%#x" : "NULL", addr);
        return;
    }
    const uint32_t family = a[0] | (uint32_t)a[1] << 8;
    put(l, "{");
    put_name(l, families, family);
    if (family == 2) put(l, ", %u.%u.%u.%u:%u", a[4], a[5], a[6], a[7], a[2] << 8 | a[3]);
    if (family == 1) put(l, ", \"%s\"", (const char *)a + 2);
    put(l, "}");
}

static void put_arg(struct thread *t, struct line *l, const struct syscall_row *row, const struct sysargs *s,
                    int i, int64_t result)
{
    const uint64_t v = s->a[i];
    const uint32_t w = (uint32_t)v;
    switch ((enum arg_kind)row->args[i]) {
    case ARG_NONE: return;
    case ARG_INT:
    case ARG_FD: put(l, "%d", (int)w); return;
    case ARG_UINT: put(l, "%u", w); return;
    case ARG_HEX: put(l, "%#x", w); return;
    case ARG_OCTAL: put(l, "%#o", w); return;
    case ARG_OPEN_HOW:
    case ARG_PTR: put(l, w ? "%#x" : "NULL", w); return;
    case ARG_PATH:
    case ARG_LINK:
    case ARG_STR: put_string(t, l, w); return;
    case ARG_BUF: put_buffer(t, l, w, i < 5 ? s->a[i + 1] : 0); return;
    case ARG_OUTBUF:
        if (result >= 0)
            put_buffer(t, l, w, (uint64_t)result);
        else
            put(l, "%#x", w);
        return;
    case ARG_DIRFD:
        if ((int)w == -100)
            put(l, "AT_FDCWD");
        else
            put(l, "%d", (int)w);
        return;
    case ARG_I64: put(l, "%lld", (long long)v); return;
    case ARG_STRV: put_strings(t, l, w); return;
    case ARG_SIG:
        if (signal_name((int)w))
            put(l, "SIG%s", signal_name((int)w));
        else
            put(l, "%u", w);
        return;
    case ARG_OPEN_FLAGS:
        if (!(w & 3)) put(l, w ? "O_RDONLY|" : "O_RDONLY");
        if (w) put_flags(l, open_flags, w);
        return;
    case ARG_PROT:
        if (w)
            put_flags(l, prot_flags, w);
        else
            put(l, "PROT_NONE");
        return;
    case ARG_MAP_FLAGS: put_flags(l, map_flags, w); return;
    case ARG_CLONE_FLAGS: put_flags(l, clone_flags, w); return;
    case ARG_WHENCE: put_name(l, whences, w); return;
    case ARG_FUTEX_OP:
        put_name(l, futex_ops, w & 0x7f);
        if (w & 0x80) put(l, "_PRIVATE");
        if (w & 0x100) put(l, "|FUTEX_CLOCK_REALTIME");
        return;
    case ARG_FCNTL_CMD: put_name(l, fcntl_cmds, w); return;
    case ARG_IOCTL:
        if (ioctl_name(w))
            put(l, "%s", ioctl_name(w));
        else
            put(l, "%#x", w);
        return;
    case ARG_CLOCK: put_name(l, clocks, w); return;
    case ARG_SIG_HOW: put_name(l, sig_hows, w); return;
    case ARG_SIGSET: put_sigset(t, l, w); return;
    case ARG_TIMESPEC: put_time(t, l, w, false); return;
    case ARG_TIMESPEC64: put_time(t, l, w, true); return;
    case ARG_SOCKADDR: put_sockaddr(t, l, w, i < 5 ? s->a[i + 1] : 0); return;
    case ARG_AT_FLAGS:
        if (w)
            put_flags(l, at_flags, w);
        else
            put(l, "0");
        return;
    case ARG_ACCESS_MODE:
        if (w)
            put_flags(l, access_modes, w);
        else
            put(l, "F_OK");
        return;
    case ARG_AF: put_name(l, families, w); return;
    case ARG_SOCK_TYPE:
        put_name(l, sock_types, w & 0xff);
        if (w & 02000000) put(l, "|SOCK_CLOEXEC");
        if (w & 04000) put(l, "|SOCK_NONBLOCK");
        return;
    }
}

static void put_args(struct thread *t, struct line *l, const struct syscall_row *row, const struct sysargs *s,
                     int64_t result)
{
    put(l, "(");
    for (int i = 0; i < 6 && row->args[i] != ARG_NONE; i++) {
        if (i) put(l, ", ");
        put_arg(t, l, row, s, i, result);
    }
}

static const char *mode_tag(const struct thread *t)
{
    switch (t->p->opt.policy) {
    case POLICY_DENY: return " [deny]";
    case POLICY_SANDBOX: return " [sandbox]";
    case POLICY_FORWARD: break;
    }
    return "";
}

// Calls that take long get a line when they begin and one when they end, as strace prints those that another
// thread's come between.

enum nr {
    NR_EXIT = 1,
    NR_READ = 3,
    NR_WRITE = 4,
    NR_EXECVE = 11,
    NR_PAUSE = 29,
    NR_BRK = 45,
    NR_SIGSUSPEND = 72,
    NR_WAIT4 = 114,
    NR_SELECT = 142,
    NR_FLOCK = 143,
    NR_READV = 145,
    NR_WRITEV = 146,
    NR_NANOSLEEP = 162,
    NR_MREMAP = 163,
    NR_POLL = 168,
    NR_SIGTIMEDWAIT = 177,
    NR_RT_SIGSUSPEND = 179,
    NR_VFORK = 190,
    NR_MMAP2 = 192,
    NR_FUTEX = 240,
    NR_EXIT_GROUP = 248,
    NR_EPOLL_WAIT = 252,
    NR_CLOCK_NANOSLEEP = 265,
    NR_WAITID = 280,
    NR_ACCEPT = 285,
    NR_SEND = 289,
    NR_SENDTO = 290,
    NR_RECV = 291,
    NR_RECVFROM = 292,
    NR_SENDMSG = 296,
    NR_RECVMSG = 297,
    NR_SHMAT = 305,
    NR_PSELECT6 = 335,
    NR_PPOLL = 336,
    NR_EPOLL_PWAIT = 346,
    NR_RECVMMSG = 365,
    NR_ACCEPT4 = 366,
    NR_EXECVEAT = 387,
    NR_CLOCK_NANOSLEEP64 = 407,
    NR_PSELECT6_64 = 413,
    NR_PPOLL_64 = 414,
    NR_RECVMMSG_64 = 417,
    NR_SIGTIMEDWAIT_64 = 421,
    NR_FUTEX_64 = 422,
    NR_EPOLL_PWAIT2 = 441,
};

// Whether a call on a descriptor would wait for it now.
static bool fd_waits(uint64_t arg, short events)
{
    struct pollfd p = {.fd = (int)arg, .events = events};
    if (fcntl(p.fd, F_GETFL) & O_NONBLOCK) return false; // or -1: not open
    return poll(&p, 1, 0) == 0;
}

static bool futex_waits(uint64_t op)
{
    const uint32_t cmd = op & 0x7f; // FUTEX_WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2
    return cmd == 0 || cmd == 6 || cmd == 9 || cmd == 11 || cmd == 13;
}

static bool may_wait(const struct syscall_row *row, const struct sysargs *s)
{
    enum { WAIT_NOHANG = 1, FLOCK_NB = 4 };
    switch (row->nr) {
    case NR_READ:
    case NR_READV:
    case NR_RECV:
    case NR_RECVFROM:
    case NR_RECVMSG:
    case NR_RECVMMSG:
    case NR_RECVMMSG_64:
    case NR_ACCEPT:
    case NR_ACCEPT4: return fd_waits(s->a[0], POLLIN);
    case NR_WRITE:
    case NR_WRITEV:
    case NR_SEND:
    case NR_SENDTO:
    case NR_SENDMSG: return fd_waits(s->a[0], POLLOUT);
    case NR_POLL: return s->a[2] != 0;
    case NR_EPOLL_WAIT:
    case NR_EPOLL_PWAIT: return s->a[3] != 0;
    case NR_FLOCK: return !(s->a[1] & FLOCK_NB);
    case NR_WAIT4: return !(s->a[2] & WAIT_NOHANG);
    case NR_WAITID: return !(s->a[3] & WAIT_NOHANG);
    case NR_FUTEX:
    case NR_FUTEX_64: return futex_waits(s->a[1]);
    case NR_SELECT:
    case NR_PSELECT6:
    case NR_PSELECT6_64:
    case NR_PPOLL:
    case NR_PPOLL_64:
    case NR_EPOLL_PWAIT2:
    case NR_NANOSLEEP:
    case NR_CLOCK_NANOSLEEP:
    case NR_CLOCK_NANOSLEEP64:
    case NR_PAUSE:
    case NR_SIGSUSPEND:
    case NR_RT_SIGSUSPEND:
    case NR_SIGTIMEDWAIT:
    case NR_SIGTIMEDWAIT_64:
    case NR_VFORK: return true;
    default: return false;
    }
}

static bool may_not_return(const struct syscall_row *row)
{
    return row->nr == NR_EXIT || row->nr == NR_EXIT_GROUP || row->nr == NR_EXECVE || row->nr == NR_EXECVEAT;
}

void strace_enter(struct thread *t, const struct syscall_row *row, const struct sysargs *s)
{
    const bool leaves = may_not_return(row);
    t->log_resumes = !leaves && t->p->opt.policy != POLICY_DENY && may_wait(row, s);
    if (!leaves && !t->log_resumes) return;
    struct line l = {.n = 0};
    put(&l, "%d %s", t->tid, row->name);
    put_args(t, &l, row, s, -1);
    log_line("%s%s%s", l.s, leaves ? ")" : " <unfinished ...>", mode_tag(t));
}

static bool returns_address(const struct syscall_row *row)
{
    return row->nr == NR_BRK || row->nr == NR_MREMAP || row->nr == NR_MMAP2 || row->nr == NR_SHMAT;
}

void strace_leave(struct thread *t, const struct syscall_row *row, const struct sysargs *s, int64_t r)
{
    struct line l = {.n = 0};
    if (r == -ESIGRETURN) return;
    put(&l, t->log_resumes ? "%d <... %s resumed>" : "%d %s", t->tid, row->name);
    t->log_resumes = false;
    put_args(t, &l, row, s, r);
    put(&l, ")%s = ", mode_tag(t));
    if (r < 0 && r > -4096) {
        put(&l, "-1 ");
        put_name(&l, errors, (uint32_t)-r);
    } else if (r > INT32_MAX || returns_address(row)) {
        put(&l, "%#x", (uint32_t)r);
    } else {
        put(&l, "%lld", (long long)r);
    }
    log_line("%s%s", l.s, t->refused ? " (refused)" : "");
}
