// The host's files about another stinkarm, with the emulator taken out: what lies outside of the window is
// its own. Nothing is asked of that process; so names of mappings are few, and addresses of its data are
// unknown.
#include "user/proc_other.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/proc_maps.h"
#include "user/sysroot.h"

bool proc_other_is_ours(int pid)
{
    char path[40];
    struct stat own, other;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat("/proc/self/exe", &own) == 0 && stat(path, &other) == 0 && own.st_ino == other.st_ino &&
           own.st_dev == other.st_dev;
}

static FILE *open_maps(int pid)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    return fopen(path, "re");
}

// The program is mapped below everything else that is a file.
bool proc_other_exe(int pid, char *buf, size_t size)
{
    FILE *in = open_maps(pid);
    char *text = NULL;
    size_t cap = 0;
    bool found = false;
    struct host_line h;
    while (in && !found && getline(&text, &cap, in) > 0)
        found =
            proc_parse_line(text, &h) && h.path[0] == '/' && snprintf(buf, size, "%s", h.path) < (int)size;
    free(text);
    if (in) fclose(in);
    return found;
}

bool proc_other_prints(enum proc_entry e)
{
    return e == ENTRY_MAPS || e == ENTRY_SMAPS || e == ENTRY_CMDLINE || e == ENTRY_STAT || e == ENTRY_STATM ||
           e == ENTRY_STATUS;
}

// Whether a mapping of a file would be executable: the file says so, if it is a program or a library.
static bool is_code(const struct host_line *h)
{
    union {
        Elf32_Ehdr e;
        char bytes[2048];
    } head;
    if (h->path[0] != '/' || h->perms[1] == 'w' || h->perms[0] != 'r') return false;
    const int fd = open(h->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t n = fd < 0 ? 0 : pread(fd, &head, sizeof head, 0);
    if (fd >= 0) close(fd);
    if (n < (ssize_t)sizeof head.e || memcmp(head.e.e_ident, ELFMAG, SELFMAG) || head.e.e_machine != EM_ARM)
        return false;
    for (size_t i = 0; i < head.e.e_phnum; i++) {
        const size_t at = head.e.e_phoff + i * sizeof(Elf32_Phdr);
        Elf32_Phdr p;
        if (at + sizeof p > (size_t)n) return false;
        memcpy(&p, head.bytes + at, sizeof p);
        if (p.p_type == PT_LOAD && p.p_flags & PF_X && h->offset >= (p.p_offset & ~(UAS_PAGE - 1)) &&
            h->offset < p.p_offset + p.p_filesz)
            return true;
    }
    return false;
}

static const char *name_of(const struct process *p, const struct host_line *h)
{
    if (h->path[0] == '/') return sysroot_guest_path(p, h->path);
    if (h->end == ABI_TASK_SIZE) return "[stack]";
    return h->start == ABI_VECTORS ? "[vectors]" : "";
}

static void print_line(FILE *out, const struct process *p, struct host_line *h)
{
    h->perms[2] = is_code(h) || h->start == ABI_VECTORS ? 'x' : '-';
    const char *name = name_of(p, h);
    const int n =
        fprintf(out, "%08llx-%08llx %s %08llx %s %llu ", (unsigned long long)h->start,
                (unsigned long long)h->end, h->perms, (unsigned long long)h->offset, h->dev, h->ino);
    if (*name) fprintf(out, "%*s%s", n < 49 ? 49 - n : 0, "", name);
    fputc('\n', out);
}

// maps, or smaps, whose lines of details follow each one.
static void print_maps(FILE *out, const struct process *p, FILE *host)
{
    char *text = NULL;
    size_t cap = 0;
    bool inside = false;
    struct host_line h;
    while (getline(&text, &cap, host) > 0) {
        const bool header = strspn(text, "0123456789abcdef") > 4;
        if (header && (inside = proc_parse_line(text, &h)))
            print_line(out, p, &h);
        else if (!header && inside)
            fputs(text, out);
    }
    free(text);
}

struct sizes {
    unsigned long long total, data, stack, code;
};

static struct sizes sizes_of(int pid)
{
    struct sizes s = {0, 0, 0, 0};
    FILE *in = open_maps(pid);
    char *text = NULL;
    size_t cap = 0;
    struct host_line h;
    while (in && getline(&text, &cap, in) > 0) {
        if (!proc_parse_line(text, &h) || h.start >= ABI_VECTORS) continue;
        const uint64_t size = h.end - h.start;
        s.total += size;
        if (h.end == ABI_TASK_SIZE)
            s.stack += size;
        else if (h.perms[1] == 'w' && h.perms[3] == 'p')
            s.data += size;
        else if (is_code(&h))
            s.code += size;
    }
    free(text);
    if (in) fclose(in);
    return s;
}

// Arguments end where zeros begin: stinkarm's own have left room behind them.
static void print_cmdline(FILE *out, FILE *host)
{
    int c;
    size_t zeros = 0;
    while ((c = fgetc(host)) != EOF) {
        if (!c) {
            zeros++;
            continue;
        }
        for (; zeros; zeros--)
            fputc(0, out);
        fputc(c, out);
    }
    if (zeros) fputc(0, out);
}

// Fields that are addresses in the emulator (proc(5) counts from 1)
static bool is_address(int field)
{
    return (field >= 26 && field <= 30) || (field >= 45 && field <= 51);
}

static void print_stat(int pid, FILE *out, FILE *host)
{
    char line[2048];
    if (!fgets(line, sizeof line, host)) return;
    char *rest = strrchr(line, ')');
    if (!rest) return;
    fprintf(out, "%.*s", (int)(rest + 1 - line), line);
    int i = 3;
    for (char *save, *f = strtok_r(rest + 1, " \n", &save); f; f = strtok_r(NULL, " \n", &save), i++) {
        if (i == 23)
            fprintf(out, " %llu", sizes_of(pid).total);
        else
            fprintf(out, " %s", is_address(i) ? "0" : f);
    }
    fputc('\n', out);
}

static void print_statm(int pid, FILE *out, FILE *host)
{
    unsigned long long size, resident = 0, shared = 0;
    if (fscanf(host, "%llu %llu %llu", &size, &resident, &shared) < 1) return;
    const struct sizes s = sizes_of(pid);
    fprintf(out, "%llu %llu %llu %llu 0 %llu 0\n", s.total / UAS_PAGE, resident, shared, s.code / UAS_PAGE,
            (s.data + s.stack) / UAS_PAGE);
}

static void print_status(int pid, FILE *out, FILE *host)
{
    const struct sizes s = sizes_of(pid);
    const struct {
        const char *key;
        unsigned long long bytes;
    } memory[] = {{"VmPeak:", s.total}, {"VmSize:", s.total}, {"VmData:", s.data},
                  {"VmStk:", s.stack},  {"VmExe:", s.code},   {"VmLib:", 0}};
    // The emulator catches these for itself.
    const unsigned long long own = 1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1) | 1ull << (SIGFPE - 1);
    char line[1024];
    unsigned long long caught;
    while (fgets(line, sizeof line, host)) {
        size_t i = 0;
        while (i < sizeof memory / sizeof *memory && strncmp(line, memory[i].key, strlen(memory[i].key)) != 0)
            i++;
        if (i < sizeof memory / sizeof *memory)
            fprintf(out, "%s\t%8llu kB\n", memory[i].key, memory[i].bytes / 1024);
        else if (sscanf(line, "SigCgt: %llx", &caught) == 1)
            fprintf(out, "SigCgt:\t%016llx\n", caught & ~own);
        else
            fputs(line, out);
    }
}

void proc_other_print(const struct process *p, int pid, enum proc_entry e, const char *path, FILE *out)
{
    FILE *host = fopen(path, "re");
    if (!host) return;
    switch (e) {
    case ENTRY_MAPS:
    case ENTRY_SMAPS: print_maps(out, p, host); break;
    case ENTRY_CMDLINE: print_cmdline(out, host); break;
    case ENTRY_STAT: print_stat(pid, out, host); break;
    case ENTRY_STATM: print_statm(pid, out, host); break;
    case ENTRY_STATUS: print_status(pid, out, host); break;
    case ENTRY_NONE:
    case ENTRY_EXE:
    case ENTRY_AUXV:
    case ENTRY_ENVIRON:
    case ENTRY_RAW:
    case ENTRY_CPUINFO: break; // the host's, or no text
    }
    fclose(host);
}
