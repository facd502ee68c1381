// The interpreter's handlers, as compiled code calls them: which instructions they can be called for, and
// how.
#include "interp/tier.h"

#include "interp/select.h"
#include "interp/stats.h"

// Behind a handler that a tier has called: the tier goes on.
STEP(step_to_tier)
{
    (void)c;
    return s;
}

static const void *run_handlers(struct cpu *c, const void *step)
{
    const struct step *s = step;
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
    while (s && s->fn != step_at_handler(step_to_tier))
        s = step_handler(s->fn)(c, s);
    return s;
#else
    return step_handler(s->fn)(c, s);
#endif
}

// An SVC. Compiled code does the host's system call itself, since behind one the host predicts no return.
static const void *run_svc(struct cpu *c, const void *step)
{
    const struct step *s = step;
    const unsigned nr = c->quick_svc ? c->quick_svc(c) : 0;
    if (!nr) return step_handler(s->fn)(c, s);
    c->excl_size = CPU_EXCL_OPEN; // as behind every system call
    if (nr == CPU_SVC_DONE) return step;
    return (const void *)(uintptr_t)nr;
}

static bool touches_flags(const struct insn *in)
{
    switch ((enum op)in->op) {
    case OP_MRS:
    case OP_MSR_IMM:
    case OP_MSR_REG:
    case OP_VMRS_APSR:
    case OP_VJCVT:
    case OP_VSEL_S:
    case OP_VSEL_D:
    case OP_VSEL_H: return true;
    case OP_MRC: return in->rd == 15;
    default: return in->op < OP_VFP_FIRST && (in->flags & INSN_S || in->shift_type == SHIFT_RRX);
    }
}

static enum tier_call_kind kind_of(const struct insn *in)
{
    const enum op op = in->op;
    if (op == OP_SVC) return TIER_CALL_SVC;
    if (op < OP_VFP_FIRST) return TIER_CALL_ANY;
    if (op >= OP_VLDR_LIT_S && op <= OP_VSTR_H) return TIER_CALL_LOADS;
    if ((op >= OP_VLDM_S && op <= OP_VMSR) || (op >= OP_VST1_MULT && op <= OP_VLD4_ALL)) return TIER_CALL_ANY;
    return TIER_CALL_VECTOR;
}

// Whether compiled code can call the handler of an instruction that may change privilege, masks or mappings,
// and go on where that says.
static bool goes_away(const struct cpu *c, const struct insn *in, enum insn_flow flow)
{
    if (!c->sys) return false;
    switch ((enum op)in->op) {
    case OP_SVC:
    case OP_MCR:
    case OP_MCRR:
    case OP_VMSR:
    case OP_RFE:
    case OP_LDM_EXC:
    case OP_ERET: return flow != FLOW_NEXT;
    default: return flow == FLOW_RETURN;
    }
}
bool interp_tier_handler(struct cpu *c, const struct tier_insn *ti, unsigned n, unsigned count, bool thumb,
                         struct tier_call *call)
{
    const struct insn *in = &ti->in;
    // What changes the modes that compiled code takes for granted ends it. An SVC of a program stops the
    // engine, or not.
    const bool svc = in->op == OP_SVC && !c->sys;
    const enum insn_flow flow = interp_flow(in, thumb);
    const bool away = goes_away(c, in, flow);
    if ((flow != FLOW_NEXT && !svc && !away) || in->op == OP_SETEND || in->op == OP_VMSR_FPSCR) return false;
    *call = (struct tier_call){.fn = svc ? run_svc : run_handlers,
                               .kind = away ? TIER_CALL_ANY : kind_of(in),
                               .flags = away || touches_flags(in),
                               .away = away,
                               .fp = kind_of(in) == TIER_CALL_VECTOR || in->op == OP_VMRS_FPSCR ||
                                     in->op == OP_VMRS_APSR,
                               .sets_pc = interp_reads_pc(in),
                               .thumb = thumb,
                               .pc_value = ti->pc + (thumb ? 4 : 8)};
    if (!n) return true; // only asked whether, and how
    struct step *s =
        cache_alloc(&((struct interp_engine *)c->engine)->cache, (n * (stats_on ? 2 : 1) + 2) * sizeof *s);
    if (!s) return false;
    call->step = s;
    for (unsigned k = 0; k < n; k++) {
        in = &ti[k].in;
        if (stats_on && !svc) *s++ = (struct step){.fn = step_at_handler(step_counted), .op = in->op};
        *s = (struct step){
            .fn = step_at_handler(interp_select(in)), .pc = ti[k].pc, .it = ti[k].it, .count = (uint8_t)(count + k)};
        interp_fill_step(c, s, in, thumb);
        if (kind_of(in) < call->kind) call->kind = kind_of(in);
        s++;
        if (flow != FLOW_RETURN) continue;
        *s = s[-1];
        s++->fn = step_at_handler(step_exception_return);
    }
    *s = (struct step){.fn = step_at_handler(step_to_tier)};
    return true;
}
