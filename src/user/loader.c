// Maps a program as fs/binfmt_elf.c does: segments over the file, bss zeroed, brk behind the last one.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"
#include "base/stats.h"
#include "elf/elf.h"
#include "user/layout.h"
#include "user/mm.h"
#include "user/sandbox.h"
#include "user/script.h"
#include "user/sysroot.h"

enum { EXIT_INTERNAL = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

enum { SMALL_FILE = 8192, HEADERS = 1024, SMALL_DATA = 1 << 20, SMALL_BSS = 32768 };

struct file {
    const char *path;
    int fd;
    const uint8_t *bytes; // of the whole file, or as many as its headers need
    size_t size;
    bool whole;
    uint64_t dev, ino;
    bool mapped;
    _Alignas(16) uint8_t small[SMALL_FILE]; // a small file is read, since mapping it takes four times as long
};

// Whether all that the ELF reader looks at, without being asked to log it, is in the first n bytes: the
// program headers, and the interpreter's name.
static bool headers_are_in(const uint8_t *bytes, size_t n)
{
    const uint64_t phoff = elf_get32(bytes + 28), phnum = elf_get16(bytes + 44);
    if (log_on(LOG_ELF) || phoff + phnum * ELF32_PHENT_SIZE > n) return false;
    for (uint64_t i = 0; i < phnum; i++) {
        const uint8_t *h = bytes + phoff + i * ELF32_PHENT_SIZE;
        if (elf_get32(h) == ELF_PT_INTERP && (uint64_t)elf_get32(h + 4) + elf_get32(h + 16) > n) return false;
    }
    return true;
}

static int get_bytes(struct file *f)
{
    const size_t n = f->size <= SMALL_FILE ? f->size : HEADERS;
    f->bytes = f->small;
    f->whole = n == f->size;
    if (pread(f->fd, f->small, n, 0) == (ssize_t)n && (f->whole || headers_are_in(f->small, n))) return 0;
    f->whole = true;
    const uint8_t *m = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, f->fd, 0);
    if (m == MAP_FAILED) {
        warn("%s: %s", f->path, strerror(errno));
        return EXIT_INTERNAL;
    }
    f->bytes = m;
    f->mapped = true;
    return 0;
}

// f->fd: of the file, or -1.
static int open_file(struct file *f, const char *path)
{
    struct stat st;
    f->path = path;
    f->mapped = false;
    if (log_on(LOG_ELF)) log_line("opening binary \"%s\"", path);
    // openat, since musl's open() adds a call; not waiting for the writer of a FIFO.
    if (f->fd < 0) f->fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (f->fd < 0 || fstat(f->fd, &st) < 0) {
        warn("%s: %s", path, strerror(errno));
        return errno == ENOENT || errno == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
    }
    if (!S_ISREG(st.st_mode)) {
        warn("%s: not a regular file", path);
        return EXIT_NOT_EXECUTABLE;
    }
    if (!(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))) {
        warn("%s: not executable: nobody has permission to", path);
        return EXIT_NOT_EXECUTABLE;
    }
    f->size = (size_t)st.st_size;
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    return get_bytes(f);
}

static void close_file(struct file *f)
{
    if (f->mapped) munmap((void *)f->bytes, f->size);
    if (f->fd >= 0) close(f->fd);
}

static unsigned segment_prot(const struct process *p, const struct elf_segment *s)
{
    unsigned prot = (s->flags & ELF_PF_R ? UAS_READ : 0) | (s->flags & ELF_PF_W ? UAS_WRITE : 0) |
                    (s->flags & ELF_PF_X ? UAS_EXEC : 0);
    if (prot & UAS_READ && p->personality & ABI_READ_IMPLIES_EXEC) prot |= UAS_EXEC;
    return prot;
}

// Whether the file holds only zeros there. Asked so that a page need not be copied for nothing; not of large
// files, where looking would cost a page fault, too.
static bool is_zero(const struct file *f, uint64_t at, size_t len)
{
    if (f->mapped || !f->whole) return false;
    while (len-- && at < f->size)
        if (f->bytes[at++]) return false;
    return true;
}

static uint64_t page_up(uint64_t addr)
{
    return (addr + UAS_PAGE - 1) & ~(uint64_t)(UAS_PAGE - 1);
}

// A program touches nearly all of its data soon, and a small one of its bss: that costs a third of what a
// page fault for each page does.
static unsigned data_flags(unsigned prot, uint64_t len, uint64_t small)
{
    return prot & UAS_WRITE && len <= small ? UAS_POPULATE : 0;
}

static int map_segment(struct process *p, const struct file *f, const struct elf_segment *s, uint32_t bias)
{
    const unsigned prot = segment_prot(p, s);
    const uint32_t vaddr = (uint32_t)s->vaddr + bias, skew = vaddr % UAS_PAGE;
    const uint32_t file_end = vaddr + (uint32_t)s->filesz;
    const uint64_t page_end = page_up(file_end), end = page_up(vaddr + s->memsz);
    uint64_t bss = page_end;
    if (s->filesz) {
        const uint64_t len = page_end - (vaddr - skew);
        const int err = uas_map(&p->as, vaddr - skew, len, prot, data_flags(prot, len, SMALL_DATA), f->fd,
                                s->offset - skew, NULL);
        if (err) return err;
        // What the file's last page holds behind the segment is not the program's. As in the kernel, a bss
        // that cannot be written to keeps it.
        const size_t rest = page_end - file_end;
        if (s->memsz > s->filesz && prot & UAS_WRITE && !is_zero(f, s->offset + s->filesz, rest))
            memset(p->as.window + file_end, 0, rest);
    } else {
        bss = vaddr - skew;
    }
    if (log_on(LOG_ELF))
        log_line("mapped program header LOAD of %lluB (G=0x%x -> H=%p)", (unsigned long long)s->memsz, vaddr,
                 (void *)(p->as.window + vaddr));
    if (end <= bss) return 0;
    return uas_map(&p->as, (uint32_t)bss, end - bss, prot, data_flags(prot, end - bss, SMALL_BSS), -1, 0,
                   NULL);
}

static void note_extent(struct process *p, const struct elf_segment *s)
{
    const uint32_t start = (uint32_t)s->vaddr + p->load_bias, file_end = start + (uint32_t)s->filesz;
    const uint32_t end = (uint32_t)page_up(start + s->memsz);
    if (s->flags & ELF_PF_X) {
        if (!p->code_end || start < p->code_start) p->code_start = start;
        if (file_end > p->code_end) p->code_end = file_end;
    }
    if (start >= p->data_start) p->data_start = start;
    if (file_end > p->data_end) p->data_end = file_end;
    if (end > p->brk_start) p->brk_start = end;
}

// Where the segments begin, at a page's start, and end, in the file's addresses.
struct extent {
    uint64_t start, end;
};

static struct extent extent_of(const struct elf *e)
{
    struct extent x = {UINT64_MAX, 0};
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        if (s.vaddr < x.start) x.start = s.vaddr;
        if (s.vaddr + s.memsz > x.end) x.end = s.vaddr + s.memsz;
    }
    x.start &= ~(uint64_t)(UAS_PAGE - 1);
    return x;
}

// Chooses the program's load bias; false if the segments do not fit below the stack.
static bool place(struct process *p, const struct file *f, const struct elf *e)
{
    const uint64_t limit = ABI_TASK_SIZE - page_up(p->opt.stack_size);
    const struct extent x = extent_of(e);
    const uint64_t bias = e->type == ELF_DYN ? ABI_ET_DYN_BASE - x.start : 0;
    p->load_bias = (uint32_t)bias;
    if (page_up(x.end + bias) <= limit) return true;
    warn("%s: its segments end at 0x%llx, wanted at most 0x%llx, where the stack ends", f->path,
         (unsigned long long)(x.end + bias), (unsigned long long)limit);
    return false;
}

static bool map_segments(struct process *p, const struct file *f, const struct elf *e, uint32_t bias)
{
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        const int err = map_segment(p, f, &s, bias);
        if (!err) continue;
        warn("%s: segment %u at 0x%08llx cannot be mapped: %s", f->path, i, (unsigned long long)s.vaddr,
             strerror(-err));
        return false;
    }
    return true;
}

static int load_program(struct process *p, const struct file *f, const struct elf *e)
{
    if (!place(p, f, e)) return EXIT_INTERNAL;
    p->phnum = e->phnum;
    // Programs from before PT_GNU_STACK may execute whatever they can read.
    if (!e->has_stack || e->stack_flags & ELF_PF_X) p->personality |= ABI_READ_IMPLIES_EXEC;
    if (!map_segments(p, f, e, p->load_bias)) return EXIT_INTERNAL;
    for (unsigned i = 0; i < e->phnum; i++) {
        const struct elf_segment s = elf_segment(e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        note_extent(p, &s);
        if (e->phoff >= s.offset && e->phoff < s.offset + s.filesz)
            p->phdr = (uint32_t)(e->phoff - s.offset + s.vaddr) + p->load_bias;
    }
    p->brk = p->brk_start;
    p->start = p->entry = (uint32_t)e->entry + p->load_bias;
    return 0;
}

static int parse(const struct file *f, struct elf *e)
{
    struct elf_error err;
    if (log_on(LOG_ELF)) log_line("parsing ELF...");
    if (!elf_parse(e, f->bytes, f->size, &err)) {
        warn("%s: %s", f->path, err.text);
        return err.not_elf ? EXIT_NOT_EXECUTABLE : EXIT_INTERNAL;
    }
    if (log_on(LOG_ELF)) elf_print(e, log_line);
    return 0;
}

// ---- the dynamic linker ----

// It goes where mmap would put it, below the stack, which is there already.
static int load_interpreter(struct process *p, const struct file *f, const struct elf *e)
{
    const struct extent x = extent_of(e);
    uint32_t at = (uint32_t)x.start;
    if (e->interp) {
        warn("%s: is an interpreter that wants one itself", f->path);
        return EXIT_INTERNAL;
    }
    if (e->type == ELF_DYN) at = mm_choose(p, 0, page_up(x.end) - x.start, UAS_PAGE);
    if (!at || page_up(x.end - x.start) + at > ABI_TASK_SIZE) {
        warn("%s: there is no room for it", f->path);
        return EXIT_INTERNAL;
    }
    p->interp_base = at - (uint32_t)x.start;
    if (!map_segments(p, f, e, p->interp_base)) return EXIT_INTERNAL;
    p->start = (uint32_t)e->entry + p->interp_base;
    return 0;
}

// Where ARM's libraries often are beside a cross compiler.
#define CROSS_LIBRARIES "/usr/arm-linux-gnueabihf"

static int find_interpreter(struct process *p, const char *program, const char *name, char *path)
{
    struct stat st;
    sysroot_path(p, name, path);
    if (stat(path, &st) == 0) return 0;
    const bool there = access(CROSS_LIBRARIES, F_OK) == 0;
    warn("%s: is linked dynamically, and its interpreter %s is not here; --sysroot DIR says where ARM's "
         "libraries "
         "are%s",
         program, name, there ? ", for instance " CROSS_LIBRARIES : "");
    return EXIT_NOT_FOUND;
}

// The first program's interpreter is granted with it, another's must be granted already.
static bool interpreter_for_sandbox(struct process *p, const char *path, int *fd)
{
    if (!p->sandbox_inherited)
        return !sandbox_has_files(p->sandbox) || sandbox_grant(p->sandbox, path, false);
    *fd = sandbox_open(p, path);
    if (*fd < 0) warn("%s: %s", path, strerror(-*fd));
    return *fd >= 0;
}

static int interpreter(struct process *p, const char *program, const char *name)
{
    char path[SYSROOT_PATH];
    struct file f;
    struct elf e;
    int status = find_interpreter(p, program, name, path);
    if (status) return status;
    f.fd = -1;
    if (p->sandbox && !interpreter_for_sandbox(p, path, &f.fd)) return EXIT_NOT_EXECUTABLE;
    status = open_file(&f, path);
    if (!status) status = parse(&f, &e);
    if (!status) status = load_interpreter(p, &f, &e);
    close_file(&f);
    return status;
}

static int load(struct process *p, const struct file *f)
{
    struct elf e;
    int status = parse(f, &e);
    if (!status) status = load_program(p, f, &e);
    if (status) return status;
    if (!stack_map(p)) {
        warn("%s: %s", f->path, strerror(errno));
        return EXIT_INTERNAL;
    }
    return e.interp ? interpreter(p, f->path, e.interp) : 0;
}

static void start_registers(struct process *p, struct thread *t, uint32_t sp)
{
    struct cpu *c = &t->cpu;
    p->start_stack = c->r[13] = sp;
    c->thumb = p->start & 1;
    c->r[15] = p->start & ~1u;
}

// What the program is started with.
struct start {
    const char *path;
    int argc;
    char *const *argv;
};

// A "#!" file: its interpreter is the program, with the file's name instead of argv[0]. Lives as long as the
// process.
static int enter_script(struct start *s, const struct file *f, unsigned nested)
{
    const size_t most = SCRIPT_HEADER - 2, n = f->size - 2 < most ? f->size - 2 : most;
    char **argv = pages_new((size_t)(s->argc + 3) * sizeof *argv + SCRIPT_HEADER), *name, *arg;
    if (!argv) return EXIT_INTERNAL;
    char *line = memcpy(argv + s->argc + 3, f->bytes + 2, n);
    if (nested == SCRIPTS_NESTED || !script_parse(line, f->size - 2 < most, &name, &arg)) {
        warn("%s: %s", s->path,
             nested == SCRIPTS_NESTED ? strerror(ELOOP) : "names no interpreter behind #!");
        return EXIT_NOT_EXECUTABLE;
    }
    int k = 0;
    argv[k++] = name;
    if (*arg) argv[k++] = arg;
    argv[k++] = (char *)s->path;
    for (int i = 1; i < s->argc; i++)
        argv[k++] = s->argv[i];
    *s = (struct start){name, k, argv};
    return 0;
}

static int load_file(struct process *p, struct start *s, struct file *f)
{
    int status = 0;
    f->fd = p->opt.program_fd;
    for (unsigned nested = 0; !status; nested++) {
        p->path = s->path;
        if (p->sysroot) {
            char *host = pages_new(SYSROOT_PATH); // lives as long as the process
            if (host) sysroot_path(p, s->path, host), p->path = host;
        }
        status = open_file(f, p->path);
        const bool script = !status && script_is(f->bytes, f->size);
        if (!status) status = script ? enter_script(s, f, nested) : load(p, f);
        close_file(f);
        if (!script) break;
        f->fd = -1;
    }
    return status;
}

int process_load(struct process *p, struct thread *t, const char *path, int argc, char *const *argv,
                 char *const *envp, const struct title *title)
{
    struct file f;
    struct start s = {path, argc, argv};
    const int status = load_file(p, &s, &f);
    if (status) return status;
    p->exe_dev = f.dev;
    p->exe_ino = f.ino;

    const int err = kuser_note(p);
    const uint32_t sp = err ? 0 : stack_build(p, s.path, s.argc, s.argv, envp);
    if (!sp) {
        const int e = err ? -err : errno;
        warn("%s: %s", path, strerror(e));
        return e == E2BIG ? EXIT_NOT_EXECUTABLE : EXIT_INTERNAL;
    }
    start_registers(p, t, sp);
    const char *slash = strrchr(path, '/');
    prctl(PR_SET_NAME, slash ? slash + 1 : path);
    title_show(p, title);
    stats_program = p->path;
    return 0;
}
