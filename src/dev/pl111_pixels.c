// PL111: pixel formats. ARM DDI 0293, 2.4 "Pixel serializer", "RAM palette", and LCDControl (3.3.7).
#include "dev/pl111_pixels.h"

enum bpp { BPP_1, BPP_2, BPP_4, BPP_8, BPP_1555, BPP_24, BPP_565, BPP_444 };

static enum bpp bpp_of(uint32_t control)
{
    return (enum bpp)(control >> LCD_BPP_SHIFT & 7);
}

unsigned pl111_bits(uint32_t control)
{
    static const uint8_t bits[] = {1, 2, 4, 8, 16, 32, 16, 16};
    return bits[bpp_of(control)];
}

// A colour component of n bits, as 8 bits.
static uint32_t widen(uint32_t v, unsigned n)
{
    v &= (1u << n) - 1;
    return n == 4 ? v * 0x11 : n == 5 ? v << 3 | v >> 2 : v << 2 | v >> 4;
}

static uint32_t rgb(uint32_t red, uint32_t green, uint32_t blue)
{
    return red << 16 | green << 8 | blue;
}

// Five bits each: palette entries, and 16-bit pixels. Bit 15, a common intensity bit below them, is half a
// step that most panels do not connect.
static uint32_t colour_555(uint32_t v)
{
    return rgb(widen(v, 5), widen(v >> 5, 5), widen(v >> 10, 5));
}

static uint32_t palette_colour(uint32_t control, const uint32_t *palette, unsigned i)
{
    const uint32_t entry = palette[i / 2] >> (i & 1 ? 16 : 0) & 0xffff;
    if ((control & (LCD_TFT | LCD_BW)) == LCD_BW) return widen(entry >> 1, 4) * 0x010101; // mono STN: R[4:1]
    return colour_555(entry);
}

// What is in memory as a word of n bytes.
static uint32_t load(uint32_t control, const uint8_t *src, unsigned n)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint32_t)src[i] << 8 * (control & LCD_BEBO ? n - 1 - i : i);
    return v;
}

// Less than a byte: BEPO says which end of the byte is the first.
static unsigned load_bits(uint32_t control, const uint8_t *src, unsigned x, unsigned bits)
{
    const unsigned per_byte = 8 / bits, k = x % per_byte;
    const unsigned shift = bits * (control & LCD_BEPO ? per_byte - 1 - k : k);
    return src[x / per_byte] >> shift & ((1u << bits) - 1);
}

static uint32_t pixel(uint32_t control, const uint32_t *palette, const uint8_t *src, unsigned x)
{
    uint32_t v;
    switch (bpp_of(control)) {
    case BPP_1:
    case BPP_2:
    case BPP_4:
    case BPP_8: return palette_colour(control, palette, load_bits(control, src, x, pl111_bits(control)));
    case BPP_1555: return colour_555(load(control, src + 2 * x, 2));
    case BPP_565:
        v = load(control, src + 2 * x, 2);
        return rgb(widen(v, 5), widen(v >> 5, 6), widen(v >> 11, 5));
    case BPP_444:
        v = load(control, src + 2 * x, 2);
        return rgb(widen(v, 4), widen(v >> 4, 4), widen(v >> 8, 4));
    case BPP_24: v = load(control, src + 4 * x, 4); return rgb(v & 0xff, v >> 8 & 0xff, v >> 16 & 0xff);
    }
    return 0;
}

void pl111_convert(uint32_t control, const uint32_t *palette, const uint8_t *src, unsigned width,
                   uint32_t *out)
{
    for (unsigned x = 0; x < width; x++) {
        const uint32_t v = pixel(control, palette, src, x);
        out[x] = control & LCD_BGR ? v >> 16 | (v & 0xff00) | (v & 0xff) << 16 : v;
    }
}
