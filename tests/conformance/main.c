// conform [options] RUNNER: executes random instructions under the emulator being tested and under QEMU, as a
// Cortex-A15 and as "max", and compares all state afterwards.
//     --space NAME       a32, t16, t32, vfp or neon
//     --count N          records; --seed N
//     --only OP          only rows of this operation (a name of src/isa/*.tbl)
//     --subject CMD      the emulator being tested (build/stinkarm)
//     --a15 CMD, --max CMD   the references; an empty CMD: without this one
//     --fpscr MASK       only these bits of the FPSCR may be set at the start
//     --tiny-after       the subject's host finds out after rounding whether a result is tiny
//     --no-signals       leave out whatever faults or branches
//     --show N           differences printed in full; the rest is counted by operation
// Exit status: 0 when nothing differs.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gen.h"
#include "known.h"

enum { ENGINES = 3, TIMEOUT_MS = 3000, MAX_DEATHS = 8 };

struct engine_proc {
    const char *label, *command;
    pid_t pid;
    int to, from;
    struct result results[BATCH_MAX];
    bool dead[BATCH_MAX]; // the emulator died or hung with this record
    uint32_t hash;
};

static struct engine_proc engines[ENGINES] = {
    {.label = "stinkarm", .command = "build/stinkarm"},
    {.label = "qemu a15", .command = "qemu-arm -cpu cortex-a15"},
    {.label = "qemu max", .command = "qemu-arm -cpu max"},
};
static const char *runner;
static struct test tests[BATCH_MAX];
static bool untested[BATCH_MAX]; // in a batch with too many deaths
static int show = 8;

struct op_count {
    unsigned tested, different, shown;
};
static struct op_count counts[OP_COUNT + 1]; // the last one: undefined encodings
static unsigned known_counts[KNOWN_REASONS], models_differ, deaths;

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void start(struct engine_proc *e)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) die("pipe");
    fcntl(in[1], F_SETPIPE_SZ, 1 << 20);
    fcntl(out[1], F_SETPIPE_SZ, 1 << 20);
    e->pid = fork();
    if (e->pid < 0) die("fork");
    if (e->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        char cmd[1024];
        snprintf(cmd, sizeof cmd, "exec %s %s", e->command, runner);
        execl("/bin/sh", "sh", "-c", cmd, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    e->to = in[1];
    e->from = out[0];
}

static void stop(struct engine_proc *e)
{
    if (!e->pid) return;
    close(e->to);
    close(e->from);
    kill(e->pid, SIGKILL);
    waitpid(e->pid, NULL, 0);
    e->pid = 0;
}

static bool send_all(struct engine_proc *e, const void *buf, size_t len)
{
    for (const char *p = buf; len;) {
        const ssize_t n = write(e->to, p, len);
        if (n <= 0) return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static bool receive_all(struct engine_proc *e, void *buf, size_t len)
{
    for (char *p = buf; len;) {
        struct pollfd pfd = {.fd = e->from, .events = POLLIN};
        if (poll(&pfd, 1, TIMEOUT_MS) <= 0) return false;
        const ssize_t n = read(e->from, p, len);
        if (n <= 0) return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static bool submit(struct engine_proc *e, unsigned first, unsigned n)
{
    if (!e->pid) start(e);
    uint32_t count = first + n; // earlier slots keep their places, empty
    bool ok = send_all(e, &count, sizeof count);
    for (unsigned i = 0; i < count && ok; i++)
        ok = send_all(e, &tests[i].rec, sizeof tests[i].rec);
    return ok;
}

static bool collect(struct engine_proc *e, unsigned n)
{
    if (!receive_all(e, e->results, n * sizeof *e->results) || !receive_all(e, &e->hash, sizeof e->hash))
        return false;
    if (e == &engines[0]) return true;
    // do_undefinstr (arch/arm/kernel/traps.c) says ILL_ILLOPC; QEMU has ILL_ILLOPN for it.
    for (unsigned i = 0; i < n; i++)
        if (e->results[i].sig == SIGILL && e->results[i].code == ILL_ILLOPN) e->results[i].code = ILL_ILLOPC;
    return true;
}

// The emulator did not survive the batch: run growing parts of it, so that the guilty records are found. What
// has been found is replaced by an empty record.
static void search_deaths(struct engine_proc *e, unsigned n)
{
    static struct record saved[BATCH_MAX];
    for (unsigned i = 0; i < n; i++)
        saved[i] = tests[i].rec;
    for (int found = 0; found < MAX_DEATHS; found++) {
        stop(e);
        if (submit(e, 0, n) && collect(e, n)) break;
        unsigned lo = 0, hi = n; // [0, lo) survives, [0, hi) does not
        while (hi - lo > 1) {
            const unsigned mid = (lo + hi) / 2;
            stop(e);
            if (submit(e, 0, mid) && collect(e, mid))
                lo = mid;
            else
                hi = mid;
        }
        e->dead[hi - 1] = true;
        struct record *rec = &tests[hi - 1].rec;
        gen_empty(rec, CODE_SLOTS + (hi - 1) * SLOT_SIZE);
        if (found == 7)
            for (unsigned i = 0; i < n; i++)
                e->dead[i] = true;
    }
    for (unsigned i = 0; i < n; i++)
        tests[i].rec = saved[i];
}

static void disassemble(const struct record *rec, uint32_t at)
{
    char path[] = "/tmp/conformXXXXXX", cmd[256], line[512];
    const int fd = mkstemp(path);
    if (fd < 0 || write(fd, rec->code, rec->code_len) < 0) return;
    close(fd);
    snprintf(cmd, sizeof cmd,
             "arm-linux-gnueabihf-objdump -D -b binary -marm %s --adjust-vma=0x%x %s 2>/dev/null | grep '^ "
             "*[0-9a-f]*:'",
             rec->thumb ? "-Mforce-thumb" : "", at, path);
    FILE *f = popen(cmd, "r");
    while (f && fgets(line, sizeof line, f))
        fprintf(stdout, "    %s", line);
    if (f) pclose(f);
    unlink(path);
}

static void print_result_line(const char *label, const char *what, uint64_t before, uint64_t a, uint64_t b,
                              int digits)
{
    printf("    %-8s before %0*llx  %s %0*llx  reference %0*llx\n", what, digits, (unsigned long long)before,
           label, digits, (unsigned long long)a, digits, (unsigned long long)b);
}

static void print_difference(const struct test *t, unsigned slot, const struct engine_proc *s,
                             const struct engine_proc *r)
{
    const struct result *a = &s->results[slot], *b = &r->results[slot];
    const struct record *rec = &t->rec;
    printf("--- %s against %s: %s%s\n", s->label, r->label,
           t->undefined ? "undefined encoding" : isa_op_name(t->in[t->main].op),
           rec->thumb ? " (Thumb)" : "");
    fflush(stdout);
    disassemble(rec, CODE_SLOTS + slot * SLOT_SIZE);
    if (s->dead[slot] != r->dead[slot]) {
        printf("    %s died or hung\n", s->dead[slot] ? s->label : r->label);
        return;
    }
    printf("    registers before:");
    for (int i = 0; i < 15; i++)
        printf(" %x", rec->r[i]);
    printf(" cpsr %08x fpscr %08x\n", rec->cpsr, rec->fpscr);
    char what[16];
    if (a->sig != b->sig || a->code != b->code || a->addr != b->addr)
        printf("    signal: %s %u code %d addr %x  reference %u code %d addr %x\n", s->label, a->sig,
               (int)a->code, a->addr, b->sig, (int)b->code, b->addr);
    for (int i = 0; i < 16; i++) {
        if (a->r[i] == b->r[i]) continue;
        snprintf(what, sizeof what, "r%d", i);
        print_result_line(s->label, what, i < 15 ? rec->r[i] : 0, a->r[i], b->r[i], 8);
    }
    if (a->cpsr != b->cpsr) print_result_line(s->label, "cpsr", rec->cpsr, a->cpsr, b->cpsr, 8);
    if (a->fpscr != b->fpscr) print_result_line(s->label, "fpscr", rec->fpscr, a->fpscr, b->fpscr, 8);
    for (int i = 0; i < 32; i++) {
        if (a->d[i] == b->d[i]) continue;
        snprintf(what, sizeof what, "d%d", i);
        print_result_line(s->label, what, rec->d[i], a->d[i], b->d[i], 16);
    }
    if (a->d[0] != b->d[0] || memcmp(a->d, b->d, sizeof a->d)) { // operands of floating-point differences
        printf("    d before:");
        for (int i = 0; i < 32; i++)
            printf("%s d%d=%016llx", i % 8 ? "" : "\n     ", i, (unsigned long long)rec->d[i]);
        printf("\n");
    }
    for (unsigned i = 0; i < VIEW_SIZE / 4; i++) {
        if (a->mem[i] == b->mem[i]) continue;
        snprintf(what, sizeof what, "[%x]", rec->mem_addr + 4 * i);
        print_result_line(s->label, what, rec->mem[i], a->mem[i], b->mem[i], 8);
    }
}

// Execution state bits of the saved CPSR are compared, too; other bits are the kernel's.
static bool same(const struct result *a, const struct result *b)
{
    return !memcmp(a, b, sizeof *a);
}

static void compare(unsigned slot)
{
    const struct test *t = &tests[slot];
    const struct engine_proc *s = &engines[0], *a15 = &engines[1], *max = &engines[2];
    struct op_count *c = &counts[t->undefined ? OP_COUNT : t->in[t->main].op];
    c->tested++;
    const bool with_a15 = a15->command[0] && !t->v8, with_max = max->command[0];
    const struct engine_proc *against = with_max ? max : a15;
    bool ok = true;
    if (with_max && (s->dead[slot] || max->dead[slot] || !same(&s->results[slot], &max->results[slot])))
        ok = false;
    if (ok && with_a15 && !same(&s->results[slot], &a15->results[slot])) {
        if (with_max && !same(&a15->results[slot], &max->results[slot])) {
            models_differ++;
        } else {
            ok = false;
            against = a15;
        }
    }
    if (ok) return;
    const enum known_reason why = known_difference(t, &s->results[slot], &against->results[slot]);
    if (why != KNOWN_NO) {
        known_counts[why]++;
        return;
    }
    c->different++;
    if (s->dead[slot]) deaths++;
    if (show > 0 && c->shown < 2) {
        c->shown++;
        show--;
        print_difference(t, slot, s, against);
    }
}

static void run_batch(unsigned n)
{
    bool ok[ENGINES] = {false};
    memset(untested, 0, sizeof untested);
    for (int i = 0; i < ENGINES; i++)
        memset(engines[i].dead, 0, sizeof engines[i].dead);
    for (int i = 0; i < ENGINES; i++)
        if (engines[i].command[0]) ok[i] = submit(&engines[i], 0, n);
    for (int i = 0; i < ENGINES; i++) {
        if (!engines[i].command[0]) continue;
        if (ok[i]) ok[i] = collect(&engines[i], n);
    }
    for (int i = 0; i < ENGINES; i++)
        if (engines[i].command[0] && !ok[i]) search_deaths(&engines[i], n);
    for (unsigned i = 0; i < n; i++)
        compare(i);
    for (int i = 1; i < ENGINES; i++)
        if (engines[i].command[0] && ok[0] && ok[i] && engines[i].hash != engines[0].hash) {
            // Records that differ have been reported; this also finds stores outside the views.
            bool explained = false;
            for (unsigned k = 0; k < n; k++)
                explained |= !same(&engines[0].results[k], &engines[i].results[k]);
            if (!explained) {
                printf("--- memory outside the views differs from %s\n", engines[i].label);
                counts[OP_COUNT].different++;
            }
            stop(&engines[0]); // start again from the same memory
            for (int k = 1; k < ENGINES; k++)
                stop(&engines[k]);
            break;
        }
}

static int report(enum gen_space space, unsigned long count, unsigned long seed)
{
    unsigned different = 0, ops = 0;
    for (int i = 0; i <= OP_COUNT; i++) {
        different += counts[i].different;
        ops += counts[i].tested > 0;
        if (counts[i].different)
            printf("%8u of %6u differ: %s\n", counts[i].different, counts[i].tested,
                   i < OP_COUNT ? isa_op_name((enum op)i) : "(undefined encodings)");
    }
    for (int i = 1; i < KNOWN_REASONS; i++)
        if (known_counts[i]) printf("%8u known: %s\n", known_counts[i], known_text[i]);
    if (deaths) printf("%8u deaths or hangs\n", deaths);
    printf("conformance %s, seed %lu, %u operations", gen_space_names[space], seed, ops);
    if (models_differ) printf(", %u where QEMU's two CPUs differ", models_differ);
    printf(": %lu passed, %u failed\n", count - different, different);
    return different != 0;
}

static const char *value(int argc, char **argv, int *i)
{
    if (++*i >= argc) {
        fprintf(stderr, "conform: %s wants a value\n", argv[*i - 1]);
        exit(2);
    }
    return argv[*i];
}

int main(int argc, char **argv)
{
    enum gen_space space = GEN_A32;
    unsigned long count = 10000, seed = 1;
    const char *only = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--space")) {
            const char *v = value(argc, argv, &i);
            int k = 0;
            while (k < GEN_SPACES && strcmp(gen_space_names[k], v))
                k++;
            if (k == GEN_SPACES) {
                fprintf(stderr, "conform: no encoding space %s\n", v);
                return 2;
            }
            space = (enum gen_space)k;
        } else if (!strcmp(argv[i], "--count")) {
            count = strtoul(value(argc, argv, &i), NULL, 0);
        } else if (!strcmp(argv[i], "--seed")) {
            seed = strtoul(value(argc, argv, &i), NULL, 0);
        } else if (!strcmp(argv[i], "--fpscr")) {
            gen_fpscr = (uint32_t)strtoul(value(argc, argv, &i), NULL, 0);
        } else if (!strcmp(argv[i], "--tiny-after")) {
            known_tiny_after = true;
        } else if (!strcmp(argv[i], "--no-signals")) {
            gen_no_signals = true;
        } else if (!strcmp(argv[i], "--only")) {
            only = value(argc, argv, &i);
        } else if (!strcmp(argv[i], "--subject")) {
            engines[0].label = engines[0].command = value(argc, argv, &i);
        } else if (!strcmp(argv[i], "--a15")) {
            engines[1].command = value(argc, argv, &i);
        } else if (!strcmp(argv[i], "--max")) {
            engines[2].command = value(argc, argv, &i);
        } else if (!strcmp(argv[i], "--show")) {
            show = atoi(value(argc, argv, &i));
        } else {
            runner = argv[i];
        }
    }
    if (!runner) {
        fprintf(stderr, "usage: conform [options] RUNNER\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < ENGINES; i++)
        if (engines[i].command[0] && !(submit(&engines[i], 0, 0) && collect(&engines[i], 0))) {
            fprintf(stderr, "conform: %s cannot run %s\n", engines[i].command, runner);
            return 2;
        }
    struct rng g = {seed * 1000003 + space};
    for (unsigned long done = 0; done < count;) {
        const unsigned n = count - done < BATCH_MAX ? (unsigned)(count - done) : BATCH_MAX;
        for (unsigned i = 0; i < n; i++)
            gen_test(&g, space, i, only, &tests[i]);
        run_batch(n);
        done += n;
    }
    for (int i = 0; i < ENGINES; i++)
        stop(&engines[i]);
    return report(space, count, seed);
}
