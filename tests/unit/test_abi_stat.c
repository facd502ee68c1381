// What struct stat and struct statfs of the ARM EABI have no room for.
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/sysmacros.h>

#include "user/abi/stat.h"

static struct stat host;
static struct abi_stat small;
static struct abi_stat64 large;

Test(abi_stat, what_fits)
{
    host = (struct stat){
        .st_ino = UINT32_MAX, .st_size = INT32_MAX, .st_nlink = UINT16_MAX, .st_mode = S_IFREG | 0644};
    host.st_dev = makedev(0x123, 0x45678);
    cr_expect_eq(abi_stat_from_host(&small, &host), 0);
    cr_expect_eq(small.ino, UINT32_MAX);
    cr_expect_eq(small.size, INT32_MAX);
    // arch/arm's st_dev: new_encode_dev
    cr_expect_eq(small.dev, 0x78 | 0x123 << 8 | 0x45600 << 12);
}

Test(abi_stat, what_does_not)
{
    host = (struct stat){.st_ino = 1ull << 32};
    cr_expect_eq(abi_stat_from_host(&small, &host), -EOVERFLOW);
    host = (struct stat){.st_size = 1ll << 31};
    cr_expect_eq(abi_stat_from_host(&small, &host), -EOVERFLOW);
    host = (struct stat){.st_nlink = 65536};
    cr_expect_eq(abi_stat_from_host(&small, &host), -EOVERFLOW);
}

Test(abi_stat, users_that_do_not_fit_are_nobody)
{
    host = (struct stat){.st_uid = 65536, .st_gid = 100000};
    cr_expect_eq(abi_stat_from_host(&small, &host), 0);
    cr_expect_eq(small.uid, 65534);
    cr_expect_eq(small.gid, 65534);
}

Test(abi_stat, stat64_has_room)
{
    host = (struct stat){
        .st_ino = 0x123456789abcdef0ull, .st_size = 1ll << 40, .st_uid = 100000, .st_nlink = 70000};
    host.st_mtim.tv_sec = 0x100000001ll; // 2106: cut off, as the kernel does
    abi_stat64_from_host(&large, &host);
    cr_expect_eq(large.ino, 0x123456789abcdef0ull);
    cr_expect_eq(large.ino_low, 0x9abcdef0u);
    cr_expect_eq(large.size, 1ll << 40);
    cr_expect_eq(large.uid, 100000u);
    cr_expect_eq(large.nlink, 70000u);
    cr_expect_eq(large.mtime, 1u);
}

Test(abi_stat, file_systems)
{
    struct statfs h = {.f_blocks = 1, .f_files = ~0ul, .f_ffree = ~0ul};
    struct abi_statfs s;
    struct abi_statfs64 l;
    cr_expect_eq(abi_statfs_from_host(&s, &h), 0);
    cr_expect_eq(s.files, UINT32_MAX);
    h.f_blocks = 1ull << 32;
    cr_expect_eq(abi_statfs_from_host(&s, &h), -EOVERFLOW);
    abi_statfs64_from_host(&l, &h);
    cr_expect_eq(l.blocks, 1ull << 32);
    h.f_blocks = 1;
    h.f_files = 1ull << 32;
    cr_expect_eq(abi_statfs_from_host(&s, &h), -EOVERFLOW);
}
