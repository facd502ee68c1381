// Constants, temporaries, results that nobody reads.
#include <criterion/criterion.h>

#include "ir/passes.h"
#include "ir/use.h"

static struct ir_block block;

static struct ir_insn *put(enum ir_op op, uint8_t d, uint8_t a, uint8_t b, uint32_t imm)
{
    struct ir_insn *i = &block.insn[block.n++];
    *i = (struct ir_insn){.op = (uint8_t)op, .d = d, .a = a, .b = b, .e = IR_NONE, .imm = imm, .pc = 0x8000};
    return i;
}

static void begin(void)
{
    block.n = 0;
    block.ninsns = 1;
    block.pc = 0x8000;
    block.thumb = false;
}

static void run(void (*pass)(struct ir_block *))
{
    put(IR_LEAVE, IR_NONE, IR_NONE, IR_NONE, 0);
    pass(&block);
    ir_compact(&block);
    cr_assert_null(ir_verify(&block));
}

static void expect(unsigned k, enum ir_op op, uint8_t d, uint8_t a, uint8_t b, uint32_t imm)
{
    const struct ir_insn *i = &block.insn[k];
    char line[128];
    ir_print(i, line, sizeof line);
    cr_assert(i->op == op && i->d == d && i->a == a && i->b == b && i->imm == imm, "%u: %s", k, line);
}

enum { T = IR_TEMP, NO = IR_NONE, IMM = IR_IMM };

Test(ir_passes, both_halves_of_a_constant)
{
    begin();
    put(IR_MOV, 0, NO, IMM, 0x5678);
    put(IR_UXT16, 0, NO, 0, 0);
    put(IR_OR, 0, 0, IMM, 0x12340000);
    put(IR_LD32, 1, 0, NO, 8);
    run(ir_pass_constants);
    expect(2, IR_MOV, 0, NO, IMM, 0x12345678);
    expect(3, IR_LD32, 1, NO, NO, 0x12345680);
    ir_pass_dead(&block);
    ir_compact(&block);
    expect(0, IR_MOV, 0, NO, IMM, 0x12345678);
    cr_assert_eq(block.n, 3);
}

Test(ir_passes, operands)
{
    begin();
    put(IR_MOV, 0, NO, IMM, 35);
    put(IR_ADD, 1, 0, 2, 0);
    put(IR_SUB, 1, 1, 0, 0)->sets = IR_NZCV;
    put(IR_SUB, 1, 0, 1, 0);
    put(IR_LSL, 1, 1, 0, 0);
    put(IR_ADD, 3, 4, 0, 0)->n = 2;
    put(IR_ST32, 5, 6, 0, 0)->mode = IR_MINUS;
    put(IR_LSR, 7, 0, IMM, 1);
    put(IR_ROR, 8, 0, IMM, 1);
    run(ir_pass_constants);
    expect(1, IR_ADD, 1, 2, IMM, 35);
    expect(2, IR_SUB, 1, 1, IMM, 35);
    expect(3, IR_SUB, 1, 0, 1, 0);
    expect(4, IR_LSL, 1, 1, 0, 0); // by more than 31
    expect(5, IR_ADD, 3, 4, IMM, 140);
    expect(6, IR_ST32, 5, 6, NO, (uint32_t)-35);
    expect(7, IR_MOV, 7, NO, IMM, 17);
    expect(8, IR_MOV, 8, NO, IMM, 0x80000011);
}

Test(ir_passes, two_ways_meet)
{
    begin();
    put(IR_MOV, 0, NO, IMM, 1);
    put(IR_MOV, 1, NO, IMM, 2);
    put(IR_IF, NO, NO, NO, 0)->n = 2;
    put(IR_MOV, 0, NO, IMM, 3);
    put(IR_ELSE, NO, NO, NO, 0)->n = 2;
    put(IR_ADD, 5, 0, IMM, 1);
    put(IR_MOV, 1, NO, IMM, 2);
    put(IR_ADD, 2, 0, IMM, 1);
    put(IR_ADD, 3, 1, IMM, 1);
    run(ir_pass_constants);
    expect(5, IR_MOV, 5, NO, IMM, 2);
    expect(7, IR_ADD, 2, 0, IMM, 1);
    expect(8, IR_MOV, 3, NO, IMM, 3);
}

Test(ir_passes, what_a_handler_may_write_is_unknown)
{
    begin();
    put(IR_MOV, 0, NO, IMM, 1);
    put(IR_CALL, NO, NO, NO, 0);
    put(IR_ADD, 1, 0, IMM, 1);
    run(ir_pass_constants);
    expect(2, IR_ADD, 1, 0, IMM, 1);
}

Test(ir_passes, a_known_target)
{
    begin();
    put(IR_MOV, 12, NO, IMM, 0x9001);
    put(IR_GOTO_REG, NO, 12, NO, 0)->mode = IR_INTERWORK;
    run(ir_pass_constants);
    expect(1, IR_GOTO, NO, NO, NO, 0x9000);
    cr_assert_eq(block.insn[1].mode, IR_THUMB);
}

Test(ir_passes, copies_and_indices_need_no_temporary)
{
    begin();
    put(IR_MOV, T, NO, 13, 0);
    put(IR_LD32, 0, T, NO, 4);
    put(IR_ADD, 13, T, IMM, 8);
    put(IR_LSL, T + 1, 2, IMM, 2);
    put(IR_ADD, 3, 4, T + 1, 0);
    put(IR_LSR, T + 2, 5, IMM, 3);
    put(IR_MOV, 6, NO, T + 2, 0);
    run(ir_pass_temps);
    expect(0, IR_LD32, 0, 13, NO, 4);
    expect(1, IR_ADD, 13, 13, IMM, 8);
    expect(2, IR_ADD, 3, 4, 2, 0);
    cr_assert_eq(block.insn[2].n, 2);
    expect(3, IR_LSR, 6, 5, IMM, 3);
    cr_assert_eq(block.n, 5);
}

Test(ir_passes, a_copy_of_what_changes_stays)
{
    begin();
    put(IR_MOV, T, NO, 0, 0);
    put(IR_LD32, 0, T, NO, 4);
    put(IR_LD32, 1, T, NO, 8);
    put(IR_LSL, T, 2, IMM, 1);
    put(IR_MOV, 2, NO, IMM, 0);
    put(IR_ADD, 3, 4, T, 0);
    run(ir_pass_temps);
    expect(0, IR_MOV, T, NO, 0, 0);
    expect(1, IR_LD32, 0, 0, NO, 4);
    expect(2, IR_LD32, 1, T, NO, 8);
    expect(3, IR_LSL, T, 2, IMM, 1);
    expect(5, IR_ADD, 3, 4, T, 0);
}

Test(ir_passes, a_moved_result_still_sets_the_flags)
{
    begin();
    put(IR_LSL, T, 1, 2, 0);
    put(IR_MOV, 0, NO, T, 0)->sets = IR_NZ;
    run(ir_pass_temps);
    expect(0, IR_LSL, 0, 1, 2, 0);
    expect(1, IR_AND, NO, 0, 0, 0);
    cr_assert_eq(block.insn[1].sets, IR_NZ);
}

Test(ir_passes, half_a_result_is_where_the_whole_will_be)
{
    begin();
    put(IR_LSR, T, 0, IMM, 8);
    put(IR_XOR, 0, 3, T, 0);
    put(IR_LSR, T, 0, IMM, 8);
    put(IR_SUB, 1, 3, T, 0);
    put(IR_LSR, T, 0, IMM, 8);
    put(IR_XOR, 3, 3, T, 0);
    run(ir_pass_temps);
    expect(0, IR_LSR, 0, 0, IMM, 8);
    expect(1, IR_XOR, 0, 0, 3, 0);
    expect(3, IR_SUB, 1, 3, T, 0);
    expect(5, IR_XOR, 3, 3, T, 0);
}

Test(ir_passes, the_dead_go_the_seen_stay)
{
    begin();
    put(IR_MOV, 0, NO, IMM, 1); // seen by the load's fault
    put(IR_LD32, 1, 2, NO, 0);
    put(IR_MOV, 0, NO, IMM, 2); // by nobody
    put(IR_SUB, NO, 1, IMM, 2); // sets nothing
    put(IR_IF, NO, NO, NO, 0)->n = 2;
    put(IR_ADD, T, 3, IMM, 2); // read by nobody
    put(IR_ELSE, NO, NO, NO, 0)->n = 1;
    put(IR_MOV, 5, NO, IMM, 3);
    put(IR_MOV, 0, NO, IMM, 4);
    put(IR_MOV, 5, NO, 5, 0);
    run(ir_pass_dead);
    expect(0, IR_MOV, 0, NO, IMM, 1);
    expect(2, IR_IF, NO, NO, NO, 0);
    cr_assert_eq(block.insn[2].cond, 1);
    cr_assert_eq(block.insn[2].n, 1);
    expect(3, IR_MOV, 5, NO, IMM, 3);
    expect(4, IR_MOV, 0, NO, IMM, 4);
    cr_assert_eq(block.n, 7);
}

Test(ir_passes, what_an_operation_uses)
{
    const struct ir_insn mla = {.op = IR_UMLAL, .d = 0, .e = 1, .a = 2, .b = IR_TEMP};
    cr_assert_eq(ir_defs(&mla), 3);
    cr_assert_eq(ir_uses(&mla), 7u | 1u << IR_TEMP);
    const struct ir_insn call = {.op = IR_CALL, .d = NO, .a = NO, .b = NO, .e = NO};
    cr_assert_eq(ir_defs(&call), 0x7fff);
    cr_assert_eq(ir_uses(&call), 0x7fff);
}

Test(ir_passes, sums_of_bytes_that_only_ge_is_wanted_of)
{
    begin();
    put(IR_PARALLEL, 0, 0, 1, IR_PAR_U);
    put(IR_SEL, 0, 2, 3, 0);
    put(IR_PARALLEL, 1, 1, 2, IR_PAR_UQ); // no GE
    put(IR_MOV, 1, NO, IMM, 0);
    run(ir_pass_dead);
    expect(0, IR_PARALLEL, NO, 0, 1, IR_PAR_U);
    expect(2, IR_MOV, 1, NO, IMM, 0);
}

// Looks at an address twice.
static unsigned aligned_twice(bool quick)
{
    begin();
    block.nblocks = 1;
    block.quick = quick;
    put(IR_ENTER, NO, NO, NO, 0);
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_LD32, 2, 1, NO, 0);
    put(IR_ALIGN, NO, 1, NO, 4);
    put(IR_LD32, 3, 1, NO, 4);
    run(ir_passes);
    block.nblocks = 0;
    return block.n;
}

Test(ir_passes, what_is_made_in_haste_goes_without_dear_ones)
{
    cr_expect_eq(aligned_twice(false), 5);
    cr_expect_eq(aligned_twice(true), 6);
}

Test(ir_passes, without_conditions_those_for_conditions_are_not_run)
{
    for (unsigned seen = 0; seen < 2; seen++) {
        begin();
        block.quick = false;
        if (seen) ir_see(&block, IR_IF);
        put(IR_IF, NO, NO, NO, 0)->n = 1;
        put(IR_MOV, 2, NO, 3, 0)->mode = IR_CONDITIONAL;
        run(ir_passes);
        cr_expect_eq(block.insn[0].mode & IR_SELECT, seen ? IR_SELECT : 0);
    }
}
