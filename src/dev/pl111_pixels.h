// Inside the PL111: from the bytes of a frame to colours.
#ifndef STINKARM_DEV_PL111_PIXELS_H
#define STINKARM_DEV_PL111_PIXELS_H

#include <stdbool.h>
#include <stdint.h>

// LCDControl.
enum {
    LCD_EN = 1,
    LCD_BPP_SHIFT = 1,
    LCD_BW = 0x10,
    LCD_TFT = 0x20,
    LCD_DUAL = 0x80,
    LCD_BGR = 0x100,
    LCD_BEBO = 0x200,
    LCD_BEPO = 0x400,
    LCD_PWR = 0x800,
    LCD_VCOMP_SHIFT = 12,
    LCD_ALL = 0x13fff,
};

enum { LCD_PALETTE = 128 }; // words of two entries each

// Bits that a pixel takes in memory.
unsigned pl111_bits(uint32_t control);
// A line of `width` pixels at src, as 0x00RRGGBB.
void pl111_convert(uint32_t control, const uint32_t *palette, const uint8_t *src, unsigned width,
                   uint32_t *out);

#endif
