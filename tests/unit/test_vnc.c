// The VNC server against a client on a socket, its event loop in a thread of its own as in a machine.
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/display.h"
#include "host/loop.h"

enum { WIDTH = 80, HEIGHT = 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct clock the_clock;
static struct loop loop;
static struct display *screen;
static int port, fd;
static uint32_t picture[HEIGHT][WIDTH];
static unsigned height = HEIGHT;
static char log_text[256]; // what the keyboard and the mouse were told

static bool size(void *ctx, unsigned *w, unsigned *h)
{
    (void)ctx;
    *w = WIDTH;
    *h = height;
    return true;
}

static void line(void *ctx, unsigned y, uint32_t *pixels)
{
    (void)ctx;
    memcpy(pixels, picture[y], sizeof picture[y]);
}

static void on_key(void *ctx, uint32_t keysym, bool down)
{
    (void)ctx;
    const size_t n = strlen(log_text);
    snprintf(log_text + n, sizeof log_text - n, "%c%x ", down ? '+' : '-', keysym);
}

static void on_move(void *ctx, int dx, int dy, int dz, unsigned buttons)
{
    (void)ctx;
    const size_t n = strlen(log_text);
    snprintf(log_text + n, sizeof log_text - n, "%d,%d,%d,%u ", dx, dy, dz, buttons);
}

static void begin(void)
{
    clock_init(&the_clock, false, &loop);
    cr_assert(loop_init(&loop, &the_clock, &lock));
    for (port = 20000 + getpid() % 20000; !screen; port++) {
        char spec[32];
        snprintf(spec, sizeof spec, "vnc:%d", port);
        screen = display_open(spec, &loop);
    }
    port--;
    display_connect(screen, 0, &(struct display_source){size, line, NULL});
    display_connect_keyboard(screen, &(struct display_keyboard){on_key, NULL});
    display_connect_mouse(screen, &(struct display_mouse){on_move, NULL});
    cr_assert(loop_start(&loop));
}

static void end(void)
{
    if (fd) close(fd);
    loop_stop(&loop);
    display_close(screen);
}

TestSuite(vnc, .init = begin, .fini = end, .timeout = 60);

static void dial(void)
{
    const struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(connect(fd, (const struct sockaddr *)&a, sizeof a) == 0);
}

static void put(const void *data, size_t n)
{
    cr_assert(send(fd, data, n, MSG_NOSIGNAL) == (ssize_t)n);
}

static void get(void *data, size_t n)
{
    cr_assert(recv(fd, data, n, MSG_WAITALL) == (ssize_t)n, "the connection ends");
}

static void expect(const void *data, size_t n)
{
    uint8_t got[64];
    get(got, n);
    cr_assert_arr_eq(got, data, n);
}

static void shake_hands(void)
{
    uint8_t init[24];
    dial();
    expect("RFB 003.008\n", 12);
    put("RFB 003.008\n", 12);
    expect("\1\1", 2);
    put("\1", 1);
    expect("\0\0\0", 4);
    put("\1", 1);
    get(init, sizeof init);
    cr_expect_arr_eq(init, "\0\120\0\24\40\30\0\1\0\377\0\377\0\377\20\10\0", 17);
    expect("stinkarm", init[23]);
}

static void ask(bool incremental)
{
    put((const uint8_t[]){3, incremental, 0, 0, 0, 0, 0, WIDTH, 0, HEIGHT}, 10);
}

// What comes is an update of so many rectangles; the first one starts like this.
static void expect_update(unsigned n, const void *first)
{
    expect((const uint8_t[]){0, 0, 0, (uint8_t)n}, 4);
    if (n) expect(first, 12);
}

// The other end hangs up.
static void expect_end(void)
{
    char c;
    while (recv(fd, &c, 1, 0) > 0)
        ;
}

static void locked(void (*fn)(void))
{
    pthread_mutex_lock(&lock);
    fn();
    pthread_mutex_unlock(&lock);
}

static void change_one(void)
{
    picture[18][70] = 0x123456;
}

static void shrink(void)
{
    height = 10;
}

Test(vnc, updates)
{
    uint8_t pixels[64 * 16 * 4];
    shake_hands();
    put("\2\0\0\2\0\0\0\2\377\377\377\41", 12); // RRE and changes of size
    ask(false);
    expect_update(4, "\0\0\0\0\0\100\0\20\0\0\0\2"); // tiles of 64 by 16, all black
    for (int i = 0; i < 4; i++)
        get(pixels, i < 3 ? 8 + 12 : 8);
    ask(true);
    locked(change_one);
    expect_update(1, "\0\100\0\20\0\20\0\4\0\0\0\0");
    get(pixels, 16 * 4 * 4);
    cr_expect_arr_eq(pixels + (2 * 16 + 6) * 4, "\x56\x34\x12\0", 4);
    // Another pixel format: 5, 6, 5 bits, the higher byte first
    put("\0\0\0\0\20\20\1\1\0\37\0\77\0\37\13\5\0\0\0\0", 20);
    ask(true);
    expect_update(4, "\0\0\0\0\0\100\0\20\0\0\0\2");
    get(pixels, 4 + 2 + 12 + 6 + 12 + 6 + 12);
    get(pixels, 16 * 4 * 2);
    cr_expect_arr_eq(pixels + (2 * 16 + 6) * 2, "\x11\xaa", 2);
    ask(true);
    locked(shrink);
    expect_update(1, "\0\0\0\0\0\120\0\12\377\377\377\41");
}

Test(vnc, keys_and_pointer)
{
    shake_hands();
    put("\4\1\0\0\0\0\0a"
        "\4\1\0\0\0\0\377\15"
        "\4\0\0\0\0\0\0a",
        24);
    put("\6\0\0\0\0\0\0\5hello", 13); // the clipboard, which nobody wants
    put("\5\0\0\12\0\12"
        "\5\1\0\17\0\5"
        "\5\11\0\17\0\5"
        "\5\0\0\17\0\5"
        "\5\20\0\17\0\5",
        30);
    close(fd); // with a key held down
    dial();
    expect("RFB 003.008\n", 12); // it has seen the end of the first one
    cr_expect_str_eq(log_text, "+61 +ff0d -61 5,-5,0,1 0,0,-1,1 0,0,0,0 0,0,1,0 -ff0d ");
}

Test(vnc, old_version)
{
    dial();
    expect("RFB 003.008\n", 12);
    put("RFB 003.003\n", 12);
    expect("\0\0\0\1", 4);
    put("\0", 1);
    expect("\0\120\0\24", 4);
}

Test(vnc, nonsense)
{
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"\7", 1},                                                     // no such message
        {"\0\0\0\0\30\30\0\1\0\377\0\377\0\377\20\10\0\0\0\0", 20},    // 24 bits a pixel
        {"\0\0\0\0\10\10\0\0\0\377\0\377\0\377\20\10\0\0\0\0", 20},    // a colour map
        {"\0\0\0\0\40\30\0\1\377\377\0\377\0\377\377\10\0\0\0\0", 20}, // a shift of 255
    };
    dial();
    expect("RFB 003.008\n", 12);
    put("GET / HTTP/1", 12);
    expect_end();
    close(fd);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        shake_hands();
        put(bad[i].bytes, bad[i].n);
        expect_end();
        close(fd);
    }
    shake_hands();
    put("\2\0\377\377\0", 5); // 65535 encodings announced, then silence: the others are not held up
    put("\4", 1);
}
