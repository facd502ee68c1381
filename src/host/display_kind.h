// Inside the displays: what the kinds of them share.
#ifndef STINKARM_HOST_DISPLAY_KIND_H
#define STINKARM_HOST_DISPLAY_KIND_H

#include "host/display.h"

struct display {
    struct display_source source[DISPLAY_INPUTS];
    unsigned selected;
    struct display_keyboard keyboard;
    struct display_mouse mouse;
    struct loop *loop;
    void (*close)(struct display *d); // frees it; before that, the end of its work. NULL: nothing
    void *kind;                       // the kind's own state
};

// The picture that is shown now.
bool display_size(struct display *d, unsigned *width, unsigned *height);
void display_line(struct display *d, unsigned y, uint32_t *pixels);

// False with a message. rest: the specification behind the colon.
bool display_ppm_open(struct display *d, const char *rest);
bool display_vnc_open(struct display *d, const char *rest);

#endif
