// The second wall: what the host kernel keeps from this process, and all that come from it, whatever they
// become. Landlock for names of files, TCP and signals; rights that are given up; limits. Structures and
// numbers are those of the kernel's include/uapi/linux/landlock.h, which C libraries do not bring along.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "user/hostthread.h"
#include "user/sandbox.h"

enum { LANDLOCK_CREATE = 444, LANDLOCK_ADD_RULE = 445, LANDLOCK_RESTRICT = 446 };
enum { CREATE_VERSION = 1, RULE_PATH_BENEATH = 1 };

enum landlock_fs {
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REMOVE_DIR = 1 << 4,
    FS_REMOVE_FILE = 1 << 5,
    FS_MAKE_CHAR = 1 << 6,
    FS_MAKE_DIR = 1 << 7,
    FS_MAKE_REG = 1 << 8,
    FS_MAKE_SOCK = 1 << 9,
    FS_MAKE_FIFO = 1 << 10,
    FS_MAKE_BLOCK = 1 << 11,
    FS_MAKE_SYM = 1 << 12,
    FS_REFER = 1 << 13,     // version 2
    FS_TRUNCATE = 1 << 14,  // version 3
    FS_IOCTL_DEV = 1 << 15, // version 5
};

#define FS_READS (FS_READ_FILE | FS_READ_DIR)
#define FS_FILE                                                                                              \
    (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV) // of what is no directory
#define FS_CHANGES                                                                                           \
    (FS_READS | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_FIFO |  \
     FS_MAKE_SYM | FS_REFER | FS_TRUNCATE)

struct landlock_ruleset_attr {
    uint64_t handled_fs, handled_net, scoped;
};

struct __attribute__((packed)) landlock_path_beneath_attr {
    uint64_t allowed;
    int32_t parent;
};

// ---- Landlock ----

static uint64_t handled_fs(long version)
{
    return version >= 5 ? 0xffff : version >= 3 ? 0x7fff : version == 2 ? 0x3fff : 0x1fff;
}

static bool allow(int ruleset, int fd, uint64_t rights)
{
    const struct landlock_path_beneath_attr rule = {.allowed = rights, .parent = fd};
    return fd < 0 || !rights || syscall(LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
}

// … of a file that the emulator itself needs. It need not be there.
static bool allow_name(int ruleset, const char *path, uint64_t rights)
{
    const int fd = open(path, O_PATH | O_CLOEXEC);
    const bool ok = allow(ruleset, fd, rights);
    if (fd >= 0) close(fd);
    return ok;
}

static bool add_rules(const struct sandbox *s, int ruleset, uint64_t handled)
{
    bool ok = true;
    for (unsigned i = 0; i < s->ngrants && ok; i++) {
        const struct sandbox_grant *g = &s->grant[i];
        const uint64_t rights = (g->write ? FS_CHANGES : FS_READS) & (g->dir ? ~0ull : FS_FILE);
        ok = allow(ruleset, g->fd, rights & handled);
    }
    if (ok && sandbox_has_files(s)) ok = allow_name(ruleset, "/proc/self", FS_READS);
    if (ok && s->exec) ok = allow_name(ruleset, "/proc/self/exe", FS_EXECUTE | FS_READ_FILE);
    return ok;
}

static bool use_landlock(const struct sandbox *s)
{
    const long version = syscall(LANDLOCK_CREATE, NULL, 0, CREATE_VERSION);
    if (version < 1) return true; // this kernel has none, or it is switched off
    const struct landlock_ruleset_attr attr = {
        .handled_fs = handled_fs(version),
        .handled_net = version >= 4 && !s->net ? 3 : 0, // bind and connect of TCP sockets
        .scoped = version >= 6 ? 3 : 0,                 // abstract local sockets, signals
    };
    const size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    const int ruleset = (int)syscall(LANDLOCK_CREATE, &attr, size, 0);
    bool ok = ruleset >= 0 && add_rules(s, ruleset, attr.handled_fs);
    ok = ok && syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0;
    if (ruleset >= 0) close(ruleset);
    return ok;
}

// ---- rights ----

// What root may still do: what belongs to files, and only where they are granted.
static bool drop_capabilities(const struct sandbox *s)
{
    enum { CHOWN = 0, DAC_OVERRIDE = 1, FOWNER = 3, FSETID = 4 };
    const uint32_t kept =
        sandbox_has_files(s) ? 1u << CHOWN | 1u << DAC_OVERRIDE | 1u << FOWNER | 1u << FSETID : 0;
    struct {
        uint32_t version;
        int pid;
    } header = {0x20080522, 0}; // _LINUX_CAPABILITY_VERSION_3
    struct {
        uint32_t effective, permitted, inheritable;
    } caps[2];
    if (syscall(SYS_capget, &header, caps)) return false;
    for (int i = 0; i < 2; i++) {
        const uint32_t mask = i ? 0 : kept;
        caps[i].effective &= mask;
        caps[i].permitted &= mask;
        caps[i].inheritable = 0;
    }
    return syscall(SYS_capset, &header, caps) == 0;
}

bool sandbox_restrict(const struct sandbox *s)
{
    const int persona = personality(~0u);
    if (persona & READ_IMPLIES_EXEC) personality((unsigned)persona & ~(unsigned)READ_IMPLIES_EXEC);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || !drop_capabilities(s)) {
        warn("the sandbox: rights cannot be given up: %s", strerror(errno));
        return false;
    }
    if (!use_landlock(s)) {
        warn("the sandbox: Landlock: %s", strerror(errno));
        return false;
    }
    const int err = sandbox_filter(s);
    if (err) warn("the sandbox: the host kernel takes no filter of system calls: %s", strerror(-err));
    return !err;
}

// ---- limits ----

// Address space that the emulator may want later, beside the guest's and what it has already: decoded blocks,
// threads' stacks, paths.
#define OVERHEAD (512ull << 20)

static bool limit(int resource, uint64_t soft, uint64_t hard)
{
    struct rlimit now;
    if (getrlimit(resource, &now)) return false;
    if (hard > now.rlim_max) hard = now.rlim_max;
    if (soft > hard) soft = hard;
    return setrlimit(resource, &(struct rlimit){soft, hard}) == 0;
}

#ifdef __SANITIZE_ADDRESS__ // whose shadow is larger than any limit
static bool limit_memory(uint64_t guest)
{
    return guest != 0;
}
#else
// What is mapped now.
static uint64_t address_space(void)
{
    char text[32] = "";
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    return n > 0 ? strtoull(text, NULL, 10) * 4096 : 256 << 20;
}

static bool limit_memory(uint64_t guest)
{
    const uint64_t most = address_space() + guest + OVERHEAD;
    return limit(RLIMIT_AS, most, most);
}
#endif

bool sandbox_limits(const struct sandbox *s)
{
    struct sysinfo info;
    // Of the user's tasks, since the kernel counts no others: those that there are, and all that there may
    // be. It does not hold for root.
    const uint64_t tasks = (uint64_t)s->max_processes * (SANDBOX_THREADS + 8);
    if (!limit(RLIMIT_CORE, 0, 0)) return false; // a file where nobody has granted one
    if (sysinfo(&info) || !limit(RLIMIT_NPROC, info.procs + tasks, info.procs + tasks)) return false;
    return !s->memory || limit_memory(s->memory);
}

bool sandbox_time(uint32_t left)
{
    // A second more, should nobody be there to end it in peace.
    return limit(RLIMIT_CPU, left, (uint64_t)left + 1);
}

static double seconds(const struct rusage *r)
{
    return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
           1e-6 * (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

uint32_t sandbox_time_left(const struct sandbox *s)
{
    struct rusage self, children;
    struct rlimit own;
    if (getrusage(RUSAGE_SELF, &self) || getrusage(RUSAGE_CHILDREN, &children) || getrlimit(RLIMIT_CPU, &own))
        return 0;
    const double mine = own.rlim_cur < s->time ? (double)own.rlim_cur : s->time;
    const double left = mine - seconds(&self) - seconds(&children);
    return left > 0 ? (uint32_t)(left + 0.5) : 0;
}
