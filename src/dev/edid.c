// VESA Enhanced Extended Display Identification Data, release A, revision 1 (structure 1.3).
#include "dev/sii9022.h"

// clang-format off
static const uint8_t edid[EDID_SIZE - 1] = {
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, // header
    0x4e, 0x8b, 0x01, 0x00, 0, 0, 0, 0, 1, 36,      // maker STK, product 1, no serial number, week and year
    1, 3,                                           // structure 1.3
    0x80, 32, 24, 120, 0x0a,                        // digital, centimetres, gamma 2.2, RGB, first timing preferred
    0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54, // colours of sRGB
    0x23, 0x08, 0x00,                               // 640x480 at 60 Hz, 800x600 at 56 and 60, 1024x768 at 60
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // no further standard timings
    // 65 MHz; 1024 + 320 pixels, sync at 24 for 136; 768 + 38 lines, sync at 3 for 6; 320 by 240 mm
    0x64, 0x19, 0x00, 0x40, 0x41, 0x00, 0x26, 0x30, 24, 136, 0x36, 0x00, 0x40, 0xf0, 0x10, 0, 0, 0x18,
    0, 0, 0, 0xfc, 0, 's', 't', 'i', 'n', 'k', 'a', 'r', 'm', '\n', ' ', ' ', ' ', ' ', // name
    0, 0, 0, 0xfd, 0, 50, 75, 30, 60, 7, 0, '\n', ' ', ' ', ' ', ' ', ' ', ' ',         // Hz, kHz, 10 MHz
    0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, // no extensions
};
// clang-format on

uint8_t edid_byte(unsigned i)
{
    if (i < sizeof edid) return edid[i];
    unsigned sum = 0;
    for (unsigned k = 0; k < sizeof edid; k++)
        sum += edid[k];
    return (uint8_t)(0 - sum);
}
