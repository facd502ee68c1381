#include "host/share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

// Every file that the guest's kernel remembers is a descriptor here.
static void want_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit); // if not, the guest sees EMFILE earlier
}

static bool option(struct share *s, const char *o)
{
    if (!strcmp(o, "ro")) {
        s->read_only = true;
        return true;
    }
    const size_t len = strncmp(o, "tag=", 4) ? 0 : strlen(o + 4);
    if (!len || len > SHARE_TAG_MAX) {
        warn("share: '%s' is neither ro nor tag=NAME with a name of at most %d bytes", o, SHARE_TAG_MAX);
        return false;
    }
    strcpy(s->tag, o + 4);
    return true;
}

bool share_open(struct share *s, const char *spec)
{
    *s = (struct share){.fd = -1, .tag = "share"};
    char *copy = strdup(spec), *rest = copy;
    if (!copy) return false;
    const char *dir = strsep(&rest, ",");
    bool ok = true;
    while (ok && rest)
        ok = option(s, strsep(&rest, ","));
    if (ok) {
        s->fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (s->fd < 0) warn("cannot share folder '%s': %s", dir, strerror(errno));
    }
    free(copy);
    if (s->fd < 0) return false;
    want_descriptors();
    return true;
}

void share_close(struct share *s)
{
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
}
