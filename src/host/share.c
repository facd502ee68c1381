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

// Options are taken from the end on, so that a folder's name may hold commas.
static bool parse(struct share *s, char *dir)
{
    for (char *comma; (comma = strrchr(dir, ',')); *comma = 0) {
        if (!strcmp(comma, ",ro")) {
            s->read_only = true;
        } else if (!strncmp(comma, ",tag=", 5)) {
            const size_t len = strlen(comma + 5);
            if (!len || len > SHARE_TAG_MAX) {
                warn("share: tag '%s' has not 1 to %d bytes", comma + 5, SHARE_TAG_MAX);
                return false;
            }
            strcpy(s->tag, comma + 5);
        } else {
            break;
        }
    }
    return true;
}

bool share_open(struct share *s, const char *spec)
{
    *s = (struct share){.fd = -1, .tag = "share"};
    char *dir = strdup(spec);
    if (!dir) return false;
    if (parse(s, dir)) {
        s->fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (s->fd < 0) warn("cannot share folder '%s': %s", dir, strerror(errno));
    }
    free(dir);
    if (s->fd < 0) return false;
    want_descriptors();
    return true;
}

void share_close(struct share *s)
{
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
}
