// The plot: a bar per engine and program, times of native's, on a log scale, by class. SVG; its colours
// follow the reader's scheme.
#include <math.h>
#include <string.h>
#include "bench.h"

enum { LEFT = 190, WIDTH = 560, ROW = 17, BAR = 6, TITLE = 26, TOP = 40 };
static const double least = 0.5, most = 500;

static double x_of(double r)
{
    const double v = r < least ? least : r > most ? most : r;
    return LEFT + WIDTH * log(v / least) / log(most / least);
}

static void bar(FILE *f, double y, double r, const char *style)
{
    if (r < 0) return;
    const double from = x_of(1), to = x_of(r);
    fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n", style,
            fmin(from, to), y, fmax(fabs(to - from), 1), BAR);
}

static void scale(FILE *f, double height)
{
    static const double marks[] = {0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const double x = x_of(marks[i]);
        fprintf(f, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.0f\"/>\n",
                marks[i] == 1 ? "one" : "grid", x, x, TOP - 6, height - 8);
        fprintf(f, "<text class=\"mark\" x=\"%.1f\" y=\"%d\">%g</text>\n", x, TOP - 12, marks[i]);
    }
}

static void print_class(FILE *f, double y, const struct benchmark *b, int n, const char *class)
{
    fprintf(f, "<text class=\"class\" x=\"8\" y=\"%.1f\">%s</text>\n", y, class);
    const double qemu = class_mean(b, n, class, QEMU, NATIVE), jit = class_mean(b, n, class, JIT, NATIVE);
    if (qemu > 0 && jit > 0)
        fprintf(f, "<text x=\"%.1f\" y=\"%.1f\">means: qemu-arm %.1f, stinkarm %.1f</text>\n", x_of(1) + 4, y,
                qemu, jit);
}

bool write_plot(const char *path, const struct benchmark *b, int n)
{
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        return false;
    }
    int classes = 0;
    for (int i = 0; i < n; i++)
        classes += i == 0 || strcmp(b[i].class, b[i - 1].class);
    const double height = TOP + n * ROW + classes * TITLE + 10;
    fprintf(f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" font-family=\"sans-serif\" "
            "font-size=\"11\">\n"
            "<style>\n"
            "text { fill: #1f2328; } .mark { text-anchor: middle; } .name { text-anchor: end; }\n"
            ".class { font-weight: bold; } .grid { stroke: #d0d7de; } .one { stroke: #1f2328; }\n"
            ".qemu { fill: #9aa4b1; } .stinkarm { fill: #0969da; } .paper { fill: #ffffff; }\n"
            "@media (prefers-color-scheme: dark) {\n"
            "text { fill: #e6edf3; } .grid { stroke: #30363d; } .one { stroke: #e6edf3; }\n"
            ".qemu { fill: #6e7681; } .stinkarm { fill: #4493f8; } .paper { fill: #0d1117; }\n"
            "}\n"
            "</style>\n"
            "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n",
            LEFT + WIDTH + 20, height);
    fprintf(f,
            "<rect class=\"qemu\" x=\"8\" y=\"10\" width=\"20\" height=\"%d\"/><text x=\"32\" "
            "y=\"17\">qemu-arm</text>\n",
            BAR);
    fprintf(f,
            "<rect class=\"stinkarm\" x=\"8\" y=\"24\" width=\"20\" height=\"%d\"/><text x=\"32\" "
            "y=\"31\">stinkarm</text>\n",
            BAR);
    fprintf(f, "<text x=\"%d\" y=\"14\">processor time, native code = 1: less is better</text>\n", LEFT);
    scale(f, height);
    double y = TOP;
    for (int i = 0; i < n; i++) {
        if (i == 0 || strcmp(b[i].class, b[i - 1].class)) {
            y += TITLE;
            print_class(f, y - 6, b, n, b[i].class);
        }
        fprintf(f, "<text class=\"name\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 8, y + 10, b[i].name);
        bar(f, y + 1, ratio(&b[i], QEMU, NATIVE), "qemu");
        bar(f, y + 1 + BAR, ratio(&b[i], JIT, NATIVE), "stinkarm");
        y += ROW;
    }
    fprintf(f, "</svg>\n");
    return fclose(f) == 0;
}
