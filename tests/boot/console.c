// console SCRIPT [TRANSCRIPT]: drives a program through its terminal as SCRIPT says; exit status 0 if all
// came as expected, else 1 with the reason and the end of the transcript on stderr. Everything the program
// wrote goes to the file TRANSCRIPT. Lines of a script:
//     tty | pipes | nothing     what the program has as stdin and stdout (before run): a terminal (the
//     default), pipes, or
//                               a pipe as stdout and no stdin at all
//     timeout SECONDS           for each of the following waits (240)
//     run COMMAND               the shell starts it; $VARIABLES are the environment's
//     expect TEXT               waits for TEXT, from where the last one ended
//     send TEXT                 types TEXT
//     type TEXT                 types TEXT as it stands here, and Enter
//     close                     ends stdin (pipes only)
//     kill NUMBER               sends the program a signal
//     idle SECONDS PERCENT      over this time the program may use so much of one processor
//     mark NAME                 a line on stdout: NAME, seconds since the start, of them on a processor, KiB
//     of memory but the
//                               largest mapping (a machine's RAM)
//     check COMMAND             the shell runs it with the transcript so far as stdin; it must succeed
//     include FILE              its lines, FILE as seen from the script
//     exit STATUS               waits for the program's end; a terminal must be as it was before
// TEXT has C escapes (\r, \x01). Other lines: empty, # comment. BOOT_SLOW=N in the environment makes all
// waits N times longer.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum mode { TTY, PIPES, NOTHING };

static struct {
    const char *script;
    int line;
    enum mode mode;
    double timeout, slow, started;
    pid_t pid;
    bool ended;
    int status;
    int in, out, slave;     // ours: written to, read from; the terminal's other end
    struct termios termios; // of the terminal before the program had it
    char *text;             // what the program wrote
    size_t size, room, at;  // at: where the last expected text ended
    FILE *transcript;
} c = {.timeout = 240, .slow = 1, .in = -1, .out = -1, .slave = -1};

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void stop(void)
{
    if (!c.pid || c.ended) return;
    kill(-c.pid, SIGKILL);
    waitpid(c.pid, NULL, 0);
}

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", c.script, c.line);
    vfprintf(stderr, format, args);
    va_end(args);
    enum { TAIL = 4000 };
    const size_t from = c.size > TAIL ? c.size - TAIL : 0;
    fprintf(stderr, "\n----- the transcript%s:\n", from ? " ends with" : "");
    fwrite(c.text + from, 1, c.size - from, stderr);
    fprintf(stderr, "\n-----\n");
    stop();
    exit(1);
}

// Reads what there is, waiting for it up to the given time; learns of the program's end.
static void pump(double seconds)
{
    struct pollfd p = {.fd = c.out, .events = POLLIN};
    const bool was_ended = c.ended;
    if (poll(&p, 1, was_ended ? 0 : (int)(seconds * 1000)) > 0) {
        if (c.room - c.size < 65536 && !(c.text = realloc(c.text, c.room += c.room + 65536))) exit(1);
        const ssize_t n = read(c.out, c.text + c.size, 65536);
        if (n > 0) {
            if (c.transcript) fwrite(c.text + c.size, 1, (size_t)n, c.transcript), fflush(c.transcript);
            c.size += (size_t)n;
        } else if (!was_ended) {
            poll(NULL, 0, 10); // nobody writes any more: the end is near
        }
    }
    if (!c.ended && waitpid(c.pid, &c.status, WNOHANG) == c.pid) c.ended = true;
}

static bool readable(void)
{
    struct pollfd p = {.fd = c.out, .events = POLLIN};
    return poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

static void start(const char *command)
{
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    if (c.mode == TTY) {
        c.in = c.out = posix_openpt(O_RDWR | O_NOCTTY);
        if (c.in < 0 || grantpt(c.in) || unlockpt(c.in)) fail("no terminal: %s", strerror(errno));
        c.slave = open(ptsname(c.in), O_RDWR | O_NOCTTY);
        if (c.slave < 0 || tcgetattr(c.slave, &c.termios)) fail("no terminal: %s", strerror(errno));
    } else {
        if (pipe(to) || pipe(from)) fail("pipe: %s", strerror(errno));
        c.in = to[1], c.out = from[0];
    }
    fcntl(c.in, F_SETFD, FD_CLOEXEC), fcntl(c.out, F_SETFD, FD_CLOEXEC);
    c.started = now();
    c.pid = fork();
    if (c.pid < 0) fail("fork: %s", strerror(errno));
    if (c.pid == 0) {
        setsid();
        if (c.mode == TTY) ioctl(c.slave, TIOCSCTTY, 0);
        dup2(c.mode == TTY ? c.slave : to[0], 0);
        dup2(c.mode == TTY ? c.slave : from[1], 1);
        dup2(1, 2);
        for (int fd = c.mode == NOTHING ? 0 : 3; fd < 16; fd++)
            if (fd != 1 && fd != 2) close(fd);
        char exec[4096];
        snprintf(exec, sizeof exec, "exec %s", command);
        execl("/bin/sh", "sh", "-c", exec, NULL);
        _exit(127);
    }
    if (c.mode != TTY) close(to[0]), close(from[1]);
}

static void expect(const char *text, size_t n)
{
    const double end = now() + c.timeout * c.slow;
    for (;;) {
        const char *found = c.size > c.at ? memmem(c.text + c.at, c.size - c.at, text, n) : NULL;
        if (found) {
            c.at = (size_t)(found - c.text) + n;
            return;
        }
        if (c.ended && !readable()) fail("the program ended (status %#x) without \"%s\"", c.status, text);
        if (now() > end) fail("no \"%s\" in %g s", text, c.timeout * c.slow);
        pump(0.02);
    }
}

static void type(const char *text, size_t n)
{
    const double end = now() + c.timeout * c.slow;
    while (n) {
        struct pollfd p = {.fd = c.in, .events = POLLOUT};
        if (poll(&p, 1, 20) > 0) {
            const ssize_t k = write(c.in, text, n < 64 ? n : 64);
            if (k < 0) fail("cannot type: %s", strerror(errno));
            text += k, n -= (size_t)k;
        }
        if (now() > end) fail("the program does not read what is typed");
        pump(0);
    }
}

static double cpu_seconds(void)
{
    clockid_t clock;
    struct timespec ts;
    if (clock_getcpuclockid(c.pid, &clock) || clock_gettime(clock, &ts)) fail("no processor time");
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void idle(const char *arguments)
{
    double seconds, percent;
    if (sscanf(arguments, "%lf %lf", &seconds, &percent) != 2) fail("idle SECONDS PERCENT");
    const double before = cpu_seconds(), end = now() + seconds;
    while (now() < end)
        pump(0.1);
    const double used = (cpu_seconds() - before) / seconds * 100;
    if (used > percent) fail("idle, it uses %.1f %% of a processor, more than %g %%", used, percent);
}

static long memory_but_the_largest(void)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/smaps", (int)c.pid);
    FILE *f = fopen(path, "r");
    if (!f) fail("%s: cannot be read", path);
    long sum = 0, largest = 0, kib;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "Rss: %ld kB", &kib) != 1) continue;
        sum += kib;
        if (kib > largest) largest = kib;
    }
    fclose(f);
    return sum - largest;
}

static void mark(const char *name)
{
    printf("%s %.4f %.4f %ld\n", name, now() - c.started, cpu_seconds(), memory_but_the_largest());
    fflush(stdout);
}

static void check(const char *command)
{
    FILE *f = popen(command, "w");
    if (!f) fail("popen: %s", strerror(errno));
    fwrite(c.text, 1, c.size, f);
    if (pclose(f)) fail("check failed: %s", command);
}

static void expect_exit(int status)
{
    const double end = now() + c.timeout * c.slow;
    while (!c.ended || readable()) {
        if (now() > end) fail("the program does not end in %g s", c.timeout * c.slow);
        pump(0.02);
    }
    const int got = WIFEXITED(c.status) ? WEXITSTATUS(c.status) : 128 + WTERMSIG(c.status);
    if (got != status) fail("exit status %d, not %d", got, status);
    if (c.mode != TTY) return;
    struct termios after;
    if (tcgetattr(c.slave, &after) || after.c_iflag != c.termios.c_iflag ||
        after.c_oflag != c.termios.c_oflag || after.c_cflag != c.termios.c_cflag ||
        after.c_lflag != c.termios.c_lflag || memcmp(after.c_cc, c.termios.c_cc, sizeof after.c_cc))
        fail("the terminal is not as it was before");
}

// C escapes, in place; the length.
static size_t unescape(char *s)
{
    char *out = s, *const start = s;
    while (*s) {
        if (*s != '\\' || !s[1]) {
            *out++ = *s++;
            continue;
        }
        static const char names[] = "nrtae", values[] = "\n\r\t\a\x1b";
        const char *known = strchr(names, s[1]);
        if (s[1] == 'x' && isxdigit((unsigned char)s[2])) {
            *out++ = (char)strtoul(s + 2, &s, 16);
        } else {
            *out++ = known ? values[known - names] : s[1];
            s += 2;
        }
    }
    *out = 0;
    return (size_t)(out - start);
}

static void do_script(FILE *f, const char *name);

static void include(const char *name)
{
    char path[4096];
    const char *slash = strrchr(c.script, '/');
    snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash + 1 - c.script) : 0, c.script, name);
    FILE *f = fopen(path, "r");
    if (!f) fail("%s: %s", path, strerror(errno));
    do_script(f, path);
}

static void do_line(const char *verb, char *rest)
{
    if (!strcmp(verb, "tty"))
        c.mode = TTY;
    else if (!strcmp(verb, "pipes"))
        c.mode = PIPES;
    else if (!strcmp(verb, "nothing"))
        c.mode = NOTHING;
    else if (!strcmp(verb, "timeout"))
        c.timeout = atof(rest);
    else if (!strcmp(verb, "include"))
        include(rest);
    else if (!strcmp(verb, "run"))
        start(rest);
    else if (!strcmp(verb, "check"))
        check(rest);
    else if (!c.pid)
        fail("before run: %s", verb);
    else if (!strcmp(verb, "expect"))
        expect(rest, unescape(rest));
    else if (!strcmp(verb, "send"))
        type(rest, unescape(rest));
    else if (!strcmp(verb, "type"))
        type(rest, strlen(rest)), type("\r", 1);
    else if (!strcmp(verb, "close"))
        close(c.in);
    else if (!strcmp(verb, "kill"))
        kill(c.pid, atoi(rest));
    else if (!strcmp(verb, "idle"))
        idle(rest);
    else if (!strcmp(verb, "mark"))
        mark(rest);
    else if (!strcmp(verb, "exit"))
        expect_exit(atoi(rest));
    else
        fail("unknown: %s", verb);
}

// Reads and does all lines; closes the file.
static void do_script(FILE *f, const char *name)
{
    const char *const outer = c.script;
    const int outer_line = c.line;
    c.script = name, c.line = 0;
    fcntl(fileno(f), F_SETFD, FD_CLOEXEC);
    char line[4096];
    while (fgets(line, sizeof line, f)) {
        c.line++;
        line[strcspn(line, "\n")] = 0;
        char *verb = line + strspn(line, " "), *rest = verb + strcspn(verb, " ");
        if (!*verb || *verb == '#') continue;
        if (*rest) *rest++ = 0;
        do_line(verb, rest);
    }
    fclose(f);
    c.script = outer, c.line = outer_line;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fputs("usage: console SCRIPT [TRANSCRIPT]\n", stderr);
        return 2;
    }
    c.script = argv[1];
    if (getenv("BOOT_SLOW")) c.slow = atof(getenv("BOOT_SLOW"));
    FILE *f = fopen(argv[1], "r");
    if (!f || (argc == 3 && !(c.transcript = fopen(argv[2], "w")))) {
        perror(f ? argv[2] : argv[1]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    do_script(f, argv[1]);
    stop();
    return 0;
}
