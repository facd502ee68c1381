// What the generator writes and the runner reads: programs, one behind the other.
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdint.h>

// In the guest's memory. Data: readable and writable; the page behind is readable only, the next is not
// there.
#define DATA_BASE    0x20000000u
#define DATA_SIZE    0x4000u
#define CODE_ADDRESS 0x30000000u
#define CODE_MAX     0x2000u
#define BLOCKS       64

struct program {
    uint32_t seed;
    uint32_t fpscr;
    uint32_t block[BLOCKS]; // addresses, bit 0 for Thumb
    uint8_t code[CODE_MAX];
};

#endif
