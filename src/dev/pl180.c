// PL181 multimedia card interface, a PL180 with a four bit wide bus. ARM DDI 0172 (PL180), DDI 0205 (PL181).
//
// Registers at 0x000–0x048, FIFO at 0x080–0x0bc. irq[0]: what MCIMask0 selects, irq[1]: MCIMask1.
// backend: struct disk, the image of the card in the slot; NULL: no card. config: struct pl180_config, or
// NULL.
//
// Commands and data take no time on the wires: a command has ended when its register is written, the
// transmit FIFO is empty as soon as it is filled, the receive FIFO full as long as the card sends. So there
// are neither underruns nor overruns. What does take its time is waiting for data that never come.
#include "dev/pl180.h"

#include "base/fdt.h"
#include "dev/devices.h"
#include "dev/sdcard.h"

enum reg {
    POWER = 0x000,
    CLOCK = 0x004,
    ARGUMENT = 0x008,
    COMMAND = 0x00c,
    RESPCMD = 0x010,
    RESPONSE0 = 0x014,
    RESPONSE3 = 0x020,
    DATA_TIMER = 0x024,
    DATA_LENGTH = 0x028,
    DATA_CTRL = 0x02c,
    DATA_CNT = 0x030,
    STATUS = 0x034,
    CLEAR = 0x038,
    MASK0 = 0x03c,
    MASK1 = 0x040,
    SELECT = 0x044,
    FIFO_CNT = 0x048,
    FIFO = 0x080,
    FIFO_END = 0x0c0,
};

enum { POWER_CTRL = 3, POWER_ON = 3, CLOCK_ENABLE = 1 << 8, CLOCK_BYPASS = 1 << 10 };
enum {
    CMD_RESPONSE = 1 << 6,
    CMD_LONG = 1 << 7,
    CMD_INTERRUPT = 1 << 8,
    CMD_PENDING = 1 << 9,
    CMD_ENABLE = 1 << 10
};
enum { DATA_ENABLE = 1, DATA_FROM_CARD = 2, DATA_STREAM = 4 };

enum status {
    CMD_CRC_FAIL = 1 << 0,
    DATA_CRC_FAIL = 1 << 1,
    CMD_TIMEOUT = 1 << 2,
    DATA_TIMEOUT = 1 << 3,
    CMD_RESP_END = 1 << 6,
    CMD_SENT = 1 << 7,
    DATA_END = 1 << 8,
    DATA_BLOCK_END = 1 << 10,
    CMD_ACTIVE = 1 << 11,
    TX_ACTIVE = 1 << 12,
    RX_ACTIVE = 1 << 13,
    TX_HALF_EMPTY = 1 << 14,
    RX_HALF_FULL = 1 << 15,
    RX_FULL = 1 << 17,
    TX_EMPTY = 1 << 18,
    RX_EMPTY = 1 << 19,
    RX_AVAILABLE = 1 << 21,
    STATIC = 0x7ff, // these stay until MCIClear
    ALL = 0x3fffff,
};

enum { FIFO_WORDS = 16, MCLK = 24000000 };

struct pl180 {
    struct device d;
    struct pl180_config cfg;
    struct sdcard card;
    bool have_card;
    uint32_t power, clock, argument, command, respcmd, response[4];
    uint32_t data_timer, data_length, data_ctrl, data_cnt, select, mask[2];
    uint32_t flags;     // the static part of MCIStatus
    bool command_waits; // CMD_PENDING: until the data transfer ends
    bool moving;        // the data path is not idle
    uint32_t in_block;  // bytes of the present block that have gone over
    uint8_t fifo[FIFO_WORDS * 4];
    unsigned first, filled; // receive FIFO, in bytes: a ring
    struct timer timeout;
};

static uint32_t status(const struct pl180 *p)
{
    uint32_t s = p->flags | (p->command_waits ? CMD_ACTIVE : 0);
    if (!p->moving) return s; // the FIFO is disabled, its flags are low
    if (!(p->data_ctrl & DATA_FROM_CARD)) return s | TX_ACTIVE | TX_HALF_EMPTY | TX_EMPTY;
    s |= RX_ACTIVE | (p->filled ? RX_AVAILABLE : RX_EMPTY);
    if (p->filled >= sizeof p->fifo / 2) s |= RX_HALF_FULL;
    if (p->filled == sizeof p->fifo) s |= RX_FULL;
    return s;
}

static void update(struct pl180 *p)
{
    const uint32_t s = status(p);
    irq_set(&p->d.irq[0], s & p->mask[0]);
    irq_set(&p->d.irq[1], s & p->mask[1]);
}

// The card has power and a clock.
static bool card_runs(const struct pl180 *p)
{
    return p->have_card && (p->power & POWER_CTRL) == POWER_ON && p->clock & CLOCK_ENABLE;
}

// Command path (2.2.6)

static void send_command(struct pl180 *p)
{
    const uint32_t command = p->command;
    struct sd_response r = {.answer = SD_SILENT};
    p->command_waits = false;
    if (card_runs(p)) r = sdcard_command(&p->card, command & 63, p->argument);
    if (!(command & CMD_RESPONSE)) {
        p->flags |= CMD_SENT;
        return;
    }
    if (r.answer == SD_SILENT) {
        // With CMD_INTERRUPT it waits for the answer as long as it takes: SD cards have no such command.
        p->command_waits = command & CMD_INTERRUPT;
        if (!p->command_waits) p->flags |= CMD_TIMEOUT;
        return;
    }
    p->respcmd = r.answer == SD_SHORT ? command & 63 : 63;
    for (unsigned i = 0; i < 4; i++)
        p->response[i] = r.word[i];
    p->response[3] &= ~1u;
    // An R3 has no CRC, and a length other than the expected one makes nonsense of it.
    const bool good = r.answer == (command & CMD_LONG ? SD_LONG : SD_SHORT);
    p->flags |= good ? CMD_RESP_END : CMD_CRC_FAIL;
}

static void start_command(struct pl180 *p)
{
    p->command_waits = false;
    if (!(p->command & CMD_ENABLE)) return;
    if (p->command & CMD_PENDING && p->moving)
        p->command_waits = true;
    else
        send_command(p);
}

// Data path (2.2.8)

static void stop_data(struct pl180 *p, uint32_t flag)
{
    p->flags |= flag;
    p->moving = false;
    p->first = p->filled = 0;
    timer_cancel(p->d.env.clock, &p->timeout);
    if (p->command_waits && p->command & CMD_PENDING) send_command(p);
}

// Bytes have passed between FIFO and card.
static void passed(struct pl180 *p, unsigned n)
{
    const uint32_t block = 1u << (p->data_ctrl >> 4 & 15);
    p->data_cnt -= n;
    p->in_block += n;
    if (!(p->data_ctrl & DATA_STREAM) && p->in_block >= block) {
        p->in_block -= block;
        p->flags |= DATA_BLOCK_END;
    }
    if (!p->data_cnt) p->flags |= DATA_END;
}

// The most that goes over at once: DATA_BLOCK_END comes between two blocks.
static unsigned portion(const struct pl180 *p, unsigned room)
{
    const uint32_t left = (1u << (p->data_ctrl >> 4 & 15)) - p->in_block;
    unsigned n = room < p->data_cnt ? room : p->data_cnt;
    if (!(p->data_ctrl & DATA_STREAM) && left < n) n = left;
    return n;
}

// MCIDataTimer counts card clocks in which nothing comes.
static void expect_data(struct pl180 *p)
{
    const uint64_t divide = p->clock & CLOCK_BYPASS ? 1 : 2 * ((p->clock & 0xff) + 1);
    const uint64_t ns = p->data_timer * divide * (1000000000 / MCLK) + 1;
    struct clock *c = p->d.env.clock;
    if (!p->timeout.armed) timer_set(c, &p->timeout, clock_ns(c) + ns);
}

static void time_is_out(void *ctx)
{
    struct pl180 *p = ctx;
    stop_data(p, DATA_TIMEOUT);
    update(p);
}

// Fills the receive FIFO from the card.
static void receive(struct pl180 *p)
{
    while (p->moving && p->data_cnt && p->filled < sizeof p->fifo) {
        const unsigned at = (p->first + p->filled) % sizeof p->fifo;
        unsigned room = (unsigned)sizeof p->fifo - p->filled;
        if (room > sizeof p->fifo - at) room = (unsigned)sizeof p->fifo - at;
        const unsigned n = card_runs(p) ? sdcard_read(&p->card, p->fifo + at, portion(p, room)) : 0;
        if (!n) {
            expect_data(p);
            return;
        }
        timer_cancel(p->d.env.clock, &p->timeout);
        p->filled += n;
        passed(p, n);
    }
    // Received, and the FIFO has been emptied.
    if (p->moving && !p->data_cnt && !p->filled) stop_data(p, 0);
}

static uint32_t fifo_read(struct pl180 *p)
{
    uint32_t word = 0;
    if (!p->moving || !(p->data_ctrl & DATA_FROM_CARD)) return 0;
    // The last word may have less than four bytes; before that the FIFO has whole words.
    for (unsigned i = 0; i < 4 && p->filled; i++, p->filled--) {
        word |= (uint32_t)p->fifo[p->first] << 8 * i;
        p->first = (p->first + 1) % sizeof p->fifo;
    }
    receive(p);
    return word;
}

static void fifo_write(struct pl180 *p, uint32_t word)
{
    if (!p->moving || p->data_ctrl & DATA_FROM_CARD) return;
    for (unsigned done = 0; done < 4 && p->data_cnt;) {
        const uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16),
                                  (uint8_t)(word >> 24)};
        const unsigned want = portion(p, 4 - done);
        const unsigned n = card_runs(p) ? sdcard_write(&p->card, bytes + done, want) : 0;
        if (n < want) {
            stop_data(p, DATA_CRC_FAIL); // no card said that the block arrived
            return;
        }
        done += n;
        passed(p, n);
    }
    if (!p->data_cnt) stop_data(p, 0);
}

static void start_data(struct pl180 *p, uint32_t ctrl)
{
    p->data_ctrl = ctrl & 0xff;
    if (!(ctrl & DATA_ENABLE)) {
        if (p->moving) stop_data(p, 0);
        return;
    }
    timer_cancel(p->d.env.clock, &p->timeout);
    p->data_cnt = p->data_length;
    p->in_block = p->first = p->filled = 0;
    p->moving = p->data_cnt;
    if (p->moving && ctrl & DATA_FROM_CARD) receive(p);
}

static uint32_t pl180_read(void *dev, uint32_t offset, unsigned size)
{
    struct pl180 *p = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x00041181, &v)) return v;
    if (offset >= FIFO && offset < FIFO_END) {
        v = fifo_read(p);
        update(p);
        return v;
    }
    if (offset >= RESPONSE0 && offset <= RESPONSE3) return p->response[(offset - RESPONSE0) / 4];
    switch ((enum reg)(offset & ~3u)) {
    case POWER: return p->power;
    case CLOCK: return p->clock;
    case ARGUMENT: return p->argument;
    case COMMAND: return p->command;
    case RESPCMD: return p->respcmd;
    case DATA_TIMER: return p->data_timer;
    case DATA_LENGTH: return p->data_length;
    case DATA_CTRL: return p->data_ctrl;
    case DATA_CNT: return p->data_cnt;
    case STATUS: return status(p);
    case MASK0: return p->mask[0];
    case MASK1: return p->mask[1];
    case SELECT: return p->select;
    case FIFO_CNT: return (p->data_cnt + 3) / 4; // words that have yet to pass between FIFO and card
    case CLEAR:
    case RESPONSE0:
    case RESPONSE3:
    case FIFO:
    case FIFO_END: return 0;
    }
    return 0;
}

static void set_power(struct pl180 *p, uint32_t v)
{
    if (!(v & POWER_CTRL) && p->have_card) sdcard_power_on(&p->card); // what it is when power comes back
    p->power = v & 0xff;
}

static void pl180_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct pl180 *p = dev;
    (void)size;
    if (offset >= FIFO && offset < FIFO_END) {
        fifo_write(p, v);
        update(p);
        return;
    }
    switch ((enum reg)(offset & ~3u)) {
    case POWER: set_power(p, v); break;
    case CLOCK: p->clock = v & 0xfff; break;
    case ARGUMENT: p->argument = v; break;
    case COMMAND:
        p->command = v & 0x7ff;
        start_command(p);
        receive(p);
        break;
    case DATA_TIMER: p->data_timer = v; break;
    case DATA_LENGTH: p->data_length = v & 0xffff; break;
    case DATA_CTRL: start_data(p, v); break;
    case CLEAR: p->flags &= ~(v & STATIC); break;
    case MASK0: p->mask[0] = v & ALL; break;
    case MASK1: p->mask[1] = v & ALL; break;
    case SELECT: p->select = v & 15; break;
    case RESPCMD:
    case RESPONSE0:
    case RESPONSE3:
    case DATA_CNT:
    case STATUS:
    case FIFO_CNT:
    case FIFO:
    case FIFO_END: return; // read only, or nothing
    }
    update(p);
}

uint32_t pl180_slot(void *pl180)
{
    const struct pl180 *p = pl180;
    return p->have_card ? 1u | (p->card.disk->read_only ? 2u : 0) : 0;
}

static void pl180_reset(struct device *d)
{
    struct pl180 *p = (struct pl180 *)d;
    timer_cancel(d->env.clock, &p->timeout);
    set_power(p, 0);
    p->clock = p->argument = p->command = p->respcmd = 0;
    for (unsigned i = 0; i < 4; i++)
        p->response[i] = 0;
    p->data_timer = p->data_length = p->data_ctrl = p->data_cnt = p->select = p->mask[0] = p->mask[1] = 0;
    p->flags = p->in_block = 0;
    p->command_waits = p->moving = false;
    p->first = p->filled = 0;
    update(p);
}

static bool pl180_init(struct device *d)
{
    struct pl180 *p = (struct pl180 *)d;
    p->timeout = (struct timer){.fire = time_is_out, .ctx = p};
    if (d->env.config) p->cfg = *(const struct pl180_config *)d->env.config;
    p->have_card = d->env.backend;
    return !p->have_card || sdcard_init(&p->card, d->env.backend);
}

static void pl180_fdt(const struct device *d, struct fdt *f)
{
    const struct pl180_config *cfg = &((const struct pl180 *)d)->cfg;
    fdt_strings(f, "compatible", "arm,pl180", "arm,primecell", NULL);
    fdt_strings(f, "clock-names", "mclk", "apb_pclk", NULL);
    fdt_u32(f, "max-frequency", 12000000);
    if (cfg->slot_phandle) {
        fdt_u32s(f, "cd-gpios", (const uint32_t[]){cfg->slot_phandle, 0, 0}, 3);
        fdt_u32s(f, "wp-gpios", (const uint32_t[]){cfg->slot_phandle, 1, 0}, 3);
    }
    if (cfg->supply_phandle) fdt_u32(f, "vmmc-supply", cfg->supply_phandle);
}

const struct dev_class pl180_class = {
    .name = "pl180",
    .node = "mmci",
    .state_size = sizeof(struct pl180),
    .nirqs = 2,
    .init = pl180_init,
    .reset = pl180_reset,
    .ops = {pl180_read, pl180_write},
    .fdt = pl180_fdt,
};
