// What the guest programs check with: a line for each expectation that does not hold, and how many there were.
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>

static int failures;

#define CHECK(cond)                                                                  \
    do {                                                                             \
        if (!(cond)) {                                                               \
            printf("%s:%d: %s (errno %d)\n", __func__, __LINE__, #cond, errno);     \
            failures++;                                                              \
        }                                                                            \
    } while (0)

#endif
