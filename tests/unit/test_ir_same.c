// Temporaries that are made once.
#include <criterion/criterion.h>

#include "ir/passes.h"
#include "ir/use.h"

static struct ir_block block;

enum { T = IR_TEMP, NO = IR_NONE, IMM = IR_IMM };

static struct ir_insn *put(enum ir_op op, uint8_t d, uint8_t a, uint8_t b, uint32_t imm)
{
    struct ir_insn *i = &block.insn[block.n++];
    *i = (struct ir_insn){.op = (uint8_t)op, .d = d, .a = a, .b = b, .e = NO, .imm = imm};
    return i;
}

// lsl t, r2, 4; between; lsl t, r2, 4; sub r0, r0, t: whether the second shift stays.
static bool stays(enum ir_op op, uint8_t d, uint8_t a, uint8_t b)
{
    block.n = 0;
    put(IR_LSL, T, 2, IMM, 4);
    put(op, d, a, b, 0);
    put(IR_LSL, T, 2, IMM, 4);
    put(IR_SUB, 0, 0, T, 0);
    put(IR_GOTO, NO, NO, NO, 0x8000);
    ir_pass_same(&block);
    ir_compact(&block);
    cr_assert_null(ir_verify(&block));
    return block.n == 5;
}

Test(ir_same, as_long_as_nothing_changes)
{
    cr_assert(!stays(IR_SUB, NO, 0, T));
    cr_assert(!stays(IR_LD32, 1, 3, NO));
    cr_assert(stays(IR_ADD, 2, 2, 1));
    cr_assert(stays(IR_ADD, T, 3, 1));
    cr_assert(stays(IR_MUL, 3, 3, 1)); // whose code may use the temporary's register
}

Test(ir_same, under_a_condition)
{
    block.n = 0;
    put(IR_LSL, T, 2, IMM, 4);
    put(IR_IF, NO, NO, NO, 0)->n = 2;
    put(IR_LSL, T, 2, IMM, 4);
    put(IR_SUB, 0, 0, T, 0);
    put(IR_LSL, T, 3, IMM, 4);
    put(IR_IF, NO, NO, NO, 0)->n = 2;
    put(IR_LSL, T, 2, IMM, 4); // may not have been
    put(IR_SUB, 0, 0, T, 0);
    put(IR_LSL, T, 2, IMM, 4);
    put(IR_SUB, 0, 0, T, 0);
    put(IR_GOTO, NO, NO, NO, 0x8000);
    ir_pass_same(&block);
    ir_compact(&block);
    cr_assert_null(ir_verify(&block));
    cr_assert_eq(block.n, 10);
    cr_assert_eq(block.insn[1].n, 1);
    cr_assert_eq(block.insn[4].n, 2);
}
