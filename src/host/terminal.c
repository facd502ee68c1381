#include "host/terminal.h"

#include <signal.h>
#include <stdatomic.h>
#include <termios.h>
#include <unistd.h>

// There is one standard input a process: this is the host's state, not a guest's.
static struct termios saved;
static atomic_bool raw; // saved is to be restored
static bool wanted;     // a console uses it

static bool foreground(void)
{
    return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

void terminal_raw(void)
{
    wanted = true;
    if (atomic_load(&raw) || !isatty(STDIN_FILENO) || !foreground() || tcgetattr(STDIN_FILENO, &saved))
        return;
    struct termios t = saved;
    cfmakeraw(&t);
    t.c_oflag |= OPOST; // for our own messages on it
    atomic_store(&raw, true);
    tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

void terminal_restore(void)
{
    // Once we are in the background it is our shell's.
    if (atomic_exchange(&raw, false) && foreground()) tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

void terminal_continue(void)
{
    // Stopped by SIGSTOP we had no chance to restore it, and the shell has done so.
    if (!foreground()) return;
    terminal_restore();
    if (wanted) terminal_raw();
}
