#include "dev/lan9118_state.h"

#include <string.h>

// MAC control and status registers: SMSC LAN9118, revision 1.5, 5.4

void mac_reset(struct lan9118_mac *m)
{
    memset(m->reg, 0, sizeof m->reg);
    m->reg[MAC_CR] = 0x00040000;
    m->reg[MAC_ADDRH] = 0xffff;
    m->reg[MAC_ADDRL] = 0xffffffffu;
    m->reg[MAC_VLAN1] = m->reg[MAC_VLAN2] = 0xffff;
    m->e2p_cmd = 0;
    m->e2p_data = 0;
    m->eeprom_writable = false;
    eeprom_command(m, 7u << 28);
}

static uint16_t phy_read(const struct lan9118_mac *m, unsigned reg);
static void phy_write(struct lan9118_mac *m, unsigned reg, uint16_t v);

uint32_t mac_read(const struct lan9118_mac *m, uint32_t reg)
{
    if (reg == MAC_WUFF || reg >= MAC_NREGS) return 0; // the wake-up filter is write-only
    return m->reg[reg];
}

static void mii_access(struct lan9118_mac *m, uint32_t v)
{
    m->reg[MAC_MII_ACC] = v & 0xffc2; // any write starts an access, and it is over at once: busy reads 0
    const unsigned phy = v >> 11 & 31, reg = v >> 6 & 31;
    if (v & 2) {
        if (phy == 1) phy_write(m, reg, (uint16_t)m->reg[MAC_MII_DATA]);
    } else {
        m->reg[MAC_MII_DATA] = phy == 1 ? phy_read(m, reg) : 0xffff;
        // Reading clears the interrupt sources.
        if (phy == 1 && reg == 29) m->isr = 0;
    }
}

void mac_write(struct lan9118_mac *m, uint32_t reg, uint32_t v)
{
    static const uint32_t writable[MAC_NREGS] = {
        [MAC_CR] = 0x80bfbdec,     [MAC_ADDRH] = 0xffff,      [MAC_ADDRL] = 0xffffffffu,
        [MAC_HASHH] = 0xffffffffu, [MAC_HASHL] = 0xffffffffu, [MAC_MII_DATA] = 0xffff,
        [MAC_FLOW] = 0xffff0006u,  [MAC_VLAN1] = 0xffff,      [MAC_VLAN2] = 0xffff,
        [MAC_WUCSR] = 0x0206};
    if (reg >= MAC_NREGS) return;
    if (reg == MAC_MII_ACC) {
        mii_access(m, v);
    } else if (reg == MAC_WUCSR) {
        m->reg[reg] = (v & writable[reg]) | (m->reg[reg] & ~v & 0x60); // received: write 1 to clear
    } else {
        m->reg[reg] = v & writable[reg];
    }
}

// PHY: 5.5. A link partner with 100 Mbit/s full duplex is always there if the cable is.

enum {
    BCR_RESET = 0x8000,
    BCR_LOOPBACK = 0x4000,
    BCR_AN = 0x1000,
    BCR_POWER_DOWN = 0x0800,
    BCR_RESTART = 0x0200
};
enum { ISR_ENERGY = 0x80, ISR_AN_COMPLETE = 0x40, ISR_LINK_DOWN = 0x10, ISR_LP_ACK = 0x08, ISR_PAGE = 0x02 };

static bool phy_link(const struct lan9118_mac *m)
{
    return m->link && !(m->bcr & (BCR_POWER_DOWN | BCR_LOOPBACK));
}

static bool negotiated(const struct lan9118_mac *m)
{
    return phy_link(m) && m->bcr & BCR_AN;
}

static void negotiate(struct lan9118_mac *m)
{
    if (negotiated(m)) m->isr |= ISR_ENERGY | ISR_AN_COMPLETE | ISR_LP_ACK | ISR_PAGE;
}

void phy_reset(struct lan9118_mac *m)
{
    m->bcr = 0x3000;
    m->anar = 0x01e1;
    m->mcsr = 0;
    m->special_modes = 0x00e1;
    m->scsi = 0;
    m->isr = m->imr = 0;
    negotiate(m);
}

static uint16_t phy_read(const struct lan9118_mac *m, unsigned reg)
{
    const bool link = phy_link(m), done = negotiated(m);
    switch (reg) {
    case 0: return m->bcr;
    case 1: return (uint16_t)(0x7809 | (link ? 0x04 : 0) | (done ? 0x20 : 0));
    case 2: return 0x0007;
    case 3: return 0xc0d1;
    case 4: return m->anar;
    case 5: return done ? 0x45e1 : 0;
    case 6: return done ? 0x0001 : 0;
    case 17: return (uint16_t)(m->mcsr | (link ? 0x0002 : 0)); // ENERGYON
    case 18: return m->special_modes;
    case 27: return m->scsi;
    case 29: return m->isr;
    case 30: return m->imr;
    case 31: { // done, and 100 or 10 Mbit/s, full or half duplex
        const bool fast = done ? m->anar & 0x0180 : m->bcr & 0x2000;
        const bool full = done ? m->anar & (fast ? 0x0100 : 0x0040) : m->bcr & 0x0100;
        return (uint16_t)(0x0040 | (done ? 0x1000 : 0) |
                          (link ? (fast ? 0x08 : 0x04) | (full ? 0x10 : 0) : 0));
    }
    default: return 0;
    }
}

static void phy_write(struct lan9118_mac *m, unsigned reg, uint16_t v)
{
    const bool had_link = phy_link(m);
    switch (reg) {
    case 0:
        if (v & BCR_RESET) {
            phy_reset(m);
            return;
        }
        m->bcr = v & 0x7d80;
        if (v & BCR_RESTART || (!had_link && phy_link(m))) negotiate(m);
        if (had_link && !phy_link(m)) m->isr |= ISR_LINK_DOWN;
        break;
    case 4: m->anar = (v & 0x2de0) | 1; break;
    case 17: m->mcsr = v & 0x6e44; break;
    case 18: m->special_modes = v & 0x00ff; break;
    case 27: m->scsi = v & 0x9c00; break;
    case 30: m->imr = v & 0xfe; break;
    default: break; // read-only, or not there
    }
}

bool phy_interrupt(const struct lan9118_mac *m)
{
    return m->isr & m->imr;
}

bool mac_loopback(const struct lan9118_mac *m)
{
    return m->reg[MAC_CR] & CR_LOOPBK || m->bcr & BCR_LOOPBACK;
}

// EEPROM: 3.10, 5.3.23

enum { E2P_READ, E2P_EWDS, E2P_EWEN, E2P_WRITE, E2P_WRAL, E2P_ERASE, E2P_ERAL, E2P_RELOAD };
enum { E2P_TIMEOUT = 1 << 9, E2P_LOADED = 1 << 8, EEPROM_MAGIC = 0xa5 };

static void reload(struct lan9118_mac *m)
{
    const uint8_t *e = m->eeprom;
    m->e2p_cmd &= ~(uint32_t)E2P_LOADED;
    if (e[0] != EEPROM_MAGIC) return;
    m->reg[MAC_ADDRL] = (uint32_t)e[1] | (uint32_t)e[2] << 8 | (uint32_t)e[3] << 16 | (uint32_t)e[4] << 24;
    m->reg[MAC_ADDRH] = (uint32_t)e[5] | (uint32_t)e[6] << 8;
    m->e2p_cmd |= E2P_LOADED;
}

void eeprom_command(struct lan9118_mac *m, uint32_t v)
{
    uint8_t *byte = &m->eeprom[v & (EEPROM_SIZE - 1)];
    const bool write = m->eeprom_writable;
    m->e2p_cmd = (m->e2p_cmd & E2P_LOADED) | (v & 0x700000ff);
    if (v & E2P_LOADED) m->e2p_cmd &= ~(uint32_t)E2P_LOADED;
    switch (v >> 28 & 7) {
    case E2P_READ: m->e2p_data = *byte; break;
    case E2P_EWDS: m->eeprom_writable = false; break;
    case E2P_EWEN: m->eeprom_writable = true; break;
    case E2P_WRITE:
        if (write) *byte = m->e2p_data;
        break;
    case E2P_WRAL:
        if (write) memset(m->eeprom, m->e2p_data, EEPROM_SIZE);
        break;
    case E2P_ERASE:
        if (write) *byte = 0xff;
        break;
    case E2P_ERAL:
        if (write) memset(m->eeprom, 0xff, EEPROM_SIZE);
        break;
    default: reload(m); break;
    }
}

void mac_power_on(struct lan9118_mac *m, const uint8_t *address)
{
    memset(m->eeprom, 0xff, EEPROM_SIZE);
    m->eeprom[0] = EEPROM_MAGIC;
    memcpy(m->eeprom + 1, address, 6);
    phy_reset(m);
}

// Address filter: 3.4, table 3.2

static unsigned hash(const uint8_t *address)
{
    uint32_t crc = 0xffffffffu;
    for (unsigned i = 0; i < 6; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            const bool one = (crc >> 31) ^ (address[i] >> bit & 1);
            crc = crc << 1 ^ (one ? 0x04c11db7u : 0);
        }
    return crc >> 26;
}

bool mac_accepts(const struct lan9118_mac *m, const uint8_t *frame)
{
    static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint32_t cr = m->reg[MAC_CR];
    if (cr & CR_PRMS) return true;
    if (!memcmp(frame, broadcast, 6)) return !(cr & CR_BCAST);
    const bool group = frame[0] & 1;
    if (group && cr & CR_MCPAS) return true;
    if (cr & CR_HPFILT && (group || cr & CR_HO)) {
        const unsigned h = hash(frame);
        return m->reg[h & 32 ? MAC_HASHH : MAC_HASHL] >> (h & 31) & 1;
    }
    const uint32_t low =
        (uint32_t)frame[0] | (uint32_t)frame[1] << 8 | (uint32_t)frame[2] << 16 | (uint32_t)frame[3] << 24;
    const bool match =
        low == m->reg[MAC_ADDRL] && ((uint32_t)frame[4] | (uint32_t)frame[5] << 8) == m->reg[MAC_ADDRH];
    return cr & CR_INVFILT ? !match : match && !group;
}
