// Bits known to be zero: alignment that needs no look, shifts that are short.
#include <criterion/criterion.h>

#include "ir/passes.h"
#include "ir/use.h"

static struct ir_block block;

enum { NO = IR_NONE, IMM = IR_IMM };

static struct ir_insn *put(enum ir_op op, uint8_t d, uint8_t a, uint8_t b, uint32_t imm)
{
    struct ir_insn *i = &block.insn[block.n++];
    *i = (struct ir_insn){.op = (uint8_t)op, .d = d, .a = a, .b = b, .e = IR_NONE, .imm = imm, .pc = 0x8000};
    return i;
}

static void enter(bool entry)
{
    if (!block.nblocks) block.n = 0;
    block.blocks[block.nblocks].entry = entry;
    block.blocks[block.nblocks].loop = true; // or it may be
    put(IR_ENTER, NO, NO, NO, block.nblocks++);
}

static unsigned aligns(void)
{
    unsigned n = 0;
    for (unsigned k = 0; k < block.n; k++)
        n += block.insn[k].op == IR_ALIGN;
    return n;
}

static unsigned run(void)
{
    ir_pass_bits(&block);
    ir_compact(&block);
    block.nblocks = 0;
    cr_assert_null(ir_verify(&block));
    return aligns();
}

Test(ir_bits, what_a_mask_leaves_is_aligned)
{
    enter(true);
    put(IR_BIC, 1, 0, IMM, 7);
    put(IR_ALIGN, NO, 1, NO, 8);
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_ADD, 1, 1, IMM, 4);
    put(IR_ALIGN, NO, 1, NO, 8);
    put(IR_ALIGN, NO, 1, NO, 4); // known by now
    put(IR_LEAVE, NO, NO, NO, 0);
    cr_expect_eq(run(), 1);
}

Test(ir_bits, accesses_and_what_is_left_out_change_no_base)
{
    enter(true);
    for (uint32_t k = 0; k < 3; k++) {
        put(IR_ALIGN, NO, 1, NO, 4);
        put(k == 1 ? IR_STV64 : IR_LDV64, NO, 1, NO, 8 * k);
    }
    put(IR_VGET, 1, NO, NO, 0);
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_LEAVE, NO, NO, NO, 0);
    cr_expect_eq(run(), 2);
}

Test(ir_bits, a_condition_proves_nothing)
{
    enter(true);
    put(IR_IF, NO, NO, NO, 0)->n = 1;
    put(IR_ALIGN, NO, 1, NO, 4)->mode = IR_CONDITIONAL;
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_IF, NO, NO, NO, 0)->n = 1;
    put(IR_MOV, 1, NO, 2, 0)->mode = IR_CONDITIONAL;
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_LEAVE, NO, NO, NO, 0);
    cr_expect_eq(run(), 3);
}

static void under(uint8_t cond, unsigned n)
{
    struct ir_insn *i = put(IR_IF, NO, NO, NO, 0);
    i->cond = cond;
    i->n = (uint8_t)n;
}

// stmcs r1!, …; subscs …; stmcs r1!, …: the last one only runs behind the first.
static unsigned three(uint8_t last_cond, bool between)
{
    enter(true);
    under(2, 2);
    put(IR_ALIGN, NO, 1, NO, 4)->mode = IR_CONDITIONAL;
    put(IR_ADD, 1, 1, IMM, 8)->mode = IR_CONDITIONAL;
    under(2, 1);
    put(IR_SUB, 2, 2, IMM, 8)->mode = IR_CONDITIONAL;
    if (between) put(IR_SUB, 2, 2, IMM, 8);
    under(last_cond, 1);
    put(IR_ALIGN, NO, 1, NO, 4)->mode = IR_CONDITIONAL;
    put(IR_ALIGN, NO, 1, NO, 4); // anybody comes here
    put(IR_LEAVE, NO, NO, NO, 0);
    return run();
}

Test(ir_bits, one_condition_after_the_other)
{
    cr_expect_eq(three(2, false), 2);
    cr_expect_eq(three(3, false), 3);
    cr_expect_eq(three(2, true), 3); // flags may be others
}

// mov r1, r0, aligned; 1: ldrd [r1]; r1 += step; b 1b
static unsigned loop(bool entry, uint32_t step)
{
    enter(true);
    put(IR_AND, 1, 0, IMM, ~7u);
    put(IR_JUMP, NO, NO, NO, 1);
    enter(entry);
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_ADD, 1, 1, IMM, step);
    put(IR_JUMP, NO, NO, NO, 1);
    return run();
}

Test(ir_bits, loops)
{
    cr_expect_eq(loop(false, 8), 0);
    cr_expect_eq(loop(false, 2), 1);
    cr_expect_eq(loop(true, 8), 1); // somebody else may come in
}

Test(ir_bits, short_shifts)
{
    enter(true);
    put(IR_AND, 1, 0, IMM, 3);
    put(IR_LSL, 1, 1, IMM, 3);
    put(IR_LSL, 2, 2, 1, 0);
    put(IR_LSL, 1, 1, IMM, 1); // up to 48
    put(IR_LSR, 2, 2, 1, 0);
    put(IR_UBFX, 1, 0, NO, 5 << 8 | 8);
    put(IR_ASR, 2, 2, 1, 0);
    put(IR_LEAVE, NO, NO, NO, 0);
    run();
    cr_expect(block.insn[3].mode & IR_SHORT);
    cr_expect_eq(block.insn[5].mode & (IR_SHORT | IR_BELOW_64), IR_BELOW_64);
    cr_expect(block.insn[7].mode & IR_SHORT);
}

// Behind a call of what is not in the unit nothing is known, though nothing in the unit jumps there.
Test(ir_bits, calls)
{
    enter(true);
    put(IR_MOV, 1, NO, IMM, 0);
    struct ir_insn *call = put(IR_GOTO, NO, NO, NO, 0x9000);
    call->x = 1 + 1;
    call->mode = IR_LINKS;
    enter(false);
    put(IR_LSL, 2, 2, 1, 0);
    put(IR_LEAVE, NO, NO, NO, 0);
    run();
    cr_expect_not(block.insn[4].mode & IR_SHORT);
}

// What glibc's strlen has: constants in registers, from in front of the loop.
Test(ir_bits, masks_of_bytes)
{
    enter(true);
    put(IR_NOT, 12, NO, IMM, 0);
    put(IR_MOV, 4, NO, IMM, 0);
    put(IR_JUMP, NO, NO, NO, 1);
    enter(false);
    put(IR_PARALLEL, 2, 2, 12, IR_PAR_U);
    put(IR_SEL, 2, 4, 12, 0);
    put(IR_SEL, 3, 12, 4, 0);
    put(IR_JUMP, NO, NO, NO, 1);
    run();
    cr_expect_eq(block.insn[5].mode, IR_B_ONES);
    cr_expect_eq(block.insn[6].mode, IR_A_ZERO | IR_B_ONES);
    cr_expect_eq(block.insn[7].mode, 0);
}

// A counter's bits grow with every round that is looked at, but the looking ends.
Test(ir_bits, counters_end)
{
    enter(true);
    put(IR_MOV, 1, NO, IMM, 0);
    put(IR_JUMP, NO, NO, NO, 1);
    enter(false);
    put(IR_LSL, 2, 2, 1, 0);
    put(IR_ADD, 1, 1, IMM, 1);
    put(IR_JUMP, NO, NO, NO, 1);
    run();
    cr_expect_not(block.insn[4].mode & IR_SHORT);
}

static void when(uint8_t cond, unsigned n)
{
    struct ir_insn *i = put(IR_IF, NO, NO, NO, 0);
    i->cond = cond;
    i->n = (uint8_t)n;
}

// tst r0, #3; ifs: a byte is stored there under a condition, and under the same one control goes away.
static unsigned aligned_behind(uint8_t cond, uint8_t then_sets)
{
    enter(true);
    put(IR_AND, NO, 0, IMM, 3)->sets = IR_NZ;
    when(cond, 2);
    put(IR_ST8, 1, 0, NO, 0)->mode = IR_CONDITIONAL;
    put(IR_ADD, 0, 0, IMM, 1)->mode = IR_CONDITIONAL;
    block.insn[block.n - 1].sets = then_sets;
    when(cond, 1);
    put(IR_GOTO, NO, NO, NO, 0x8000)->mode = IR_CONDITIONAL;
    put(IR_ALIGN, NO, 0, NO, 4);
    put(IR_LEAVE, NO, NO, NO, 0);
    return run();
}

Test(ir_bits, looked_at_by_the_program)
{
    enum { EQ, NE };
    cr_expect_eq(aligned_behind(NE, 0), 0);
    cr_expect_eq(aligned_behind(EQ, 0), 1);
    cr_expect_eq(aligned_behind(NE, IR_NZCV), 1);
}

// and r1, r0, #~7; a way to block 1, where it is aligned if nobody else comes there
static unsigned behind(uint8_t mode)
{
    enter(true);
    put(IR_AND, 1, 0, IMM, ~7u);
    struct ir_insn *i = put(IR_GOTO_REG, NO, 14, NO, 0);
    i->mode = mode;
    i->x = 1 + 1;
    enter(false);
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_LEAVE, NO, NO, NO, 0);
    return run();
}

Test(ir_bits, calls_and_their_returns)
{
    cr_expect_eq(behind(IR_RETURNS), 0); // of what was inlined
    cr_expect_eq(behind(IR_LINKS), 1);
}
