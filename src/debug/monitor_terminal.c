#include "debug/monitor_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own_fd.h"

// A descriptor that the guest cannot change; -1: it was closed.
static int own(int fd)
{
    return fcntl(fd, F_GETFD) < 0 ? -1 : own_fd_keep(fd);
}

static int own_file(const char *path, int flags)
{
    return own_fd_move(open(path, flags | O_NOCTTY | O_CLOEXEC));
}

bool monitor_terminal_open(struct monitor_terminal *t, const char *commands)
{
    *t = (struct monitor_terminal){.in = -1, .out = -1};
    if (commands && strcmp(commands, "-") != 0) {
        t->in = own_file(commands, O_RDONLY);
        if (t->in < 0) return false;
    } else if (!commands) {
        t->in = t->out = own_file("/dev/tty", O_RDWR);
    }
    if (t->in < 0) t->in = own(STDIN_FILENO);
    if (t->out < 0) t->out = own(STDERR_FILENO);
    const char *kind = getenv("TERM");
    t->tty = t->in >= 0 && isatty(t->in);
    t->keys = t->tty && kind && *kind && strcmp(kind, "dumb") != 0;
    t->foreground = t->tty && tcgetpgrp(t->in) == getpgrp();
    return true;
}

// Signals of terminals are blocked here: tcsetpgrp and tcsetattr do what they are told.
static void come_to_front(struct monitor_terminal *t)
{
    pid_t group;
    while ((group = tcgetpgrp(t->in)) >= 0 && group != getpgrp()) {
        if (t->foreground && group != getsid(0)) {
            t->group = group; // a child of the program's has it
            tcsetpgrp(t->in, getpgrp());
            break;
        }
        kill(getpid(), SIGSTOP); // the shell says so, and may continue us there
        // Other threads may take the signal, and this one be stopped a moment later.
        for (int i = 0; i < 20 && tcgetpgrp(t->in) != getpgrp(); i++)
            usleep(10000);
    }
}

void monitor_terminal_take(struct monitor_terminal *t)
{
    if (!t->tty || t->taken) return;
    t->group = 0;
    come_to_front(t);
    if (tcgetattr(t->in, &t->theirs)) return;
    struct termios ours = t->theirs;
    ours.c_iflag |= ICRNL;
    ours.c_iflag &= (tcflag_t) ~(IGNCR | INLCR | ISTRIP | PARMRK | IXON);
    ours.c_oflag |= OPOST | ONLCR;
    ours.c_lflag |= ICANON | ECHO | ECHOE;
    ours.c_lflag &= (tcflag_t) ~(ISIG | NOFLSH); // Ctrl-C is about the line
    if (t->keys) {
        ours.c_lflag &= (tcflag_t) ~(ICANON | ECHO | IEXTEN);
        ours.c_cc[VMIN] = 1;
        ours.c_cc[VTIME] = 0;
    }
    tcsetattr(t->in, TCSADRAIN, &ours);
    t->taken = true;
}

void monitor_terminal_give(struct monitor_terminal *t)
{
    if (!t->taken) return;
    t->taken = false;
    t->foreground = true;
    tcsetattr(t->in, TCSADRAIN, &t->theirs);
    if (t->group > 0) tcsetpgrp(t->in, t->group);
}

void monitor_terminal_close(struct monitor_terminal *t)
{
    if (t->in >= 0) own_fd_close(t->in);
    if (t->out >= 0 && t->out != t->in) own_fd_close(t->out);
    t->in = t->out = -1;
}
