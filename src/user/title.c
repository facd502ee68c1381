// What ps shows of a process the kernel reads from where it put its arguments: there are the program's
// instead of stinkarm's, from now on.
#include <string.h>

#include "base/pages.h"
#include "user/layout.h"

// What is still wanted of stinkarm's own arguments gets a place of its own: options for programs that this
// one executes, and its path.
static bool save(struct process *p, bool path)
{
    char *const *options = p->opt.self_args;
    const size_t length = path ? strlen(p->path) + 1 : 0;
    size_t n = 0, size = length + sizeof *options;
    for (; options && options[n]; n++)
        size += sizeof *options + strlen(options[n]) + 1;
    if (!n && !path) return true;
    char **own = pages_new(size);
    if (!own) return false;
    char *to = (char *)(own + n + 1);
    for (size_t i = 0; i < n; i++) {
        own[i] = to;
        to = stpcpy(to, options[i]) + 1;
    }
    if (options) p->opt.self_args = own;
    if (path) p->path = memcpy(to, p->path, length);
    return true;
}

void title_show(struct process *p, const struct title *t)
{
    const size_t size = p->arg_end - p->arg_start, room = (size_t)(t->end - t->start);
    const char *args = (const char *)p->as.window + p->arg_start;
    const bool inside = p->path >= t->start && p->path < t->end;
    const bool first = strcmp(args, p->path) == 0; // it is its own name
    if (size > room || !save(p, inside && !first)) return;
    memcpy(t->start, args, size);
    memset(t->start + size, 0, room - size);
    if (inside && first) p->path = t->start;
}
