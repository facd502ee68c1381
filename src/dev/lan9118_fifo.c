// The LAN9118's FIFOs: frames from and to the wire. Datasheet 3.12, 3.13.
#include <string.h>

#include "dev/lan9118_state.h"

static void status_push(struct status_fifo *f, uint32_t v)
{
    f->word[(f->head + f->len++) % STATUSES] = v;
}

uint32_t status_peek(const struct status_fifo *f)
{
    return f->len ? f->word[f->head] : 0;
}

uint32_t status_pop(struct status_fifo *f)
{
    const uint32_t v = status_peek(f);
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

uint32_t tx_free(const struct lan9118 *s) // bytes
{
    const uint32_t size = tx_kib(s) * 1024 - 512;
    return s->tx_used * 4 < size ? size - s->tx_used * 4 : 0;
}

static uint32_t rx_size(const struct lan9118 *s)
{
    return (16 - tx_kib(s)) * 960;
}

uint32_t rx_statuses(const struct lan9118 *s)
{
    return (16 - tx_kib(s)) * 16;
}

// Receive: 3.13

static bool receiving(const struct lan9118 *s)
{
    return s->mac.reg[MAC_CR] & CR_RXEN && !(s->pmt_ctrl >> 12 & 3);
}

bool rx_room(void *ctx)
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

// Asleep in D1 (3.10.2.1): a magic packet is six bytes of ones and sixteen times the address.
static void rx_asleep(struct lan9118 *s, const uint8_t *frame, size_t n)
{
    enum { MAGIC_LEN = 17 * 6 };
    if ((s->pmt_ctrl >> 12 & 3) != 1 || !(s->mac.reg[MAC_WUCSR] & WUCSR_MPEN)) return;
    uint8_t magic[MAGIC_LEN];
    memset(magic, 0xff, 6);
    for (unsigned i = 6; i < MAGIC_LEN; i++)
        magic[i] = (uint8_t)(s->mac.reg[i % 6 < 4 ? MAC_ADDRL : MAC_ADDRH] >> 8 * (i % 6 & 3));
    if (!memmem(frame, n, magic, MAGIC_LEN)) return;
    s->mac.reg[MAC_WUCSR] |= WUCSR_MPR;
    s->pmt_ctrl |= PMT_WUPS_FRAME;
    if (s->pmt_ctrl & PMT_WOL_EN) s->int_sts |= PME_INT;
    lan9118_update(s);
}

void rx_receive(void *ctx, const uint8_t *frame, size_t n)
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
    if (s->pmt_ctrl >> 12 & 3) rx_asleep(s, frame, n);
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
        lan9118_update(s);
        return;
    }
    store(s, whole, space);
    s->rx_used += space;
    status_push(&s->rx_frames, len);
    uint32_t status =
        len << 16 | (accepted ? 0 : FILTERED) | ((frame[12] << 8 | frame[13]) > 1500 ? TYPE : 0);
    if (frame[0] & 1) status |= memcmp(frame, "\xff\xff\xff\xff\xff\xff", 6) ? MULTICAST : BROADCAST;
    status_push(&s->rx_status, status);
    lan9118_update(s);
}

// The frame at the head of the FIFO has been read, or skipped.
void rx_skip(struct lan9118 *s)
{
    const uint32_t space = (status_pop(&s->rx_frames) + 3) & ~3u;
    s->rx_head = (s->rx_head + space) % RING;
    s->rx_used -= space;
    s->rx_reading = false;
    netdev_poll(s->d.env.backend);
}

uint32_t rx_read(struct lan9118 *s)
{
    static const uint8_t align[] = {4, 16, 32, 4};
    const uint32_t len = status_peek(&s->rx_frames), offset = s->rx_cfg >> 8 & 31;
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
    if (++s->rx_word >= s->rx_words) rx_skip(s);
    return v;
}

void rx_dump(struct lan9118 *s)
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
        rx_receive(s, s->tx_frame, len);
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
        status_push(&s->tx_status, status);
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

void tx_run(struct lan9118 *s)
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

void tx_write(struct lan9118 *s, uint32_t word)
{
    if (!tx_free(s)) {
        s->int_sts |= TDFO_INT;
        return;
    }
    s->tx_data[(s->tx_head + s->tx_used++) % (RING / 4)] = word;
    tx_run(s);
}

void tx_dump(struct lan9118 *s)
{
    s->tx_head = s->tx_used = 0;
    s->tx_state = TX_WANT_A;
    s->tx_open = false;
}
