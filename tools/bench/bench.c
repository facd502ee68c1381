// bench [options]: each benchmark native, by qemu-arm and by stinkarm, in turns within the same run: user and
// system time, medians. The work is the same for all, as much as takes native code an eighth of a second;
// engines that would need longer than 1.5 s do less of it and are scaled. What the programs print must be the
// same everywhere.
//     --dir DIR (build/bench)  --stinkarm PATH  --qemu PATH  --busybox PATH  --busybox-arm PATH  --sysroot
//     DIR
//     --class NAME  --only TEXT  --rounds N (3)  --engines native,qemu,interp,jit  --quick
//     --check            measures nothing: do all agree, interrupted ten thousand times a second?
//     --list             only the names of the programs chosen
//     --docs FILE        writes the table between its two markers there;  --svg FILE: the plot
// DIR/results.txt: a line a benchmark; see its first.
#include <stdlib.h>
#include <string.h>
#include "bench.h"

#define TABLE "tools/bench/programs.tbl"

struct options options = {
    .dir = "build/bench",
    .stinkarm = "build/stinkarm",
    .qemu = "qemu-arm",
    .rounds = 3,
    .native_seconds = 0.125,
    .longest = 1.5,
    .engine = {[NATIVE] = true, [QEMU] = true, [JIT] = true},
};
const char *const engine_names[ENGINES] = {"native", "qemu", "interp", "jit"};
static struct benchmark benchmarks[MAX_BENCHMARKS];

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

// How much work takes native code (or, without it, another engine) as long as we want.
static long calibrate(const struct benchmark *b, enum engine engine)
{
    struct output out;
    for (long amount = 1;; amount *= 4) {
        run_engine(b, engine, amount, &out);
        if (out.seconds < 0) return 0;
        if (out.seconds > options.native_seconds / 3 || amount > 1L << 28)
            return (long)((double)amount * options.native_seconds / out.seconds) + 1;
    }
}

static void differ(struct benchmark *b, enum engine x, enum engine y, long amount)
{
    printf("%s/%s: %s and %s print different things (%ld rounds)\n", b->class, b->name, engine_names[x],
           engine_names[y], amount);
    b->failed = true;
}

// Runs all engines with a little work: do they agree, and how much can each do?
static void probe(struct benchmark *b, long little, long amount[ENGINES])
{
    struct output out[ENGINES];
    enum engine first = ENGINES;
    for (int e = 0; e < ENGINES; e++) {
        amount[e] = 0;
        if (!can_run(b, e)) continue;
        run_engine(b, e, little, &out[e]);
        if (e == NATIVE && b->program) { // another version, which may be missing, and says what it likes
            amount[e] = out[e].seconds >= 0;
            continue;
        }
        if (out[e].seconds < 0) {
            printf("%s/%s: %s fails (%ld rounds)\n", b->class, b->name, engine_names[e], little);
            b->failed = true;
            continue;
        }
        const double whole = out[e].seconds / (double)little * (double)b->amount;
        amount[e] =
            whole <= options.longest ? b->amount : (long)((double)b->amount * options.longest / whole) + 1;
        if (first == ENGINES)
            first = (enum engine)e;
        else if (!same_output(&out[first], &out[e], first == NATIVE))
            differ(b, first, e, little);
        else if (first == NATIVE) // the emulators must have the same last digits, too
            for (int o = NATIVE + 1; o < e; o++)
                if (amount[o] && !same_output(&out[o], &out[e], false)) differ(b, o, e, little);
    }
}

static void measure(struct benchmark *b)
{
    double samples[ENGINES][MAX_ROUNDS * 20];
    long amount[ENGINES];
    int n[ENGINES] = {0};
    static struct output out[ENGINES];
    b->amount = b->kind == WORK ? calibrate(b, options.engine[NATIVE] ? NATIVE
                                               : options.engine[QEMU] ? QEMU
                                                                      : JIT)
                                : 1;
    if (!b->amount) {
        printf("%s/%s: does not run\n", b->class, b->name);
        b->failed = true;
        return;
    }
    probe(b, b->amount / 50 + 1, amount);
    const int repeat = b->kind == START_UP ? 20 : 1;
    for (int r = 0; r < options.rounds * repeat; r++) {
        for (int e = 0; e < ENGINES; e++) {
            if (!amount[e]) continue;
            run_engine(b, e, amount[e], &out[e]);
            if (out[e].seconds >= 0) {
                samples[e][n[e]++] = out[e].seconds / (double)amount[e] * (double)b->amount;
            } else if (!b->failed) {
                printf("%s/%s: %s fails (%ld rounds)\n", b->class, b->name, engine_names[e], amount[e]);
                b->failed = true;
            }
        }
        for (int e = 1; r == 0 && e < ENGINES; e++)
            for (int o = 0; o < e; o++)
                if (amount[e] && amount[o] == amount[e] && !b->failed && !(b->program && o == NATIVE) &&
                    !same_output(&out[o], &out[e], o == NATIVE))
                    differ(b, o, e, amount[e]);
    }
    for (int e = 0; e < ENGINES; e++)
        b->seconds[e] = median(samples[e], n[e]);
    if (n[NATIVE]) b->spread = (samples[NATIVE][n[NATIVE] - 1] - samples[NATIVE][0]) / b->seconds[NATIVE];
}

static void measure_translation(void)
{
    for (int e = QEMU; e < ENGINES; e++)
        if (options.engine[e] && e != INTERP && (translation_ns[e] = translation_cost(e)) > 0)
            printf("translation by %s: %.0f ns a guest instruction\n", engine_names[e], translation_ns[e]);
}

static void choose_engines(const char *list)
{
    for (int e = 0; e < ENGINES; e++)
        options.engine[e] = strstr(list, engine_names[e]) != NULL;
}

static bool list, check;

static bool flag(const char *name)
{
    if (!strcmp(name, "--list")) return list = true;
    if (!strcmp(name, "--check")) return check = true;
    if (strcmp(name, "--quick")) return false;
    options.rounds = 1;
    options.native_seconds = 0.04;
    options.longest = 0.5;
    return true;
}

static bool option(const char *name, const char *value)
{
    const struct {
        const char *name, **value;
    } texts[] = {{"--dir", &options.dir},     {"--stinkarm", &options.stinkarm},
                 {"--qemu", &options.qemu},   {"--busybox", &options.busybox},
                 {"--only", &options.only},   {"--busybox-arm", &options.busybox_arm},
                 {"--class", &options.class}, {"--docs", &options.docs},
                 {"--svg", &options.svg},     {"--sysroot", &options.sysroot}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strcmp(name, texts[i].name)) {
            *texts[i].value = *value ? value : NULL;
            return true;
        }
    if (!strcmp(name, "--engines"))
        choose_engines(value);
    else if (!strcmp(name, "--rounds"))
        options.rounds = atoi(value);
    else
        return false;
    return options.rounds >= 1 && options.rounds <= MAX_ROUNDS;
}

static void read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (flag(argv[i])) continue;
        if (i + 1 == argc || !option(argv[i], argv[i + 1])) {
            fprintf(stderr, "bench: what is %s?\n", argv[i]);
            exit(2);
        }
        i++;
    }
}

// Whether all programs print the same everywhere, under a fast timer.
static int check_all(int n)
{
    int failed = 0;
    setenv("BENCH_TIMER", "1", 1);
    options.native_seconds = 0.015;
    for (int i = 0; i < n; i++) {
        struct benchmark *b = &benchmarks[i];
        long amount[ENGINES];
        b->amount = b->kind == WORK ? calibrate(b, NATIVE) : 1;
        b->failed = !b->amount;
        probe(b, b->amount, amount);
        failed += b->failed;
    }
    printf("%d passed, %d failed\n", n - failed, failed);
    return failed > 0;
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    const int n = read_benchmarks(TABLE, benchmarks);
    if (list) {
        for (int i = 0; i < n; i++)
            printf("%s/%s\n", benchmarks[i].class, benchmarks[i].name);
        return 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (check) return check_all(n);
    int failed = 0;
    print_head(stdout);
    for (int i = 0; i < n; i++) {
        measure(&benchmarks[i]);
        print_benchmark(stdout, &benchmarks[i]);
        failed += benchmarks[i].failed;
    }
    print_means(stdout, benchmarks, n);
    if (!options.only && (!options.class || !strcmp(options.class, "start"))) measure_translation();
    for (int k = 0; k < n; k++)
        if (!strncmp(benchmarks[k].name, "coremark", 8)) print_speed(stdout, &benchmarks[k]);
    char path[512];
    snprintf(path, sizeof path, "%s/results.txt", options.dir);
    write_results(path, benchmarks, n);
    if (options.docs && !write_docs(options.docs, benchmarks, n)) failed++;
    if (options.svg && !write_bars(options.svg, benchmarks, n)) failed++;
    return failed > 0;
}
