// A server of 9P2000.L, the file protocol of the virtio 9p device: messages in, messages out. It knows no
// transport.
//
// A file of the guest is an O_PATH descriptor, reached by opening one name after the other without following
// a symbolic link, with ".." being remembered and not looked up: no name leads out of the folder.
// Files are made as the user that stinkarm runs as; owners change only if the host lets them, and never
// become set-user-ID. /proc is needed on the host.
#ifndef STINKARM_DEV_P9_H
#define STINKARM_DEV_P9_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/share.h"

enum { P9_MAX_MESSAGE = 512 << 10, P9_MAX_FIDS = 1 << 16, P9_BUCKETS = 256 };

// A file or folder that fids stand for.
struct p9_node {
    int fd; // O_PATH
    unsigned refs;
    struct p9_node *parent; // NULL: the shared folder
    char name[];            // in parent, when it was found
};

struct p9_fid {
    uint32_t id;
    struct p9_node *node;
    int io; // opened, else -1
    DIR *dir;
    struct p9_fid *next;
};

struct p9 {
    const struct share *share;
    uint64_t device; // file system of the shared folder
    uint32_t msize;
    unsigned nfids;
    struct p9_fid *bucket[P9_BUCKETS];
};

void p9_init(struct p9 *p, const struct share *share);
void p9_reset(struct p9 *p); // forgets all fids
// Serves one message of n bytes. Returns the length of the reply, at most cap bytes; 0: it cannot even be
// answered with an error.
size_t p9_serve(struct p9 *p, const uint8_t *request, size_t n, uint8_t *reply, size_t cap);

// Between the server's files. Functions that fail return an errno.

struct p9_fid *p9_fid(struct p9 *p, uint32_t id);
int p9_fid_new(struct p9 *p, uint32_t id, struct p9_node *node, struct p9_fid **fid); // takes the reference
void p9_fid_drop(struct p9 *p, struct p9_fid *f);

int p9_node_find(const struct p9 *p, struct p9_node *dir, const char *name, struct p9_node **found);
struct p9_node *p9_node_ref(struct p9_node *n);
void p9_node_unref(struct p9_node *n);
// Replaces what a fid stands for, taking the reference.
void p9_fid_move(struct p9_fid *f, struct p9_node *n);

#endif
