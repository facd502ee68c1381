// The card's state machine; see sdcard.h. Sections are those of the SD Physical Layer Simplified
// Specification 3.01.
#include "dev/sdcard.h"

#include <string.h>

#include "base/log.h"

// 4.10.1: CURRENT_STATE
enum state { IDLE, READY, IDENT, STBY, TRAN, DATA, RCV, PRG, DIS, INACTIVE };

#define OUT_OF_RANGE    (1u << 31)
#define ADDRESS_ERROR   (1u << 30)
#define BLOCK_LEN_ERROR (1u << 29)
#define ERASE_SEQ_ERROR (1u << 28)
#define ERASE_PARAM     (1u << 27)
#define WP_VIOLATION    (1u << 26)
#define ILLEGAL_COMMAND (1u << 22)
#define CARD_ECC_FAILED (1u << 21)
#define ERROR           (1u << 19)
#define ERASE_RESET     (1u << 13)
#define READY_FOR_DATA  (1u << 8)
#define APP_CMD         (1u << 5)

#define OCR_VOLTAGES 0x00ff8000u // 2.7 to 3.6 V
#define OCR_CCS      (1u << 30)  // high capacity, in the answer; the host knows that, in the argument
#define OCR_READY    (1u << 31)

enum { CSD_UNIT = 512 << 10 };
#define MAX_STANDARD (2ull << 30)
#define MAX_SIZE     (2ull << 40)

// Basic, block read, block write, erase, application specific, switch (4.7.3)
enum { COMMAND_CLASSES = 1 << 0 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 10 };

uint8_t sd_crc7(const uint8_t *p, unsigned n)
{
    uint8_t crc = 0;
    for (unsigned i = 0; i < 8 * n; i++) {
        const unsigned in = p[i / 8] >> (7 - i % 8) & 1, top = crc >> 6 & 1;
        crc = (uint8_t)(crc << 1 & 0x7f);
        if (in ^ top) crc ^= 0x09;
    }
    return crc;
}

// Registers: bit 127 is the highest bit of byte 0.
static void set_bits(uint8_t reg[16], unsigned hi, unsigned lo, uint32_t value)
{
    for (unsigned bit = lo; bit <= hi; bit++, value >>= 1)
        if (value & 1) reg[15 - bit / 8] |= (uint8_t)(1 << bit % 8);
}

static struct sd_response long_response(uint8_t reg[16])
{
    struct sd_response r = {.answer = SD_LONG};
    reg[15] = (uint8_t)(sd_crc7(reg, 15) << 1 | 1);
    for (unsigned i = 0; i < 16; i++)
        r.word[i / 4] = r.word[i / 4] << 8 | reg[i];
    return r;
}

static struct sd_response cid(void)
{
    uint8_t reg[16] = {0x00, 'S', 'T', 'S', 'T', 'I', 'N', 'K', 0x10}; // MID, OID, PNM, PRV 1.0
    set_bits(reg, 55, 24, 0x20260101);                                 // PSN
    set_bits(reg, 19, 8, 26 << 4 | 1);                                 // MDT: January 2026
    return long_response(reg);
}

// 5.3
static struct sd_response csd(const struct sdcard *c)
{
    const uint64_t size = c->disk->size;
    uint8_t reg[16] = {0};
    set_bits(reg, 103, 96, c->high_speed ? 0x5a : 0x32); // TRAN_SPEED: 50 or 25 MHz
    set_bits(reg, 95, 84, COMMAND_CLASSES);
    set_bits(reg, 46, 46, 1);                  // ERASE_BLK_EN: in units of blocks
    set_bits(reg, 45, 39, 0x7f);               // SECTOR_SIZE
    set_bits(reg, 28, 26, 2);                  // R2W_FACTOR: 4
    set_bits(reg, 12, 12, c->disk->read_only); // TMP_WRITE_PROTECT
    if (c->high_capacity) {
        set_bits(reg, 127, 126, 1); // CSD_STRUCTURE
        set_bits(reg, 119, 112, 0x0e);
        set_bits(reg, 83, 80, 9); // READ_BL_LEN
        set_bits(reg, 69, 48, (uint32_t)(size / CSD_UNIT - 1));
        set_bits(reg, 25, 22, 9);
        return long_response(reg);
    }
    // C_SIZE has 12 bits, so the larger the card, the larger its unit; 2 GiB need blocks of 1 KiB besides.
    unsigned unit = 11;
    while (size >> unit > 4096)
        unit++;
    const unsigned block = unit > 18 ? 10 : 9;
    set_bits(reg, 119, 112, 0x26); // TAAC: 1.5 ms
    set_bits(reg, 83, 80, block);
    set_bits(reg, 79, 79, 1); // READ_BL_PARTIAL
    set_bits(reg, 73, 62, (uint32_t)((size >> unit) - 1));
    set_bits(reg, 61, 50, 0xdb6); // currents: 60 mA at most
    set_bits(reg, 49, 47, unit - 2 - block);
    set_bits(reg, 25, 22, block);
    return long_response(reg);
}

bool sdcard_init(struct sdcard *c, struct disk *disk)
{
    if (!disk->size || disk->size % CSD_UNIT || disk->size > MAX_SIZE) {
        warn("an SD card cannot have %llu bytes: a multiple of 524288 (512 KiB) up to 2 TiB, please "
             "(truncate -s "
             "%%512K FILE makes it one)",
             (unsigned long long)disk->size);
        return false;
    }
    *c = (struct sdcard){.disk = disk, .high_capacity = disk->size > MAX_STANDARD};
    sdcard_power_on(c);
    return true;
}

void sdcard_power_on(struct sdcard *c)
{
    *c = (struct sdcard){.disk = c->disk, .high_capacity = c->high_capacity, .block_len = SD_BLOCK};
}

// Answers

static const struct sd_response silent = {.answer = SD_SILENT};

static struct sd_response illegal(struct sdcard *c)
{
    c->status |= ILLEGAL_COMMAND;
    return silent;
}

// The card status; reporting errors clears them (4.10.1). `state`: in which the command found the card.
static struct sd_response r1(struct sdcard *c, enum state state)
{
    const uint32_t status = c->status | state << 9 | READY_FOR_DATA | (c->app_command ? APP_CMD : 0);
    c->status = 0;
    return (struct sd_response){SD_SHORT, {status}};
}

// Data transfers

static void end_transfer(struct sdcard *c)
{
    c->sending = c->receiving = c->counted = false;
    c->block_count = 0;
    c->state = TRAN;
}

static void send_register(struct sdcard *c, const void *data, uint32_t len)
{
    memcpy(c->buf, data, len);
    c->len = len;
    c->pos = 0;
    c->single = c->sending = true;
    c->state = DATA;
}

// Bytes of a block that the next transfer moves: high capacity cards have no other than 512 (4.3.14).
static uint32_t block_len(const struct sdcard *c)
{
    return c->high_capacity ? SD_BLOCK : c->block_len;
}

// Where blocks start: high capacity cards count in blocks, the others in bytes (4.3.14).
static uint64_t address(const struct sdcard *c, uint32_t arg)
{
    return c->high_capacity ? (uint64_t)arg * SD_BLOCK : arg;
}

static bool block_inside(const struct sdcard *c)
{
    return c->address + block_len(c) <= c->disk->size;
}

static struct sd_response start_transfer(struct sdcard *c, uint32_t arg, bool write, bool single)
{
    const enum state before = (enum state)c->state;
    c->address = address(c, arg);
    uint32_t error = 0;
    if (!block_inside(c))
        error = OUT_OF_RANGE;
    else if (write && block_len(c) != SD_BLOCK)
        error = BLOCK_LEN_ERROR; // WRITE_BL_PARTIAL is 0
    else if (c->address % SD_BLOCK + block_len(c) > SD_BLOCK)
        error = ADDRESS_ERROR; // neither BLK_MISALIGN is set
    else if (write && c->disk->read_only)
        error = WP_VIOLATION;
    if (error) {
        c->status |= error;
        c->block_count = 0;
        c->counted = false;
        return r1(c, before);
    }
    c->single = single;
    c->len = write ? SD_BLOCK : 0; // a block is fetched when its first byte is wanted
    c->pos = 0;
    c->sending = !write;
    c->receiving = write;
    c->state = write ? RCV : DATA;
    if (write) c->well_written = 0;
    return r1(c, before);
}

// A block has gone over the wires.
static void block_done(struct sdcard *c)
{
    c->pos = 0;
    if (c->single || (c->counted && --c->block_count == 0)) end_transfer(c);
}

static bool fetch_block(struct sdcard *c)
{
    if (!block_inside(c)) {
        c->status |= OUT_OF_RANGE;
    } else if (!disk_read(c->disk, c->address, c->buf, block_len(c))) {
        c->status |= CARD_ECC_FAILED;
    } else {
        c->len = block_len(c);
        c->address += c->len;
        return true;
    }
    c->sending = false; // an open-ended transfer waits for CMD12
    if (c->single) end_transfer(c);
    return false;
}

unsigned sdcard_read(struct sdcard *c, uint8_t *to, unsigned n)
{
    unsigned done = 0;
    while (done < n && c->sending) {
        if (!c->len && !fetch_block(c)) break;
        unsigned part = c->len - c->pos;
        if (part > n - done) part = n - done;
        memcpy(to + done, c->buf + c->pos, part);
        done += part;
        c->pos += part;
        if (c->pos < c->len) break;
        c->len = 0;
        block_done(c);
    }
    return done;
}

static bool store_block(struct sdcard *c)
{
    if (!block_inside(c)) {
        c->status |= OUT_OF_RANGE;
    } else if (!disk_write(c->disk, c->address, c->buf, SD_BLOCK)) {
        c->status |= ERROR;
    } else {
        c->address += SD_BLOCK;
        c->well_written++;
        return true;
    }
    c->receiving = false; // what follows is ignored until CMD12
    if (c->single) end_transfer(c);
    return false;
}

unsigned sdcard_write(struct sdcard *c, const uint8_t *from, unsigned n)
{
    unsigned done = 0;
    while (done < n && c->receiving) {
        unsigned part = SD_BLOCK - c->pos;
        if (part > n - done) part = n - done;
        memcpy(c->buf + c->pos, from + done, part);
        c->pos += part;
        if (c->pos == SD_BLOCK) {
            if (!store_block(c)) break;
            block_done(c);
        }
        done += part;
    }
    return done;
}

// Erase

static struct sd_response erase_limit(struct sdcard *c, uint32_t arg, bool end)
{
    const uint64_t at = address(c, arg) / SD_BLOCK * SD_BLOCK;
    const enum state state = (enum state)c->state;
    if (end && !c->have_erase_start)
        c->status |= ERASE_SEQ_ERROR;
    else if (at >= c->disk->size)
        c->status |= OUT_OF_RANGE;
    else if (end)
        c->erase_end = at, c->have_erase_end = true;
    else
        c->erase_start = at, c->have_erase_start = true;
    return r1(c, state);
}

static struct sd_response erase(struct sdcard *c)
{
    const enum state state = (enum state)c->state;
    if (!c->have_erase_start || !c->have_erase_end)
        c->status |= ERASE_SEQ_ERROR;
    else if (c->erase_end < c->erase_start)
        c->status |= ERASE_PARAM;
    else if (c->disk->read_only)
        c->status |= WP_VIOLATION;
    else if (!disk_clear(c->disk, c->erase_start, c->erase_end + SD_BLOCK - c->erase_start, true))
        c->status |= ERROR;
    c->have_erase_start = c->have_erase_end = false;
    return r1(c, state);
}

// Registers that are sent as data

// 4.3.10: what the functions are, and what they would be (or now are).
static struct sd_response switch_function(struct sdcard *c, uint32_t arg)
{
    enum { GROUPS = 6, KEEP = 15, HIGH_SPEED = 1 };
    const enum state before = (enum state)c->state;
    uint8_t status[64] = {0}, result[GROUPS];
    bool possible = true;
    for (unsigned g = 0; g < GROUPS; g++) {
        const unsigned want = arg >> 4 * g & 15, current = g == 0 && c->high_speed;
        const bool there = want == KEEP || want == 0 || (g == 0 && want == HIGH_SPEED);
        result[g] = (uint8_t)(want == KEEP ? current : there ? want : KEEP);
        possible &= there;
        status[13 - 2 * g] = g == 0 ? 1 << 0 | 1 << HIGH_SPEED : 1 << 0;
        status[12 - 2 * g] = 0x80; // "keep" is possible, too
    }
    status[1] = possible ? 100 : 0; // mA; 0: an impossible wish
    for (unsigned g = 0; g < GROUPS; g += 2)
        status[16 - g / 2] = (uint8_t)(result[g + 1] << 4 | result[g]);
    if (arg >> 31 && possible) c->high_speed = result[0] == HIGH_SPEED;
    send_register(c, status, sizeof status);
    return r1(c, before);
}

// 5.6: version 3.0, erased blocks read 0, no security, 1 and 4 bit wide, CMD23.
static const uint8_t scr[8] = {0x02, 0x05, 0x80, 0x02};

static struct sd_response send_sd_status(struct sdcard *c)
{
    const enum state before = (enum state)c->state;
    const uint8_t status[64] = {c->wide ? 0x80 : 0}; // the rest says: an ordinary card, nothing known
    send_register(c, status, sizeof status);
    return r1(c, before);
}

static struct sd_response send_scr(struct sdcard *c)
{
    const enum state before = (enum state)c->state;
    send_register(c, scr, sizeof scr);
    return r1(c, before);
}

static struct sd_response send_well_written(struct sdcard *c)
{
    const enum state before = (enum state)c->state;
    const uint32_t n = c->well_written;
    const uint8_t bytes[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    send_register(c, bytes, sizeof bytes);
    return r1(c, before);
}

// Identification (4.2)

static struct sd_response send_op_cond(struct sdcard *c, uint32_t arg)
{
    const uint32_t ocr = OCR_VOLTAGES | (c->high_capacity ? OCR_CCS : 0);
    if (!(arg & 0xffffff)) return (struct sd_response){SD_OCR, {OCR_VOLTAGES}}; // an inquiry
    if (!(arg & OCR_VOLTAGES)) {
        c->state = INACTIVE;
        return silent;
    }
    // A host that does not know high capacity never sees such a card ready (4.2.3.1).
    if (c->high_capacity && !(c->can_high_capacity && arg & OCR_CCS))
        return (struct sd_response){SD_OCR, {OCR_VOLTAGES}};
    c->state = READY;
    return (struct sd_response){SD_OCR, {ocr | OCR_READY}};
}

static struct sd_response send_if_cond(struct sdcard *c, uint32_t arg)
{
    if ((arg >> 8 & 15) != 1) return silent; // VHS: 2.7 to 3.6 V is what it takes
    c->can_high_capacity = true;
    return (struct sd_response){SD_SHORT, {arg & 0xfff}};
}

// R6 has the bits 23, 22, 19 and 12:0 of the card status.
static struct sd_response send_relative_address(struct sdcard *c)
{
    if (!++c->rca) c->rca = 1;
    struct sd_response r = r1(c, (enum state)c->state);
    const uint32_t s = r.word[0];
    r.word[0] = (uint32_t)c->rca << 16 | (s >> 8 & 0xc000) | (s >> 6 & 0x2000) | (s & 0x1fff);
    c->state = STBY;
    return r;
}

static struct sd_response select_card(struct sdcard *c, bool me)
{
    const enum state state = (enum state)c->state;
    if (me ? state != STBY : state != STBY && state != TRAN && state != DATA) return illegal(c);
    if (state == DATA) end_transfer(c);
    c->state = me ? TRAN : STBY;
    return me ? r1(c, state) : silent;
}

static struct sd_response app_command(struct sdcard *c, unsigned index, uint32_t arg)
{
    const enum state state = (enum state)c->state;
    if (index == 41) return state == IDLE ? send_op_cond(c, arg) : illegal(c);
    if (state != TRAN) return illegal(c);
    switch (index) {
    case 6:
        if ((arg & 3) != 0 && (arg & 3) != 2) return illegal(c);
        c->wide = arg & 2;
        return r1(c, state);
    case 13: return send_sd_status(c);
    case 22: return send_well_written(c);
    case 23: return r1(c, state); // blocks to erase in advance: a hint
    case 42: return r1(c, state); // the resistor that detects the card
    case 51: return send_scr(c);
    }
    return illegal(c);
}

// Table 4-29: in which states a command is legal. Those that have states of their own decide themselves.
#define IN(state) (1u << (state))
enum { SELECTED = IN(TRAN) | IN(DATA) | IN(RCV), ADDRESSED = IN(STBY) | SELECTED };
static const uint16_t legal[64] = {
    [2] = IN(READY),  [3] = IN(IDENT) | IN(STBY),
    [6] = IN(TRAN),   [7] = ADDRESSED,
    [8] = IN(IDLE),   [9] = IN(STBY),
    [10] = IN(STBY),  [12] = IN(DATA) | IN(RCV),
    [13] = ADDRESSED, [15] = ADDRESSED,
    [16] = IN(TRAN),  [17] = IN(TRAN),
    [18] = IN(TRAN),  [23] = IN(TRAN),
    [24] = IN(TRAN),  [25] = IN(TRAN),
    [32] = IN(TRAN),  [33] = IN(TRAN),
    [38] = IN(TRAN),  [55] = IN(IDLE) | ADDRESSED,
};

// Commands whose argument's upper half is the address of one card.
static bool has_rca(unsigned index)
{
    return index == 9 || index == 10 || index == 13 || index == 15 || index == 55;
}

static struct sd_response set_block_len(struct sdcard *c, uint32_t len)
{
    if (!len || len > SD_BLOCK)
        c->status |= BLOCK_LEN_ERROR;
    else
        c->block_len = len;
    return r1(c, TRAN);
}

static struct sd_response basic_command(struct sdcard *c, unsigned index, uint32_t arg)
{
    const enum state state = (enum state)c->state;
    struct sd_response r;
    switch (index) {
    case 2: c->state = IDENT; return cid();
    case 3: return send_relative_address(c);
    case 6: return switch_function(c, arg);
    case 7: return select_card(c, arg >> 16 == c->rca);
    case 8: return send_if_cond(c, arg);
    case 9: return csd(c);
    case 10: return cid();
    case 12:
        r = r1(c, state);
        end_transfer(c);
        return r;
    case 13: return r1(c, state);
    case 15: c->state = INACTIVE; return silent;
    case 16: return set_block_len(c, arg);
    case 17: return start_transfer(c, arg, false, true);
    case 18: return start_transfer(c, arg, false, false);
    case 23:
        c->block_count = arg;
        c->counted = arg != 0;
        return r1(c, state);
    case 24: return start_transfer(c, arg, true, true);
    case 25: return start_transfer(c, arg, true, false);
    case 32: return erase_limit(c, arg, false);
    case 33: return erase_limit(c, arg, true);
    case 38: return erase(c);
    case 55: c->app_command = true; return r1(c, state);
    }
    return illegal(c);
}

struct sd_response sdcard_command(struct sdcard *c, unsigned index, uint32_t arg)
{
    index &= 63;
    if (c->state == INACTIVE) return silent;
    if (index == 0) {
        sdcard_power_on(c);
        return silent;
    }
    // An erase sequence ends at any other command but CMD13 (4.3.5), a count of blocks at any but a transfer.
    if ((c->have_erase_start || c->have_erase_end) && index != 13 && index != 33 && index != 38) {
        c->have_erase_start = c->have_erase_end = false;
        if (index != 32) c->status |= ERASE_RESET;
    }
    if (c->state == TRAN && index != 18 && index != 25) c->counted = false;
    struct sd_response r;
    if (c->app_command && (index == 6 || index == 13 || index == 22 || index == 23 || index == 41 ||
                           index == 42 || index == 51)) {
        r = app_command(c, index, arg); // its status still says APP_CMD
        c->app_command = false;
        return r;
    }
    c->app_command = false;
    if (!(legal[index] & IN(c->state))) return illegal(c);
    if (has_rca(index) && arg >> 16 != c->rca) return silent;
    return basic_command(c, index, arg);
}
