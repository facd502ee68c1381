// What the formats of a profile share: functions' names, and output.
#ifndef STINKARM_DEBUG_PROFILE_REPORT_H
#define STINKARM_DEBUG_PROFILE_REPORT_H

#include <stddef.h>

#include "debug/profile.h"

// Different names, numbered from 0. Threads and labels have them as functions do.
struct profile_function {
    uint32_t name, file; // where their texts begin
    uint32_t addr;       // where it begins, of one of those with the name; 0: not known
    uint32_t same;       // 1 + the next with the same hash, or 0
};

struct profile_functions {
    struct profile_function *f;
    uint32_t n, room;
    uint32_t *hash;
    char *text;
    size_t used, size;
    uint32_t *of, nodes; // each node's
};

static inline const char *profile_name(const struct profile_functions *f, uint32_t k)
{
    return f->text + f->f[k].name;
}

static inline const char *profile_file(const struct profile_functions *f, uint32_t k)
{
    return f->text + f->f[k].file;
}

// False: out of memory; errno says so.
bool profile_functions_find(struct profile_functions *f, const struct profile_data *data);
void profile_functions_free(struct profile_functions *f);

// Text for a file, which is written in whole lines.
struct profile_out {
    int fd;
    bool failed;
    size_t n, whole; // bytes that wait, and those up to the last line's end
    char buf[1 << 16];
};
// NULL: errno says why not.
struct profile_out *profile_out_open(const char *path, int flags);
__attribute__((format(printf, 2, 3))) void profile_put(struct profile_out *o, const char *format, ...);
bool profile_out_close(struct profile_out *o);

#endif
