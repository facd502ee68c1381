// The checks are those of net/core/filter.c (bpf_check_classic) and kernel/seccomp.c (seccomp_check_filter).
#include "user/bpf.h"

#include <string.h>

// Instruction codes: class | size, operation or source. include/uapi/linux/{bpf_common,filter}.h
enum {
    LD = 0x00,
    LDX = 0x01,
    ST = 0x02,
    STX = 0x03,
    ALU = 0x04,
    JMP = 0x05,
    RET = 0x06,
    MISC = 0x07,
    CLASS = 0x07,

    IMM = 0x00, // of loads, all of words
    ABS = 0x20,
    MEM = 0x60,
    LEN = 0x80,

    SRC_K = 0x00,
    SRC_X = 0x08,
    RET_K = RET | 0x00,
    RET_A = RET | 0x10,
    TAX = MISC | 0x00,
    TXA = MISC | 0x80,

    ADD = 0x00,
    SUB = 0x10,
    MUL = 0x20,
    DIV = 0x30,
    OR = 0x40,
    AND = 0x50,
    LSH = 0x60,
    RSH = 0x70,
    NEG = 0x80,
    XOR = 0xa0,
    OPERATION = 0xf0,

    JA = 0x00,
    JEQ = 0x10,
    JGT = 0x20,
    JGE = 0x30,
    JSET = 0x40,
};

static bool is_valid_alu(const struct bpf_insn *i)
{
    const bool constant = !(i->code & SRC_X);
    switch (i->code & OPERATION) {
    case ADD:
    case SUB:
    case MUL:
    case AND:
    case OR:
    case XOR: return true;
    case DIV: return !constant || i->k;
    case LSH:
    case RSH: return !constant || i->k < 32;
    case NEG: return constant;
    default: return false;
    }
}

// left: instructions behind this one.
static bool is_valid_jump(const struct bpf_insn *i, unsigned left)
{
    switch (i->code) {
    case JMP | JA: return i->k < left;
    case JMP | JEQ:
    case JMP | JEQ | SRC_X:
    case JMP | JGT:
    case JMP | JGT | SRC_X:
    case JMP | JGE:
    case JMP | JGE | SRC_X:
    case JMP | JSET:
    case JMP | JSET | SRC_X: return i->jt < left && i->jf < left;
    default: return false;
    }
}

static bool is_valid_insn(const struct bpf_insn *i, unsigned left)
{
    if ((i->code & CLASS) == JMP) return is_valid_jump(i, left);
    if ((i->code & CLASS) == ALU) return i->code < 0x100 && is_valid_alu(i);
    switch (i->code) {
    case LD | ABS: return i->k < sizeof(struct bpf_call) && i->k % 4 == 0;
    case LD | MEM:
    case LDX | MEM:
    case ST:
    case STX: return i->k < BPF_SCRATCH_WORDS;
    case LD | IMM:
    case LDX | IMM:
    case LD | LEN:
    case LDX | LEN:
    case RET_K:
    case RET_A:
    case TAX:
    case TXA: return true;
    default: return false;
    }
}

// Which scratch words are written on every way to an instruction. Jumps lead forwards only.
static bool reads_what_is_written(const struct bpf_insn *program, unsigned n)
{
    uint16_t written[BPF_MOST_INSNS], now = 0;
    memset(written, 0xff, n * sizeof *written);
    for (unsigned at = 0; at < n; at++) {
        const struct bpf_insn *i = &program[at];
        now &= written[at];
        switch (i->code) {
        case ST:
        case STX: now |= (uint16_t)(1u << i->k); break;
        case LD | MEM:
        case LDX | MEM:
            if (!(now >> i->k & 1)) return false;
            break;
        case JMP | JA:
            written[at + 1 + i->k] &= now;
            now = 0xffff;
            break;
        default:
            if ((i->code & CLASS) != JMP) break;
            written[at + 1 + i->jt] &= now;
            written[at + 1 + i->jf] &= now;
            now = 0xffff;
            break;
        }
    }
    return true;
}

bool bpf_is_valid(const struct bpf_insn *program, unsigned n)
{
    if (!n || n > BPF_MOST_INSNS) return false;
    for (unsigned at = 0; at < n; at++)
        if (!is_valid_insn(&program[at], n - 1 - at)) return false;
    const uint16_t last = program[n - 1].code;
    return (last == RET_K || last == RET_A) && reads_what_is_written(program, n);
}

static uint32_t load(const struct bpf_call *call, uint32_t offset)
{
    uint32_t word;
    memcpy(&word, (const char *)call + offset, sizeof word);
    return word;
}

// A division by an X of 0 ends the program: false.
static bool compute(uint32_t *a, unsigned operation, uint32_t b)
{
    switch (operation) {
    case ADD: *a += b; break;
    case SUB: *a -= b; break;
    case MUL: *a *= b; break;
    case AND: *a &= b; break;
    case OR: *a |= b; break;
    case XOR: *a ^= b; break;
    case LSH: *a <<= b & 31; break;
    case RSH: *a >>= b & 31; break;
    case NEG: *a = -*a; break;
    default: // DIV
        if (!b) return false;
        *a /= b;
        break;
    }
    return true;
}

static bool holds(unsigned operation, uint32_t a, uint32_t b)
{
    switch (operation) {
    case JEQ: return a == b;
    case JGT: return a > b;
    case JGE: return a >= b;
    default: return a & b; // JSET
    }
}

uint32_t bpf_run(const struct bpf_insn *program, const struct bpf_call *call)
{
    uint32_t a = 0, x = 0, scratch[BPF_SCRATCH_WORDS];
    for (const struct bpf_insn *i = program;; i++) {
        const uint32_t operand = i->code & SRC_X ? x : i->k;
        switch (i->code) {
        case LD | ABS: a = load(call, i->k); break;
        case LD | MEM: a = scratch[i->k]; break;
        case LDX | MEM: x = scratch[i->k]; break;
        case LD | IMM: a = i->k; break;
        case LDX | IMM: x = i->k; break;
        case LD | LEN: a = sizeof *call; break;
        case LDX | LEN: x = sizeof *call; break;
        case ST: scratch[i->k] = a; break;
        case STX: scratch[i->k] = x; break;
        case TAX: x = a; break;
        case TXA: a = x; break;
        case RET_K: return i->k;
        case RET_A: return a;
        case JMP | JA: i += i->k; break;
        default:
            if ((i->code & CLASS) == JMP)
                i += holds(i->code & OPERATION, a, operand) ? i->jt : i->jf;
            else if (!compute(&a, i->code & OPERATION, operand))
                return 0;
            break;
        }
    }
}
