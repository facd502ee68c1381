#include "user/script.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool script_parse(char *line, bool whole, char **name, char **arg)
{
    char *end = strchr(line, '\n');
    whole |= end != NULL;
    if (!end) end = line + strlen(line);
    while (end > line && is_blank(end[-1]))
        end--;
    *end = 0;
    *name = line + strspn(line, " \t");
    *arg = *name + strcspn(*name, " \t");
    // A name that the header cuts off is none.
    if (!**name || (!whole && !**arg)) return false;
    if (**arg) *(*arg)++ = 0;
    *arg += strspn(*arg, " \t");
    return true;
}
