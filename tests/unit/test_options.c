// The command line and the log's categories.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/options.h"

enum { MAX_WORDS = 24 };

static char words[1024], *argv_buf[MAX_WORDS];
static char *environment[] = {(char *)"HOME=/root", (char *)"TERM=xterm", (char *)"TERMINAL=no", NULL};

// The words of a line that is split at spaces.
static bool parse(struct options *o, const char *line)
{
    int n = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
        argv_buf[n++] = w;
    argv_buf[n] = NULL;
    log_enable("none,unimp", (char[LOG_WHY]){0});
    return options_parse(o, n, argv_buf, environment);
}

static void expect_words(char *const *v, const char *line, const char *of)
{
    char joined[1024] = "";
    for (; *v; v++) {
        if (*joined) strcat(joined, " ");
        strcat(joined, *v);
    }
    cr_expect_str_eq(joined, line, "'%s' is not '%s' (of '%s')", joined, line, of);
}

Test(options, defaults)
{
    struct options o;
    cr_assert(parse(&o, "stinkarm hello.elf -n --strace"));
    cr_expect_eq(o.action, ACTION_RUN);
    cr_expect_eq(o.syscalls, SYSCALLS_FORWARD);
    cr_expect_eq(o.cpu, CPU_MAX);
    cr_expect_eq(o.stack_size, 8u << 20);
    cr_expect_not(o.log);
    cr_expect_eq(o.log_fd, -1);
    cr_expect_eq(o.env, environment);
    cr_expect_eq(log_mask, 1u << LOG_UNIMP);
    expect_words(o.program, "hello.elf -n --strace", "options behind the program are its own");
    expect_words(o.own, "", "nothing to hand on");
}

Test(options, program_and_what_is_handed_on)
{
    static const struct {
        const char *line, *program, *own;
    } cases[] = {
        {"stinkarm -C deny p a", "p a", "-C deny"},
        {"stinkarm -Cdeny -- -p", "-p", "-Cdeny"},
        {"stinkarm --syscalls=deny --syscalls sandbox -- p --", "p --", "--syscalls=deny --syscalls sandbox"},
        {"stinkarm -n -E A=1 -U B -0 name p", "p", ""},
        {"stinkarm -nd -rv p", "p", "-d -rv"},
        {"stinkarm -dnE A=1 p", "p", "-d"},
        {"stinkarm -dEA=1 p", "p", "-d"},
        {"stinkarm -rnlelf,memory p", "p", "-rlelf,memory"},
        {"stinkarm -nl elf p", "p", "-l elf"},
        {"stinkarm --log-file f --log=elf --env=X=y --no-env -s 1M p", "p", "--log=elf -s 1M"},
        {"stinkarm --cpu max --engine=jit --jit-hot 3 --jit-disable flags --registers p", "p",
         "--cpu max --engine=jit --jit-hot 3 --jit-disable flags --registers"},
        {"stinkarm --log-fd 7 --strace p", "p", "--strace"},
        {"stinkarm -v -", "-", "-v"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options o;
        cr_assert(parse(&o, cases[i].line), "%s", cases[i].line);
        expect_words(o.program, cases[i].program, cases[i].line);
        expect_words(o.own, cases[i].own, cases[i].line);
    }
}

Test(options, values)
{
    struct options o;
    cr_assert(parse(&o, "stinkarm -C sandbox --cpu cortex-a15 -s 64K -r -0 sh --log-file out p"));
    cr_expect_eq(o.syscalls, SYSCALLS_SANDBOX);
    cr_expect_eq(o.cpu, CPU_CORTEX_A15);
    cr_expect_eq(o.stack_size, 65536u);
    cr_expect(o.final_registers);
    cr_expect_str_eq(o.argv0, "sh");
    cr_expect_str_eq(o.log_file, "out");
    cr_expect(o.log);
    cr_assert(parse(&o, "stinkarm -s 2G p"));
    cr_expect_eq(o.stack_size, 2u << 30);
    cr_assert(parse(&o, "stinkarm -s 8388608 --log-fd=1000 p"));
    cr_expect_eq(o.stack_size, 8u << 20);
    cr_expect_eq(o.log_fd, 1000);
    cr_assert(parse(&o, "stinkarm -h"));
    cr_expect_eq(o.action, ACTION_HELP);
    cr_assert(parse(&o, "stinkarm -v --version --nonsense"));
    cr_expect_eq(o.action, ACTION_VERSION);
}

Test(options, log_categories)
{
    static const struct {
        const char *line;
        unsigned mask;
    } cases[] = {
        {"stinkarm --strace p", 1u << LOG_SYSCALLS | 1u << LOG_UNIMP},
        {"stinkarm -d p", 1u << LOG_INSTRUCTIONS | 1u << LOG_UNIMP},
        {"stinkarm -l none p", 0},
        {"stinkarm -l none,elf -l memory p", 1u << LOG_ELF | 1u << LOG_MEMORY},
        {"stinkarm -l elf -lnone p", 0},
        {"stinkarm -v p",
         1u << LOG_ELF | 1u << LOG_SYSCALLS | 1u << LOG_MEMORY | 1u << LOG_SIGNALS | 1u << LOG_UNIMP},
        {"stinkarm --log=all p", LOG_PROGRAM},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options o;
        cr_assert(parse(&o, cases[i].line));
        cr_expect(o.log);
        cr_expect_eq(log_mask, cases[i].mask, "%s: %x", cases[i].line, log_mask);
    }
}

Test(options, environment)
{
    struct options o;
    cr_assert(parse(&o, "stinkarm -n p"));
    expect_words(o.env, "", "-n");
    cr_assert(parse(&o, "stinkarm -E A=1 -E TERM=vt100 p"));
    expect_words(o.env, "HOME=/root TERMINAL=no A=1 TERM=vt100", "-E");
    cr_assert(parse(&o, "stinkarm -U TERM --unset-env=NONE p"));
    expect_words(o.env, "HOME=/root TERMINAL=no", "-U");
    cr_assert(parse(&o, "stinkarm -E A=1 -nE B= -E B=2=3 p"));
    expect_words(o.env, "B=2=3", "in their order");
    expect_words(environment, "HOME=/root TERM=xterm TERMINAL=no", "the original");
}

static void expect_error(const char *line)
{
    struct options o;
    cr_expect_not(parse(&o, line), "%s", line);
}

// Each with what the message says, in order.
static const struct {
    const char *line, *text;
} errors[] = {
    {"stinkarm", "no program is given"},
    {"stinkarm -v --", "no program is given"},
    {"stinkarm -x p", "unknown option '-x'"},
    {"stinkarm -dx p", "unknown option '-x'"},
    {"stinkarm --nonsense=1 p", "unknown option '--nonsense'"},
    {"stinkarm -C", "-C wants a value"},
    {"stinkarm --log", "--log wants a value"},
    {"stinkarm --strace=1 p", "--strace takes no value"},
    {"stinkarm -C none p", "--syscalls: 'none' is not forward, deny or sandbox"},
    {"stinkarm --engine=fast p", "--engine: 'fast' is not jit, interp or lockstep"},
    {"stinkarm --jit-hot=0 p", "--jit-hot: '0' is not a number from 1 to 1073741823"},
    {"stinkarm --jit-memory=3 p", "--jit-memory: '3' is not a number from 4 to 1024"},
    {"stinkarm --cpu 6502 p", "--cpu: '6502' is not cortex-a15 or max"},
    {"stinkarm -l elf,bad,memory p",
     "--log: 'bad' is not none, elf, syscalls, memory, instructions, blocks, ir, jit, "
     "exceptions, gdb, signals, unimp or all"},
    {"stinkarm -l elf, p",
     "--log: '' is not none, elf, syscalls, memory, instructions, blocks, ir, jit, exceptions, gdb, "
     "signals, unimp or all"},
    {"stinkarm -l irq:thread=1 p", "--log: 'irq' is not logged of programs, only of machines (--system)"},
    {"stinkarm -l elf:0x8000 p", "--log: '0x8000' is not a filter: pc=A-B, pc=A, pc=FUNCTION or thread=N"},
    {"stinkarm -l elf:pc= p",
     "--log: '' is not an address, a range of them like 0x8000-0x8fff, or a function"},
    {"stinkarm -l elf:pc=1-2-3 p",
     "--log: '1-2-3' is not an address, a range of them like 0x8000-0x8fff, or a function"},
    {"stinkarm -l elf:pc=0x100000000 p",
     "--log: '0x100000000' is not an address, a range of them like 0x8000-0x8fff, or a function"},
    {"stinkarm -l elf:pc=3-2 p", "--log: '3-2' is not a range: it ends in front of its beginning"},
    {"stinkarm -l elf:thread=me p", "--log: 'me' is not the number of a thread or CPU"},
    {"stinkarm -l none:pc=1 p", "--log: 'none:pc=1' is not none: that takes no filters"},
    {"stinkarm -s 8X p", "--stack-size: '8X' is not a size like 8388608, 8192K or 8M"},
    {"stinkarm -s M p", "--stack-size: 'M' is not a size like 8388608, 8192K or 8M"},
    {"stinkarm -s 8Mx p", "--stack-size: '8Mx' is not a size like 8388608, 8192K or 8M"},
    {"stinkarm -s 4095 p", "--stack-size: '4095' is not between 4K and 2G"},
    {"stinkarm -s 3G p", "--stack-size: '3G' is not between 4K and 2G"},
    {"stinkarm -s 99999999999999999999 p", "--stack-size: '99999999999999999999' is not between 4K and 2G"},
    {"stinkarm -E A p", "--env: 'A' is not of the form VAR=VALUE"},
    {"stinkarm -E =1 p", "--env: '=1' is not of the form VAR=VALUE"},
    {"stinkarm -U A=1 p", "--unset-env: 'A=1' is not the name of a variable"},
    {"stinkarm --log-fd x p", "--log-fd: 'x' is not a file descriptor"},
};

Test(options, errors, .init = cr_redirect_stderr)
{
    static char all[8192];
    for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++) {
        expect_error(errors[i].line);
        snprintf(all + strlen(all), sizeof all - strlen(all), "stinkarm: %s; see stinkarm --help\n",
                 errors[i].text);
    }
    cr_assert_stderr_eq_str(all);
}
