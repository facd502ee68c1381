// Pictures in files.
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/display.h"
#include "host/loop.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct clock the_clock;
static struct loop loop;
static uint8_t data[512];

static bool size(void *ctx, unsigned *w, unsigned *h)
{
    *w = 3;
    *h = 2;
    return ctx != NULL;
}

static void line(void *ctx, unsigned y, uint32_t *pixels)
{
    (void)ctx;
    for (unsigned x = 0; x < 3; x++)
        pixels[x] = y ? 0x010203 : 0xff8000;
}

// Returns how many bytes of it there are.
static size_t contents(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    const size_t n = fread(data, 1, sizeof data, f);
    fclose(f);
    return n;
}

static struct display *begin(const char *path)
{
    char spec[128];
    snprintf(spec, sizeof spec, "ppm:%s", path);
    clock_init(&the_clock, false, &loop);
    cr_assert(loop_init(&loop, &the_clock, &lock));
    struct display *d = display_open(spec, &loop);
    cr_assert(d);
    display_connect(d, 0, &(struct display_source){size, line, data});
    cr_assert(loop_start(&loop));
    return d;
}

static void end(struct display *d)
{
    loop_stop(&loop);
    display_close(d);
}

Test(display, ppm, .timeout = 30)
{
    static const char want[] = "P6\n3 2\n255\n\377\200\0\377\200\0\377\200\0\1\2\3\1\2\3\1\2\3";
    char path[64];
    snprintf(path, sizeof path, "/tmp/test_display.%d.ppm", getpid());
    struct display *d = begin(path);
    kill(getpid(), SIGUSR1);
    while (contents(path) != sizeof want - 1)
        usleep(1000);
    cr_expect_arr_eq(data, want, sizeof want - 1);
    unlink(path);
    end(d); // once more
    cr_expect_eq(contents(path), sizeof want - 1);
    unlink(path);
}

Test(display, png, .timeout = 30)
{
    // Two lines of a filter byte and nine bytes, in one stored block
    static const char want[] = "\211PNG\r\n\32\n\0\0\0\15IHDR\0\0\0\3\0\0\0\2\10\2\0\0\0\22\26\361\115\0\0\0"
                               "\37IDAT\170\1\1\24\0\353\377\0"
                               "\377\200\0\377\200\0\377\200\0\0\1\2\3\1\2\3\1\2\3";
    char path[64];
    snprintf(path, sizeof path, "/tmp/test_display.%d.png", getpid());
    end(begin(path));
    cr_expect_eq(contents(path), 8 + 25 + 12 + 31 + 12);
    cr_expect_arr_eq(data, want, sizeof want - 1);
    cr_expect_arr_eq(data + 8 + 25 + 12 + 31, "\0\0\0\0IEND\256B`\202", 12);
    unlink(path);
}

Test(display, off)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/test_display.%d.off", getpid());
    struct display *d = begin(path);
    display_select(d, 1);
    end(d);
    cr_expect_eq(access(path, F_OK), -1);
}

Test(display, specifications)
{
    cr_expect(!display_open("vnc:", &loop));
    cr_expect(!display_open("vnc:0", &loop));
    cr_expect(!display_open("vnc:65536", &loop));
    cr_expect(!display_open("vnc:-1", &loop));
    cr_expect(!display_open("ppm:", &loop));
    cr_expect(!display_open("window", &loop));
    struct display *d = display_open(NULL, &loop);
    cr_expect(d);
    display_close(d);
}
