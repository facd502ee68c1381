// A controller as tools generate them from charts: many flags, nested states, timers; here a door with a
// motor and a lock.
#include <stdbool.h>
#include "program.h"

enum door { CLOSED, OPENING, OPEN, CLOSING, BLOCKED };
enum lock { UNLOCKED, LOCKING, LOCKED, UNLOCKING };
enum alarm { QUIET, WARNING, RINGING };
static struct {
    enum door door;
    enum lock lock;
    enum alarm alarm;
    int position, timer, lock_timer, warnings, blocked;
    bool motor_up, motor_down, lamp, bell, entered[12];
} s;

static void enter(int which)
{
    memset(s.entered, 0, sizeof s.entered);
    s.entered[which] = true;
}

static void door_step(bool open, bool close, bool stop, bool obstacle)
{
    switch (s.door) {
    case CLOSED:
        if (open && s.lock == UNLOCKED) s.door = OPENING, s.motor_up = true, enter(0);
        break;
    case OPENING:
        if (++s.position >= 20 || stop) s.door = OPEN, s.motor_up = false, s.timer = 30, enter(1);
        break;
    case OPEN:
        if (close || --s.timer <= 0) s.door = CLOSING, s.motor_down = true, enter(2);
        break;
    case CLOSING:
        if (obstacle) {
            s.door = BLOCKED, s.motor_down = false, s.blocked++, enter(3);
        } else if (--s.position <= 0) {
            s.door = CLOSED, s.motor_down = false, enter(4);
        } else if (stop) {
            s.door = OPEN, s.motor_down = false, s.timer = 10, enter(5);
        }
        break;
    case BLOCKED:
        if (!obstacle) s.door = OPENING, s.motor_up = true, enter(6);
        break;
    }
}

static void lock_step(bool key)
{
    switch (s.lock) {
    case UNLOCKED:
        if (key && s.door == CLOSED) s.lock = LOCKING, s.lock_timer = 3, enter(7);
        break;
    case LOCKING:
        if (--s.lock_timer == 0) s.lock = LOCKED, enter(8);
        break;
    case LOCKED:
        if (key) s.lock = UNLOCKING, s.lock_timer = 2, enter(9);
        break;
    case UNLOCKING:
        if (--s.lock_timer == 0) s.lock = UNLOCKED, enter(10);
        break;
    }
}

static void alarm_step(bool open)
{
    const bool wrong = (open && s.lock == LOCKED) || s.door == BLOCKED;
    switch (s.alarm) {
    case QUIET:
        if (wrong) s.alarm = WARNING, s.warnings++, s.lamp = true;
        break;
    case WARNING:
        if (wrong && s.warnings % 4 == 0)
            s.alarm = RINGING, s.bell = true, enter(11);
        else if (!wrong)
            s.alarm = QUIET, s.lamp = false;
        break;
    case RINGING:
        if (!wrong) s.alarm = WARNING, s.bell = false, s.warnings++;
        break;
    }
}

static void work(long rounds)
{
    uint32_t seed = 99, sum = 0;
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < 20; i++) {
            const uint32_t in = next_random(&seed);
            door_step(!(in & 7), !(in & 0xf0), !(in & 0x3f00), !(in & 0x70000));
            lock_step(!(in & 0xf00000));
            alarm_step(!(in & 7));
            uint32_t v =
                (uint32_t)s.door | (uint32_t)s.lock << 3 | (uint32_t)s.alarm << 5 | (uint32_t)s.position << 8;
            for (int k = 0; k < 12; k++)
                v ^= (uint32_t)s.entered[k] << (k + 16);
            sum = mix(sum, v + s.motor_up + 2u * s.motor_down + 4u * s.lamp + 8u * s.bell);
        }
    printf("%08x %d\n", sum, s.blocked);
}
