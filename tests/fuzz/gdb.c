// libFuzzer target: a conversation with GDB in which the other side says anything. Packets get the sums that
// they ought to have, so that what is in them is looked at.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/own_fd.h"
#include "cpu/engine.h"
#include "debug/gdb_session.h"
#include "mem/access.h"
#include "target.h"

static void invalidate(void *ctx, uint32_t addr)
{
    (void)ctx, (void)addr;
}

static void quit(void *ctx, int status)
{
    (void)ctx, (void)status;
}

static const char *exe_of(void *ctx)
{
    (void)ctx;
    return "/bin/true";
}

static int open_file(void *ctx, const char *path)
{
    (void)ctx, (void)path;
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static const struct debug_target target = {
    .id = id_of,
    .name = name_of,
    .read = read_memory,
    .write = write_memory,
    .invalidate = invalidate,
    .quit = quit,
    .exe = exe_of,
    .auxv = auxv,
    .open = open_file,
};

// "text" as the packet "$text#sum". Bytes behind a newline are another packet's; those behind a 0 go as they
// are.
static void say(int fd, const uint8_t *p, size_t n)
{
    if (n && !*p) {
        if (write(fd, p + 1, n - 1) < 0) return;
        return;
    }
    static char packet[8192];
    uint8_t sum = 0;
    packet[0] = '$';
    for (size_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + (packet[1 + i] = (char)p[i]));
    const int len = snprintf(packet + 1 + n, 8, "#%02x", sum);
    if (write(fd, packet, n + 1 + (size_t)len) < 0) return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct debug_control k;
    static struct gdb_session s;
    int pair[2];
    const bool below = size && *data == 1; // another process's conversation
    if (size > 4096 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) return 0;
    const int room = 1 << 20;
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    data += below;
    size -= below;
    while (size) {
        const uint8_t *end = memchr(data, '\n', size);
        const size_t n = end ? (size_t)(end - data) : size;
        say(pair[0], data, n);
        data += end ? n + 1 : n;
        size -= end ? n + 1 : n;
    }
    shutdown(pair[0], SHUT_WR);
    memset(&k, 0, sizeof k);
    memset(&s, 0, sizeof s);
    static const struct cpu_mem none;
    cpu.mem = &none;
    cpu.watched = false;
    cpu_reset(&cpu);
    if (!debug_init(&k, &target, true)) abort();
    k.base.join(&k.base, &cpu);
    s.k = &k;
    s.link.in = s.link.out = pair[1];
    s.listening = s.born = -1;
    s.flags = below ? GDB_BELOW | GDB_MULTIPROCESS : 0;
    gdb_converse(&s);
    k.base.leave(&k.base, &cpu);
    own_fd_close(k.event_fd);
    close(pair[0]);
    if (s.link.in == pair[1]) close(pair[1]);
    return 0;
}
