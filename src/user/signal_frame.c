// Signal frames: what arch/arm/kernel/signal.c does between kernel and handler, and the alternate stack.
#include <string.h>

#include "user/abi/sigframe.h"
#include "user/layout.h"
#include "user/signal.h"

#define FPEXC_EN 0x40000000u

static bool on_altstack(const struct thread *t, uint32_t sp)
{
    const struct abi_stack *s = &t->altstack;
    if ((uint32_t)s->flags & ABI_SS_AUTODISARM) return false;
    return sp > s->sp && sp - s->sp <= s->size;
}

// What sigaltstack reports: whether sp is on it, whether there is one.
static uint32_t altstack_state(const struct thread *t, uint32_t sp)
{
    if (!t->altstack.size) return ABI_SS_DISABLE;
    return on_altstack(t, sp) ? ABI_SS_ONSTACK : 0;
}

int signal_altstack(struct thread *t, const struct abi_stack *new, struct abi_stack *old, uint32_t sp)
{
    struct abi_stack *s = &t->altstack;
    if (old) {
        const uint32_t flags = altstack_state(t, sp) | ((uint32_t)s->flags & ABI_SS_AUTODISARM);
        *old = (struct abi_stack){.sp = s->sp, .flags = (int32_t)flags, .size = s->size};
    }
    if (!new) return 0;
    if (on_altstack(t, sp)) return -EPERM;
    const uint32_t mode = (uint32_t) new->flags & ~ABI_SS_AUTODISARM;
    if (mode != ABI_SS_DISABLE && mode != ABI_SS_ONSTACK && mode != 0) return -EINVAL;
    struct abi_stack to = *new;
    if (mode == ABI_SS_DISABLE)
        to.sp = to.size = 0;
    else if (to.size < ABI_MINSIGSTKSZ)
        return -ENOMEM;
    *s = to;
    return 0;
}

// The part that both kinds of frame have.
static void fill_context(struct abi_sigframe *f, const struct thread *t, uint64_t mask)
{
    const struct cpu *c = &t->cpu;
    struct abi_ucontext *uc = &f->uc;
    struct abi_sigcontext *mc = &uc->mcontext;
    mc->trap_no = t->queue->trap_no;
    mc->error_code = t->queue->error_code;
    mc->fault_address = t->queue->fault_address;
    mc->oldmask = (uint32_t)mask;
    memcpy(mc->r, c->r, sizeof mc->r);
    mc->cpsr = cpu_cpsr_get(c);
    uc->sigmask[0] = (uint32_t)mask;
    uc->sigmask[1] = (uint32_t)(mask >> 32);

    struct abi_vfp_sigframe *v = &uc->regspace.vfp;
    v->magic = ABI_VFP_MAGIC;
    v->size = sizeof *v;
    memcpy(v->d, c->d, sizeof v->d);
    v->fpscr = c->fpscr;
    v->fpexc = FPEXC_EN;
}

// Where the handler returns to: the program's own restorer, or a trampoline, which is copied into the frame,
// too (unwinders look there).
static uint32_t return_address(struct thread *t, struct abi_sigframe *f, const struct abi_sigaction *act,
                               bool thumb)
{
    const bool rt = act->flags & ABI_SA_SIGINFO;
    if (act->flags & ABI_SA_RESTORER) return act->restorer;
    const unsigned offset = thumb ? (rt ? SIGPAGE_RT_SIGRETURN_THUMB : SIGPAGE_SIGRETURN_THUMB)
                                  : (rt ? SIGPAGE_RT_SIGRETURN_ARM : SIGPAGE_SIGRETURN_ARM);
    uas_read(&t->p->as, f->retcode, t->p->sigpage + offset, thumb ? 4 : 8);
    return t->p->sigpage + offset + thumb;
}

bool signal_frame_push(struct thread *t, const struct abi_sigaction *act, const struct abi_siginfo *info,
                       uint64_t mask)
{
    struct cpu *c = &t->cpu;
    const bool rt = act->flags & ABI_SA_SIGINFO;
    const bool thumb = act->handler & 1;
    struct abi_rt_sigframe f;
    memset(&f, 0, sizeof f);
    f.info = *info;
    fill_context(&f.sig, t, mask);

    uint32_t sp = c->r[13];
    if (act->flags & ABI_SA_ONSTACK && altstack_state(t, sp) == 0) sp = t->altstack.sp + t->altstack.size;
    const uint32_t size = rt ? sizeof f : sizeof f.sig;
    sp = (sp - size) & ~7u;
    if (rt) {
        const struct abi_stack *s = &t->altstack;
        const int32_t flags = s->size ? s->flags : (int32_t)ABI_SS_DISABLE;
        f.sig.uc.stack = (struct abi_stack){.sp = s->sp, .flags = flags, .size = s->size};
    } else {
        f.sig.uc.flags = ABI_SIGFRAME_MAGIC;
    }
    const uint32_t lr = return_address(t, &f.sig, act, thumb);
    if (!uas_write(&t->p->as, sp, rt ? (void *)&f : (void *)&f.sig, size)) return false;
    if (rt && (uint32_t)t->altstack.flags & ABI_SS_AUTODISARM)
        t->altstack = (struct abi_stack){.flags = ABI_SS_DISABLE};

    // Condition flags and byte order of the handler are defined, IT and the exclusive monitor are clear.
    uint32_t psr = cpu_cpsr_get(c) & ~(0xff000000u | PSR_E | PSR_IT | PSR_T);
    cpu_cpsr_set(c, psr | (thumb ? PSR_T : 0));
    c->excl_size = CPU_EXCL_OPEN;
    c->r[0] = (uint32_t)info->signo;
    if (rt) {
        c->r[1] = sp;
        c->r[2] = sp + (uint32_t)offsetof(struct abi_rt_sigframe, sig);
    }
    c->r[13] = sp;
    c->r[14] = lr;
    c->r[15] = act->handler & (thumb ? ~1u : ~3u);
    return true;
}

// The kernel's valid_user_regs: F and A are ignored, another mode or masked interrupts make the frame
// invalid.
static bool valid_psr(uint32_t psr)
{
    return (psr & PSR_M) == 0x10 && !(psr & PSR_I);
}

bool signal_frame_pop(struct thread *t, bool rt)
{
    struct cpu *c = &t->cpu;
    struct abi_sigframe f;
    const uint32_t sp = c->r[13];
    const uint32_t at = sp + (rt ? (uint32_t)offsetof(struct abi_rt_sigframe, sig) : 0);
    if (sp & 7 || !uas_read(&t->p->as, &f, at, sizeof f)) return false;

    const struct abi_sigcontext *mc = &f.uc.mcontext;
    const struct abi_vfp_sigframe *v = &f.uc.regspace.vfp;
    signal_set_mask(t, f.uc.sigmask[0] | (uint64_t)f.uc.sigmask[1] << 32);
    memcpy(c->r, mc->r, sizeof c->r);
    const uint32_t psr = mc->cpsr & ~(PSR_F | PSR_A);
    cpu_cpsr_set(c, (psr & ~(PSR_M | PSR_I)) | 0x10);
    c->r[15] &= c->thumb ? ~1u : ~3u;
    c->excl_size = CPU_EXCL_OPEN;
    if (!valid_psr(psr) || v->magic != ABI_VFP_MAGIC || v->size != sizeof *v) return false;
    memcpy(c->d, v->d, sizeof c->d);
    c->fpscr = v->fpscr;
    if (rt) signal_altstack(t, &f.uc.stack, NULL, c->r[13]); // errors do not matter here
    return true;
}
