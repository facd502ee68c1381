#include "docs.h"

#include <string.h>

bool write_between(const char *path, const char *begin, const char *end,
                   void (*print)(FILE *f, const void *ctx), const void *ctx)
{
    static char text[1 << 20];
    FILE *f = fopen(path, "r");
    const size_t size = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f) fclose(f);
    text[size] = 0;
    char *from = strstr(text, begin), *to = strstr(text, end);
    if (!from || !to || to < from || !(f = fopen(path, "w"))) {
        fprintf(stderr, "%s: no place between '%.*s' and its end, or not writable\n", path,
                (int)strcspn(begin, "\n"), begin);
        return false;
    }
    fwrite(text, 1, (size_t)(from - text) + strlen(begin), f);
    print(f, ctx);
    fputs(to, f);
    return fclose(f) == 0;
}
