// Condition codes on the CPU's separate flags (A8.3).
#ifndef STINKARM_INTERP_COND_H
#define STINKARM_INTERP_COND_H

#include "cpu/cpu.h"
#include "isa/insn.h"

static inline bool cond_holds(const struct cpu *c, enum cond cond)
{
    switch (cond) {
    case COND_EQ: return c->zf == 0;
    case COND_NE: return c->zf != 0;
    case COND_CS: return c->cf;
    case COND_CC: return !c->cf;
    case COND_MI: return c->nf >> 31;
    case COND_PL: return !(c->nf >> 31);
    case COND_VS: return c->vf >> 31;
    case COND_VC: return !(c->vf >> 31);
    case COND_HI: return c->cf && c->zf;
    case COND_LS: return !c->cf || !c->zf;
    case COND_GE: return !((c->nf ^ c->vf) >> 31);
    case COND_LT: return (c->nf ^ c->vf) >> 31;
    case COND_GT: return c->zf && !((c->nf ^ c->vf) >> 31);
    case COND_LE: return !c->zf || (c->nf ^ c->vf) >> 31;
    case COND_AL: return true;
    }
    return true;
}

#endif
