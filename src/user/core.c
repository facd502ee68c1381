#include "user/core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file_name.h"
#include "base/log.h"
#include "base/pages.h"
#include "elf/elf.h"
#include "user/core_notes.h"
#include "user/halt.h"

enum { PIECE = 1 << 16 };

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
    static PAGES_APART uint8_t piece[PIECE];
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
static bool put_all(int fd, struct thread *t, const struct core_notes *notes)
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

void core_write(struct thread *t, int sig, int code, uint32_t addr)
{
    char path[4096];
    struct core_notes notes = {0};
    halt_others(t);
    file_name_expand(path, sizeof path, t->p->opt.core);
    core_notes_make(&notes, t, sig, code, addr);
    if (notes.failed) errno = ENOMEM;
    const int fd = notes.failed ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || !put_all(fd, t, &notes))
        warn("--core: %s: %s", path, strerror(errno));
    else
        warn("core file: %s", path);
    if (fd >= 0) close(fd);
    free(notes.bytes);
}
