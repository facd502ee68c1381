// libFuzzer target: anything that might be typed to the monitor, as keys or as lines, at a program that
// stands.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu/engine.h"
#include "debug/monitor_session.h"
#include "isa/insn.h"
#include "mem/access.h"
#include "symbols/backtrace.h"
#include "target.h"

static void forget(struct engine *e, uint64_t addr, uint64_t len)
{
    (void)e, (void)addr, (void)len;
}

static struct engine engine = {.invalidate = forget};

static const struct debug_target target = {
    .id = id_of, .name = name_of, .read = read_memory, .write = write_memory, .auxv = auxv};

// ---- what has fuzzers and tests of its own ----

int isa_disassemble(uint32_t raw, bool thumb, bool wide, uint8_t itstate, uint32_t pc, char *buf, int size)
{
    (void)raw, (void)thumb, (void)wide, (void)itstate, (void)pc;
    strncpy(buf, "mov\tr0, r1\t@ it", (size_t)size);
    return (int)strlen(buf);
}

struct symbols *symbols_new(const struct symbols_source *source)
{
    (void)source;
    return NULL;
}

bool symbols_add_file(struct symbols *s, const char *path)
{
    (void)s, (void)path;
    return false;
}

bool symbols_at(struct symbols *s, uint32_t addr, struct symbol *found)
{
    (void)s;
    *found = (struct symbol){
        .name = "name", .file = "file", .addr = addr & ~0xffu, .function = true, .thumb = addr >> 8 & 1};
    return addr < sizeof memory;
}

bool symbols_find(struct symbols *s, const char *name, struct symbol *found)
{
    (void)s;
    const size_t n = strlen(name);
    *found = (struct symbol){.name = name, .file = "file", .addr = (uint32_t)n * 64, .size = (uint32_t)n - 1};
    return n % 2;
}

void symbols_format(struct symbols *s, uint32_t addr, char *buf, size_t size)
{
    (void)s, (void)addr;
    strncpy(buf, "name+0x10", size);
}

void backtrace_print(const struct backtrace_space *space, const uint32_t r[16], bool thumb,
                     void (*put)(void *to, const char *line), void *to)
{
    (void)space, (void)r, (void)thumb;
    put(to, "#0 name\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The first byte: whether lines are edited, and whether there are symbols.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct debug_control k;
    static struct monitor m;
    static const struct cpu_mem none;
    int fds[2];
    if (!size || size > 4096 || pipe2(fds, O_CLOEXEC)) return 0;
    if (write(fds[1], data + 1, size - 1) < 0) abort();
    close(fds[1]);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    memset(&k, 0, sizeof k);
    memset(&m, 0, sizeof m);
    cpu.mem = &none;
    cpu.watched = false;
    cpu_reset(&cpu);
    cpu.engine = &engine;
    if (!debug_init(&k, &target, true)) abort();
    k.base.join(&k.base, &cpu);
    m.k = &k;
    m.current = 1;
    m.symbols = *data & 2 ? (struct symbols *)&m : NULL;
    m.terminal.out = nowhere;
    m.format = (struct parse_format){.letter = 'x', .size = 'w'};
    m.stop = (struct debug_stop){.kind = STOP_SIGNAL, .thread = 1, .signal = SIGINT};
    m.line = (struct line_edit){.in = fds[0], .out = nowhere, .keys = *data & 1};
    for (enum line_result r; (r = line_edit_read(&m.line, "> ")) != LINE_END;) {
        if (r == LINE_READ) monitor_command(&m, m.line.line);
        m.go = GO_NOWHERE;
        points_place(&m, NULL);
    }
    k.base.leave(&k.base, &cpu);
    close(k.event_fd);
    close(fds[0]);
    close(nowhere);
    return 0;
}
