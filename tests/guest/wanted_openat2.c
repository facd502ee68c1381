// openat2, statx, faccessat2, fchmodat2, close_range, handles, extended attributes, inotify, fanotify: young or
// rare calls on files, answered as Linux answers them. qemu-arm does not know most of them.
// stinkarm-test: build=arm timeout=60
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"

struct how {
    uint64_t flags, mode, resolve, more;
};
enum { NO_XDEV = 1, NO_MAGICLINKS = 2, NO_SYMLINKS = 4, BENEATH = 8, IN_ROOT = 16 };

static int dir;

static int open2(int at, const char *path, struct how how, size_t size)
{
    return (int)syscall(437, at, path, &how, size);
}

static int resolve(const char *path, uint64_t flags)
{
    const int fd = open2(dir, path, (struct how){.flags = O_RDONLY, .resolve = flags}, 24);
    if (fd >= 0) close(fd);
    return fd >= 0 ? 0 : errno;
}

static void restrictions(void)
{
    CHECK(resolve("sub/file", BENEATH) == 0 && resolve("sub/../file", BENEATH) == 0);
    CHECK(resolve("../file", BENEATH) == EXDEV && resolve("/etc", BENEATH) == EXDEV);
    CHECK(resolve("absolute", BENEATH) == EXDEV && resolve("absolute", IN_ROOT) == 0 && resolve("/file", IN_ROOT) == 0);
    CHECK(resolve("../../../file", IN_ROOT) == 0);
    CHECK(resolve("link", NO_SYMLINKS) == ELOOP && resolve("link", 0) == 0 && resolve("file", NO_SYMLINKS) == 0);
    CHECK(resolve("/proc/self/fd/0", NO_MAGICLINKS) == ELOOP);
    CHECK(resolve("/proc/version", NO_XDEV) == EXDEV);
    CHECK(resolve("file", 1 << 20) == EINVAL);
    CHECK(open2(dir, "file", (struct how){.flags = O_RDONLY}, 16) == -1 && errno == EINVAL);
    CHECK(open2(dir, "file", (struct how){.flags = O_RDONLY, .more = 1}, 32) == -1 && errno == E2BIG);
    CHECK(open2(dir, "file", (struct how){.flags = O_RDONLY, .mode = 0600}, 24) == -1 && errno == EINVAL);
    CHECK(open2(dir, "file", (struct how){.flags = 1ull << 40}, 24) == -1 && errno == EINVAL);
    const int fd = open2(dir, "new", (struct how){.flags = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, .mode = 0640}, 32);
    struct stat st;
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0640);
    close(fd);
}

static void status(void)
{
    struct statx x;
    struct stat st;
    CHECK(statx(dir, "link", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &x) == 0 && S_ISLNK(x.stx_mode));
    CHECK(statx(dir, "link", 0, STATX_BASIC_STATS, &x) == 0 && S_ISREG(x.stx_mode) && fstatat(dir, "file", &st, 0) == 0);
    CHECK(x.stx_ino == st.st_ino && x.stx_mtime.tv_sec == st.st_mtim.tv_sec && x.stx_nlink == st.st_nlink);
    CHECK(statx(dir, "", AT_EMPTY_PATH, STATX_TYPE, &x) == 0 && S_ISDIR(x.stx_mode));
    CHECK(statx(dir, "", 0, STATX_TYPE, &x) == -1 && errno == ENOENT);
    CHECK(statx(dir, "file", 1 << 30, STATX_TYPE, &x) == -1 && errno == EINVAL);
    CHECK(syscall(439, dir, "file", R_OK, AT_EACCESS) == 0 && syscall(439, dir, "dangling", F_OK, AT_SYMLINK_NOFOLLOW) == 0);
    CHECK(syscall(439, dir, "dangling", F_OK, 0) == -1 && errno == ENOENT);
    CHECK(syscall(439, dir, "file", 8, 0) == -1 && errno == EINVAL);
    CHECK(syscall(439, dir, "", R_OK, AT_EMPTY_PATH) == 0);
    if (syscall(452, dir, "file", 0604, 0) == 0 || errno != ENOSYS) // fchmodat2
        CHECK(fstatat(dir, "file", &st, 0) == 0 && (st.st_mode & 07777) == 0604);
    CHECK(fstatat(dir, "file", &st, 0) == 0 && linkat(dir, "link", dir, "hard", AT_SYMLINK_FOLLOW) == 0);
    struct stat hard;
    CHECK(fstatat(dir, "hard", &hard, AT_SYMLINK_NOFOLLOW) == 0 && hard.st_ino == st.st_ino);
    CHECK(linkat(dir, "file", dir, "dangling", AT_SYMLINK_FOLLOW) == -1 && errno == EEXIST);
}

static void ranges(void)
{
    const int first = fcntl(0, F_DUPFD, 500), second = fcntl(0, F_DUPFD, 510), third = fcntl(0, F_DUPFD, 520);
    CHECK(first == 500 && second == 510 && third == 520);
    CHECK(syscall(436, 500, 510, 0) == 0 && fcntl(500, F_GETFD) == -1 && fcntl(510, F_GETFD) == -1);
    CHECK(syscall(436, 515, ~0u, 4 /* CLOEXEC */) == 0 && fcntl(520, F_GETFD) == FD_CLOEXEC);
    CHECK(syscall(436, 5, 4, 0) == -1 && errno == EINVAL);
    CHECK(syscall(436, 600, 601, 8) == -1 && errno == EINVAL);
    const pid_t child = fork();
    if (child == 0) _exit(syscall(436, 520, ~0u, 2 /* UNSHARE */) || fcntl(520, F_GETFD) != -1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0 && fcntl(520, F_GETFD) == FD_CLOEXEC);
    close(520);
}

static void attributes(void)
{
    char buf[64];
    if (fsetxattr(dir, "user.x", "value", 5, 0) && errno == EOPNOTSUPP) return;
    CHECK(fgetxattr(dir, "user.x", buf, sizeof buf) == 5 && memcmp(buf, "value", 5) == 0);
    CHECK(setxattr("file", "user.y", "other", 5, XATTR_CREATE) == 0);
    CHECK(setxattr("file", "user.y", "other", 5, XATTR_CREATE) == -1 && errno == EEXIST);
    CHECK(getxattr("link", "user.y", NULL, 0) == 5 && getxattr("file", "user.y", buf, 2) == -1 && errno == ERANGE);
    CHECK(lgetxattr("link", "user.y", buf, sizeof buf) == -1 && errno == ENODATA);
    CHECK(listxattr("file", buf, sizeof buf) >= 7 && removexattr("file", "user.y") == 0);
    struct {
        uint64_t value;
        uint32_t size, flags;
    } a = {(uintptr_t)"third", 5, 0};
    if (syscall(463, dir, "file", 0, "user.z", &a, sizeof a) == -1 && errno == ENOSYS) return; // setxattrat
    a.value = (uintptr_t)buf, a.size = sizeof buf;
    CHECK(syscall(464, dir, "file", 0, "user.z", &a, sizeof a) == 5 && memcmp(buf, "third", 5) == 0);
    CHECK(syscall(465, dir, "file", 0, buf, sizeof buf) >= 7 && syscall(466, dir, "file", 0, "user.z") == 0);
    CHECK(syscall(464, dir, "file", 0, "user.z", &a, sizeof a) == -1 && errno == ENODATA);
    CHECK(syscall(464, dir, "file", 0, "user.z", &a, 8) == -1 && errno == EINVAL);
}

static void watches(void)
{
    char buf[512] __attribute__((aligned(8)));
    const int in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    const int on_dir = inotify_add_watch(in, ".", IN_CREATE | IN_DELETE), on_link = inotify_add_watch(in, "link", IN_ATTRIB | IN_DONT_FOLLOW);
    CHECK(on_dir > 0 && on_link > 0 && inotify_add_watch(in, "dangling", IN_ATTRIB) == -1 && errno == ENOENT);
    CHECK(read(in, buf, sizeof buf) == -1 && errno == EAGAIN);
    close(creat("created", 0600));
    unlink("created");
    const struct inotify_event *e = (void *)buf;
    CHECK(read(in, buf, sizeof buf) == 64 && e->wd == on_dir && e->mask == IN_CREATE && !strcmp(e->name, "created"));
    e = (void *)(buf + 32);
    CHECK(e->mask == IN_DELETE && !strcmp(e->name, "created"));
    CHECK(inotify_rm_watch(in, on_dir) == 0 && inotify_rm_watch(in, 999) == -1 && errno == EINVAL);
    close(in);

    const int fan = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE | O_DIRECTORY * 0);
    if (fan < 0) { // a privilege
        CHECK(errno == EPERM || errno == ENOSYS);
        return;
    }
    CHECK(fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, ".") == 0);
    close(open("file", O_RDONLY));
    const struct fanotify_event_metadata *m = (void *)buf;
    CHECK(read(fan, buf, sizeof buf) >= 24 && m->vers == FANOTIFY_METADATA_VERSION && m->mask == FAN_OPEN && m->pid == getpid() && m->fd >= 0);
    struct stat st, file;
    CHECK(fstat(m->fd, &st) == 0 && stat("file", &file) == 0 && st.st_ino == file.st_ino);
    close(m->fd);
    close(fan);
}

static void handles(void)
{
    struct {
        struct file_handle h;
        unsigned char more[128];
    } f = {.h.handle_bytes = 0}, l = {.h.handle_bytes = 128};
    int mount;
    if (name_to_handle_at(dir, "file", &f.h, &mount, 0) == -1 && errno == EOPNOTSUPP) return;
    CHECK(errno == EOVERFLOW && f.h.handle_bytes > 0);
    CHECK(name_to_handle_at(dir, "file", &f.h, &mount, 0) == 0);
    CHECK(name_to_handle_at(dir, "link", &l.h, &mount, 0) == 0 && memcmp(&f, &l, 8 + f.h.handle_bytes));
    l.h.handle_bytes = 128;
    CHECK(name_to_handle_at(dir, "link", &l.h, &mount, AT_SYMLINK_FOLLOW) == 0 && !memcmp(&f, &l, 8 + f.h.handle_bytes));
    const int fd = open_by_handle_at(dir, &f.h, O_RDONLY);
    CHECK(fd >= 0 || errno == EPERM || errno == ESTALE);
    if (fd >= 0) close(fd);
}

int main(void)
{
    char path[] = "openat2-XXXXXX";
    CHECK(mkdtemp(path) && chdir(path) == 0 && (dir = open(".", O_RDONLY | O_DIRECTORY)) >= 0);
    CHECK(mkdir("sub", 0700) == 0 && close(creat("file", 0600)) == 0 && close(creat("sub/file", 0600)) == 0);
    CHECK(symlink("file", "link") == 0 && symlink("/file", "absolute") == 0 && symlink("none", "dangling") == 0);
    restrictions();
    status();
    ranges();
    attributes();
    watches();
    handles();
    char command[64] = "rm -rf ";
    CHECK(chdir("..") == 0 && system(strcat(command, path)) == 0);
    return failures != 0;
}
