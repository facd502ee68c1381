// PS/2 keyboard and mouse, as what is at the other end of the cable from an interface for them. The protocol
// is that of the IBM PS/2 Hardware Interface Technical Reference (Keyboard and Auxiliary Device Controller).
#ifndef STINKARM_DEV_PS2_H
#define STINKARM_DEV_PS2_H

#include <stdbool.h>
#include <stdint.h>

enum { PS2_QUEUE = 32 };

struct ps2 {
    void (*ready)(void *ctx); // there is a byte to read
    void *ctx;
    void (*command)(struct ps2 *p, uint8_t byte);
    uint8_t queue[PS2_QUEUE];
    unsigned head, count;
    uint8_t last;    // sent: what "resend" repeats
    uint8_t expects; // the command whose argument comes next, 0: none
    bool enabled;    // sends keys or movements by itself …
    bool answering;  // … but not now
    bool mouse;
    // Keyboard
    uint8_t leds, typematic;
    // Mouse
    uint8_t resolution, rate, rates[3]; // rates: the last ones that were set, which unlock the wheel
    bool remote, wrap, scaling, wheel;
    int dx, dy, dz;
    uint8_t buttons, sent_buttons;
};

void ps2_keyboard_init(struct ps2 *p, void (*ready)(void *ctx), void *ctx);
void ps2_mouse_init(struct ps2 *p, void (*ready)(void *ctx), void *ctx);
void ps2_reset(struct ps2 *p); // power-on
// A byte from the host, and the next one for it (call it only if there is one).
void ps2_write(struct ps2 *p, uint8_t byte);
uint8_t ps2_read(struct ps2 *p);

// What happens to the devices: a key by its X11 symbol; movement in counts, down and towards the user being
// positive, buttons as bits left, middle, right.
void ps2_key(struct ps2 *keyboard, uint32_t keysym, bool down);
void ps2_move(struct ps2 *mouse, int dx, int dy, int dz, unsigned buttons);

// ps2_keys.c: the key of a US keyboard with that symbol, shifted or not: its code in scan code set 2, with
// 0xe000 if it is one of the grey keys; 0: there is none.
unsigned ps2_scancode(uint32_t keysym);

enum { PS2_ACK = 0xfa, PS2_RESEND = 0xfe, PS2_PASSED = 0xaa };

#endif
