// The inner half of the LAN9118: MAC registers, PHY, EEPROM. Internal to lan9118*.c.
#ifndef STINKARM_DEV_LAN9118_MAC_H
#define STINKARM_DEV_LAN9118_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

enum { EEPROM_SIZE = 128 };

struct lan9118_mac {
    uint32_t reg[MAC_NREGS];
    uint32_t wakeup_filter[8];
    unsigned wuff_next;
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

#endif
