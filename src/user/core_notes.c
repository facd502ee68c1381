#include "user/core_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/symbols.h"
#include "user/sysroot.h"

enum {
    NT_PRSTATUS = 1,
    NT_PRPSINFO = 3,
    NT_AUXV = 6,
    NT_ARM_VFP = 0x400,
    NT_SIGINFO = 0x53494749,
    NT_FILE = 0x46494c45
};

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

// Room for n bytes behind what is there; NULL: there is none.
static uint8_t *grow(struct core_notes *notes, size_t n)
{
    if (notes->n + n > notes->cap) {
        const size_t cap = notes->cap * 2 + n;
        uint8_t *bytes = realloc(notes->bytes, cap);
        if (!bytes) {
            notes->failed = true;
            return NULL;
        }
        notes->bytes = bytes;
        notes->cap = cap;
    }
    uint8_t *p = notes->bytes + notes->n;
    memset(p, 0, n);
    notes->n += n;
    return p;
}

static void add_note(struct core_notes *notes, const char *owner, uint32_t type, const void *data,
                     size_t size)
{
    const uint32_t head[3] = {(uint32_t)strlen(owner) + 1, (uint32_t)size, type};
    const size_t names = (head[0] + 3u) & ~3u, room = (size + 3) & ~(size_t)3;
    uint8_t *p = grow(notes, sizeof head + names + room);
    if (!p) return;
    memcpy(p, head, sizeof head);
    memcpy(p + sizeof head, owner, head[0]);
    memcpy(p + sizeof head + names, data, size);
}

static void add_status(struct core_notes *notes, const struct thread *t, int sig, int code)
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
}

static void add_vfp(struct core_notes *notes, const struct cpu *c)
{
    uint32_t vfp[65];
    memcpy(vfp, c->d, sizeof c->d);
    vfp[64] = c->fpscr;
    add_note(notes, "LINUX", NT_ARM_VFP, vfp, sizeof vfp);
}

static void add_process(struct core_notes *notes, const struct thread *t)
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

// Which files are mapped where: numbers, of pages in the files, too, then their names as the guest knows
// them.
struct file_list {
    const struct process *p;
    uint32_t *numbers;
    char *names;
    size_t n, length;
    bool failed;
};

static void list_file(void *to, const struct symbols_file *m)
{
    struct file_list *l = to;
    const char *name = sysroot_guest_path(l->p, m->name);
    const size_t size = strlen(name) + 1;
    uint32_t *numbers = realloc(l->numbers, (2 + 3 * (l->n + 1)) * sizeof *numbers);
    if (numbers) l->numbers = numbers;
    char *names = realloc(l->names, l->length + size);
    if (names) l->names = names;
    if (!numbers || !names) {
        l->failed = true;
        return;
    }
    uint32_t *at = numbers + 2 + 3 * l->n++;
    at[0] = m->start;
    at[1] = (uint32_t)m->end;
    at[2] = m->offset / UAS_PAGE;
    memcpy(names + l->length, name, size);
    l->length += size;
}

static void add_files(struct core_notes *notes, struct process *p)
{
    struct file_list l = {.p = p};
    process_files(p, list_file, &l);
    const size_t numbers = (2 + 3 * l.n) * sizeof *l.numbers;
    uint8_t *all = l.n && !l.failed ? malloc(numbers + l.length) : NULL;
    if (all) {
        l.numbers[0] = (uint32_t)l.n;
        l.numbers[1] = UAS_PAGE;
        memcpy(all, l.numbers, numbers);
        memcpy(all + numbers, l.names, l.length);
        add_note(notes, "CORE", NT_FILE, all, numbers + l.length);
    }
    free(all);
    free(l.numbers);
    free(l.names);
}

void core_notes_make(struct core_notes *notes, struct thread *t, int sig, int code, uint32_t addr)
{
    struct process *p = t->p;
    const uint32_t info[32] = {(uint32_t)sig, 0, (uint32_t)code, addr};
    add_status(notes, t, sig, code);
    add_process(notes, t);
    add_note(notes, "CORE", NT_SIGINFO, info, sizeof info);
    add_files(notes, p);
    add_vfp(notes, &t->cpu);
    if (t->vforked) return;
    pthread_mutex_lock(&p->lock);
    for (const struct thread *o = p->threads; o; o = o->next) {
        if (o == t || o->exiting) continue;
        add_status(notes, o, sig, code);
        add_vfp(notes, &o->cpu);
    }
    pthread_mutex_unlock(&p->lock);
}
