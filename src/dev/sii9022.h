// SiI9022 DVI transmitter on an I2C bus, in its TPI mode, with a monitor behind it. The registers are those
// that drivers use: the maker publishes no manual. Writes are kept; what is read back beside that:
//     0x1a system control: bit 2 asks for the monitor's bus, bit 1 says that it is granted
//     0x1b … 0x1d identification · 0x3d interrupt status: bit 2 a monitor is plugged in
// While the bus is granted the monitor's EDID (VESA E-EDID 1.3) is at its own address, 0x50.
#ifndef STINKARM_DEV_SII9022_H
#define STINKARM_DEV_SII9022_H

#include "dev/i2c.h"

enum { SII9022_ADDRESS = 0x39, EDID_ADDRESS = 0x50, EDID_SIZE = 128 };

struct sii9022 {
    uint8_t reg[256];
    uint8_t pointer, edid_pointer; // of the next byte
    bool monitor, first;           // the transfer is with the monitor; its next byte is the pointer
};

void sii9022_reset(struct sii9022 *s);
struct i2c_slave sii9022_slave(struct sii9022 *s);

// edid.c: what a monitor of 1024 by 768 pixels says about itself.
uint8_t edid_byte(unsigned i);

#endif
