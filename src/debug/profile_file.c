// The file that a profile is written to.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file_name.h"
#include "base/log.h"
#include "debug/profile_session.h"

static const char callgrind_prefix[] = "callgrind:", callgrind_name[] = "callgrind.out";

// The name becomes absolute, since the guest may change the working directory.
static bool set_name(struct profile *p, const char *file)
{
    char cwd[PROFILE_PATH];
    const bool relative = *file != '/';
    if (relative && !getcwd(cwd, sizeof cwd)) return false;
    const int before =
        snprintf(p->option, PROFILE_PATH, "--profile=+%s", p->callgrind ? callgrind_prefix : "");
    const int n = snprintf(p->option + before, PROFILE_PATH - (size_t)before, "%s%s%s", relative ? cwd : "",
                           relative ? "/" : "", file);
    p->pattern = p->option + before;
    errno = ENAMETOOLONG;
    return before + n < PROFILE_PATH;
}

bool profile_file_set(struct profile *p, const char *file)
{
    p->append = *file == '+';
    file += p->append;
    const size_t prefix = sizeof callgrind_prefix - 1;
    p->callgrind = strncmp(file, callgrind_prefix, prefix) == 0;
    if (p->callgrind) file += prefix;
    const char *slash = strrchr(file, '/');
    p->callgrind |= strncmp(slash ? slash + 1 : file, callgrind_name, sizeof callgrind_name - 1) == 0;
    if (set_name(p, file)) return profile_file_begin(p);
    warn("--profile: %s: %s", file, strerror(errno));
    return false;
}

bool profile_file_begin(const struct profile *p)
{
    char path[PROFILE_PATH];
    file_name_expand(path, sizeof path, p->pattern);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (p->append ? 0 : O_TRUNC), 0666);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    warn("--profile: %s: %s", path, strerror(errno));
    return false;
}

void profile_file_write(struct profile *p)
{
    char path[PROFILE_PATH];
    file_name_expand(path, sizeof path, p->pattern);
    p->data.symbols = p->target.symbols;
    const char *exe = p->target.exe ? p->target.exe(p->target.ctx) : NULL,
               *slash = exe ? strrchr(exe, '/') : NULL;
    p->data.program = slash ? slash + 1 : exe ? exe : "";
    const bool ok = p->callgrind ? profile_write_callgrind(&p->data, path, O_CREAT | O_TRUNC)
                                 : profile_write_folded(&p->data, path, O_CREAT | O_APPEND);
    if (!ok) warn("--profile: %s: %s", path, strerror(errno));
    profile_tree_clear(&p->data.tree);
}
