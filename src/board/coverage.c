// What covers is privileged code, at the virtual addresses of one ELF file: the kernel, or, where that is a
// zImage or the like, what --symbols names.
#include "board/coverage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cpu/engine.h"
#include "elf/elf.h"
#include "symbols/coverage.h"

// The virtual addresses of an ELF file's segments. False: it is none.
static bool span(const void *bytes, size_t size, struct symbols_file *f)
{
    struct elf e;
    struct elf_error err;
    uint64_t low = UINT64_MAX, high = 0;
    if (!elf_parse_physical(&e, bytes, size, &err)) return false;
    for (unsigned i = 0; i < e.phnum; i++) {
        const struct elf_segment s = elf_segment(&e, i);
        if (s.type != ELF_PT_LOAD || !s.memsz) continue;
        if (s.vaddr < low) low = s.vaddr;
        if (s.vaddr + s.memsz > high) high = s.vaddr + s.memsz;
    }
    f->start = (uint32_t)low;
    f->end = high;
    f->code = true;
    return low < high;
}

static bool look_at(const char *path, struct symbols_file *f)
{
    struct stat st;
    const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return false;
    void *bytes = fstat(fd, &st) || !st.st_size
                      ? MAP_FAILED
                      : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED) return false;
    f->path = path;
    const bool found = span(bytes, (size_t)st.st_size, f);
    munmap(bytes, (size_t)st.st_size);
    return found;
}

static void files(void *ctx, void (*put)(void *to, const struct symbols_file *f), void *to)
{
    const struct machine *m = ctx;
    put(to, &m->covered);
}

static void ran(void *ctx, struct cpu *c, uint32_t first, uint32_t last)
{
    struct machine *m = ctx;
    if (cpu_privileged(c)) coverage_block(m->coverage, c, first, last);
}

bool coverage_begin(struct machine *m)
{
    const struct debug_options *o = &m->opt.debug_options;
    if (!o->coverage) return true;
    if (!look_at(m->opt.kernel, &m->covered) && !look_at(o->symbols, &m->covered)) {
        warn("--coverage: the kernel is no ELF file; --symbols may name one");
        return false;
    }
    m->coverage = coverage_new(o->coverage, &(struct symbols_source){.ctx = m, .files = files});
    if (m->coverage) m->sys.engine->report(m->sys.engine, ran, m);
    return m->coverage;
}

void coverage_end(struct machine *m)
{
    if (m->coverage) coverage_write(m->coverage);
}
