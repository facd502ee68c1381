// Decoding: single encodings, and what holds for all tables.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "isa/disas.h"
#include "isa/expand.h"

static const struct isa_space *const spaces[] = {&isa_a32, &isa_t16, &isa_t32, &isa_vfp, &isa_neon};
enum { SPACES = sizeof spaces / sizeof *spaces };

static uint64_t rng = 88172645463325252u;

static uint32_t random32(void)
{
    rng ^= rng << 13, rng ^= rng >> 7, rng ^= rng << 17;
    return (uint32_t)(rng >> 16);
}

static uint32_t width_mask(const struct isa_space *sp)
{
    return sp->bytes == 4 ? ~0u : 0xffff;
}

Test(decode, every_row_is_reachable)
{
    for (int k = 0; k < SPACES; k++) {
        const struct isa_space *sp = spaces[k];
        for (uint32_t i = 0; i < sp->nrows; i++) {
            const struct isa_row *row = &sp->rows[i];
            bool found = false;
            for (int n = 0; n < 300000 && !found; n++) {
                const uint32_t free_bits = random32() & ~(row->mask | row->should_mask) & width_mask(sp);
                struct insn in;
                isa_space_decode(sp, row->value | row->should_value | free_bits, false, ~0u, &in);
                found = in.row == i && in.op == row->op;
            }
            cr_expect(found, "%s row %u (%s) is hidden behind others", sp->name, i, isa_op_name(row->op));
        }
    }
}

Test(decode, index_finds_what_a_walk_finds)
{
    for (int k = 0; k < SPACES; k++) {
        const struct isa_space *sp = spaces[k];
        for (int n = 0; n < 200000; n++) {
            const uint32_t raw = random32() & width_mask(sp);
            struct insn in, walk;
            const enum isa_result r = isa_space_decode(sp, raw, false, ~0u, &in);
            int w = ISA_NO_MATCH;
            uint32_t i = 0;
            for (; i < sp->nrows && w == ISA_NO_MATCH; i++)
                if ((raw & sp->rows[i].mask) == sp->rows[i].value) w = sp->rows[i].extract(raw, false, &walk);
            cr_assert((w == ISA_NO_MATCH || w == ISA_UNDEFINED) == (r == ISA_UNDEFINED), "%s %08x", sp->name,
                      raw);
            if (r != ISA_UNDEFINED) cr_assert_eq(in.row, i - 1, "%s %08x", sp->name, raw);
        }
    }
}

Test(decode, every_formatter_exists)
{
    for (int k = 0; k < SPACES; k++)
        for (uint32_t i = 0; i < spaces[k]->nrows; i++)
            for (const char *p = strchr(spaces[k]->syntax[i], '{'); p; p = strchr(p + 1, '{')) {
                char name[32];
                snprintf(name, sizeof name, "%.*s", (int)strcspn(p + 1, ":}"), p + 1);
                cr_expect(isa_has_formatter(spaces[k], name), "%s: {%s}", spaces[k]->name, name);
            }
}

// A6.2: what the manual leaves unallocated is UNDEFINED, all else is an instruction.
static bool t16_unallocated(uint32_t raw)
{
    if ((raw & 0xf000) != 0xb000) return false;
    switch (raw >> 8 & 15) {
    case 6: return (raw & 0xe0) != 0x40 && (raw & 0xe0) != 0x60; // but SETEND and CPS
    case 7:
    case 8: return true;
    default: return false;
    }
}

Test(decode, t16_is_complete)
{
    for (uint32_t raw = 0; raw < 0xe800; raw++)
        for (int it = 0; it < 2; it++) {
            struct insn in;
            const enum isa_result r = isa_decode_thumb(raw, false, it ? 0x08 : 0, ~0u, &in);
            cr_expect_eq(r == ISA_UNDEFINED, t16_unallocated(raw), "%04x", raw);
        }
}

Test(decode, features_decide)
{
    struct insn in;
    static const uint32_t v8[] = {0xe1910c9f, 0xe1010042, 0xe100007c, 0xe320f005}; // lda, crc32b, hlt, sevl
    cr_expect_eq(isa_decode_a32(v8[0], ISA_FEATURES_CORTEX_A15, &in), ISA_UNDEFINED);
    cr_expect_eq(isa_decode_a32(v8[1], ISA_FEATURES_CORTEX_A15, &in), ISA_UNDEFINED);
    for (int i = 0; i < 4; i++)
        cr_expect_eq(isa_decode_a32(v8[i], ISA_FEATURES_MAX, &in), ISA_OK, "%08x", v8[i]);
    cr_expect_eq(isa_decode_a32(0xe711f213, ISA_FEATURES_CORTEX_A15 & ~ISA_DIV, &in), ISA_UNDEFINED);
}

Test(decode, it_block)
{
    struct insn in;
    cr_assert_eq(isa_decode_thumb(0xbf06, false, 0, ~0u, &in), ISA_OK); // itte eq
    cr_expect_eq(in.op, OP_IT);
    uint8_t it = (uint8_t)in.imm;
    static const enum cond want[] = {COND_EQ, COND_EQ, COND_NE};
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(isa_decode_thumb(0x1840, false, it, ~0u, &in), ISA_OK); // add r0, r0, r1
        cr_expect_eq(in.cond, want[i]);
        cr_expect_eq(in.flags & INSN_S, 0);
        it = isa_it_advance(it);
    }
    cr_expect_eq(it, 0);
    isa_decode_thumb(0x1840, false, it, ~0u, &in);
    cr_expect_eq(in.cond, COND_AL);
    cr_expect(in.flags & INSN_S);
    isa_decode_thumb(0xbe00, false, 0x08, ~0u, &in); // bkpt is never conditional
    cr_expect_eq(in.cond, COND_AL);
}

Test(decode, branch_offsets)
{
    static const struct {
        uint32_t raw;
        bool thumb, wide;
        enum op op;
        int32_t imm;
    } cases[] = {
        {0xeafffffe, false, true, OP_B, -8},      {0xebffffff, false, true, OP_BL, -4},
        {0xfb000000, false, true, OP_BLX_IMM, 2}, {0xe7fe, true, false, OP_B, -4},
        {0xd0ff, true, false, OP_B, -2},          {0xf000b9f2, true, true, OP_B, 996},
        {0xf7ffbffe, true, true, OP_B, -4},       {0xf43fafff, true, true, OP_B, -2},
        {0xf000f9f2, true, true, OP_BL, 996},     {0xf7ffeffe, true, true, OP_BLX_IMM, -4},
        {0xf000ffff, true, true, OP_BL, 4094},    {0xb9f8, true, false, OP_CBZ, 62},
        {0xbbf8, true, false, OP_CBZ, 126},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct insn in;
        if (cases[i].thumb)
            isa_decode_thumb(cases[i].raw, cases[i].wide, 0, ~0u, &in);
        else
            isa_decode_a32(cases[i].raw, ~0u, &in);
        cr_expect_eq(in.op, cases[i].op, "%08x is %s", cases[i].raw, isa_op_name(in.op));
        cr_expect_eq((int32_t)in.imm, cases[i].imm, "%08x: %d", cases[i].raw, (int32_t)in.imm);
    }
}

Test(decode, thumb_immediates)
{
    cr_expect_eq(t32_imm(0x0ab), 0xab);
    cr_expect_eq(t32_imm(0x1ab), 0x00ab00ab);
    cr_expect_eq(t32_imm(0x2ab), 0xab00ab00);
    cr_expect_eq(t32_imm(0x3ab), 0xabababab);
    cr_expect_eq(t32_imm(0x400), 0x80000000);
    cr_expect_eq(t32_imm(0xfff), 0x000001fe);
    cr_expect_eq(a32_imm(0x4ff), 0xff000000);
}

// One line each, as objdump prints it; whole programs are compared in tests/disas.
Test(decode, disassembly)
{
    static const struct {
        uint32_t raw;
        int thumb; // 0: A32, 2, 4: T16, T32
        const char *text;
    } cases[] = {
        {0xe3a00ffa, 0, "mov\tr0, #1000\t@ 0x3e8"},
        {0xe3a00f01, 0, "mov\tr0, #1, 30"},
        {0xe59f0014, 0, "ldr\tr0, [pc, #20]\t@ 0x101c"},
        {0xe52d4004, 0, "push\t{r4}\t\t@ (str r4, [sp, #-4]!)"},
        {0xe92d4030, 0, "push\t{r4, r5, lr}"},
        {0xe8bd0010, 0, "ldmfd\tsp!, {r4}"},
        {0xe1a00000, 0, "nop\t\t\t@ (mov r0, r0)"},
        {0xe7b10102, 0, "ldr\tr0, [r1, r2, lsl #2]!"},
        {0xe1c100f4, 0, "strd\tr0, [r1, #4]"},
        {0xee1d0f70, 0, "mrc\t15, 0, r0, cr13, cr0, {3}"},
        {0xf1010200, 0, "setend\tbe"},
        {0x0a000000, 0, "beq\t0x1008"},
        {0xffffffff, 0, "\t\t@ <UNDEFINED> instruction: 0xffffffff"},
        {0x46c0, 2, "nop\t\t\t@ (mov r8, r8)"},
        {0x4801, 2, "ldr\tr0, [pc, #4]\t@ (0x1008)"},
        {0xbf04, 2, "itt\teq"},
        {0xb900, 2, "cbnz\tr0, 0x1004"},
        {0xe92d4110, 4, "stmdb\tsp!, {r4, r8, lr}"},
        {0xe8dff010, 4, "tbh\t[pc, r0, lsl #1]"},
        {0xf04f30ff, 4, "mov.w\tr0, #4294967295\t@ 0xffffffff"},
        {0xf2af0068, 4, "subw\tr0, pc, #104\t@ 0x68"},
        {0xfb90f0f1, 4, "sdiv\tr0, r0, r1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        const int n =
            isa_disassemble(cases[i].raw, cases[i].thumb, cases[i].thumb != 2, 0, 0x1000, text, sizeof text);
        cr_expect_str_eq(text, cases[i].text);
        cr_expect_eq(n, (int)strlen(text));
    }
    char small[8];
    cr_expect_eq(isa_disassemble(0xe92d4030, false, true, 0, 0, small, sizeof small), 7);
    cr_expect_str_eq(small, "push\t{r");
}
