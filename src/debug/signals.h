// GDB's signal numbers (include/gdb/signals.def of GDB's sources lists them), and Linux's on ARM.
#ifndef STINKARM_DEBUG_SIGNALS_H
#define STINKARM_DEBUG_SIGNALS_H

enum { GDB_SIGINT = 2, GDB_SIGTRAP = 5 };

unsigned gdb_signal_of(int linux_number);
int linux_signal_of(unsigned gdb_number); // 0: none

#endif
