// An I2C bus whose lines a master moves one by one, and the slaves on it. UM10204 (I2C-bus specification).
#ifndef STINKARM_DEV_I2C_H
#define STINKARM_DEV_I2C_H

#include <stdbool.h>
#include <stdint.h>

struct i2c_slave {
    bool (*select)(void *ctx, uint8_t address, bool read); // a transfer with this address begins: is it mine?
    bool (*write)(void *ctx, uint8_t byte);                // false: not acknowledged
    uint8_t (*read)(void *ctx);
    void *ctx;
};

enum i2c_state { I2C_IDLE, I2C_ADDRESS, I2C_WRITE, I2C_READ };

struct i2c_bus {
    const struct i2c_slave *slave; // all of the bus
    bool scl, sda;                 // as the master drives them
    bool slave_low;                // a slave pulls SDA down
    enum i2c_state state;
    unsigned bit; // of the byte; 8: acknowledgement
    uint8_t shift;
};

void i2c_init(struct i2c_bus *b, const struct i2c_slave *slave);
// The master moves the lines (open drain: true lets go).
void i2c_set(struct i2c_bus *b, bool scl, bool sda);
bool i2c_sda(const struct i2c_bus *b); // what is on the wire

#endif
