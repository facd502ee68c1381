// Core files: what a program that a signal has ended leaves for a debugger.
#ifndef STINKARM_USER_CORE_H
#define STINKARM_USER_CORE_H

#include "user/process.h"

// Writes p->opt.core (%p in it: the process ID), an ELF file as the kernel's fs/binfmt_elf.c makes: registers
// of this thread, the signal, the auxiliary vector, and all memory that can be read. Says so if it cannot.
void core_write(struct thread *t, int sig, int code, uint32_t addr);

#endif
