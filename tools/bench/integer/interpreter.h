// The byte code of interpreter_switch.c and interpreter_goto.c: registers r0–r7, an operation per word.
#pragma once
#include "program.h"

enum op { LOADI, ADD, SUB, MUL, XOR, SHR, LOAD, STORE, LESS, JUMP_IF, JUMP, HALT, OPS };
struct op_word {
    uint8_t op, d, a, b;
};

// Fills memory with a recurrence, then sums what is odd: about 2,000 operations a run.
static const struct op_word code[] = {
    {LOADI, 1, 0, 0},                    // i = 0
    {LOADI, 2, 0, 128},                  // limit
    {LOADI, 3, 0, 1},    {MUL, 4, 0, 3}, // x = seed
    {LOADI, 5, 0, 13},                   // 4: loop
    {MUL, 4, 4, 5},                      //
    {ADD, 4, 4, 1},                      //
    {STORE, 4, 1, 0},                    // memory[i] = x
    {ADD, 1, 1, 3},                      //
    {LESS, 6, 1, 2},                     //
    {JUMP_IF, 6, 0, 4},                  //
    {LOADI, 1, 0, 0},                    //
    {LOADI, 7, 0, 0},                    // sum
    {LOAD, 4, 1, 0},                     // 13: loop
    {SHR, 5, 4, 3},                      //
    {XOR, 4, 4, 5},                      //
    {LESS, 6, 4, 7},                     //
    {JUMP_IF, 6, 0, 20}, {ADD, 7, 7, 4}, //
    {JUMP, 0, 0, 21},                    //
    {SUB, 7, 7, 5},                      // 20
    {ADD, 1, 1, 3},                      // 21
    {LESS, 6, 1, 2},                     //
    {JUMP_IF, 6, 0, 13}, {HALT, 0, 0, 0},
};

static uint32_t run(const struct op_word *program, uint32_t seed);

static void work(long rounds)
{
    uint32_t sum = 0;
    for (long i = 0; i < rounds; i++)
        sum = mix(sum, run(code, (uint32_t)i + sum));
    printf("%08x\n", sum);
}
