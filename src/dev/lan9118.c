// SMSC LAN9118 ethernet controller. Datasheet revision 1.5 (07-11-08).
//
// System registers and FIFO ports at 0x00 … 0xb4; MAC registers behind MAC_CSR_CMD/DATA, PHY registers behind
// the MAC's MII_ACC/DATA (lan9118_mac.c). 32-bit bus; two halfword accesses make one as well. One interrupt:
// irq[0], the board's inverter undoes IRQ_POL. The de-assertion interval is taken as over at once.
// Asleep, a magic packet wakes it; wake-up frame filters are not matched.
// backend: struct netdev, NULL: no cable. config: uint8_t[6], the address in the EEPROM (NULL:
// 52:54:00:12:34:56).
#include "base/fdt.h"
#include "dev/devices.h"
#include "dev/lan9118_state.h"

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

void lan9118_update(struct lan9118 *s)
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
    lan9118_update(s);
}

static uint32_t read_reg(struct lan9118 *s, uint32_t offset)
{
    uint32_t v;
    if (offset < TX_DATA) {
        v = rx_read(s);
        lan9118_update(s);
        return v;
    }
    switch ((enum reg)offset) {
    case RX_STATUS:
        v = status_pop(&s->rx_status);
        lan9118_update(s);
        netdev_poll(s->d.env.backend);
        return v;
    case RX_STATUS_PEEK: return status_peek(&s->rx_status);
    case TX_STATUS:
        v = status_pop(&s->tx_status);
        tx_run(s);
        lan9118_update(s);
        return v;
    case TX_STATUS_PEEK: return status_peek(&s->tx_status);
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
    s->tx_status.len = 0;
    tx_dump(s);
    s->half_offset = ~0u;
    mac_reset(&s->mac);
    rx_dump(s);
    lan9118_update(s);
}

static void write_tx_cfg(struct lan9118 *s, uint32_t v)
{
    s->tx_cfg = v & (TX_ON | TXSAO);
    if (v & TXS_DUMP) s->tx_status.len = 0;
    if (v & TXD_DUMP) {
        tx_dump(s);
    }
    if (v & STOP_TX) {
        s->tx_cfg &= ~(uint32_t)TX_ON;
        s->int_sts |= TXSTOP_INT;
    }
    tx_run(s);
}

static void write_hw_cfg(struct lan9118 *s, uint32_t v)
{
    if (v & 1) { // SRST
        reset(s, false);
        return;
    }
    if ((v ^ s->hw_cfg) & 0xf0000) { // the FIFOs are divided anew
        tx_dump(s);
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
    tx_run(s);
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
        lan9118_update(s);
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
        if (v & 1u << 31 && s->rx_frames.len) rx_skip(s);
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
    lan9118_update(s);
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
    const struct netdev_user user = {.room = rx_room, .receive = rx_receive, .ctx = s};
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
    .node = "ethernet",
    .state_size = sizeof(struct lan9118),
    .nirqs = 1,
    .init = lan9118_init,
    .reset = lan9118_reset,
    .ops = {lan9118_read, lan9118_write},
    .fdt = lan9118_fdt,
};
