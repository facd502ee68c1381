// Runs objdump, in a process that the guest does not see: neither a signal nor its wait tells of it.
#include "jit/disas.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK = 128 << 10, CANNOT = 127 };

struct files {
    int code, text; // what objdump reads, and what it writes
};

static int memory_file(void)
{
    return (int)syscall(SYS_memfd_create, "stinkarm-code", 1 /* MFD_CLOEXEC */);
}

// What becomes objdump.
static int objdump(void *arg)
{
    const struct files *f = arg;
    char path[32];
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int code = fcntl(f->code, F_DUPFD, 3); // none of the three, and it stays open
    snprintf(path, sizeof path, "/proc/self/fd/%d", code);
    if (null < 0 || code < 0 || dup2(f->text, 1) < 0 || dup2(null, 0) < 0 || dup2(null, 2) < 0) _exit(CANNOT);
    execlp("objdump", "objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--insn-width=15",
           path, (char *)NULL);
    _exit(CANNOT);
}

// Whoever executes a program ends with SIGCHLD and is found by wait: it has a parent of its own, which does
// not, and which exists only as long as it does.
static int between(void *arg)
{
    char *stack = (char *)__builtin_frame_address(0) - STACK / 2;
    signal(SIGCHLD, SIG_DFL); // ignored ones would not be waited for
    const int pid = clone(objdump, stack, CLONE_VM | CLONE_VFORK | SIGCHLD, arg);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    _exit(0);
}

static void run(struct files *f)
{
    uint8_t *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) return;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // no handler of ours in the children
    const int pid = clone(between, stack + STACK, CLONE_VM | CLONE_VFORK, f);
    while (pid > 0 && waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, STACK);
}

// Lines of instructions begin with "   offset:", all others are headings.
static void put_lines(char *text, void (*put)(void *to, const char *line), void *to)
{
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        const size_t n = strspn(line, " 0123456789abcdef");
        if (n && line[n] == ':' && line[n + 1] == '\t') put(to, line + strspn(line, " "));
    }
}

static bool read_back(int fd, void (*put)(void *to, const char *line), void *to)
{
    const off_t size = lseek(fd, 0, SEEK_END);
    char *text = size > 0 ? malloc((size_t)size + 1) : NULL;
    const bool ok = text && pread(fd, text, (size_t)size, 0) == size;
    if (ok) {
        text[size] = 0;
        put_lines(text, put, to);
    }
    free(text);
    return ok;
}

bool jit_disassemble(const uint8_t *code, unsigned size, void (*put)(void *to, const char *line), void *to)
{
    static bool cannot; // it is not tried again
    if (cannot) return false;
    struct files f = {.code = memory_file(), .text = memory_file()};
    const bool ok = f.code >= 0 && f.text >= 0 && write(f.code, code, size) == (ssize_t)size;
    if (ok) run(&f);
    cannot = !ok || !read_back(f.text, put, to);
    if (f.code >= 0) close(f.code);
    if (f.text >= 0) close(f.text);
    return !cannot;
}
