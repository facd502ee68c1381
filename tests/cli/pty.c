// pty WHAT COMMAND...: runs COMMAND on a new terminal, waits for "ready" on it, does WHAT, and prints how it
// ends: what it has written meanwhile, its status, whether the terminal was raw, and is again what it was.
// WHAT: text to type (^ is Ctrl-A), or the name of a signal.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char text[4096];
static size_t len;

static void read_for(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, ms) > 0 && len < sizeof text - 1) {
        const ssize_t n = read(fd, text + len, sizeof text - 1 - len);
        if (n <= 0) break;
        len += (size_t)n;
    }
}

static pid_t start(const char *slave, char **argv)
{
    const pid_t pid = fork();
    if (pid) return pid;
    setsid();
    const int fd = open(slave, O_RDWR);
    ioctl(fd, TIOCSCTTY, 0);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    signal(SIGINT, SIG_DFL); // which a shell may ignore in what it runs behind itself
    signal(SIGQUIT, SIG_DFL);
    execvp(argv[0], argv);
    _exit(99);
}

static void act(const char *what, int master, pid_t pid)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"TERM", SIGTERM}, {"INT", SIGINT}, {"HUP", SIGHUP}, {"SEGV", SIGSEGV}, {"TSTP", SIGTSTP}};
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        if (!strcmp(what, signals[i].name)) {
            kill(pid, signals[i].number);
            return;
        }
    for (; *what; what++) {
        const char c = *what == '^' ? 1 : *what;
        if (write(master, &c, 1) != 1) exit(98);
        usleep(20000);
    }
}

static void compare(const char *name, int slave, const struct termios *before)
{
    struct termios t;
    tcgetattr(slave, &t);
    const bool same = t.c_iflag == before->c_iflag && t.c_oflag == before->c_oflag &&
                      t.c_cflag == before->c_cflag && t.c_lflag == before->c_lflag &&
                      !memcmp(t.c_cc, before->c_cc, sizeof t.c_cc);
    printf("%s: %s\n", name, same ? "as before" : t.c_lflag & (ICANON | ECHO) ? "odd" : "raw");
}

int main(int argc, char **argv)
{
    if (argc < 3) return 97;
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) || unlockpt(master)) return 96;
    const int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios before;
    tcgetattr(slave, &before);
    const pid_t pid = start(ptsname(master), argv + 2);
    for (int i = 0; i < 200 && !strstr(text, "ready"); i++)
        read_for(master, 50);
    len = 0;
    memset(text, 0, sizeof text);
    compare("running", slave, &before);
    act(argv[1], master, pid);
    int status;
    waitpid(pid, &status, WUNTRACED);
    if (WIFSTOPPED(status)) {
        compare("stopped", slave, &before);
        kill(pid, SIGCONT);
        usleep(300000);
        compare("continued", slave, &before);
        act("^x", master, pid);
        waitpid(pid, &status, 0);
    }
    read_for(master, 50);
    for (char *p = text; *p; p++)
        if (*p == '\r') memmove(p, p + 1, strlen(p)), p--;
    printf("text: %s\n", text);
    printf(WIFSIGNALED(status) ? "signal %d\n" : "status %d\n",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    compare("ended", slave, &before);
    return 0;
}
