// Files beyond 2 GiB in all calls with an offset, and EOVERFLOW where a 32-bit one has no room: as fs/open.c,
// fs/stat.c and fs/read_write.c of Linux say. qemu-arm opens such files without O_LARGEFILE.
// stinkarm-test: build=arm,armel timeout=60
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define AT    0x180000000ll // 6 GiB
#define LARGE 0400000

static int fd;

static void open_and_stat(const char *path)
{
    char st[128];
    struct stat64 st64;
    CHECK(syscall(SYS_open, path, O_RDONLY) == -1 && errno == EOVERFLOW);
    CHECK(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY) == -1 && errno == EOVERFLOW);
    const int path_only = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH);
    CHECK(path_only >= 0);
    close(path_only);
    const int large = (int)syscall(SYS_open, path, O_RDONLY | LARGE);
    CHECK(large >= 0 && syscall(SYS_fcntl64, large, F_GETFL) & LARGE);
    close(large);
    CHECK(syscall(SYS_stat, path, st) == -1 && errno == EOVERFLOW);
    CHECK(syscall(SYS_lstat, path, st) == -1 && errno == EOVERFLOW);
    CHECK(syscall(SYS_fstat, fd, st) == -1 && errno == EOVERFLOW);
    CHECK(stat64(path, &st64) == 0 && st64.st_size == AT + 5 && st64.st_blocks < 100);
    CHECK(fstat64(fd, &st64) == 0 && fstatat64(AT_FDCWD, path, &st64, 0) == 0 && st64.st_size == AT + 5);
    struct statx stx;
    CHECK(statx(AT_FDCWD, path, 0, STATX_SIZE | STATX_INO, &stx) == 0 && stx.stx_size == AT + 5 && stx.stx_ino == st64.st_ino);
}

static void positions(void)
{
    char buf[8] = "";
    CHECK(lseek64(fd, AT, SEEK_SET) == AT && read(fd, buf, 5) == 5 && memcmp(buf, "large", 5) == 0);
    CHECK(lseek64(fd, 0, SEEK_CUR) == AT + 5 && lseek64(fd, -5, SEEK_END) == AT);
    CHECK(syscall(SYS_lseek, fd, 0, SEEK_CUR) == -1 && errno == EOVERFLOW);
    CHECK(lseek64(fd, AT - 100000, SEEK_DATA) >= AT - 100000);
    struct iovec v[2] = {{buf, 2}, {buf + 2, 3}};
    memset(buf, 0, sizeof buf);
    CHECK(pread64(fd, buf, 5, AT) == 5 && memcmp(buf, "large", 5) == 0);
    memset(buf, 0, sizeof buf);
    CHECK(preadv64(fd, v, 2, AT) == 5 && memcmp(buf, "large", 5) == 0);
    memcpy(buf, "LARGE", 5);
    CHECK(pwritev64(fd, v, 2, AT) == 5 && pwrite64(fd, "l", 1, AT) == 1);
    CHECK(pread64(fd, buf, 5, AT) == 5 && memcmp(buf, "lARGE", 5) == 0);
    CHECK(pwrite64(fd, "large", 5, AT) == 5);
    CHECK(posix_fadvise64(fd, AT, 4096, POSIX_FADV_DONTNEED) == 0 && readahead(fd, AT, 4096) == 0);
    CHECK(sync_file_range(fd, AT, 5, SYNC_FILE_RANGE_WRITE) == 0);
    CHECK(fallocate64(fd, FALLOC_FL_KEEP_SIZE, AT, 4096) == 0 || errno == EOPNOTSUPP);
}

static void transfers(void)
{
    char buf[8] = "";
    int p[2];
    off64_t from = AT, to = AT + 4096;
    off_t small = 0;
    FILE *t = tmpfile();
    const int out = fileno(t);
    CHECK(pipe(p) == 0);
    CHECK(sendfile64(out, fd, &from, 5) == 5 && from == AT + 5);
    CHECK(pread(out, buf, 5, 0) == 5 && memcmp(buf, "large", 5) == 0);
    CHECK(syscall(SYS_sendfile, p[1], out, &small, 5) == 5 && small == 5 && read(p[0], buf, 8) == 5);
    from = AT;
    CHECK(splice(fd, &from, p[1], NULL, 5, 0) == 5 && from == AT + 5 && read(p[0], buf, 8) == 5);
    CHECK(write(p[1], "pipe", 4) == 4 && splice(p[0], NULL, out, &to, 4, 0) == 4 && to == AT + 4100);
    from = to - 4;
    off64_t there = 0x200000000ll;
    CHECK(copy_file_range(out, &from, out, &there, 4, 0) == 4 && from == to && there == 0x200000004ll);
    CHECK(pread64(out, buf, 4, 0x200000000ll) == 4 && memcmp(buf, "pipe", 4) == 0);
    close(p[0]);
    close(p[1]);
    fclose(t);
}

static void locks(void)
{
    // A child holds them; the parent asks.
    int ready[2], done[2];
    CHECK(pipe(ready) == 0 && pipe(done) == 0);
    const pid_t child = fork();
    if (child == 0) {
        struct flock64 l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = AT, .l_len = 10};
        char c = fcntl(fd, F_SETLK64, &l) == 0;
        write(ready[1], &c, 1);
        read(done[0], &c, 1);
        _exit(0);
    }
    char c = 0;
    struct flock64 l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = AT + 5, .l_len = 1};
    struct {
        short type, whence;
        int start, len, pid;
    } small = {F_WRLCK, SEEK_SET, 0, 0, 0}; // to the end, and so the child's, too
    CHECK(read(ready[0], &c, 1) == 1 && c == 1);
    CHECK(fcntl(fd, F_GETLK64, &l) == 0 && l.l_type == F_WRLCK && l.l_pid == child && l.l_start == AT && l.l_len == 10);
    CHECK(fcntl(fd, F_SETLK64, &l) == -1 && (errno == EAGAIN || errno == EACCES));
    CHECK(syscall(SYS_fcntl64, fd, 5 /* F_GETLK */, &small) == -1 && errno == EOVERFLOW);
    CHECK(syscall(SYS_fcntl, fd, 6 /* F_SETLK */, &small) == -1 && (errno == EAGAIN || errno == EACCES));
    l = (struct flock64){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = AT + 9, .l_len = 5};
    CHECK(syscall(SYS_fcntl64, fd, F_OFD_SETLK, &l) == -1 && errno == EAGAIN);
    CHECK(syscall(SYS_fcntl64, fd, F_OFD_GETLK, &l) == 0 && l.l_type == F_WRLCK && l.l_start == AT && l.l_pid == child);
    l = (struct flock64){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = AT + 10, .l_len = 5};
    CHECK(syscall(SYS_fcntl64, fd, F_OFD_SETLK, &l) == 0);
    l.l_pid = 1; // must be 0
    CHECK(syscall(SYS_fcntl64, fd, F_OFD_SETLK, &l) == -1 && errno == EINVAL);
    small.start = 0, small.len = 100;
    CHECK(syscall(SYS_fcntl64, fd, 6, &small) == 0);
    small.type = F_RDLCK;
    CHECK(syscall(SYS_fcntl64, fd, 5, &small) == 0 && small.type == F_UNLCK && small.start == 0 && small.len == 100);
    write(done[1], &c, 1);
    waitpid(child, NULL, 0);
}

static void sizes(const char *path)
{
    struct stat64 st;
    CHECK(syscall(SYS_truncate64, path, 0, (uint32_t)(AT + 7), (uint32_t)((AT + 7) >> 32)) == 0);
    CHECK(stat64(path, &st) == 0 && st.st_size == AT + 7);
    CHECK(ftruncate64(fd, AT + 9) == 0 && stat64(path, &st) == 0 && st.st_size == AT + 9);
    CHECK(syscall(SYS_ftruncate, fd, -1) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_truncate, path, 5) == 0 && stat64(path, &st) == 0 && st.st_size == 5);
    char small[128];
    CHECK(syscall(SYS_stat, path, small) == 0 && *(unsigned *)(small + 20) == 5);
    CHECK(syscall(SYS_open, path, O_RDONLY) >= 0);
    struct statfs64 fs64;
    CHECK(statfs64(".", &fs64) == 0 && fs64.f_bsize > 0 && fs64.f_blocks > 0 && fs64.f_namelen == 255);
}

int main(void)
{
    char path[] = "large-XXXXXX";
    fd = mkostemp64(path, 0);
    CHECK(fd >= 0 && pwrite64(fd, "large", 5, AT) == 5);
    open_and_stat(path);
    positions();
    transfers();
    locks();
    sizes(path);
    unlink(path);
    return failures != 0;
}
