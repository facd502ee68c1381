#include "dev/ps2.h"

#include <string.h>

// Bytes that belong together: all or none.
static void send(struct ps2 *p, const uint8_t *bytes, unsigned n)
{
    if (p->count + n > PS2_QUEUE) return;
    for (unsigned i = 0; i < n; i++)
        p->queue[(p->head + p->count++) % PS2_QUEUE] = bytes[i];
    p->ready(p->ctx);
}

static void send_byte(struct ps2 *p, uint8_t byte)
{
    send(p, &byte, 1);
}

// The answer to a byte from the host, which drops what is still unread.
static void answer(struct ps2 *p, uint8_t byte)
{
    p->count = 0;
    send_byte(p, byte);
}

static void stream(struct ps2 *p);

uint8_t ps2_read(struct ps2 *p)
{
    if (!p->count) return p->last;
    p->last = p->queue[p->head];
    p->head = (p->head + 1) % PS2_QUEUE;
    if (!--p->count && p->mouse) stream(p);
    return p->last;
}

void ps2_write(struct ps2 *p, uint8_t byte)
{
    p->answering = true;
    if (byte == PS2_RESEND && !p->wrap)
        answer(p, p->last);
    else
        p->command(p, byte);
    p->answering = false;
    if (p->mouse) stream(p);
}

// ---- the keyboard ----

enum {
    KBD_LEDS = 0xed,
    KBD_ECHO = 0xee,
    KBD_SET = 0xf0,
    KBD_IDENTIFY = 0xf2,
    KBD_TYPEMATIC = 0xf3,
    KBD_ENABLE = 0xf4,
    KBD_DISABLE = 0xf5,
    KBD_DEFAULTS = 0xf6,
    KBD_ALL_FIRST = 0xf7, // what keys of set 3 do: accepted, without effect on set 2
    KBD_ALL_LAST = 0xfa,
    KBD_RESET = 0xff,
    KBD_BREAK = 0xf0,
    KBD_GREY = 0xe0,
    KBD_TYPEMATIC_DEFAULT = 0x2b, // 10.9 a second after 500 ms
};

static void keyboard_defaults(struct ps2 *p)
{
    p->enabled = true;
    p->typematic = KBD_TYPEMATIC_DEFAULT;
}

static void keyboard_argument(struct ps2 *p, uint8_t command, uint8_t v)
{
    switch (command) {
    case KBD_LEDS: p->leds = v & 7; break;
    case KBD_TYPEMATIC: p->typematic = v & 0x7f; break;
    case KBD_SET:
        if (v && v != 2) { // there are no others
            answer(p, PS2_RESEND);
            return;
        }
        break;
    default: break;
    }
    answer(p, PS2_ACK);
    if (command == KBD_SET && !v) send_byte(p, 2);
}

static void keyboard_command(struct ps2 *p, uint8_t v)
{
    const uint8_t expects = p->expects;
    p->expects = 0;
    if (expects && v < KBD_LEDS) { // a command in the place of an argument is a command
        keyboard_argument(p, expects, v);
        return;
    }
    if (v == KBD_ECHO) {
        answer(p, KBD_ECHO);
        return;
    }
    const bool known =
        v == KBD_LEDS || v == KBD_SET || (v >= KBD_IDENTIFY && v <= KBD_ALL_LAST) || v == KBD_RESET;
    answer(p, known ? PS2_ACK : PS2_RESEND);
    switch (v) {
    case KBD_LEDS:
    case KBD_SET:
    case KBD_TYPEMATIC: p->expects = v; break;
    case KBD_IDENTIFY:
        send_byte(p, 0xab);
        send_byte(p, 0x83);
        break;
    case KBD_ENABLE: p->enabled = true; break;
    case KBD_DISABLE:
        keyboard_defaults(p);
        p->enabled = false;
        break;
    case KBD_DEFAULTS: keyboard_defaults(p); break;
    case KBD_RESET:
        keyboard_defaults(p);
        p->leds = 0;
        send_byte(p, PS2_PASSED);
        break;
    default: break;
    }
}

void ps2_key(struct ps2 *p, uint32_t keysym, bool down)
{
    const unsigned code = ps2_scancode(keysym);
    uint8_t bytes[3];
    unsigned n = 0;
    if (!code || !p->enabled) return;
    if (code > 0xff) bytes[n++] = KBD_GREY;
    if (!down) bytes[n++] = KBD_BREAK;
    bytes[n++] = (uint8_t)code;
    send(p, bytes, n);
}

void ps2_keyboard_init(struct ps2 *p, void (*ready)(void *ctx), void *ctx)
{
    *p = (struct ps2){.ready = ready, .ctx = ctx, .command = keyboard_command};
    ps2_reset(p);
}

// ---- the mouse ----

enum {
    MOUSE_SCALE_1 = 0xe6,
    MOUSE_SCALE_2 = 0xe7,
    MOUSE_RESOLUTION = 0xe8,
    MOUSE_STATUS = 0xe9,
    MOUSE_STREAM = 0xea,
    MOUSE_READ = 0xeb,
    MOUSE_UNWRAP = 0xec,
    MOUSE_WRAP = 0xee,
    MOUSE_REMOTE = 0xf0,
    MOUSE_IDENTIFY = 0xf2,
    MOUSE_RATE = 0xf3,
    MOUSE_ENABLE = 0xf4,
    MOUSE_DISABLE = 0xf5,
    MOUSE_DEFAULTS = 0xf6,
    MOUSE_RESET = 0xff,
};

static void mouse_defaults(struct ps2 *p)
{
    p->enabled = p->remote = p->wrap = p->scaling = false;
    p->resolution = 2; // 4 counts a millimetre
    p->rate = 100;
    p->dx = p->dy = p->dz = 0;
    p->sent_buttons = p->buttons;
}

static int clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

// Scaling 2:1 makes fast movements faster and leaves slow ones.
static int scaled(const struct ps2 *p, int v)
{
    static const uint8_t low[] = {0, 1, 1, 3, 6, 9};
    const int n = v < 0 ? -v : v;
    if (!p->scaling || p->remote) return v;
    const int to = n < 6 ? low[n] : 2 * n;
    return clamp(v < 0 ? -to : to, -256, 255);
}

// What has moved since the last packet.
static void put_packet(struct ps2 *p)
{
    const int dx = clamp(p->dx, -128, 127), dy = clamp(p->dy, -128, 127), dz = clamp(p->dz, -8, 7);
    const int x = scaled(p, dx), y = scaled(p, -dy); // up is positive in a packet
    // The buttons are left, middle, right outside and left, right, middle in a packet.
    const unsigned b = (p->buttons & 1u) | (p->buttons >> 1 & 2u) | (p->buttons << 1 & 4u);
    const uint8_t packet[4] = {(uint8_t)(8 | b | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0)), (uint8_t)x,
                               (uint8_t)y, (uint8_t)dz};
    p->dx -= dx;
    p->dy -= dy;
    p->dz -= dz;
    p->sent_buttons = p->buttons;
    send(p, packet, p->wheel ? 4 : 3);
}

// Sends by itself what is new, one packet at a time.
static void stream(struct ps2 *p)
{
    if (!p->enabled || p->remote || p->expects || p->answering || p->count) return;
    if (!p->dx && !p->dy && !(p->wheel && p->dz) && p->buttons == p->sent_buttons) return;
    put_packet(p);
}

static void send_status(struct ps2 *p)
{
    const unsigned b = (p->buttons & 1u) << 2 | (p->buttons & 2u) | (p->buttons >> 2 & 1u);
    send_byte(p, (uint8_t)(b | (p->scaling ? 0x10 : 0) | (p->enabled ? 0x20 : 0) | (p->remote ? 0x40 : 0)));
    send_byte(p, p->resolution);
    send_byte(p, p->rate);
}

// Rates of 200, 100 and 80 in a row ask for the wheel.
static void set_rate(struct ps2 *p, uint8_t v)
{
    p->rate = v;
    p->rates[0] = p->rates[1];
    p->rates[1] = p->rates[2];
    p->rates[2] = v;
    if (p->rates[0] == 200 && p->rates[1] == 100 && v == 80) p->wheel = true;
}

static void mouse_argument(struct ps2 *p, uint8_t command, uint8_t v)
{
    static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200};
    const bool valid = command == MOUSE_RESOLUTION ? v < 4 : memchr(rates, v, sizeof rates) != NULL;
    answer(p, valid ? PS2_ACK : PS2_RESEND);
    if (!valid) {
        p->expects = command; // the argument is to be sent again
        return;
    }
    if (command == MOUSE_RESOLUTION)
        p->resolution = v;
    else
        set_rate(p, v);
}

static void mouse_action(struct ps2 *p, uint8_t v)
{
    switch (v) {
    case MOUSE_SCALE_1: p->scaling = false; break;
    case MOUSE_SCALE_2: p->scaling = true; break;
    case MOUSE_RESOLUTION:
    case MOUSE_RATE: p->expects = v; break;
    case MOUSE_STATUS: send_status(p); break;
    case MOUSE_STREAM: p->remote = false; break;
    case MOUSE_READ: put_packet(p); break;
    case MOUSE_UNWRAP: p->wrap = false; break;
    case MOUSE_WRAP: p->wrap = true; break;
    case MOUSE_REMOTE: p->remote = true; break;
    case MOUSE_IDENTIFY: send_byte(p, p->wheel ? 3 : 0); break;
    case MOUSE_ENABLE: p->enabled = true; break;
    case MOUSE_DISABLE: p->enabled = false; break;
    case MOUSE_DEFAULTS: mouse_defaults(p); break;
    case MOUSE_RESET:
        mouse_defaults(p);
        p->wheel = false;
        send_byte(p, PS2_PASSED);
        send_byte(p, 0);
        break;
    default: break;
    }
}

static void mouse_command(struct ps2 *p, uint8_t v)
{
    if (p->wrap && v != MOUSE_RESET && v != MOUSE_UNWRAP) {
        answer(p, v);
        return;
    }
    const uint8_t expects = p->expects;
    p->expects = 0;
    if (expects && v < MOUSE_SCALE_1) {
        mouse_argument(p, expects, v);
        return;
    }
    static const uint8_t unknown[] = {0xed, 0xef, 0xf1};
    const bool known = v >= MOUSE_SCALE_1 && !memchr(unknown, v, sizeof unknown) &&
                       (v <= MOUSE_DEFAULTS || v == MOUSE_RESET);
    answer(p, known ? PS2_ACK : PS2_RESEND);
    if (known) mouse_action(p, v);
}

void ps2_move(struct ps2 *p, int dx, int dy, int dz, unsigned buttons)
{
    enum { FAR = 4096 }; // nobody reads: what it moves is not kept for ever
    p->dx = clamp(p->dx + clamp(dx, -FAR, FAR), -FAR, FAR);
    p->dy = clamp(p->dy + clamp(dy, -FAR, FAR), -FAR, FAR);
    p->dz = clamp(p->dz + clamp(dz, -8, 7), -FAR, FAR);
    p->buttons = buttons & 7;
    if (!p->enabled) p->dx = p->dy = p->dz = 0;
    stream(p);
}

void ps2_mouse_init(struct ps2 *p, void (*ready)(void *ctx), void *ctx)
{
    *p = (struct ps2){.ready = ready, .ctx = ctx, .command = mouse_command, .mouse = true};
    ps2_reset(p);
}

void ps2_reset(struct ps2 *p)
{
    p->head = p->count = 0;
    p->expects = 0;
    p->last = 0;
    p->leds = 0;
    p->wheel = false;
    memset(p->rates, 0, sizeof p->rates);
    if (p->mouse)
        mouse_defaults(p);
    else
        keyboard_defaults(p);
    send_byte(p, PS2_PASSED); // the self test
    if (p->mouse) send_byte(p, 0);
}
