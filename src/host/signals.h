// Signals to a machine's process: those that end it end it in order, with the terminal restored, the output
// written and the disks closed.
#ifndef STINKARM_HOST_SIGNALS_H
#define STINKARM_HOST_SIGNALS_H

#include <stdbool.h>

struct loop;

// From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT call quit on the event loop, SIGTSTP stops with the
// terminal restored, a fault of our own restores it too; with --stats SIGUSR1 writes the report. Before any
// other thread exists: all are to block the signals.
bool signals_open(struct loop *loop, void (*quit)(void *ctx), void *quit_ctx);
// From here on SIGINT is for somebody else, a debugger, to read: it stays blocked, and ends nothing.
void signals_leave_interrupts(void);
// … is sent, as Ctrl-C would. False: it is nobody else's.
bool signals_interrupt(void);
// The end came by this signal, as far as our parent is concerned. The first one counts.
void signals_end_by(int signal);
// Ends the process by the signal that has ended the machine; returns if there is none.
void signals_close(void);

#endif
