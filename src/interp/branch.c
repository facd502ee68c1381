// Conditions, branches, and going from block to block.
#include "interp/cond.h"
#include "interp/run.h"
#include "interp/select.h"

const struct step *step_goto(struct cpu *c, const struct step *s)
{
    return interp_goto_direct(c, s);
}

const struct step *step_goto_it(struct cpu *c, const struct step *s)
{
    interp_count(c, s);
    const struct block *b = interp_lookup(c, s->imm | c->thumb | (block_key)s->it << 32);
    c->itstate = 0;
    return interp_enter(c, b);
}

const struct step *step_goto_exchange(struct cpu *c, const struct step *s)
{
    c->thumb = !c->thumb;
    return interp_goto_direct(c, s);
}

const struct step *step_bx_pc(struct cpu *c, const struct step *s)
{
    return interp_bx(c, s, c->r[15]);
}

const struct step *step_goto_pc(struct cpu *c, const struct step *s)
{
    return interp_goto(c, s, c->r[15] & (c->thumb ? ~1u : ~3u));
}

static void set_link(struct cpu *c, const struct step *s)
{
    c->r[14] = (s->pc + s->len) | c->thumb;
}

const struct step *step_link(struct cpu *c, const struct step *s)
{
    set_link(c, s);
    NEXT;
}

#define CONDITIONS(X) X(EQ) X(NE) X(CS) X(CC) X(MI) X(PL) X(VS) X(VC) X(HI) X(LS) X(GE) X(LT) X(GT) X(LE)

// if_xx: a condition in front of s->exec. b_xx: b<cond> label
#define CONDITION_HANDLERS(cc)                                                                               \
    STEP(if_##cc)                                                                                            \
    {                                                                                                        \
        if (cond_holds(c, COND_##cc)) return step_handler(s->exec)(c, s);                                    \
        s += s->skip;                                                                                        \
        NEXT_STEP(c, s);                                                                                     \
    }                                                                                                        \
    STEP(b_##cc)                                                                                             \
    {                                                                                                        \
        if (cond_holds(c, COND_##cc)) return interp_goto_direct(c, s);                                       \
        NEXT;                                                                                                \
    }
CONDITIONS(CONDITION_HANDLERS)

#define ROW(cc) [COND_##cc] = if_##cc,
static step_fn *const conditions[] = {CONDITIONS(ROW)};
#undef ROW
#define ROW(cc) [COND_##cc] = b_##cc,
static step_fn *const branches[] = {CONDITIONS(ROW)};
#undef ROW

step_fn *interp_condition(uint8_t cond)
{
    return conditions[cond];
}

step_fn *interp_conditional_branch(uint8_t cond)
{
    return branches[cond];
}

uint8_t interp_condition_of(step_fn *fn, bool branch)
{
    step_fn *const *handlers = branch ? branches : conditions;
    uint8_t cond = 0;
    while (cond < COND_AL && handlers[cond] != fn)
        cond++;
    return cond;
}

// bl label
STEP(bl)
{
    set_link(c, s);
    return interp_goto_direct(c, s);
}

// blx label
STEP(blx_imm)
{
    set_link(c, s);
    c->thumb = !c->thumb;
    return interp_goto_direct(c, s);
}

// bx Rm
STEP(bx)
{
    return interp_bx(c, s, c->r[s->rm]);
}

// blx Rm
STEP(blx_reg)
{
    const uint32_t target = c->r[s->rm];
    set_link(c, s);
    return interp_bx(c, s, target);
}

// cbz Rn, label
STEP(cbz)
{
    if (c->r[s->rn] == 0) return interp_goto_direct(c, s);
    NEXT;
}

// cbnz Rn, label
STEP(cbnz)
{
    if (c->r[s->rn] != 0) return interp_goto_direct(c, s);
    NEXT;
}

// tbb [Rn, Rm]
STEP(tbb)
{
    interp_mark(c, s);
    c->r[15] = s->pc + 4 + 2 * mem_ld8(c, c->r[s->rn] + c->r[s->rm]);
    NEXT;
}

// tbh [Rn, Rm, lsl #1]
STEP(tbh)
{
    interp_mark(c, s);
    c->r[15] = s->pc + 4 + 2 * mem_ld16(c, c->r[s->rn] + 2 * c->r[s->rm]);
    NEXT;
}

// it <cond>: the builder has put the conditions into the instructions that follow
STEP(it)
{
    NEXT;
}

step_fn *interp_select_branch(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_B: return step_goto;
    case OP_BL: return bl;
    case OP_BLX_IMM: return blx_imm;
    case OP_BX:
    case OP_BXJ: return bx; // without Jazelle BXJ is BX (A8.8.28)
    case OP_BLX_REG: return blx_reg;
    case OP_CBZ: return in->flags & INSN_X ? cbnz : cbz;
    case OP_TBB: return tbb;
    case OP_TBH: return tbh;
    case OP_IT: return it;
    default: return NULL;
    }
}
