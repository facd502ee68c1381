// Unpredictable branches: quicksort of words, by insertion below sixteen.
#include "program.h"

enum { WORDS = 2048 };
static uint32_t words[WORDS];

static void sort(uint32_t *v, int n)
{
    while (n > 16) {
        const uint32_t pivot = v[n / 2];
        int i = 0, j = n - 1;
        for (;; i++, j--) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j) break;
            const uint32_t t = v[i];
            v[i] = v[j];
            v[j] = t;
        }
        sort(v, i);
        v += i;
        n -= i;
    }
    for (int i = 1; i < n; i++) {
        const uint32_t t = v[i];
        int j = i;
        for (; j > 0 && v[j - 1] > t; j--)
            v[j] = v[j - 1];
        v[j] = t;
    }
}

static void work(long rounds)
{
    uint32_t sum = 0, seed = 7;
    for (long i = 0; i < rounds; i++) {
        for (int k = 0; k < WORDS; k++)
            words[k] = next_random(&seed);
        sort(words, WORDS);
        for (int k = 1; k < WORDS; k++)
            if (words[k - 1] > words[k]) abort();
        sum = mix(sum, words[WORDS / 3]);
    }
    printf("%08x\n", sum);
}
