// Additions with carry that move behind conditional instructions.
#include <criterion/criterion.h>

#include "ir/passes.h"
#include "isa/insn.h"

static struct ir_block block;

enum { NO = IR_NONE, IMM = IR_IMM, T = IR_TEMP };

static struct ir_insn *put(enum ir_op op, uint8_t d, uint8_t a, uint8_t b, uint32_t imm)
{
    struct ir_insn *i = &block.insn[block.n++];
    *i = (struct ir_insn){.op = (uint8_t)op, .d = d, .a = a, .b = b, .e = NO, .imm = imm};
    i->pc = 0x8000 + 4 * block.n;
    return i;
}

static void compare(uint8_t b, uint32_t imm)
{
    put(IR_SUB, NO, 0, b, imm)->sets = IR_C;
}

static void when(unsigned n)
{
    struct ir_insn *i = put(IR_IF, NO, NO, NO, 0);
    i->cond = COND_CS;
    i->reads = IR_C;
    i->n = (uint8_t)n;
    i->mode = IR_SELECT;
}

static void run(void)
{
    put(IR_GOTO, NO, NO, NO, 0x8000);
    ir_pass_defer(&block);
    cr_assert_null(ir_verify(&block));
}

// A step of a division: cmp r0, r1, lsl #5; adc r2, r2, r2; subcs r0, r0, r1, lsl #5
Test(ir_defer, division)
{
    block.n = 0;
    put(IR_LSL, T, 1, IMM, 5);
    compare(T, 0);
    put(IR_ADC, 2, 2, 2, 0)->reads = IR_C;
    when(1);
    put(IR_SUB, 0, 0, T, 0);
    run();
    static const uint8_t ops[] = {IR_LSL, IR_SUB, IR_IF, IR_SUB, IR_ADC, IR_GOTO};
    cr_assert_eq(block.n, sizeof ops);
    for (unsigned k = 0; k < sizeof ops; k++)
        cr_assert_eq(block.insn[k].op, ops[k], "%u: %u", k, block.insn[k].op);
    cr_assert(block.insn[2].n == 1 && block.insn[2].keeps & IR_C && block.insn[2].after & IR_C);
}

Test(ir_defer, carry_that_the_condition_needs_or_makes_stays)
{
    block.n = 0;
    compare(1, 0);
    put(IR_ADC, 2, 2, 3, 0)->reads = IR_C;
    when(1);
    put(IR_MOV, 4, NO, 2, 0);
    put(IR_ADC, 2, 2, 3, 0)->reads = IR_C;
    when(1);
    put(IR_MOV, 3, NO, 4, 0);
    run();
    cr_assert_eq(block.insn[1].op, IR_ADC);
    cr_assert_eq(block.insn[4].op, IR_ADC);
}
