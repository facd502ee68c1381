// The bytes of 9P messages: little-endian numbers and counted strings. Reading past the end makes a message
// bad, writing past it makes a reply too long; both are asked for once, at the end.
#ifndef STINKARM_DEV_P9_MESSAGE_H
#define STINKARM_DEV_P9_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { P9_HEADER = 7, P9_QID = 13 }; // size[4] type[1] tag[2]; type[1] version[4] path[8]

enum p9_type { // of requests; the reply's is one more
    P9_LERROR = 6,
    P9_STATFS = 8,
    P9_LOPEN = 12,
    P9_LCREATE = 14,
    P9_SYMLINK = 16,
    P9_MKNOD = 18,
    P9_RENAME = 20,
    P9_READLINK = 22,
    P9_GETATTR = 24,
    P9_SETATTR = 26,
    P9_XATTRWALK = 30,
    P9_XATTRCREATE = 32,
    P9_READDIR = 40,
    P9_FSYNC = 50,
    P9_LOCK = 52,
    P9_GETLOCK = 54,
    P9_LINK = 70,
    P9_MKDIR = 72,
    P9_RENAMEAT = 74,
    P9_UNLINKAT = 76,
    P9_VERSION = 100,
    P9_AUTH = 102,
    P9_ATTACH = 104,
    P9_FLUSH = 108,
    P9_WALK = 110,
    P9_READ = 116,
    P9_WRITE = 118,
    P9_CLUNK = 120,
    P9_REMOVE = 122,
};

struct p9_in {
    const uint8_t *p;
    size_t left;
    bool bad;
};

struct p9_out {
    uint8_t *p;
    size_t len, cap;
    bool full;
};

static inline uint64_t p9_get(struct p9_in *in, unsigned bytes)
{
    uint64_t v = 0;
    if (in->left < bytes) {
        in->bad = true;
        return 0;
    }
    memcpy(&v, in->p, bytes);
    in->p += bytes;
    in->left -= bytes;
    return v;
}

static inline uint32_t p9_get32(struct p9_in *in)
{
    return (uint32_t)p9_get(in, 4);
}

// A string of less than cap bytes, without NUL inside; else the message is bad, and s empty.
static inline void p9_get_string(struct p9_in *in, char *s, size_t cap)
{
    const size_t n = (size_t)p9_get(in, 2);
    s[0] = 0;
    if (n >= cap || n > in->left || memchr(in->p, 0, n)) {
        in->bad = true;
        return;
    }
    memcpy(s, in->p, n);
    s[n] = 0;
    in->p += n;
    in->left -= n;
}

static inline void p9_put_bytes(struct p9_out *o, const void *from, size_t n)
{
    if (o->full || n > o->cap - o->len) {
        o->full = true;
        return;
    }
    memcpy(o->p + o->len, from, n);
    o->len += n;
}

static inline void p9_put(struct p9_out *o, unsigned bytes, uint64_t v)
{
    p9_put_bytes(o, &v, bytes);
}

static inline void p9_put_string(struct p9_out *o, const char *s, size_t n)
{
    p9_put(o, 2, n);
    p9_put_bytes(o, s, n);
}

#endif
