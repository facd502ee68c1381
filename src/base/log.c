#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/own_fd.h"

int log_fd = STDERR_FILENO;

static uint64_t start; // monotonic_ns()

bool log_begin(const char *file, int fd)
{
    start = monotonic_ns();
    if (fd >= 0) {
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return false;
        log_fd = fd;
        own_fd_add(fd);
        return true;
    }
    const int from =
        file ? open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666) : STDERR_FILENO;
    if (from < 0) return false;
    log_fd = own_fd_keep(from); // a stderr that is closed stays so: nothing to log to
    if (file && log_fd != from) close(from);
    return true;
}

void log_inherit(bool yes)
{
    if (own_fd(log_fd)) fcntl(log_fd, F_SETFD, yes ? 0 : FD_CLOEXEC);
}

// Appends to buf at n; a text that is too long loses its end.
static size_t append(char *buf, size_t n, size_t size, const char *fmt, va_list ap)
{
    const int len = vsnprintf(buf + n, size - n, fmt, ap);
    return len < 0 ? n : (size_t)len < size - n ? n + (size_t)len : size - 1;
}

static void put(int fd, const char *buf, size_t n)
{
    const int saved = errno;
    for (size_t done = 0; done < n;) {
        const ssize_t w = write(fd, buf + done, n - done);
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) break;
        done += (size_t)w;
    }
    errno = saved;
}

static void put_line(int fd, char *buf, size_t n)
{
    buf[n++] = '\n'; // in place of the final NUL
    put(fd, buf, n);
}

void log_text(const char *text, size_t n)
{
    put(log_fd, text, n);
}

static size_t prefix(char *buf, size_t size)
{
    const uint64_t t = monotonic_ns();
    if (!start) start = t; // lines about what is not implemented come without log_begin
    const uint64_t us = (t - start) / 1000;
    return (size_t)snprintf(buf, size, "[%6llu.%03ums] ", (unsigned long long)(us / 1000),
                            (unsigned)(us % 1000));
}

void log_line(const char *fmt, ...)
{
    char buf[8192];
    va_list ap;
    va_start(ap, fmt);
    put_line(log_fd, buf, append(buf, prefix(buf, sizeof buf), sizeof buf, fmt, ap));
    va_end(ap);
}

void log_event(const char *fmt, ...)
{
    char buf[8192];
    size_t n = prefix(buf, sizeof buf);
    unsigned thread;
    va_list ap;
    if (log_thread_of_many(&thread)) n += (size_t)snprintf(buf + n, sizeof buf - n, "%u: ", thread);
    va_start(ap, fmt);
    put_line(log_fd, buf, append(buf, n, sizeof buf, fmt, ap));
    va_end(ap);
}

void warn(const char *fmt, ...)
{
    char buf[8192] = "stinkarm: ";
    va_list ap;
    va_start(ap, fmt);
    put_line(STDERR_FILENO, buf, append(buf, strlen(buf), sizeof buf, fmt, ap));
    va_end(ap);
}
