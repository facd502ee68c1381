// Generic timer (B8). A timer's condition is count >= compare value; its line is that, enabled and not
// masked.
#include "system/cp15_rows.h"

static uint64_t physical_count(struct sys_cpu *s)
{
    return (uint64_t)((unsigned __int128)cp_now_ns(s) * GENERIC_TIMER_HZ / 1000000000u);
}

static uint64_t virtual_count(struct sys_cpu *s)
{
    return physical_count(s) - s->cp15.cntvoff;
}

static bool timer_fires(uint32_t ctl, uint64_t count, uint64_t cval)
{
    return ctl & 1 && count >= cval;
}

unsigned cp15_timer_lines(struct sys_cpu *s)
{
    const struct cp15 *r = &s->cp15;
    const bool v = timer_fires(r->cntv_ctl, virtual_count(s), r->cntv_cval) && !(r->cntv_ctl & 2);
    const bool p = timer_fires(r->cntp_ctl, physical_count(s), r->cntp_cval) && !(r->cntp_ctl & 2);
    return (unsigned)v | (unsigned)p << 1;
}

static uint64_t fires_at(struct sys_cpu *s, uint32_t ctl, uint64_t count, uint64_t cval)
{
    if ((ctl & 3) != 1 || count >= cval) return UINT64_MAX;
    const uint64_t ticks = cval - count;
    if (ticks > UINT64_MAX / 2000000000u) return UINT64_MAX;
    return cp_now_ns(s) + (uint64_t)((unsigned __int128)ticks * 1000000000u / GENERIC_TIMER_HZ) + 1;
}

uint64_t cp15_timer_next_ns(struct sys_cpu *s)
{
    const struct cp15 *r = &s->cp15;
    const uint64_t v = fires_at(s, r->cntv_ctl, virtual_count(s), r->cntv_cval);
    const uint64_t p = fires_at(s, r->cntp_ctl, physical_count(s), r->cntp_cval);
    return v < p ? v : p;
}

static bool is_virtual_timer(const struct cp_row *row)
{
    return row->offset == AT(cntv_ctl) || row->offset == AT(cntv_cval);
}

static uint64_t timer_count(struct sys_cpu *s, const struct cp_row *row)
{
    return is_virtual_timer(row) ? virtual_count(s) : physical_count(s);
}

void timer_write(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    cp_plain_write(s, row, row->wide ? v : v & 3);
    if (s->machine->timer_changed) s->machine->timer_changed(s->machine->ctx, s);
}

uint64_t timer_read_ctl(struct sys_cpu *s, const struct cp_row *row)
{
    const uint32_t ctl = (uint32_t)cp_plain_read(s, row);
    const uint64_t cval = is_virtual_timer(row) ? s->cp15.cntv_cval : s->cp15.cntp_cval;
    return ctl | (timer_fires(ctl, timer_count(s, row), cval) ? 4 : 0);
}

// TimerValue: a signed 32-bit view of CompareValue - count.
uint64_t timer_read_tval(struct sys_cpu *s, const struct cp_row *row)
{
    return (uint32_t)(cp_plain_read(s, row) - timer_count(s, row));
}

void timer_write_tval(struct sys_cpu *s, const struct cp_row *row, uint64_t v)
{
    timer_write(s, row, timer_count(s, row) + (uint64_t)(int64_t)(int32_t)v);
}

uint64_t timer_read_cntpct(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return physical_count(s);
}

uint64_t timer_read_cntvct(struct sys_cpu *s, const struct cp_row *row)
{
    (void)row;
    return virtual_count(s);
}
