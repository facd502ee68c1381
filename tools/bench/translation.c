// What an engine needs to make a guest instruction its own: a program of much code runs once and twice. What
// the second time costs less than the first, beyond starting a program, was translation.
#include <stdlib.h>
#include <string.h>
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
    // Everything is compiled at once, as QEMU does it: --jit-hot 1.
    const struct benchmark translate = {
        .class = "start", .name = "translate", .engine_option = "--jit-hot=1"};
    const struct benchmark hello = {.class = "start", .name = "hello_c", .kind = START_UP};
    struct output out;
    double start = 0, once = 0, many = 0;
    for (int i = 0; i < TRIES; i++)
        if (!shortest(&hello, engine, 1, &start, &out) || !shortest(&translate, engine, 1, &once, &out) ||
            !shortest(&translate, engine, MANY, &many, &out))
            return -1;
    const double instructions = atof(out.text) / 4, running = (many - once) / (MANY - 1);
    return instructions > 0 ? (once - running - start) / instructions * 1e9 : -1;
}
