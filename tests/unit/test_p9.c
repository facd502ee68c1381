// The 9P server: every request, refusals, and that no name leads out of the folder.
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dev/p9.h"
#include "dev/p9_message.h"

static struct p9 p;
static struct share share;
static char top[] = "/tmp/stinkarm-p9-XXXXXX", folder[64];
static uint8_t request[P9_MAX_MESSAGE], reply[P9_MAX_MESSAGE];
static size_t length;
static struct p9_in answer;

static void put(const void *from, size_t n)
{
    memcpy(request + length, from, n);
    length += n;
}

static void begin(uint8_t type)
{
    length = 4;
    put(&type, 1);
    put("\x34\x12", 2);
}

static void n(unsigned bytes, uint64_t v)
{
    put(&v, bytes);
}

static void s(const char *string)
{
    n(2, strlen(string));
    put(string, strlen(string));
}

// Sends what was begun; the errno of the answer, which is left to be read.
static int call_with(size_t cap)
{
    const uint32_t size = (uint32_t)length;
    const uint8_t type = request[4];
    memcpy(request, &size, 4);
    const size_t got = p9_serve(&p, request, length, reply, cap);
    cr_assert_geq(got, 7u);
    answer = (struct p9_in){reply, got, false};
    cr_assert_eq(p9_get32(&answer), got);
    const uint8_t back = (uint8_t)p9_get(&answer, 1);
    cr_assert_eq(p9_get(&answer, 2), 0x1234u, "tag");
    if (back == P9_LERROR + 1) return (int)p9_get32(&answer);
    cr_assert_eq(back, type + 1, "type");
    return 0;
}

static int call(void)
{
    return call_with(sizeof reply);
}

#define expect_call(want) cr_expect_eq(call(), want)

static int walk(uint32_t fid, uint32_t new, unsigned count, const char *const *names)
{
    begin(P9_WALK);
    n(4, fid), n(4, new), n(2, count);
    for (unsigned i = 0; i < count; i++)
        s(names[i]);
    return call();
}

static int walk1(uint32_t fid, uint32_t new, const char *name)
{
    return walk(fid, new, 1, &name);
}

static int with_fid(uint8_t type, uint32_t fid)
{
    begin(type);
    n(4, fid);
    return call();
}

static int lopen(uint32_t fid, uint32_t flags)
{
    begin(P9_LOPEN);
    n(4, fid), n(4, flags);
    return call();
}

static int lcreate(uint32_t dir, uint32_t fid, const char *name, uint32_t flags, uint32_t mode)
{
    if (walk(dir, fid, 0, NULL)) return -1;
    begin(P9_LCREATE);
    n(4, fid), s(name), n(4, flags), n(4, mode), n(4, 0);
    return call();
}

static void in_folder(char *path, const char *name)
{
    sprintf(path, "%s/%s", folder, name);
}

static bool exists(const char *name)
{
    char path[512];
    struct stat st;
    in_folder(path, name);
    return !lstat(path, &st);
}

static void make_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    cr_assert(f);
    fputs(text, f);
    fclose(f);
}

// top/secret lies beside top/folder, which is shared, with the root as fid 1.
static void start_with(const char *options)
{
    char path[512], spec[128];
    cr_assert(mkdtemp(top));
    sprintf(folder, "%s/fol,der", top);
    cr_assert_eq(mkdir(folder, 0755), 0);
    sprintf(path, "%s/secret", top);
    make_file(path, "secret");
    in_folder(path, "file");
    make_file(path, "hello");
    in_folder(path, "sub");
    cr_assert_eq(mkdir(path, 0755), 0);
    in_folder(path, "link");
    cr_assert_eq(symlink("../secret", path), 0);
    in_folder(path, "up");
    cr_assert_eq(symlink("..", path), 0);
    in_folder(path, "fifo");
    cr_assert_eq(mkfifo(path, 0600), 0);
    sprintf(spec, "%s%s", folder, options);
    cr_assert(share_open(&share, spec));
    p9_init(&p, &share);
    begin(P9_VERSION);
    n(4, 65536), s("9P2000.L");
    expect_call(0);
    cr_expect_eq(p9_get32(&answer), 65536u);
    begin(P9_ATTACH);
    n(4, 1), n(4, ~0u), s("root"), s(""), n(4, 0);
    expect_call(0);
    cr_expect_eq(p9_get(&answer, 1), 0x80u);
}

static void start(void)
{
    start_with("");
}

static int delete_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static void end(void)
{
    p9_reset(&p);
    cr_expect_eq(p.nfids, 0u);
    share_close(&share);
    nftw(top, delete_one, 10, FTW_DEPTH | FTW_PHYS);
}

TestSuite(p9, .init = start, .fini = end);
TestSuite(p9_read_only, .fini = end);

Test(p9, tag_and_options)
{
    cr_expect_str_eq(share.tag, "share");
    cr_expect_not(share.read_only);
}

Test(p9, read_and_write)
{
    cr_expect_eq(walk1(1, 2, "file"), 0);
    cr_expect_eq(p9_get(&answer, 2), 1u);
    begin(P9_READ);
    n(4, 2), n(8, 0), n(4, 10);
    expect_call(EBADF); // not opened
    cr_expect_eq(lopen(2, 2), 0);
    cr_expect_eq(lopen(2, 2), EBADF);
    begin(P9_READ);
    n(4, 2), n(8, 1), n(4, 100);
    expect_call(0);
    cr_expect_eq(p9_get32(&answer), 4u);
    cr_expect_eq(memcmp(answer.p, "ello", 4), 0);
    begin(P9_WRITE);
    n(4, 2), n(8, 5), n(4, 3), put("!!!", 3);
    expect_call(0);
    cr_expect_eq(p9_get32(&answer), 3u);
    begin(P9_WRITE);
    n(4, 2), n(8, 5), n(4, 4), put("!!!", 3); // more than there is
    expect_call(EINVAL);
    begin(P9_READ);
    n(4, 2), n(8, 0), n(4, 0xffffffff);
    cr_expect_eq(call_with(20), 0); // no more than fits
    cr_expect_eq(p9_get32(&answer), 8u);
    begin(P9_READ);
    n(4, 2), n(8, UINT64_MAX), n(4, 1);
    expect_call(EINVAL);
    begin(P9_FSYNC);
    n(4, 2), n(4, 0);
    expect_call(0);
    cr_expect_eq(with_fid(P9_CLUNK, 2), 0);
    cr_expect_eq(with_fid(P9_CLUNK, 2), EBADF);
}

Test(p9, create)
{
    char path[512];
    struct stat st;
    umask(0);
    cr_expect_eq(lcreate(1, 2, "new", 0101 | 0200, 06755), 0);
    in_folder(path, "new");
    cr_expect_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 07777, 0755u, "never set-user-ID");
    begin(P9_WRITE);
    n(4, 2), n(8, 0), n(4, 1), put("x", 1);
    expect_call(0);
    cr_expect_eq(lcreate(1, 3, "new", 0101 | 0200, 0644), EEXIST);
    cr_expect_eq(lcreate(1, 4, "fifo", 0101, 0644), EEXIST);
    cr_expect_eq(lcreate(1, 5, "link", 0101, 0644), EEXIST); // would be the secret
    cr_expect_eq(lcreate(1, 6, "../escaped", 0101, 0644), EINVAL);
    cr_expect_eq(lcreate(1, 7, "..", 0101, 0644), EINVAL);
    cr_expect_eq(lcreate(1, 8, "", 0101, 0644), EINVAL);
}

Test(p9, no_way_out)
{
    static const char *const out[] = {"sub", "..", "..", "..", "secret"};
    cr_expect_eq(walk(1, 2, 5, out), 0); // as far as it goes: the root is its own parent
    cr_expect_eq(p9_get(&answer, 2), 4u);
    cr_expect_eq(with_fid(P9_CLUNK, 2), EBADF, "not made");
    cr_expect_eq(walk1(1, 2, "../secret"), ENOENT);
    cr_expect_eq(walk1(1, 2, "/etc/passwd"), ENOENT);
    cr_expect_eq(walk1(1, 2, "sub/.."), ENOENT);
    cr_expect_eq(walk1(1, 2, ""), ENOENT);
    begin(P9_WALK); // a NUL inside
    n(4, 1), n(4, 2), n(2, 1), n(2, 5), put("..\0xx", 5);
    expect_call(EINVAL);
    static const char *const through[] = {"up", "secret"};
    cr_expect_eq(walk(1, 2, 2, through), 0);
    cr_expect_eq(p9_get(&answer, 2), 1u, "the link, but not through it");
    cr_expect_eq(walk1(1, 3, "link"), 0);
    cr_expect_eq(lopen(3, 0), ELOOP);
    begin(P9_SETATTR); // neither truncate nor chmod what it leads to
    n(4, 3), n(4, 8), n(4, 0), n(4, 0), n(4, 0), n(8, 0), n(8, 0), n(8, 0), n(8, 0), n(8, 0);
    expect_call(EOPNOTSUPP);
    cr_expect_eq(walk1(1, 4, "fifo"), 0);
    cr_expect_eq(lopen(4, 0), EACCES);
    begin(P9_READLINK);
    n(4, 3);
    expect_call(0);
    char target[32];
    p9_get_string(&answer, target, sizeof target);
    cr_expect_str_eq(target, "../secret");
    cr_expect_eq(walk1(1, 5, "file"), 0);
    cr_expect_eq(with_fid(P9_READLINK, 5), EINVAL);
}

// A folder that the host moves out of the share keeps its remembered parents.
Test(p9, moved_away)
{
    char from[512], to[512];
    cr_expect_eq(walk1(1, 2, "sub"), 0);
    in_folder(from, "sub");
    sprintf(to, "%s/moved", top);
    cr_assert_eq(rename(from, to), 0);
    static const char *const up[] = {"..", "secret"};
    cr_expect_eq(walk(2, 3, 2, up), 0);
    cr_expect_eq(p9_get(&answer, 2), 1u, "the share, which has no secret");
}

Test(p9, names)
{
    begin(P9_MKDIR);
    n(4, 1), s("d"), n(4, 0755), n(4, 0);
    expect_call(0);
    cr_expect_eq(p9_get(&answer, 1), 0x80u);
    begin(P9_MKDIR);
    n(4, 1), s("../d"), n(4, 0755), n(4, 0);
    expect_call(EINVAL);
    begin(P9_SYMLINK);
    n(4, 1), s("l"), s("any/where"), n(4, 0);
    expect_call(0);
    cr_expect_eq(p9_get(&answer, 1), 2u);
    cr_expect_eq(walk1(1, 2, "file"), 0);
    begin(P9_LINK);
    n(4, 1), n(4, 2), s("hard");
    expect_call(0);
    cr_expect(exists("hard"));
    cr_expect_eq(walk1(1, 3, "d"), 0);
    begin(P9_RENAMEAT);
    n(4, 1), s("hard"), n(4, 3), s("moved");
    expect_call(0);
    cr_expect(exists("d/moved"));
    begin(P9_RENAMEAT);
    n(4, 1), s("file"), n(4, 1), s("..");
    expect_call(EINVAL);
    begin(P9_RENAME);
    n(4, 2), n(4, 3), s("again");
    expect_call(0); // two names of one file: nothing to do for rename(2), or done
    begin(P9_UNLINKAT);
    n(4, 1), s("d"), n(4, 0);
    expect_call(EISDIR);
    begin(P9_UNLINKAT);
    n(4, 1), s("d"), n(4, 0x200);
    expect_call(ENOTEMPTY);
    begin(P9_UNLINKAT);
    n(4, 1), s("sub"), n(4, 0x200);
    expect_call(0);
    cr_expect_not(exists("sub"));
    begin(P9_MKNOD);
    n(4, 1), s("null"), n(4, S_IFCHR | 0666), n(4, 1), n(4, 3), n(4, 0);
    expect_call(EOPNOTSUPP);
}

Test(p9, remove)
{
    char path[512];
    cr_expect_eq(walk1(1, 2, "file"), 0);
    cr_expect_eq(walk1(1, 3, "file"), 0);
    cr_expect_eq(with_fid(P9_REMOVE, 2), 0);
    cr_expect_not(exists("file"));
    cr_expect_eq(with_fid(P9_CLUNK, 2), EBADF);
    in_folder(path, "file");
    make_file(path, "another of this name");
    cr_expect_eq(with_fid(P9_REMOVE, 3), ENOENT);
    cr_expect(exists("file"));
    cr_expect_eq(with_fid(P9_REMOVE, 1), EBUSY);
}

Test(p9, attributes)
{
    cr_expect_eq(walk1(1, 2, "file"), 0);
    begin(P9_SETATTR);
    n(4, 2), n(4, 1 | 8 | 0x20 | 0x100), n(4, 04640), n(4, 0), n(4, 0), n(8, 3), n(8, 0), n(8, 0), n(8, 1000),
        n(8, 5);
    expect_call(0);
    begin(P9_GETATTR);
    n(4, 2), n(8, 0x3fff);
    expect_call(0);
    cr_expect_eq(p9_get(&answer, 8), 0x7ffu);
    p9_get(&answer, 8), p9_get(&answer, 5);
    cr_expect_eq(p9_get32(&answer), (unsigned)(S_IFREG | 0640));
    p9_get(&answer, 8);
    cr_expect_eq(p9_get(&answer, 8), 1u, "links");
    p9_get(&answer, 8);
    cr_expect_eq(p9_get(&answer, 8), 3u, "size");
    for (unsigned i = 0; i < 4; i++)
        p9_get(&answer, 8);
    cr_expect_eq(p9_get(&answer, 8), 1000u, "modified");
    cr_expect_eq(p9_get(&answer, 8), 5u);
    cr_expect_eq(with_fid(P9_STATFS, 2), 0);
    cr_expect_eq(answer.left, 60u);
    begin(P9_SETATTR);
    n(4, 2), n(4, 8), n(4, 0), n(4, 0), n(4, 0), n(8, UINT64_MAX), n(8, 0), n(8, 0), n(8, 0), n(8, 0);
    expect_call(EINVAL);
}

// Lists fid 2, in answers of `count` bytes; the number of names.
static unsigned list(uint32_t count)
{
    unsigned names = 0;
    uint64_t offset = 0;
    for (;;) {
        begin(P9_READDIR);
        n(4, 2), n(8, offset), n(4, count);
        cr_assert_eq(call(), 0);
        const uint32_t got = p9_get32(&answer);
        cr_assert_leq(got, count);
        if (!got) return names;
        while (answer.left) {
            char name[256];
            p9_get(&answer, 5), p9_get(&answer, 8);
            offset = p9_get(&answer, 8);
            p9_get(&answer, 1);
            p9_get_string(&answer, name, sizeof name);
            cr_assert_not(answer.bad);
            names++;
        }
    }
}

Test(p9, list)
{
    cr_expect_eq(walk(1, 2, 0, NULL), 0);
    begin(P9_READDIR);
    n(4, 2), n(8, 0), n(4, 1000);
    expect_call(EBADF);
    cr_expect_eq(lopen(2, 0), 0);
    cr_expect_eq(list(4096), 7u);
    cr_expect_eq(list(60), 7u);
    begin(P9_READDIR);
    n(4, 2), n(8, 0), n(4, 10);
    expect_call(EINVAL);
    begin(P9_READDIR);
    n(4, 2), n(8, 0x123456789abcdef), n(4, 1000);
    call(); // whatever: no crash
    cr_expect_eq(walk1(1, 3, "sub"), 0);
    cr_expect_eq(lopen(3, 1), EISDIR);
}

Test(p9, locks)
{
    cr_expect_eq(walk1(1, 2, "file"), 0);
    begin(P9_LOCK);
    n(4, 2), n(1, 1), n(4, 0), n(8, 0), n(8, 0), n(4, 77), s("guest");
    expect_call(0);
    cr_expect_eq(p9_get(&answer, 1), 0u);
    begin(P9_GETLOCK);
    n(4, 2), n(1, 1), n(8, 5), n(8, 6), n(4, 77), s("guest");
    expect_call(0);
    cr_expect_eq(p9_get(&answer, 1), 2u);
    cr_expect_eq(p9_get(&answer, 8), 5u);
    begin(P9_XATTRWALK);
    n(4, 2), n(4, 9), s("user.x");
    expect_call(EOPNOTSUPP);
    begin(P9_FLUSH);
    n(2, 7);
    expect_call(0);
}

// Every request cut short, every type, and with a lying size: an error, nothing else.
Test(p9, malformed)
{
    uint8_t whole[128];
    begin(P9_RENAMEAT);
    n(4, 1), s("file"), n(4, 1), s("file2");
    memcpy(whole, request, length);
    const size_t size = length;
    for (size_t cut = 7; cut < size; cut++) {
        memcpy(request, whole, cut);
        length = cut;
        cr_expect_eq(call(), EINVAL, "%zu bytes", cut);
    }
    for (unsigned type = 0; type < 256; type++) {
        if (type == P9_VERSION || type == P9_FLUSH) continue;
        begin((uint8_t)type);
        cr_expect_neq(call(), 0, "type %u", type);
    }
    memcpy(request, whole, size);
    memcpy(request, "\xff\xff\xff\xff", 4);
    cr_expect_eq(p9_serve(&p, request, size, reply, sizeof reply), 11u);
    cr_expect_eq(reply[4], P9_LERROR + 1);
    cr_expect_eq(p9_serve(&p, request, 3, reply, sizeof reply), 0u);
    cr_expect_eq(p9_serve(&p, request, size, reply, 10), 0u);
    cr_expect(exists("file"));
}

Test(p9, many_fids)
{
    for (uint32_t i = 0; i < 500; i++)
        cr_assert_eq(walk1(1, 100 + i, "file"), 0);
    cr_expect_eq(walk1(1, 100, "file"), EBADF, "taken");
    cr_expect_eq(walk1(1, 1, "file"), 0); // fid 1 itself moves
    cr_expect_eq(walk1(1, 2, "x"), ENOTDIR);
    begin(P9_VERSION);
    n(4, 8192), s("9P2000.u");
    expect_call(0);
    p9_get32(&answer);
    char version[32];
    p9_get_string(&answer, version, sizeof version);
    cr_expect_str_eq(version, "unknown");
    cr_expect_eq(p.nfids, 0u);
}

Test(p9_read_only, refuses)
{
    start_with(",tag=docs,ro");
    cr_expect_str_eq(share.tag, "docs");
    cr_expect_eq(walk1(1, 2, "file"), 0);
    cr_expect_eq(lopen(2, 1), EROFS);
    cr_expect_eq(lopen(2, 01000), EROFS);
    cr_expect_eq(lopen(2, 0), 0);
    cr_expect_eq(lcreate(1, 3, "new", 0101, 0644), EROFS);
    cr_expect_eq(walk1(1, 4, "file"), 0);
    cr_expect_eq(with_fid(P9_REMOVE, 4), EROFS);
    cr_expect_eq(with_fid(P9_CLUNK, 4), EBADF);
    static const uint8_t changes[] = {P9_SYMLINK, P9_MKNOD,    P9_RENAME,   P9_SETATTR,     P9_LINK,
                                      P9_MKDIR,   P9_RENAMEAT, P9_UNLINKAT, P9_XATTRCREATE, P9_WRITE};
    for (unsigned i = 0; i < sizeof changes; i++)
        cr_expect_eq(with_fid(changes[i], 1), EROFS, "type %u", changes[i]);
    cr_expect(exists("file"));
}
