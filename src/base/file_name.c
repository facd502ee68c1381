#include "base/file_name.h"

#include <stdio.h>
#include <unistd.h>

void file_name_expand(char *to, size_t size, const char *pattern)
{
    size_t n = 0;
    for (; *pattern && n + 1 < size; pattern++) {
        if (pattern[0] == '%' && pattern[1] == 'p') {
            n += (size_t)snprintf(to + n, size - n, "%d", getpid());
            pattern++;
        } else {
            if (pattern[0] == '%' && pattern[1] == '%') pattern++;
            to[n++] = *pattern;
        }
    }
    to[n < size ? n : size - 1] = 0;
}

bool file_name_has_pid(const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern != '%') continue;
        if (*++pattern == 'p') return true;
        if (!*pattern) break;
    }
    return false;
}
