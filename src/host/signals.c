#include "host/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stats.h"
#include "host/loop.h"
#include "host/terminal.h"

// Signals are a process's, hence one of each.
static int ended_by;
static int fd = -1;
static sigset_t ours;
static bool left; // SIGINT is not
static void (*quit)(void *ctx);
static void *quit_ctx;

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

void signals_end_by(int signal)
{
    if (!ended_by) ended_by = signal;
}

static void on_fatal(int signal)
{
    terminal_restore();
    raise(signal); // SA_RESETHAND: the default now
}

static void stop(void)
{
    terminal_restore();
    raise(SIGSTOP);
    // Here again after SIGCONT, which comes as a signal of its own.
}

static void arrived(void *ctx, int from, unsigned events)
{
    (void)ctx, (void)events;
    struct signalfd_siginfo info;
    while (read(from, &info, sizeof info) == (ssize_t)sizeof info) {
        const int signal = (int)info.ssi_signo;
        if (signal == SIGTSTP) {
            stop();
        } else if (signal == SIGCONT) {
            terminal_continue();
        } else if (signal == SIGUSR1) {
            stats_report();
        } else {
            signals_end_by(signal);
            quit(quit_ctx);
        }
    }
}

bool signals_open(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
    quit = fn;
    quit_ctx = ctx;
    sigemptyset(&ours);
    for (unsigned i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction old;
        // nohup stays nohup
        if (!sigaction(ending[i], NULL, &old) && old.sa_handler != SIG_IGN) sigaddset(&ours, ending[i]);
    }
    sigaddset(&ours, SIGTSTP);
    sigaddset(&ours, SIGCONT);
    if (stats_on) sigaddset(&ours, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &ours, NULL);
    struct sigaction a = {.sa_handler = on_fatal, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++)
        sigaction(fatal[i], &a, NULL);
    a = (struct sigaction){.sa_handler = SIG_IGN}; // a reader that goes away is EPIPE
    sigaction(SIGPIPE, &a, NULL);
    fd = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) {
        warn("cannot watch for signals: %s", strerror(errno));
        return false;
    }
    return loop_watch(loop, fd, LOOP_READ, arrived, NULL);
}

void signals_leave_interrupts(void)
{
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, NULL);
    sigdelset(&ours, SIGINT);
    if (fd >= 0) signalfd(fd, &ours, 0);
    left = true;
}

bool signals_interrupt(void)
{
    return left && !kill(getpid(), SIGINT);
}

void signals_close(void)
{
    if (fd >= 0) close(fd);
    fd = -1;
    if (!ended_by) return;
    const struct sigaction a = {.sa_handler = SIG_DFL};
    sigaction(ended_by, &a, NULL);
    raise(ended_by);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, ended_by);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}
