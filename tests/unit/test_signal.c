// Signal structures: siginfo_t in both layouts, frames pushed and popped, the alternate stack, restarts.
#include <criterion/criterion.h>
#include <string.h>

#include "interp/engine.h"
#include "isa/insn.h"
#include "user/abi/sigframe.h"
#include "user/signal.h"
#include "user/syscall.h"

static struct process p;
static struct thread *t;

#define STACK 0x20000u

static void begin(void)
{
    const struct process_options opt = {.stack_size = 8u << 20, .features = ISA_FEATURES_MAX};
    cr_assert(process_init(&p, &opt, interp_engine_new(NULL, 1 << 20)));
    t = thread_new(&p);
    cr_assert(t);
    current_thread = t;
    fault_init();
    cr_assert_eq(uas_map(&p.as, STACK - 0x4000, 0x4000, UAS_READ | UAS_WRITE, 0, -1, 0, NULL), 0);
    for (unsigned i = 0; i < 16; i++)
        t->cpu.r[i] = 0x1000 * i + 4;
    for (unsigned i = 0; i < 32; i++)
        t->cpu.d[i] = 0x0123456789abcdefull * (i + 1);
    t->cpu.r[13] = STACK - 0x1000 + 4; // not aligned
    t->cpu.fpscr = 0x13;
    cpu_cpsr_set(&t->cpu, 0x68050030 | PSR_E | 0x0400f800u); // NZ cleared parts, GE, T, E, IT
}

TestSuite(signal, .init = begin);

static void round_trip(int sig, int code)
{
    struct abi_siginfo in = {.signo = sig, .errnum = 3, .code = code}, out;
    siginfo_t host;
    for (int i = 0; i < 3; i++)
        in.pad[i] = 0x01010101u * (unsigned)(i + 1);
    siginfo_to_host(&host, &in);
    siginfo_from_host(&out, &host);
    cr_expect_eq(out.signo, sig);
    cr_expect_eq(out.errnum, 3);
    cr_expect_eq(out.code, code);
    cr_expect_eq(out.pad[0], in.pad[0]);
    if (sig != SIGSEGV) cr_expect_eq(out.pad[1], in.pad[1]);
    if (sig != SIGSEGV && sig != SIGIO) cr_expect_eq(out.pad[2], in.pad[2]);
}

Test(signal, siginfo_layouts)
{
    round_trip(SIGUSR1, ABI_SI_USER);
    round_trip(SIGUSR1, ABI_SI_QUEUE);
    round_trip(SIGUSR1, ABI_SI_TKILL);
    round_trip(SIGUSR1, -60);
    round_trip(SIGALRM, ABI_SI_TIMER);
    round_trip(SIGCHLD, CLD_EXITED);
    round_trip(SIGIO, POLL_IN);
    round_trip(SIGSEGV, ABI_SEGV_ACCERR);
    round_trip(SIGSYS, 1);
}

static struct abi_sigaction action(uint32_t handler, uint32_t flags)
{
    return (struct abi_sigaction){.handler = handler, .flags = flags};
}

static void push_pop(uint32_t handler, uint32_t flags)
{
    const bool rt = flags & ABI_SA_SIGINFO;
    const struct abi_sigaction act = action(handler, flags);
    const struct abi_siginfo info = {.signo = 10, .rt = {.pid = 7, .uid = 8, .value = 9}};
    const struct cpu before = t->cpu;
    cr_assert(signal_frame_push(t, &act, &info, 0x1122334455667788ull));
    const struct cpu *c = &t->cpu;
    cr_expect_eq(c->r[0], 10);
    cr_expect_eq(c->r[13] & 7, 0);
    cr_expect_eq(c->r[13], (before.r[13] - (rt ? 888 : 760)) & ~7u);
    cr_expect_eq(c->r[15], handler & ~1u);
    cr_expect_eq(c->thumb, handler & 1);
    cr_expect_eq(c->itstate, 0);
    cr_expect_not(c->bigend);
    cr_expect_eq(cpu_cpsr_get(c) & 0xff000000u, 0);
    cr_expect_eq(c->r[14] & 1, handler & 1);
    uint32_t word;
    if (rt) {
        cr_expect_eq(c->r[1], c->r[13]);
        cr_expect_eq(c->r[2], c->r[13] + 128);
        cr_assert(get_guest(t, word, c->r[1] + 12));
        cr_expect_eq(word, 7);
    } else {
        cr_assert(get_guest(t, word, c->r[13]));
        cr_expect_eq(word, 0x5ac3c35a);
    }
    const uint32_t uc = c->r[13] + (rt ? 128 : 0);
    cr_assert(get_guest(t, word, uc + 20 + 12 + 4 * 3)); // arm_r3
    cr_expect_eq(word, before.r[3]);
    cr_assert(get_guest(t, word, uc + 232));
    cr_expect_eq(word, 0x56465001);
    memset(t->cpu.d, 0, sizeof t->cpu.d);
    for (unsigned i = 0; i < 13; i++)
        t->cpu.r[i] = 0;
    cr_assert(signal_frame_pop(t, rt));
    cr_expect_eq(memcmp(t->cpu.r, before.r, sizeof(uint32_t) * 15), 0);
    cr_expect_eq(memcmp(t->cpu.d, before.d, sizeof before.d), 0);
    cr_expect_eq(cpu_cpsr_get(&t->cpu), cpu_cpsr_get(&before));
    cr_expect_eq(t->cpu.fpscr, before.fpscr);
    cr_expect_eq(t->sigmask, 0x1122334455667788ull & ~(1ull << 8 | 1ull << 18));
}

Test(signal, frames)
{
    push_pop(0x8000, ABI_SA_SIGINFO);
    push_pop(0x8001, ABI_SA_SIGINFO);
    push_pop(0x8000, 0);
    push_pop(0x8001, 0);
}

Test(signal, bad_frames)
{
    const struct abi_sigaction act = action(0x8000, ABI_SA_SIGINFO);
    const struct abi_siginfo info = {.signo = 10};
    cr_assert(signal_frame_push(t, &act, &info, 0));
    const uint32_t sp = t->cpu.r[13];
    uint32_t magic = 1, psr = 0x1f;
    cr_assert(put_guest(t, magic, sp + 128 + 232));
    cr_expect_not(signal_frame_pop(t, true));
    magic = 0x56465001;
    cr_assert(put_guest(t, magic, sp + 128 + 232));
    t->cpu.r[13] = sp + 4;
    cr_expect_not(signal_frame_pop(t, true));
    t->cpu.r[13] = sp;
    cr_assert(put_guest(t, psr, sp + 128 + 20 + 76)); // another mode
    cr_expect_not(signal_frame_pop(t, true));
    cr_expect_eq(t->cpu.mode, 0x10);
    t->cpu.r[13] = 0x1000;
    cr_expect_not(signal_frame_push(t, &act, &info, 0));
}

Test(signal, alternate_stack)
{
    const uint32_t base = STACK - 0x4000;
    struct abi_stack s = {.sp = base, .size = 0x1000}, old;
    cr_expect_eq(signal_altstack(t, &s, &old, t->cpu.r[13]), 0);
    cr_expect_eq(old.flags, ABI_SS_DISABLE);
    cr_expect_eq(signal_altstack(t, &s, &old, base + 0x1000), -EPERM);
    cr_expect_eq(old.flags, ABI_SS_ONSTACK);
    cr_expect_eq(signal_altstack(t, &s, NULL, base), 0); // the lowest byte is not on it
    s.size = 2047;
    cr_expect_eq(signal_altstack(t, &s, NULL, 0x9000), -ENOMEM);
    s.flags = 4;
    cr_expect_eq(signal_altstack(t, &s, NULL, 0x9000), -EINVAL);
    const struct abi_sigaction act = action(0x8000, ABI_SA_ONSTACK);
    const struct abi_siginfo info = {.signo = 10};
    cr_assert(signal_frame_push(t, &act, &info, 0));
    cr_expect(t->cpu.r[13] > base && t->cpu.r[13] < base + 0x1000);
    const uint32_t first = t->cpu.r[13];
    cr_assert(signal_frame_push(t, &act, &info, 0)); // goes on where it is
    cr_expect_eq(t->cpu.r[13], first - 760);
}

// r0 and pc after a system call that returned an ERESTART* code.
static void interrupted(int code, bool pending, uint32_t flags, uint32_t r0, uint32_t back)
{
    struct cpu *c = &t->cpu;
    const uint32_t sp = c->r[13];
    cpu_cpsr_set(c, 0x10);
    c->r[0] = 0u - (uint32_t)code;
    c->r[15] = 0x9004;
    t->in_syscall = true;
    t->syscall_r0 = 77;
    t->actions[10] = action(0x8000, flags);
    t->actions_known[0] |= signal_bit(10);
    if (pending) {
        t->queue->ring[t->queue->head++ % SIGNAL_RING] = (struct abi_siginfo){.signo = 10};
        t->signal_pending = 1;
    }
    signal_deliver_pending(t);
    cr_expect_not(t->signal_pending);
    if (pending) {
        cr_expect_eq(c->r[15], 0x8000);
        cr_expect_eq(c->r[0], 10);
        cr_assert(signal_frame_pop(t, flags & ABI_SA_SIGINFO));
    }
    cr_expect_eq(c->r[0], r0, "code %d: r0 = %x", code, c->r[0]);
    cr_expect_eq(c->r[15], 0x9004 - back, "code %d: pc = %x", code, c->r[15]);
    cr_expect_eq(c->r[13], sp);
    t->sigmask = 0;
}

Test(signal, restarts)
{
    const uint32_t eintr = (uint32_t)-EINTR;
    interrupted(ERESTARTSYS, true, ABI_SA_RESTART, 77, 4);
    interrupted(ERESTARTSYS, true, 0, eintr, 0);
    interrupted(ERESTARTSYS, false, 0, 77, 4);
    interrupted(ERESTARTNOHAND, true, ABI_SA_RESTART, eintr, 0);
    interrupted(ERESTARTNOHAND, false, 0, 77, 4);
    interrupted(ERESTARTNOINTR, true, 0, 77, 4);
    interrupted(ERESTART_RESTARTBLOCK, true, ABI_SA_RESTART, eintr, 0);
    interrupted(EAGAIN, true, ABI_SA_RESTART, (uint32_t)-EAGAIN, 0);
    interrupted(515, true, ABI_SA_RESTART, (uint32_t)-515, 0);
    interrupted(EINTR, false, 0, eintr, 0);
}
