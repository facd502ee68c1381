#include "base/signal_names.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char names[][8] = {
    "",     "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};

enum { NAMES = sizeof names / sizeof *names, LAST = 64 };

const char *signal_name(int sig)
{
    return sig > 0 && sig < NAMES ? names[sig] : NULL;
}

int signal_number(const char *name)
{
    if (!strncasecmp(name, "SIG", 3)) name += 3;
    for (int i = 1; i < NAMES; i++)
        if (!strcasecmp(names[i], name)) return i;
    const size_t digits = strspn(name, "0123456789");
    if (!digits || digits > 2 || name[digits]) return -1;
    const int n = digits == 1 ? *name - '0' : (*name - '0') * 10 + name[1] - '0';
    return n <= LAST ? n : -1;
}
