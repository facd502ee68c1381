// PL041 advanced audio codec interface. ARM DDI 0173B; the codec behind it is an LM4549 (National
// Semiconductor DS101051).
//
// Silent: what is written into a transmit FIFO leaves it at the sample rate and is not heard, the receive
// FIFOs stay empty. Four channels at 0x00 + 0x14 n, slots 0x50 … 0x70, control 0x74 … 0x88, FIFOs 0x90 + 0x20
// n. One combined interrupt: irq[0]. No config.
#include <string.h>

#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"

enum channel_reg { RXCR = 0x00, TXCR = 0x04, SR = 0x08, ISR = 0x0c, IE = 0x10, CHANNEL_SIZE = 0x14 };
enum reg {
    SL1RX = 0x50,
    SL1TX = 0x54,
    SL2RX = 0x58,
    SL2TX = 0x5c,
    SL12RX = 0x60,
    SL12TX = 0x64,
    SLFR = 0x68,
    SLISTAT = 0x6c,
    SLIEN = 0x70,
    INTCLR = 0x74,
    MAINCR = 0x78,
    RESET = 0x7c,
    SYNC = 0x80,
    ALLINTS = 0x84,
    MAINFR = 0x88,
    FIFOS = 0x90,
    FIFOS_END = 0x110,
};

enum { CHANNELS = 4, FIFO_WORDS = 512 };
enum { CR_EN = 1, CR_SLOTS = 0x1ffe, CR_COMPACT = 1 << 15, CR_FIFO = 1 << 16 };
enum { SR_RXFE = 1, SR_TXFE = 2, SR_TXHE = 8, SR_TXFF = 0x20, SR_TXBUSY = 0x80, SR_UNDERRUN = 0x200 };
enum { INT_TXCOMPLETE = 1, INT_TX = 4, INT_UNDERRUN = 0x20, INT_ALL = 0x7f };
enum { MAIN_ENABLE = 1, MAIN_MASK = 0x1fff, CODEC_READ = 1 << 19 };
enum { SLFR_1RXV = 1 << 6, SLFR_1TXE = 1 << 7, SLFR_2RXV = 1 << 8, SLFR_2TXE = 1 << 9, SLFR_12TXE = 1 << 11 };
enum { AC97_RESET = 0x00, AC97_POWER = 0x26, AC97_STATUS = 0x2a, AC97_RATE = 0x2c };

struct channel {
    uint32_t rxcr, txcr, ie;
    uint32_t level; // words in the transmit FIFO …
    uint64_t at;    // … at this time, ns
    bool underrun;
};

struct pl041 {
    struct device d;
    struct channel channel[CHANNELS];
    uint32_t sl1rx, sl2rx, sl2tx, sl12tx, received, slien, maincr, reset;
    uint16_t codec[64];
    struct timer timer;
};

// Registers of the codec after a reset.
static void codec_reset(struct pl041 *a)
{
    static const struct {
        uint8_t reg;
        uint16_t value;
    } row[] = {{0x00, 0x0d50}, {0x02, 0x8000}, {0x04, 0x8000}, {0x06, 0x8000}, {0x0c, 0x8008},
               {0x0e, 0x8008}, {0x10, 0x8808}, {0x12, 0x8808}, {0x14, 0x8808}, {0x16, 0x8808},
               {0x18, 0x8808}, {0x1c, 0x8000}, {0x22, 0x0101}, {0x26, 0x000f}, {0x28, 0x0001},
               {0x2c, 48000},  {0x32, 48000},  {0x7c, 0x4e53}, {0x7e, 0x4331}};
    memset(a->codec, 0, sizeof a->codec);
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++)
        a->codec[row[i].reg / 2] = row[i].value;
}

static void codec_write(struct pl041 *a, unsigned reg, uint16_t v)
{
    switch (reg) {
    case AC97_RESET: codec_reset(a); return;
    case AC97_POWER: v = (uint16_t)((v & 0xff00) | 0xf); break; // all sections are ready
    case AC97_STATUS: v &= 1; break;                            // variable rate
    case 0x28:
    case 0x7c:
    case 0x7e: return; // identification
    default: break;
    }
    a->codec[reg / 2] = v;
}

// The transmit FIFOs

static uint32_t depth(const struct channel *c)
{
    return c->txcr & CR_FIFO ? FIFO_WORDS : 1;
}

static bool is_playing(const struct pl041 *a, const struct channel *c)
{
    return a->maincr & MAIN_ENABLE && c->txcr & CR_EN;
}

// Words a second that the slots take out of a FIFO.
static uint32_t words_rate(const struct pl041 *a, const struct channel *c)
{
    const uint32_t rate = a->codec[AC97_STATUS / 2] & 1 ? a->codec[AC97_RATE / 2] : 48000;
    const uint32_t words = rate * (uint32_t)__builtin_popcount(c->txcr & CR_SLOTS);
    return c->txcr & CR_COMPACT ? words / 2 : words;
}

static void drain(struct pl041 *a, struct channel *c)
{
    const uint64_t now = clock_ns(a->d.env.clock);
    const uint32_t rate = words_rate(a, c);
    if (!is_playing(a, c) || !rate || !c->level) {
        c->at = now;
        return;
    }
    const uint64_t gone = (uint64_t)((unsigned __int128)(now - c->at) * rate / 1000000000u);
    if (gone >= c->level) {
        c->level = 0;
        c->at = now;
        c->underrun = true;
    } else if (gone) {
        c->level -= (uint32_t)gone;
        c->at += gone * 1000000000u / rate;
    }
}

static uint32_t status(const struct pl041 *a, const struct channel *c)
{
    return SR_RXFE | (c->level ? 0 : SR_TXFE) | (c->level <= depth(c) / 2 ? SR_TXHE : 0) |
           (c->level == depth(c) ? SR_TXFF : 0) | (c->level && is_playing(a, c) ? SR_TXBUSY : 0) |
           (c->underrun ? SR_UNDERRUN : 0);
}

static uint32_t interrupts(const struct pl041 *a, const struct channel *c)
{
    uint32_t v = c->underrun ? INT_UNDERRUN : 0;
    if (c->txcr & CR_EN && c->level <= depth(c) / 2) v |= INT_TX;
    if (!(c->level && is_playing(a, c))) v |= INT_TXCOMPLETE;
    return v & c->ie;
}

static uint32_t all_interrupts(const struct pl041 *a)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < CHANNELS; i++)
        v |= interrupts(a, &a->channel[i]) << 7 * i;
    return v;
}

// The line, and the time when a FIFO is next half empty or empty.
static void update(struct pl041 *a)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < CHANNELS; i++) {
        struct channel *c = &a->channel[i];
        const uint32_t rate = words_rate(a, c);
        if (!(c->ie & (INT_TX | INT_UNDERRUN | INT_TXCOMPLETE)) || !is_playing(a, c) || !c->level || !rate)
            continue;
        const uint32_t words = c->level > depth(c) / 2 ? c->level - depth(c) / 2 : c->level;
        const uint64_t when = c->at + (words * UINT64_C(1000000000) + rate - 1) / rate;
        if (when < next) next = when;
    }
    timer_cancel(a->d.env.clock, &a->timer);
    if (next != UINT64_MAX) timer_set(a->d.env.clock, &a->timer, next);
    irq_set(&a->d.irq[0], all_interrupts(a));
}

static void drain_all(struct pl041 *a)
{
    for (unsigned i = 0; i < CHANNELS; i++)
        drain(a, &a->channel[i]);
}

static void played(void *ctx)
{
    drain_all(ctx);
    update(ctx);
}

// Registers

static uint32_t channel_read(const struct pl041 *a, uint32_t offset)
{
    const struct channel *c = &a->channel[offset / CHANNEL_SIZE];
    switch ((enum channel_reg)(offset % CHANNEL_SIZE)) {
    case RXCR: return c->rxcr;
    case TXCR: return c->txcr;
    case SR: return status(a, c);
    case ISR: return interrupts(a, c);
    case IE: return c->ie;
    case CHANNEL_SIZE: return 0;
    }
    return 0;
}

static void channel_write(struct pl041 *a, uint32_t offset, uint32_t v)
{
    struct channel *c = &a->channel[offset / CHANNEL_SIZE];
    switch ((enum channel_reg)(offset % CHANNEL_SIZE)) {
    case RXCR: c->rxcr = v & 0x1fffffff; return;
    case TXCR:
        c->txcr = v & 0x1ffff;
        if (!(v & CR_EN)) c->level = 0; // empties the FIFO
        if (c->level > depth(c)) c->level = depth(c);
        return;
    case IE: c->ie = v & INT_ALL; return;
    case SR:
    case ISR:
    case CHANNEL_SIZE: return;
    }
}

// A command of slot 1 goes to the codec, and its answer comes in slots 1 and 2, before anybody can look.
static void command(struct pl041 *a, uint32_t v)
{
    const unsigned reg = v >> 12 & 0x7e;
    if (!(a->maincr & MAIN_ENABLE)) return;
    if (v & CODEC_READ) {
        a->sl1rx = reg << 12;
        a->sl2rx = (uint32_t)a->codec[reg / 2] << 4;
        a->received |= SLFR_1RXV | SLFR_2RXV;
    } else {
        codec_write(a, reg, (uint16_t)(a->sl2tx >> 4));
    }
}

static uint32_t pl041_read(void *dev, uint32_t offset, unsigned size)
{
    struct pl041 *a = dev;
    uint32_t v;
    (void)size;
    if (primecell_id(offset, 0x29041041, &v)) return v; // 512 words of FIFO, one channel
    drain_all(a);
    if (offset < CHANNELS * CHANNEL_SIZE) return channel_read(a, offset);
    switch ((enum reg)offset) {
    case SL1RX: a->received &= ~(uint32_t)SLFR_1RXV; return a->sl1rx;
    case SL2RX: a->received &= ~(uint32_t)SLFR_2RXV; return a->sl2rx;
    case SL12RX: return 0;
    case SL1TX: return 0;
    case SL2TX: return a->sl2tx;
    case SL12TX: return a->sl12tx;
    case SLFR: return a->received | SLFR_1TXE | SLFR_2TXE | SLFR_12TXE;
    case SLISTAT: return 0;
    case SLIEN: return a->slien;
    case MAINCR: return a->maincr;
    case RESET: return a->reset;
    case ALLINTS: return all_interrupts(a);
    case INTCLR:
    case SYNC:
    case MAINFR: return 0; // never busy
    case FIFOS:
    case FIFOS_END: return 0;
    }
    return 0;
}

static void clear_interrupts(struct pl041 *a, uint32_t v)
{
    for (unsigned i = 0; i < CHANNELS; i++) // three bits a channel, the second is the underrun's
        if (v >> (3 * i + 1) & 1) a->channel[i].underrun = false;
}

static void pl041_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct pl041 *a = dev;
    (void)size;
    drain_all(a);
    if (offset < CHANNELS * CHANNEL_SIZE) {
        channel_write(a, offset, v);
    } else if (offset >= FIFOS && offset < FIFOS_END) {
        struct channel *c = &a->channel[(offset - FIFOS) / 0x20];
        if (c->txcr & CR_EN && c->level < depth(c)) c->level++;
    } else {
        switch ((enum reg)offset) {
        case SL1TX: command(a, v); break;
        case SL2TX: a->sl2tx = v & 0xffff0; break;
        case SL12TX: a->sl12tx = v & 0xfffff; break;
        case SLIEN: a->slien = v & 0xff; break;
        case INTCLR: clear_interrupts(a, v); break;
        case MAINCR: a->maincr = v & MAIN_MASK; break;
        case RESET:
            a->reset = v & 1;
            if (!a->reset) codec_reset(a);
            break;
        case SL1RX:
        case SL2RX:
        case SL12RX:
        case SLFR:
        case SLISTAT:
        case SYNC:
        case ALLINTS:
        case MAINFR:
        case FIFOS:
        case FIFOS_END: return;
        }
    }
    update(a);
}

static void pl041_reset(struct device *d)
{
    struct pl041 *a = (struct pl041 *)d;
    memset(a->channel, 0, sizeof a->channel);
    a->sl1rx = a->sl2rx = a->sl2tx = a->sl12tx = a->received = a->slien = a->maincr = a->reset = 0;
    codec_reset(a);
    update(a);
}

static bool pl041_init(struct device *d)
{
    ((struct pl041 *)d)->timer = (struct timer){.fire = played, .ctx = d};
    return true;
}

static void pl041_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "arm,pl041", "arm,primecell", NULL);
    fdt_string(f, "clock-names", "apb_pclk");
}

const struct dev_class pl041_class = {
    .name = "pl041",
    .state_size = sizeof(struct pl041),
    .nirqs = 1,
    .init = pl041_init,
    .reset = pl041_reset,
    .ops = {pl041_read, pl041_write},
    .node = "audio-controller",
    .fdt = pl041_fdt,
};
