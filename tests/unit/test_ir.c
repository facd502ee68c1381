// The intermediate language: which flags are still made, what the verifier refuses.
#include <criterion/criterion.h>

#include "ir/passes.h"
#include <string.h>

#include "isa/insn.h"
#include "xlate/xlate.h"

static struct ir_block block;

// Translates Thumb code; behind it the block goes on.
static void thumb(const uint16_t *code, unsigned n)
{
    struct xlate x = {.b = &block, .thumb = true, .pc = 0x8000};
    block.n = 0, block.ninsns = 0, block.pc = x.pc, block.thumb = true;
    for (unsigned k = 0; k < n; k++, x.pc += 2) {
        struct insn in;
        cr_assert_eq(isa_decode_thumb(code[k], false, 0, ISA_FEATURES_CORTEX_A15, &in), ISA_OK);
        block.ninsns++;
        cr_assert_eq(xlate_insn(&x, &in, k), XLATE_NEXT);
    }
    xlate_goto(&x, x.pc, 0);
    ir_pass_flags(&block);
    cr_assert_null(ir_verify(&block));
}

Test(ir, flags_that_nobody_reads_are_not_made)
{
    thumb((const uint16_t[]){0x1c40 /* adds r0, r0, #1 */, 0x3101 /* adds r1, #1 */}, 2);
    cr_assert_eq(block.insn[0].op, IR_ADD);
    cr_assert_eq(block.insn[0].sets, 0);
    cr_assert_eq(block.insn[1].sets, IR_NZCV);
}

Test(ir, a_load_may_fault_and_shows_them)
{
    thumb((const uint16_t[]){0x1c40 /* adds r0, r0, #1 */, 0x6809 /* ldr r1, [r1] */, 0x3101 /* adds r1, #1 */}, 3);
    cr_assert_eq(block.insn[0].sets, IR_NZCV);
}

Test(ir, a_carry_chain_needs_the_carry_alone)
{
    thumb((const uint16_t[]){0x1840 /* adds r0, r0, r1 */, 0x4152 /* adcs r2, r2 */}, 2);
    cr_assert_eq(block.insn[0].sets, IR_C);
    cr_assert_eq(block.insn[1].reads, IR_C);
}

Test(ir, a_logical_operation_leaves_carry_and_overflow)
{
    thumb((const uint16_t[]){0x1840 /* adds r0, r0, r1 */, 0x4008 /* ands r0, r1 */}, 2);
    cr_assert_eq(block.insn[0].sets, IR_C | IR_V);
    cr_assert_eq(block.insn[1].sets, IR_NZ);
}

Test(ir, what_is_set_under_a_condition_does_not_kill)
{
    struct xlate x = {.b = &block, .pc = 0x8000};
    struct insn in;
    block.n = 0, block.ninsns = 0, block.thumb = false;
    const uint32_t code[] = {0xe3500000 /* cmp r0, #0 */, 0x13510000 /* cmpne r1, #0 */};
    for (unsigned k = 0; k < 2; k++, x.pc += 4) {
        cr_assert_eq(isa_decode_a32(code[k], ISA_FEATURES_CORTEX_A15, &in), ISA_OK);
        xlate_insn(&x, &in, k);
    }
    xlate_goto(&x, x.pc, 0);
    ir_pass_flags(&block);
    cr_assert_eq(block.insn[0].sets, IR_NZCV);
    cr_assert_eq(block.insn[1].op, IR_IF);
    cr_assert_eq(block.insn[2].sets, IR_NZCV);
}

Test(ir, the_verifier_wants_an_end_and_operands)
{
    thumb((const uint16_t[]){0x1c40}, 1);
    block.n--;
    cr_assert_not_null(ir_verify(&block));
    block.n++;
    block.insn[0].a = 99;
    cr_assert_not_null(ir_verify(&block));
}

Test(ir, every_operation_prints)
{
    char line[128];
    for (unsigned op = 0; op < IR_OP_COUNT; op++) {
        const struct ir_insn i = {.op = (uint8_t)op, .d = IR_NONE, .a = IR_NONE, .b = IR_NONE, .e = IR_NONE};
        cr_assert_gt(ir_print(&i, line, sizeof line), 10, "operation %u has no name", op);
        cr_assert_null(strstr(line, "(null)"), "operation %u has no name", op);
    }
}
