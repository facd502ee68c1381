// NOR flash: two 16-bit chips of 32 MiB side by side, 64 MiB on a 32-bit bus, as the Versatile Express has
// them. Common Flash Interface (JESD68.01), Intel command set 0001 (Intel 28F256J3/P30 datasheets).
//
// No interrupt. backend: struct disk with the contents, up to 64 MiB, or NULL: blank, and forgotten at the
// end. Behind the end of a shorter image the chips are blank, and blocks that are not wholly in it are
// locked, as all of a read-only one are.
//
// Each chip has its own state: commands go to the one whose half of the bus they are written to. Operations
// take no time, so that suspending finds nothing to suspend. Locks are lost at a reset, which leaves blocks
// unlocked.
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fdt.h"
#include "base/log.h"
#include "dev/device.h"
#include "dev/devices.h"
#include "host/disk.h"

enum {
    SIZE = 64 << 20,
    CHIPS = 2,
    BLOCKS = 256,
    BLOCK = SIZE / BLOCKS,
    BLOCK_WORDS = BLOCK / 4,
    BUFFER_WORDS = 512
};

enum command {
    C_LOCK = 0x01,
    C_PROGRAM_ALT = 0x10,
    C_ERASE = 0x20,
    C_LOCK_DOWN = 0x2f,
    C_PROGRAM = 0x40,
    C_CLEAR_STATUS = 0x50,
    C_LOCK_SETUP = 0x60,
    C_READ_STATUS = 0x70,
    C_READ_ID = 0x90,
    C_QUERY = 0x98,
    C_SUSPEND = 0xb0,
    C_CONFIRM = 0xd0, // and resume, and unlock
    C_BUFFER = 0xe8,
    C_READ_ARRAY = 0xff,
};

enum { SR_READY = 0x80, SR_ERASE_ERROR = 0x20, SR_PROGRAM_ERROR = 0x10, SR_LOCKED = 0x02 };
enum { SR_SEQUENCE = SR_ERASE_ERROR | SR_PROGRAM_ERROR };

enum mode { ARRAY, STATUS, INFO };
enum step { NEW_COMMAND, PROGRAM_WORD, ERASE_CONFIRM, LOCK_WHAT, BUFFER_COUNT, BUFFER_DATA, BUFFER_CONFIRM };

struct chip {
    enum mode mode; // what reads see
    enum step step; // what the next write is
    uint8_t status;
    bool locked[BLOCKS];
    // Write to buffer: words from `first` on, `count` of which are still to come.
    uint32_t first, words, count;
    bool misplaced;
    uint16_t buffer[BUFFER_WORDS];
};

struct flash {
    struct device d;
    struct disk *disk;
    uint8_t *mem;   // the contents; the image's part is a read-only mapping
    uint32_t whole; // bytes of blocks that can be written
    bool readable;  // both chips are in read array mode
    struct chip chip[CHIPS];
};

// Query table from word 0x10 on (JESD68.01 and JEP137, the primary extended table is Intel's).
enum { QUERY_FIRST = 0x10 };
static const uint8_t query[] = {
    'Q',  'R',  'Y',  0x01, 0x00, // command set
    0x31, 0x00,                   // … and its table
    0x00, 0x00, 0x00, 0x00,       // no alternative
    0x27, 0x36, 0x00, 0x00,       // Vcc 2.7 to 3.6 V, no Vpp
    0x07, 0x0a, 0x0a, 0x00,       // typical times: word 2^7 µs, buffer 2^10 µs, block erase 2^10 ms
    0x02, 0x02, 0x02, 0x00,       // the longest: 4 times that
    0x19,                         // 2^25 bytes
    0x01, 0x00,                   // 16 bits wide
    0x0a, 0x00,                   // buffer: 2^10 bytes
    0x01,                         // one region of
    0xff, 0x00, 0x00, 0x02,       // 255 + 1 blocks of 512 × 256 bytes
    'P',  'R',  'I',  '1',  '1',  0x26, 0x00, 0x00, 0x00, // suspend erase, suspend program, individual locks
    0x01,                                                 // programming while erase is suspended
    0x01, 0x00,                                           // block status: lock bit
    0x33, 0x00,                                           // best at 3.3 V
    0x00,                                                 // no protection registers
    0x00, 0x00,                                           // neither page nor synchronous reads
};
enum { MANUFACTURER = 0x89, DEVICE_ID = 0x1d };

static uint32_t block_of(uint32_t word)
{
    return word / BLOCK_WORDS % BLOCKS;
}

// What a chip shows at a word of its own when it is not in read array mode. Identifier and query data do not
// overlap and are both there in either mode, as on the 28F256J3.
static uint16_t chip_read(const struct flash *f, unsigned n, uint32_t word)
{
    const struct chip *c = &f->chip[n];
    uint16_t v;
    switch (c->mode) {
    case ARRAY: memcpy(&v, f->mem + word * 4 + n * 2, sizeof v); return v;
    case STATUS: return c->status;
    case INFO: break;
    }
    const bool locked = c->locked[block_of(word)];
    word %= BLOCK_WORDS;
    if (word >= QUERY_FIRST && word - QUERY_FIRST < sizeof query) return query[word - QUERY_FIRST];
    return word == 0 ? MANUFACTURER : word == 1 ? DEVICE_ID : word == 2 ? locked : 0;
}

static void fail(struct chip *c, unsigned bits)
{
    c->status |= (uint8_t)bits;
}

static bool may_change(const struct flash *f, struct chip *c, uint32_t word, unsigned error)
{
    if (word * 4 < f->whole && !c->locked[block_of(word)]) return true;
    fail(c, error | SR_LOCKED);
    return false;
}

// The contents change: in the image, or in memory if there is none, and code made from them is void.
static bool store(struct flash *f, uint32_t offset, const uint8_t *from, uint32_t len)
{
    if (!f->disk)
        memcpy(f->mem + offset, from, len);
    else if (!disk_write(f->disk, offset, from, len))
        return false;
    bus_rom_changed(f->d.env.bus, f, offset, len);
    return true;
}

// Programming makes ones zeros, never the other way round.
static void program(struct flash *f, unsigned n, uint32_t word, const uint16_t *data, uint32_t count)
{
    uint8_t bytes[BUFFER_WORDS * 4];
    struct chip *c = &f->chip[n];
    if (!may_change(f, c, word, SR_PROGRAM_ERROR)) return;
    memcpy(bytes, f->mem + word * 4, count * 4);
    for (uint32_t i = 0; i < count; i++) {
        uint16_t v;
        memcpy(&v, bytes + i * 4 + n * 2, sizeof v);
        v &= data[i];
        memcpy(bytes + i * 4 + n * 2, &v, sizeof v);
    }
    if (!store(f, word * 4, bytes, count * 4)) fail(c, SR_PROGRAM_ERROR);
}

static void erase(struct flash *f, unsigned n, uint32_t word)
{
    uint8_t bytes[4096];
    struct chip *c = &f->chip[n];
    if (!may_change(f, c, word, SR_ERASE_ERROR)) return;
    const uint32_t start = block_of(word) * BLOCK;
    for (uint32_t at = start; at < start + BLOCK; at += sizeof bytes) {
        memcpy(bytes, f->mem + at, sizeof bytes);
        for (uint32_t i = n * 2; i < sizeof bytes; i += 4)
            bytes[i] = bytes[i + 1] = 0xff;
        if (!store(f, at, bytes, sizeof bytes)) {
            fail(c, SR_ERASE_ERROR);
            return;
        }
    }
}

static void lock(struct chip *c, uint32_t word, uint16_t v)
{
    switch (v & 0xff) {
    case C_LOCK:
    case C_LOCK_DOWN: c->locked[block_of(word)] = true; return;
    case C_CONFIRM: c->locked[block_of(word)] = false; return;
    default: fail(c, SR_SEQUENCE); return;
    }
}

static void buffer_count(struct chip *c, uint16_t v)
{
    c->count = c->words = v + 1u;
    c->misplaced = false;
    memset(c->buffer, 0xff, sizeof c->buffer);
    if (v < BUFFER_WORDS) {
        c->step = BUFFER_DATA;
        return;
    }
    fail(c, SR_SEQUENCE);
    c->step = NEW_COMMAND;
}

static void buffer_data(struct chip *c, uint32_t word, uint16_t v)
{
    if (c->count == c->words) c->first = word;
    const uint32_t index = word - c->first;
    // All of it in the range that the count announced, and in one block.
    if (index >= c->words || block_of(c->first + c->words - 1) != block_of(c->first))
        c->misplaced = true;
    else
        c->buffer[index] = v;
    if (!--c->count) c->step = BUFFER_CONFIRM;
}

static void new_command(struct chip *c, uint16_t v)
{
    c->mode = STATUS;
    switch ((enum command)(v & 0xff)) {
    case C_READ_ARRAY: c->mode = ARRAY; return;
    case C_READ_ID:
    case C_QUERY: c->mode = INFO; return;
    case C_CLEAR_STATUS: c->status = SR_READY; return;
    case C_PROGRAM:
    case C_PROGRAM_ALT: c->step = PROGRAM_WORD; return;
    case C_ERASE: c->step = ERASE_CONFIRM; return;
    case C_LOCK_SETUP: c->step = LOCK_WHAT; return;
    case C_BUFFER: c->step = BUFFER_COUNT; return;
    case C_READ_STATUS:
    case C_SUSPEND:
    case C_CONFIRM: return;
    case C_LOCK:
    case C_LOCK_DOWN: break;
    }
    c->mode = ARRAY; // unknown commands lead there
}

static void chip_write(struct flash *f, unsigned n, uint32_t word, uint16_t v)
{
    struct chip *c = &f->chip[n];
    const enum step step = c->step;
    if (step == BUFFER_COUNT) {
        buffer_count(c, v);
        return;
    }
    if (step == BUFFER_DATA) {
        buffer_data(c, word, v);
        return;
    }
    c->step = NEW_COMMAND;
    switch (step) {
    case NEW_COMMAND: new_command(c, v); return;
    case PROGRAM_WORD: program(f, n, word, &v, 1); return;
    case ERASE_CONFIRM:
        if ((v & 0xff) == C_CONFIRM)
            erase(f, n, word);
        else
            fail(c, SR_SEQUENCE);
        return;
    case LOCK_WHAT: lock(c, word, v); return;
    case BUFFER_CONFIRM:
        if ((v & 0xff) == C_CONFIRM && !c->misplaced)
            program(f, n, c->first, c->buffer, c->words);
        else
            fail(c, SR_SEQUENCE);
        return;
    case BUFFER_COUNT:
    case BUFFER_DATA: return; // above
    }
}

static uint32_t flash_read(void *dev, uint32_t offset, unsigned size)
{
    const struct flash *f = dev;
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        const uint32_t at = (offset + i) % SIZE;
        v |= (uint32_t)(chip_read(f, at / 2 % CHIPS, at / 4) >> at % 2 * 8 & 0xff) << 8 * i;
    }
    return v;
}

static void flash_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct flash *f = dev;
    // The chips have no byte lanes: a byte comes as the lower half of a word, one at an odd address not at
    // all.
    for (unsigned i = offset % 2; i < size; i += 2) {
        const uint32_t at = (offset + i) % SIZE;
        const uint32_t half = size == 1 ? v & 0xff : v >> 8 * i & 0xffff;
        chip_write(f, at / 2 % CHIPS, at / 4, (uint16_t)half);
    }
    const bool readable = f->chip[0].mode == ARRAY && f->chip[1].mode == ARRAY;
    if (readable != f->readable) bus_rom_readable(f->d.env.bus, f, readable);
    f->readable = readable;
}

static uint8_t *flash_rom(struct device *d)
{
    return ((struct flash *)d)->mem;
}

static void flash_reset(struct device *d)
{
    struct flash *f = (struct flash *)d;
    for (unsigned i = 0; i < CHIPS; i++)
        f->chip[i] = (struct chip){.mode = ARRAY, .step = NEW_COMMAND, .status = SR_READY};
    if (!f->readable) bus_rom_readable(d->env.bus, f, true);
    f->readable = true;
}

// Blank flash without touching all of its memory: the same 1 MiB of ones again and again, copied where it is
// written.
static bool map_blank(uint8_t *mem)
{
    enum { PIECE = 1 << 20 };
    const int fd = memfd_create("blank flash", MFD_CLOEXEC);
    bool ok = fd >= 0 && !ftruncate(fd, PIECE);
    uint8_t *ones = ok ? mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    ok = ones != MAP_FAILED;
    if (ok) {
        memset(ones, 0xff, PIECE);
        munmap(ones, PIECE);
    }
    for (uint32_t at = 0; ok && at < SIZE; at += PIECE)
        ok = mmap(mem + at, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) != MAP_FAILED;
    if (fd >= 0) close(fd);
    return ok;
}

// The image is mapped page by page; what it has of its last page is copied.
static bool map_image(struct flash *f)
{
    const uint32_t pages = (uint32_t)f->disk->size & ~0xfffu, rest = (uint32_t)f->disk->size & 0xfff;
    if (pages && !disk_map(f->disk, f->mem, pages)) return false;
    return disk_read(f->disk, pages, f->mem + pages, rest);
}

static bool flash_init(struct device *d)
{
    struct flash *f = (struct flash *)d;
    f->disk = d->env.backend;
    f->whole = SIZE;
    f->readable = true;
    if (f->disk && f->disk->size > SIZE) {
        warn("%s: its image has %llu bytes, but it has no more than %u (64 MiB)", d->id,
             (unsigned long long)f->disk->size, SIZE);
        return false;
    }
    f->mem = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (f->mem == MAP_FAILED || !map_blank(f->mem) || (f->disk && !map_image(f))) {
        warn("%s: cannot map its contents", d->id);
        if (f->mem != MAP_FAILED) munmap(f->mem, SIZE);
        return false;
    }
    if (f->disk) f->whole = f->disk->read_only ? 0 : (uint32_t)f->disk->size / BLOCK * BLOCK;
    return true;
}

static void flash_end(struct device *d)
{
    struct flash *f = (struct flash *)d;
    if (f->disk) disk_flush(f->disk);
    munmap(f->mem, SIZE);
}

static void flash_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,vexpress-flash", "cfi-flash", NULL);
    fdt_u32(f, "bank-width", 4);
}

const struct dev_class cfi_flash_class = {
    .name = "flash",
    .state_size = sizeof(struct flash),
    .init = flash_init,
    .reset = flash_reset,
    .end = flash_end,
    .ops = {flash_read, flash_write},
    .rom = flash_rom,
    .fdt = flash_fdt,
};
