// What ps, top and pidof read of another process: its program, not the emulator. qemu-arm shows itself there.
// stinkarm-test: build=arm,musl timeout=60
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void on_term(int sig)
{
    (void)sig;
}

static char buf[1 << 16], exe[4096];
static int child;

static int slurp(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", child, name);
    int fd = open(path, O_RDONLY), n = 0, k;
    if (fd < 0) return -1;
    while ((k = read(fd, buf + n, sizeof buf - 1 - n)) > 0)
        n += k;
    buf[n] = 0;
    close(fd);
    return n;
}

static unsigned long field(const char *key)
{
    slurp("status");
    const char *at = strstr(buf, key);
    return at ? strtoul(at + strlen(key), NULL, 0) : 0;
}

static void program(void)
{
    char path[64], link[4096] = "";
    struct stat own, other;
    snprintf(path, sizeof path, "/proc/%d/exe", child);
    CHECK(readlink(path, link, sizeof link - 1) > 0 && strcmp(link, exe) == 0);
    CHECK(stat("/proc/self/exe", &own) == 0 && stat(path, &other) == 0 && own.st_ino == other.st_ino);
    char head[20] = "";
    const int fd = open(path, O_RDONLY);
    CHECK(read(fd, head, sizeof head) == sizeof head && memcmp(head, "\177ELF\1", 5) == 0 && head[18] == 40);
    close(fd);
    CHECK(slurp("comm") > 0 && strcmp(buf, "a child\n") == 0);
    CHECK(slurp("cmdline") == (int)strlen(exe) + 13 && strcmp(buf, exe) == 0 && strcmp(buf + strlen(exe) + 1, "sleep") == 0);
}

static void memory(void)
{
    CHECK(slurp("maps") > 0 && strstr(buf, exe) && strstr(buf, "r-xp") && !strstr(buf, "stinkarm\n"));
    CHECK(strtoull(buf, NULL, 16) <= (uintptr_t)slurp);
    for (char *l = buf; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : l)
        CHECK(strtoull(l, NULL, 16) < 0xffffffff);
    const unsigned long size = field("VmSize:");
    CHECK(size > 100 && size < 4000000);
    CHECK(slurp("statm") > 0 && strtoul(buf, NULL, 10) * 4 == size);
    CHECK(slurp("stat") > 0);
    const char *f = strrchr(buf, ')') + 1;
    for (int i = 3; i < 23; i++)
        f = strchr(f + 1, ' ');
    CHECK(f && strtoul(f, NULL, 10) / 1024 == size);
    CHECK(slurp("mem") == -1 && errno == EACCES);

    // Its memory, as far as it is the guest's
    char there[4096] = "";
    struct iovec local = {there, sizeof there}, remote = {exe, sizeof exe};
    CHECK(process_vm_readv(child, &local, 1, &remote, 1, 0) == sizeof there && strcmp(there, exe) == 0);
    there[0]++;
    CHECK(process_vm_writev(child, &local, 1, &remote, 1, 0) == sizeof there);
    CHECK(process_vm_readv(child, &local, 1, &remote, 1, 0) == sizeof there && there[0] == exe[0] + 1);
    remote = (struct iovec){(void *)8, 8};
    CHECK(process_vm_readv(child, &local, 1, &remote, 1, 0) == -1 && errno == EFAULT);
}

int main(int argc, char **argv)
{
    exe[readlink("/proc/self/exe", exe, sizeof exe - 1)] = 0;
    if (argc > 1) {
        signal(SIGUSR1, SIG_IGN);
        signal(SIGTERM, on_term);
        prctl(PR_SET_NAME, "a child");
        write(1, "x", 1);
        pause();
        return 0;
    }
    int fd[2];
    CHECK(pipe(fd) == 0);
    child = fork();
    if (child == 0) {
        dup2(fd[1], 1);
        execl("/proc/self/exe", exe, "sleep", "12345", (char *)NULL);
        _exit(1);
    }
    CHECK(read(fd[0], buf, 1) == 1);
    program();
    memory();
    slurp("status");
    const char *caught = strstr(buf, "SigCgt:"), *ignored = strstr(buf, "SigIgn:");
    CHECK(caught && strtoull(caught + 7, NULL, 16) == 1ull << (SIGTERM - 1));
    CHECK(ignored && strtoull(ignored + 7, NULL, 16) & 1ull << (SIGUSR1 - 1));
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
    (void)argv;
    return failures != 0;
}
