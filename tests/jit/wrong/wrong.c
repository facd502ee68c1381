// Linked in front of parts of the emitter (ld --wrap): compiles one thing wrongly, WRONG in the environment says
// which. What lockstep is to find.
#include <stdlib.h>
#include <string.h>

#include "jit/x64/emit_neon.h"

static bool is(const char *what)
{
    const char *wrong = getenv("WRONG");
    return wrong && !strcmp(wrong, what);
}

#define WRAP(type, name, ...)                                                                                \
    type __real_##name(__VA_ARGS__);                                                                         \
    type __wrap_##name(__VA_ARGS__);                                                                         \
    type __wrap_##name(__VA_ARGS__)

// A product is inverted.
WRAP(void, emit_multiply, struct emit *e, const struct ir_insn *i)
{
    __real_emit_multiply(e, i);
    if (is("register") && i->op == IR_MUL) x64_op(&e->a, 0, 0xf7, 2, place(e, i->d)); // not
}

// A carry is taken for its opposite.
WRAP(void, emit_made_flags, struct emit *e, const struct ir_insn *i, enum host_flags kind)
{
    __real_emit_made_flags(e, i, is("flags") && kind == HOST_SUB ? HOST_ADD : kind);
}

// The address is stored in place of the value; or what faults is said to be the next instruction.
static struct ir_insn wrong_access(const struct ir_insn *i)
{
    struct ir_insn wrong = *i;
    if (is("memory") && i->op == IR_ST32) wrong.d = i->a;
    if (is("fault")) wrong.pc += 4;
    return wrong;
}

WRAP(void, emit_memory, struct emit *e, const struct ir_insn *i)
{
    const struct ir_insn wrong = wrong_access(i);
    __real_emit_memory(e, &wrong);
}

WRAP(bool, emit_plain, struct emit *e, const struct ir_insn *i)
{
    const struct ir_insn wrong = wrong_access(i);
    return __real_emit_plain(e, &wrong);
}

// A sum of vectors is a difference.
WRAP(void, emit_vec, struct emit *e, const struct ir_insn *i)
{
    struct ir_insn wrong = *i;
    if (is("vector") && i->vec == VEC_ADD) wrong.vec = VEC_SUB;
    __real_emit_vec(e, &wrong);
}
