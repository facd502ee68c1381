#include "known.h"

#include <string.h>

const char *const known_text[KNOWN_REASONS] = {
    [KNOWN_SHOULD_BE] = "should-be-zero or should-be-one bits are otherwise: one side calls it UNDEFINED",
    [KNOWN_STREX] = "store-exclusive that fails: whether its address is checked is IMPLEMENTATION DEFINED",
    [KNOWN_VJCVT] = "VJCVT of a denormal that is flushed to zero: QEMU sets Z",
    [KNOWN_ALIGN_256] = "Advanced SIMD alignment of 256 bits: QEMU is content with 128",
    [KNOWN_VECTORS] = "FPSCR.LEN or STRIDE: QEMU's max has short vectors, ARMv7 and ARMv8 have none",
    [KNOWN_TINY] = "a result is rounded up to the smallest normal number: no underflow on x86",
    [KNOWN_EXTENSION] = "optional extensions that only QEMU's max has: FHM, BF16, I8MM",
    [KNOWN_FPA] = "coprocessors 1 and 2: QEMU emulates the FPA11 of ARMv3, as old kernels did",
};

bool known_tiny_after;

// Does nothing but these FPSCR bits differ?
static bool only_fpscr(const struct result *a, const struct result *b, uint32_t bits)
{
    struct result copy = *a;
    copy.fpscr ^= (copy.fpscr ^ b->fpscr) & bits;
    return !memcmp(&copy, b, sizeof copy);
}

static bool has_op(const struct test *t, enum op op)
{
    for (int i = 0; i < t->n; i++)
        if (t->in[i].op == op) return true;
    return false;
}

// DDI 0487 F3.1.10, F4.1.10 (three registers of the same length extension: coprocessors 8, 12, 13), F6.1.60
// and F6.1.70 (VCVT to BF16).
static bool is_extension(uint32_t raw)
{
    const uint32_t coprocessor = raw >> 8 & 15, top = raw >> 24;
    if (raw >> 25 == 0x7e || top == 0xfe) return coprocessor == 8 || (coprocessor & 14) == 12;
    if ((raw & 0x0fbf0f50) == 0x0eb30940) return true;
    return (top == 0xf3 || top == 0xff) && (raw & 0x00bf0fd0) == 0x00b60640;
}

enum known_reason known_difference(const struct test *t, const struct result *subject,
                                   const struct result *reference)
{
    // A5.1.2, A6.1.1: UNPREDICTABLE unless a bit in parentheses has the value shown.
    if (t->ignored && (subject->sig == 4) != (reference->sig == 4)) return KNOWN_SHOULD_BE;
    // A3.4.5: a store-exclusive may fail at the monitor before its address is looked at, or fault.
    const struct insn *in = &t->in[t->main];
    if (in->op == OP_STREX && t->main == 0 && (subject->sig == 7 || subject->sig == 11) &&
        subject->r[15] == t->at[t->main])
        return KNOWN_STREX;
    // FPToFixedJS (DDI 0487): the result of a denormal operand is not exact, whether FZ makes it 0 or
    // rounding does.
    if (has_op(t, OP_VJCVT) && t->rec.fpscr & 1u << 24 && only_fpscr(subject, reference, 0x40000000))
        return KNOWN_VJCVT;
    if (known_tiny_after && ~subject->fpscr & reference->fpscr & 8 && only_fpscr(subject, reference, 8))
        return KNOWN_TINY;
    // A2.7.5: without short vectors data processing is UNDEFINED where LEN or STRIDE is not 0.
    if (subject->sig == 4 && subject->r[15] != reference->r[15] && subject->fpscr & 0x00370000)
        return KNOWN_VECTORS;
    // A3.2.1, A7.7: an address that is not a multiple of the alignment that the instruction states aborts.
    if (in->op >= OP_NEON_FIRST && in->shift_n == 32 && subject->sig == 7 && subject->r[15] == t->at[t->main])
        return KNOWN_ALIGN_256;
    // Its linux-user/arm/nwfpe; Debian's kernels are without.
    const uint32_t coprocessor = in->raw >> 8 & 15;
    if (t->undefined && (in->raw >> 25 & 7) >= 6 && (coprocessor == 1 || coprocessor == 2) &&
        subject->sig == 4 && !reference->sig)
        return KNOWN_FPA;
    if (t->undefined && is_extension(in->raw) && subject->sig == 4 && !reference->sig) return KNOWN_EXTENSION;
    return KNOWN_NO;
}
