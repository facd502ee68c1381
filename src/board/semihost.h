// --semihosting: the host's files, console and time for a program on the bare machine.
#ifndef STINKARM_BOARD_SEMIHOST_H
#define STINKARM_BOARD_SEMIHOST_H

#include <stdbool.h>

struct machine;
struct semihost;
struct sys_cpu;

// Lets a machine's CPUs call. Freed by semihost_free, which closes the files.
struct semihost *semihost_new(struct machine *m);
void semihost_free(struct semihost *h);

#endif
