// An interpreter whose operations each jump to the next one's: many indirect jumps.
#include "interpreter.h"

__attribute__((noinline)) static uint32_t run(const struct op_word *program, uint32_t seed)
{
    static const void *const label[OPS] = {&&loadi, &&add,   &&sub,  &&mul,     &&xor_, &&shr,
                                           &&load,  &&store, &&less, &&jump_if, &&jump, &&halt};
    uint32_t r[8] = {seed}, memory[256];
    const struct op_word *p = program;
    goto *label[p->op];
#define NEXT goto *label[(++p)->op]
loadi:
    r[p->d] = p->b;
    NEXT;
add:
    r[p->d] = r[p->a] + r[p->b];
    NEXT;
sub:
    r[p->d] = r[p->a] - r[p->b];
    NEXT;
mul:
    r[p->d] = r[p->a] * r[p->b];
    NEXT;
xor_:
    r[p->d] = r[p->a] ^ r[p->b];
    NEXT;
shr:
    r[p->d] = r[p->a] >> (r[p->b] & 31);
    NEXT;
load:
    r[p->d] = memory[r[p->a] & 255];
    NEXT;
store:
    memory[r[p->a] & 255] = r[p->d];
    NEXT;
less:
    r[p->d] = r[p->a] < r[p->b];
    NEXT;
jump_if:
    if (r[p->d]) p = program + p->b - 1;
    NEXT;
jump:
    p = program + p->b - 1;
    NEXT;
halt:
    return r[7];
}
