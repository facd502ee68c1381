#include "base/option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

const char *option_help_command = "stinkarm --help";

bool option_choice(const char *option, const char *arg, const char *const *names, int *value)
{
    char list[128] = "";
    for (int i = 0; names[i]; i++) {
        if (strcmp(arg, names[i]) == 0) {
            *value = i;
            return true;
        }
        if (i) strcat(list, names[i + 1] ? ", " : " or ");
        strcat(list, names[i]);
    }
    warn("--%s: '%s' is not %s; see %s", option, arg, list, option_help_command);
    return false;
}

bool option_log(const char *list)
{
    char why[LOG_WHY];
    if (log_enable(list, why)) return true;
    warn("--log: %s; see %s", why, option_help_command);
    return false;
}

bool option_size(const char *arg, unsigned plain, uint64_t *bytes)
{
    static const char suffixes[] = "KMG";
    const char *p = arg;
    uint64_t n = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        n = n >> 58 ? n : n * 10 + (uint64_t)(*p - '0'); // too much stays too much
    if (p == arg) return false;
    unsigned shift = plain;
    if (*p) {
        const char *s = strchr(suffixes, *p >= 'a' ? *p - 'a' + 'A' : *p);
        if (!s) return false;
        shift = 10 * (unsigned)(s - suffixes + 1);
        p++;
        if (*p && strcmp(p, "B") && strcmp(p, "iB")) return false;
    }
    *bytes = n >> (63 - shift) ? UINT64_MAX : n << shift;
    return true;
}

bool option_number(const char *arg, uint64_t *value)
{
    char *end;
    if (*arg < '0' || *arg > '9') return false; // strtoull takes signs and blanks
    errno = 0;
    *value = strtoull(arg, &end, 0);
    return !errno && !*end;
}
