// What the log says of exceptions and translation.
#ifndef STINKARM_SYSTEM_LOG_H
#define STINKARM_SYSTEM_LOG_H

#include "base/log.h"
#include "system/system.h"

// An exception has been taken at pc, to a vector (its offset): the new mode is in force.
void system_log_exception(struct sys_cpu *s, unsigned vector, uint32_t pc);
// A descriptor at a physical address has been read by a walk.
void system_log_descriptor(uint32_t va, unsigned level, uint64_t at, uint64_t descriptor);
// … and what has come of it.
void system_log_walk(const struct sys_cpu *s, uint32_t va, const struct sys_page *page, uint32_t status);
// An access that the page's domain or permissions forbid.
void system_log_fault(const struct sys_cpu *s, uint32_t va, enum access access, bool user, uint32_t status);
// A register that translation goes by has been written, or the TLB is to forget: its name, and the value.
void system_log_control(const char *name, uint64_t v);

#endif
