// What a load, store or branch would reach, and registers that make it reach something harmless.
#include <stdio.h>
#include <string.h>

#include "gen.h"

static const struct {
    const char *prefix;
    enum gen_kind kind;
} kinds[] = {
    // Not executable on its own in a test, or the outcome is not the instruction's alone.
    {"SVC", KIND_SKIP},
    {"WFI", KIND_SKIP},
    {"WFE", KIND_SKIP},
    {"SRS", KIND_SKIP},
    {"RFE", KIND_SKIP},
    {"LDC", KIND_SKIP},
    {"STC", KIND_SKIP},
    {"MCR", KIND_SKIP},
    {"MRC", KIND_SKIP},
    {"MRRC", KIND_SKIP},
    {"CDP", KIND_SKIP},
    {"LDM_USER", KIND_SKIP},
    {"STM_USER", KIND_SKIP},
    {"LDM_EXC", KIND_SKIP},
    {"MRS_BANKED", KIND_SKIP},
    {"MSR_BANKED", KIND_SKIP},
    {"ERET", KIND_SKIP},
    {"IT", KIND_SKIP},
    {"DCPS", KIND_SKIP},
    {"SUBS_PC_LR", KIND_SKIP},
    {"BL_HALF", KIND_SKIP},
    // VFP system registers but FPSCR say what this CPU is.
    {"VMRS_", KIND_PLAIN},
    // Memory
    {"LDREX", KIND_BASE},
    {"STREX", KIND_BASE},
    {"LDA", KIND_BASE},
    {"STL", KIND_BASE},
    {"SWP", KIND_BASE},
    {"LDM", KIND_CENTRE},
    {"STM", KIND_CENTRE},
    {"PUSH", KIND_CENTRE},
    {"POP", KIND_CENTRE},
    {"VLDM", KIND_CENTRE},
    {"VSTM", KIND_CENTRE},
    {"FLDM", KIND_CENTRE},
    {"FSTM", KIND_CENTRE},
    {"VPUSH", KIND_CENTRE},
    {"VPOP", KIND_CENTRE},
    {"VLDR", KIND_IMM},
    {"VSTR", KIND_IMM},
    {"VLD", KIND_BASE},
    {"VST", KIND_BASE},
    {"TBB", KIND_TABLE},
    {"TBH", KIND_TABLE},
    // Branches
    {"BLX_IMM", KIND_DIRECT},
    {"BLX_REG", KIND_INDIRECT},
    {"BXJ", KIND_INDIRECT},
    {"BX", KIND_INDIRECT},
    {"CBZ", KIND_DIRECT},
    {"CBNZ", KIND_DIRECT},
};

static bool ends(const char *s, const char *tail)
{
    const size_t n = strlen(s), k = strlen(tail);
    return n >= k && !strcmp(s + n - k, tail);
}

static enum gen_kind kind_of_name(const char *name)
{
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        // Names of operations that share a prefix with nothing else: SUB is not SUBS_PC_LR.
        const size_t n = strlen(kinds[i].prefix);
        if (!strncmp(name, kinds[i].prefix, n) && (n > 2 || !name[n])) return kinds[i].kind;
    }
    if (!strcmp(name, "B") || !strcmp(name, "BL") || !strncmp(name, "B_", 2)) return KIND_DIRECT;
    if (!strncmp(name, "LDR", 3) || !strncmp(name, "STR", 3))
        return ends(name, "_REG") ? KIND_REG : ends(name, "_LIT") ? KIND_LIT : KIND_IMM;
    return KIND_PLAIN;
}

enum gen_kind gen_kind(const struct insn *in)
{
    static signed char cache[OP_COUNT];
    if (!cache[in->op]) cache[in->op] = (signed char)(kind_of_name(isa_op_name(in->op)) + 1);
    // SPSR does not exist in user mode.
    // HLT #0xf000 and, in Thumb, #0x3c ask QEMU for semihosting.
    if (in->op == OP_HLT && (in->imm == 0xf000 || in->imm == 0x3c)) return KIND_SKIP;
    if ((in->op == OP_MRS || in->op == OP_MSR_REG || in->op == OP_MSR_IMM) && in->flags & INSN_X)
        return KIND_SKIP;
    return (enum gen_kind)(cache[in->op] - 1);
}

static bool is_load(const struct insn *in)
{
    const char *name = isa_op_name(in->op);
    return name[0] == 'L' || !strncmp(name, "VLD", 3) || !strncmp(name, "POP", 3) || !strncmp(name, "FLD", 3);
}

static bool is_dp(const struct insn *in)
{
    return in->op <= OP_MVN_RSR;
}
_Static_assert(OP_AND_IMM == 0 && OP_MVN_RSR == 47,
               "16 operations in three forms each, in the order of the encoding");

bool gen_writes_pc(const struct insn *in)
{
    const char *name = isa_op_name(in->op);
    switch (gen_kind(in)) {
    case KIND_TABLE:
    case KIND_DIRECT:
    case KIND_INDIRECT: return true;
    case KIND_CENTRE: return is_load(in) && name[0] != 'V' && name[0] != 'F' && (in->imm & 0x8000);
    case KIND_IMM:
    case KIND_REG:
    case KIND_LIT: return is_load(in) && name[0] != 'V' && in->rd == 15;
    case KIND_PLAIN:
        return in->rd == 15 && name[0] != 'V' && !(is_dp(in) && (in->op) / 3 >= 8 && (in->op) / 3 <= 11);
    case KIND_SKIP:
    case KIND_BASE: return false;
    }
    return false;
}

bool gen_always_traps(const struct insn *in)
{
    return in->op == OP_UDF || in->op == OP_BKPT || in->op == OP_HLT || in->op == OP_HVC ||
           in->op == OP_SMC || in->op == OP_VMRS || in->op == OP_VMSR;
}

static uint32_t shifted(uint32_t v, unsigned type, unsigned n, bool carry)
{
    if (n == 0) return v;
    switch (type) {
    case SHIFT_LSL: return n < 32 ? v << n : 0;
    case SHIFT_LSR: return n < 32 ? v >> n : 0;
    case SHIFT_ASR: return (uint32_t)((int32_t)v >> (n < 32 ? n : 31));
    case SHIFT_ROR: return n & 31 ? v >> (n & 31) | v << (32 - (n & 31)) : v;
    default: return v >> 1 | (uint32_t)carry << 31; // RRX
    }
}

static uint32_t reg(const struct record *rec, unsigned n, uint32_t at)
{
    return n == 15 ? at + (rec->thumb ? 4 : 8) : rec->r[n];
}

// A place in the record's own slot where nothing but filler is.
static uint32_t landing(struct rng *g, uint32_t at, uint32_t thumb)
{
    const uint32_t slot = at & ~(SLOT_SIZE - 1);
    return slot + SLOT_CODE + 4 * rng_below(g, (SLOT_SIZE - SLOT_CODE) / 4 - 1) +
           (thumb ? 2 * rng_below(g, 2) : 0);
}

// May a branch go there? Anything but instructions of the test itself, of other slots, and mapped memory
// elsewhere.
static bool target_ok(uint32_t target)
{
    if (target >= CODE_SLOTS && target < CODE_SLOTS + BATCH_MAX * SLOT_SIZE)
        return (target & (SLOT_SIZE - 1)) >= SLOT_CODE && (target & (SLOT_SIZE - 1)) < SLOT_SIZE - 4;
    if (target >= CODE_STUB - 16 && target < CODE_BASE + CODE_SIZE) return false;
    if (target >= SCRATCH_BASE - 16 && target < SCRATCH_BASE + SCRATCH_SIZE + 0x1000) return false;
    // The runner, QEMU's stack and the usual places of stacks, the kernel's helpers.
    return !(target >= 0x0fff0000 && target < 0x10100000) && !(target >= 0x3f000000 && target < 0x42000000) &&
           !(target >= 0x7f000000 && target < 0x81000000) && !(target >= 0xb0000000 && target < 0xc0000000) &&
           target < 0xf0000000;
}

// The result of a data-processing instruction (A5.2.1).
static uint32_t dp_result(const struct record *rec, const struct insn *in, uint32_t at)
{
    const unsigned op = (in->op) / 3u, form = (in->op) % 3u;
    const bool c = rec->cpsr >> 29 & 1;
    const uint32_t a = reg(rec, in->rn, at);
    uint32_t b = in->imm;
    if (form == 1) b = shifted(reg(rec, in->rm, at), in->shift_type, in->shift_n, c);
    if (form == 2) {
        const uint32_t n = rec->r[in->ra] & 255;
        b = shifted(rec->r[in->rm], in->shift_type, n, c);
    }
    switch (op) {
    case 0: return a & b;
    case 1: return a ^ b;
    case 2: return a - b;
    case 3: return b - a;
    case 4: return a + b;
    case 5: return a + b + c;
    case 6: return a - b - !c;
    case 7: return b - a - !c;
    case 12: return a | b;
    case 13: return b;
    case 14: return a & ~b;
    default: return ~b;
    }
}

static bool fix_dp(struct rng *g, struct record *rec, const struct insn *in, uint32_t at)
{
    if (!is_dp(in) || in->flags & INSN_S) return false; // exception return
    if (in->op == OP_MOV_REG && in->shift_n == 0 && in->rm != 15) {
        const uint32_t thumb = rng_below(g, 2);
        rec->r[in->rm] = landing(g, at, rec->thumb ? 1 : thumb) | thumb;
    }
    const uint32_t to = dp_result(rec, in, at);
    if (!rec->thumb && (to & 3) == 2) return false; // UNPREDICTABLE
    return target_ok(to & ~1u);
}

// An address for data: mostly in the scratch window, now and then one that faults.
static uint32_t data_address(struct rng *g, bool *fault)
{
    uint32_t ea = SCRATCH_BASE + 0x200 + rng_below(g, SCRATCH_SIZE - 0x400);
    *fault = !gen_no_signals && rng_percent(g, 3);
    if (*fault) {
        static const uint32_t bad[] = {SCRATCH_RDONLY + 0x400, SCRATCH_RDONLY + 0x2400, 0x400, 0x60000800,
                                       0xefff0800};
        ea = bad[rng_below(g, sizeof bad / sizeof *bad)] + rng_below(g, 0x400);
    }
    static const uint8_t align[] = {8, 8, 16, 32, 4, 4, 4, 2, 1, 1};
    return ea & -(uint32_t)(gen_no_signals ? 32 : align[rng_below(g, sizeof align)]);
}

static void random_view(struct rng *g, struct record *rec, uint32_t ea)
{
    rec->mem_addr = (ea - VIEW_SIZE / 2) & ~7u;
    for (unsigned i = 0; i < VIEW_SIZE / 4; i += 2) {
        // Numbers of all sorts are in the D registers already.
        const uint64_t v = rng_percent(g, 50) ? rng_next(g) : rec->d[rng_below(g, 32)];
        rec->mem[i] = (uint32_t)v, rec->mem[i + 1] = (uint32_t)(v >> 32);
    }
}

static void poke(struct record *rec, uint32_t addr, uint32_t v, unsigned bytes)
{
    memcpy((uint8_t *)rec->mem + (addr - rec->mem_addr), &v, bytes);
}

static bool fix_table(struct rng *g, struct record *rec, const struct insn *in, uint32_t at)
{
    // The operation's size tells TBB from TBH, or its name does.
    const bool half = in->size == 1 || !strncmp(isa_op_name(in->op), "TBH", 3);
    if (in->rn == 15 || in->rm == 15 || in->rn == in->rm) return false;
    bool fault;
    const uint32_t ea = data_address(g, &fault);
    rec->r[in->rn] = ea - (rec->r[in->rm] << half);
    if (fault) return true;
    random_view(g, rec, ea);
    poke(rec, ea, (landing(g, at, 1) - (at + 4)) / 2, half ? 2 : 1);
    return true;
}

static bool fix_access(struct rng *g, struct record *rec, const struct insn *in, enum gen_kind kind,
                       uint32_t at)
{
    bool fault;
    const uint32_t ea = data_address(g, &fault);
    const bool pre = in->flags & INSN_PRE, add = in->flags & INSN_ADD, pc = gen_writes_pc(in);
    if (kind == KIND_LIT || (in->rn == 15 && kind == KIND_IMM)) {
        if (!is_load(in) || (gen_no_signals && in->imm & 3)) return false;
        if (!pc) return true;
        // What a literal would bring into the PC is code or filler.
        return false;
    }
    if (in->rn == 15) return false;
    uint32_t base = ea;
    if (kind == KIND_IMM && (pre || isa_op_name(in->op)[0] == 'V')) base = ea - in->imm;
    if (kind == KIND_REG && pre) {
        if (in->rm == in->rn) return false;
        const uint32_t off = shifted(reg(rec, in->rm, at), in->shift_type, in->shift_n, rec->cpsr >> 29 & 1);
        base = add ? ea - off : ea + off;
    }
    rec->r[in->rn] = base;
    if (fault) return true;
    random_view(g, rec, ea);
    if (pc) {
        const uint32_t thumb = rng_below(g, 2);
        for (uint32_t a = ea - 128; a < ea + 128; a += 4)
            poke(rec, a, landing(g, at, thumb) | thumb, 4);
    }
    return true;
}

bool gen_fix_operands(struct rng *g, struct record *rec, const struct insn *in, enum gen_kind kind,
                      uint32_t at)
{
    switch (kind) {
    case KIND_SKIP: return false;
    case KIND_PLAIN: return !gen_writes_pc(in) || fix_dp(g, rec, in, at);
    case KIND_TABLE: return fix_table(g, rec, in, at);
    case KIND_DIRECT: {
        const uint32_t pc = at + (rec->thumb ? 4 : 8);
        return target_ok((in->op == OP_BLX_IMM ? pc & ~3u : pc) + in->imm);
    }
    case KIND_INDIRECT: {
        if (in->rm == 15) return false;
        const uint32_t thumb = rng_below(g, 2);
        rec->r[in->rm] = landing(g, at, thumb) | thumb;
        return true;
    }
    case KIND_IMM:
    case KIND_REG:
    case KIND_LIT:
    case KIND_BASE:
    case KIND_CENTRE: return fix_access(g, rec, in, kind, at);
    }
    return false;
}
