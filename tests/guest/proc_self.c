// /proc as the program sees it: itself, not its emulator.
// stinkarm-test: build=arm,thumb,armel args="first second"
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

static char buf[1 << 16];

static int slurp_at(int dirfd, const char *path)
{
    int fd = openat(dirfd, path, O_RDONLY), n = 0, k;
    if (fd < 0) return -1;
    while ((k = read(fd, buf + n, sizeof buf - 1 - n)) > 0)
        n += k;
    buf[n] = 0;
    close(fd);
    return n;
}

static int slurp(const char *path)
{
    return slurp_at(AT_FDCWD, path);
}

// The line of maps that holds p.
static const char *mapping(const void *p)
{
    static char line[512];
    unsigned long start, end;
    slurp("/proc/self/maps");
    for (char *l = strtok(buf, "\n"); l; l = strtok(NULL, "\n"))
        if (sscanf(l, "%lx-%lx", &start, &end) == 2 && (unsigned long)p >= start && (unsigned long)p < end)
            return strcpy(line, l);
    return "";
}

int main(int argc, char **argv)
{
    char exe[4096] = "", path[64];
    (void)argc;
    const int n = readlink("/proc/self/exe", exe, sizeof exe);
    CHECK(n > 0 &&
          strcmp(strrchr(exe, '/') + 1, strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0]) == 0);
    CHECK(slurp("/proc/self/exe") > 0 && memcmp(buf, "\177ELF\1", 5) == 0 && buf[18] == 40);
    snprintf(path, sizeof path, "/proc/%d/exe", getpid());
    CHECK(readlink(path, buf, sizeof buf) == n && memcmp(buf, exe, n) == 0);

    CHECK(strstr(mapping((void *)main), "r-xp") && strstr(mapping((void *)main), exe));
    CHECK(strstr(mapping(&failures), "rw-p"));
    CHECK(strstr(mapping(sbrk(0) - 1), "[heap]"));
    CHECK(strstr(mapping(&n), "[stack]") && strstr(mapping(&n), "rw-p"));
    CHECK(strstr(mapping((void *)0xffff0fc0), "r-xp 00000000 00:00 0          [vectors]"));
    char *p = mmap(NULL, 3 * 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(strstr(mapping(p), "r--s"));
    mprotect(p + 4096, 4096, PROT_READ | PROT_EXEC);
    CHECK(strstr(mapping(p), "r--s") && strstr(mapping(p + 4096), "r-xs") &&
          strstr(mapping(p + 8192), "r--s"));
    munmap(p, 3 * 4096);
    CHECK(!*mapping(p));
    CHECK(slurp("/proc/self/maps") > 0 && !strstr(buf, "stinkarm ") && !strstr(buf, "7f"));
    CHECK(slurp("/proc/self/smaps") > 0 && strstr(buf, exe) && strstr(buf, "Rss:") && strstr(buf, "[stack]"));

    CHECK(slurp("/proc/self/cmdline") == (int)strlen(argv[0]) + 14);
    CHECK(strcmp(buf, argv[0]) == 0 && strcmp(buf + strlen(buf) + 1, "first") == 0);
    const int proc = open("/proc", O_RDONLY | O_DIRECTORY);
    CHECK(slurp_at(proc, "self/cmdline") == (int)strlen(argv[0]) + 14 && strcmp(buf, argv[0]) == 0);
    CHECK(slurp_at(proc, "./self//task/../cmdline") > 0);
    close(proc);

    const unsigned *aux = (const unsigned *)buf;
    const int len = slurp("/proc/self/auxv");
    CHECK(len > 0 && len % 8 == 0 && aux[len / 4 - 2] == AT_NULL);
    unsigned entry = 0;
    for (int i = 0; i < len / 4; i += 2)
        if (aux[i] == AT_ENTRY) entry = aux[i + 1];
    CHECK(entry == getauxval(AT_ENTRY));

    int pid;
    char comm[64];
    unsigned long field[60] = {0};
    CHECK(slurp("/proc/self/stat") > 0 && sscanf(buf, "%d (%63[^)])", &pid, comm) == 2 && pid == getpid());
    CHECK(strncmp(comm, strrchr(exe, '/') + 1, 15) == 0);
    int i = 3;
    for (char *f = strtok(strchr(buf, ')') + 1, " "); f; f = strtok(NULL, " "), i++)
        if (i < 60) field[i] = strtoul(f, NULL, 10);
    CHECK(field[26] == 0x10000 && field[27] > (unsigned long)main && field[28] < (unsigned long)argv &&
          field[28] > 0xbe800000);
    CHECK(field[48] == (unsigned long)argv[0] && field[23] < 0xffffffff);

    CHECK(slurp("/proc/self/status") > 0 && strstr(buf, "VmSize:") &&
          strstr(buf, "SigCgt:\t0000000000000000"));
    CHECK(slurp("/proc/cpuinfo") > 0 && strstr(buf, "ARMv7 Processor") && strstr(buf, " neon ") &&
          strstr(buf, "Hardware"));
    return failures != 0;
}
