// The LAN9118's state, for its files: registers (lan9118.c), FIFOs (lan9118_fifo.c), MAC, PHY and EEPROM
// (lan9118_mac.c).
#ifndef STINKARM_DEV_LAN9118_STATE_H
#define STINKARM_DEV_LAN9118_STATE_H

#include "dev/device.h"
#include "host/netdev.h"

enum mac_reg {
    MAC_CR = 1,
    MAC_ADDRH,
    MAC_ADDRL,
    MAC_HASHH,
    MAC_HASHL,
    MAC_MII_ACC,
    MAC_MII_DATA,
    MAC_FLOW,
    MAC_VLAN1,
    MAC_VLAN2,
    MAC_WUFF,
    MAC_WUCSR,
    MAC_NREGS
};

enum mac_cr_bit {
    CR_RXALL = 1u << 31,
    CR_LOOPBK = 1 << 21,
    CR_FDPX = 1 << 20,
    CR_MCPAS = 1 << 19,
    CR_PRMS = 1 << 18,
    CR_INVFILT = 1 << 17,
    CR_HO = 1 << 15,
    CR_HPFILT = 1 << 13,
    CR_BCAST = 1 << 11,
    CR_TXEN = 1 << 3,
    CR_RXEN = 1 << 2
};

enum { WUCSR_MPEN = 1 << 1, WUCSR_MPR = 1 << 5, PMT_WUPS_FRAME = 1 << 5, PMT_WOL_EN = 1 << 9 };
enum { EEPROM_SIZE = 128 };

struct lan9118_mac {
    uint32_t reg[MAC_NREGS];
    // PHY
    bool link; // the cable is in
    uint16_t bcr, anar, mcsr, special_modes, scsi, isr, imr;
    // EEPROM (93C46, by bytes): its size is a power of two
    uint8_t eeprom[EEPROM_SIZE];
    bool eeprom_writable;
    uint32_t e2p_cmd;
    uint8_t e2p_data;
};

void mac_power_on(struct lan9118_mac *m, const uint8_t *address); // fills the EEPROM
void mac_reset(struct lan9118_mac *m);                            // and loads the address from there
uint32_t mac_read(const struct lan9118_mac *m, uint32_t reg);
void mac_write(struct lan9118_mac *m, uint32_t reg, uint32_t v);
void phy_reset(struct lan9118_mac *m);
bool phy_interrupt(const struct lan9118_mac *m);
bool mac_loopback(const struct lan9118_mac *m);
void eeprom_command(struct lan9118_mac *m, uint32_t v);
bool mac_accepts(const struct lan9118_mac *m, const uint8_t *frame); // 6 bytes at least

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

// lan9118.c: puts the levels into INT_STS, and the interrupt on the line.
void lan9118_update(struct lan9118 *s);

// lan9118_fifo.c
uint32_t status_peek(const struct status_fifo *f);
uint32_t status_pop(struct status_fifo *f);
uint32_t tx_free(const struct lan9118 *s);     // bytes
uint32_t rx_statuses(const struct lan9118 *s); // how many fit
bool rx_room(void *ctx);
void rx_receive(void *ctx, const uint8_t *frame, size_t n);
uint32_t rx_read(struct lan9118 *s); // the data port
void rx_skip(struct lan9118 *s);     // the rest of the frame at the head
void rx_dump(struct lan9118 *s);
void tx_write(struct lan9118 *s, uint32_t word); // the data port
void tx_run(struct lan9118 *s);                  // sends what it may
void tx_dump(struct lan9118 *s);

#endif
