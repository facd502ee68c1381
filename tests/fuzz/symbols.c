// libFuzzer target: any bytes as a file of symbols, as a kernel's memory, and as a stack with its code and
// tables.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/exidx.h"
#include "symbols/table.h"

enum { BASE = 0x10000, FRAMES = 64 };

static const uint8_t *memory;
static size_t size_of_memory;

static size_t read_memory(void *ctx, uint32_t addr, void *to, size_t n)
{
    (void)ctx;
    if (addr < BASE || addr - BASE >= size_of_memory) return 0;
    const size_t left = size_of_memory - (addr - BASE);
    if (n > left) n = left;
    memcpy(to, memory + addr - BASE, n);
    return n;
}

static void promise(int kept)
{
    if (!kept) abort();
}

static void look(struct table *t)
{
    for (uint32_t addr = 0; addr < 0x20000; addr += 0x3ff)
        (void)table_at(t, addr);
    for (size_t i = 0; i < t->n; i++) {
        promise(strlen(t->names + t->entries[i].name) < t->names_size);
        promise(i == 0 || t->entries[i].addr >= t->entries[i - 1].addr);
    }
    (void)table_find(t, "main");
    table_free(t);
}

static void walk(const uint8_t *data, size_t size)
{
    const struct backtrace_space space = {.read = read_memory};
    struct backtrace_frame frames[FRAMES];
    uint32_t r[16] = {0};
    bool exact;
    memory = data;
    size_of_memory = size;
    memcpy(r, data, size < sizeof r ? size : sizeof r);
    for (unsigned i = 7; i < 16; i++) // most of the time somewhere in there
        if (r[i] & 3) r[i] = BASE + (size ? (r[i] >> 2) % (uint32_t)size & ~1u : 0);
    for (unsigned thumb = 0; thumb < 2; thumb++) {
        const unsigned n = backtrace_walk(&space, r, thumb, frames, FRAMES);
        promise(n >= 1 && n <= FRAMES);
    }
    const struct exidx_entry e = {.function = BASE, .at = BASE, .word = r[0]};
    (void)exidx_unwind(&space, &e, r, &exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0) fd = memfd_create("symbols", MFD_CLOEXEC);
    const char *why;
    struct table t = {0};
    if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size) return 0;
    (void)table_read_elf(&t, fd, &why);
    look(&t);
    (void)table_read_map(&t, fd, &why);
    table_sort(&t);
    look(&t);
    if (table_read_kallsyms(&t, data, size)) look(&t);
    walk(data, size);
    return 0;
}
