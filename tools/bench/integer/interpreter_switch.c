// An interpreter with one switch: one indirect jump, or a tree of compares, for all operations.
#include "interpreter.h"

__attribute__((noinline)) static uint32_t run(const struct op_word *program, uint32_t seed)
{
    uint32_t r[8] = {seed}, memory[256];
    for (const struct op_word *p = program;; p++)
        switch ((enum op)p->op) {
        case LOADI: r[p->d] = p->b; break;
        case ADD: r[p->d] = r[p->a] + r[p->b]; break;
        case SUB: r[p->d] = r[p->a] - r[p->b]; break;
        case MUL: r[p->d] = r[p->a] * r[p->b]; break;
        case XOR: r[p->d] = r[p->a] ^ r[p->b]; break;
        case SHR: r[p->d] = r[p->a] >> (r[p->b] & 31); break;
        case LOAD: r[p->d] = memory[r[p->a] & 255]; break;
        case STORE: memory[r[p->a] & 255] = r[p->d]; break;
        case LESS: r[p->d] = r[p->a] < r[p->b]; break;
        case JUMP_IF:
            if (r[p->d]) p = program + p->b - 1;
            break;
        case JUMP: p = program + p->b - 1; break;
        case HALT: return r[7];
        case OPS: abort();
        }
}
