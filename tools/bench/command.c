// One run of a program by an engine.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

extern char **environ;
enum { PATIENCE = 120 }; // seconds

struct command {
    char *argv[MAX_WORDS + 1];
    char text[MAX_WORDS][512];
    int n;
};

static void word(struct command *c, const char *s)
{
    snprintf(c->text[c->n], sizeof c->text[0], "%s", s);
    c->argv[c->n] = c->text[c->n];
    c->argv[++c->n] = NULL;
}

static void engine_words(struct command *c, enum engine engine)
{
    if (engine == QEMU) word(c, options.qemu);
    if (engine != INTERP && engine != JIT) return;
    word(c, options.stinkarm);
    word(c, engine == JIT ? "--engine=jit" : "--engine=interp");
}

static void program_words(struct command *c, const char *program, enum engine engine)
{
    char text[512];
    if (engine != NATIVE) {
        word(c, "-L");
        word(c, options.sysroot);
    }
    snprintf(text, sizeof text, "%s%s", engine == NATIVE ? "" : options.sysroot, program);
    word(c, text);
}

static bool is_busybox(const struct benchmark *b)
{
    return b->kind == START_UP && !b->program && b->argument[0];
}

bool can_run(const struct benchmark *b, enum engine engine)
{
    if (!options.engine[engine]) return false;
    return !is_busybox(b) || (engine == NATIVE ? options.busybox : options.busybox_arm);
}

static void make_command(const struct benchmark *b, enum engine engine, long amount, struct command *c)
{
    char text[512];
    memset(c, 0, sizeof *c);
    engine_words(c, engine);
    if (engine == JIT && b->engine_option) word(c, b->engine_option);
    if (b->program) {
        program_words(c, b->program, engine);
    } else if (is_busybox(b)) {
        word(c, engine == NATIVE ? options.busybox : options.busybox_arm);
    } else {
        snprintf(text, sizeof text, "%s/%s/%s%s", options.dir, b->class, b->name,
                 engine == NATIVE ? "" : ".elf");
        word(c, text);
    }
    for (int i = 0; i < 3 && b->argument[i]; i++)
        word(c, b->argument[i]);
    if (b->kind != WORK) return;
    snprintf(text, sizeof text, "%ld", amount);
    word(c, text);
    if (!strcmp(b->name, "spawn")) {
        // What it executes. qemu-arm does not run ARM programs that its guest executes: the child is qemu-arm
        // itself.
        if (engine == QEMU) word(c, options.qemu);
        snprintf(text, sizeof text, "%s/start/hello_assembly%s", options.dir, engine == NATIVE ? "" : ".elf");
        word(c, text);
    }
}

static volatile sig_atomic_t running;

static void too_long(int signal)
{
    (void)signal;
    if (running) kill(running, SIGKILL);
}

void run_engine(const struct benchmark *b, enum engine engine, long amount, struct output *out)
{
    struct command c;
    make_command(b, engine, amount, &c);
    memset(out, 0, sizeof *out);
    out->seconds = -1;
    const int to = memfd_create("output", MFD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    const int err = posix_spawnp(&pid, c.argv[0], &actions, NULL, c.argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (!err) {
        struct sigaction action = {.sa_handler = too_long};
        sigaction(SIGALRM, &action, NULL);
        running = pid;
        alarm(PATIENCE);
        int status;
        struct rusage usage;
        while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
            ;
        alarm(0);
        running = 0;
        const struct timeval u = usage.ru_utime, s = usage.ru_stime;
        if (status == 0)
            out->seconds = (double)(u.tv_sec + s.tv_sec) + (double)(u.tv_usec + s.tv_usec) * 1e-6;
        if (pread(to, out->text, sizeof out->text - 1, 0) < 0) out->seconds = -1;
    }
    close(to);
}

bool same_output(const struct output *a, const struct output *b, bool native)
{
    const char *p = a->text, *q = b->text;
    while (*p && *q) {
        const size_t m = strcspn(p, "\n"), n = strcspn(q, "\n");
        if (!(native && *p == '~' && *q == '~') && (m != n || memcmp(p, q, n))) return false;
        p += m + (p[m] != 0);
        q += n + (q[n] != 0);
    }
    return !*p && !*q;
}
