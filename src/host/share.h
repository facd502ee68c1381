// A folder of the host that a guest may see.
#ifndef STINKARM_HOST_SHARE_H
#define STINKARM_HOST_SHARE_H

#include <stdbool.h>

enum { SHARE_TAG_MAX = 32 };

struct share {
    int fd; // the folder
    char tag[SHARE_TAG_MAX + 1];
    bool read_only;
};

// spec: DIR[,tag=NAME][,ro]. False with a message on stderr.
bool share_open(struct share *s, const char *spec);
void share_close(struct share *s);

#endif
