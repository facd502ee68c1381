// Loads and stores of the core registers (A5.3 – A5.5, A6.3.5 – A6.3.10).
#include "interp/interp.h"

#define INLINE static inline __attribute__((always_inline))

enum kind { LDR, LDRB, LDRH, LDRSB, LDRSH, STR, STRB, STRH, LDRD, STRD };

enum addressing {
    OFFSET_IMM, // [Rn, #imm]
    OFFSET_REG, // [Rn, Rm]
    OFFSET_LSL, // [Rn, Rm, lsl #n]
    INDEX_IMM,  // [Rn, #imm]! and [Rn], #imm
    ANY_REG,    // every other register form
    LITERAL,    // imm is the address
};

// An offset in a register, shifted by a constant (A8.4.3), with its sign.
static uint32_t register_offset(const struct cpu *c, const struct step *s)
{
    uint32_t m = c->r[s->rm];
    const uint32_t n = s->shift_n;
    if (n) switch ((enum shift)s->shift_type) {
        case SHIFT_LSL: m <<= n; break;
        case SHIFT_LSR: m = (uint32_t)((uint64_t)m >> n); break;
        case SHIFT_ASR: m = (uint32_t)((int64_t)(int32_t)m >> n); break;
        case SHIFT_ROR: m = m >> n | m << (32 - n); break;
        case SHIFT_RRX: m = c->cf << 31 | m >> 1; break;
        }
    return s->flags & INSN_ADD ? m : 0u - m;
}

INLINE void transfer(struct cpu *c, const struct step *s, enum kind kind, uint32_t addr)
{
    switch (kind) {
    case LDR: c->r[s->rd] = mem_ld32(c, addr); break;
    case LDRB: c->r[s->rd] = mem_ld8(c, addr); break;
    case LDRH: c->r[s->rd] = mem_ld16(c, addr); break;
    case LDRSB: c->r[s->rd] = (uint32_t)(int8_t)mem_ld8(c, addr); break;
    case LDRSH: c->r[s->rd] = (uint32_t)(int16_t)mem_ld16(c, addr); break;
    case STR: mem_st32(c, addr, c->r[s->rd]); break;
    case STRB: mem_st8(c, addr, (uint8_t)c->r[s->rd]); break;
    case STRH: mem_st16(c, addr, (uint16_t)c->r[s->rd]); break;
    case LDRD: {
        mem_check_align(c, addr, 4, false);
        const uint32_t low = mem_ld32(c, addr), high = mem_ld32(c, addr + 4);
        c->r[s->rd] = low;
        c->r[s->ra] = high;
        break;
    }
    case STRD:
        mem_check_align(c, addr, 4, true);
        mem_st32(c, addr, c->r[s->rd]);
        mem_st32(c, addr + 4, c->r[s->ra]);
        break;
    }
}

INLINE void load_store(struct cpu *c, const struct step *s, enum kind kind, enum addressing mode)
{
    interp_mark(c, s);
    const uint32_t base = c->r[s->rn];
    switch (mode) {
    case OFFSET_IMM: transfer(c, s, kind, base + s->imm); break;
    case OFFSET_REG: transfer(c, s, kind, base + c->r[s->rm]); break;
    case OFFSET_LSL: transfer(c, s, kind, base + (c->r[s->rm] << s->shift_n)); break;
    case LITERAL: transfer(c, s, kind, s->imm); break;
    case INDEX_IMM:
    case ANY_REG: {
        const uint32_t indexed = base + (mode == INDEX_IMM ? s->imm : register_offset(c, s));
        const bool load_base = kind <= LDRSH && s->rd == s->rn; // the loaded value stays
        transfer(c, s, kind, s->flags & INSN_PRE ? indexed : base);
        if (s->flags & INSN_WB && !load_base) c->r[s->rn] = indexed;
        break;
    }
    }
}

// clang-format off
#define HANDLER(kind, mode)                         \
    STEP(kind##_##mode)                             \
    {                                               \
        load_store(c, s, kind, mode);               \
        NEXT;                                       \
    }
#define HANDLERS(kind)                                                                     \
    HANDLER(kind, OFFSET_IMM) HANDLER(kind, OFFSET_REG) HANDLER(kind, OFFSET_LSL)          \
    HANDLER(kind, INDEX_IMM) HANDLER(kind, ANY_REG) HANDLER(kind, LITERAL)
#define ROW(kind)                                                                          \
    [kind] = {kind##_OFFSET_IMM, kind##_OFFSET_REG, kind##_OFFSET_LSL, kind##_INDEX_IMM,   \
              kind##_ANY_REG, kind##_LITERAL},

// <op> Rt{, Rt2}, <address>
HANDLERS(LDR)
HANDLERS(LDRB)
HANDLERS(LDRH)
HANDLERS(LDRSB)
HANDLERS(LDRSH)
HANDLERS(STR)
HANDLERS(STRB)
HANDLERS(STRH)
HANDLERS(LDRD)
HANDLERS(STRD)

static step_fn *const handlers[][6] = {
    ROW(LDR) ROW(LDRB) ROW(LDRH) ROW(LDRSB) ROW(LDRSH) ROW(STR) ROW(STRB) ROW(STRH) ROW(LDRD) ROW(STRD)
};
// clang-format on

// LDRT, STRT and their like: User mode's permissions, always post-indexed in A32, offset in T32 (A8.8.92 …).
static void transfer_user(struct cpu *c, const struct step *s, enum kind kind, uint32_t addr)
{
    const struct cpu_mem *m = c->mem;
    switch (kind) {
    case LDR: c->r[s->rd] = (uint32_t)m->load_user(c, addr, 4); break;
    case LDRB: c->r[s->rd] = (uint32_t)m->load_user(c, addr, 1); break;
    case LDRH: c->r[s->rd] = (uint32_t)m->load_user(c, addr, 2); break;
    case LDRSB: c->r[s->rd] = (uint32_t)(int8_t)m->load_user(c, addr, 1); break;
    case LDRSH: c->r[s->rd] = (uint32_t)(int16_t)m->load_user(c, addr, 2); break;
    case STR: m->store_user(c, addr, 4, c->r[s->rd]); break;
    case STRB: m->store_user(c, addr, 1, c->r[s->rd]); break;
    case STRH: m->store_user(c, addr, 2, c->r[s->rd]); break;
    case LDRD:
    case STRD: break; // have no such form
    }
}

INLINE void load_store_user(struct cpu *c, const struct step *s, enum kind kind, bool by_register)
{
    if (!c->mem->load_user || !cpu_privileged(c)) {
        load_store(c, s, kind, by_register ? ANY_REG : INDEX_IMM);
        return;
    }
    interp_mark(c, s);
    const uint32_t base = c->r[s->rn], indexed = base + (by_register ? register_offset(c, s) : s->imm);
    transfer_user(c, s, kind, s->flags & INSN_PRE ? indexed : base);
    if (s->flags & INSN_WB) c->r[s->rn] = indexed;
}

#define USER_HANDLERS(kind)                                                                                  \
    STEP(kind##T_IMM)                                                                                        \
    {                                                                                                        \
        load_store_user(c, s, kind, false);                                                                  \
        NEXT;                                                                                                \
    }                                                                                                        \
    STEP(kind##T_REG)                                                                                        \
    {                                                                                                        \
        load_store_user(c, s, kind, true);                                                                   \
        NEXT;                                                                                                \
    }

// <op>t Rt, [Rn], #imm; <op>t Rt, [Rn], Rm; <op>t Rt, [Rn, #imm]
USER_HANDLERS(LDR)
USER_HANDLERS(LDRB)
USER_HANDLERS(LDRH)
USER_HANDLERS(LDRSB)
USER_HANDLERS(LDRSH)
USER_HANDLERS(STR)
USER_HANDLERS(STRB)
USER_HANDLERS(STRH)

static APART const struct step *ldm_checked(struct cpu *c, const struct step *s)
{
    interp_load_block(c, s);
    NEXT;
}

static APART const struct step *stm_checked(struct cpu *c, const struct step *s)
{
    const uint32_t base = c->r[s->rn], bytes = interp_list_bytes(s);
    uint32_t addr = interp_block_start(s, base, bytes);
    mem_check_align(c, addr, 4, true);
    for (uint32_t list = s->imm; list; list &= list - 1, addr += 4)
        mem_st32(c, addr, c->r[__builtin_ctz(list)]);
    if (s->flags & INSN_WB) c->r[s->rn] = interp_block_end(s, base, bytes);
    NEXT;
}

// ldm{ia|ib|da|db} Rn{!}, {list}; pop {list}. A page is read before anything changes.
STEP(ldm)
{
    interp_mark(c, s);
    const uint32_t base = c->r[s->rn], bytes = interp_list_bytes(s);
    uint32_t addr = interp_block_start(s, base, bytes);
    const bool one_page = (addr ^ (addr + bytes - 4)) >> 12 == 0;
    if (!MEM_LIKELY(c->mem_mode == CPU_MEM_FLAT && one_page) || addr & 3) return ldm_checked(c, s);
    const uint8_t *window = c->window;
    (void)*(const volatile uint8_t *)(window + addr);
    if (s->flags & INSN_WB) c->r[s->rn] = interp_block_end(s, base, bytes);
    for (uint32_t list = s->imm; list; list &= list - 1, addr += 4)
        memcpy(&c->r[__builtin_ctz(list)], window + addr, 4);
    NEXT;
}

// stm{ia|ib|da|db} Rn{!}, {list}; push {list}
STEP(stm)
{
    interp_mark(c, s);
    const uint32_t base = c->r[s->rn], bytes = interp_list_bytes(s);
    uint32_t addr = interp_block_start(s, base, bytes);
    if (!MEM_LIKELY(c->mem_mode == CPU_MEM_FLAT) || addr & 3) return stm_checked(c, s);
    uint8_t *window = c->window;
    for (uint32_t list = s->imm; list; list &= list - 1, addr += 4)
        memcpy(window + addr, &c->r[__builtin_ctz(list)], 4);
    if (s->flags & INSN_WB) c->r[s->rn] = interp_block_end(s, base, bytes);
    NEXT;
}

// ldm{mode} Rn, {list}^: User mode's registers
STEP(ldm_user)
{
    interp_mark(c, s);
    uint32_t value[16];
    interp_load_words(c, interp_block_start(s, c->r[s->rn], interp_list_bytes(s)), value, s->x);
    unsigned n = 0;
    for (uint32_t list = s->imm; list; list &= list - 1)
        *cpu_user_reg(c, (unsigned)__builtin_ctz(list)) = value[n++];
    NEXT;
}

// stm{mode} Rn, {list}^
STEP(stm_user)
{
    interp_mark(c, s);
    uint32_t addr = interp_block_start(s, c->r[s->rn], interp_list_bytes(s));
    mem_check_align(c, addr, 4, true);
    for (uint32_t list = s->imm; list; list &= list - 1, addr += 4)
        mem_st32(c, addr, *cpu_user_reg(c, (unsigned)__builtin_ctz(list)));
    NEXT;
}

// pld, pli: hints
STEP(preload)
{
    NEXT;
}

static enum addressing immediate_mode(const struct insn *in)
{
    return in->flags & INSN_WB || !(in->flags & INSN_PRE) ? INDEX_IMM : OFFSET_IMM;
}

static enum addressing register_mode(const struct insn *in)
{
    if ((in->flags & (INSN_PRE | INSN_WB | INSN_ADD)) != (INSN_PRE | INSN_ADD)) return ANY_REG;
    if (in->shift_n == 0) return OFFSET_REG;
    return in->shift_type == SHIFT_LSL ? OFFSET_LSL : ANY_REG;
}

step_fn *interp_select_ldst(const struct insn *in)
{
// clang-format off
#define DUAL_FORMS(kind)                                                                                 \
    case OP_##kind##_IMM: return handlers[kind][immediate_mode(in)];                                     \
    case OP_##kind##_REG: return handlers[kind][register_mode(in)];

#define FORMS(kind)                                                                                      \
    case OP_##kind##_IMM: return in->flags & INSN_X ? kind##T_IMM : handlers[kind][immediate_mode(in)];  \
    case OP_##kind##_REG: return in->flags & INSN_X ? kind##T_REG : handlers[kind][register_mode(in)];
    // clang-format on

    switch ((enum op)in->op) {
        FORMS(LDR)
        FORMS(LDRB)
        FORMS(LDRH)
        FORMS(LDRSB)
        FORMS(LDRSH)
        FORMS(STR)
        FORMS(STRB)
        FORMS(STRH)
        DUAL_FORMS(LDRD)
        DUAL_FORMS(STRD)
    case OP_LDR_LIT: return handlers[LDR][LITERAL];
    case OP_LDRB_LIT: return handlers[LDRB][LITERAL];
    case OP_LDRH_LIT: return handlers[LDRH][LITERAL];
    case OP_LDRSB_LIT: return handlers[LDRSB][LITERAL];
    case OP_LDRSH_LIT: return handlers[LDRSH][LITERAL];
    case OP_LDRD_LIT: return handlers[LDRD][LITERAL];
    case OP_LDM: return ldm;
    case OP_STM: return stm;
    case OP_LDM_USER: return ldm_user;
    case OP_STM_USER: return stm_user;
    case OP_PLD:
    case OP_PLI: return preload;
    default: return NULL;
    }
#undef FORMS
#undef DUAL_FORMS
}
