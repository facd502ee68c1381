// What an engine needs to make a guest instruction its own: a program of much code runs once and twice. What
// the second time costs less than the first, beyond starting a program, was translation.
#include <stdlib.h>
#include "bench.h"

double translation_ns[ENGINES];

// The shortest of several runs, in seconds, since other work on the machine only adds.
static bool shortest(const struct benchmark *b, enum engine engine, long amount, double *least,
                     struct output *out)
{
    run_engine(b, engine, amount, out);
    if (out->seconds < 0) return false;
    if (*least == 0 || out->seconds < *least) *least = out->seconds;
    return true;
}

double translation_cost(enum engine engine)
{
    enum { MANY = 51, TRIES = 15 };
    // Everything is compiled at once, as QEMU does it: --jit-hot 1. So is what both programs begin and end
    // with, which is not among the instructions.
    const struct benchmark translate = {
        .class = "start", .name = "translate", .engine_option = "--jit-hot=1"};
    const struct benchmark hello = {
        .class = "start", .name = "hello_c", .kind = START_UP, .engine_option = "--jit-hot=1"};
    struct output out;
    double start = 0, once = 0, many = 0;
    for (int i = 0; i < TRIES; i++)
        if (!shortest(&hello, engine, 1, &start, &out) || !shortest(&translate, engine, 1, &once, &out) ||
            !shortest(&translate, engine, MANY, &many, &out))
            return -1;
    const double instructions = atof(out.text) / 4, running = (many - once) / (MANY - 1);
    return instructions > 0 ? (once - running - start) / instructions * 1e9 : -1;
}

// Guest instructions in a round of the program, as the interpreter's log counts them.
static double instructions_per_round(const struct benchmark *b)
{
    double lines[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        char command[1024];
        snprintf(command, sizeof command,
                 "%s --engine=interp --log instructions %s/%s/%s.elf %d 2>&1 >/dev/null | wc -l",
                 options.stinkarm, options.dir, b->class, b->name, i + 1);
        FILE *f = popen(command, "r");
        if (f && fscanf(f, "%lf", &lines[i]) != 1) lines[i] = 0;
        if (f) pclose(f);
    }
    return lines[1] - lines[0];
}

void print_speed(FILE *f, const struct benchmark *b)
{
    const double n = instructions_per_round(b) * (double)b->amount / 1e6;
    if (n <= 0) return;
    fprintf(f, "%s/%s, million guest instructions a second:", b->class, b->name);
    for (int e = QEMU; e < ENGINES; e++)
        if (b->seconds[e] > 0) fprintf(f, " %s %.0f", engine_names[e], n / b->seconds[e]);
    fputc('\n', f);
}
