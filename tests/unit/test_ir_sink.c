// Comparisons that move down to their branches.
#include <criterion/criterion.h>

#include "ir/passes.h"

static struct ir_block block;

enum { NO = IR_NONE, IMM = IR_IMM };

static struct ir_insn *put(enum ir_op op, uint8_t d, uint8_t a, uint8_t b, uint32_t imm)
{
    struct ir_insn *i = &block.insn[block.n++];
    *i = (struct ir_insn){.op = (uint8_t)op, .d = d, .a = a, .b = b, .e = NO, .imm = imm};
    i->pc = 0x8000 + 4 * block.n;
    i->keeps = i->after = IR_Z;
    return i;
}

static struct ir_insn *sets(struct ir_insn *i, uint8_t flags)
{
    i->sets = flags;
    i->keeps &= (uint8_t)~flags;
    return i;
}

static void run(void)
{
    put(IR_IF, NO, NO, NO, 0)->reads = IR_Z;
    block.insn[block.n - 1].n = 1;
    put(IR_GOTO, NO, NO, NO, 0x9000);
    put(IR_GOTO, NO, NO, NO, 0x8000);
    ir_pass_sink(&block);
    cr_assert_null(ir_verify(&block));
}

static void expect(const uint8_t *ops, unsigned n)
{
    cr_assert_eq(block.n, n + 3);
    for (unsigned k = 0; k < n; k++)
        cr_assert_eq(block.insn[k].op, ops[k], "%u: %u", k, block.insn[k].op);
}

#define EXPECT(...) expect((const uint8_t[]){__VA_ARGS__}, sizeof(uint8_t[]){__VA_ARGS__})

Test(ir_sink, past_what_keeps_no_flags)
{
    block.n = 0;
    sets(put(IR_SUB, NO, 1, IMM, 4), IR_Z);
    put(IR_MUL, 2, 2, 1, 0);
    put(IR_AND, 3, 2, IMM, 15);
    run();
    EXPECT(IR_MUL, IR_AND, IR_SUB);
    cr_assert_eq(block.insn[0].keeps | block.insn[1].after, 0);
    cr_assert_eq(block.insn[2].after, IR_Z);
}

Test(ir_sink, not_past_a_new_operand_or_a_reader)
{
    block.n = 0;
    sets(put(IR_SUB, NO, 1, 2, 0), IR_Z);
    put(IR_MUL, 3, 3, 4, 0);
    put(IR_MUL, 2, 3, 4, 0);
    run();
    EXPECT(IR_MUL, IR_SUB, IR_MUL);
    block.n = 0;
    sets(put(IR_SUB, NO, 1, 2, 0), IR_Z | IR_C);
    put(IR_MUL, 3, 3, 4, 0);
    put(IR_ADC, 3, 3, 4, 0)->reads = IR_C;
    put(IR_MUL, 3, 3, 4, 0);
    run();
    EXPECT(IR_MUL, IR_SUB, IR_ADC, IR_MUL);
}

Test(ir_sink, past_accesses_which_know)
{
    block.n = 0;
    sets(put(IR_SUB, NO, 1, 2, 0), IR_Z);
    put(IR_ALIGN, NO, 4, NO, 4);
    put(IR_LD32, 3, 4, NO, 0);
    put(IR_ADD, 4, 4, IMM, 4);
    run();
    EXPECT(IR_ALIGN, IR_LD32, IR_ADD, IR_SUB);
    cr_assert_eq(block.insn[0].ahead, 3);
    cr_assert_eq(block.insn[1].ahead, 2);
    cr_assert_eq(block.insn[2].ahead, 0);
}

Test(ir_sink, past_arithmetic_on_vector_registers_that_reads_no_flags)
{
    block.n = 0;
    sets(put(IR_SUB, NO, 1, 2, 0), IR_Z);
    put(IR_VMLA, NO, NO, NO, 0)->n = 3;
    put(IR_VEC, NO, NO, NO, 0)->n = 4;
    put(IR_VGET, 3, NO, NO, 0);
    put(IR_VGET, 2, NO, NO, 0); // an operand
    run();
    EXPECT(IR_VMLA, IR_VEC, IR_VGET, IR_SUB, IR_VGET);
}

Test(ir_sink, one_that_has_a_result_is_tested_behind_an_access)
{
    block.n = 0;
    sets(put(IR_SUB, 2, 2, IMM, 1), IR_Z);
    put(IR_LD32, 3, 4, NO, 0);
    put(IR_MUL, 3, 3, 4, 0);
    run();
    EXPECT(IR_SUB, IR_LD32, IR_MUL, IR_AND);
    cr_assert_eq(block.insn[0].sets, 0);
    cr_assert(block.insn[3].a == 2 && block.insn[3].sets == IR_Z);
    cr_assert_eq(block.insn[1].ahead, 2);
    block.n = 0;
    sets(put(IR_SUB, 2, 2, IMM, 1), IR_Z); // where the flags last it need not be
    put(IR_LD32, 3, 4, NO, 0);
    run();
    EXPECT(IR_SUB, IR_LD32);
}
