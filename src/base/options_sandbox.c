#include "base/options_sandbox.h"

#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include "base/option.h"

enum { LEAST_MEMORY = 1 << 20 };

// Beside struct options, which every start sets to zero.
static struct sandbox_options given = {.fd = -1, .program = -1};

static bool grant(const char *name, const char *path, bool write)
{
    if (given.n == OPTIONS_GRANTS) {
        warn("--%s: there are more than %d grants", name, OPTIONS_GRANTS);
        return false;
    }
    given.grant[given.n].path = path;
    given.grant[given.n++].write = write;
    return true;
}

static bool memory(const char *name, const char *arg)
{
    if (option_size(arg, 0, &given.memory) && given.memory >= LEAST_MEMORY && given.memory <= 4ull << 30)
        return true;
    warn("--%s: '%s' is not a size from 1M to 4G; see %s", name, arg, option_help_command);
    return false;
}

static bool number(const char *name, const char *arg, uint32_t least, uint32_t most, uint32_t *to)
{
    uint64_t n;
    if (option_number(arg, &n) && n >= least && n <= most) {
        *to = (uint32_t)n;
        return true;
    }
    warn("--%s: '%s' is not a number from %u to %u; see %s", name, arg, least, most, option_help_command);
    return false;
}

static bool descriptor(const char *name, const char *arg, int *to)
{
    uint32_t n = 0;
    if (!number(name, arg, 3, INT32_MAX, &n)) return false;
    *to = (int)n;
    return true;
}

static bool apply(const char *name, const char *arg)
{
    if (!strcmp(name, "allow-read")) return grant(name, arg, false);
    if (!strcmp(name, "allow-write")) return grant(name, arg, true);
    if (!strcmp(name, "allow-exec")) return given.exec = true;
    if (!strcmp(name, "allow-net")) return given.net = true;
    if (!strcmp(name, "memory-limit")) return memory(name, arg);
    if (!strcmp(name, "time-limit")) return number(name, arg, 1, 1u << 30, &given.time);
    if (!strcmp(name, "max-processes")) return number(name, arg, 1, OPTIONS_PROCESSES, &given.processes);
    if (!strcmp(name, "sandbox-fd")) return descriptor(name, arg, &given.fd);
    return descriptor(name, arg, &given.program); // program-fd
}

const struct sandbox_options *options_sandbox(const char *name, const char *arg)
{
    given.first = name;
    return apply(name, arg) ? &given : NULL;
}
