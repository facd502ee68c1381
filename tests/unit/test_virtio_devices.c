// The virtio console on a socket, and the 9p device's way from ring to message and back.
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/chardev.h"
#include "host/loop.h"
#include "host/share.h"
#include "virtio_env.h"

enum { RECEIVE, TRANSMIT, BUFFER = DATA + 0x1000 };

static struct dev_test t;
static struct loop loop;
static struct chardev *console;
static char spec[64], dir[] = "/tmp/stinkarm-virtio-XXXXXX";

static void quit(void *ctx)
{
    (void)ctx;
}

static int start_console(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    dev_test_init(&t);
    cr_assert(mkdtemp(dir));
    snprintf(spec, sizeof spec, "unix:%s/s", dir);
    cr_assert(loop_init(&loop, &t.clock, &t.bus.lock));
    console = chardev_open(spec, &loop, quit, NULL);
    cr_assert(console);
    t.env.backend = console;
    dev_test_add(&t, &virtio_console_class);
    cr_assert(loop_start(&loop));
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(a.sun_path, spec + 5);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    const struct timeval limit = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    cr_assert_eq(write(fd, "typed", 5), 5);
    usleep(100000); // accepted: what the guest says now has a reader
    return fd;
}

static void end_console(int fd)
{
    loop_stop(&loop);
    close(fd);
    chardev_close(console);
    dev_test_end(&t);
    unlink(spec + 5);
    rmdir(dir);
}

Test(virtio_devices, console)
{
    char got[32] = "";
    const int fd = start_console();
    pthread_mutex_lock(&t.bus.lock);
    expect_reg(&t, V_ID, 3);
    expect_reg(&t, V_CONFIG + 4, 1);
    wr(&t, V_CONFIG + 8, '!');
    drive(&t, 0, 2);
    memcpy(t.ram + BUFFER, "hello, host", 11);
    const uint32_t tx = ring(TRANSMIT);
    put_desc(&t, tx, 0, ENV_RAM + BUFFER, 5, D_NEXT, 1);
    put_desc(&t, tx, 1, ENV_RAM + BUFFER + 5, 6, 0, 0);
    kick(&t, TRANSMIT, 0);
    cr_expect_eq(used_idx(&t, TRANSMIT), 1u);
    cr_expect(t.line[0]);
    desc(&t, 0, BUFFER + 64, 3, D_WRITE, 0);
    desc(&t, 1, BUFFER + 96, 30, D_WRITE, 0);
    kick(&t, RECEIVE, 0);
    kick(&t, RECEIVE, 1);
    pthread_mutex_unlock(&t.bus.lock);
    for (size_t n = 0; n < 12;) {
        const ssize_t r = read(fd, got + n, sizeof got - 1 - n);
        cr_assert_gt(r, 0);
        n += (size_t)r;
    }
    cr_expect_str_eq(got, "!hello, host");
    pthread_mutex_lock(&t.bus.lock);
    cr_expect_eq(used_idx(&t, RECEIVE), 2u);
    cr_expect_eq(used_len(&t, RECEIVE, 0), 3u);
    cr_expect_eq(used_len(&t, RECEIVE, 1), 2u);
    cr_expect_eq(memcmp(t.ram + BUFFER + 64, "typ", 3), 0);
    cr_expect_eq(memcmp(t.ram + BUFFER + 96, "ed", 2), 0);
    put_desc(&t, tx, 2, ENV_RAM, 0xffffffff, 0, 0);
    kick(&t, TRANSMIT, 2);
    cr_expect_eq(used_idx(&t, TRANSMIT), 1u, "not memory");
    pthread_mutex_unlock(&t.bus.lock);
    end_console(fd);
}

Test(virtio_devices, p9)
{
    static const uint8_t version[] = "\x15\0\0\0\x64\xff\xff\0\x20\0\0\x08\0"
                                     "9P2000.L";
    struct share share;
    cr_assert(share_open(&share, "/tmp,tag=of tests"));
    dev_test_start(&t, &virtio_9p_class, NULL, &share);
    expect_reg(&t, V_ID, 9);
    cr_expect_eq(rd(&t, V_FEATURES) & 0xffffff, 1u);
    cr_expect_eq(rd_sized(&t, V_CONFIG, 2), 8u);
    expect_reg(&t, V_CONFIG + 4, 0x73657420); // " tes"
    drive(&t, 1, 1);
    memcpy(t.ram + BUFFER, version, sizeof version - 1);
    desc(&t, 0, BUFFER, 7, D_NEXT, 1);
    desc(&t, 1, BUFFER + 7, 14, D_NEXT, 2);
    desc(&t, 2, BUFFER + 0x100, 4, D_WRITE | D_NEXT, 3);
    desc(&t, 3, BUFFER + 0x200, 100, D_WRITE, 0);
    kick(&t, 0, 0);
    cr_expect_eq(used_len(&t, 0, 0), 21u);
    cr_expect_eq(get32(&t, BUFFER + 0x100), 21u);
    cr_expect_eq(t.ram[BUFFER + 0x200], 101);
    cr_expect_eq(get32(&t, BUFFER + 0x203), 8192u);
    desc(&t, 2, BUFFER + 0x100, 4, D_WRITE, 0); // no room for an answer
    kick(&t, 0, 0);
    cr_expect_eq(used_idx(&t, 0), 2u);
    cr_expect_eq(used_len(&t, 0, 1), 0u);
    dev_test_end(&t);
    share_close(&share);
}
