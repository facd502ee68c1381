// The requests of 9P2000.L that concern files. Each reads its arguments from in, writes its reply to out, and
// returns 0 or an errno, which is Linux's on both sides. Message formats are above each one's function.
#ifndef STINKARM_DEV_P9_OPS_H
#define STINKARM_DEV_P9_OPS_H

#include "dev/p9.h"
#include "dev/p9_message.h"

typedef int p9_op(struct p9 *p, struct p9_in *in, struct p9_out *out);

p9_op p9_statfs, p9_lopen, p9_lcreate, p9_symlink, p9_rename, p9_readlink, p9_getattr, p9_setattr, p9_readdir,
    p9_fsync, p9_lock, p9_getlock, p9_link, p9_mkdir, p9_renameat, p9_unlinkat, p9_read, p9_write, p9_remove,
    p9_refuse;

enum { P9_QT_DIR = 0x80, P9_QT_SYMLINK = 0x02 };
enum { P9_MODE_BITS = 0777 }; // of files: never set-user-ID, since they belong to the host's user

// A name for a new or a given entry of a folder: one component, and not "." or "..".
bool p9_name_ok(const char *name);
// A way to a descriptor's file that needs no name in a folder.
void p9_proc_path(char path[static 32], int fd);
void p9_put_qid(const struct p9 *p, struct p9_out *out, const struct p9_node *n);

#endif
