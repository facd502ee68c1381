// Results as tables: on the terminal, in DIR/results.txt, in docs/performance.md.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "docs.h"
#include "plot.h"

static const char begin_mark[] = "<!-- make bench-docs: begin -->\n",
                  end_mark[] = "<!-- make bench-docs: end -->\n";

static double ratio(const struct benchmark *b, enum engine of, enum engine to)
{
    return b->seconds[of] > 0 && b->seconds[to] > 0 ? b->seconds[of] / b->seconds[to] : -1;
}

static double class_mean(const struct benchmark *b, int n, const char *class, enum engine of, enum engine to)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < n; i++) {
        const double r = ratio(&b[i], of, to);
        if (strcmp(b[i].class, class) || r < 0) continue;
        sum += log(r);
        count++;
    }
    return count ? exp(sum / count) : -1;
}

static void print_ratio(FILE *f, double r)
{
    if (r < 0)
        fprintf(f, " %9s", "-");
    else
        fprintf(f, r < 100 ? " %9.2f" : " %9.0f", r);
}

static void print_ratios(FILE *f, double (*of)(const void *, enum engine, enum engine), const void *what)
{
    for (int e = NATIVE + 1; e < ENGINES; e++)
        if (options.engine[e]) print_ratio(f, of(what, e, NATIVE));
    for (int e = INTERP; e < ENGINES; e++)
        if (options.engine[e] && options.engine[QEMU]) print_ratio(f, of(what, QEMU, e));
}

void print_head(FILE *f)
{
    fprintf(f, "%-30s %9s", "times of native's", "native ms");
    for (int e = NATIVE + 1; e < ENGINES; e++)
        if (options.engine[e]) fprintf(f, " %9s", engine_names[e]);
    for (int e = INTERP; e < ENGINES; e++)
        if (options.engine[e] && options.engine[QEMU]) fprintf(f, " qemu/%-4.4s", engine_names[e]);
    fputc('\n', f);
}

static double of_benchmark(const void *what, enum engine of, enum engine to)
{
    return ratio(what, of, to);
}

void print_benchmark(FILE *f, const struct benchmark *b)
{
    char name[80];
    snprintf(name, sizeof name, "%s/%s", b->class, b->name);
    fprintf(f, "%-30s ", name);
    fprintf(f, b->seconds[NATIVE] < 0.01 ? "%9.3f" : "%9.1f",
            b->seconds[NATIVE] < 0 ? -1 : b->seconds[NATIVE] * 1000);
    print_ratios(f, of_benchmark, b);
    const double slower = ratio(b, JIT, QEMU);
    fprintf(f, "%s%s\n", slower > 1 ? "  slower than qemu" : "", b->failed ? "  FAILED" : "");
}

struct class_of {
    const struct benchmark *b;
    int n;
    const char *class;
};

static double of_class(const void *what, enum engine of, enum engine to)
{
    const struct class_of *c = what;
    return class_mean(c->b, c->n, c->class, of, to);
}

static bool class_begins(const struct benchmark *b, int i)
{
    return i == 0 || strcmp(b[i].class, b[i - 1].class);
}

static int class_size(const struct benchmark *b, int n, int i)
{
    int count = 0;
    for (int k = 0; k < n; k++)
        count += !strcmp(b[k].class, b[i].class);
    return count;
}

void print_means(FILE *f, const struct benchmark *b, int n)
{
    fprintf(f, "\nGeometric means, times of native's; the last: how many times faster than qemu\n");
    for (int i = 0; i < n; i++) {
        if (!class_begins(b, i)) continue;
        char name[80];
        snprintf(name, sizeof name, "%s (%d)", b[i].class, class_size(b, n, i));
        fprintf(f, "%-30s %9s", name, "");
        print_ratios(f, of_class, &(struct class_of){b, n, b[i].class});
        fputc('\n', f);
    }
}

void write_results(const char *path, const struct benchmark *b, int n)
{
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        return;
    }
    fprintf(f,
            "# class/name rounds, then seconds for them: native qemu interp jit (-1: not measured), state\n");
    for (int i = 0; i < n; i++) {
        fprintf(f, "%s/%s %ld", b[i].class, b[i].name, b[i].amount);
        for (int e = 0; e < ENGINES; e++)
            fprintf(f, " %.6f", b[i].seconds[e]);
        fprintf(f, " %s\n", b[i].failed ? "failed" : "good");
    }
    for (int e = 0; e < ENGINES; e++)
        if (translation_ns[e] > 0)
            fprintf(f, "# translation by %s: %.0f ns\n", engine_names[e], translation_ns[e]);
    fclose(f);
}

static void docs_ratio(FILE *f, double r)
{
    if (r < 0)
        fprintf(f, " – |");
    else
        fprintf(f, r < 10 ? " %.2f |" : r < 100 ? " %.1f |" : " %.0f |", r);
}

static void docs_table(FILE *f, const struct benchmark *b, int n)
{
    fprintf(f, "\n| class (programs) | qemu-arm | stinkarm | faster than qemu-arm |\n|---|---:|---:|---:|\n");
    for (int i = 0; i < n; i++) {
        if (!class_begins(b, i)) continue;
        fprintf(f, "| %s (%d) |", b[i].class, class_size(b, n, i));
        docs_ratio(f, class_mean(b, n, b[i].class, QEMU, NATIVE));
        docs_ratio(f, class_mean(b, n, b[i].class, JIT, NATIVE));
        docs_ratio(f, class_mean(b, n, b[i].class, QEMU, JIT));
        fputc('\n', f);
    }
    fprintf(f, "\n| program | native, ms | qemu-arm | stinkarm | faster than qemu-arm "
               "|\n|---|---:|---:|---:|---:|\n");
    for (int i = 0; i < n; i++) {
        fprintf(f, b[i].seconds[NATIVE] < 0.01 ? "| %s/%s | %.2f |" : "| %s/%s | %.0f |", b[i].class,
                b[i].name, b[i].seconds[NATIVE] * 1000);
        docs_ratio(f, ratio(&b[i], QEMU, NATIVE));
        docs_ratio(f, ratio(&b[i], JIT, NATIVE));
        docs_ratio(f, ratio(&b[i], QEMU, JIT));
        fputc('\n', f);
    }
    if (translation_ns[QEMU] > 0 && translation_ns[JIT] > 0)
        fprintf(f, "\nTranslation of a guest instruction: qemu-arm %.0f ns, stinkarm %.0f ns.\n",
                translation_ns[QEMU], translation_ns[JIT]);
    fputc('\n', f);
}

struct docs {
    const struct benchmark *b;
    int n;
};

static void print_docs(FILE *f, const void *ctx)
{
    const struct docs *d = ctx;
    docs_table(f, d->b, d->n);
}

bool write_docs(const char *path, const struct benchmark *b, int n)
{
    return write_between(path, begin_mark, end_mark, print_docs, &(struct docs){b, n});
}

bool write_bars(const char *path, const struct benchmark *b, int n)
{
    static struct plot_row rows[MAX_BENCHMARKS];
    for (int i = 0; i < n; i++)
        rows[i] =
            (struct plot_row){b[i].class, b[i].name, {ratio(&b[i], QEMU, NATIVE), ratio(&b[i], JIT, NATIVE)}};
    const struct plot plot = {.title = "processor time, native code = 1: less is better",
                              .names = {"qemu-arm", "stinkarm"},
                              .least = 0.5,
                              .most = 500,
                              .digits = 1};
    return write_plot(path, &plot, rows, n);
}
