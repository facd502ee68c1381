// Parses the options, picks the personality, hands over.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/image.h"
#include "base/log.h"
#include "base/options.h"
#include "base/pages.h"
#include "base/stats.h"
#include "board/command.h"
#include "debug/debug.h"
#include "debug/perf.h"
#include "debug/profile.h"
#include "interp/engine.h"
#include "ir/passes.h"
#include "isa/insn.h"
#include "jit/jit.h"
#include "symbols/coverage.h"
#include "user/debug.h"
#include "user/handover.h"
#include "user/image.h"
#include "user/process.h"
#include "user/sandbox.h"
#include "user/signal.h"
#include "user/symbols.h"
#include "user/sysroot.h"

enum { EXIT_INTERNAL = 125, PATH_ROOM = 4096 };

enum { BLOCKS = 64 << 20 }; // bytes for decoded blocks

// How deep the stack gets before the first guest instruction, or soon after it.
enum { STACK_SOON = 8 * PAGE_SIZE_HOST };

static int print(const char *text)
{
    const size_t n = strlen(text);
    return write(STDOUT_FILENO, text, n) == (ssize_t)n ? 0 : EXIT_INTERNAL;
}

// With the flags O and C of binfmt_misc the program is open already, even if we may not read it.
static int program_fd(void)
{
    errno = 0;
    const int fd = (int)getauxval(AT_EXECFD);
    return errno ? -1 : fd;
}

static struct process_options process_options(const struct options *o)
{
    static const enum policy policies[] = {
        [SYSCALLS_FORWARD] = POLICY_FORWARD,
        [SYSCALLS_DENY] = POLICY_DENY,
        [SYSCALLS_SANDBOX] = POLICY_SANDBOX,
    };
    static const uint32_t features[] = {
        [CPU_CORTEX_A15] = ISA_FEATURES_CORTEX_A15,
        [CPU_MAX] = ISA_FEATURES_MAX,
    };
    return (struct process_options){
        .policy = policies[o->syscalls],
        .stack_size = o->stack_size,
        .final_registers = o->final_registers,
        .self_args = o->own,
        .by_kernel = !o->own,
        .program_fd = o->sandbox ? o->sandbox->program
                      : o->own   ? -1
                                 : program_fd(),
        .features = features[o->cpu],
        .core = o->core ? strdup(o->core) : NULL, // the title is going to be over it
    };
}

static struct tier *tier_new(const struct engine_options *o, uint32_t hot, const struct debug_options *debug)
{
    struct tier *t = jit_new(hot, o->region, o->memory);
    if (!t) return NULL;
    t->places = debug->profile || debug->perf;
    if (debug->perf) t->made = perf_made;
    return t;
}

static struct engine *engine_of_kind(const struct engine_options *o, const struct debug_options *debug)
{
    switch (o->kind) {
    case ENGINE_INTERP: return interp_engine_new(NULL, BLOCKS);
    case ENGINE_JIT: {
        struct tier *t = tier_new(o, o->hot, debug);
        if (t) t->counts = stats_counts_instructions();
        return interp_engine_new(t, BLOCKS);
    }
    case ENGINE_LOCKSTEP: {
        // What runs once is to be checked, too.
        struct tier *t = tier_new(o, o->hot ? o->hot : 1, debug);
        struct engine *e = t ? interp_engine_new(t, BLOCKS) : NULL;
        return e && interp_engine_check(e) ? e : NULL;
    }
    }
    return NULL;
}

// NULL: it has said why.
static struct engine *engine_new(const struct engine_options *o, const struct debug_options *debug)
{
    if (o->disable && ir_passes_disable(o->disable)) {
        warn("--jit-disable: '%s' has a name that is not one of %s", o->disable, ir_passes_names);
        return NULL;
    }
    if (debug->perf && !perf_start(debug->perf)) return NULL;
    struct engine *e = engine_of_kind(o, debug);
    if (!e) warn("out of memory");
    return e;
}

static struct engine *system_engine_new(const struct engine_options *o, const struct debug_options *debug)
{
    // Compiled code leaves at each access to a device, from where flags would have to be right.
    if (o->kind == ENGINE_LOCKSTEP) ir_passes_disable("stale-flags");
    return engine_new(o, debug);
}

static bool use_sysroot(struct process *p, const struct options *o)
{
    // Whoever starts a program with more rights than he has does not say where its libraries are.
    const char *from_env = getauxval(AT_SECURE) ? NULL : getenv("STINKARM_SYSROOT");
    const char *dir = o->sysroot ? o->sysroot : from_env;
    return !dir || !*dir || sysroot_set(p, dir, o->only_sysroot);
}

// What the program executes gets another form of an option (--name=value) than the one with this value.
static void inherit_option(char **own, const char *value, char *option)
{
    char *instead = strchr(option, '=') + 1;
    for (; own && *own; own++)
        if (*own == value)
            *own = instead;
        else if (*own + (instead - option) == value && value[-1] == '=')
            *own = option;
}

static bool use_debugger(struct thread *t, const struct debug_options *o, char **own)
{
    const struct debug_target target = process_debug_target(t->p);
    if (t->p->opt.policy == POLICY_SANDBOX) {
        warn("--%s: a debugger cannot come into the sandbox", options_debug_front(o));
        return false;
    }
    struct debugger **d = &t->p->opt.debugger;
    if (!debug_start(d, o, &target)) return false;
    if (*d) signal_catch_defaults(t);
    if (o->profile) inherit_option(own, o->profile, profile_option(*d));
    if (o->perf) inherit_option(own, o->perf, perf_option());
    return true;
}

// Where translations are kept: an absolute path, in `room`. NULL: nowhere.
static const char *cache_dir(const struct options *o, char room[PATH_ROOM])
{
    const bool own = !getauxval(AT_SECURE); // else the environment is somebody else's
    const char *dir = o->cache ? o->cache : own ? getenv("STINKARM_CACHE") : NULL;
    if (!dir || (!*dir && !o->cache)) return NULL;
    const char *base = own && !*dir ? getenv("XDG_CACHE_HOME") : NULL, *home = own ? getenv("HOME") : NULL;
    int n = 0;
    if (*dir == '/' || (*dir && !o->cache))
        n = snprintf(room, PATH_ROOM, "%s", dir);
    else if (*dir && getcwd(room, PATH_ROOM))
        n = (int)strlen(room), n += snprintf(room + n, PATH_ROOM - (size_t)n, "/%s", dir);
    else if (!*dir && base && *base == '/')
        n = snprintf(room, PATH_ROOM, "%s/stinkarm", base);
    else if (!*dir && home)
        n = snprintf(room, PATH_ROOM, "%s/.cache/stinkarm", home);
    return n > 0 && n < PATH_ROOM && *room == '/' ? room : NULL;
}

// What changes code, or steps.
static uint64_t options_of_code(const struct options *o)
{
    const struct engine_options *e = &o->engine;
    const uint32_t numbers[] = {e->hot, e->region, e->memory, o->cpu, stats_on};
    const char *passes = e->disable ? e->disable : "";
    return image_hash(passes, strlen(passes), image_hash(numbers, sizeof numbers, 0));
}

// Where translations are kept; NULL: nowhere, since somebody looks at each block or instruction, or the
// program may not write files. What it executes gets the same place.
static const char *choose_cache(const struct process *p, const struct options *o)
{
    static PAGES_APART char dir[PATH_ROOM], option[sizeof "--cache=" + PATH_ROOM];
    const bool plain = o->engine.kind == ENGINE_JIT && !options_debug_front(&o->debug) && !p->opt.coverage &&
                       !stats_counts_instructions() && !log_any(LOG_INSTRUCTIONS);
    if (!plain || p->opt.policy != POLICY_FORWARD || !cache_dir(o, dir)) return NULL;
    snprintf(option, sizeof option, "--cache=%s", dir);
    for (char **own = o->own; o->cache && own && *own; own++)
        if (!strcmp(*own, "--cache") || !strncmp(*own, "--cache=", 8)) *own = option;
    return dir;
}

static bool use_coverage(struct process *p, struct engine *engine, const char *file)
{
    const struct symbols_source files = process_symbols_source(p);
    if (p->opt.policy == POLICY_SANDBOX) {
        warn("--coverage: the sandbox writes no files");
        return false;
    }
    p->opt.coverage = coverage_new(file, &files);
    if (p->opt.coverage) engine->report(engine, coverage_block, p->opt.coverage);
    return p->opt.coverage;
}

static bool find_function(void *process, const char *name, uint32_t *first, uint32_t *last)
{
    struct symbols *s = process_symbols(process);
    return s && symbols_range(s, name, first, last);
}

// For filters by functions. What a program executes may not have those that its own log is about.
static bool know_functions(struct process *p, const struct options *o)
{
    char why[LOG_WHY];
    if (log_know_functions(find_function, p, why) || o->handover_fd >= 0) return true;
    warn("--log: %s", why);
    return false;
}

static int run(const struct options *o, const struct title *title)
{
    const struct process_options po = process_options(o);
    struct process p;
    struct engine *engine = engine_new(&o->engine, &o->debug);
    struct thread *t = NULL;
    if (!engine) return EXIT_INTERNAL;
    if (!process_init(&p, &po, engine) || !(t = thread_new(&p))) {
        warn("out of memory");
        return EXIT_INTERNAL;
    }
    if (o->handover_fd >= 0 && !handover_read(t, o->handover_fd)) {
        warn("--handover-fd: %s", strerror(errno));
        return EXIT_INTERNAL;
    }
    if (o->debug.symbols && !symbols_add_file(process_symbols(&p), o->debug.symbols)) return EXIT_INTERNAL;
    if (!use_sysroot(&p, o) || !sandbox_begin(&p, o->sandbox)) return EXIT_INTERNAL;
    if (options_debug_front(&o->debug) && !use_debugger(t, &o->debug, o->own)) return EXIT_INTERNAL;
    if (o->debug.coverage && !use_coverage(&p, engine, o->debug.coverage)) return EXIT_INTERNAL;
    if (o->core || p.opt.coverage || stats_on) signal_catch_defaults(t);
    fault_init();
    const char *path = o->program[0];
    if (o->argv0) o->program[0] = (char *)o->argv0;
    int argc = 0;
    while (o->program[argc])
        argc++;
    const char *const cache = choose_cache(&p, o); // before the program's title is over the options
    const int status = process_load(&p, t, path, argc, o->program, o->env, title);
    if (status) return status;
    if (!know_functions(&p, o)) return EXIT_INTERNAL;
    if (!sandbox_close(&p)) return EXIT_INTERNAL;
    if (cache) user_image_load(&p, t, cache, options_of_code(o));
    if (log_on(LOG_ELF)) {
        log_line("jumping to entry G=0x%x at H=%p", p.entry, (void *)(p.as.window + (p.entry & ~1u)));
        log_line("starting the emulator");
    }
    thread_run(t);
    process_exit(&p, t->exit_status);
}

#define AT_FLAGS_PRESERVE_ARGV0 1u // include/uapi/linux/binfmts.h

// The kernel has started us for an ARM program, as binfmt_misc told it to with the flag P: behind our name
// are the program's path, and then its arguments, with the name that it is called by.
static bool run_by_kernel(int argc)
{
    return getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0 && argc >= 3;
}

static struct title title_of(int argc, char **argv)
{
    if (argc < 1) return (struct title){NULL, NULL};
    return (struct title){argv[0], argv[argc - 1] + strlen(argv[argc - 1]) + 1};
}

int main(int argc, char **argv, char **envp)
{
    struct options o;
    const struct title title = title_of(argc, argv);
    pages_expect((char *)__builtin_frame_address(0) - STACK_SOON, STACK_SOON);
    if (run_by_kernel(argc)) {
        options_for_kernel(&o, argv, envp);
        return run(&o, &title);
    }
    if (system_meant(argc, argv)) return system_main(argc, argv, system_engine_new, debug_start);
    if (!options_parse(&o, argc, argv, envp)) return EXIT_INTERNAL;
    switch (o.action) {
    case ACTION_HELP: return print(options_help);
    case ACTION_VERSION: return print("stinkarm " STINKARM_VERSION "\n");
    case ACTION_RUN: break;
    }
    if (o.log && !log_begin(o.log_file, o.log_fd)) {
        warn("%s: %s", o.log_file ? o.log_file : "--log-fd", strerror(errno));
        return EXIT_INTERNAL;
    }
    return run(&o, &title);
}
