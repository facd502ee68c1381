// PL111 colour LCD controller. ARM DDI 0293 (r0p2).
//
// Registers at 0x000 … 0x030, palette at 0x200, hardware cursor at 0x800 (image) and 0xc00, identification at
// 0xfe0. One combined interrupt: irq[0]. config: struct pl111_config. Backend: struct display.
// The frame is read when somebody looks at it, straight from memory: the FIFO never runs empty. Once per
// frame, at the rate that the timing registers give, the base addresses are taken over and the interrupts
// come.
#include "dev/pl111.h"

#include <string.h>

#include "base/fdt.h"
#include "dev/devices.h"
#include "dev/pl111_pixels.h"
#include "dev/sysreg.h"
#include "host/display.h"

enum reg {
    TIMING0 = 0x000,
    TIMING1 = 0x004,
    TIMING2 = 0x008,
    TIMING3 = 0x00c,
    UPBASE = 0x010,
    LPBASE = 0x014,
    CONTROL = 0x018,
    IMSC = 0x01c,
    RIS = 0x020,
    MIS = 0x024,
    ICR = 0x028,
    UPCURR = 0x02c,
    LPCURR = 0x030,
    PALETTE = 0x200,
    PALETTE_END = 0x400,
    CURSOR_IMAGE = 0x800,
    CURSOR_IMAGE_END = 0xc00,
    CURSOR_CTRL = 0xc00,
    CURSOR_CONFIG = 0xc04,
    CURSOR_PALETTE0 = 0xc08,
    CURSOR_PALETTE1 = 0xc0c,
    CURSOR_XY = 0xc10,
    CURSOR_CLIP = 0xc14,
    CURSOR_IMSC = 0xc20,
    CURSOR_ICR = 0xc24,
    CURSOR_RIS = 0xc28,
    CURSOR_MIS = 0xc2c,
};

enum { INT_LNBU = 4, INT_VCOMP = 8, INT_MBERROR = 0x10, INT_ALL = 0x1e };
enum { TIMING2_BCD = 1 << 26 };
enum { CURSOR_ON = 1, CURSOR_SIZE_64 = 1 };

struct pl111 {
    struct device d;
    struct pl111_config cfg;
    uint32_t timing[4];
    uint32_t base[2], shown[2]; // of upper and lower panel: as written, as taken over by the frame
    uint32_t control, imsc, ris;
    uint32_t palette[LCD_PALETTE];
    uint8_t cursor[0x400];
    uint32_t cursor_ctrl, cursor_config, cursor_palette[2], cursor_xy, cursor_clip, cursor_imsc, cursor_ris;
    struct timer frame;
    uint64_t frame_start, period; // ns
};

static void update(struct pl111 *p)
{
    irq_set(&p->d.irq[0], (p->ris & p->imsc) | (p->cursor_ris & p->cursor_imsc));
}

// ---- geometry ----

static unsigned width(const struct pl111 *p)
{
    return 16 * ((p->timing[0] >> 2 & 0x3f) + 1);
}

// Of one panel.
static unsigned lines(const struct pl111 *p)
{
    return (p->timing[1] & 0x3ff) + 1;
}

static bool is_dual(const struct pl111 *p)
{
    return (p->control & (LCD_DUAL | LCD_TFT)) == LCD_DUAL;
}

static uint32_t pitch(const struct pl111 *p)
{
    return width(p) * pl111_bits(p->control) / 8;
}

static const uint8_t *panel(const struct pl111 *p, unsigned n)
{
    return bus_dma_ptr(p->d.env.bus, p->shown[n], (size_t)pitch(p) * lines(p));
}

// ---- time ----

static uint64_t frame_period(const struct pl111 *p)
{
    const uint32_t *t = p->timing;
    const uint64_t across = width(p) + (t[0] >> 8 & 0xff) + (t[0] >> 16 & 0xff) + (t[0] >> 24) + 3;
    const uint64_t down = lines(p) + (t[1] >> 10 & 0x3f) + (t[1] >> 16 & 0xff) + (t[1] >> 24) + 1;
    const uint64_t divisor = t[2] & TIMING2_BCD ? 1 : (t[2] & 0x1f) + (t[2] >> 27 << 5) + 2;
    const uint32_t hz = p->cfg.sysreg ? sysreg_osc(p->cfg.sysreg, p->cfg.site, p->cfg.osc) : 25000000;
    const uint64_t ns = across * down * divisor * 1000000000u / (hz ? hz : 1);
    const uint64_t least = 1000000, most = 1000000000; // no screen is faster, and a slower one is of no use
    return ns < least ? least : ns > most ? most : ns;
}

// The frame begins: the DMA takes the base addresses over, and they may be written again.
static void begin_frame(struct pl111 *p)
{
    memcpy(p->shown, p->base, sizeof p->shown);
    p->frame_start = clock_ns(p->d.env.clock);
    p->period = frame_period(p);
    timer_set(p->d.env.clock, &p->frame, p->frame_start + p->period);
}

static void frame_fired(void *ctx)
{
    struct pl111 *p = ctx;
    begin_frame(p);
    p->ris |= INT_LNBU | INT_VCOMP;
    if (!panel(p, 0) || (is_dual(p) && !panel(p, 1))) p->ris |= INT_MBERROR;
    if (p->cursor_ctrl & CURSOR_ON) p->cursor_ris = 1;
    update(p);
}

static void set_control(struct pl111 *p, uint32_t v)
{
    const uint32_t changed = p->control ^ v;
    p->control = v & LCD_ALL;
    if (!(changed & LCD_EN)) return;
    if (v & LCD_EN)
        begin_frame(p);
    else
        timer_cancel(p->d.env.clock, &p->frame);
}

// Where in memory the frame is being read.
static uint32_t current(const struct pl111 *p, unsigned n)
{
    if (!(p->control & LCD_EN)) return p->shown[n];
    const uint64_t t = clock_ns(p->d.env.clock) - p->frame_start, size = (uint64_t)pitch(p) * lines(p);
    return p->shown[n] + (uint32_t)((t < p->period ? t : p->period) * size / p->period & ~7ull);
}

// ---- registers ----

static uint32_t get_word(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint32_t read_word(struct pl111 *p, uint32_t offset)
{
    uint32_t v;
    if (primecell_id(offset, 0x00241111, &v)) return v;
    if (offset >= PALETTE && offset < PALETTE_END) return p->palette[(offset - PALETTE) / 4];
    if (offset >= CURSOR_IMAGE && offset < CURSOR_IMAGE_END)
        return get_word(p->cursor + (offset - CURSOR_IMAGE));
    switch (offset) {
    case TIMING0:
    case TIMING1:
    case TIMING2:
    case TIMING3: return p->timing[offset / 4];
    case UPBASE: return p->base[0];
    case LPBASE: return p->base[1];
    case CONTROL: return p->control;
    case IMSC: return p->imsc;
    case RIS: return p->ris;
    case MIS: return p->ris & p->imsc;
    case UPCURR: return current(p, 0);
    case LPCURR: return current(p, 1);
    case CURSOR_CTRL: return p->cursor_ctrl;
    case CURSOR_CONFIG: return p->cursor_config;
    case CURSOR_PALETTE0: return p->cursor_palette[0];
    case CURSOR_PALETTE1: return p->cursor_palette[1];
    case CURSOR_XY: return p->cursor_xy;
    case CURSOR_CLIP: return p->cursor_clip;
    case CURSOR_IMSC: return p->cursor_imsc;
    case CURSOR_RIS: return p->cursor_ris;
    case CURSOR_MIS: return p->cursor_ris & p->cursor_imsc;
    default: return 0; // ICR, CURSOR_ICR: write only
    }
}

static void write_cursor(struct pl111 *p, uint32_t offset, uint32_t v)
{
    switch (offset) {
    case CURSOR_CTRL: p->cursor_ctrl = v & 0x31; return;
    case CURSOR_CONFIG: p->cursor_config = v & 3; return;
    case CURSOR_PALETTE0: p->cursor_palette[0] = v & 0xffffff; return;
    case CURSOR_PALETTE1: p->cursor_palette[1] = v & 0xffffff; return;
    case CURSOR_XY: p->cursor_xy = v & 0x0fff0fff; return;
    case CURSOR_CLIP: p->cursor_clip = v & 0x3f3f; return;
    case CURSOR_IMSC: p->cursor_imsc = v & 1; return;
    case CURSOR_ICR: p->cursor_ris &= ~v; return;
    default: return; // CURSOR_RIS, CURSOR_MIS, identification: read only
    }
}

static void write_word(struct pl111 *p, uint32_t offset, uint32_t v)
{
    if (offset >= PALETTE && offset < PALETTE_END) {
        p->palette[(offset - PALETTE) / 4] = v;
        return;
    }
    if (offset >= CURSOR_IMAGE && offset < CURSOR_IMAGE_END) {
        for (unsigned i = 0; i < 4; i++)
            p->cursor[offset - CURSOR_IMAGE + i] = (uint8_t)(v >> 8 * i);
        return;
    }
    static const uint32_t timing_bits[] = {0xfffffffc, 0xffffffff, 0xffffffff, 0x1007f};
    switch (offset) {
    case TIMING0:
    case TIMING1:
    case TIMING2:
    case TIMING3: p->timing[offset / 4] = v & timing_bits[offset / 4]; break;
    case UPBASE: p->base[0] = v & ~7u; break;
    case LPBASE: p->base[1] = v & ~7u; break;
    case CONTROL: set_control(p, v); break;
    case IMSC: p->imsc = v & INT_ALL; break;
    case ICR: p->ris &= ~v; break;
    default: write_cursor(p, offset, v); break; // and what is read only
    }
    update(p);
}

static uint32_t pl111_read(void *dev, uint32_t offset, unsigned size)
{
    const uint32_t v = read_word(dev, offset & ~3u) >> 8 * (offset & 3);
    return size == 4 ? v : v & ((1u << 8 * size) - 1);
}

static void pl111_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    const uint32_t at = offset & ~3u, shift = 8 * (offset & 3);
    const uint32_t mask = (size == 4 ? ~0u : (1u << 8 * size) - 1) << shift;
    const bool memory = at >= PALETTE && at < CURSOR_IMAGE_END; // what takes bytes; all else takes words
    write_word(dev, at, memory ? (read_word(dev, at) & ~mask) | (v << shift & mask) : v << shift);
}

// ---- the picture ----

static bool picture_size(void *ctx, unsigned *w, unsigned *h)
{
    const struct pl111 *p = ctx;
    const uint32_t on = LCD_EN | LCD_PWR;
    if ((p->control & on) != on) return false;
    *w = width(p);
    *h = lines(p) * (is_dual(p) ? 2 : 1);
    return true;
}

// 3.4 and 2.9: two bits a pixel, the first one in the highest bits of a byte: colour 0, colour 1,
// transparent, inverted.
static void draw_cursor(const struct pl111 *p, unsigned y, uint32_t *pixels)
{
    const unsigned size = p->cursor_config & CURSOR_SIZE_64 ? 64 : 32;
    const uint8_t *image = p->cursor + (size == 32 ? 256 * (p->cursor_ctrl >> 4 & 3) : 0);
    const unsigned left = p->cursor_xy & 0xfff, top = p->cursor_xy >> 16;
    const unsigned clip_x = p->cursor_clip & 63, row = y - top + (p->cursor_clip >> 8);
    if (y < top || row >= size) return;
    for (unsigned i = clip_x; i < size && left + i - clip_x < width(p); i++) {
        const unsigned v = image[(row * size + i) / 4] >> (6 - 2 * (i & 3)) & 3;
        uint32_t *to = &pixels[left + i - clip_x];
        const uint32_t c = p->cursor_palette[v & 1];
        if (v < 2)
            *to = (c & 0xff) << 16 | (c & 0xff00) | c >> 16;
        else if (v == 3)
            *to ^= 0xffffff;
    }
}

static void picture_line(void *ctx, unsigned y, uint32_t *pixels)
{
    const struct pl111 *p = ctx;
    const unsigned n = y >= lines(p);
    const uint8_t *memory = panel(p, n);
    if (memory)
        pl111_convert(p->control, p->palette, memory + (size_t)pitch(p) * (y - n * lines(p)), width(p),
                      pixels);
    else
        memset(pixels, 0, 4 * width(p));
    if (p->cursor_ctrl & CURSOR_ON) draw_cursor(p, y, pixels);
}

// ---- the device ----

static bool pl111_init(struct device *d)
{
    struct pl111 *p = (struct pl111 *)d;
    p->cfg = *(const struct pl111_config *)d->env.config;
    p->frame = (struct timer){.fire = frame_fired, .ctx = p};
    const struct display_source source = {picture_size, picture_line, p};
    if (d->env.backend) display_connect(d->env.backend, p->cfg.input, &source);
    return true;
}

static void pl111_reset(struct device *d)
{
    struct pl111 *p = (struct pl111 *)d;
    timer_cancel(d->env.clock, &p->frame);
    memset(p->timing, 0, sizeof p->timing);
    memset(p->base, 0, sizeof p->base);
    memset(p->shown, 0, sizeof p->shown);
    memset(p->cursor_palette, 0, sizeof p->cursor_palette);
    p->control = p->imsc = p->ris = 0;
    p->cursor_ctrl = p->cursor_config = p->cursor_xy = p->cursor_clip = p->cursor_imsc = p->cursor_ris = 0;
    p->period = 1;
    update(p);
}

static void pl111_fdt(const struct device *d, struct fdt *f)
{
    static const uint32_t pads[] = {0, 8, 16}; // red, green and blue on the transmitter's inputs
    const struct pl111_config *c = &((const struct pl111 *)d)->cfg;
    fdt_strings(f, "compatible", "arm,pl111", "arm,primecell", NULL);
    fdt_string(f, "interrupt-names", "combined");
    fdt_strings(f, "clock-names", "clcdclk", "apb_pclk", NULL);
    fdt_u32(f, "max-memory-bandwidth", c->bandwidth);
    fdt_begin(f, "port");
    fdt_begin(f, "endpoint");
    fdt_u32(f, "remote-endpoint", c->remote);
    fdt_u32s(f, "arm,pl11x,tft-r0g0b0-pads", pads, 3);
    fdt_u32(f, "phandle", c->endpoint);
    fdt_end(f);
    fdt_end(f);
}

const struct dev_class pl111_class = {
    .name = "pl111",
    .state_size = sizeof(struct pl111),
    .nirqs = 1,
    .init = pl111_init,
    .reset = pl111_reset,
    .ops = {pl111_read, pl111_write},
    .node = "clcd",
    .fdt = pl111_fdt,
};
