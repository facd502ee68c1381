#include "symbols/backtrace.h"

#include <stdio.h>
#include <string.h>

#include "symbols/exidx.h"
#include "symbols/prologue.h"
#include "symbols/space.h"
#include "symbols/stack_op.h"

enum { R7 = 7, FP = 11, SP = 13, LR = 14, PC = 15 };
enum { SHOWN = 64, GUESSED_BACK = 2048, SWITCHES = 4 };

struct walk {
    const struct backtrace_space *space;
    uint32_t r[16]; // r[15] without bit 0
    bool thumb, interrupted;
    bool by_table;     // the last step was
    unsigned switches; // of stacks, so far
};

// An address in the instruction that a frame is at. Kernels have calls return to where a function begins.
static uint32_t place_of(const struct walk *w)
{
    struct symbol s;
    const uint32_t pc = w->r[PC];
    if (w->interrupted) return pc;
    const bool begins = symbols_at(w->space->symbols, pc, &s) && s.addr == pc;
    return begins && !stack_is_behind_call(w->space, pc, w->thumb) ? pc : pc - 1;
}

static bool returns_to(const struct backtrace_space *space, uint32_t lr)
{
    return stack_is_behind_call(space, lr & ~1u, lr & 1);
}

// A frame pointer's frame, if it is one: it leads up the stack and to behind a call. APCS: pc, lr, sp and fp
// are saved in front of where it points to; GCC saves fp and lr there, LLVM behind.
static bool follow_pointer(struct walk *w, unsigned reg)
{
    static const struct {
        int fp, lr, size; // in words from where the pointer points to
    } layouts[] = {{-3, -1, 1}, {-1, 0, 1}, {0, 1, 2}};
    const uint32_t fp = w->r[reg];
    if (fp & 3 || fp < w->r[SP]) return false;
    for (unsigned i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        uint32_t lr, up, sp = fp + 4u * (uint32_t)layouts[i].size;
        if (!space_get32(w->space, fp + 4u * (uint32_t)layouts[i].lr, &lr) ||
            !space_get32(w->space, fp + 4u * (uint32_t)layouts[i].fp, &up))
            return false;
        if (!returns_to(w->space, lr) || (up && up <= fp)) continue;
        if (i == 0 && (!space_get32(w->space, fp - 8, &sp) || sp <= fp)) continue;
        w->r[reg] = up;
        w->r[SP] = sp;
        w->r[PC] = w->r[LR] = lr;
        return true;
    }
    return false;
}

// The frame by the tables, or by the code of a function whose start is known. *exact: what the tables
// restored was pc itself, as a kernel's exceptions save it.
static bool unwind_known(struct walk *w, bool *exact)
{
    const uint32_t at = place_of(w);
    struct exidx_entry e;
    struct symbol s;
    uint32_t r[16];
    const bool listed = exidx_find(w->space, at, &e) && e.word != EXIDX_CANTUNWIND;
    // What the compiler has moved out of a function begins in its middle.
    const bool named = symbols_at(w->space->symbols, at, &s) && s.function && !strstr(s.name, ".cold");
    const uint32_t start = named ? s.addr : e.function;
    enum prologue_part part = PROLOGUE_LOST;
    memcpy(r, w->r, sizeof r);
    *exact = false;
    if (listed || named) part = prologue_unwind(w->space, start, w->thumb, w->interrupted, r);
    if (w->interrupted && part == PROLOGUE_BEHIND && epilogue_unwind(w->space, w->thumb, w->r)) return true;
    if (!(w->interrupted && part == PROLOGUE_INSIDE) && listed) {
        uint32_t by_table[16];
        memcpy(by_table, w->r, sizeof by_table);
        if (exidx_unwind(w->space, &e, by_table, exact)) {
            memcpy(w->r, by_table, sizeof by_table);
            return w->by_table = true;
        }
    }
    if (part == PROLOGUE_LOST) return false;
    memcpy(w->r, r, sizeof r);
    return true;
}

// Code that nothing is known of: where LR was pushed last, a function may begin. It is one if it leads to
// behind a call.
static bool unwind_guessed(struct walk *w)
{
    const uint32_t step = w->thumb ? 2 : 4;
    for (uint32_t back = step; back < GUESSED_BACK; back += step) {
        struct stack_op op;
        uint32_t r[16];
        if (!stack_op_at(w->space, w->r[PC] - back, w->thumb, &op)) return false;
        if (op.kind != STACK_PUSH || !(op.mask & 1u << LR)) continue;
        memcpy(r, w->r, sizeof r);
        if (prologue_unwind(w->space, w->r[PC] - back, w->thumb, false, r) == PROLOGUE_LOST) return false;
        if (!returns_to(w->space, r[PC])) return false;
        memcpy(w->r, r, sizeof r);
        return true;
    }
    return false;
}

// The registers of whoever has called, or seems to. False: nobody has.
static bool call(struct walk *w, bool *exact)
{
    const struct backtrace_space *space = w->space;
    const bool leaf = w->interrupted;
    uint8_t probe[2];
    *exact = false;
    if (space->read(space->ctx, w->r[PC], probe, 2) != 2) { // it has gone where no code is
        w->r[PC] = w->r[LR];
        return leaf && returns_to(space, w->r[LR]);
    }
    if (unwind_known(w, exact) || (!leaf && follow_pointer(w, w->thumb ? R7 : FP))) return true;
    if (leaf && returns_to(space, w->r[LR])) {
        w->r[PC] = w->r[LR];
        return true;
    }
    return unwind_guessed(w) || (leaf && (follow_pointer(w, FP) || follow_pointer(w, R7)));
}

// What a signal has interrupted takes the place of where its handler returns to.
static void resume(struct walk *w)
{
    const struct backtrace_space *space = w->space;
    if (!space->trampoline || !space->trampoline(space->ctx, w->r, &w->thumb)) return;
    w->r[PC] &= ~1u;
    w->interrupted = true;
}

// The caller takes the frame's place. False: this was the outermost.
static bool up(struct walk *w)
{
    const uint32_t sp = w->r[SP];
    const bool leaf = w->interrupted;
    bool exact;
    w->by_table = false;
    if (!call(w, &exact)) return false;
    // Stacks grow downwards; but kernels have one for interrupts, which may lie above the one they leave.
    if (w->r[SP] < sp && (!w->by_table || w->switches++ == SWITCHES)) return false;
    if (w->r[SP] == sp && !leaf) return false;
    if (!exact) w->thumb = w->r[PC] & 1;
    w->r[PC] &= ~1u;
    w->interrupted = exact;
    resume(w);
    return w->r[PC] != 0;
}

unsigned backtrace_walk(const struct backtrace_space *space, const uint32_t r[16], bool thumb,
                        struct backtrace_frame *frames, unsigned max)
{
    struct walk w = {.space = space, .thumb = thumb, .interrupted = true};
    memcpy(w.r, r, sizeof w.r);
    unsigned n = 0;
    do {
        if (n == max) break;
        frames[n++] = (struct backtrace_frame){
            .pc = w.r[PC], .sp = w.r[SP], .at = place_of(&w), .thumb = w.thumb, .interrupted = w.interrupted};
    } while (up(&w));
    return n;
}

// " in main+0x10 (program)", or " in libc.so.6+0x2a2da"
static void format_place(struct symbols *symbols, const struct backtrace_frame *f, char *buf, size_t size)
{
    struct symbol s;
    const char *file;
    uint32_t in_file;
    if (symbols_at(symbols, f->at, &s))
        snprintf(buf, size, *s.file ? " in %.300s+0x%x (%.100s)" : " in %.300s+0x%x", s.name,
                 (unsigned)(f->pc - s.addr), s.file);
    else if (symbols_file_at(symbols, f->at, &file, &in_file))
        snprintf(buf, size, " in %.100s+0x%x", file, (unsigned)(in_file + f->pc - f->at));
}

void backtrace_print(const struct backtrace_space *space, const uint32_t r[16], bool thumb,
                     void (*put)(void *to, const char *line), void *to)
{
    struct backtrace_frame frames[SHOWN];
    char line[512];
    const unsigned n = backtrace_walk(space, r, thumb, frames, SHOWN);
    unsigned shown = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct backtrace_frame *f = &frames[i];
        if (i && f->interrupted) {
            snprintf(line, sizeof line, "#%-2u <%s>", shown++,
                     space->trampoline ? "signal handler called" : "exception");
            put(to, line);
        }
        const int len = snprintf(line, sizeof line, "#%-2u 0x%08x", shown++, (unsigned)f->pc);
        format_place(space->symbols, f, line + len, sizeof line - (size_t)len);
        put(to, line);
    }
    if (n == SHOWN) put(to, "    ... and more");
}
