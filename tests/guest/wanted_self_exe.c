// /proc/self/exe by all its names: read, followed, opened from a directory of /proc, executed again; and the
// other files of /proc that programs look for.
// stinkarm-test: build=arm,thumb timeout=60
#define _GNU_SOURCE
#include <stdint.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char exe[4096];
static struct stat own;

static void link_is_ours(int dirfd, const char *path)
{
    char link[4096] = "";
    struct stat st;
    const ssize_t n = readlinkat(dirfd, path, link, sizeof link - 1);
    if (n < 0 || strcmp(link, exe)) printf("%s: '%s'\n", path, link), failures++;
    if (fstatat(dirfd, path, &st, 0) || st.st_ino != own.st_ino) printf("%s: another file\n", path), failures++;
    CHECK(fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
    const int fd = openat(dirfd, path, O_RDONLY);
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == own.st_ino);
    close(fd);
    CHECK(openat(dirfd, path, O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
    CHECK(openat(dirfd, path, O_RDWR) == -1 && errno == ETXTBSY);
    CHECK(faccessat(dirfd, path, X_OK, 0) == 0);
    char two[3] = "";
    CHECK(readlinkat(dirfd, path, two, 2) == 2 && two[0] == exe[0] && !two[2]); // cut off, without a NUL
}

static int executed(int dirfd, const char *path, int flags)
{
    char *args[] = {"a name", "again", NULL}, *env[] = {"MARK=here", NULL};
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        syscall(SYS_execveat, dirfd, path, args, env, flags);
        _exit(100);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void *in_thread(void *arg)
{
    char path[64];
    link_is_ours(AT_FDCWD, "/proc/thread-self/exe");
    snprintf(path, sizeof path, "/proc/self/task/%d/exe", gettid());
    link_is_ours(AT_FDCWD, path);
    snprintf(path, sizeof path, "/proc/%d/exe", gettid());
    link_is_ours(AT_FDCWD, path);
    return arg;
}

int main(int argc, char **argv)
{
    exe[readlink("/proc/self/exe", exe, sizeof exe - 1)] = 0;
    if (argc > 1)
        return strcmp(argv[0], "a name") == 0 && getenv("MARK") && !getenv("PATH") &&
                       strcmp(strrchr(exe, '.'), ".elf") == 0 ? 42 : 1;
    char path[64];
    CHECK(exe[0] == '/' && stat(exe, &own) == 0);
    link_is_ours(AT_FDCWD, "/proc/self/exe");
    link_is_ours(AT_FDCWD, "//proc/./self///exe");
    link_is_ours(AT_FDCWD, "/proc/thread-self/exe");
    snprintf(path, sizeof path, "/proc/%d/exe", getpid());
    link_is_ours(AT_FDCWD, path);
    snprintf(path, sizeof path, "/proc/%d/task/%d/exe", getpid(), getpid());
    link_is_ours(AT_FDCWD, path);
    const int proc = open("/proc", O_PATH), self = open("/proc/self", O_RDONLY | O_DIRECTORY);
    link_is_ours(proc, "self/exe");
    link_is_ours(self, "exe");
    pthread_t t;
    pthread_create(&t, NULL, in_thread, NULL);
    pthread_join(t, NULL);

    CHECK(executed(AT_FDCWD, "/proc/self/exe", 0) == 42);
    CHECK(executed(self, "exe", 0) != 100); // another process's, by then: the parent's
    CHECK(executed(proc, "self/exe", 0) == 42);
    const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), there = open("/proc/self/exe", O_PATH);
    CHECK(executed(fd, "", AT_EMPTY_PATH) == 42);
    CHECK(executed(there, "", AT_EMPTY_PATH) == 42);
    CHECK(executed(fd, "", 0) == 100);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(executed(AT_FDCWD, path, 0) == 42);
    CHECK(executed(AT_FDCWD, "/proc/self/exe", AT_SYMLINK_NOFOLLOW) == 100); // ELOOP

    CHECK(chdir("/proc/self") == 0);
    link_is_ours(AT_FDCWD, "exe");
    char text[4096];
    int in = open("/proc/sys/kernel/ostype", O_RDONLY);
    CHECK(read(in, text, sizeof text) == 6 && memcmp(text, "Linux", 5) == 0);
    close(in);
    CHECK(access("/proc/sys/vm/overcommit_memory", R_OK) == 0 && access("/proc/sys/kernel/pid_max", R_OK) == 0);
    in = open("/proc/cpuinfo", O_RDONLY);
    const int n = read(in, text, sizeof text - 1);
    text[n > 0 ? n : 0] = 0;
    CHECK(strstr(text, "ARMv7") && strstr(text, "neon"));
    CHECK(lseek(in, 0, SEEK_SET) == 0 && read(in, text, 9) == 9 && memcmp(text, "processor", 9) == 0);
    unsigned long aux[64];
    in = open("/proc/self/auxv", O_RDONLY);
    const int size = read(in, aux, sizeof aux);
    for (int i = 0; i + 1 < size / 4 && aux[i]; i += 2)
        CHECK(getauxval(aux[i]) == aux[i + 1]);
    return failures != 0;
}
