// Frames by .ARM.exidx and by code, in a memory of their own.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "symbols/backtrace.h"
#include "symbols/exidx.h"
#include "symbols/prologue.h"

enum { BASE = 0x10000, SIZE = 0x4000, STACK = 0x13000 };

static uint8_t memory[SIZE];

static size_t read_memory(void *ctx, uint32_t addr, void *to, size_t n)
{
    (void)ctx;
    if (addr < BASE || addr - BASE >= SIZE) return 0;
    if (n > SIZE - (addr - BASE)) n = SIZE - (addr - BASE);
    memcpy(to, memory + addr - BASE, n);
    return n;
}

static const struct backtrace_space space = {.read = read_memory};

static void put32(uint32_t at, uint32_t v)
{
    memcpy(memory + at - BASE, &v, 4);
}

static void put16(uint32_t at, uint16_t v)
{
    memcpy(memory + at - BASE, &v, 2);
}

// The stack's words are their numbers, from 100 on.
static void fresh(uint32_t r[16])
{
    memset(memory, 0, sizeof memory);
    for (uint32_t i = 0; i < 400; i++)
        put32(STACK + 4 * i, 100 + i);
    for (uint32_t i = 0; i < 16; i++)
        r[i] = 0x1000 + i;
    r[13] = STACK;
}

// ---- the tables' instructions ----

// Of up to 3 + 4 * 3 bytes: through .ARM.extab, as personality 1 has them.
static bool unwind(const uint8_t *bytes, unsigned n, uint32_t r[16], bool *exact)
{
    enum { INDEX = BASE + 0x100, TABLE = BASE + 0x200 };
    const unsigned words = n > 2 ? (n - 2 + 3) / 4 : 0;
    uint8_t all[32];
    memset(all, 0xb0, sizeof all);
    memcpy(all, bytes, n);
    put32(TABLE, 0x81000000 | words << 16 | (uint32_t)all[0] << 8 | all[1]);
    for (unsigned i = 0; i < words; i++)
        put32(TABLE + 4 + 4 * i, (uint32_t)all[2 + 4 * i] << 24 | (uint32_t)all[3 + 4 * i] << 16 |
                                     (uint32_t)all[4 + 4 * i] << 8 | all[5 + 4 * i]);
    const struct exidx_entry e = {.at = INDEX, .word = (TABLE - INDEX) & 0x7fffffff};
    return exidx_unwind(&space, &e, r, exact);
}

struct opcode {
    uint8_t bytes[8];
    unsigned n;
    uint32_t sp;    // behind it, from STACK on
    int reg;        // -1: none changes
    uint32_t value; // of that one
    const char *text;
};

Test(exidx, every_instruction)
{
    static const struct opcode table[] = {
        {{0x00}, 1, 4, -1, 0, "vsp += 4"},
        {{0x3f}, 1, 0x100, -1, 0, "vsp += 0x100"},
        {{0x3f, 0x40}, 2, 0xfc, -1, 0, "vsp -= 4"},
        {{0x3f, 0x7f}, 2, 0, -1, 0, "vsp -= 0x100"},
        {{0x80, 0x01}, 2, 4, 4, 100, "pop {r4}"},
        {{0x80, 0x88}, 2, 8, 11, 101, "pop {r7, fp}"},
        {{0x84, 0x08}, 2, 8, 14, 101, "pop {r7, lr}"},
        {{0x88, 0x00}, 2, 4, 15, 100, "pop {pc}"},
        {{0x82, 0x00}, 2, 0, -1, 0, "pop {sp}: see below"},
        {{0xa0}, 1, 4, 4, 100, "pop {r4}"},
        {{0xa3}, 1, 16, 7, 103, "pop {r4-r7}"},
        {{0xaf}, 1, 36, 14, 108, "pop {r4-r11, lr}"},
        {{0xb1, 0x0f}, 2, 16, 3, 103, "pop {r0-r3}"},
        {{0xb1, 0x08}, 2, 4, 3, 100, "pop {r3}"},
        {{0xb2, 0x00}, 2, 0x204, -1, 0, "vsp += 0x204"},
        {{0xb2, 0x81, 0x01}, 3, 0x204 + (129 << 2), -1, 0, "vsp += uleb128"},
        {{0xb3, 0x81}, 2, 20, -1, 0, "FSTMFDX d8-d9"},
        {{0xb4}, 1, 4, -1, 0, "pop ra_auth_code"},
        {{0xb8}, 1, 12, -1, 0, "FSTMFDX d8"},
        {{0xbf}, 1, 68, -1, 0, "FSTMFDX d8-d15"},
        {{0xc0}, 1, 8, -1, 0, "pop wR10"},
        {{0xc5}, 1, 48, -1, 0, "pop wR10-wR15"},
        {{0xc6, 0x03}, 2, 32, -1, 0, "pop wR0-wR3"},
        {{0xc7, 0x0f}, 2, 16, -1, 0, "pop wCGR0-wCGR3"},
        {{0xc8, 0x01}, 2, 16, -1, 0, "VPUSH d16-d17"},
        {{0xc9, 0x83}, 2, 32, -1, 0, "VPUSH d8-d11"},
        {{0xd0}, 1, 8, -1, 0, "VPUSH d8"},
        {{0xd7}, 1, 64, -1, 0, "VPUSH d8-d15"},
        {{0xb0, 0x3f}, 2, 0, -1, 0, "finish"},
        {{0x01, 0xa8, 0xb1, 0x01, 0x00}, 5, 24, 0, 104, "several"},
    };
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
        const struct opcode *o = &table[i];
        uint32_t r[16];
        bool exact;
        fresh(r);
        if (o->bytes[0] == 0x82) put32(STACK, STACK);
        cr_assert(unwind(o->bytes, o->n, r, &exact), "%s", o->text);
        cr_expect_eq(r[13], STACK + o->sp, "%s: %x", o->text, r[13]);
        if (o->reg >= 0) cr_expect_eq(r[o->reg], o->value, "%s: %u", o->text, r[o->reg]);
        cr_expect_eq(exact, o->reg == 15, "%s", o->text);
        if (!exact) cr_expect_eq(r[15], r[14], "%s", o->text);
    }
}

Test(exidx, vsp_from_a_register)
{
    uint32_t r[16];
    bool exact;
    fresh(r);
    r[11] = STACK + 8;
    cr_assert(unwind((const uint8_t[]){0x9b, 0x41, 0xa8}, 3, r, &exact)); // vsp = fp - 8; pop {r4, lr}
    cr_expect_eq(r[4], 100);
    cr_expect_eq(r[15], 101);
}

Test(exidx, refused)
{
    static const uint8_t bad[][3] = {
        {0x80, 0x00}, // refuse to unwind
        {0x9d},       // reserved, as …
        {0x9f},       // … this one
        {0xb1, 0x00}, {0xb1, 0x10}, {0xb5 + 1}, {0xb7}, {0xc7, 0x00}, {0xc7, 0x1f}, {0xca}, {0xd8}, {0xff},
    };
    uint32_t r[16];
    bool exact;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        fresh(r);
        cr_expect_not(unwind(bad[i], 2, r, &exact), "%02x %02x", bad[i][0], bad[i][1]);
    }
    fresh(r);
    r[13] = BASE + SIZE - 4; // what is to be popped is not there
    cr_expect_not(unwind((const uint8_t[]){0xaf}, 1, r, &exact));
    const struct exidx_entry end = {.word = EXIDX_CANTUNWIND};
    cr_expect_not(exidx_unwind(&space, &end, r, &exact));
    const struct exidx_entry nowhere = {.at = BASE, .word = 0x3ffffff0};
    cr_expect_not(exidx_unwind(&space, &nowhere, r, &exact));
}

Test(exidx, entries_of_all_kinds)
{
    uint32_t r[16];
    bool exact;
    fresh(r);
    const struct exidx_entry in_place = {.word = 0x80a8b0b0}; // pop {r4, lr}
    cr_assert(exidx_unwind(&space, &in_place, r, &exact));
    cr_expect_eq(r[15], 101);

    // A language's personality: its address, then how many words, then three bytes of the first
    fresh(r);
    put32(BASE + 0x200, 0x1000);
    put32(BASE + 0x204, 0x01010203); // vsp += 8; += 12; += 16
    put32(BASE + 0x208, 0xa8b0b0b0);
    const struct exidx_entry own = {.at = BASE + 0x100, .word = 0x100};
    cr_assert(exidx_unwind(&space, &own, r, &exact));
    cr_expect_eq(r[4], 100 + 9);
    cr_expect_eq(r[13], STACK + 36 + 8);

    fresh(r);
    put32(BASE + 0x200, 0x82010102); // personality 2
    put32(BASE + 0x204, 0xa8b0b0b0);
    cr_assert(exidx_unwind(&space, &own, r, &exact));
    cr_expect_eq(r[4], 100 + 5);
    put32(BASE + 0x200, 0x83000000); // there is no personality 3
    cr_expect_not(exidx_unwind(&space, &own, r, &exact));
}

// ---- code ----

// A function in ARM code, then the registers in front of its n-th instruction.
static enum prologue_part at_instruction(const uint32_t *code, unsigned count, unsigned n, uint32_t r[16])
{
    for (unsigned i = 0; i < count; i++)
        put32(BASE + 4 * i, code[i]);
    r[15] = BASE + 4 * n;
    return prologue_unwind(&space, BASE, false, true, r);
}

Test(prologue, arm_function)
{
    static const uint32_t code[] = {
        0xe92d4070, // push {r4, r5, r6, lr}
        0xed2d8b04, // vpush {d8-d9}
        0xe24dd008, // sub sp, sp, #8
        0xe1a04000, // mov r4, r0
        0xeb000000, // bl
        0xe28dd008, // add sp, sp, #8
        0xecbd8b04, // vpop {d8-d9}
        0xe8bd8070, // pop {r4, r5, r6, pc}
    };
    static const unsigned depth[] = {0, 4, 8, 10, 10}; // in words
    uint32_t r[16];
    for (unsigned n = 0; n < 5; n++) {
        fresh(r);
        cr_expect_eq(at_instruction(code, 8, n, r), PROLOGUE_INSIDE, "%u", n);
        cr_expect_eq(r[13], STACK + 4 * depth[n], "%u", n);
        cr_expect_eq(r[15], n ? 100 + depth[n] - 1 : 0x100e, "%u: %x", n, r[15]);
        cr_expect_eq(r[4], n ? 100 + depth[n] - 4 : 0x1004, "%u", n);
    }
    fresh(r);
    cr_expect_eq(at_instruction(code, 8, 5, r), PROLOGUE_BEHIND);
    cr_expect_eq(r[15], 109);
    static const unsigned left[] = {10, 8, 4};
    for (unsigned n = 5; n < 8; n++) {
        fresh(r);
        at_instruction(code, 8, n, r);
        fresh(r);
        for (unsigned i = 0; i < 8; i++)
            put32(BASE + 4 * i, code[i]);
        r[15] = BASE + 4 * n;
        cr_assert(epilogue_unwind(&space, false, r), "%u", n);
        cr_expect_eq(r[13], STACK + 4 * left[n - 5], "%u", n);
        cr_expect_eq(r[15], 100 + left[n - 5] - 1, "%u", n);
    }
    fresh(r);
    for (unsigned i = 0; i < 8; i++)
        put32(BASE + 4 * i, code[i]);
    r[15] = BASE + 12;
    cr_expect_not(epilogue_unwind(&space, false, r));
}

Test(prologue, apcs_frame)
{
    static const uint32_t code[] = {
        0xe1a0c00d, // mov ip, sp
        0xe92dd818, // push {r3, r4, fp, ip, lr, pc}
        0xe24cb004, // sub fp, ip, #4
        0xe04dd003, // sub sp, sp, r3
        0xeb000000, // bl
        0xe1a00000, // nop
        0xe89da818, // ldm sp, {r3, r4, fp, sp, pc}
    };
    uint32_t r[16];
    fresh(r);
    r[11] = STACK + 20; // at the saved pc
    r[13] = STACK - 64;
    cr_expect_eq(at_instruction(code, 7, 5, r), PROLOGUE_BEHIND);
    cr_expect_eq(r[15], 104);
    cr_expect_eq(r[11], 102);
    cr_expect_eq(r[13], STACK + 24);
}

Test(prologue, thumb_function)
{
    static const uint16_t code[] = {
        0xb5b0,         // push {r4, r5, r7, lr}
        0xb082,         // sub sp, #8
        0xaf00,         // add r7, sp, #0
        0xf000, 0xf800, // bl
        0x3708,         // adds r7, #8
        0x46bd,         // mov sp, r7
        0xbdb0,         // pop {r4, r5, r7, pc}
    };
    uint32_t r[16];
    fresh(r);
    for (unsigned i = 0; i < 8; i++)
        put16(BASE + 2 * i, code[i]);
    r[15] = BASE + 10;
    r[7] = STACK;
    r[13] = STACK - 40; // alloca
    cr_expect_eq(prologue_unwind(&space, BASE, true, false, r), PROLOGUE_BEHIND);
    cr_expect_eq(r[15], 105);
    cr_expect_eq(r[7], 104);
    cr_expect_eq(r[13], STACK + 24);
    fresh(r);
    r[15] = BASE + 12; // at mov sp, r7
    r[7] = STACK + 8;
    for (unsigned i = 0; i < 8; i++)
        put16(BASE + 2 * i, code[i]);
    cr_assert(epilogue_unwind(&space, true, r));
    cr_expect_eq(r[15], 105);
}

Test(prologue, wide_thumb)
{
    static const uint16_t code[] = {
        0xe92d, 0x4ff0, // push.w {r4-r11, lr}
        0xf5ad, 0x7d00, // sub.w sp, sp, #512
        0xf84d, 0x0d04, // str.w r0, [sp, #-4]!
        0xed2d, 0x8b02, // vpush {d8}
        0xbf00,         // nop
    };
    uint32_t r[16];
    fresh(r);
    for (unsigned i = 0; i < 9; i++)
        put16(BASE + 2 * i, code[i]);
    r[15] = BASE + 16;
    cr_expect_eq(prologue_unwind(&space, BASE, true, true, r), PROLOGUE_INSIDE);
    cr_expect_eq(r[13], STACK + 36 + 512 + 4 + 8);
    cr_expect_eq(r[15], 100 + (8 + 512 + 4 + 32) / 4);
}

// ---- walking ----

Test(backtrace, nothing_makes_it_loop)
{
    struct backtrace_frame frames[64];
    uint32_t r[16], state = 1;
    for (unsigned round = 0; round < 20000; round++) {
        for (unsigned i = 0; i < SIZE; i += 4) {
            state = state * 1664525 + 1013904223;
            // Noise, addresses of the memory itself, and calls
            const uint32_t kinds[] = {state,      BASE + state % SIZE, 0xeb000000 | state >> 12,
                                      0xf800f000, 0xe92d4800,          0xe8bd8800};
            put32(BASE + i, kinds[state >> 8 & 7 % 6]);
            if (round % 50) break;
        }
        for (unsigned i = 0; i < 16; i++) {
            state = state * 1664525 + 1013904223;
            r[i] = BASE + (state >> 4) % SIZE;
        }
        const unsigned n = backtrace_walk(&space, r, round & 1, frames, 64);
        cr_assert(n >= 1 && n <= 64);
    }
}

Test(backtrace, frame_pointers)
{
    struct backtrace_frame frames[8];
    uint32_t r[16];
    fresh(r);
    put32(BASE + 0x100, 0xeb000000); // a call, and where it returns to
    const uint32_t back = BASE + 0x104;
    // The innermost has GCC's frame, its caller an APCS frame, that one's LLVM's.
    r[15] = BASE + 0x800;
    r[14] = 0;
    r[11] = STACK + 0x14;
    put32(STACK + 0x14, back);
    put32(STACK + 0x10, STACK + 0x40);
    put32(STACK + 0x40, back + 8); // pc, which is its own
    put32(STACK + 0x3c, back);
    put32(STACK + 0x38, STACK + 0x44);
    put32(STACK + 0x34, STACK + 0x60);
    put32(STACK + 0x60, 0);
    put32(STACK + 0x64, back);
    const unsigned n = backtrace_walk(&space, r, false, frames, 8);
    cr_assert_eq(n, 4, "%u", n);
    cr_expect_eq(frames[1].sp, STACK + 0x18);
    cr_expect_eq(frames[2].sp, STACK + 0x44);
    cr_expect_eq(frames[3].sp, STACK + 0x68);
    cr_expect_eq(frames[3].pc, back);
}

static unsigned trampolines;

static bool trampoline(void *ctx, uint32_t r[16], bool *thumb)
{
    (void)ctx;
    if (r[15] != BASE + 0x104) return false;
    trampolines++;
    r[15] = BASE + 0x200;
    r[14] = 0;
    r[13] = STACK - 0x100; // handlers may have a stack of their own
    *thumb = false;
    return true;
}

Test(backtrace, through_a_signal)
{
    struct backtrace_space s = space;
    struct backtrace_frame frames[8];
    uint32_t r[16];
    fresh(r);
    s.trampoline = trampoline;
    r[15] = 0; // nothing is there
    r[14] = BASE + 0x104;
    put32(BASE + 0x100, 0xeb000000);
    cr_assert(backtrace_walk(&s, r, false, frames, 8) >= 2);
    cr_expect_eq(trampolines, 1);
    cr_expect(frames[1].interrupted);
    cr_expect_eq(frames[1].pc, BASE + 0x200);
}
