// Inodes beyond 2^32, which an overlay with xino=on makes: stat and getdents say EOVERFLOW, stat64, statx and
// getdents64 the number. Needs the right to mount: without, only the unit test of the converters is left.
// stinkarm-test: build=arm timeout=60
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

static int overlay(void)
{
    return unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mkdir("a", 0700) ||
           mkdir("b", 0700) || mkdir("m", 0700) || mount("t", "a", "tmpfs", 0, NULL) || mkdir("a/u", 0700) ||
           mkdir("a/w", 0700) || close(creat("b/file", 0600)) ||
           mount("o", "m", "overlay", 0, "lowerdir=b,upperdir=a/u,workdir=a/w,xino=on");
}

static void look(void)
{
    struct stat64 st;
    struct statx stx;
    char small[128];
    CHECK(stat64("m/file", &st) == 0);
    if (st.st_ino >> 32 == 0) return; // this kernel does without
    CHECK(syscall(SYS_stat, "m/file", small) == -1 && errno == EOVERFLOW);
    CHECK(syscall(SYS_lstat, "m/file", small) == -1 && errno == EOVERFLOW);
    CHECK(statx(AT_FDCWD, "m/file", 0, STATX_INO, &stx) == 0 && stx.stx_ino == st.st_ino);
    char buf[1024];
    int fd = open("m", O_RDONLY | O_DIRECTORY), dots = 0;
    long n;
    uint64_t found = 0;
    while ((n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0)
        for (long at = 0; at < n; at += *(uint16_t *)(buf + at + 16))
            if (!strcmp(buf + at + 19, "file")) memcpy(&found, buf + at, 8);
    CHECK(n == 0 && found == st.st_ino);
    lseek(fd, 0, SEEK_SET);
    // Entries in front of the one that does not fit come first, then the error, again and again.
    while ((n = syscall(SYS_getdents, fd, buf, sizeof buf)) > 0)
        for (long at = 0; at < n; at += *(uint16_t *)(buf + at + 8))
            dots += buf[at + 10] == '.';
    CHECK(n == -1 && errno == EOVERFLOW && dots <= 2);
    CHECK(syscall(SYS_getdents, fd, buf, sizeof buf) == -1 && errno == EOVERFLOW);
    close(fd);
}

int main(void)
{
    char dir[] = "inodes-XXXXXX";
    CHECK(mkdtemp(dir) && chdir(dir) == 0);
    if (overlay() == 0) look();
    umount2("m", MNT_DETACH);
    umount2("a", MNT_DETACH);
    unlink("b/file");
    rmdir("a");
    rmdir("b");
    rmdir("m");
    CHECK(chdir("..") == 0 && rmdir(dir) == 0);
    return failures != 0;
}
