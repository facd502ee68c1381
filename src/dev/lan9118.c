// SMSC LAN9118 ethernet controller. Datasheet revision 1.5 (07-11-08).
//
// System registers and FIFO ports at 0x00 … 0xb4; MAC registers behind MAC_CSR_CMD/DATA, PHY registers behind
// the MAC's MII_ACC/DATA (lan9118_mac.c). 32-bit bus; two halfword accesses make one as well. One interrupt:
// irq[0], the board's inverter undoes IRQ_POL. The de-assertion interval is taken as over at once.
// backend: struct netdev, NULL: no cable. config: uint8_t[6], the address in the EEPROM (NULL:
// 52:54:00:12:34:56).
#include <string.h>

#include "base/fdt.h"
#include "dev/device.h"
#include "dev/devices.h"
#include "dev/lan9118_mac.h"
#include "host/netdev.h"

enum reg {
    RX_DATA = 0x00,
    TX_DATA = 0x20,
    RX_STATUS = 0x40,
    RX_STATUS_PEEK = 0x44,
    TX_STATUS = 0x48,
    TX_STATUS_PEEK = 0x4c,
    ID_REV = 0x50,
    IRQ_CFG = 0x54,
    INT_STS = 0x58,
    INT_EN = 0x5c,
    BYTE_TEST = 0x64,
    FIFO_INT = 0x68,
    RX_CFG = 0x6c,
    TX_CFG = 0x70,
    HW_CFG = 0x74,
    RX_DP_CTRL = 0x78,
    RX_FIFO_INF = 0x7c,
    TX_FIFO_INF = 0x80,
    PMT_CTRL = 0x84,
    GPIO_CFG = 0x88,
    GPT_CFG = 0x8c,
    GPT_CNT = 0x90,
    WORD_SWAP = 0x98,
    FREE_RUN = 0x9c,
    RX_DROP = 0xa0,
    MAC_CSR_CMD = 0xa4,
    MAC_CSR_DATA = 0xa8,
    AFC_CFG = 0xac,
    E2P_CMD = 0xb0,
    E2P_DATA = 0xb4
};

enum interrupt {
    SW_INT = 1u << 31,
    TXSTOP_INT = 1 << 25,
    RXSTOP_INT = 1 << 24,
    RXDFH_INT = 1 << 23,
    TX_IOC_INT = 1 << 21,
    RXD_INT = 1 << 20,
    GPT_INT = 1 << 19,
    PHY_INT = 1 << 18,
    PME_INT = 1 << 17,
    TXSO_INT = 1 << 16,
    RWT_INT = 1 << 15,
    RXE_INT = 1 << 14,
    TXE_INT = 1 << 13,
    TDFO_INT = 1 << 10,
    TDFA_INT = 1 << 9,
    TSFF_INT = 1 << 8,
    TSFL_INT = 1 << 7,
    RSFF_INT = 1 << 4,
    RSFL_INT = 1 << 3,
    GPIO_INTS = 7
};
#define ALL_INTS 0x83bfe79fu

enum { TX_ON = 2, STOP_TX = 1, TXSAO = 4, TXS_DUMP = 1 << 15, TXD_DUMP = 1 << 14, RX_DUMP = 1 << 15 };
enum { IRQ_EN = 0x100, IRQ_INT = 0x1000, IRQ_NASR = 0x11, PMT_NASR = 0x44, GPIO_NASR = 0x70070000 };
enum { RING = 16384, STATUSES = 256, TX_STATUSES = 128, TX_FRAME_MAX = 2048 };
#define GPT_TICK_NS 100000u

// First in, first out. Sizes are powers of two; what may be in it is the caller's limit.
struct status_fifo {
    uint32_t word[STATUSES];
    uint32_t head, len;
};

struct lan9118 {
    struct device d;
    struct lan9118_mac mac;
    uint32_t irq_cfg, int_sts, int_en, fifo_int, rx_cfg, tx_cfg, hw_cfg, pmt_ctrl, gpio_cfg, gpt_cfg,
        word_swap;
    uint32_t rx_drop, mac_cmd, mac_data, afc_cfg;
    struct timer gpt;
    uint64_t gpt_since;  // when it was loaded
    uint64_t free_since; // FREE_RUN was 0
    // Receive: frames in rx_data, each rounded up to words; their lengths in rx_frames.
    uint8_t rx_data[RING];
    uint32_t rx_head, rx_used;
    struct status_fifo rx_frames, rx_status;
    bool rx_reading;            // in a frame …
    uint32_t rx_word, rx_words; // … at this word of so many
    // Transmit: words that wait in tx_data, and the frame that is taken from them
    uint32_t tx_data[RING / 4];
    uint32_t tx_head, tx_used;
    struct status_fifo tx_status;
    uint8_t tx_frame[TX_FRAME_MAX];
    uint32_t tx_len;                    // so far
    uint32_t tx_a, tx_b;                // the commands of the present buffer
    uint32_t tx_skip, tx_bytes, tx_pad; // still to come: offset, data, words behind
    enum { TX_WANT_A, TX_WANT_B, TX_WANT_DATA } tx_state;
    bool tx_open, tx_bad; // in a frame; it cannot be sent
    uint32_t half;        // 16-bit accesses: the other half of a register
    uint32_t half_offset; // … which one waits; ~0: none
};

// FIFOs

static void push(struct status_fifo *f, uint32_t v)
{
    f->word[(f->head + f->len++) % STATUSES] = v;
}

static uint32_t peek(const struct status_fifo *f)
{
    return f->len ? f->word[f->head] : 0;
}

static uint32_t pop(struct status_fifo *f)
{
    const uint32_t v = peek(f);
    if (!f->len) return 0;
    f->head = (f->head + 1) % STATUSES;
    f->len--;
    return v;
}

// The 16 KiB are divided by HW_CFG's TX_FIF_SZ: table 5.3.
static uint32_t tx_kib(const struct lan9118 *s)
{
    const uint32_t n = s->hw_cfg >> 16 & 15;
    return n < 2 ? 2 : n > 14 ? 14 : n;
}

static uint32_t tx_free(const struct lan9118 *s) // bytes
{
    const uint32_t size = tx_kib(s) * 1024 - 512;
    return s->tx_used * 4 < size ? size - s->tx_used * 4 : 0;
}

static uint32_t rx_size(const struct lan9118 *s)
{
    return (16 - tx_kib(s)) * 960;
}

static uint32_t rx_statuses(const struct lan9118 *s)
{
    return (16 - tx_kib(s)) * 16;
}

static void update(struct lan9118 *s)
{
    uint32_t sts = s->int_sts;
    if (s->rx_status.len > (s->fifo_int & 0xff)) sts |= RSFL_INT;
    if (s->rx_status.len >= rx_statuses(s)) sts |= RSFF_INT;
    if (s->tx_status.len > (s->fifo_int >> 16 & 0xff)) sts |= TSFL_INT;
    if (s->tx_status.len >= TX_STATUSES) sts |= TSFF_INT;
    if (tx_free(s) > (s->fifo_int >> 24) * 64) sts |= TDFA_INT;
    if (phy_interrupt(&s->mac)) sts |= PHY_INT;
    s->int_sts = sts;
    irq_set(&s->d.irq[0], sts & s->int_en && s->irq_cfg & IRQ_EN);
}

// Receive: 3.13

static bool receiving(const struct lan9118 *s)
{
    return s->mac.reg[MAC_CR] & CR_RXEN && !(s->pmt_ctrl >> 12 & 3);
}

static bool room(void *ctx)
{
    const struct lan9118 *s = ctx;
    if (!receiving(s)) return true; // it is lost, as on a wire
    return s->rx_status.len < rx_statuses(s) && s->rx_frames.len < STATUSES &&
           s->rx_used + ((NETDEV_MAX_FRAME + 4 + 3u) & ~3u) <= rx_size(s);
}

static uint32_t crc32(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void store(struct lan9118 *s, const uint8_t *data, uint32_t n)
{
    const uint32_t at = (s->rx_head + s->rx_used) % RING, first = n < RING - at ? n : RING - at;
    memcpy(s->rx_data + at, data, first);
    memcpy(s->rx_data, data + first, n - first);
}

static void receive(void *ctx, const uint8_t *frame, size_t n)
{
    struct lan9118 *s = ctx;
    enum {
        FILTERED = 1 << 30,
        BROADCAST = 1 << 13,
        RUNT = 1 << 11,
        MULTICAST = 1 << 10,
        TYPE = 1 << 5,
        ERROR = 1 << 15
    };
    if (!receiving(s) || n < 14 || n > TX_FRAME_MAX) return;
    const bool accepted = mac_accepts(&s->mac, frame);
    if (!accepted && !(s->mac.reg[MAC_CR] & CR_RXALL)) return;
    uint8_t whole[TX_FRAME_MAX + 4 + 3] = {0};
    memcpy(whole, frame, n);
    if (n < 60) n = 60; // the sender of the answer pads
    const uint32_t fcs = crc32(whole, n), len = (uint32_t)n + 4, space = (len + 3) & ~3u;
    for (unsigned i = 0; i < 4; i++)
        whole[n + i] = (uint8_t)(fcs >> 8 * i);
    if (s->rx_status.len >= rx_statuses(s) || s->rx_frames.len == STATUSES ||
        s->rx_used + space > rx_size(s)) {
        if (++s->rx_drop == 0x80000000u) s->int_sts |= RXDFH_INT;
        update(s);
        return;
    }
    store(s, whole, space);
    s->rx_used += space;
    push(&s->rx_frames, len);
    uint32_t status =
        len << 16 | (accepted ? 0 : FILTERED) | ((frame[12] << 8 | frame[13]) > 1500 ? TYPE : 0);
    if (frame[0] & 1) status |= memcmp(frame, "\xff\xff\xff\xff\xff\xff", 6) ? MULTICAST : BROADCAST;
    push(&s->rx_status, status);
    update(s);
}

// The frame at the head of the FIFO has been read, or skipped.
static void drop_frame(struct lan9118 *s)
{
    const uint32_t space = (pop(&s->rx_frames) + 3) & ~3u;
    s->rx_head = (s->rx_head + space) % RING;
    s->rx_used -= space;
    s->rx_reading = false;
    netdev_poll(s->d.env.backend);
}

static uint32_t rx_read(struct lan9118 *s)
{
    static const uint8_t align[] = {4, 16, 32, 4};
    const uint32_t len = peek(&s->rx_frames), offset = s->rx_cfg >> 8 & 31;
    if (!len) return 0;
    if (!s->rx_reading) {
        const uint32_t a = align[s->rx_cfg >> 30];
        s->rx_reading = true;
        s->rx_word = 0;
        s->rx_words = (offset + len + a - 1) / a * (a / 4);
    }
    uint32_t v = 0;
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t at = s->rx_word * 4 + i - offset; // wraps before the frame
        if (at < len) v |= (uint32_t)s->rx_data[(s->rx_head + at) % RING] << 8 * i;
    }
    if (++s->rx_word >= s->rx_words) drop_frame(s);
    return v;
}

static void rx_dump(struct lan9118 *s)
{
    s->rx_head = s->rx_used = 0;
    s->rx_frames.len = s->rx_status.len = 0;
    s->rx_reading = false;
    netdev_poll(s->d.env.backend);
}

// Transmit: 3.12

enum { A_IOC = 1u << 31, A_FIRST = 1 << 13, A_LAST = 1 << 12, B_NO_PAD = 1 << 12, B_NO_CRC = 1 << 13 };

static bool transmitting(const struct lan9118 *s)
{
    return s->tx_cfg & TX_ON && s->mac.reg[MAC_CR] & CR_TXEN &&
           (s->tx_status.len < TX_STATUSES || s->tx_cfg & TXSAO);
}

static void send_frame(struct lan9118 *s)
{
    uint32_t len = s->tx_len;
    if (s->tx_b & B_NO_CRC && len >= 4) len -= 4; // the host made it
    if (len < 60 && !(s->tx_b & B_NO_PAD)) {
        memset(s->tx_frame + len, 0, 60 - len);
        len = 60;
    }
    if (mac_loopback(&s->mac))
        receive(s, s->tx_frame, len);
    else if (s->mac.link && len <= NETDEV_MAX_FRAME)
        netdev_send(s->d.env.backend, s->tx_frame, len);
}

static void end_frame(struct lan9118 *s)
{
    enum { NO_CARRIER = 1 << 10, LOSS_OF_CARRIER = 1 << 11, ERROR = 1 << 15 };
    uint32_t status = s->tx_b & 0xffff0000u;
    s->tx_open = false;
    if (s->tx_bad || s->tx_len != (s->tx_b & 0x7ff)) { // 3.12.7
        s->int_sts |= TXE_INT;
        status |= ERROR;
    } else {
        if (!s->mac.link && !mac_loopback(&s->mac)) status |= ERROR | NO_CARRIER | LOSS_OF_CARRIER;
        send_frame(s);
    }
    if (s->tx_status.len < TX_STATUSES)
        push(&s->tx_status, status);
    else
        s->int_sts |= TXSO_INT;
}

static void end_buffer(struct lan9118 *s)
{
    s->tx_state = TX_WANT_A;
    if (s->tx_a & A_IOC) s->int_sts |= TX_IOC_INT;
    if (s->tx_a & A_LAST) end_frame(s);
}

static void begin_buffer(struct lan9118 *s)
{
    static const uint8_t align[] = {4, 16, 32, 4};
    const uint32_t a = align[s->tx_a >> 24 & 3],
                   whole = (s->tx_skip = s->tx_a >> 16 & 31) + (s->tx_a & 0x7ff);
    s->tx_bytes = s->tx_a & 0x7ff;
    s->tx_pad = (whole + a - 1) / a * (a / 4) - (whole + 3) / 4;
    if (s->tx_a & A_FIRST || !s->tx_open) {
        s->tx_bad = s->tx_open || !(s->tx_a & A_FIRST);
        s->tx_open = true;
        s->tx_len = 0;
    }
    s->tx_state = TX_WANT_DATA;
}

static void take_data(struct lan9118 *s, uint32_t word)
{
    if (!s->tx_skip && !s->tx_bytes) { // behind the data
        s->tx_pad--;
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        if (s->tx_skip) {
            s->tx_skip--;
        } else if (s->tx_bytes) {
            s->tx_bytes--;
            if (s->tx_len < TX_FRAME_MAX)
                s->tx_frame[s->tx_len++] = (uint8_t)(word >> 8 * i);
            else
                s->tx_bad = true;
        }
    }
}

static void transmit(struct lan9118 *s)
{
    while (s->tx_used && (transmitting(s) || s->tx_open)) {
        const uint32_t word = s->tx_data[s->tx_head];
        s->tx_head = (s->tx_head + 1) % (RING / 4);
        s->tx_used--;
        switch (s->tx_state) {
        case TX_WANT_A:
            s->tx_a = word;
            s->tx_state = TX_WANT_B;
            continue;
        case TX_WANT_B:
            s->tx_b = word;
            begin_buffer(s);
            break;
        case TX_WANT_DATA: take_data(s, word); break;
        }
        if (!s->tx_skip && !s->tx_bytes && !s->tx_pad) end_buffer(s);
    }
}

static void tx_write(struct lan9118 *s, uint32_t word)
{
    if (!tx_free(s)) {
        s->int_sts |= TDFO_INT;
        return;
    }
    s->tx_data[(s->tx_head + s->tx_used++) % (RING / 4)] = word;
    transmit(s);
}

// Registers

static uint64_t ticks(const struct lan9118 *s)
{
    return (clock_ns(s->d.env.clock) - s->gpt_since) / GPT_TICK_NS;
}

enum { GPT_ENABLE = 1 << 29 };

static uint32_t gpt_count(const struct lan9118 *s)
{
    if (!(s->gpt_cfg & GPT_ENABLE)) return 0xffff;
    const uint32_t load = s->gpt_cfg & 0xffff;
    return load - (uint32_t)(ticks(s) % (load + 1));
}

static void gpt_load(struct lan9118 *s)
{
    s->gpt_since = clock_ns(s->d.env.clock);
    if (s->gpt_cfg & GPT_ENABLE)
        timer_set(s->d.env.clock, &s->gpt, s->gpt_since + ((s->gpt_cfg & 0xffff) + 1ull) * GPT_TICK_NS);
    else
        timer_cancel(s->d.env.clock, &s->gpt);
}

static void gpt_fire(void *ctx)
{
    struct lan9118 *s = ctx;
    s->int_sts |= GPT_INT;
    gpt_load(s);
    update(s);
}

static uint32_t read_reg(struct lan9118 *s, uint32_t offset)
{
    uint32_t v;
    if (offset < TX_DATA) {
        v = rx_read(s);
        update(s);
        return v;
    }
    switch ((enum reg)offset) {
    case RX_STATUS:
        v = pop(&s->rx_status);
        update(s);
        netdev_poll(s->d.env.backend);
        return v;
    case RX_STATUS_PEEK: return peek(&s->rx_status);
    case TX_STATUS:
        v = pop(&s->tx_status);
        transmit(s);
        update(s);
        return v;
    case TX_STATUS_PEEK: return peek(&s->tx_status);
    case ID_REV: return 0x01180001;
    case IRQ_CFG: return s->irq_cfg | (s->int_sts & s->int_en ? IRQ_INT : 0);
    case INT_STS: return s->int_sts;
    case INT_EN: return s->int_en;
    case BYTE_TEST: return 0x87654321;
    case FIFO_INT: return s->fifo_int;
    case RX_CFG: return s->rx_cfg;
    case TX_CFG: return s->tx_cfg;
    case HW_CFG: return s->hw_cfg;
    case RX_FIFO_INF: return s->rx_status.len << 16 | s->rx_used;
    case TX_FIFO_INF: return s->tx_status.len << 16 | tx_free(s);
    case PMT_CTRL: return s->pmt_ctrl | 1;
    case GPIO_CFG: return s->gpio_cfg;
    case GPT_CFG: return s->gpt_cfg;
    case GPT_CNT: return gpt_count(s);
    case WORD_SWAP: return s->word_swap;
    case FREE_RUN: return (uint32_t)((clock_ns(s->d.env.clock) - s->free_since) / 40); // 25 MHz
    case RX_DROP:
        v = s->rx_drop;
        s->rx_drop = 0;
        return v;
    case MAC_CSR_CMD: return s->mac_cmd;
    case MAC_CSR_DATA: return s->mac_data;
    case AFC_CFG: return s->afc_cfg;
    case E2P_CMD: return s->mac.e2p_cmd;
    case E2P_DATA: return s->mac.e2p_data;
    default: return 0; // RX_DP_CTRL has done what it was told; TX_DATA is write-only
    }
}

static void reset(struct lan9118 *s, bool power_on)
{
    const uint32_t irq_cfg = s->irq_cfg & IRQ_NASR, pmt = s->pmt_ctrl & PMT_NASR,
                   gpio = s->gpio_cfg & GPIO_NASR;
    s->irq_cfg = power_on ? 0 : irq_cfg; // bits that survive a soft reset: "NASR" in the datasheet
    s->pmt_ctrl = power_on ? 0 : pmt;
    s->gpio_cfg = power_on ? 0 : gpio;
    s->int_sts = s->int_en = s->rx_cfg = s->tx_cfg = s->word_swap = 0;
    s->rx_drop = s->mac_cmd = s->mac_data = s->afc_cfg = 0;
    s->fifo_int = 0x48000000;
    s->hw_cfg = 0x00050004; // 5 KiB to transmit; the bus has 32 bits
    s->gpt_cfg = 0xffff;
    gpt_load(s);
    s->free_since = s->gpt_since;
    s->tx_head = s->tx_used = s->tx_status.len = 0;
    s->tx_state = TX_WANT_A;
    s->tx_open = false;
    s->half_offset = ~0u;
    mac_reset(&s->mac);
    rx_dump(s);
    update(s);
}

static void write_tx_cfg(struct lan9118 *s, uint32_t v)
{
    s->tx_cfg = v & (TX_ON | TXSAO);
    if (v & TXS_DUMP) s->tx_status.len = 0;
    if (v & TXD_DUMP) {
        s->tx_used = 0;
        s->tx_state = TX_WANT_A;
        s->tx_open = false;
    }
    if (v & STOP_TX) {
        s->tx_cfg &= ~(uint32_t)TX_ON;
        s->int_sts |= TXSTOP_INT;
    }
    transmit(s);
}

static void write_hw_cfg(struct lan9118 *s, uint32_t v)
{
    if (v & 1) { // SRST
        reset(s, false);
        return;
    }
    if ((v ^ s->hw_cfg) & 0xf0000) { // the FIFOs are divided anew
        s->tx_used = 0;
        rx_dump(s);
    }
    s->hw_cfg = (v & 0x001f3000) | 4;
}

static void write_mac(struct lan9118 *s, uint32_t v)
{
    s->mac_cmd = v & 0x400000ff;
    if (!(v & 1u << 31)) return;
    if (v & 1 << 30) {
        s->mac_data = mac_read(&s->mac, v & 0xff);
        return;
    }
    const uint32_t before = s->mac.reg[MAC_CR];
    mac_write(&s->mac, v & 0xff, s->mac_data);
    if (before & ~s->mac.reg[MAC_CR] & CR_RXEN) s->int_sts |= RXSTOP_INT;
    transmit(s);
    netdev_poll(s->d.env.backend);
}

static void write_pmt(struct lan9118 *s, uint32_t v)
{
    if (v & 1 << 10) phy_reset(&s->mac);
    s->pmt_ctrl = (v & 0x334e) | (s->pmt_ctrl & ~v & 0x30);
    netdev_poll(s->d.env.backend);
}

static void write_reg(struct lan9118 *s, uint32_t offset, uint32_t v)
{
    if (offset >= TX_DATA && offset < RX_STATUS) {
        tx_write(s, v);
        update(s);
        return;
    }
    switch ((enum reg)offset) {
    case IRQ_CFG: s->irq_cfg = v & 0xff000111; break;
    case INT_STS: s->int_sts &= ~v; break;
    case INT_EN:
        s->int_en = v & ALL_INTS;
        if (v & SW_INT) s->int_sts |= SW_INT;
        break;
    case BYTE_TEST: s->pmt_ctrl &= ~0x3000u; break; // wakes it up
    case FIFO_INT: s->fifo_int = v & 0xffff00ff; break;
    case RX_CFG:
        s->rx_cfg = v & 0xcfff1f00;
        if (v & RX_DUMP) rx_dump(s);
        break;
    case TX_CFG: write_tx_cfg(s, v); break;
    case HW_CFG: write_hw_cfg(s, v); break;
    case RX_DP_CTRL:
        if (v & 1u << 31 && s->rx_frames.len) drop_frame(s);
        break;
    case PMT_CTRL: write_pmt(s, v); break;
    case GPIO_CFG: s->gpio_cfg = v & 0x7777071f; break;
    case GPT_CFG:
        s->gpt_cfg = v & 0x2000ffff;
        gpt_load(s);
        break;
    case WORD_SWAP: s->word_swap = v; break;
    case MAC_CSR_CMD: write_mac(s, v); break;
    case MAC_CSR_DATA: s->mac_data = v; break;
    case AFC_CFG: s->afc_cfg = v & 0x00ffffff; break;
    case E2P_CMD:
        if (v & 1u << 31) eeprom_command(&s->mac, v);
        break;
    case E2P_DATA: s->mac.e2p_data = (uint8_t)v; break;
    default: break; // read-only
    }
    update(s);
}

// Two halfword accesses to a register, in either order, are one access to it; a byte is only looked at.
static uint32_t lan9118_read(void *dev, uint32_t offset, unsigned size)
{
    struct lan9118 *s = dev;
    const uint32_t reg = offset & ~3u, shift = 8 * (offset & 3);
    if (size == 4) return read_reg(s, reg);
    if (s->half_offset == offset && size == 2) {
        s->half_offset = ~0u;
        return s->half >> shift & 0xffff;
    }
    if (size == 1 && (reg <= RX_STATUS || reg == TX_STATUS || reg == RX_DROP)) return 0;
    const uint32_t v = read_reg(s, reg);
    if (size == 1) return v >> shift & 0xff;
    s->half = v;
    s->half_offset = offset ^ 2;
    return v >> shift & 0xffff;
}

static void lan9118_write(void *dev, uint32_t offset, unsigned size, uint32_t v)
{
    struct lan9118 *s = dev;
    const uint32_t reg = offset & ~3u;
    if (size == 4) {
        write_reg(s, reg, v);
    } else if (size == 2 && s->half_offset == offset) {
        s->half_offset = ~0u;
        write_reg(s, reg, offset & 2 ? s->half | v << 16 : s->half | (v & 0xffff));
    } else if (size == 2) {
        s->half = offset & 2 ? v << 16 : v & 0xffff;
        s->half_offset = offset ^ 2;
    }
}

static void lan9118_reset(struct device *d)
{
    struct lan9118 *s = (struct lan9118 *)d;
    phy_reset(&s->mac);
    reset(s, true);
}

static bool lan9118_init(struct device *d)
{
    static const uint8_t address[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    struct lan9118 *s = (struct lan9118 *)d;
    s->gpt = (struct timer){.fire = gpt_fire, .ctx = s};
    s->mac.link = d->env.backend;
    mac_power_on(&s->mac, d->env.config ? d->env.config : address);
    const struct netdev_user user = {.room = room, .receive = receive, .ctx = s};
    if (d->env.backend) netdev_connect(d->env.backend, &user);
    return true;
}

static void lan9118_fdt(const struct device *d, struct fdt *f)
{
    (void)d;
    fdt_strings(f, "compatible", "smsc,lan9118", "smsc,lan9115", NULL);
    fdt_string(f, "phy-mode", "mii");
    fdt_u32(f, "reg-io-width", 4);
    fdt_empty(f, "smsc,irq-active-high");
    fdt_empty(f, "smsc,irq-push-pull");
}

const struct dev_class lan9118_class = {
    .name = "lan9118",
    .state_size = sizeof(struct lan9118),
    .nirqs = 1,
    .init = lan9118_init,
    .reset = lan9118_reset,
    .ops = {lan9118_read, lan9118_write},
    .fdt = lan9118_fdt,
};
