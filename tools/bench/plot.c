// The plot: two bars a row, times of something, on a log scale, by class. SVG; its colours follow the
// reader's scheme.
#include "plot.h"

#include <math.h>
#include <string.h>

enum { LEFT = 190, WIDTH = 560, ROW = 17, BAR = 6, TITLE = 26, TOP = 40 };
static const char *const styles[2] = {"first", "second"};

static double x_of(const struct plot *p, double r)
{
    const double v = fmin(fmax(r, p->least), p->most);
    return LEFT + WIDTH * log(v / p->least) / log(p->most / p->least);
}

static void bar(FILE *f, const struct plot *p, double y, double r, const char *style)
{
    if (r < 0) return;
    const double from = x_of(p, 1), to = x_of(p, r);
    fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n", style,
            fmin(from, to), y, fmax(fabs(to - from), 1), BAR);
}

static void scale(FILE *f, const struct plot *p, double height)
{
    static const double marks[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (marks[i] < p->least || marks[i] > p->most) continue;
        const double x = x_of(p, marks[i]);
        fprintf(f, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.0f\"/>\n",
                marks[i] == 1 ? "one" : "grid", x, x, TOP - 6, height - 8);
        fprintf(f, "<text class=\"mark\" x=\"%.1f\" y=\"%d\">%g</text>\n", x, TOP - 12, marks[i]);
    }
}

static double mean(const struct plot_row *rows, int n, const char *class, int which)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (strcmp(rows[i].class, class) || rows[i].of[which] <= 0) continue;
        sum += log(rows[i].of[which]);
        count++;
    }
    return count ? exp(sum / count) : -1;
}

static void print_class(FILE *f, const struct plot *p, double y, const struct plot_row *rows, int n,
                        const char *class)
{
    fprintf(f, "<text class=\"class\" x=\"8\" y=\"%.1f\">%s</text>\n", y, class);
    const double a = mean(rows, n, class, 0), b = mean(rows, n, class, 1);
    if (a > 0 && b > 0)
        fprintf(f, "<text x=\"%.1f\" y=\"%.1f\">means: %s %.*f, %s %.*f</text>\n", x_of(p, 1) + 4, y,
                p->names[0], p->digits, a, p->names[1], p->digits, b);
}

static void print_head(FILE *f, const struct plot *p, double height)
{
    fprintf(f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" font-family=\"sans-serif\" "
            "font-size=\"11\">\n"
            "<style>\n"
            "text { fill: #1f2328; } .mark { text-anchor: middle; } .name { text-anchor: end; }\n"
            ".class { font-weight: bold; } .grid { stroke: #d0d7de; } .one { stroke: #1f2328; }\n"
            ".first { fill: #9aa4b1; } .second { fill: #0969da; } .paper { fill: #ffffff; }\n"
            "@media (prefers-color-scheme: dark) {\n"
            "text { fill: #e6edf3; } .grid { stroke: #30363d; } .one { stroke: #e6edf3; }\n"
            ".first { fill: #6e7681; } .second { fill: #4493f8; } .paper { fill: #0d1117; }\n"
            "}\n"
            "</style>\n"
            "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n",
            LEFT + WIDTH + 20, height);
    for (int i = 0; i < 2; i++)
        fprintf(f,
                "<rect class=\"%s\" x=\"8\" y=\"%d\" width=\"20\" height=\"%d\"/><text x=\"32\" "
                "y=\"%d\">%s</text>\n",
                styles[i], 10 + 14 * i, BAR, 17 + 14 * i, p->names[i]);
    fprintf(f, "<text x=\"%d\" y=\"14\">%s</text>\n", LEFT, p->title);
}

bool write_plot(const char *path, const struct plot *p, const struct plot_row *rows, int n)
{
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        return false;
    }
    int classes = 0;
    for (int i = 0; i < n; i++)
        classes += i == 0 || strcmp(rows[i].class, rows[i - 1].class);
    const double height = TOP + n * ROW + classes * TITLE + 10;
    print_head(f, p, height);
    scale(f, p, height);
    double y = TOP;
    for (int i = 0; i < n; i++) {
        if (i == 0 || strcmp(rows[i].class, rows[i - 1].class)) {
            y += TITLE;
            print_class(f, p, y - 6, rows, n, rows[i].class);
        }
        fprintf(f, "<text class=\"name\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 8, y + 10, rows[i].name);
        for (int k = 0; k < 2; k++)
            bar(f, p, y + 1 + BAR * k, rows[i].of[k], styles[k]);
        y += ROW;
    }
    fprintf(f, "</svg>\n");
    return fclose(f) == 0;
}
