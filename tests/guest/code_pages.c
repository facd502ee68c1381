// As a guest that compiles has it: many functions in many pages, all of them called again and again, while
// one after the other is written anew.
// stinkarm-test: build=arm options="--jit-hot 8 --jit-region 100"
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

enum { PAGES = 24, FUNCTIONS = 32, WORDS = 1024 / FUNCTIONS, ROUNDS = 400 };

typedef uint32_t function(uint32_t);
static uint32_t (*code)[FUNCTIONS][WORDS];
static uint16_t value[PAGES][FUNCTIONS];

// (v ^ n) * 9
static void write_function(unsigned page, unsigned f, uint16_t n)
{
    uint32_t *w = code[page][f];
    w[0] = 0xe3001000 | (n & 0xf000u) << 4 | (n & 0xfffu); // movw r1, #n
    w[1] = 0xe0200001;                                     // eor r0, r0, r1
    w[2] = 0xe0800180;                                     // add r0, r0, r0, lsl #3
    w[3] = 0xe12fff1e;                                     // bx lr
    __builtin___clear_cache((char *)w, (char *)(w + 4));
    value[page][f] = n;
}

int main(void)
{
    code = mmap(NULL, PAGES * sizeof *code, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    if (code == MAP_FAILED) return 1;
    for (unsigned p = 0; p < PAGES; p++)
        for (unsigned f = 0; f < FUNCTIONS; f++)
            write_function(p, f, (uint16_t)(p * FUNCTIONS + f));
    uint32_t v = 1, want = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        write_function(round % PAGES, round / PAGES % FUNCTIONS, (uint16_t)(round * 77));
        for (unsigned p = 0; p < PAGES; p++)
            for (unsigned f = 0; f < FUNCTIONS; f++) {
                v = ((function *)(uintptr_t)code[p][f])(v);
                want = (want ^ value[p][f]) * 9;
            }
        CHECK(v == want);
        if (v != want) break;
    }
    return failures != 0;
}
