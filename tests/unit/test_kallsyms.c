// The table of symbols in a kernel's memory, as Linux of several ages lays it out.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/table.h"

enum { SIZE = 1 << 20, SYMBOLS = 700, FIRST = 0x10000 };
enum age { ABSOLUTE, RELATIVE, SEQS, REORDERED }; // before 4.6, since, 6.2, 6.5

static uint8_t mem[SIZE];

static void put32(size_t at, uint32_t v)
{
    memcpy(mem + at, &v, 4);
}

static size_t align(size_t at, size_t to)
{
    return (at + to - 1) / to * to;
}

static uint32_t address(unsigned i)
{
    return 0xc0008000 + i * 64;
}

static size_t put_addresses(size_t at, enum age age, size_t to)
{
    for (unsigned i = 0; i < SYMBOLS; i++, at += 4)
        put32(at, age == ABSOLUTE ? address(i) : address(i) - address(0));
    at = align(at, to);
    if (age == ABSOLUTE) return at;
    put32(at, address(0));
    return align(at + 4, to);
}

// "Tsymbol_123", where token 1 stands for "symbol_"; every 100th in two bytes of length.
static size_t put_names(size_t at, uint32_t marks[])
{
    const size_t start = at;
    for (unsigned i = 0; i < SYMBOLS; i++) {
        char tokens[200];
        unsigned n = (unsigned)sprintf(tokens, "%c\001%u", i % 2 ? 't' : 'T', i);
        if (i % 256 == 0) marks[i / 256] = (uint32_t)(at - start);
        if (i % 100 == 99) {
            memset(tokens + n, 'x', 140);
            n += 140;
            mem[at++] = (uint8_t)(0x80 | (n & 0x7f));
            mem[at++] = (uint8_t)(n >> 7);
        } else {
            mem[at++] = (uint8_t)n;
        }
        memcpy(mem + at, tokens, n);
        at += n;
    }
    return at;
}

static void make(enum age age, size_t to)
{
    uint32_t marks[(SYMBOLS + 255) / 256];
    uint16_t index[256];
    memset(mem, 0, sizeof mem);
    for (unsigned i = 0; i < SIZE; i++) // what else a kernel is made of
        mem[i] = i < FIRST ? (uint8_t)(i * 7 + (i >> 8)) : 0;
    size_t at = FIRST;
    if (age != REORDERED) at = put_addresses(at, age, to);
    put32(at, SYMBOLS);
    at = put_names(align(at + 4, to), marks);
    at = align(at, to);
    memcpy(mem + at, marks, sizeof marks);
    at = align(at + sizeof marks, to);
    if (age == SEQS) {
        memset(mem + at, 0x5a, 3 * SYMBOLS);
        at = align(at + 3 * SYMBOLS, to);
    }
    const size_t tokens = at;
    for (unsigned i = 0; i < 256; i++) {
        const char plain[] = {i >= 0x21 && i < 0x7f ? (char)i : 0, 0};
        const char *token = i == 1 ? "symbol_" : plain;
        index[i] = (uint16_t)(at - tokens);
        strcpy((char *)mem + at, token);
        at += strlen(token) + 1;
    }
    at = align(at, to);
    memcpy(mem + at, index, sizeof index);
    at = align(at + sizeof index, to);
    if (age == REORDERED) put_addresses(at, age, to);
}

Test(kallsyms, of_all_ages)
{
    for (unsigned age = ABSOLUTE; age <= REORDERED; age++)
        for (size_t to = 4; to <= 16; to *= 4) {
            struct table t = {0};
            make(age, to);
            cr_assert(table_read_kallsyms(&t, mem, SIZE), "%u, %zu", age, to);
            cr_assert_eq(t.n, SYMBOLS);
            for (unsigned i = 0; i < SYMBOLS; i++) {
                char name[200];
                const struct table_entry *e = table_at(&t, address(i) + 60);
                cr_assert_not_null(e);
                int n = sprintf(name, "symbol_%u", i);
                if (i % 100 == 99) memset(name + n, 'x', 140), name[n + 140] = 0;
                cr_expect_str_eq(t.names + e->name, name, "%u, %zu: %s", age, to, t.names + e->name);
                cr_expect_eq(e->addr, address(i));
                cr_expect(e->function);
            }
            cr_expect_null(table_at(&t, address(0) - 1));
            table_free(&t);
        }
}

// .ARM.exidx: found by the functions that it is about
Test(kallsyms, unwinding)
{
    struct table t = {0};
    make(RELATIVE, 4);
    for (unsigned i = 0; i < SYMBOLS; i++) {
        const uint32_t at = 0x80000 + 8 * i;
        put32(at, (address(i) - (0xc0000000 + at)) & 0x7fffffff);
        put32(at + 4, 0x80b0b0b0);
    }
    cr_assert(table_read_kallsyms(&t, mem, SIZE));
    cr_expect_eq(t.exidx, 0xc0080000, "%x", t.exidx);
    cr_expect_eq(t.exidx_size, 8 * SYMBOLS, "%u", t.exidx_size);
    table_free(&t);
}

Test(kallsyms, none)
{
    struct table t = {0};
    memset(mem, 0, sizeof mem);
    cr_expect_not(table_read_kallsyms(&t, mem, SIZE));
    make(RELATIVE, 4);
    cr_expect_not(table_read_kallsyms(&t, mem, FIRST + 4 * SYMBOLS));
    // Damaged: found or not, nothing else
    uint32_t state = 1;
    for (unsigned round = 0; round < 300; round++) {
        make(round % 4, 4);
        for (unsigned i = 0; i < 3; i++) {
            state = state * 1664525 + 1013904223;
            mem[FIRST + (state >> 8) % 20000] ^= (uint8_t)(1 + state % 255);
        }
        if (table_read_kallsyms(&t, mem, round % 3 ? SIZE : FIRST + (state >> 8) % 20000)) table_free(&t);
    }
}
