// What an instruction does to the stack: the few of them that compilers begin and end functions with.
#ifndef STINKARM_SYMBOLS_STACK_OP_H
#define STINKARM_SYMBOLS_STACK_OP_H

#include "symbols/backtrace.h"

enum stack_op_kind {
    STACK_OTHER,  // nothing to the stack, nor to where the CPU goes on
    STACK_PUSH,   // mask
    STACK_STORE,  // reg at [sp + offset]
    STACK_ADD,    // sp += offset
    STACK_FRAME,  // reg = sp + offset
    STACK_DERIVE, // reg = ip + offset
    STACK_SET,    // sp = reg + offset
    STACK_POP,    // mask, with pc a return
    STACK_LOAD,   // mask from below or at reg + offset, sp among them
    STACK_RETURN, // bx lr
    STACK_CALL,
    STACK_JUMP,
    STACK_JUMP_IF,
    STACK_UNKNOWN, // something to sp that is none of these
};

struct stack_op {
    enum stack_op_kind kind;
    unsigned size; // of the instruction: 2 or 4
    unsigned reg;
    uint32_t mask;
    uint32_t offset; // may be "negative"
};

// False: no instruction can be read there.
bool stack_op_at(const struct backtrace_space *space, uint32_t at, bool thumb, struct stack_op *op);
// Whether the instruction in front of an address is a call, which returns to it.
bool stack_is_behind_call(const struct backtrace_space *space, uint32_t at, bool thumb);

#endif
