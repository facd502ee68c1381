// By hand, not with getopt_long: the first argument that is no option ends the options, and what start-up
// costs is a string comparison or two.
#include "base/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/option.h"
#include "base/stats.h"

const char options_help[] =
    "Usage: stinkarm [OPTION]... PROGRAM [ARGUMENT]...\n"
    "Runs PROGRAM, an ELF file for 32-bit ARM Linux.\n"
    "   or: stinkarm --system [OPTION]... [KERNEL]\n"
    "Boots a kernel on a whole ARM machine.\n"
    "\n"
    "  -C, --syscalls MODE    forward (default): the program may do what you may;\n"
    "                         deny: every system call but exit fails with ENOSYS;\n"
    "                         sandbox: no files beyond 0 to 2, no network, no processes,\n"
    "                         but what these grant:\n"
    "      --allow-read PATH  files of a directory, or a file, may be read\n"
    "      --allow-write PATH read, changed, made and removed\n"
    "      --allow-exec       to execute ARM programs that it may read\n"
    "      --allow-net        sockets of the internet protocols\n"
    "      --memory-limit N   bytes that each process may map, with suffix K, M or G\n"
    "      --time-limit N     seconds of CPU time for each process; then exit status 124\n"
    "      --max-processes N  processes at once, the program included (default 1)\n"
    "  -s, --stack-size N     bytes of stack, with suffix K, M or G (default 8M)\n"
    "  -n, --no-env           start with an empty environment\n"
    "  -E, --env VAR=VALUE    set an environment variable\n"
    "  -U, --unset-env VAR    remove an environment variable\n"
    "  -0, --argv0 NAME       the program's argv[0]\n"
    "  -L, --sysroot DIR      look up the program's absolute paths in DIR first (default:\n"
    "                         STINKARM_SYSROOT): its dynamic linker, libraries, commands\n"
    "      --root DIR         they are all in DIR, PROGRAM too; /dev, /proc and /sys\n"
    "                         are the host's\n"
    "      --cpu NAME         cortex-a15 or max (default)\n"
    "      --engine NAME      jit (default), interp, or lockstep: jit, each run\n"
    "                         of compiled code compared with the interpreter's\n"
    "      --jit-hot N        runs of a block before it is compiled (default 16; lockstep: 1)\n"
    "      --jit-memory N     MiB for compiled code, and for its records (4 to 1024; 32)\n"
    "      --jit-disable PASS,...  compile without some of the passes\n"
    "      --jit-region N     runs of its code before that becomes a region of blocks (16000)\n"
    "      --cache[=DIR]      keep what is made of the program's code for later runs of it, in DIR\n"
    "                         (default: STINKARM_CACHE, or ~/.cache/stinkarm)\n"
    "      --core FILE        a program that a signal ends leaves a core file there, %p in\n"
    "                         its name being the process ID\n"
    "  -g, --gdb PLACE        wait for GDB at a TCP port, ADDRESS:PORT, unix:PATH or stdio\n"
    "      --gdb-nowait       do not wait: GDB may come at any time\n"
    "      --break ADDR[:COUNT]  a breakpoint, from the COUNT-th time on: at a number, a symbol\n"
    "                         or symbol+8; a monitor on the terminal takes commands then\n"
    "      --watch ADDR[:LEN][:r|w|rw]  a watchpoint: before LEN bytes are written (or read)\n"
    "      --step             the monitor begins before the first instruction\n"
    "      --commands FILE    what it is told, instead of the terminal (-: standard input)\n"
    "      --symbols FILE     names of addresses: an ELF file that was not stripped, for the\n"
    "                         program's or a library's, or a System.map\n"
    "      --coverage FILE    write which code was executed, as drcov (%p: the process ID)\n"
    "      --profile FILE     where time goes, by functions and their callers: folded stacks,\n"
    "                         for tools/flame; callgrind:FILE (or callgrind.out.*): for\n"
    "                         callgrind_annotate and kcachegrind; %p: the process ID; +FILE:\n"
    "                         is added to what is there\n"
    "      --perf DIR         names of compiled code for Linux's perf: jit-PID.dump in DIR\n"
    "  -l, --log WHAT,...     log none, elf, syscalls, memory, instructions, blocks, ir, jit,\n"
    "                         exceptions, gdb, signals, unimp (the default: what is not\n"
    "                         implemented) or all; only of some code or thread:\n"
    "                         WHAT:pc=0x8000-0x8fff, WHAT:pc=main, WHAT:thread=N\n"
    "      --strace           the same as --log syscalls\n"
    "  -d                     the same as --log instructions\n"
    "  -v                     log all but instructions\n"
    "      --log-file FILE    write the log there, not to stderr\n"
    "      --stats[=json,count]  at the end, and at SIGUSR1, say what stinkarm has done, to\n"
    "                         where the log goes: as text or JSON; count: compiled\n"
    "                         code counts its instructions, too\n"
    "  -r, --registers        print the registers at the end\n"
    "  -h, --help             print this\n"
    "  -V, --version          print the version\n"
    "  --                     end of the options\n"
    "\n"
    "The exit status is the program's; 123 when lockstep finds a difference, 124 at the\n"
    "time limit, 125 when stinkarm itself fails, 126 when PROGRAM is not executable, 127\n"
    "when it is not found.\n";

enum { DEFAULT_STACK = 8 << 20, MIN_STACK = 4096 };

enum id {
    OPT_SYSCALLS,
    OPT_SANDBOX, // all that options_sandbox knows
    OPT_STACK,
    OPT_NO_ENV,
    OPT_ENV,
    OPT_UNSET,
    OPT_ARGV0,
    OPT_SYSROOT,
    OPT_ROOT,
    OPT_CPU,
    OPT_ENGINE,
    OPT_JIT_HOT,
    OPT_JIT_MEMORY,
    OPT_JIT_DISABLE,
    OPT_JIT_REGION,
    OPT_CACHE,
    OPT_CORE,
    OPT_DEBUG, // all that options_debug knows
    OPT_LOG,
    OPT_STRACE,
    OPT_INSTRUCTIONS,
    OPT_VERBOSE,
    OPT_LOG_FILE,
    OPT_LOG_FD,
    OPT_HANDOVER_FD,
    OPT_STATS,
    OPT_REGISTERS,
    OPT_HELP,
    OPT_VERSION,
};

static const struct definition {
    enum id id;
    char letter; // 0: none
    bool has_arg;
    bool inherited;   // by another stinkarm: not what the environment or the descriptors hand on already
    const char *name; // "": none
} definitions[] = {
    {OPT_SYSCALLS, 'C', true, true, "syscalls"},
    {OPT_SANDBOX, 0, true, false, "allow-read"}, // the next stinkarm gets all by sandbox-fd
    {OPT_SANDBOX, 0, true, false, "allow-write"},
    {OPT_SANDBOX, 0, false, false, "allow-exec"},
    {OPT_SANDBOX, 0, false, false, "allow-net"},
    {OPT_SANDBOX, 0, true, false, "memory-limit"},
    {OPT_SANDBOX, 0, true, false, "time-limit"},
    {OPT_SANDBOX, 0, true, false, "max-processes"},
    {OPT_SANDBOX, 0, true, false, "sandbox-fd"},
    {OPT_SANDBOX, 0, true, false, "program-fd"},
    {OPT_STACK, 's', true, true, "stack-size"},
    {OPT_NO_ENV, 'n', false, false, "no-env"},
    {OPT_ENV, 'E', true, false, "env"},
    {OPT_UNSET, 'U', true, false, "unset-env"},
    {OPT_ARGV0, '0', true, false, "argv0"},
    {OPT_SYSROOT, 'L', true, true, "sysroot"},
    {OPT_ROOT, 0, true, true, "root"},
    {OPT_CPU, 0, true, true, "cpu"},
    {OPT_ENGINE, 0, true, true, "engine"},
    {OPT_JIT_HOT, 0, true, true, "jit-hot"},
    {OPT_JIT_MEMORY, 0, true, true, "jit-memory"},
    {OPT_JIT_DISABLE, 0, true, true, "jit-disable"},
    {OPT_JIT_REGION, 0, true, true, "jit-region"},
    {OPT_CACHE, 0, false, true, "cache"},
    {OPT_CORE, 0, true, true, "core"},
    {OPT_LOG, 'l', true, true, "log"},
    {OPT_STRACE, 0, false, true, "strace"},
    {OPT_INSTRUCTIONS, 'd', false, true, ""},
    {OPT_VERBOSE, 'v', false, true, ""},
    {OPT_LOG_FILE, 0, true, false, "log-file"},
    {OPT_LOG_FD, 0, true, false, "log-fd"},           // from one stinkarm to the next
    {OPT_HANDOVER_FD, 0, true, false, "handover-fd"}, // likewise
    {OPT_STATS, 0, false, true, "stats"},
    {OPT_REGISTERS, 'r', false, true, "registers"},
    {OPT_HELP, 'h', false, false, "help"},
    {OPT_VERSION, 'V', false, false, "version"},
};

#define SEE_HELP "; see stinkarm --help"

// ---- values ----

static bool parse_stack(const char *arg, uint32_t *size)
{
    uint64_t n;
    if (!option_size(arg, 0, &n)) {
        warn("--stack-size: '%s' is not a size like 8388608, 8192K or 8M" SEE_HELP, arg);
        return false;
    }
    if (n < MIN_STACK || n > 2ull << 30) {
        warn("--stack-size: '%s' is not between 4K and 2G" SEE_HELP, arg);
        return false;
    }
    *size = (uint32_t)n;
    return true;
}

enum { MOST_RUNS = (1 << 30) - 1 };

static bool parse_count(const char *name, const char *arg, uint32_t least, uint32_t most, uint32_t *n)
{
    uint64_t v = 0;
    for (const char *p = arg; *p >= '0' && *p <= '9' && v < 1 << 30; p++)
        v = v * 10 + (unsigned)(*p - '0');
    if (v < least || v > most || arg[strspn(arg, "0123456789")]) {
        warn("--%s: '%s' is not a number from %u to %u" SEE_HELP, name, arg, least, most);
        return false;
    }
    *n = (uint32_t)v;
    return true;
}

static bool parse_fd(const char *name, const char *arg, int *fd)
{
    *fd = 0;
    const char *p = arg;
    while (*p >= '0' && *p <= '9' && *fd < 100000000)
        *fd = *fd * 10 + (*p++ - '0');
    if (p > arg && !*p) return true;
    warn("--%s: '%s' is not a file descriptor" SEE_HELP, name, arg);
    return false;
}

static bool enable_log(struct options *o, const char *categories)
{
    o->log = true;
    return option_log(categories);
}

static bool enable_stats(struct options *o, const char *what)
{
    o->log = true; // it goes there
    if (stats_begin(what) && !stats_sees_accesses()) return true;
    warn("--stats: '%s' is not json or count" SEE_HELP, what);
    return false;
}

// ---- environment ----

static size_t count(char *const *v)
{
    size_t n = 0;
    while (v[n])
        n++;
    return n;
}

// The environment becomes a copy that has room for as many variables as there are arguments.
static bool own_env(struct options *o, char **envp, int argc)
{
    if (o->env != envp) return true;
    const size_t n = count(envp);
    char **copy = malloc((n + (size_t)argc + 1) * sizeof *copy);
    if (!copy) {
        warn("out of memory");
        return false;
    }
    memcpy(copy, envp, (n + 1) * sizeof *copy);
    o->env = copy;
    return true;
}

static void env_remove(char **env, const char *name, size_t len)
{
    char **to = env;
    for (; *env; env++)
        if (strncmp(*env, name, len) != 0 || (*env)[len] != '=') *to++ = *env;
    *to = NULL;
}

static bool env_edit(struct options *o, enum id id, char *arg)
{
    if (id == OPT_NO_ENV) {
        o->env[0] = NULL;
        return true;
    }
    const size_t len = strcspn(arg, "=");
    if (id == OPT_UNSET && (arg[len] || !len)) {
        warn("--unset-env: '%s' is not the name of a variable" SEE_HELP, arg);
        return false;
    }
    if (id == OPT_ENV && (!arg[len] || !len)) {
        warn("--env: '%s' is not of the form VAR=VALUE" SEE_HELP, arg);
        return false;
    }
    env_remove(o->env, arg, len);
    if (id == OPT_ENV) {
        const size_t n = count(o->env);
        o->env[n] = arg;
        o->env[n + 1] = NULL;
    }
    return true;
}

// ---- options ----

static const char *const syscalls_names[] = {"forward", "deny", "sandbox", NULL};
static const char *const engine_names[] = {"jit", "interp", "lockstep", NULL};
static const char *const cpu_names[] = {"cortex-a15", "max", NULL};

bool options_engine(struct engine_options *o, const char *name, char *arg)
{
    int value = 0;
    if (!strcmp(name, "jit-hot")) return parse_count(name, arg, 1, MOST_RUNS, &o->hot);
    if (!strcmp(name, "jit-region")) return parse_count(name, arg, 1, MOST_RUNS, &o->region);
    if (!strcmp(name, "jit-memory")) return parse_count(name, arg, 4, 1024, &o->memory);
    if (!strcmp(name, "jit-disable")) {
        o->disable = arg;
        return true;
    }
    if (!option_choice(name, arg, engine_names, &value)) return false;
    o->kind = (enum options_engine)value;
    return true;
}

static bool apply(struct options *o, const struct definition *d, char *arg)
{
    const enum id id = d->id;
    int value = 0;
    switch (id) {
    case OPT_SYSCALLS:
        if (!option_choice("syscalls", arg, syscalls_names, &value)) return false;
        o->syscalls = (enum options_syscalls)value;
        return true;
    case OPT_SANDBOX: return (o->sandbox = options_sandbox(d->name, arg)) != NULL;
    case OPT_STACK: return parse_stack(arg, &o->stack_size);
    case OPT_NO_ENV:
    case OPT_ENV:
    case OPT_UNSET: return env_edit(o, id, arg);
    case OPT_ARGV0: o->argv0 = arg; return true;
    case OPT_SYSROOT:
    case OPT_ROOT:
        o->sysroot = arg;
        o->only_sysroot = id == OPT_ROOT;
        return true;
    case OPT_CPU:
        if (!option_choice("cpu", arg, cpu_names, &value)) return false;
        o->cpu = (enum options_cpu)value;
        return true;
    case OPT_ENGINE: return options_engine(&o->engine, "engine", arg);
    case OPT_JIT_REGION: return options_engine(&o->engine, "jit-region", arg);
    case OPT_JIT_HOT: return options_engine(&o->engine, "jit-hot", arg);
    case OPT_JIT_MEMORY: return options_engine(&o->engine, "jit-memory", arg);
    case OPT_JIT_DISABLE: return options_engine(&o->engine, "jit-disable", arg);
    case OPT_CACHE: o->cache = arg ? arg : ""; return true;
    case OPT_CORE: o->core = arg; return true;
    case OPT_DEBUG: return options_debug(&o->debug, d->name, arg);
    case OPT_LOG: return enable_log(o, arg);
    case OPT_STRACE: return enable_log(o, "syscalls");
    case OPT_INSTRUCTIONS: return enable_log(o, "instructions");
    case OPT_VERBOSE: return enable_log(o, "elf,syscalls,memory,signals,unimp");
    case OPT_LOG_FILE:
        o->log_file = arg;
        o->log = true;
        return true;
    case OPT_LOG_FD: o->log = true; return parse_fd("log-fd", arg, &o->log_fd);
    case OPT_HANDOVER_FD: return parse_fd("handover-fd", arg, &o->handover_fd);
    case OPT_STATS: return enable_stats(o, arg);
    case OPT_REGISTERS: o->final_registers = true; return true;
    case OPT_HELP: o->action = ACTION_HELP; return true;
    case OPT_VERSION: o->action = ACTION_VERSION; return true;
    }
    return false;
}

// Where the parser is
struct cursor {
    char **argv, **envp;
    int argc, at, kept;
};

static char *next_word(struct cursor *c)
{
    return c->at < c->argc ? c->argv[c->at++] : NULL;
}

// Words to hand on move to the front of argv. The program's own name made room for them.
static void keep(struct cursor *c, char *word)
{
    c->argv[c->kept++] = word;
}

static bool use(struct options *o, struct cursor *c, const struct definition *d, char *arg)
{
    const bool edits = d->id == OPT_NO_ENV || d->id == OPT_ENV || d->id == OPT_UNSET;
    return (!edits || own_env(o, c->envp, c->argc)) && apply(o, d, arg);
}

static bool find_debug(const struct debug_option *row, struct definition *d)
{
    if (!row) return false;
    *d = (struct definition){OPT_DEBUG, row->letter, row->has_arg, row->inherited, row->name};
    return true;
}

static bool find_long(const char *name, size_t len, struct definition *d)
{
    for (unsigned i = 0; len && i < sizeof definitions / sizeof *definitions; i++) {
        if (strlen(definitions[i].name) != len || memcmp(definitions[i].name, name, len)) continue;
        *d = definitions[i];
        return true;
    }
    return find_debug(options_debug_named(name, len), d);
}

static bool find_short(char letter, struct definition *d)
{
    for (unsigned i = 0; i < sizeof definitions / sizeof *definitions; i++) {
        if (definitions[i].letter != letter) continue;
        *d = definitions[i];
        return true;
    }
    return find_debug(options_debug_letter(letter), d);
}

// --name, --name=value, --name value
static bool parse_long(struct options *o, struct cursor *c, char *word)
{
    const size_t len = strcspn(word + 2, "=");
    struct definition d;
    const bool attached = word[2 + len] == '=';
    if (!find_long(word + 2, len, &d)) {
        warn("unknown option '%.*s'" SEE_HELP, (int)len + 2, word);
        return false;
    }
    if (!d.has_arg && attached && d.id != OPT_STATS && d.id != OPT_CACHE) {
        warn("--%s takes no value" SEE_HELP, d.name);
        return false;
    }
    char *arg = attached ? word + 2 + len + 1 : d.has_arg ? next_word(c) : NULL;
    if (d.has_arg && !arg) {
        warn("--%s wants a value" SEE_HELP, d.name);
        return false;
    }
    if (d.inherited) {
        keep(c, word);
        if (arg && !attached) keep(c, arg);
    }
    return use(o, c, &d, arg);
}

// -x, -xyz, -xvalue, -x value. Letters that are not inherited vanish from the word.
static bool parse_short(struct options *o, struct cursor *c, char *word)
{
    char *to = word + 1;
    char *separate = NULL; // a value that is the next word, if the option is inherited
    for (char *p = word + 1; *p; p++) {
        struct definition d;
        if (!find_short(*p, &d)) {
            warn("unknown option '-%c'" SEE_HELP, *p);
            return false;
        }
        char *arg = NULL;
        if (d.has_arg) {
            arg = p[1] ? p + 1 : next_word(c);
            if (!arg) {
                warn("-%c wants a value" SEE_HELP, *p);
                return false;
            }
        }
        if (!use(o, c, &d, arg)) return false;
        if (d.inherited) *to++ = *p;
        if (!arg) continue;
        if (d.inherited && arg == p + 1) {
            const size_t n = strlen(arg);
            memmove(to, arg, n);
            to += n;
        } else if (d.inherited) {
            separate = arg;
        }
        break;
    }
    // A value that stays here (-dEA=1) lies behind the word's new end.
    if (to > word + 1) {
        *to = 0;
        keep(c, word);
        if (separate) keep(c, separate);
    }
    return true;
}

static struct options defaults(char **envp)
{
    return (struct options){
        .cpu = CPU_MAX, .stack_size = DEFAULT_STACK, .log_fd = -1, .handover_fd = -1, .env = envp};
}

void options_for_kernel(struct options *o, char **argv, char **envp)
{
    *o = defaults(envp);
    o->argv0 = argv[2];
    argv[2] = argv[1];
    o->program = argv + 2;
}

static bool is_for_sandbox(const struct options *o)
{
    const char *debugger = options_debug_front(&o->debug);
    if (debugger && o->syscalls == SYSCALLS_SANDBOX) {
        warn("--%s is not for --syscalls sandbox: the debugger is outside of it" SEE_HELP, debugger);
        return false;
    }
    if (!o->sandbox || o->syscalls == SYSCALLS_SANDBOX) return true;
    warn("--%s is for --syscalls sandbox" SEE_HELP, o->sandbox->first);
    return false;
}

bool options_parse(struct options *o, int argc, char **argv, char **envp)
{
    *o = defaults(envp);
    o->own = argv;
    struct cursor c = {.argv = argv, .envp = envp, .argc = argc, .at = 1};
    while (c.at < argc && argv[c.at][0] == '-' && argv[c.at][1]) {
        char *word = argv[c.at++];
        if (strcmp(word, "--") == 0) break;
        if (!(word[1] == '-' ? parse_long(o, &c, word) : parse_short(o, &c, word))) return false;
        if (o->action != ACTION_RUN) return true;
    }
    o->program = argv + c.at;
    if (c.at >= argc) {
        warn("no program is given" SEE_HELP);
        return false;
    }
    argv[c.kept] = NULL;
    return options_debug_fit(&o->debug) && is_for_sandbox(o);
}
