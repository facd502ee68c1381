// An SD memory card as its host controller sees it: SD Physical Layer Simplified Specification 3.01, bus
// mode.
//
// Standard capacity up to 2 GiB, above that high capacity. Commands 0, 2, 3, 6–10, 12, 13, 15–18, 23–25, 32,
// 33, 38, 55, application commands 6, 13, 22, 23, 41, 42, 51; the others are illegal and not answered.
// The image is a struct disk; one that is read-only makes a write-protected card.
#ifndef STINKARM_DEV_SDCARD_H
#define STINKARM_DEV_SDCARD_H

#include <stdbool.h>
#include <stdint.h>

#include "host/disk.h"

enum { SD_BLOCK = 512 };

enum sd_answer {
    SD_SILENT, // no answer: illegal, or addressed to another card
    SD_SHORT,  // 48 bits: command index, word[0], CRC
    SD_OCR,    // R3: 48 bits without index and CRC, word[0]
    SD_LONG,   // R2: 136 bits, word[0] has bits 127:96 …
};

struct sd_response {
    enum sd_answer answer;
    uint32_t word[4];
};

struct sdcard {
    struct disk *disk;
    bool high_capacity;
    uint8_t state; // enum state, as in the card status
    bool app_command, high_speed, wide, can_high_capacity;
    uint16_t rca;
    uint32_t status; // error bits of the card status that wait to be reported
    uint32_t block_len, block_count, well_written;
    bool counted; // CMD23 came before this transfer
    bool have_erase_start, have_erase_end;
    uint64_t erase_start, erase_end;
    // The data transfer of the states data and rcv.
    bool sending, receiving, single;
    uint64_t address; // bytes, of the next block
    uint32_t len, pos;
    uint8_t buf[SD_BLOCK];
};

// A card for an image; false with a message if no card has this size.
bool sdcard_init(struct sdcard *c, struct disk *disk);
void sdcard_power_on(struct sdcard *c);
struct sd_response sdcard_command(struct sdcard *c, unsigned index, uint32_t arg);
// Up to n bytes of what the card sends or takes; fewer: it has, or wants, no more.
unsigned sdcard_read(struct sdcard *c, uint8_t *to, unsigned n);
unsigned sdcard_write(struct sdcard *c, const uint8_t *from, unsigned n);

// CRC7 of CID, CSD and commands: x^7 + x^3 + 1.
uint8_t sd_crc7(const uint8_t *p, unsigned n);

#endif
