#include "board/semihost_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// SYS_EXIT_EXTENDED is there, and ":tt" opened for appending is stderr.
static const uint8_t features[] = {'S', 'H', 'F', 'B', 0x03};

static int fail(struct semihost *h, int error)
{
    h->error = error;
    return -1;
}

static struct semihost_file *file_of(struct semihost *h, uint32_t handle)
{
    if (handle && handle <= SEMIHOST_FILES && h->file[handle - 1].open) return &h->file[handle - 1];
    h->error = EBADF;
    return NULL;
}

int semihost_open(struct semihost *h, const char *name, uint32_t mode)
{
    // r, r+, w, w+, a, a+; each also with b
    static const int flags[] = {O_RDONLY,
                                O_RDWR,
                                O_WRONLY | O_CREAT | O_TRUNC,
                                O_RDWR | O_CREAT | O_TRUNC,
                                O_WRONLY | O_CREAT | O_APPEND,
                                O_RDWR | O_CREAT | O_APPEND};
    if (mode > 11) return fail(h, EINVAL);
    unsigned i = 0;
    while (i < SEMIHOST_FILES && h->file[i].open)
        i++;
    if (i == SEMIHOST_FILES) return fail(h, EMFILE);
    struct semihost_file f = {.open = true, .fd = -1};
    if (!strcmp(name, ":tt")) {
        f.fd = mode < 4 ? STDIN_FILENO : mode < 8 ? STDOUT_FILENO : STDERR_FILENO;
    } else if (!strcmp(name, ":semihosting-features")) {
        if (mode > 1) return fail(h, EACCES);
        f.features = true;
    } else {
        f.fd = open(name, flags[mode / 2] | O_CLOEXEC | O_NOCTTY, 0666);
        if (f.fd < 0) return fail(h, errno);
    }
    h->file[i] = f;
    return (int)i + 1;
}

int semihost_close(struct semihost *h, uint32_t handle)
{
    struct semihost_file *f = file_of(h, handle);
    if (!f) return -1;
    f->open = false;
    if (f->fd > STDERR_FILENO && close(f->fd)) return fail(h, errno);
    return 0;
}

void semihost_print(struct semihost *h, int fd, const uint8_t *data, size_t n)
{
    pthread_mutex_lock(&h->m->bus.lock);
    chardev_flush(h->m->serial[0]);
    pthread_mutex_unlock(&h->m->bus.lock);
    while (n) {
        const ssize_t done = write(fd, data, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return;
        data += done;
        n -= (size_t)done;
    }
}

// The console's input, if the serial port has not got it. Waits, but not longer than the machine lives.
static ssize_t read_console(struct semihost *h, uint8_t *to, size_t n)
{
    if (h->m->opt.serial[0] && !strcmp(h->m->opt.serial[0], "stdio")) return 0;
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&p, 1, 50) <= 0)
        if (atomic_load(&h->m->request) != RUN_ON) return 0;
    return read(STDIN_FILENO, to, n);
}

int semihost_getc(struct semihost *h)
{
    uint8_t c;
    return read_console(h, &c, 1) == 1 ? c : -1;
}

uint32_t semihost_write(struct semihost *h, struct sys_cpu *s, uint32_t handle, uint32_t from, uint32_t len)
{
    const struct semihost_file *f = file_of(h, handle);
    uint8_t buf[4096];
    while (f && len) {
        const size_t n = len < sizeof buf ? len : sizeof buf;
        if (!mmu_copy_in(s, buf, from, n)) {
            h->error = EFAULT;
            break;
        }
        ssize_t done = (ssize_t)n;
        if (f->features)
            done = -1, errno = EBADF;
        else if (f->fd <= STDERR_FILENO)
            semihost_print(h, f->fd, buf, n);
        else
            done = write(f->fd, buf, n);
        if (done < 0) {
            h->error = errno;
            break;
        }
        from += (uint32_t)done;
        len -= (uint32_t)done;
        if (done < (ssize_t)n) break;
    }
    return len;
}

uint32_t semihost_read(struct semihost *h, struct sys_cpu *s, uint32_t handle, uint32_t to, uint32_t len)
{
    struct semihost_file *f = file_of(h, handle);
    uint8_t buf[4096];
    while (f && len) {
        size_t n = len < sizeof buf ? len : sizeof buf;
        ssize_t done;
        if (f->features) {
            const size_t left = f->at < sizeof features ? sizeof features - f->at : 0;
            if (n > left) n = left;
            memcpy(buf, features + sizeof features - left, n);
            f->at += (uint32_t)n;
            done = (ssize_t)n;
        } else if (f->fd <= STDERR_FILENO) {
            done = read_console(h, buf, n);
        } else {
            done = read(f->fd, buf, n);
        }
        if (done <= 0 || !mmu_copy_out(s, to, buf, (size_t)done)) {
            if (done) h->error = done < 0 ? errno : EFAULT;
            break;
        }
        to += (uint32_t)done;
        len -= (uint32_t)done;
        if (done < (ssize_t)n || f->fd == STDIN_FILENO) break; // a terminal's line is all for now
    }
    return len;
}

int semihost_seek(struct semihost *h, uint32_t handle, uint32_t to)
{
    struct semihost_file *f = file_of(h, handle);
    if (!f) return -1;
    if (f->features) {
        f->at = to;
        return 0;
    }
    return lseek(f->fd, to, SEEK_SET) < 0 ? fail(h, errno) : 0;
}

int semihost_is_tty(struct semihost *h, uint32_t handle)
{
    const struct semihost_file *f = file_of(h, handle);
    return f ? !f->features && isatty(f->fd) : -1;
}

int semihost_length(struct semihost *h, uint32_t handle)
{
    const struct semihost_file *f = file_of(h, handle);
    struct stat st;
    if (!f) return -1;
    if (f->features) return sizeof features;
    if (fstat(f->fd, &st)) return fail(h, errno);
    return st.st_size > INT32_MAX ? fail(h, EOVERFLOW) : (int)st.st_size;
}
