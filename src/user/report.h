// What is said on standard error of a program that dies of a fault.
#ifndef STINKARM_USER_REPORT_H
#define STINKARM_USER_REPORT_H

#include "user/process.h"

void report_registers(const struct cpu *c);
// The signal (code, addr: its si_code and si_addr), registers, the code around pc, who has called, what is
// mapped.
void report_fault(struct thread *t, int sig, int code, uint32_t addr);

#endif
