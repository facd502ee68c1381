// The benchmark runner: what its files share.
#pragma once
#include <stdbool.h>
#include <stdio.h>

enum engine { NATIVE, QEMU, INTERP, JIT, ENGINES };
enum { MAX_BENCHMARKS = 200, MAX_ROUNDS = 31, MAX_WORDS = 10 };

enum kind {
    WORK,     // the first argument is an amount of work
    START_UP, // one run is the work
};

struct benchmark {
    char class[24], name[40];
    enum kind kind;
    const char *argument[3];   // START_UP: what follows the program
    const char *program;       // one of the sysroot's, and natively of this machine's; or NULL
    const char *engine_option; // for the recompiler, or NULL
    double
        seconds[ENGINES]; // user and system time for the amount of work that native does; < 0: not measured
    double spread;        // of native's samples: (largest − smallest) / median
    long amount;          // native's
    bool failed;
};

struct options {
    const char *dir, *stinkarm, *qemu, *busybox, *busybox_arm, *sysroot;
    const char *class, *only; // which benchmarks: a class, a part of "class/name"
    const char *docs, *svg;   // files to write
    int rounds;
    double native_seconds, longest; // how long one run should take: native; any
    bool engine[ENGINES];
};
extern struct options options;
extern const char *const engine_names[ENGINES];

// table.c: the benchmarks of programs.tbl and those of start-up, as the options choose. How many.
int read_benchmarks(const char *table, struct benchmark *b);

// command.c: one run of a program by an engine; what it printed.
struct output {
    char text[4096];
    double seconds; // < 0: it failed
};
void run_engine(const struct benchmark *b, enum engine engine, long amount, struct output *out);
bool can_run(const struct benchmark *b, enum engine engine);
// Whether both printed the same; native may have other last digits.
bool same_output(const struct output *a, const struct output *b, bool native);

// translation.c
// Nanoseconds that an engine needs to translate a guest instruction. < 0: unknown.
double translation_cost(enum engine engine);
// How many guest instructions a second that was.
void print_speed(FILE *f, const struct benchmark *b);
extern double translation_ns[ENGINES]; // what has been measured of it; 0: nothing

// report.c
void print_head(FILE *f);
void print_benchmark(FILE *f, const struct benchmark *b);
void print_means(FILE *f, const struct benchmark *b, int n);
void write_results(const char *path, const struct benchmark *b, int n);
bool write_docs(const char *path, const struct benchmark *b, int n);
bool write_bars(const char *path, const struct benchmark *b, int n);
