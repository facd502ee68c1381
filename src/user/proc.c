// The files of /proc that are about the process itself, as the guest must see them.
#include "user/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "user/hostthread.h"
#include "user/layout.h"
#include "user/signal.h"
#include "user/sysroot.h"
#include "user/proc_maps.h"
#include "user/seccomp.h"
#include "user/proc_other.h"

#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1u
#endif

static const struct {
    const char *name;
    enum proc_entry entry;
} names[] = {
    {"exe", ENTRY_EXE},   {"maps", ENTRY_MAPS},       {"smaps", ENTRY_SMAPS},
    {"auxv", ENTRY_AUXV}, {"cmdline", ENTRY_CMDLINE}, {"environ", ENTRY_ENVIRON},
    {"stat", ENTRY_STAT}, {"statm", ENTRY_STATM},     {"status", ENTRY_STATUS},
    {"mem", ENTRY_RAW},   {"pagemap", ENTRY_RAW},     {"cpuinfo", ENTRY_CPUINFO},
};

static enum proc_entry by_name(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i].name) == 0) return names[i].entry;
    return ENTRY_NONE;
}

// --- which file is meant
// --------------------------------------------------------------------------------------------

// Steps over one path component, "." and repeated slashes; returns its length.
static size_t component(const char **path, const char **name)
{
    const char *p = *path;
    size_t n;
    do {
        p += strspn(p, "/");
        n = strcspn(p, "/");
        *name = p;
        p += n;
    } while (n == 1 && **name == '.');
    *path = p;
    return n;
}

static bool is(const char *name, size_t n, const char *what)
{
    return strlen(what) == n && memcmp(name, what, n) == 0;
}

// 0: it is none.
static int number(const char *name, size_t n)
{
    char *end;
    const long id = strtol(name, &end, 10);
    return n && end == name + n && id > 0 && id <= INT_MAX ? (int)id : 0;
}

static bool is_own_id(struct thread *t, const char *name, size_t n, bool thread)
{
    const int id = number(name, n);
    if (!id) return false;
    if (id == getpid() || id == t->tid) return true;
    bool found = false;
    pthread_mutex_lock(&t->p->lock);
    for (struct thread *o = t->p->threads; thread && o && !found; o = o->next)
        found = o->tid == id;
    pthread_mutex_unlock(&t->p->lock);
    return found;
}

// The entry that an absolute path names, and whose: *pid is 0 for the process itself, or another stinkarm's.
static enum proc_entry classify(struct thread *t, const char *path, int *pid)
{
    const char *name;
    size_t n = component(&path, &name);
    *pid = 0;
    if (!is(name, n, "proc")) return ENTRY_NONE;
    n = component(&path, &name);
    if (is(name, n, "cpuinfo")) return *path ? ENTRY_NONE : ENTRY_CPUINFO;
    if (!is(name, n, "self") && !is(name, n, "thread-self") && !is_own_id(t, name, n, true)) {
        *pid = number(name, n);
        if (!*pid || !proc_other_is_ours(*pid)) return ENTRY_NONE;
    }
    n = component(&path, &name);
    if (is(name, n, "task")) {
        n = component(&path, &name);
        if (*pid ? !number(name, n) : !is_own_id(t, name, n, true)) return ENTRY_NONE;
        n = component(&path, &name);
    }
    if (*path || n == 0) return ENTRY_NONE;
    const enum proc_entry e = by_name(name);
    return e == ENTRY_CPUINFO ? ENTRY_NONE : e;
}

const char *proc_own_name(struct thread *t, const char *path)
{
    const char *last = strrchr(path, '/');
    if (*path != '/' || by_name(last + 1) == ENTRY_NONE) return NULL;
    int pid;
    const enum proc_entry e = classify(t, path, &pid);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !pid; i++)
        if (e != ENTRY_NONE && e != ENTRY_RAW && names[i].entry == e) return names[i].name;
    return NULL;
}

// Like snprintf("%s"), which alone would bring two pages of the C library at every start.
static bool copy_text(char *to, size_t size, const char *text)
{
    const size_t n = strlen(text) + 1;
    if (n <= size) memcpy(to, text, n);
    return n <= size;
}

// Writes the absolute path for (dirfd, path) to abs. Looks at the host only if the last component is one of
// ours.
static enum proc_entry entry_of(struct thread *t, int dirfd, const char *path, char *abs, size_t size,
                                int *pid)
{
    const char *last = strrchr(path, '/');
    if (by_name(last ? last + 1 : path) == ENTRY_NONE) return ENTRY_NONE;
    if (*path == '/') return copy_text(abs, size, path) ? classify(t, abs, pid) : ENTRY_NONE;
    char link[40];
    if (dirfd == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
    const ssize_t n = readlink(link, abs, size - 1);
    if (n < 5 || memcmp(abs, "/proc", 5) != 0) return ENTRY_NONE;
    if (snprintf(abs + n, size - (size_t)n, "/%s", path) >= (int)(size - (size_t)n)) return ENTRY_NONE;
    return classify(t, abs, pid);
}

// --- contents
// -------------------------------------------------------------------------------------------------------

static void print_guest_memory(struct thread *t, FILE *out, uint32_t from, uint32_t to)
{
    char buf[1024];
    while (from < to) {
        const uint32_t n = to - from < sizeof buf ? to - from : (uint32_t)sizeof buf;
        if (!uas_read(&t->p->as, buf, from, n)) return;
        fwrite(buf, 1, n, out);
        from += n;
    }
}

struct sizes {
    uint64_t total, data, stack;
};

static struct sizes sizes_of(struct process *p)
{
    struct sizes s = {0, 0, 0};
    struct uas_map m;
    for (uint64_t at = 0; at < ABI_VECTORS && uas_next(&p->as, (uint32_t)at, &m) && m.start < ABI_VECTORS;
         at = m.end) {
        s.total += m.end - m.start;
        if (m.grows)
            s.stack += m.end - m.start;
        else if (m.prot & UAS_WRITE && !m.shared)
            s.data += m.end - m.start;
    }
    return s;
}

// Fields of stat that are about memory (proc(5) counts from 1); false: the host's value is right.
static bool stat_field(struct process *p, int i, unsigned long long *v)
{
    switch (i) {
    case 23: *v = sizes_of(p).total; return true; // vsize
    case 26: *v = p->code_start; return true;
    case 27: *v = p->code_end; return true;
    case 28: *v = p->start_stack; return true;
    case 29:                      // kstkesp
    case 30: *v = 0; return true; // kstkeip
    case 45: *v = p->data_start; return true;
    case 46: *v = p->data_end; return true;
    case 47: *v = p->brk_start; return true;
    case 48: *v = p->arg_start; return true;
    case 49: *v = p->arg_end; return true;
    case 50: *v = p->env_start; return true;
    case 51: *v = p->env_end; return true;
    default: return false;
    }
}

static void print_stat(struct thread *t, FILE *out, FILE *host)
{
    char line[2048];
    if (!fgets(line, sizeof line, host)) return;
    char *rest = strrchr(line, ')'); // the name in parentheses may hold anything
    if (!rest) return;
    fprintf(out, "%.*s", (int)(rest + 1 - line), line);
    int i = 3;
    for (char *save, *f = strtok_r(rest + 1, " \n", &save); f; f = strtok_r(NULL, " \n", &save), i++) {
        unsigned long long v;
        if (stat_field(t->p, i, &v))
            fprintf(out, " %llu", v);
        else
            fprintf(out, " %s", f);
    }
    fputc('\n', out);
}

static void print_statm(struct thread *t, FILE *out, FILE *host)
{
    unsigned long long size, resident = 0, shared = 0;
    if (fscanf(host, "%llu %llu %llu", &size, &resident, &shared) < 1) return;
    const struct sizes s = sizes_of(t->p);
    fprintf(out, "%llu %llu %llu %u 0 %llu 0\n", (unsigned long long)s.total / UAS_PAGE, resident, shared,
            (unsigned)((t->p->code_end - t->p->code_start + UAS_PAGE - 1) / UAS_PAGE),
            (unsigned long long)(s.data + s.stack) / UAS_PAGE);
}

static uint64_t ignored_signals(struct thread *t)
{
    uint64_t set = 0;
    for (int sig = 1; sig <= ABI_NSIG; sig++) // those inherited are known when somebody asks
        if (signal_is_ignored(t, sig)) set |= 1ull << (sig - 1);
    return set;
}

static uint64_t caught_signals(struct thread *t)
{
    uint64_t set = 0;
    pthread_mutex_lock(&t->p->lock);
    for (int sig = 1; sig <= ABI_NSIG; sig++)
        if (t->actions[sig].handler > 1) set |= 1ull << (sig - 1);
    pthread_mutex_unlock(&t->p->lock);
    return set;
}

static void print_status(struct thread *t, FILE *out, FILE *host)
{
    struct process *p = t->p;
    const struct sizes s = sizes_of(p);
    char line[1024];
    while (fgets(line, sizeof line, host)) {
        const size_t n = strcspn(line, ":");
        const struct {
            const char *key;
            uint64_t bytes;
        } memory[] = {
            {"VmPeak", s.total},
            {"VmSize", s.total},
            {"VmData", s.data},
            {"VmStk", s.stack},
            {"VmExe", p->code_end - p->code_start},
            {"VmLib", 0},
        };
        bool done = false;
        for (size_t i = 0; i < sizeof memory / sizeof memory[0] && !done; i++) {
            done = is(line, n, memory[i].key);
            if (done)
                fprintf(out, "%s:\t%8llu kB\n", memory[i].key, (unsigned long long)memory[i].bytes / 1024);
        }
        if (done) continue;
        if (is(line, n, "SigBlk"))
            fprintf(out, "SigBlk:\t%016llx\n", (unsigned long long)t->sigmask);
        else if (is(line, n, "SigIgn"))
            fprintf(out, "SigIgn:\t%016llx\n", (unsigned long long)ignored_signals(t));
        else if (is(line, n, "Seccomp"))
            fprintf(out, "Seccomp:\t%u\n", (unsigned)t->seccomp);
        else if (is(line, n, "Seccomp_filters"))
            fprintf(out, "Seccomp_filters:\t%u\n", seccomp_count(t));
        else if (is(line, n, "SigCgt"))
            fprintf(out, "SigCgt:\t%016llx\n", (unsigned long long)caught_signals(t));
        else
            fputs(line, out);
    }
}

// As arch/arm/kernel/setup.c: c_show() for a Cortex-A15.
static void print_cpuinfo(struct thread *t, FILE *out)
{
    static const char *const hwcap[] = {"swp",   "half",   "thumb",    "26bit",  "fastmult", "fpa",
                                        "vfp",   "edsp",   "java",     "iwmmxt", "crunch",   "thumbee",
                                        "neon",  "vfpv3",  "vfpv3d16", "tls",    "vfpv4",    "idiva",
                                        "idivt", "vfpd32", "lpae",     "evtstrm"};
    static const char *const hwcap2[] = {"aes", "pmull", "sha1", "sha2", "crc32"};
    const uint32_t caps = process_hwcap(t->p), caps2 = process_hwcap2(t->p);
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    for (long i = 0; i < (cpus > 0 ? cpus : 1); i++) {
        fprintf(
            out,
            "processor\t: %ld\nmodel name\t: ARMv7 Processor rev 4 (v7l)\nBogoMIPS\t: 100.00\nFeatures\t: ",
            i);
        for (size_t b = 0; b < sizeof hwcap / sizeof hwcap[0]; b++)
            if (caps >> b & 1) fprintf(out, "%s ", hwcap[b]);
        for (size_t b = 0; b < sizeof hwcap2 / sizeof hwcap2[0]; b++)
            if (caps2 >> b & 1) fprintf(out, "%s ", hwcap2[b]);
        fprintf(out, "\nCPU implementer\t: 0x41\nCPU architecture: 7\nCPU variant\t: 0x2\nCPU part\t: 0xc0f\n"
                     "CPU revision\t: 4\n\n");
    }
    fprintf(out, "Hardware\t: stinkarm\nRevision\t: 0000\nSerial\t\t: 0000000000000000\n");
}

static void print_entry(struct thread *t, enum proc_entry e, int pid, const char *path, FILE *out)
{
    struct process *p = t->p;
    FILE *host;
    if (pid) {
        proc_other_print(p, pid, e, path, out);
        return;
    }
    switch (e) {
    case ENTRY_MAPS:
        kuser_ensure(p);
        proc_print_maps(p, out);
        break;
    case ENTRY_SMAPS:
        kuser_ensure(p);
        proc_print_smaps(p, out);
        break;
    case ENTRY_AUXV: print_guest_memory(t, out, p->auxv_addr, p->auxv_addr + p->auxv_len); break;
    case ENTRY_CMDLINE: print_guest_memory(t, out, p->arg_start, p->arg_end); break;
    case ENTRY_ENVIRON: print_guest_memory(t, out, p->env_start, p->env_end); break;
    case ENTRY_CPUINFO: print_cpuinfo(t, out); break;
    case ENTRY_STAT:
    case ENTRY_STATM:
    case ENTRY_STATUS:
        if (!(host = fopen(path, "re"))) break;
        if (e == ENTRY_STAT) print_stat(t, out, host);
        if (e == ENTRY_STATM) print_statm(t, out, host);
        if (e == ENTRY_STATUS) print_status(t, out, host);
        fclose(host);
        break;
    case ENTRY_NONE:
    case ENTRY_EXE:
    case ENTRY_RAW: break; // not made of text
    }
}

// A file descriptor with the entry's text.
static int snapshot(struct thread *t, enum proc_entry e, int pid, const char *path, int flags)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out) return -ENOMEM;
    print_entry(t, e, pid, path, out);
    fclose(out);
    const int fd = memfd_create(strrchr(path, '/') + 1, flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
    int err = fd < 0 ? -errno : 0;
    for (size_t done = 0; !err && done < len;) {
        const ssize_t n = write(fd, text + done, len - done);
        if (n <= 0) err = -EIO;
        done += n > 0 ? (size_t)n : 0;
    }
    free(text);
    if (err) {
        if (fd >= 0) close(fd);
        return err;
    }
    lseek(fd, 0, SEEK_SET);
    return fd;
}

// The host's path of a program's file. False: not known, or too long.
static bool exe_of(struct thread *t, int pid, char *buf, size_t size)
{
    if (pid) return proc_other_exe(pid, buf, size);
    return copy_text(buf, size, process_exe(t->p));
}

int proc_open(struct thread *t, int dirfd, const char *path, int flags)
{
    char abs[4096], exe[4096];
    int pid;
    const enum proc_entry e = entry_of(t, dirfd, path, abs, sizeof abs, &pid);
    switch (e) {
    case ENTRY_NONE: return PROC_NOT_MINE;
    case ENTRY_EXE: {
        if (flags & O_NOFOLLOW) return PROC_NOT_MINE; // of the link itself (O_PATH), or ELOOP
        if (!exe_of(t, pid, exe, sizeof exe)) return PROC_NOT_MINE;
        if ((flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH)) return -ETXTBSY; // it is running
        const int fd = open(exe, flags, 0);
        return fd < 0 ? -errno : fd;
    }
    case ENTRY_RAW:
        if (log_on(LOG_UNIMP)) log_line("%s: its positions would be host addresses: refused", abs);
        return -EACCES;
    case ENTRY_MAPS:
    case ENTRY_SMAPS:
    case ENTRY_AUXV:
    case ENTRY_CMDLINE:
    case ENTRY_ENVIRON:
    case ENTRY_STAT:
    case ENTRY_STATM:
    case ENTRY_STATUS:
    case ENTRY_CPUINFO:
        if (flags & O_PATH || (pid && (access(abs, R_OK) || !proc_other_prints(e)))) return PROC_NOT_MINE;
        if ((flags & O_ACCMODE) != O_RDONLY) return -EACCES;
        fork_prevent(t->p);
        const int fd = snapshot(t, e, pid, abs, flags);
        fork_allow(t->p);
        return fd;
    }
    return PROC_NOT_MINE;
}

int proc_readlink(struct thread *t, int dirfd, const char *path, char *buf, size_t size)
{
    char abs[4096], exe[4096];
    int pid;
    if (entry_of(t, dirfd, path, abs, sizeof abs, &pid) != ENTRY_EXE || !exe_of(t, pid, exe, sizeof exe))
        return PROC_NOT_MINE;
    const char *name = sysroot_guest_path(t->p, exe);
    size_t n = strlen(name);
    if (n > size) n = size;
    memcpy(buf, name, n);
    return (int)n;
}

const char *proc_translate(struct thread *t, int dirfd, const char *path, char *buf, size_t size)
{
    char abs[4096];
    int pid;
    if (entry_of(t, dirfd, path, abs, sizeof abs, &pid) != ENTRY_EXE) return path;
    return exe_of(t, pid, buf, size) ? buf : path;
}

// The path that it was started by, if that still leads to it.
static bool exe_is_where_it_was(struct process *p)
{
    struct stat st;
    return realpath(p->path, p->exe) && stat(p->exe, &st) == 0 && st.st_dev == p->exe_dev &&
           st.st_ino == p->exe_ino;
}

const char *process_exe(struct process *p)
{
    pthread_mutex_lock(&p->lock);
    if (!p->exe_known) {
        // The host knows it by the mapping, wherever the file and the working directory have moved since: but
        // its list of mappings costs as much as all else in a short program's start.
        if (!exe_is_where_it_was(p) && !proc_find_path(&p->as, p->code_start, p->exe, sizeof p->exe))
            snprintf(p->exe, sizeof p->exe, "%s", p->path);
        p->exe_known = true;
    }
    pthread_mutex_unlock(&p->lock);
    return p->exe;
}
