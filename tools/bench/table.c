// Which benchmarks there are.
#include <stdlib.h>
#include <string.h>
#include "bench.h"

static bool chosen(const struct benchmark *b)
{
    char full[80];
    snprintf(full, sizeof full, "%s/%s", b->class, b->name);
    return (!options.class || !strcmp(options.class, b->class)) &&
           (!options.only || strstr(full, options.only));
}

static int add(struct benchmark *all, int n, const char *class, const char *name)
{
    if (n == MAX_BENCHMARKS) {
        fprintf(stderr, "bench: more than %d benchmarks\n", MAX_BENCHMARKS);
        exit(2);
    }
    struct benchmark *b = &all[n];
    memset(b, 0, sizeof *b);
    snprintf(b->class, sizeof b->class, "%s", class);
    snprintf(b->name, sizeof b->name, "%s", name);
    for (int e = 0; e < ENGINES; e++)
        b->seconds[e] = -1;
    return chosen(b) ? n + 1 : n;
}

static int add_start(struct benchmark *all, int n, const char *name, const char *a, const char *b,
                     const char *c)
{
    const int after = add(all, n, "start", name);
    if (after > n) {
        all[n].kind = START_UP;
        all[n].argument[0] = a;
        all[n].argument[1] = b;
        all[n].argument[2] = c;
    }
    return after;
}

// Those of a sysroot, where there is one.
static int add_dynamic(struct benchmark *all, int n, const char *class, const char *engine_option)
{
    static const struct {
        const char *name, *program, *argument[3];
    } dynamic[] = {{"bash", "/usr/bin/bash", {"-c", "true"}},
                   {"perl", "/usr/bin/perl", {"-e", "1"}},
                   {"git", "/usr/bin/git", {"--version"}},
                   {"python_s", "/usr/bin/python3", {"-S", "-c", "pass"}},
                   {"python", "/usr/bin/python3", {"-c", "pass"}}};
    for (size_t k = 0; options.sysroot && k < sizeof dynamic / sizeof *dynamic; k++) {
        const int after = add(all, n, class, dynamic[k].name);
        if (after == n) continue;
        all[n].kind = START_UP;
        all[n].program = dynamic[k].program;
        all[n].engine_option = engine_option;
        memcpy(all[n].argument, dynamic[k].argument, sizeof all[n].argument);
        n = after;
    }
    return n;
}

int read_benchmarks(const char *table, struct benchmark *b)
{
    FILE *f = fopen(table, "r");
    if (!f) {
        perror(table);
        exit(2);
    }
    char line[512], class[24] = "";
    int n = 0;
    n = add_start(b, n, "hello_assembly", NULL, NULL, NULL);
    n = add_start(b, n, "hello_c", NULL, NULL, NULL);
    n = add_start(b, n, "busybox_true", "true", NULL, NULL);
    n = add_start(b, n, "busybox_sh", "sh", "-c", "i=0; while [ $i -lt 10 ]; do i=$((i+1)); done; echo $i");
    n = add_dynamic(b, n, "dynamic", NULL);
    static char cache[512];
    snprintf(cache, sizeof cache, "--cache=%s/images", options.dir);
    n = add_dynamic(b, n, "again", cache);
    while (fgets(line, sizeof line, f)) {
        char first[40], second[40];
        if (line[0] == '#' || sscanf(line, "%39s %39s", first, second) != 2) continue;
        if (!strcmp(first, "class"))
            snprintf(class, sizeof class, "%.23s", second);
        else
            n = add(b, n, class, first);
    }
    fclose(f);
    return n;
}
