// machine_table SAMPLES [--docs FILE] [--svg FILE]: medians of what bench/machine has measured, as a table,
// also between its marks in a document, and as a plot. A sample: what engine value.
#include <stdlib.h>
#include <string.h>

#include "docs.h"
#include "plot.h"

enum engine { QEMU, JIT, INTERP, USER, ENGINES };
enum { MAX_SAMPLES = 64 };
static const char *const engine_names[ENGINES] = {"qemu", "jit", "interp", "user"};

// What is measured, in the order of the tables; scale: of the samples' seconds.
static const struct row {
    const char *id, *class, *text, *unit;
    double scale;
    int digits;
} rows[] = {
    {"tiny", "booting", "tiny kernel, to init", "s", 1, 2},
    {"tiny_script", "booting", "tiny kernel, our init script, power-off", "s", 1, 2},
    {"armmp", "booting", "Debian's armmp kernel, to init", "s", 1, 2},
    {"debian", "booting", "Debian on ext4, to login", "s", 1, 1},
    {"coremark", "integer programs", "coremark", "ms", 1e3, 0},
    {"dhrystone", "integer programs", "dhrystone", "ms", 1e3, 0},
    {"sha256", "integer programs", "sha256", "ms", 1e3, 0},
    {"qsort_libc", "integer programs", "qsort_libc", "ms", 1e3, 0},
    {"interpreter_switch", "integer programs", "interpreter_switch", "ms", 1e3, 0},
    {"virtual_calls", "integer programs", "virtual_calls", "ms", 1e3, 0},
    {"nbody_double", "FP programs", "nbody_double", "ms", 1e3, 0},
    {"linpack", "FP programs", "linpack", "ms", 1e3, 0},
    {"mandelbrot", "FP programs", "mandelbrot", "ms", 1e3, 0},
    {"fft", "FP programs", "fft", "ms", 1e3, 0},
    {"getpid", "the guest's kernel", "getpid", "µs", 1e6 / 100000, 2},
    {"pipe", "the guest's kernel", "pipe, there and back", "µs", 1e6 / 2000, 1},
    {"forks", "the guest's kernel", "fork and exec of busybox true", "ms", 1e3 / 200, 2},
    {"console", "the guest's kernel", "256 KiB to the console", "ms", 1e3, 0},
    {"disk", "the guest's kernel", "64 MiB from a virtio disk", "ms", 1e3, 0},
    {"cpus_threads", "four CPUs, coremark on each", "threads", "s", 1, 2},
    {"cpus_threads_wall", "four CPUs, coremark on each", "threads, real time", "s", 1, 2},
    {"cpus_turns", "four CPUs, coremark on each", "in turns", "s", 1, 2},
    {"latency_busy", "beside", "timer to handler, of a loop", "µs", 1, 0},
    {"latency_asleep", "beside", "timer to handler, of WFI", "µs", 1, 0},
    {"idle", "beside", "idle at the shell", "% of a CPU", 1, 2},
    {"rss", "beside", "memory without the guest's RAM", "MiB", 1, 0},
};
enum { ROWS = sizeof rows / sizeof *rows };
static struct {
    int n;
    double v[MAX_SAMPLES];
} samples[ROWS][ENGINES];

static const struct row *find_row(const char *id)
{
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(rows[i].id, id)) return &rows[i];
    return NULL;
}

static bool read_samples(const char *path)
{
    char id[64], engine[64], value[64];
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        return false;
    }
    while (fscanf(f, "%63s %63s %63s", id, engine, value) == 3) {
        const struct row *r = find_row(id);
        int e = 0;
        while (e < ENGINES && strcmp(engine_names[e], engine))
            e++;
        char *end;
        const double v = strtod(value, &end);
        if (!r || e == ENGINES || *end || samples[r - rows][e].n == MAX_SAMPLES) continue;
        samples[r - rows][e].v[samples[r - rows][e].n++] = v * r->scale;
    }
    fclose(f);
    return true;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// < 0: not measured
static double median(const struct row *r, enum engine e)
{
    const int n = samples[r - rows][e].n;
    double *v = samples[r - rows][e].v;
    if (!n) return -1;
    qsort(v, (size_t)n, sizeof *v, by_value);
    return n & 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static double ratio(const struct row *r, enum engine of, enum engine to)
{
    const double a = median(r, of), b = median(r, to);
    return a > 0 && b > 0 ? a / b : -1;
}

static bool measured(const struct row *r)
{
    return median(r, QEMU) >= 0 || median(r, JIT) >= 0 || median(r, INTERP) >= 0;
}

static void cell(FILE *f, const char *format, const char *none, double v, int digits)
{
    char text[32];
    snprintf(text, sizeof text, "%.*f", digits, v);
    fprintf(f, format, v < 0 ? none : text);
}

static int digits_of(double r)
{
    return r < 10 ? 2 : r < 100 ? 1 : 0;
}

static void print_table(FILE *f)
{
    fprintf(f, "%-44s %10s %9s %9s %9s %9s %9s %9s\n", "", "", "qemu", "jit", "interp", "user", "qemu/jit",
            "jit/user");
    for (int i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];
        if (!measured(r)) continue;
        if (i == 0 || strcmp(r->class, rows[i - 1].class)) fprintf(f, "%s\n", r->class);
        fprintf(f, "  %-42s %10s", r->text, r->unit);
        for (int e = 0; e < ENGINES; e++)
            cell(f, " %9s", "-", median(r, (enum engine)e), r->digits);
        const double faster = ratio(r, QEMU, JIT), dearer = ratio(r, JIT, USER);
        cell(f, " %9s", "-", faster, digits_of(faster));
        cell(f, " %9s", "-", dearer, digits_of(dearer));
        fputc('\n', f);
    }
}

static void print_docs(FILE *f, const void *ctx)
{
    (void)ctx;
    fprintf(f, "\n| | | qemu-system-arm | stinkarm | faster | the interpreter | our user mode |\n"
               "|---|---|---:|---:|---:|---:|---:|\n");
    for (int i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];
        if (!measured(r)) continue;
        fprintf(f, "| %s%s%s | %s |", r->text, strstr(r->class, "programs") ? ", a program" : "",
                strstr(r->class, "four") ? ", four CPUs" : "", r->unit);
        const double faster = ratio(r, QEMU, JIT);
        cell(f, " %s |", "–", median(r, QEMU), r->digits);
        cell(f, " %s |", "–", median(r, JIT), r->digits);
        cell(f, " %s × |", "–", faster, digits_of(faster));
        cell(f, " %s |", "–", median(r, INTERP), r->digits);
        cell(f, " %s |", "", median(r, USER), r->digits);
        fputc('\n', f);
    }
    fputc('\n', f);
}

static bool plot(const char *path)
{
    static struct plot_row bars[ROWS];
    int n = 0;
    for (int i = 0; i < ROWS; i++)
        if (measured(&rows[i]))
            bars[n++] = (struct plot_row){
                rows[i].class, rows[i].id, {ratio(&rows[i], INTERP, QEMU), ratio(&rows[i], JIT, QEMU)}};
    const struct plot p = {.title = "qemu-system-arm = 1: less is better",
                           .names = {"interpreter", "recompiler"},
                           .least = 0.02,
                           .most = 20,
                           .digits = 2};
    return write_plot(path, &p, bars, n);
}

int main(int argc, char **argv)
{
    if (argc < 2 || !read_samples(argv[1])) return 2;
    bool good = true;
    print_table(stdout);
    for (int i = 2; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--docs"))
            good &= write_between(argv[i + 1], "<!-- make bench-system-docs: begin -->\n",
                                  "<!-- make bench-system-docs: end -->\n", print_docs, NULL);
        else if (!strcmp(argv[i], "--svg"))
            good &= plot(argv[i + 1]);
    }
    return good ? 0 : 1;
}
