// Reading directories with a 32-bit off_t: ext4's positions are hashes of 64 bits, with which qemu-arm's guests
// get EOVERFLOW. All names once, from every position that telldir gave, in each form of the call.
// stinkarm-test: build=arm,armel,musl timeout=120
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

enum { FILES = 1500 };

static unsigned char seen[FILES];

static int number_of(const char *name)
{
    return strncmp(name, "file-", 5) == 0 ? atoi(name + 5) : -1;
}

static void note(const char *name)
{
    const int n = number_of(name);
    if (n >= 0 && n < FILES) seen[n]++;
}

static int all_once(void)
{
    int bad = 0;
    for (int i = 0; i < FILES; i++)
        bad += seen[i] != 1;
    memset(seen, 0, sizeof seen);
    return !bad;
}

static void raw(int nr)
{
    const int fd = open(".", O_RDONLY | O_DIRECTORY);
    char buf[1000];
    long n, offset = 0;
    while ((n = syscall(nr, fd, buf, sizeof buf)) > 0) {
        for (long at = 0; at < n;) {
            unsigned short length;
            if (nr == SYS_getdents64) {
                int64_t off;
                memcpy(&off, buf + at + 8, 8);
                CHECK(off >= 0 && off <= INT32_MAX);
                memcpy(&length, buf + at + 16, 2);
                note(buf + at + 19);
                offset = (long)off;
            } else {
                memcpy(&offset, buf + at + 4, 4);
                memcpy(&length, buf + at + 8, 2);
                note(buf + at + 10);
                CHECK(offset >= 0 && buf[at + length - 1] == DT_REG + (buf[at + 10] == '.') * (DT_DIR - DT_REG));
            }
            at += length;
        }
        // The position behind the last entry, and back to it
        CHECK(lseek(fd, 0, SEEK_CUR) == offset && lseek(fd, offset, SEEK_SET) == offset);
    }
    CHECK(n == 0 && all_once());
    CHECK(lseek(fd, 0, SEEK_SET) == 0 && syscall(nr, fd, buf, sizeof buf) > 0);
    memset(seen, 0, sizeof seen);
    CHECK(syscall(nr, fd, buf, 4) == -1 && errno == EINVAL);
    close(fd);
}

static void positions(void)
{
    static long at[FILES + 3];
    static char names[FILES + 2][16];
    DIR *d = opendir(".");
    int n = 0;
    for (struct dirent *e; at[n] = telldir(d), (e = readdir(d)) && n < FILES + 2; n++) {
        strcpy(names[n], e->d_name);
        note(e->d_name);
    }
    CHECK(n == FILES + 2 && all_once());
    for (int i = 0; i < 300; i++) {
        const int k = (i * 7919) % n;
        seekdir(d, at[k]);
        const struct dirent *e = readdir(d);
        if (!e || strcmp(e->d_name, names[k])) printf("%d: %lx: %s, not %s\n", k, at[k], e ? e->d_name : "none", names[k]), failures++;
    }
    rewinddir(d);
    for (struct dirent *e; (e = readdir(d));)
        note(e->d_name);
    CHECK(errno == 0 && all_once());
    closedir(d);
}

int main(void)
{
    char dir[] = "readdir-XXXXXX", name[32];
    CHECK(mkdtemp(dir) && chdir(dir) == 0);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "file-%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    errno = 0;
    positions();
    raw(SYS_getdents);
    raw(SYS_getdents64);
    DIR *d = opendir("."); // removed while they are read
    for (struct dirent *e; (e = readdir(d));)
        if (number_of(e->d_name) >= 0) CHECK(unlink(e->d_name) == 0);
    closedir(d);
    CHECK(chdir("..") == 0 && rmdir(dir) == 0);
    return failures != 0;
}
