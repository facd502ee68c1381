// mutate [--seed N] [--count N] [--dir D] STINKARM FILE...: runs stinkarm with thousands of damaged copies of
// ELF files. It must neither crash nor hang, and end as documented: with an error message and 125 or 126, or
// as the program does. The programs run denied or sandboxed: nobody knows what they became.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_SIZE = 1 << 16, HEADERS = 52 + 8 * 32, TIMEOUT = 5 };

static uint64_t rng_state = 1;
static const char *dir = "/tmp";
static char victim[4096], output[4096];

static uint32_t rng(uint32_t below)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return (uint32_t)(rng_state >> 32) % below;
}

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static size_t slurp(const char *path, uint8_t *to, size_t size)
{
    const int fd = open(path, O_RDONLY);
    const ssize_t n = fd < 0 ? -1 : read(fd, to, size);
    if (n < 0) die(path);
    close(fd);
    return (size_t)n;
}

// Headers most of the time: bits, bytes, halfwords and words that are near a limit; or a shorter file.
static size_t mutate(uint8_t *bytes, size_t size)
{
    static const uint32_t limits[] = {0,          1,          2,          3,          4,
                                      7,          31,         32,         0x7f,       0xff,
                                      0xfff,      0x1000,     0x1001,     0x7fff,     0x8000,
                                      0xffff,     0x10000,    0xbf000000, 0xbeffffff, 0xbe7ff000,
                                      0xffff0000, 0xfffff000, 0x7fffffff, 0x80000000, 0xffffffff};
    for (unsigned n = 1 + rng(3); n; n--) {
        const uint32_t range = rng(8) && size > HEADERS ? HEADERS : (uint32_t)size;
        uint32_t value = limits[rng(sizeof limits / sizeof *limits)];
        if (!range) return size;
        uint32_t at = rng(range), len = 1u << rng(3);
        switch (rng(8)) {
        case 0: bytes[at] ^= (uint8_t)(1u << rng(8)); continue;
        case 1: value = rng(256); break;
        case 2:
            memcpy(&value, bytes + rng((uint32_t)size & ~3u ? (uint32_t)size & ~3u : 1) / 4 * 4, 4);
            break;
        case 3:
            if (rng(4) == 0) size = rng((uint32_t)size + 1);
            continue;
        default: at &= ~(len - 1); break;
        }
        if (at + len <= size) memcpy(bytes + at, &value, len);
    }
    return size;
}

static void write_victim(const uint8_t *bytes, size_t size)
{
    const int fd = open(victim, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size) die(victim);
    close(fd);
}

static int run(const char *stinkarm, const char *mode, const char *log)
{
    const pid_t pid = fork();
    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR), err = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(null, 0);
        dup2(null, 1);
        dup2(err, 2);
        alarm(TIMEOUT);
        execl(stinkarm, "stinkarm", "-C", mode, "-l", log, victim, (char *)NULL);
        _exit(99);
    }
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) die("waitpid");
    return status;
}

static const char *verdict(const char *stinkarm, const char *mode, int status)
{
    static char text[MAX_SIZE + 1];
    text[slurp(output, (uint8_t *)text, MAX_SIZE)] = 0;
    if (strstr(text, "Sanitizer") || strstr(text, "runtime error")) return "a sanitizer's report";
    const bool message = strstr(text, "stinkarm: ") != NULL;
    if (WIFSIGNALED(status)) {
        if (WTERMSIG(status) != SIGALRM)
            return message && strstr(text, "\npc 0x") ? NULL : "killed without a report";
        // A program may loop; stinkarm must not.
        run(stinkarm, mode, "elf");
        text[slurp(output, (uint8_t *)text, MAX_SIZE)] = 0;
        return strstr(text, "starting the emulator") ? NULL : "hangs";
    }
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned long count = 1000, seed = 1, failed = 0, i = 0;
    int at = 1;
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        if (!strcmp(argv[at], "--count")) count = strtoul(argv[at + 1], NULL, 0);
        if (!strcmp(argv[at], "--seed")) seed = strtoul(argv[at + 1], NULL, 0);
        if (!strcmp(argv[at], "--dir")) dir = argv[at + 1];
    }
    if (at + 1 >= argc) {
        fprintf(stderr, "usage: mutate [--seed N] [--count N] [--dir D] STINKARM FILE...\n");
        return 2;
    }
    const char *stinkarm = argv[at++];
    snprintf(victim, sizeof victim, "%s/victim.elf", dir);
    snprintf(output, sizeof output, "%s/victim.log", dir);
    unsigned long refused = 0;
    for (; i < count; i++) {
        static uint8_t bytes[MAX_SIZE];
        rng_state = (seed + i) * 0x9e3779b97f4a7c15 | 1;
        rng(1), rng(1);
        size_t size = slurp(argv[at + (int)rng((uint32_t)(argc - at))], bytes, sizeof bytes);
        size = mutate(bytes, size);
        write_victim(bytes, size);
        const char *mode = rng(2) ? "deny" : "sandbox";
        const int status = run(stinkarm, mode, "none,signals"); // without any log there is no report
        if (WIFEXITED(status) && (WEXITSTATUS(status) == 125 || WEXITSTATUS(status) == 126)) refused++;
        const char *why = verdict(stinkarm, mode, status);
        if (!why) continue;
        failed++;
        char kept[4200];
        snprintf(kept, sizeof kept, "%s/failure-%lu.elf", dir, seed + i);
        rename(victim, kept);
        printf("%s: %s (status 0x%x, -C %s)\n", kept, why, (unsigned)status, mode);
    }
    printf("%lu damaged programs, %lu of them refused\n", count, refused);
    printf("%lu passed, %lu failed\n", count - failed, failed);
    return failed != 0;
}
