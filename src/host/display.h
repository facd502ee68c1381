// A screen with a keyboard and a mouse, on the host: nothing, a picture in a file, or a server for remote
// screens. All calls with the bus lock held.
#ifndef STINKARM_HOST_DISPLAY_H
#define STINKARM_HOST_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct display;

enum { DISPLAY_INPUTS = 2, DISPLAY_MAX_WIDTH = 2048, DISPLAY_MAX_HEIGHT = 2048 };

// What makes the picture: a display controller of the guest.
struct display_source {
    // Size of the picture now, at most the maximum; false: none.
    bool (*size)(void *ctx, unsigned *width, unsigned *height);
    // One line of it, pixels as 0x00RRGGBB.
    void (*line)(void *ctx, unsigned y, uint32_t *pixels);
    void *ctx;
};

// What takes the keys and the mouse. Bits of buttons: 0 left, 1 middle, 2 right.
struct display_keyboard {
    void (*key)(void *ctx, uint32_t keysym, bool down); // X11 key symbols
    void *ctx;
};
struct display_mouse {
    void (*move)(void *ctx, int dx, int dy, int dz,
                 unsigned buttons); // dy: down is positive; dz: wheel, down
    void *ctx;
};

// spec: none (or NULL), ppm:FILE, vnc:PORT. NULL with a message on stderr if it cannot be had.
struct display *display_open(const char *spec, struct loop *loop);
void display_close(struct display *d); // the last picture goes into the file

void display_connect(struct display *d, unsigned input, const struct display_source *s);
void display_connect_keyboard(struct display *d, const struct display_keyboard *k);
void display_connect_mouse(struct display *d, const struct display_mouse *m);
// Which source is shown.
void display_select(struct display *d, unsigned input);

#endif
