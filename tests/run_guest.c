// run_guest [options] FILE...: compiles programs, runs them with stinkarm, compares with what their comments
// say. The comments' grammar is in tests/README.md.
//     --stinkarm PATH   the emulator (build/stinkarm)      --build DIR   where the programs go
//     (build/tests/guest)
//     --jobs N          at the same time (2)               --full        tests marked `full`, too
//     --filter TEXT     only tests whose "name [variant]" contains TEXT
//     --once            each test in its first variant only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 1 << 16, MAX_CONTAINS = 32, PASSED = 0, FAILED = 1, SKIPPED = 2 };

struct text {
    bool set;
    size_t len;
    char s[TEXT];
};

struct expectation {
    int exit_status, signal, timeout;
    bool full, oracle;
    struct text out, err, in;
    char *out_contains[MAX_CONTAINS], *err_contains[MAX_CONTAINS];
    int n_out, n_err;
    char builds[512], cflags[1024], libs[512], options[1024], args[1024], full_args[1024], env[1024];
};

static const char *stinkarm = "build/stinkarm", *build_dir = "build/tests/guest", *filter;
static int jobs = 2;
static bool full, once;

static const struct {
    const char *name;
    int number;
} signals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT}, {"BUS", SIGBUS},   {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"SYS", SIGSYS},   {"XCPU", SIGXCPU},
};

static void bad(const char *file, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "run_guest: %s: ", file);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(125);
}

// A word or a C string into *t, behind what is there already. Returns the rest of the line.
static const char *parse_value(const char *file, const char *p, struct text *t)
{
    t->set = true;
    const bool quoted = *p == '"';
    if (quoted) p++;
    while (quoted ? *p && *p != '"' : *p && !isspace((unsigned char)*p)) {
        if (t->len + 1 >= TEXT) bad(file, "text too long");
        char ch = *p++;
        if (quoted && ch == '\\') {
            ch = *p++;
            switch (ch) {
            case 'n': ch = '\n'; break;
            case 't': ch = '\t'; break;
            case 'r': ch = '\r'; break;
            case '0': ch = 0; break;
            case 'x': ch = (char)strtoul((char[]){p[0], p[1], 0}, NULL, 16), p += 2; break;
            default: break; // the character itself
            }
        }
        t->s[t->len++] = ch;
    }
    if (quoted && *p++ != '"') bad(file, "string without an end");
    t->s[t->len] = 0;
    return p;
}

static void join(const char *file, char *to, size_t size, const char *word)
{
    const size_t n = strlen(to);
    if (n + strlen(word) + 2 > size) bad(file, "too long: %s", word);
    snprintf(to + n, size - n, "%s%s", n ? " " : "", word);
}

static void parse_signal(const char *file, const char *name, struct expectation *e)
{
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        if (!strcmp(signals[i].name, name)) {
            e->signal = signals[i].number;
            return;
        }
    bad(file, "unknown signal %s", name);
}

static const char *parse_word(const char *file, const char *p, struct expectation *e)
{
    char key[32];
    size_t n = 0;
    while (*p && (isalpha((unsigned char)*p)) && n < sizeof key - 1)
        key[n++] = *p++;
    key[n] = 0;
    if (*p != '=' && *p != '~') {
        if (!strcmp(key, "full")) {
            e->full = true;
            return p;
        }
        bad(file, "'%s': wants key=value", n ? key : p);
    }
    const bool contains = *p++ == '~';
    if (!contains && !strcmp(key, "stdout")) return parse_value(file, p, &e->out);
    if (!contains && !strcmp(key, "stderr")) return parse_value(file, p, &e->err);
    if (!contains && !strcmp(key, "stdin")) return parse_value(file, p, &e->in);
    static struct text v;
    v.len = 0;
    p = parse_value(file, p, &v);
    if (contains && !strcmp(key, "stdout") && e->n_out < MAX_CONTAINS)
        e->out_contains[e->n_out++] = strdup(v.s);
    else if (contains && !strcmp(key, "stderr") && e->n_err < MAX_CONTAINS)
        e->err_contains[e->n_err++] = strdup(v.s);
    else if (!strcmp(key, "exit"))
        e->exit_status = atoi(v.s);
    else if (!strcmp(key, "timeout"))
        e->timeout = atoi(v.s);
    else if (!strcmp(key, "signal"))
        parse_signal(file, v.s, e);
    else if (!strcmp(key, "oracle") && !strcmp(v.s, "qemu"))
        e->oracle = true;
    else if (!strcmp(key, "build"))
        join(file, e->builds, sizeof e->builds, v.s);
    else if (!strcmp(key, "cflags"))
        join(file, e->cflags, sizeof e->cflags, v.s);
    else if (!strcmp(key, "libs"))
        join(file, e->libs, sizeof e->libs, v.s);
    else if (!strcmp(key, "options"))
        join(file, e->options, sizeof e->options, v.s);
    else if (!strcmp(key, "args"))
        join(file, e->args, sizeof e->args, v.s);
    else if (!strcmp(key, "fullargs"))
        join(file, e->full_args, sizeof e->full_args, v.s);
    else if (!strcmp(key, "env"))
        join(file, e->env, sizeof e->env, v.s);
    else
        bad(file, "unknown key '%s'", key);
    return p;
}

// false: the file has no expectations.
static bool parse_file(const char *file, struct expectation *e)
{
    FILE *f = fopen(file, "r");
    if (!f) bad(file, "%s", strerror(errno));
    memset(e, 0, sizeof *e);
    e->timeout = 60; // a hang, however busy the host is
    char line[8192];
    bool found = false;
    while (fgets(line, sizeof line, f)) {
        const char *p = strstr(line, "stinkarm-test:");
        if (!p) continue;
        found = true;
        for (p += strlen("stinkarm-test:");;) {
            while (isspace((unsigned char)*p))
                p++;
            if (!*p || !strncmp(p, "*/", 2)) break;
            p = parse_word(file, p, e);
        }
    }
    fclose(f);
    const char *dot = strrchr(file, '.');
    if (!e->builds[0]) strcpy(e->builds, dot && !strcmp(dot, ".S") ? "bare" : "arm");
    return found;
}

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

// The compiler's command line for a variant, or false for an unknown one.
static bool compiler(const char *variant, bool cxx, char *to, size_t size)
{
    static const struct {
        const char *name, *command, *opt;
    } variants[] = {
        {"bare",
         "arm-none-eabi-gcc -nostdlib -march=armv7-a -mfpu=neon-vfpv4 -mfloat-abi=softfp -Wl,-Ttext=0x8000",
         ""},
        {"nolibc",
         "arm-none-eabi-gcc -nostdlib -ffreestanding -fno-builtin -march=armv7-a -mfpu=neon-vfpv4 "
         "-mfloat-abi=softfp "
         "-Wl,-Ttext=0x8000",
         "-O2"},
        {"arm", "arm-linux-gnueabihf-g%s -static -marm", "-O2"},
        {"thumb", "arm-linux-gnueabihf-g%s -static -mthumb", "-O2"},
        {"armel", "arm-linux-gnueabi-g%s -static", "-O2"},
        {"musl", "tests/musl_g%s -static", "-O2"},
    };
    const size_t n = strcspn(variant, "-");
    for (unsigned i = 0; i < sizeof variants / sizeof *variants; i++) {
        if (strlen(variants[i].name) != n || strncmp(variants[i].name, variant, n)) continue;
        char command[512];
        snprintf(command, sizeof command, variants[i].command, cxx ? "++" : "cc");
        snprintf(to, size, "%s %s", command, variant[n] ? variant + n : variants[i].opt);
        return true;
    }
    return false;
}

static bool newer(const char *a, const char *b)
{
    struct stat sa, sb;
    return !stat(a, &sa) && !stat(b, &sb) &&
           (sa.st_mtim.tv_sec > sb.st_mtim.tv_sec ||
            (sa.st_mtim.tv_sec == sb.st_mtim.tv_sec && sa.st_mtim.tv_nsec > sb.st_mtim.tv_nsec));
}

static int build(const char *file, const char *variant, const struct expectation *e, const char *elf)
{
    if (newer(elf, file)) return PASSED;
    const char *dot = strrchr(file, '.');
    char cc[1024], cmd[32768];
    if (!compiler(variant, dot && !strcmp(dot, ".cc"), cc, sizeof cc))
        bad(file, "unknown variant %s", variant);
    snprintf(cmd, sizeof cmd, "%s %s -o '%s.new' '%s' %s > '%s.log' 2>&1 && mv '%s.new' '%s'", cc, e->cflags,
             elf, file, e->libs, elf, elf, elf);
    const int status = system(cmd);
    if (status == 0) return PASSED;
    return WIFEXITED(status) && WEXITSTATUS(status) == 77 ? SKIPPED
                                                          : FAILED; // 77: no such compiler to be had
}

static pid_t running;

static void on_alarm(int sig)
{
    (void)sig;
    if (running) kill(-running, SIGKILL);
}

static int split(char *s, char **argv, int n)
{
    for (char *w = strtok(s, " "); w && n < 60; w = strtok(NULL, " "))
        argv[n++] = w;
    return n;
}

// Runs a program with its output in files. Returns wait's status.
static int run(const struct expectation *e, const char *emulator, const char *options, const char *elf,
               int out, int err, bool *timed_out)
{
    FILE *in = tmpfile();
    if (!in || fwrite(e->in.s, 1, e->in.len, in) != e->in.len) bad(elf, "no temporary file");
    rewind(in);
    const pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        signal(SIGALRM, SIG_DFL);
        dup2(fileno(in), 0);
        dup2(out, 1);
        dup2(err, 2);
        char emu[1024], opts[1024], args[1024], env[1024], *argv[64], *envs[64];
        snprintf(emu, sizeof emu, "%s", emulator);
        snprintf(opts, sizeof opts, "%s", options);
        snprintf(args, sizeof args, "%s", full && *e->full_args ? e->full_args : e->args);
        snprintf(env, sizeof env, "%s", e->env);
        int n = split(emu, argv, 0);
        n = split(opts, argv, n);
        argv[n++] = (char *)elf;
        n = split(args, argv, n);
        argv[n] = NULL;
        for (int i = split(env, envs, 0); i > 0; i--)
            putenv(envs[i - 1]);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(126);
    }
    running = pid;
    setpgid(pid, pid);
    signal(SIGALRM, on_alarm);
    const double start = now();
    alarm((unsigned)e->timeout);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    alarm(0);
    kill(-pid, SIGKILL); // what it left behind
    running = 0;
    *timed_out = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && now() - start >= e->timeout;
    fclose(in);
    return status;
}

static char *slurp(int fd, size_t *len)
{
    const off_t size = lseek(fd, 0, SEEK_END);
    char *s = malloc((size_t)size + 1);
    if (!s || pread(fd, s, (size_t)size, 0) != size) bad("output", "cannot be read");
    s[size] = 0;
    *len = (size_t)size;
    return s;
}

static void show_text(FILE *log, const char *what, const char *s, size_t len)
{
    fprintf(log, "    %s (%zu bytes):\n", what, len);
    for (size_t i = 0, col = 0; i < len && i < 3000; i++) {
        if (col == 0) fputs("      | ", log);
        col = 1;
        if (s[i] == '\n')
            fputc('\n', log), col = 0;
        else if (isprint((unsigned char)s[i]) || s[i] == '\t' || s[i] & 0x80)
            fputc(s[i], log);
        else
            fprintf(log, "\\x%02x", (unsigned char)s[i]);
    }
    fputc('\n', log);
}

static bool check_text(FILE *log, const char *what, const struct text *want, char *const *contains, int n,
                       const char *got, size_t len)
{
    bool ok = true;
    if (want->set && (want->len != len || memcmp(want->s, got, len))) {
        ok = false;
        fprintf(log, "  %s is not as expected\n", what);
        show_text(log, "expected", want->s, want->len);
    }
    for (int i = 0; i < n; i++)
        if (!memmem(got, len, contains[i], strlen(contains[i]))) {
            ok = false;
            fprintf(log, "  %s does not contain \"%s\"\n", what, contains[i]);
        }
    return ok;
}

static int temporary(void)
{
    FILE *f = tmpfile();
    if (!f) bad("temporary file", "%s", strerror(errno));
    return fileno(f);
}

static bool check_run(FILE *log, struct expectation *e, const char *elf)
{
    const int out = temporary(), err = temporary();
    bool timed_out = false, ok = true;
    if (e->oracle) {
        const int qout = temporary(), qerr = temporary();
        const int status = run(e, "qemu-arm -cpu max", "", elf, qout, qerr, &timed_out);
        char *s = slurp(qout, &e->out.len);
        if (e->out.len >= TEXT) bad(elf, "qemu's output is too long");
        memcpy(e->out.s, s, e->out.len);
        e->out.set = true;
        e->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        e->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        free(s);
    }
    const int status = run(e, stinkarm, e->options, elf, out, err, &timed_out);
    size_t out_len, err_len;
    char *out_text = slurp(out, &out_len), *err_text = slurp(err, &err_len);
    if (timed_out) {
        ok = false;
        fprintf(log, "  no end after %d s\n", e->timeout);
    } else if (e->signal ? !WIFSIGNALED(status) || WTERMSIG(status) != e->signal
                         : !WIFEXITED(status) || WEXITSTATUS(status) != e->exit_status) {
        ok = false;
        if (WIFSIGNALED(status))
            fprintf(log, "  ended by signal %d", WTERMSIG(status));
        else
            fprintf(log, "  exit status %d", WEXITSTATUS(status));
        fprintf(log, ", expected %s %d\n", e->signal ? "signal" : "exit status",
                e->signal ? e->signal : e->exit_status);
    }
    if (!check_text(log, "stdout", &e->out, e->out_contains, e->n_out, out_text, out_len)) ok = false;
    if (!check_text(log, "stderr", &e->err, e->err_contains, e->n_err, err_text, err_len)) ok = false;
    if (!ok) {
        show_text(log, "stdout", out_text, out_len);
        if (err_len) show_text(log, "stderr", err_text, err_len);
    }
    free(out_text);
    free(err_text);
    return ok;
}

// One test in one variant, in a process of its own. Its line is written at once.
static int run_test(const char *file, const char *variant, struct expectation *e, const char *name)
{
    char elf[4096], *text = NULL;
    size_t len = 0;
    FILE *log = open_memstream(&text, &len);
    // Two directories may have programs of one name.
    int dir = snprintf(elf, sizeof elf, "%s/", build_dir);
    snprintf(elf + dir, sizeof elf - (size_t)dir, "%s.%s.elf", file, variant);
    for (char *p = elf + dir; *p; p++)
        if (*p == '/') *p = '-';
    const double start = now();
    int result = build(file, variant, e, elf);
    if (result == FAILED) {
        fprintf(log, "FAIL %s [%s]: does not compile: see %s.log\n", name, variant, elf);
    } else if (result == SKIPPED) {
        fprintf(log, "skip %s [%s]: no compiler\n", name, variant);
    } else {
        char *details = NULL;
        size_t details_len = 0;
        FILE *d = open_memstream(&details, &details_len);
        if (!check_run(d, e, elf)) result = FAILED;
        fclose(d);
        fprintf(log, "%s %s [%s] %.2f s\n%s", result ? "FAIL" : "ok  ", name, variant, now() - start,
                details);
    }
    fclose(log);
    fwrite(text, 1, len, stdout);
    fflush(stdout);
    return result;
}

static int counts[3], busy;

static void reap(void)
{
    int status;
    if (wait(&status) < 0) return;
    busy--;
    counts[WIFEXITED(status) && WEXITSTATUS(status) <= SKIPPED ? WEXITSTATUS(status) : FAILED]++;
}

static void run_file(const char *file)
{
    static struct expectation e;
    if (!parse_file(file, &e)) return;
    if (e.full && !full) return;
    char copy[4096], name[256], builds[sizeof e.builds];
    snprintf(copy, sizeof copy, "%s", file);
    snprintf(name, sizeof name, "%s", basename(copy));
    memcpy(builds, e.builds, sizeof builds);
    char *save = NULL;
    for (char *v = strtok_r(builds, ", ", &save); v; v = strtok_r(NULL, ", ", &save)) {
        char label[600];
        snprintf(label, sizeof label, "%s [%s]", name, v);
        if (filter && !strstr(label, filter)) continue;
        if (busy == jobs) reap();
        fflush(stdout);
        if (fork() == 0) exit(run_test(file, v, &e, name));
        busy++;
        if (once) break;
    }
}

int main(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
        if (!strcmp(argv[i], "--full")) {
            full = true;
            continue;
        }
        if (!strcmp(argv[i], "--once")) {
            once = true;
            continue;
        }
        if (i + 1 == argc) bad(argv[i], "wants a value");
        if (!strcmp(argv[i], "--stinkarm"))
            stinkarm = argv[++i];
        else if (!strcmp(argv[i], "--build"))
            build_dir = argv[++i];
        else if (!strcmp(argv[i], "--jobs"))
            jobs = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--filter"))
            filter = argv[++i];
        else
            bad(argv[i], "unknown option");
    }
    char cmd[4200];
    snprintf(cmd, sizeof cmd, "mkdir -p '%s'", build_dir);
    if (system(cmd)) return 125;
    for (; i < argc; i++)
        run_file(argv[i]);
    while (busy)
        reap();
    printf("%d passed, %d failed", counts[PASSED], counts[FAILED]);
    if (counts[SKIPPED]) printf(", %d skipped", counts[SKIPPED]);
    printf("\n");
    return counts[FAILED] != 0;
}
