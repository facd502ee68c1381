// Resource limits on the guest's memory: the host kernel's would limit the emulator, so they are kept here,
// and looked at where memory is handed out.
#ifndef STINKARM_USER_LIMIT_H
#define STINKARM_USER_LIMIT_H

#include "user/process.h"

struct limits {
    uint64_t cur, max;
};

// Whether a limit is one of those.
bool limit_is_kept(int resource);

// A limit of the calling process: 0 or a negative errno.
int64_t limit_get(struct process *p, int resource, struct limits *l);
int64_t limit_set(struct process *p, int resource, const struct limits *l);

// Whether len more bytes may be mapped: RLIMIT_AS; data: private ones that can be written to, RLIMIT_DATA.
// [at, at + len) is replaced, if replaces: what is there does not count.
bool limit_allows(struct process *p, uint32_t at, uint64_t len, bool data, bool replaces);

// Whether len bytes that are mapped may become such.
bool limit_allows_data(struct process *p, uint64_t len);

// The heap may grow up to here (check_data_rlimit).
bool limit_allows_brk(struct process *p, uint64_t to);

#endif
