// Signals and --stats: how many were delivered, and SIGUSR1, which asks for a report.
//
// A program's own SIGUSR1 stays the program's: one that any process run by stinkarm has sent. What others
// send, as a user from a shell of the host, is for stinkarm.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/stats.h"
#include "user/policy.h"
#include "user/signal.h"

static PAGES_APART struct stats_row delivered[ABI_NSIG + 1];

static const char *delivered_name(const struct stats_list *l, unsigned sig)
{
    static char name[16];
    const char *known = signal_name((int)sig);
    (void)l;
    if (known)
        snprintf(name, sizeof name, "SIG%s", known);
    else
        snprintf(name, sizeof name, "SIGRT_%u", sig - 32);
    return name;
}

void signal_stats_init(void)
{
    static struct stats_list signals = {
        .key = "signals",
        .title = "signals delivered:",
        .n = ABI_NSIG + 1,
        .row = delivered,
        .name = delivered_name,
    };
    stats_add_list(&signals);
}

void signal_count(int sig)
{
    stats_row(&delivered[sig]);
}

// Parents, siblings and children by forks: of one that has sent a signal with its last breath nothing else
// may be left.
enum { RELATIVES = 64 };
static int relative[RELATIVES];
static unsigned nrelatives;

void signal_stats_forked(int pid)
{
    relative[__atomic_fetch_add(&nrelatives, 1, __ATOMIC_RELAXED) % RELATIVES] = pid ? pid : getppid();
}

static bool is_relative(int pid)
{
    for (unsigned i = 0; i < RELATIVES; i++)
        if (pid && relative[i] == pid) return true;
    return false;
}

// Whether a process is run by a stinkarm like this one.
static bool is_ours(int pid)
{
    char path[32];
    struct stat its, own;
    if (pid == getpid() || is_relative(pid)) return true;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat(path, &its) == 0 && stat("/proc/self/exe", &own) == 0 && its.st_dev == own.st_dev &&
           its.st_ino == own.st_ino;
}

// The parent of a process, which may be a zombie: 0 if it is gone.
static int parent_of(int pid)
{
    char text[64], line[512] = "";
    snprintf(text, sizeof text, "/proc/%d/stat", pid);
    FILE *f = fopen(text, "re");
    if (!f) return 0;
    const size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = 0;
    const char *behind = strrchr(line, ')'); // the name, which may contain anything
    int parent = 0;
    return behind && sscanf(behind, ") %*c %d", &parent) == 1 ? parent : 0;
}

bool signal_asks_for_stats(const struct thread *t, const struct abi_siginfo *info)
{
    if (info->signo != SIGUSR1 || policy_sandboxed(t)) return false;
    if (info->code != ABI_SI_USER && info->code != ABI_SI_QUEUE && info->code != ABI_SI_TKILL) return false;
    const int from = info->rt.pid;
    // A zombie has no executable, but a parent.
    return !is_ours(from) && !is_ours(parent_of(from));
}
