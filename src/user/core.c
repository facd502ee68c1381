#include "user/core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"
#include "elf/elf.h"

enum { NT_PRSTATUS = 1, NT_PRPSINFO = 3, NT_AUXV = 6, NT_ARM_VFP = 0x400, NT_SIGINFO = 0x53494749 };
enum { PIECE = 1 << 16, NOTES = 4096 };

// include/linux/elfcore.h and elfcore-compat.h, of a 32-bit ARM kernel
struct elf_prstatus {
    int32_t signo, code, err;
    int16_t cursig, pad;
    uint32_t sigpend, sighold;
    int32_t pid, ppid, pgrp, sid;
    int32_t times[8];
    uint32_t reg[18]; // r0 to r15, CPSR, r0 as it was before a system call
    int32_t fpvalid;
};
_Static_assert(sizeof(struct elf_prstatus) == 148, "as the kernel has it");

struct elf_prpsinfo {
    char state, sname, zombie, nice;
    uint32_t flag;
    uint16_t uid, gid;
    int32_t pid, ppid, pgrp, sid;
    char fname[16], args[80];
};
_Static_assert(sizeof(struct elf_prpsinfo) == 124, "as the kernel has it");

struct notes {
    size_t n;
    uint8_t bytes[NOTES];
};

static void add_note(struct notes *notes, const char *owner, uint32_t type, const void *data, size_t size)
{
    const uint32_t head[3] = {(uint32_t)strlen(owner) + 1, (uint32_t)size, type};
    const size_t names = (head[0] + 3u) & ~3u, room = (size + 3) & ~(size_t)3;
    if (notes->n + sizeof head + names + room > NOTES) return;
    uint8_t *p = notes->bytes + notes->n;
    memcpy(p, head, sizeof head);
    memcpy(p + sizeof head, owner, head[0]);
    memcpy(p + sizeof head + names, data, size);
    notes->n += sizeof head + names + room;
}

static void add_registers(struct notes *notes, const struct thread *t, int sig, int code)
{
    const struct cpu *c = &t->cpu;
    struct elf_prstatus s = {.signo = sig,
                             .code = code,
                             .cursig = (int16_t)sig,
                             .sighold = (uint32_t)t->sigmask,
                             .pid = t->tid,
                             .ppid = getppid(),
                             .pgrp = getpgrp(),
                             .sid = getsid(0),
                             .fpvalid = 1};
    memcpy(s.reg, c->r, sizeof c->r);
    s.reg[16] = cpu_cpsr_get(c);
    s.reg[17] = t->syscall_r0;
    add_note(notes, "CORE", NT_PRSTATUS, &s, sizeof s);
    uint32_t vfp[65];
    memcpy(vfp, c->d, sizeof c->d);
    vfp[64] = c->fpscr;
    add_note(notes, "LINUX", NT_ARM_VFP, vfp, sizeof vfp);
}

static void add_process(struct notes *notes, const struct thread *t)
{
    struct process *p = t->p;
    struct elf_prpsinfo s = {.sname = 'R',
                             .uid = (uint16_t)getuid(),
                             .gid = (uint16_t)getgid(),
                             .pid = getpid(),
                             .ppid = getppid(),
                             .pgrp = getpgrp(),
                             .sid = getsid(0)};
    const char *slash = strrchr(p->path, '/');
    snprintf(s.fname, sizeof s.fname, "%s", slash ? slash + 1 : p->path);
    uint32_t n = p->arg_end - p->arg_start;
    if (n > sizeof s.args - 1) n = sizeof s.args - 1;
    if (uas_read(&p->as, s.args, p->arg_start, n))
        for (uint32_t i = 0; i + 1 < n; i++)
            if (!s.args[i]) s.args[i] = ' ';
    add_note(notes, "CORE", NT_PRPSINFO, &s, sizeof s);
    uint32_t auxv[128];
    if (p->auxv_len <= sizeof auxv && uas_read(&p->as, auxv, p->auxv_addr, p->auxv_len))
        add_note(notes, "CORE", NT_AUXV, auxv, p->auxv_len);
}

static bool put(int fd, const void *bytes, size_t n, uint64_t at)
{
    return pwrite(fd, bytes, n, (off_t)at) == (ssize_t)n;
}

static bool is_zero(const uint8_t *p, size_t n)
{
    return !p[0] && !memcmp(p, p + 1, n - 1);
}

// A mapping's bytes. What is 0, or cannot be read, is a hole in the file.
static bool put_memory(int fd, struct uas *as, const struct uas_map *m, uint64_t at)
{
    static uint8_t piece[PIECE];
    for (uint64_t a = m->start; a < m->end; a += sizeof piece) {
        const size_t n = m->end - a < sizeof piece ? (size_t)(m->end - a) : sizeof piece;
        if (!uas_read(as, piece, (uint32_t)a, n) || is_zero(piece, n)) continue;
        if (!put(fd, piece, n, at + (a - m->start))) return false;
    }
    return true;
}

static bool put_header(int fd, unsigned phnum)
{
    uint8_t h[ELF32_HEADER_SIZE] = {0x7f, 'E', 'L', 'F', ELF_CLASS32, ELF_DATA_LSB, 1};
    const uint16_t half[] = {ELF_CORE, ELF_MACHINE_ARM};
    const uint32_t version = 1, phoff = ELF32_HEADER_SIZE, flags = 0x05000000; // EABI 5
    const uint16_t sizes[] = {ELF32_HEADER_SIZE, ELF32_PHENT_SIZE, (uint16_t)phnum};
    memcpy(h + 16, half, 4);
    memcpy(h + 20, &version, 4);
    memcpy(h + 28, &phoff, 4);
    memcpy(h + 36, &flags, 4);
    memcpy(h + 40, sizes, 6);
    return put(fd, h, sizeof h, 0);
}

struct program_header {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

static bool put_program_header(int fd, unsigned i, struct program_header h)
{
    return put(fd, &h, sizeof h, ELF32_HEADER_SIZE + (uint64_t)i * ELF32_PHENT_SIZE);
}

static uint32_t elf_flags(unsigned prot)
{
    return (prot & UAS_READ ? ELF_PF_R : 0u) | (prot & UAS_WRITE ? ELF_PF_W : 0u) |
           (prot & UAS_EXEC ? ELF_PF_X : 0u);
}

// Everything behind the notes; files end below 4 GiB, which is all that the format can say.
static bool put_all(int fd, struct thread *t, const struct notes *notes)
{
    struct uas *as = &t->p->as;
    const unsigned most = 0xfffe, maps = uas_count(as), n = maps < most ? maps : most;
    const uint64_t at = ELF32_HEADER_SIZE + (uint64_t)(n + 1) * ELF32_PHENT_SIZE;
    uint64_t offset = (at + notes->n + UAS_PAGE - 1) & ~(uint64_t)(UAS_PAGE - 1);
    bool ok = put_header(fd, n + 1) && put(fd, notes->bytes, notes->n, at) &&
              put_program_header(fd, 0,
                                 (struct program_header){ELF_PT_NOTE, (uint32_t)at, 0, 0, (uint32_t)notes->n,
                                                         (uint32_t)notes->n, 0, 4});
    struct uas_map m;
    uint64_t from = 0;
    for (unsigned i = 1; ok && i <= n && uas_next(as, (uint32_t)from, &m); i++, from = m.end) {
        const uint64_t size = m.end - m.start;
        const bool there = m.prot & UAS_READ && offset + size < 1ull << 32;
        ok = put_program_header(fd, i,
                                (struct program_header){ELF_PT_LOAD, (uint32_t)offset, m.start, 0,
                                                        there ? (uint32_t)size : 0, (uint32_t)size,
                                                        elf_flags(m.prot), UAS_PAGE}) &&
             (!there || put_memory(fd, as, &m, offset));
        if (there) offset += size;
    }
    return ok && ftruncate(fd, (off_t)offset) == 0;
}

// %p is the process ID, %% a %.
static void expand(char *to, size_t size, const char *pattern)
{
    size_t n = 0;
    for (; *pattern && n + 1 < size; pattern++) {
        if (pattern[0] == '%' && pattern[1] == 'p') {
            n += (size_t)snprintf(to + n, size - n, "%d", getpid());
            pattern++;
        } else {
            if (pattern[0] == '%' && pattern[1] == '%') pattern++;
            to[n++] = *pattern;
        }
    }
    to[n < size ? n : size - 1] = 0;
}

void core_write(struct thread *t, int sig, int code, uint32_t addr)
{
    char path[4096];
    struct notes *notes = pages_new(sizeof *notes);
    if (!notes) return;
    expand(path, sizeof path, t->p->opt.core);
    add_registers(notes, t, sig, code);
    add_process(notes, t);
    uint32_t info[32] = {(uint32_t)sig, 0, (uint32_t)code, addr};
    add_note(notes, "CORE", NT_SIGINFO, info, sizeof info);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || !put_all(fd, t, notes))
        warn("--core: %s: %s", path, strerror(errno));
    else
        warn("core file: %s", path);
    if (fd >= 0) close(fd);
    munmap(notes, sizeof *notes);
}
