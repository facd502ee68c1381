// Conditional instructions: which share a branch, which need none; leaving passes out.
#include <criterion/criterion.h>

#include "ir/passes.h"
#include "isa/insn.h"
#include "xlate/xlate.h"

static struct ir_block block;

static void arm(const uint32_t *code, unsigned n)
{
    struct xlate x = {.b = &block, .pc = 0x8000};
    struct insn in;
    block.n = 0, block.ninsns = 0, block.pc = x.pc, block.thumb = false;
    for (unsigned k = 0; k < n; k++, x.pc += 4) {
        cr_assert_eq(isa_decode_a32(code[k], ISA_FEATURES_CORTEX_A15, &in), ISA_OK);
        block.ninsns++;
        xlate_insn(&x, &in, k);
    }
    xlate_goto(&x, x.pc, 0);
    ir_pass_flags(&block);
    ir_pass_merge_if(&block);
    ir_pass_select(&block);
    cr_assert_null(ir_verify(&block));
}

static void expect(unsigned k, enum ir_op op, unsigned n)
{
    cr_assert_eq(block.insn[k].op, op, "%u: %u", k, block.insn[k].op);
    cr_assert_eq(block.insn[k].n, n, "%u: n %u", k, block.insn[k].n);
}

#define ADDEQ 0x02800001 /* addeq r0, r0, #1 */
#define LDREQ 0x05921000 /* ldreq r1, [r2] */
#define LDRNE 0x15931000 /* ldrne r1, [r3] */
#define LDRGT 0xc5931000 /* ldrgt r1, [r3] */
#define CMPEQ 0x03500000 /* cmpeq r0, #0 */
#define BEQ   0x0a000004
#define BXEQ  0x012fff1e /* bxeq lr */

Test(ir_if, one_branch_for_one_condition)
{
    arm((const uint32_t[]){LDREQ, ADDEQ, LDREQ}, 3);
    expect(0, IR_IF, 3);
    cr_assert_eq(block.insn[4].op, IR_GOTO);
    cr_assert_eq(block.n, 5);
}

Test(ir_if, two_sides)
{
    arm((const uint32_t[]){LDREQ, LDREQ, LDRNE, LDRNE, LDRNE}, 5);
    expect(0, IR_IF, 3);
    expect(3, IR_ELSE, 3);
    cr_assert_eq(block.n, 8);
}

Test(ir_if, flags_last_as_long_as_somebody_may_look)
{
    arm((const uint32_t[]){ADDEQ, ADDEQ, 0xe3500000 /* cmp r0, #0 */}, 3);
    expect(0, IR_IF, 2);
    cr_assert_not(block.insn[1].after & IR_Z);
    arm((const uint32_t[]){ADDEQ, LDREQ, ADDEQ, 0xe3500000}, 4);
    expect(0, IR_IF, 3);
    cr_assert(block.insn[1].keeps & IR_Z && block.insn[2].keeps & IR_Z);
}

Test(ir_if, a_third_side_joins_the_first)
{
    arm((const uint32_t[]){LDREQ, LDRNE, ADDEQ}, 3);
    expect(0, IR_IF, 3);
    expect(3, IR_ELSE, 1);
    cr_assert_eq(block.insn[1].op, IR_LD32);
    cr_assert_eq(block.insn[2].op, IR_ADD);
    arm((const uint32_t[]){LDREQ, LDRNE, CMPEQ, LDRNE}, 4); // which looks at the new flags
    expect(0, IR_IF, 2);
    expect(2, IR_ELSE, 1);
    expect(4, IR_IF, 1);
}

Test(ir_if, another_condition_is_another_test)
{
    arm((const uint32_t[]){LDREQ, LDRGT}, 2);
    expect(0, IR_IF, 1);
    expect(2, IR_IF, 1);
}

Test(ir_if, not_when_the_flags_change)
{
    arm((const uint32_t[]){CMPEQ, LDREQ, LDRNE}, 3);
    expect(0, IR_IF, 1);
    expect(2, IR_IF, 2);
    expect(4, IR_ELSE, 1);
}

Test(ir_if, a_branch_stays_one_a_return_does_not)
{
    arm((const uint32_t[]){LDREQ, BEQ}, 2);
    expect(0, IR_IF, 1);
    expect(2, IR_IF, 1);
    arm((const uint32_t[]){LDREQ, BXEQ}, 2);
    expect(0, IR_IF, 2);
}

Test(ir_if, more_than_a_length_can_tell)
{
    uint32_t code[300];
    for (unsigned k = 0; k < 300; k++)
        code[k] = LDREQ;
    arm(code, 300);
    unsigned total = 0;
    for (unsigned k = 0; block.insn[k].op == IR_IF; k += 1 + block.insn[k].n)
        total += block.insn[k].n;
    cr_assert_eq(total, 300);
}

Test(ir_if, a_select_is_short_and_cheap)
{
    arm((const uint32_t[]){ADDEQ}, 1);
    cr_assert(block.insn[0].mode & IR_SELECT);
    arm((const uint32_t[]){ADDEQ, 0x13a00000 /* movne r0, #0 */}, 2);
    cr_assert(block.insn[0].mode & IR_SELECT);
    arm((const uint32_t[]){ADDEQ, LDREQ}, 2);
    cr_assert_not(block.insn[0].mode & IR_SELECT);
    arm((const uint32_t[]){ADDEQ, ADDEQ, ADDEQ, ADDEQ}, 4);
    cr_assert_not(block.insn[0].mode & IR_SELECT);
}

Test(ir_if, passes_have_names)
{
    cr_assert_str_eq(ir_passes_disable("flags,nothing,select"), "nothing,select");
    cr_assert_null(ir_passes_disable("merge-if,select"));
    block.n = 0;
    struct xlate x = {.b = &block, .pc = 0x8000};
    struct insn in;
    for (unsigned k = 0; k < 2; k++) {
        cr_assert_eq(isa_decode_a32(ADDEQ, ISA_FEATURES_CORTEX_A15, &in), ISA_OK);
        xlate_insn(&x, &in, k);
    }
    xlate_goto(&x, x.pc, 0);
    ir_passes(&block);
    expect(0, IR_IF, 1);
    cr_assert_not(block.insn[0].mode & IR_SELECT);
}
