// bench [options]: one table: each benchmark native, on qemu-arm and on stinkarm, in turns within the same
// run; medians.
//     --dir DIR        where the programs are (build/bench)    --stinkarm PATH   --qemu PATH   --busybox-arm
//     PATH
//     --busybox PATH   native busybox                          --rounds N (5)    --only TEXT
// The same numbers, one benchmark a line, go to DIR/results.txt:
//     name unit native qemu stinkarm            (`-`: not measured)
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NATIVE, QEMU, STINKARM, JIT, ENGINES, MAX_ROUNDS = 31, MAX_ARGS = 8 };

static const char *dir = "build/bench", *stinkarm = "build/stinkarm", *qemu = "qemu-arm", *busybox,
                  *busybox_arm, *only;
static int rounds = 5;
extern char **environ;

enum kind {
    START_UP, // milliseconds of one run
    RATE,     // work per second: the program's first argument is how much
};

struct benchmark {
    const char *name, *program, *unit;
    enum kind kind;
    double scale;             // units of work in one round of the program
    const char *native, *arm; // programs, if they have different names
};

static const struct benchmark benchmarks[] = {
    {"start hello, assembly", NULL, "ms", START_UP, 1, "hello_x86", "hello_arm.elf"},
    {"start hello, static C", NULL, "ms", START_UP, 1, "hello", "hello.elf"},
    {"start busybox true", "busybox", "ms", START_UP, 1, NULL, NULL},
    {"integer, ARM", NULL, "rounds/s", RATE, 1, "integer", "integer.elf"},
    {"integer, Thumb", NULL, "rounds/s", RATE, 1, "integer", "integer_thumb.elf"},
    {"double FP (n-body)", NULL, "steps/s", RATE, 1, "nbody", "nbody.elf"},
    {"NEON", NULL, "rounds/s", RATE, 1, "vector", "vector.elf"},
    {"memory copy", NULL, "MiB/s", RATE, 1, "copy", "copy.elf"},
    {"system calls (getpid)", NULL, "calls/s", RATE, 1, "syscalls", "syscalls.elf"},
    {"fork + exec", "spawn", "procs/s", RATE, 1, "spawn", "spawn.elf"},
};
enum { BENCHMARKS = sizeof benchmarks / sizeof *benchmarks };

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

// Runs a command with its output thrown away; seconds, or -1 if it fails.
static double run(char *const *argv)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    const double start = now();
    pid_t pid;
    const int err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (err) return -1;
    int status;
    struct rusage usage;
    while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    return status == 0 ? now() - start : -1;
}

struct command {
    char *argv[MAX_ARGS + 1];
    char text[MAX_ARGS][512], amount[32];
    int n, amount_at;
};

static void word(struct command *c, const char *prefix, const char *s)
{
    snprintf(c->text[c->n], sizeof c->text[0], "%s%s", prefix, s);
    c->argv[c->n] = c->text[c->n];
    c->argv[++c->n] = NULL;
}

// false: this engine cannot run this benchmark here.
static bool make_command(const struct benchmark *b, int engine, struct command *c)
{
    memset(c, 0, sizeof *c);
    char path[256];
    snprintf(path, sizeof path, "%s/", dir);
    if (engine == QEMU) word(c, "", qemu);
    if (engine == STINKARM || engine == JIT) word(c, "", stinkarm);
    if (engine == JIT) word(c, "", "--engine=jit");
    if (b->program && !strcmp(b->program, "busybox")) {
        const char *bb = engine == NATIVE ? busybox : busybox_arm;
        if (!bb) return false;
        word(c, "", bb);
        word(c, "", "true");
        return true;
    }
    word(c, path, engine == NATIVE ? b->native : b->arm);
    if (b->kind == RATE) {
        c->amount_at = c->n;
        word(c, "", "1");
    }
    if (b->program && !strcmp(b->program, "spawn")) {
        // QEMU does not run programs that its guest executes: there the child is QEMU itself.
        if (engine == QEMU) {
            static char where[512];
            if (!where[0]) {
                char cmd[300];
                snprintf(cmd, sizeof cmd, "command -v %s", qemu);
                FILE *f = popen(cmd, "r");
                if (!f || !fgets(where, sizeof where, f)) return false;
                pclose(f);
                where[strcspn(where, "\n")] = 0;
            }
            word(c, "", where);
        }
        word(c, path, engine == NATIVE ? "hello_x86" : "hello_arm.elf");
    }
    return true;
}

static double run_amount(struct command *c, long amount)
{
    if (c->amount_at) {
        snprintf(c->amount, sizeof c->amount, "%ld", amount);
        c->argv[c->amount_at] = c->amount;
    }
    return run(c->argv);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    if (n == 0) return -1;
    qsort(v, (size_t)n, sizeof *v, by_value);
    return n & 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

// How much work takes about 0.3 s.
static long calibrate(struct command *c)
{
    long amount = 1;
    for (double t = 0; amount < 1 << 30; amount *= 4) {
        t = run_amount(c, amount);
        if (t < 0) return 0;
        if (t > 0.08) return (long)((double)amount * 0.3 / t) + 1;
    }
    return amount;
}

static void measure(const struct benchmark *b, double result[ENGINES])
{
    struct command commands[ENGINES];
    double samples[ENGINES][MAX_ROUNDS];
    long amount[ENGINES];
    int n[ENGINES] = {0};
    for (int e = 0; e < ENGINES; e++) {
        amount[e] = 0;
        if (!make_command(b, e, &commands[e])) continue;
        if (b->kind == RATE)
            amount[e] = calibrate(&commands[e]);
        else if (run(commands[e].argv) >= 0)
            amount[e] = 60; // runs
    }
    for (int r = 0; r < rounds; r++)
        for (int e = 0; e < ENGINES; e++) {
            if (!amount[e]) continue;
            if (b->kind == RATE) {
                const double t = run_amount(&commands[e], amount[e]);
                if (t > 0) samples[e][n[e]++] = (double)amount[e] * b->scale / t;
            } else {
                double single[64];
                int k = 0;
                for (long i = 0; i < amount[e]; i++) {
                    const double t = run(commands[e].argv);
                    if (t > 0) single[k++] = t * 1000;
                }
                if (k) samples[e][n[e]++] = median(single, k);
            }
        }
    for (int e = 0; e < ENGINES; e++)
        result[e] = median(samples[e], n[e]);
}

static void print_number(FILE *f, double v, int width)
{
    if (v < 0)
        fprintf(f, " %*s", width, "-");
    else if (v < 10)
        fprintf(f, " %*.3f", width, v);
    else if (v < 1000)
        fprintf(f, " %*.1f", width, v);
    else
        fprintf(f, " %*.0f", width, v);
}

static void print_ratio(double a, double b)
{
    if (a > 0 && b > 0)
        printf(" %8.2f", a / b);
    else
        printf(" %8s", "-");
}

// Guest instructions in one round of a program: the log of one round against that of two. 0: unknown.
static double instructions_per_round(const char *program)
{
    double lines[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        char cmd[1024];
        snprintf(cmd, sizeof cmd, "%s --log instructions %s/%s %d 2>&1 >/dev/null | wc -l", stinkarm, dir,
                 program, i + 1);
        FILE *f = popen(cmd, "r");
        if (!f || fscanf(f, "%lf", &lines[i]) != 1) lines[i] = 0;
        if (f) pclose(f);
    }
    return lines[1] - lines[0] > 10000 ? lines[1] - lines[0] : 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--dir"))
            dir = argv[i + 1];
        else if (!strcmp(argv[i], "--stinkarm"))
            stinkarm = argv[i + 1];
        else if (!strcmp(argv[i], "--qemu"))
            qemu = argv[i + 1];
        else if (!strcmp(argv[i], "--busybox"))
            busybox = argv[i + 1];
        else if (!strcmp(argv[i], "--busybox-arm"))
            busybox_arm = argv[i + 1];
        else if (!strcmp(argv[i], "--only"))
            only = argv[i + 1];
        else if (!strcmp(argv[i], "--rounds"))
            rounds = atoi(argv[i + 1]);
        else {
            fprintf(stderr, "bench: unknown option %s\n", argv[i]);
            return 2;
        }
    }
    if (rounds < 1 || rounds > MAX_ROUNDS) rounds = 5;
    char path[512];
    snprintf(path, sizeof path, "%s/results.txt", dir);
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        return 1;
    }
    fprintf(f, "# name unit native qemu stinkarm jit\n");
    printf("%-24s %-9s %12s %12s %12s %12s   %s\n", "", "", "native", qemu, "stinkarm", "jit",
           "of native, of qemu; jit: of native, of qemu");
    for (int i = 0; i < BENCHMARKS; i++) {
        const struct benchmark *b = &benchmarks[i];
        if (only && !strstr(b->name, only)) continue;
        double v[ENGINES];
        measure(b, v);
        printf("%-24s %-9s", b->name, b->unit);
        char name[64];
        snprintf(name, sizeof name, "%s", b->name);
        for (char *p = name; *p; p++)
            if (*p == ' ' || *p == ',') *p = '_';
        fprintf(f, "%s %s", name, b->unit);
        for (int e = 0; e < ENGINES; e++) {
            print_number(stdout, v[e], 12);
            print_number(f, v[e], 0);
        }
        fprintf(f, "\n");
        // Times as factors of a time, rates as shares of a rate: above 1.00 in the last column stinkarm is
        // ahead.
        printf("   ");
        for (int e = STINKARM; e <= JIT; e++) {
            print_ratio(v[e], v[NATIVE]);
            b->kind == START_UP ? print_ratio(v[QEMU], v[e]) : print_ratio(v[e], v[QEMU]);
        }
        putchar('\n');
        if (!strncmp(b->name, "integer", 7) && v[STINKARM] > 0) {
            const double per_round = instructions_per_round(b->arm);
            if (per_round > 0) {
                printf("%-24s %-9s %12s %12s %12.0f   (%.0f guest instructions a round)\n", "", "MIPS", "",
                       "", v[STINKARM] * per_round / 1e6, per_round);
                fprintf(f, "%s_MIPS million/s - - %.1f\n", name, v[STINKARM] * per_round / 1e6);
            }
        }
    }
    fclose(f);
    printf("\nStart-up: times (of native: how many times longer; of qemu: how many times shorter). Others: "
           "rates.\n");
    printf("Medians of %d rounds, engines in turns. Numbers for comparison: %s\n", rounds, path);
    return 0;
}
