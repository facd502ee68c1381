// What the log says of signals.
#include <stdio.h>

#include "base/log.h"
#include "user/signal.h"

enum { HANDLER_DFL, HANDLER_IGN };

void signal_log_strace(const struct thread *t, const struct abi_siginfo *info)
{
    const char *name = signal_name(info->signo);
    if (name)
        log_line("%d --- SIG%s {si_code=%d} ---", t->tid, name, info->code);
    else
        log_line("%d --- SIGRT_%d {si_code=%d} ---", t->tid, info->signo - 32, info->code);
}

struct label {
    char text[24];
};

static struct label name_of(int sig)
{
    struct label l;
    const char *name = signal_name(sig);
    if (name)
        snprintf(l.text, sizeof l.text, "SIG%s", name);
    else
        snprintf(l.text, sizeof l.text, "SIGRT_%d", sig - 32);
    return l;
}

// What happens because of an action: "a handler at 0x8123 (Thumb)".
static void describe(char *buf, size_t size, const struct abi_sigaction *act)
{
    if (act->handler == HANDLER_IGN)
        snprintf(buf, size, "ignored");
    else if (act->handler == HANDLER_DFL)
        snprintf(buf, size, "the default action");
    else
        snprintf(buf, size, "a handler at 0x%08x (%s), flags 0x%x, mask 0x%llx", act->handler & ~1u,
                 act->handler & 1 ? "Thumb" : "ARM", act->flags, (unsigned long long)act->mask);
}

void signal_log_delivery(const struct thread *t, const struct abi_siginfo *info,
                         const struct abi_sigaction *act)
{
    char text[120];
    describe(text, sizeof text, act);
    log_event("signal: %s, si_code %d, at 0x%08x: %s", name_of(info->signo).text, info->code, t->cpu.r[15],
              text);
}

void signal_log_return(const struct thread *t)
{
    log_event("signal: return from a handler to 0x%08x, mask 0x%llx", t->cpu.r[15],
              (unsigned long long)t->sigmask);
}

void signal_log_action(int sig, const struct abi_sigaction *act, int err)
{
    char text[120];
    describe(text, sizeof text, act);
    log_event("signal: action of %s: %s%s", name_of(sig).text, text, err ? ": refused" : "");
}
