// What the torture programs share: rounds come from the first argument, several tests may want the clock.
#ifndef TORTURE_H
#define TORTURE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

enum { MAX_TOGETHER = 64 };

// The first argument, or so many.
static inline int rounds(int argc, char **argv, int n)
{
    return argc > 1 ? atoi(argv[1]) : n;
}

// n threads that run f with their numbers, until all have ended. How many of them returned NULL.
static inline int together(int n, void *(*f)(void *))
{
    pthread_t t[MAX_TOGETHER];
    int good = 0;
    for (int i = 0; i < n; i++)
        if (pthread_create(&t[i], NULL, f, (void *)(intptr_t)i)) {
            printf("thread %d cannot be made\n", i);
            exit(3);
        }
    for (int i = 0; i < n; i++) {
        void *r;
        pthread_join(t[i], &r);
        good += r == NULL;
    }
    return good;
}

static inline int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static inline int finish(void)
{
    puts(failures ? "failed" : "ok");
    fflush(stdout);
    return failures != 0;
}

#endif
