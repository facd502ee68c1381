// Names in a sysroot: links with absolute targets, "..", what is missing, what is the host's.
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sysroot.h"

static char top[] = "/tmp/sysroot-XXXXXX", dir[64];
static struct process p;
static char host[SYSROOT_PATH];

// top/outside is beside the sysroot, top/s.
static void begin(void)
{
    cr_assert(mkdtemp(top));
    cr_assert_eq(chdir(top), 0);
    cr_assert_eq(mkdir("s", 0755) | mkdir("s/usr", 0755) | mkdir("s/usr/bin", 0755) | mkdir("s/etc", 0755),
                 0);
    close(creat("outside", 0644));
    close(creat("s/usr/bin/x", 0755));
    cr_assert_eq(symlink("usr/bin", "s/bin"), 0);
    cr_assert_eq(symlink("/etc/second", "s/etc/first"), 0);
    cr_assert_eq(symlink("../bin/x", "s/etc/second"), 0);
    cr_assert_eq(symlink("/etc/none", "s/etc/dangling"), 0);
    cr_assert_eq(symlink("loop", "s/etc/loop"), 0);
    cr_assert_eq(symlink("../../../../outside", "s/etc/up"), 0);
    cr_assert_eq(symlink("/proc/version", "s/etc/version"), 0);
    strcat(strcpy(dir, top), "/s");
}

static void end(void)
{
    cr_expect_eq(chdir("/"), 0);
    char command[64] = "rm -rf ";
    cr_expect_eq(system(strcat(command, top)), 0);
}

TestSuite(sysroot, .init = begin, .fini = end);

static void becomes(const char *path, bool follow, const char *want)
{
    char all[PATH_MAX];
    cr_expect_eq(sysroot_resolve(&p, AT_FDCWD, path, follow, host), 0, "%s", path);
    snprintf(all, sizeof all, "%s%s", *want == '/' ? dir : "", *want == '=' ? want + 1 : want);
    cr_expect_str_eq(host, all);
}

static void stays(const char *path)
{
    cr_expect_eq(sysroot_resolve(&p, AT_FDCWD, path, true, host), 1, "%s is %s", path, host);
}

Test(sysroot, first)
{
    cr_assert(sysroot_set(&p, "s", false));
    becomes("/usr/bin/x", true, "/usr/bin/x");
    becomes("/bin/x", true, "/usr/bin/x");
    becomes("//bin/./x", true, "/usr/bin/x");
    becomes("/bin", false, "/bin");
    becomes("/bin/", false, "/usr/bin/");
    becomes("/", true, "/");
    becomes("/etc/first", true, "/usr/bin/x");
    becomes("/etc/first", false, "/etc/first");
    becomes("/etc/../../../bin/x", true, "/usr/bin/x");
    becomes("/etc/version", true, "=/proc/version");
    becomes("/proc/self/exe", true, "=/proc/self/exe");
    stays("/usr/bin/y");
    stays("/etc/dangling");
    stays("/etc/up");
    stays("/none/..");
    stays("outside");
    stays("");
    cr_expect_eq(sysroot_resolve(&p, AT_FDCWD, "/etc/loop", true, host), -ELOOP);
    char longest[SYSROOT_PATH + 1];
    memset(longest, 'a', sizeof longest - 1);
    longest[0] = '/';
    longest[sizeof longest - 1] = 0;
    cr_expect_eq(sysroot_resolve(&p, AT_FDCWD, longest, true, host), -ENAMETOOLONG);
    sysroot_path(&p, "/bin/x", host);
    cr_expect_str_eq(sysroot_guest_path(&p, host), "/usr/bin/x");
    sysroot_path(&p, "/bin/y", host);
    cr_expect_str_eq(host, "/bin/y");
    cr_expect_str_eq(sysroot_guest_path(&p, dir), "/");
    cr_expect_str_eq(sysroot_guest_path(&p, top), top);
    cr_expect_str_eq(sysroot_guest_path(&p, "/tmp"), "/tmp");
}

Test(sysroot, first_relative)
{
    cr_assert(sysroot_set(&p, "s", false));
    cr_assert_eq(chdir("s/etc"), 0);
    becomes("first", true, "/usr/bin/x");
    becomes("../bin/x", true, "/usr/bin/x");
    stays("none");
    const int fd = open(".", O_PATH | O_DIRECTORY);
    cr_expect_eq(sysroot_resolve(&p, fd, "first", true, host), 0);
    cr_expect_str_eq(sysroot_guest_path(&p, host), "/usr/bin/x");
    cr_expect_eq(sysroot_resolve(&p, fd, "first", false, host), 1);
    close(fd);
}

Test(sysroot, only)
{
    char cwd[PATH_MAX];
    cr_assert(sysroot_set(&p, "s", true));
    cr_expect_str_eq(getcwd(cwd, sizeof cwd), dir); // it was outside
    becomes("/usr/bin/y", true, "/usr/bin/y");
    becomes("/etc/dangling", true, "/etc/none");
    becomes("/etc/up", true, "/outside");
    becomes("../../outside", true, "/outside");
    becomes("/none/../etc", true, "/etc");
    becomes("etc", true, "/etc");
    const int fd = open("etc", O_PATH | O_DIRECTORY);
    cr_expect_eq(sysroot_resolve(&p, fd, "../../x", true, host), 0);
    cr_expect_str_eq(sysroot_guest_path(&p, host), "/x");
    close(fd);
}

Test(sysroot, none)
{
    cr_expect_eq(sysroot_resolve(&p, AT_FDCWD, "/bin/x", true, host), 1);
    cr_expect_not(sysroot_set(&p, "none", false));
    cr_expect_not(sysroot_set(&p, "outside", false));
}

static int lowest_free(void)
{
    const int fd = dup(0);
    close(fd);
    return fd;
}

// The kernel walks what has no links, which may change between two looks.
Test(sysroot, deep)
{
    cr_assert_eq(
        system("mkdir -p s/usr/lib/a/b; touch s/usr/lib/a/b/f; ln -s usr/lib s/lib; ln -s f s/usr/lib/a/b/l"),
        0);
    for (int only = 0; only < 2; only++) {
        cr_assert(sysroot_set(&p, "s", only));
        const int fd = lowest_free();
        for (int i = 0; i < 2; i++) {
            becomes("/lib/a/b/f", true, "/usr/lib/a/b/f");
            becomes("/usr/lib/a/b/f", true, "/usr/lib/a/b/f");
            becomes("/usr/lib/a/b/l", true, "/usr/lib/a/b/f");
            becomes("/usr/lib/a/b/l", false, "/usr/lib/a/b/l");
            becomes("/lib/a//b/./../b/l/", true, "/usr/lib/a/b/f/");
        }
        cr_expect_eq(lowest_free(), fd);
        cr_assert_eq(chdir(top), 0);
    }
    becomes("/lib/a/none/f", true, "/usr/lib/a/none/f");
    becomes("/lib/a/b/f/none", true, "/usr/lib/a/b/f/none");
    becomes("/proc/self/fd/none", true, "=/proc/self/fd/none");
    cr_assert_eq(system("rm s/lib; mkdir -p s/lib/a/b; ln -s /usr/lib/a/b/l s/lib/a/b/f"), 0);
    becomes("/lib/a/b/none", true, "/lib/a/b/none");
    becomes("/lib/a/b/f", true, "/usr/lib/a/b/f");
    becomes("/lib/a/b/f", false, "/lib/a/b/f");
    cr_assert_eq(system("rm -r s/usr/lib/a/b; ln -s /etc s/usr/lib/a/b"), 0);
    becomes("/usr/lib/a/b/first", true, "/usr/bin/x");
    becomes("/usr/lib/a/b/second", false, "/etc/second");
    cr_assert(sysroot_set(&p, "s", false));
    stays("/usr/lib/a/c/none");
    stays("/usr/bin/x/none");
}
