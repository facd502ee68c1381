#include "debug/signals.h"

static const unsigned char gdb_numbers[32] = {
    0,  1,  2,  3,  4,  5,  6,  10, // HUP INT QUIT ILL TRAP ABRT BUS
    8,  9,  30, 11, 31, 13, 14, 15, // FPE KILL USR1 SEGV USR2 PIPE ALRM TERM
    0,  20, 19, 17, 18, 21, 22, 16, // STKFLT CHLD CONT STOP TSTP TTIN TTOU URG
    24, 25, 26, 27, 28, 23, 32, 12, // XCPU XFSZ VTALRM PROF WINCH IO PWR SYS
};

enum { GDB_UNKNOWN = 143, GDB_SIG33 = 45, GDB_SIG32 = 77, GDB_SIG64 = 78 };

unsigned gdb_signal_of(int n)
{
    if (n > 0 && n < 32) return gdb_numbers[n] ? gdb_numbers[n] : GDB_UNKNOWN;
    if (n == 32) return GDB_SIG32;
    if (n == 64) return GDB_SIG64;
    return n > 32 && n < 64 ? GDB_SIG33 + (unsigned)(n - 33) : GDB_UNKNOWN;
}

int linux_signal_of(unsigned n)
{
    for (int i = 1; i <= 64; i++)
        if (gdb_signal_of(i) == n && n != GDB_UNKNOWN) return i;
    return 0;
}
