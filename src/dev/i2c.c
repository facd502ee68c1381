#include "dev/i2c.h"

void i2c_init(struct i2c_bus *b, const struct i2c_slave *slave)
{
    *b = (struct i2c_bus){.slave = slave, .scl = true, .sda = true};
}

bool i2c_sda(const struct i2c_bus *b)
{
    return b->sda && !b->slave_low;
}

static void begin_byte(struct i2c_bus *b, enum i2c_state state)
{
    b->state = state;
    b->bit = 0;
    b->shift = state == I2C_READ ? b->slave->read(b->slave->ctx) : 0;
}

// Nine times a byte: the master, or for a byte read the slave, has put a bit on the wire.
static void clock_rises(struct i2c_bus *b)
{
    const bool sda = i2c_sda(b);
    switch (b->state) {
    case I2C_IDLE: return;
    case I2C_ADDRESS:
    case I2C_WRITE:
        if (b->bit < 8) b->shift = (uint8_t)(b->shift << 1 | sda);
        return;
    case I2C_READ:
        if (b->bit == 8 && sda) b->state = I2C_IDLE; // the master has had enough
        return;
    }
}

// What a byte that is complete means; false: not acknowledged.
static bool take_byte(struct i2c_bus *b)
{
    const struct i2c_slave *s = b->slave;
    return b->state == I2C_ADDRESS ? s->select(s->ctx, b->shift >> 1, b->shift & 1)
                                   : s->write(s->ctx, b->shift);
}

static void clock_falls(struct i2c_bus *b)
{
    b->slave_low = false;
    if (b->state == I2C_IDLE) return;
    if (b->bit == 9) { // of the start condition: the first bit comes
        b->bit = 0;
        return;
    }
    b->bit++;
    if (b->bit == 8 && b->state != I2C_READ) {
        b->slave_low = take_byte(b);
        if (!b->slave_low) b->state = I2C_IDLE;
    } else if (b->bit > 8) {
        begin_byte(b,
                   b->state == I2C_READ || (b->state == I2C_ADDRESS && b->shift & 1) ? I2C_READ : I2C_WRITE);
    }
    if (b->state == I2C_READ && b->bit < 8) b->slave_low = !(b->shift >> (7 - b->bit) & 1);
}

void i2c_set(struct i2c_bus *b, bool scl, bool sda)
{
    const bool was_scl = b->scl, was_sda = b->sda;
    if (was_scl && scl && was_sda != sda) { // start, also a repeated one, or stop
        b->state = sda ? I2C_IDLE : I2C_ADDRESS;
        b->bit = 9;
        b->shift = 0;
        b->slave_low = false;
    }
    b->scl = scl;
    b->sda = sda;
    if (!was_scl && scl) clock_rises(b);
    if (was_scl && !scl) clock_falls(b);
}
