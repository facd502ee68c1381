// In the sandbox, with TOP/r to read and TOP/w to change: everything that might lead out, and must not.
//     attack files TOP | race TOP | descriptors | processes | none
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;
#define CHECK(c)      ((c) ? (void)0 : (void)(failures++, printf("%d: %s (%s)\n", __LINE__, #c, strerror(errno))))
#define REFUSED(call) CHECK((errno = 0, (call) == -1) && (errno == EPERM || errno == EACCES))

static char top[256];

static const char *at(const char *rest)
{
    static char path[4][512];
    static int n;
    n = (n + 1) % 4;
    snprintf(path[n], sizeof path[n], "%s/%s", top, rest);
    return path[n];
}

static int opens(int dirfd, const char *path, int flags)
{
    const int fd = openat(dirfd, path, flags, 0666);
    if (fd >= 0) close(fd);
    return fd;
}

static void names(void)
{
    static const char *const out[] = {
        "/etc/passwd",
        "/",
        "/proc",
        "/proc/self/mem",
        "/proc/self/root/etc/passwd",
        "/proc/self/cwd",
        "/proc/1/environ",
        "/proc/self/fd",
        "/proc/self/task",
        "/proc/thread-self/root/etc/passwd",
        "/proc/self/../1/maps",
        "/dev/mem",
        "/dev/tty",
        "/dev/fd/0",
        "/sys/kernel",
        "/proc/sys/kernel/hostname",
    };
    for (unsigned i = 0; i < sizeof out / sizeof *out; i++)
        REFUSED(opens(AT_FDCWD, out[i], O_RDONLY));
    CHECK(opens(AT_FDCWD, at("r/file"), O_RDONLY) >= 0);
    CHECK(opens(AT_FDCWD, at("w/file"), O_RDWR) >= 0);
    REFUSED(opens(AT_FDCWD, at("r/file"), O_RDWR));
    REFUSED(opens(AT_FDCWD, at("r/file"), O_RDONLY | O_TRUNC));
    REFUSED(opens(AT_FDCWD, at("r/new"), O_CREAT | O_RDONLY));
    REFUSED(opens(AT_FDCWD, at("r"), O_TMPFILE | O_RDWR));
    REFUSED(opens(AT_FDCWD, at("secret/file"), O_RDONLY));
    REFUSED(opens(AT_FDCWD, at("secret/file"), O_PATH));
    REFUSED(opens(AT_FDCWD, at("r/../secret/file"), O_RDONLY));
    REFUSED(opens(AT_FDCWD, at("r/./.././/secret/file"), O_RDONLY));
    REFUSED(opens(AT_FDCWD, at("read"), O_RDONLY)); // begins as r does
    REFUSED(opens(AT_FDCWD, "/proc/self/maps", O_RDONLY | O_PATH));
    REFUSED(opens(AT_FDCWD, "/proc/self/exe", O_RDWR));
    CHECK(opens(AT_FDCWD, "/proc/self/exe", O_RDONLY) >= 0);
}

static void directories(void)
{
    struct stat st;
    char buf[512];
    const int r = open(at("r"), O_RDONLY | O_DIRECTORY), w = open(at("w"), O_PATH | O_DIRECTORY);
    CHECK(r >= 0 && w >= 0);
    CHECK(opens(r, "file", O_RDONLY) >= 0);
    REFUSED(opens(r, "../secret/file", O_RDONLY));
    REFUSED(opens(r, "..", O_RDONLY));
    REFUSED(opens(w, "../../../../../../etc/passwd", O_RDONLY));
    REFUSED(opens(r, "file", O_WRONLY));
    REFUSED(fchmod(r, 0777));
    REFUSED(fchown(r, 0, 0));
    REFUSED(futimens(r, NULL));
    CHECK(fchdir(r) == 0 && getcwd(buf, sizeof buf) && !strcmp(buf, at("r")));
    REFUSED(opens(AT_FDCWD, "../secret/file", O_RDONLY));
    REFUSED(chdir(".."));
    REFUSED(chdir("/"));
    REFUSED(chroot(at("w")));
    // The directories of the way are there, and no more.
    CHECK(stat("/", &st) == 0 && lstat(top, &st) == 0);
    REFUSED(stat(at("secret"), &st));
    REFUSED(access("/etc/passwd", F_OK));
    REFUSED(readlink("/proc/self/cwd", buf, sizeof buf));
    REFUSED(inotify_init());
    REFUSED(syscall(SYS_name_to_handle_at, AT_FDCWD, at("r/file"), buf, buf, 0));
    REFUSED(syscall(437 /* openat2 */, AT_FDCWD, at("r/file"), buf, 24));
    REFUSED(mknod(at("w/device"), S_IFCHR | 0666, 0x103));
    // A directory that moves takes nobody along.
    CHECK(mkdir(at("w/a"), 0777) == 0 && mkdir(at("w/a/b"), 0777) == 0);
    const int b = open(at("w/a/b"), O_PATH | O_DIRECTORY);
    CHECK(rename(at("w/a/b"), at("w/b")) == 0);
    REFUSED(opens(b, "../../secret/file", O_RDONLY));
    REFUSED(rename(at("w/b"), at("b")));
    REFUSED(rename(at("w/b"), at("r/b")));
    REFUSED(rename(at("r/file"), at("w/stolen")));
    REFUSED(link(at("r/file"), at("w/stolen")));
    REFUSED(linkat(r, "", w, "stolen", AT_EMPTY_PATH));
    CHECK(rmdir(at("w")) == -1 && rename(at("w"), at("w/b/w")) == -1);
    CHECK(rmdir(at("w/b")) == 0 && rmdir(at("w/a")) == 0);
}

static void links(void)
{
    static const char *const to[] = {"/etc/passwd", "../secret/file", "/proc/self/root/etc/passwd",
                                     "/proc/self/fd/0/../../etc/passwd", "../r/../secret/file"};
    struct stat st;
    for (unsigned i = 0; i < sizeof to / sizeof *to; i++) {
        CHECK(symlink(to[i], at("w/link")) == 0);
        REFUSED(opens(AT_FDCWD, at("w/link"), O_RDONLY));
        REFUSED(opens(AT_FDCWD, at("w/link"), O_RDWR | O_CREAT));
        CHECK(opens(AT_FDCWD, at("w/link"), O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
        REFUSED(stat(at("w/link"), &st));
        REFUSED(chmod(at("w/link"), 0777));
        REFUSED(chown(at("w/link"), 0, 0));
        REFUSED(truncate(at("w/link"), 0));
        REFUSED(utimensat(AT_FDCWD, at("w/link"), NULL, 0));
        REFUSED(linkat(AT_FDCWD, at("w/link"), AT_FDCWD, at("w/hard"), AT_SYMLINK_FOLLOW));
        CHECK(lstat(at("w/link"), &st) == 0 && S_ISLNK(st.st_mode));
        CHECK(unlink(at("w/link")) == 0);
    }
    CHECK(symlink(at("r/file"), at("w/link")) == 0); // from one grant to the other
    CHECK(opens(AT_FDCWD, at("w/link"), O_RDONLY) >= 0);
    REFUSED(opens(AT_FDCWD, at("w/link"), O_RDWR));
    REFUSED(truncate(at("w/link"), 0));
    CHECK(unlink(at("w/link")) == 0);
    const int fd = open(at("w/mode"), O_CREAT | O_RDWR, 06777);
    CHECK(fd >= 0 && fchmod(fd, 06755) == 0 && fstat(fd, &st) == 0 && !(st.st_mode & 06000));
    CHECK(chmod(at("w/mode"), 04755) == 0 && fstat(fd, &st) == 0 && !(st.st_mode & 06000));
    CHECK(unlink(at("w/mode")) == 0);
}

// A name that is a link to the secret one moment and a file or directory the next.
static volatile int over;

static void *flip(void *arg)
{
    char link_name[512], name[512];
    snprintf(link_name, sizeof link_name, "%s", at(arg ? "w/to_dir" : "w/to_file"));
    snprintf(name, sizeof name, "%s", at(arg ? "w/d" : "w/f"));
    for (; !over; syscall(SYS_renameat2, AT_FDCWD, link_name, AT_FDCWD, name, 2 /* RENAME_EXCHANGE */)) {
    }
    return NULL;
}

static void race(void)
{
    pthread_t t[2];
    char c;
    int got = 0, plain = 0;
    CHECK(symlink(at("secret/file"), at("w/to_file")) == 0 && symlink(at("secret"), at("w/to_dir")) == 0);
    CHECK(mkdir(at("w/d"), 0777) == 0);
    close(open(at("w/d/file"), O_CREAT | O_RDWR, 0666));
    close(open(at("w/f"), O_CREAT | O_RDWR, 0666));
    pthread_create(&t[0], NULL, flip, NULL);
    pthread_create(&t[1], NULL, flip, top);
    for (int i = 0; i < 3000; i++) {
        const int fd = open(i & 1 ? at("w/f") : at("w/d/file"), i & 2 ? O_RDWR | O_CREAT : O_RDONLY, 0666);
        if (fd < 0) continue;
        plain++;
        if (read(fd, &c, 1) == 1) got++; // only the secret has anything in it
        close(fd);
        truncate(at("w/f"), 0);
        chmod(at("w/f"), 0666);
    }
    over = 1;
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    CHECK(plain > 0);
    CHECK(got == 0);
}

// 7 and 8 were opened by whoever started this; 0 is a local socket that brings descriptors.
static void descriptors(void)
{
    char c, control[256];
    struct iovec v = {&c, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    for (int fd = 3; fd < 1100; fd++) {
        CHECK(write(fd, "x", 1) == -1 && errno == EBADF);
        CHECK(dup(fd) == -1 && errno == EBADF);
    }
    CHECK(dup2(1, 7) == 7 && close(7) == 0); // nothing is there any more
    CHECK(recvmsg(0, &m, 0) == 1 && m.msg_controllen == 0);
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    REFUSED(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    REFUSED(socket(AF_UNIX, SOCK_STREAM, 0));
    REFUSED(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_un u = {AF_UNIX, "\0abstract"};
    REFUSED(connect(pair[0], (struct sockaddr *)&u, 11));
    REFUSED(sendto(pair[0], "x", 1, 0, (struct sockaddr *)&u, 11));
    struct cmsghdr *h = (struct cmsghdr *)control;
    m.msg_controllen = CMSG_LEN(4);
    *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(4), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    REFUSED(sendmsg(pair[0], &m, 0));
}

// With --max-processes 4.
static void processes(void)
{
    const int parent = getppid();
    int n = 0, pid[8], status;
    REFUSED(kill(parent, 0));
    REFUSED(kill(-1, 0));
    REFUSED(kill(0, 0)); // the group of whoever started this
    REFUSED(setpgid(0, parent));
    REFUSED(syscall(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0)); // CLONE_NEWUSER
    REFUSED(syscall(SYS_ptrace, 16, parent, 0, 0));
    while (n < 8 && (pid[n] = fork()) > 0)
        n++;
    if (n < 8 && pid[n] == 0) {
        for (;;)
            pause();
    }
    CHECK(n == 3 && errno == EAGAIN);
    REFUSED(syscall(SYS_process_vm_readv, pid[0], NULL, 0, NULL, 0, 0));
    for (int i = 0; i < n; i++)
        CHECK(kill(pid[i], SIGKILL) == 0 && waitpid(pid[i], &status, 0) == pid[i]);
    for (int i = 0; i < 20; i++) { // those that are gone make room
        const int child = i & 1 ? vfork() : fork();
        if (child == 0) _exit(7);
        CHECK(child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
    }
    if (fork() == 0) _exit(setpgid(0, 0) || kill(0, SIGKILL)); // its own group, though, ends
    CHECK(wait(&status) > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(top, sizeof top, "%s", argc > 2 ? argv[2] : "");
    if (!strcmp(argv[1], "files")) names(), directories(), links();
    if (!strcmp(argv[1], "race")) race();
    if (!strcmp(argv[1], "descriptors")) descriptors();
    if (!strcmp(argv[1], "processes")) processes();
    if (!failures) puts("ok");
    return failures != 0;
}
