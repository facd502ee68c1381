// Loops that divide bit by bit.
#include <criterion/criterion.h>
#include <string.h>

#include "ir/passes.h"
#include "isa/insn.h"

static struct ir_block block;

enum { NO = IR_NONE, IMM = IR_IMM, R = 4, RH = 5, D = 2, DH = 3, N = 8, X = 9 };

static struct ir_insn *put(enum ir_op op, uint8_t d, uint8_t a, uint8_t b, uint32_t imm)
{
    struct ir_insn *i = &block.insn[block.n++];
    *i = (struct ir_insn){.op = (uint8_t)op, .d = d, .a = a, .b = b, .e = NO, .imm = imm};
    i->sets = op >= IR_ADD && op <= IR_SBC ? IR_NZCV : 0;
    i->reads = op == IR_ADC || op == IR_SBC ? IR_C : 0;
    return i;
}

static void when(uint8_t cond, unsigned block_number)
{
    struct ir_insn *i = put(IR_IF, NO, NO, NO, 0);
    i->cond = cond;
    i->n = 1;
    put(IR_JUMP, NO, NO, NO, block_number)->mode = IR_CONDITIONAL;
}

// Block 0, a round; block 1, the rest of one that subtracts; block 2, behind the loop.
static void loop(uint8_t subtrahend, uint32_t step)
{
    memset(&block, 0, sizeof block);
    block.region = true;
    block.nblocks = 3;
    block.blocks[0].entry = block.blocks[0].loop = true;
    put(IR_ENTER, NO, NO, NO, 0);
    put(IR_SUB, NO, R, D, 0);
    put(IR_SBC, X, RH, DH, 0);
    when(COND_CS, 1);
    put(IR_ADD, R, R, R, 0);
    put(IR_ADC, RH, RH, RH, 0);
    put(IR_SUB, N, N, IMM, step);
    when(COND_NE, 0);
    put(IR_JUMP, NO, NO, NO, 2);
    put(IR_ENTER, NO, NO, NO, 1);
    put(IR_SUB, R, R, subtrahend, 0);
    put(IR_SBC, RH, RH, DH, 0);
    put(IR_ADD, R, R, R, 0);
    put(IR_ADC, RH, RH, RH, 0);
    put(IR_ADD, R, R, IMM, 1);
    put(IR_ADC, RH, RH, IMM, 0);
    put(IR_SUB, N, N, IMM, step);
    when(COND_EQ, 2);
    put(IR_JUMP, NO, NO, NO, 0);
    put(IR_ENTER, NO, NO, NO, 2);
    put(IR_LEAVE, NO, NO, NO, 0);
}

static bool found(void)
{
    ir_pass_rounds(&block);
    cr_assert_null(ir_verify(&block));
    const struct ir_insn *i = &block.insn[1];
    if (i->op != IR_ROUNDS) return false;
    cr_expect(i->d == R && i->e == RH && i->a == D && i->b == DH && i->n == N);
    return true;
}

Test(ir_rounds, found)
{
    loop(D, 1);
    cr_expect(found());
}

Test(ir_rounds, other_loops)
{
    loop(X, 1);
    cr_expect_not(found());
    loop(D, 2);
    cr_expect_not(found());
    loop(D, 1);
    block.insn[2].d = R;
    cr_expect_not(found());
    loop(D, 1);
    block.insn[2].sets = 0;
    cr_expect_not(found());
    loop(D, 1);
    block.region = false; // rounds are counted
    cr_expect_not(found());
}
