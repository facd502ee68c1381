// Counts for ever, in memory and in system calls.
#include <stdio.h>
#include <time.h>

volatile unsigned ticks;

int main(void)
{
    for (;;) {
        for (int i = 0; i < 1000; i++)
            ticks++;
        const struct timespec ts = {0, 1000000};
        nanosleep(&ts, NULL);
    }
}
