// Bars as SVG.
#pragma once
#include <stdbool.h>
#include <stdio.h>

struct plot {
    const char *title, *names[2]; // of the bars
    double least, most;           // of the scale; 1 is where the bars begin
    int digits;                   // of means
};
struct plot_row {
    const char *class, *name;
    double of[2]; // < 0: not known
};
bool write_plot(const char *path, const struct plot *p, const struct plot_row *rows, int n);
