#include "symbols/prologue.h"

#include "symbols/stack_op.h"
#include "symbols/space.h"

enum { IP = 12, SP = 13, LR = 14, PC = 15 };
enum { PROLOGUE_LENGTH = 64, EPILOGUE_LENGTH = 8 };

// Offsets are from the stack pointer as it was when the function began.
struct frame {
    uint32_t sp;          // of the stack pointer now
    uint32_t reg[16];     // of registers that were made from it
    uint32_t saved[16];   // where registers are kept
    uint32_t known, kept; // masks of the two
};

// Those that a function gives back as they were, and where it returns to.
#define PRESERVED 0x4ff0u

static void keep(struct frame *f, unsigned reg, uint32_t offset)
{
    if (!(PRESERVED & 1u << reg) || f->kept & 1u << reg) return;
    f->kept |= 1u << reg;
    f->saved[reg] = offset;
}

// False: what the frame is now cannot be told.
static bool follow(struct frame *f, const struct stack_op *op)
{
    switch (op->kind) {
    case STACK_PUSH: {
        f->sp -= 4u * (unsigned)__builtin_popcount(op->mask);
        uint32_t at = f->sp;
        for (unsigned i = 0; i < 16; i++)
            if (op->mask & 1u << i) {
                keep(f, i, at);
                at += 4;
            }
        return true;
    }
    case STACK_STORE: keep(f, op->reg, f->sp + op->offset); return true;
    case STACK_ADD: f->sp += op->offset; return true;
    case STACK_FRAME:
        f->known |= 1u << op->reg;
        f->reg[op->reg] = f->sp + op->offset;
        return true;
    case STACK_DERIVE:
        if (!(f->known & 1u << IP)) return true;
        f->known |= 1u << op->reg;
        f->reg[op->reg] = f->reg[IP] + op->offset;
        return true;
    case STACK_SET:
        if (!(f->known & 1u << op->reg)) return false;
        f->sp = f->reg[op->reg] + op->offset;
        return true;
    case STACK_OTHER: return true;
    default: return false;
    }
}

enum { R7 = 7, FP = 11 };

static bool has_frame_pointer(const struct frame *f)
{
    return f->known & f->kept & (1u << R7 | 1u << FP);
}

// The frame pointer of ARM or Thumb code, if the function has one.
static uint32_t frame_start(const struct frame *f, const uint32_t r[16])
{
    if (f->known & f->kept & 1u << FP) return r[FP] - f->reg[FP];
    if (f->known & f->kept & 1u << R7) return r[R7] - f->reg[R7];
    return r[SP] - f->sp;
}

static bool leave(const struct backtrace_space *space, const struct frame *f, bool leaf, bool inside,
                  uint32_t r[16])
{
    const uint32_t start = inside ? r[SP] - f->sp : frame_start(f, r);
    if (!(f->kept & 1u << LR) && !leaf) return false;
    for (unsigned i = 0; i < 16; i++)
        if (f->kept & 1u << i && !space_get32(space, start + f->saved[i], &r[i])) return false;
    r[SP] = start;
    r[PC] = r[LR];
    return true;
}

enum prologue_part prologue_unwind(const struct backtrace_space *space, uint32_t start, bool thumb, bool leaf,
                                   uint32_t r[16])
{
    struct frame f = {0};
    struct stack_op op;
    uint32_t at = start;
    bool inside = true;
    for (unsigned i = 0; i < PROLOGUE_LENGTH && at != r[PC]; i++, at += op.size) {
        if (!stack_op_at(space, at, thumb, &op)) return PROLOGUE_LOST;
        const bool pushed = f.kept & 1u << LR;
        const bool end = op.kind == STACK_CALL || op.kind == STACK_JUMP || op.kind == STACK_RETURN ||
                         (op.kind == STACK_JUMP_IF && pushed) || op.kind == STACK_POP ||
                         op.kind == STACK_LOAD;
        if (end) break;
        if (op.kind == STACK_JUMP_IF || follow(&f, &op)) continue;
        // A stack pointer that goes where nobody knows does no harm once there is a frame pointer (alloca).
        if (!has_frame_pointer(&f)) return PROLOGUE_LOST;
        break;
    }
    inside = at == r[PC];
    if (!leave(space, &f, leaf, inside, r)) return PROLOGUE_LOST;
    return inside ? PROLOGUE_INSIDE : PROLOGUE_BEHIND;
}

static bool load(const struct backtrace_space *space, uint32_t mask, uint32_t *at, uint32_t r[16])
{
    for (unsigned i = 0; i < 16; i++) {
        if (!(mask & 1u << i)) continue;
        if (!space_get32(space, *at, &r[i])) return false;
        *at += 4;
    }
    return true;
}

bool epilogue_unwind(const struct backtrace_space *space, bool thumb, uint32_t r[16])
{
    uint32_t now[16], at = r[PC], from;
    struct stack_op op;
    bool returns = false, popped = false;
    for (unsigned i = 0; i < 16; i++)
        now[i] = r[i];
    for (unsigned i = 0; i < EPILOGUE_LENGTH && !returns; i++, at += op.size) {
        if (!stack_op_at(space, at, thumb, &op)) return false;
        switch (op.kind) {
        case STACK_ADD:
            if (op.offset >> 31) return false;
            now[SP] += op.offset;
            break;
        case STACK_SET: now[SP] = now[op.reg] + op.offset; break;
        case STACK_POP:
            from = now[SP];
            if (!load(space, op.mask, &from, now)) return false;
            now[SP] = from;
            returns = op.mask & 1u << PC;
            popped = popped || op.mask & 1u << LR;
            break;
        case STACK_LOAD:
            from = now[op.reg] + op.offset;
            if (!load(space, op.mask, &from, now)) return false;
            returns = op.mask & 1u << PC;
            if (!returns) return false;
            break;
        case STACK_JUMP: // the last call of a function that has no frame any more
            if (!popped) return false;
            // fallthrough
        case STACK_RETURN:
            now[PC] = now[LR];
            returns = true;
            break;
        default: return false;
        }
    }
    if (!returns) return false;
    for (unsigned i = 0; i < 16; i++)
        r[i] = now[i];
    return true;
}
