#include "board/options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/option.h"
#include "base/stats.h"

const char machine_options_help[] =
    "Usage: stinkarm --system [OPTION]... [KERNEL]\n"
    "Boots KERNEL (zImage, uImage, Image, ELF or raw code) on a Versatile Express board.\n"
    "\n"
    "Machine\n"
    "  -M, --machine NAME         vexpress-a9 (default) or vexpress-a15\n"
    "  -m, --memory SIZE          MiB, or with suffix K, M, G, KiB, MiB or GiB (default 256M)\n"
    "      --smp N                CPUs: 1 to 4 on vexpress-a9, 1 or 2 on vexpress-a15\n"
    "      --smp-mode MODE        threads (default): a host thread for each CPU;\n"
    "                             round-robin: all in one, in turn\n"
    "      --icount               time is the count of instructions: reproducible runs\n"
    "      --rtc TIME             what the clock starts with: utc (default: the host's time),\n"
    "                             YYYY-MM-DD, YYYY-MM-DDTHH:MM:SS or @SECONDS\n"
    "      --stats[=WHAT,...]     at the end, and at SIGUSR1, say what stinkarm has done, to where\n"
    "                             the log goes; json: in one line of that; count: compiled code\n"
    "                             counts its instructions, too; tlb: hits of the TLB are counted,\n"
    "                             and all is interpreted\n"
    "      --no-reboot            a reboot ends the machine\n"
    "      --exit-on-panic        a kernel panic ends the machine, with status 1\n"
    "      --engine NAME          jit (default), the recompiler, interp, or lockstep: both,\n"
    "                             compared run by run, with --icount\n"
    "      --jit-memory MIB       for the recompiler's code (default 32)\n"
    "\n"
    "What is loaded\n"
    "      --initrd FILE          initial file system\n"
    "      --append TEXT          the kernel's command line\n"
    "      --dtb FILE             device tree; without it one is made, unless KERNEL has one\n"
    "                             behind it\n"
    "      --dump-dtb FILE        write the device tree that the kernel would get, and end\n"
    "      --atags [FILE]         boot with tags instead of a device tree (those in FILE)\n"
    "      --load FILE@ADDRESS    place a file in memory; up to 16 times\n"
    "      --load-address ADDRESS where KERNEL goes\n"
    "      --entry-point-address ADDRESS\n"
    "                             where the first CPU starts\n"
    "      --semihosting          KERNEL may use files and the console of the host\n"
    "\n"
    "Devices\n"
    "      --serial WHAT          stdio, stdout, pty, file:FILE, unix:SOCKET or null;\n"
    "                             up to 4 times (default: stdio for the first port, or\n"
    "                             stdout with --semihosting; null for the others)\n"
    "      --virtio-console WHAT  the same for a virtio console (default: there is none)\n"
    "      --virtio VERSION       legacy (default: every kernel from 3.16 on drives it) or modern:\n"
    "                             the registers of the virtio devices\n"
    "      --drive FILE[,ro][,if=virtio|sd|flash]\n"
    "                             a disk; up to 8 times\n"
    "      --net WHAT             none (default), or user: a network behind the host's sockets,\n"
    "                             with nic=lan9118|virtio, dns=on, restrict=on and, for each\n"
    "                             forwarded port, hostfwd=tcp|udp:[ADDR]:PORT-[ADDR]:PORT,\n"
    "                             all behind commas\n"
    "      --share DIR[,tag=NAME][,ro]\n"
    "                             a folder of the host, for the guest's 9p file system\n"
    "      --display WHAT         none (default), ppm:FILE or vnc:PORT\n"
    "\n"
    "Logs and help\n"
    "  -g, --gdb PLACE            wait for GDB at a TCP port, ADDRESS:PORT, unix:PATH or stdio\n"
    "      --gdb-nowait           do not wait: GDB may come at any time\n"
    "      --break ADDR[:COUNT]   a breakpoint, from the COUNT-th time on: at a number, a symbol or\n"
    "                             symbol+8; a monitor on the terminal takes commands then\n"
    "      --watch ADDR[:LEN][:r|w|rw]\n"
    "                             a watchpoint: before LEN bytes are written (or read)\n"
    "      --step                 the monitor begins before the first instruction\n"
    "      --commands FILE        what it is told, instead of the terminal (-: standard input)\n"
    "      --symbols FILE         names of addresses: the kernel's vmlinux or System.map\n"
    "      --coverage FILE        write which code of KERNEL, or of the ELF file of --symbols, was\n"
    "                             executed, as drcov\n"
    "      --profile FILE         where time goes, by functions and their callers: folded stacks,\n"
    "                             for tools/flame; callgrind:FILE (or callgrind.out.*): for\n"
    "                             callgrind_annotate and kcachegrind\n"
    "      --perf DIR             names of compiled code for Linux's perf: jit-PID.dump in DIR\n"
    "  -l, --log WHAT,...         log none, elf, memory (what is placed where), instructions, blocks,\n"
    "                             ir, jit, exceptions, mmu, irq, device (or device:NAME), gdb, unimp\n"
    "                             (the default: what is not implemented) or all; only of some code or\n"
    "                             CPU: WHAT:pc=0x8000-0x8fff, WHAT:pc=FUNCTION, WHAT:thread=N\n"
    "      --log-file FILE        write the log there, not to stderr\n"
    "  -h, --help                 print this\n"
    "\n"
    "On a terminal, Ctrl-A x quits and Ctrl-A h helps. The exit status is 0 when the machine\n"
    "was powered off, 1 after a panic, the program's with --semihosting; 125 when stinkarm\n"
    "itself fails.\n";

enum value {
    VALUE_NONE,
    VALUE_NEXT,
    VALUE_MAYBE,    // --name=value, or a word that is not the kernel
    VALUE_ATTACHED, // --name=value, or none
};

struct parse {
    struct machine_command *c;
    struct machine_options *o;
    unsigned nserials;
    char *word[2]; // that are no options: the kernel, and the tags behind --atags
    bool after_atags[2];
    unsigned nwords;
};

// A row sets one field (flag: a bool, string: a pointer), or has a function.
struct definition {
    const char *name;
    char letter; // 0: none
    enum value value;
    bool (*set)(struct parse *p, const struct definition *d, char *arg);
    size_t field; // in struct machine_options
};

#define SEE_HELP "; see stinkarm --system --help"

static bool set_flag(struct parse *p, const struct definition *d, char *arg)
{
    (void)arg;
    *(bool *)((char *)p->o + d->field) = true;
    return true;
}

static bool set_stats(struct parse *p, const struct definition *d, char *arg)
{
    p->c->log = true; // it goes there
    if (stats_begin(arg)) return true;
    warn("--%s: '%s' is not json, count or tlb" SEE_HELP, d->name, arg);
    return false;
}

static bool set_string(struct parse *p, const struct definition *d, char *arg)
{
    *(const char **)((char *)p->o + d->field) = arg;
    return true;
}

static bool set_memory(struct parse *p, const struct definition *d, char *arg)
{
    if (option_size(arg, 20, &p->o->memory)) return true;
    warn("--%s: '%s' is not a size like 256 (MiB), 64M or 1GiB" SEE_HELP, d->name, arg);
    return false;
}

static bool set_smp(struct parse *p, const struct definition *d, char *arg)
{
    uint64_t n;
    if (!option_number(arg, &n) || n > 64) {
        warn("--%s: '%s' is not a number of CPUs" SEE_HELP, d->name, arg);
        return false;
    }
    p->o->smp = (unsigned)n;
    return true;
}

static bool set_smp_mode(struct parse *p, const struct definition *d, char *arg)
{
    static const char *const names[] = {"threads", "round-robin", NULL};
    int mode;
    if (!option_choice(d->name, arg, names, &mode)) return false;
    p->o->round_robin = mode;
    return true;
}

static bool set_virtio(struct parse *p, const struct definition *d, char *arg)
{
    static const char *const names[] = {"legacy", "modern", NULL};
    int version;
    if (!option_choice(d->name, arg, names, &version)) return false;
    p->o->virtio_modern = version;
    return true;
}

static bool set_engine(struct parse *p, const struct definition *d, char *arg)
{
    if (!options_engine(&p->c->engine, d->name, arg)) return false;
    if (p->c->engine.kind == ENGINE_LOCKSTEP)
        p->o->icount = true; // what it executes twice must not take time
    return true;
}

static bool parse_address(const char *option, const char *arg, uint64_t *address)
{
    if (option_number(arg, address) && *address < 1ull << 40) return true;
    warn("--%s: '%s' is not an address like 0x60010000" SEE_HELP, option, arg);
    return false;
}

static bool set_load_address(struct parse *p, const struct definition *d, char *arg)
{
    p->o->have_load = true;
    return parse_address(d->name, arg, &p->o->load_address);
}

static bool set_entry(struct parse *p, const struct definition *d, char *arg)
{
    p->o->have_entry = true;
    if (!parse_address(d->name, arg, &p->o->entry)) return false;
    if (p->o->entry >> 32 == 0) return true;
    warn("--%s: '%s' is not in the 4 GiB that a CPU starts in" SEE_HELP, d->name, arg);
    return false;
}

static bool set_load(struct parse *p, const struct definition *d, char *arg)
{
    char *at = strrchr(arg, '@');
    if (!at || at == arg) {
        warn("--%s: '%s' is not FILE@ADDRESS" SEE_HELP, d->name, arg);
        return false;
    }
    if (p->o->nloads == MACHINE_MAX_LOADS) {
        warn("--%s: %d files at most" SEE_HELP, d->name, MACHINE_MAX_LOADS);
        return false;
    }
    struct load_option *l = &p->o->load[p->o->nloads++];
    *at = 0;
    l->path = arg;
    return parse_address(d->name, at + 1, &l->address);
}

// FILE,ro,if=KIND from its end on, so that a name may hold commas.
static bool set_drive(struct parse *p, const struct definition *d, char *arg)
{
    static const char *const kinds[] = {"virtio", "sd", "flash", NULL};
    static const unsigned limit[] = {[DRIVE_VIRTIO] = MACHINE_MAX_DRIVES, [DRIVE_SD] = 1, [DRIVE_FLASH] = 2};
    struct drive_option drive = {.path = arg, .kind = DRIVE_VIRTIO};
    for (char *comma; (comma = strrchr(arg, ','));) {
        if (!strcmp(comma, ",ro")) {
            drive.read_only = true;
        } else if (!strncmp(comma, ",if=", 4)) {
            int kind;
            if (!option_choice("drive: if", comma + 4, kinds, &kind)) return false;
            drive.kind = (enum drive_kind)kind;
        } else {
            break;
        }
        *comma = 0;
    }
    unsigned same = 0;
    for (unsigned i = 0; i < p->o->ndrives; i++)
        same += p->o->drive[i].kind == drive.kind;
    if (p->o->ndrives == MACHINE_MAX_DRIVES || same == limit[drive.kind]) {
        warn("--%s: '%s' is one too many: at most %d, %u of them if=%s" SEE_HELP, d->name, arg,
             MACHINE_MAX_DRIVES, limit[drive.kind], kinds[drive.kind]);
        return false;
    }
    if (!*arg) {
        warn("--%s: no file is named" SEE_HELP, d->name);
        return false;
    }
    p->o->drive[p->o->ndrives++] = drive;
    return true;
}

static bool set_serial(struct parse *p, const struct definition *d, char *arg)
{
    if (p->nserials == MACHINE_UARTS) {
        warn("--%s: there are %d ports" SEE_HELP, d->name, MACHINE_UARTS);
        return false;
    }
    p->o->serial[p->nserials++] = arg;
    return true;
}

// The terminal is one port's.
static bool check_serials(const struct machine_options *o)
{
    const char *const all[] = {o->serial[0] ? o->serial[0] : "stdio", o->serial[1], o->serial[2],
                               o->serial[3], o->virtio_console};
    unsigned n = 0;
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        n += all[i] && !strcmp(all[i], "stdio");
    if (n > 1) warn("stdio is for one port; others are pty, file:FILE, unix:SOCKET or null" SEE_HELP);
    return n <= 1;
}

static bool set_atags(struct parse *p, const struct definition *d, char *arg)
{
    (void)d;
    p->o->atags = true;
    p->o->atags_file = arg;
    return true;
}

static bool set_log(struct parse *p, const struct definition *d, char *arg)
{
    (void)d;
    p->c->log = true;
    return option_log(arg);
}

static bool set_log_file(struct parse *p, const struct definition *d, char *arg)
{
    (void)d;
    p->c->log = true;
    p->c->log_file = arg;
    return true;
}

static bool set_help(struct parse *p, const struct definition *d, char *arg)
{
    (void)d, (void)arg;
    p->c->help = true;
    return true;
}

static bool set_debug(struct parse *p, const struct definition *d, char *arg)
{
    return options_debug(&p->o->debug_options, d->name, arg);
}

static bool set_nothing(struct parse *p, const struct definition *d, char *arg)
{
    (void)p, (void)d, (void)arg;
    return true;
}

// utc, a day, a day and a time of it, or seconds since 1970.
static bool set_rtc(struct parse *p, const struct definition *d, char *arg)
{
    p->o->have_rtc = strcmp(arg, "utc") != 0;
    if (!p->o->have_rtc) return true;
    if (*arg == '@' && option_number(arg + 1, &p->o->rtc) && p->o->rtc >> 32 == 0) return true;
    struct tm t = {0}, same;
    const char *end = strptime(arg, "%Y-%m-%dT%H:%M:%S", &t);
    if (!end) {
        t = (struct tm){0};
        end = strptime(arg, "%Y-%m-%d", &t);
    }
    same = t;
    const time_t seconds = timegm(&same);
    // A 31st of April comes out as another day; the clock counts 32 bits.
    if (end && !*end && same.tm_mday == t.tm_mday && seconds >= 0 && seconds >> 32 == 0) {
        p->o->rtc = (uint64_t)seconds;
        return true;
    }
    warn("--%s: '%s' is not utc, a time like 2026-11-29T12:00:00 between 1970 and 2106, or @SECONDS" SEE_HELP,
         d->name, arg);
    return false;
}

#define FIELD(f) offsetof(struct machine_options, f)

static const struct definition definitions[] = {
    {"system", 0, VALUE_NONE, set_nothing, 0},
    {"machine", 'M', VALUE_NEXT, set_string, FIELD(board)},
    {"memory", 'm', VALUE_NEXT, set_memory, 0},
    {"smp", 0, VALUE_NEXT, set_smp, 0},
    {"smp-mode", 0, VALUE_NEXT, set_smp_mode, 0},
    {"engine", 0, VALUE_NEXT, set_engine, 0},
    {"jit-hot", 0, VALUE_NEXT, set_engine, 0},
    {"jit-region", 0, VALUE_NEXT, set_engine, 0},
    {"jit-memory", 0, VALUE_NEXT, set_engine, 0},
    {"jit-disable", 0, VALUE_NEXT, set_engine, 0},
    {"icount", 0, VALUE_NONE, set_flag, FIELD(icount)},
    {"rtc", 0, VALUE_NEXT, set_rtc, 0},
    {"stats", 0, VALUE_ATTACHED, set_stats, 0},
    {"no-reboot", 0, VALUE_NONE, set_flag, FIELD(no_reboot)},
    {"exit-on-panic", 0, VALUE_NONE, set_flag, FIELD(exit_on_panic)},
    {"initrd", 0, VALUE_NEXT, set_string, FIELD(initrd)},
    {"append", 0, VALUE_NEXT, set_string, FIELD(append)},
    {"dtb", 0, VALUE_NEXT, set_string, FIELD(dtb)},
    {"dump-dtb", 0, VALUE_NEXT, set_string, FIELD(dump_dtb)},
    {"atags", 0, VALUE_MAYBE, set_atags, 0},
    {"load", 0, VALUE_NEXT, set_load, 0},
    {"load-address", 0, VALUE_NEXT, set_load_address, 0},
    {"entry-point-address", 0, VALUE_NEXT, set_entry, 0},
    {"semihosting", 0, VALUE_NONE, set_flag, FIELD(semihosting)},
    {"serial", 0, VALUE_NEXT, set_serial, 0},
    {"drive", 0, VALUE_NEXT, set_drive, 0},
    {"net", 0, VALUE_NEXT, set_string, FIELD(net)},
    {"virtio", 0, VALUE_NEXT, set_virtio, 0},
    {"virtio-console", 0, VALUE_NEXT, set_string, FIELD(virtio_console)},
    {"share", 0, VALUE_NEXT, set_string, FIELD(share)},
    {"display", 0, VALUE_NEXT, set_string, FIELD(display)},
    {"log", 'l', VALUE_NEXT, set_log, 0},
    {"log-file", 0, VALUE_NEXT, set_log_file, 0},
    {"help", 'h', VALUE_NONE, set_help, 0},
};

static bool find_debug(const char *word, size_t len, struct definition *d)
{
    const bool is_long = word[1] == '-';
    const struct debug_option *row =
        is_long ? options_debug_named(word + 2, len - 2) : options_debug_letter(word[1]);
    if (!row) return false;
    *d = (struct definition){.name = row->name,
                             .letter = row->letter,
                             .value = row->has_arg ? VALUE_NEXT : VALUE_NONE,
                             .set = set_debug};
    return true;
}

// The row of a word that is an option, *attached: the value in the same word, or NULL.
static bool find(char *word, struct definition *d, char **attached)
{
    const bool is_long = word[1] == '-';
    const size_t len = strcspn(word, "=");
    bool found = false;
    for (unsigned i = 0; !found && i < sizeof definitions / sizeof *definitions; i++) {
        *d = definitions[i];
        found = is_long ? strlen(d->name) == len - 2 && memcmp(d->name, word + 2, len - 2) == 0
                        : d->letter == word[1];
    }
    if (!found && !find_debug(word, len, d)) return false;
    const size_t end = is_long ? len : 2;
    *attached = !word[end] ? NULL : word + end + is_long;
    return true;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1];
}

static bool take_word(struct parse *p, char *word, bool after_atags)
{
    if (p->nwords == 2) {
        warn("'%s': there is a kernel already, '%s'" SEE_HELP, word, p->word[0]);
        return false;
    }
    p->word[p->nwords] = word;
    p->after_atags[p->nwords++] = after_atags;
    return true;
}

// Of two words one is the file of tags, if it is behind --atags.
static bool give_words(struct parse *p)
{
    unsigned kernel = 0;
    if (p->nwords == 2) {
        if (p->o->atags_file || (!p->after_atags[0] && !p->after_atags[1])) {
            warn("'%s': there is a kernel already, '%s'" SEE_HELP, p->word[1], p->word[0]);
            return false;
        }
        kernel = p->after_atags[0];
        p->o->atags_file = p->word[!kernel];
    }
    p->o->kernel = p->word[kernel];
    return true;
}

static bool parse_option(struct parse *p, int argc, char **argv, int *at)
{
    char *word = argv[(*at)++], *arg = NULL;
    struct definition d;
    if (!find(word, &d, &arg) || (arg && d.value == VALUE_NONE && word[1] != '-')) {
        warn("unknown option '%.*s'" SEE_HELP, (int)strcspn(word, "="), word);
        return false;
    }
    if (arg && d.value == VALUE_NONE) {
        warn("--%s takes no value" SEE_HELP, d.name);
        return false;
    }
    if (!arg && d.value == VALUE_NEXT) {
        if (*at == argc) {
            warn("--%s wants a value" SEE_HELP, d.name);
            return false;
        }
        arg = argv[(*at)++];
    }
    if (!d.set(p, &d, arg)) return false;
    if (!arg && d.value == VALUE_MAYBE && *at < argc && !is_option(argv[*at]))
        return take_word(p, argv[(*at)++], true);
    return true;
}

// What is in flash, or was placed by --load, can run, too.
static bool starts_without_kernel(const struct machine_options *o)
{
    for (unsigned i = 0; i < o->ndrives; i++)
        if (o->drive[i].kind == DRIVE_FLASH) return true;
    return o->have_entry;
}

bool machine_options_parse(struct machine_command *c, int argc, char **argv)
{
    *c = (struct machine_command){.machine = {.board = "vexpress-a9", .memory = 256 << 20, .smp = 1},
                                  .engine = {.kind = ENGINE_JIT}};
    struct parse p = {.c = c, .o = &c->machine};
    bool options = true;
    for (int at = 1; at < argc && !c->help;) {
        if (options && !strcmp(argv[at], "--"))
            options = false, at++;
        else if (options && is_option(argv[at])) {
            if (!parse_option(&p, argc, argv, &at)) return false;
        } else if (!take_word(&p, argv[at++], false)) {
            return false;
        }
    }
    if (c->help) return true;
    if (!give_words(&p) || !check_serials(p.o) || !options_debug_fit(&p.o->debug_options)) return false;
    if (c->machine.atags && (c->machine.dtb || c->machine.dump_dtb)) {
        warn("--atags and --%s exclude each other: a kernel gets tags or a device tree" SEE_HELP,
             c->machine.dtb ? "dtb" : "dump-dtb");
        return false;
    }
    if (c->machine.kernel || c->machine.dump_dtb || starts_without_kernel(&c->machine)) return true;
    warn("no kernel is given" SEE_HELP);
    return false;
}

bool machine_options_meant(int argc, char **argv)
{
    for (int at = 1; at < argc && is_option(argv[at]) && strcmp(argv[at], "--"); at++) {
        if (!strcmp(argv[at], "--system")) return true;
        char *attached = NULL;
        struct definition d;
        if (find(argv[at], &d, &attached) && d.value == VALUE_NEXT && !attached) at++;
    }
    return false;
}
