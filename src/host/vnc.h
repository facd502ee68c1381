// Inside the VNC server: what is sent, apart from how it is asked for.
#ifndef STINKARM_HOST_VNC_H
#define STINKARM_HOST_VNC_H

#include <stddef.h>

#include "host/display_kind.h"

struct vnc_format {
    uint8_t bits; // of a pixel: 8, 16, 32
    bool big_endian;
    uint16_t max[3]; // red, green, blue
    uint8_t shift[3];
};

// Bytes on their way to the client. Grows as needed; full stays set once there is no memory for it.
struct vnc_out {
    uint8_t *data;
    size_t len, sent, capacity;
    bool full;
};

void vnc_put(struct vnc_out *o, const void *data, size_t n);
void vnc_put_u8(struct vnc_out *o, unsigned v);
void vnc_put_u16(struct vnc_out *o, unsigned v);
void vnc_put_u32(struct vnc_out *o, uint32_t v);

// The picture as the client has it, and as it is now.
struct vnc_screen {
    unsigned width, height;
    uint32_t *client, *now; // pixels 0x00RRGGBB
    struct vnc_format format;
    bool solid; // the client understands rectangles of one colour (RRE)
};

enum { VNC_RAW = 0, VNC_RRE = 2, VNC_DESKTOP_SIZE = -223 };

// The format that is announced, and one that the client asks for (16 bytes of the protocol; false: cannot
// be).
extern const uint8_t vnc_native_format[16];
bool vnc_set_format(struct vnc_format *f, const uint8_t *pixel_format);

bool vnc_screen_resize(struct vnc_screen *s, unsigned width, unsigned height); // false: out of memory
void vnc_screen_free(struct vnc_screen *s);
// Takes the picture from the display; puts an update with what is new in it, or with all. False: nothing is
// new.
bool vnc_screen_update(struct vnc_screen *s, struct display *d, bool all, struct vnc_out *o);

#endif
